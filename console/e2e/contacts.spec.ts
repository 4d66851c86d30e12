/** Contacts: imported with their faults, found, changed, merged and split again, and erased. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./fixtures";

test("contacts are imported row by row, changed, merged and erased", async ({ console: page, program }) => {
  const file = join(program.folder, "people.csv");
  writeFileSync(file, "Nummer;Name;Stadt\n+49 30 90182007;Nora Vogt;Berlin\n+49 30 90182008;N. Vogt;Berlin\nnobody;Nobody;\n");
  await page.goto("/contacts/import");
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByRole("button", { name: /Meaning of the column Nummer/ }).click();
  await page.getByRole("option", { name: "Phone number" }).click();
  await page.getByRole("button", { name: "Check" }).click();
  await expect(page.getByText("3 rows, 2 of them good")).toBeVisible();
  await expect(page.getByRole("row", { name: /^4/ })).toBeVisible();
  await page.getByRole("button", { name: /Import only the good ones/ }).click();
  await expect(page.getByText(/2 new/)).toBeVisible();

  await page.goto("/contacts?search=Vogt");
  await page.getByRole("link", { name: "Nora Vogt" }).click();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Tags").fill("vip, berlin");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("vip", { exact: true })).toBeVisible();
  await page.getByLabel("Write a note").fill("Prefers mornings.");
  await page.getByRole("button", { name: "Save the note" }).click();
  await expect(page.getByText("Prefers mornings.")).toBeVisible();

  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Merge…" }).click();
  await page.getByRole("dialog").getByRole("searchbox").fill("N. Vogt");
  await page.getByRole("dialog").getByRole("button", { name: /N\. Vogt/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Merge", exact: true }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("Undone", { exact: true }).first()).toBeVisible();

  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Erase this person…" }).click();
  const erase = page.getByRole("button", { name: "Erase for good" });
  await expect(erase).toBeDisabled();
  await page.getByText("I understand that this cannot be undone.").click();
  await erase.click();
  await expect(page).toHaveURL(/\/contacts$/);
  await page.goto("/contacts?search=Nora");
  await expect(page.getByText("Nobody found")).toBeVisible();
});
