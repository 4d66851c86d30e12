/** A campaign from a template and a table: its faults, its trial, its calls, its end. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./fixtures";

const NUMBER = "+493090182";
const people = `Telefon,Name,Sprache
+49 30 90182,Mia Berg,en
`;
const faulty = `${people}+49 30,Nobody,en\n+49 30 90182,Again,en\n`;

test("a campaign is made from a table, tried, started and watched to its end", async ({ console: page, program }) => {
  test.setTimeout(180_000);
  // The carrier is the program itself, which takes no call from there: whoever is called is not reached.
  await program.api.send("POST", "/v1/trunks", { name: "loop", host: `127.0.0.1:${program.sip}` });
  const [good, bad] = ["good.csv", "bad.csv"].map((name) => join(program.folder, name)) as [string, string];
  writeFileSync(good, people);
  writeFileSync(bad, faulty);

  await page.goto("/campaigns");
  await page.getByRole("link", { name: "New campaign" }).click();
  await page.getByRole("button", { name: /^Survey/ }).click();
  await page.getByLabel("Name", { exact: true }).first().fill("opinions");
  // Nobody is called a second time: what is written into the text counts.
  await page.getByText("See and change the text").click();
  const text = page.getByRole("textbox", { name: "Text of the campaign" });
  await text.fill((await text.inputValue()).replace("attempts: 2", "attempts: 1"));
  await page.locator("input[type=file]").setInputFiles(bad);
  // The columns are found by their headings.
  await expect(page.getByRole("button", { name: /Phone number/ })).toContainText("Telefon");
  await page.getByRole("button", { name: "Make as a draft" }).click();
  await expect(page.getByRole("heading", { name: "1 row with a fault" })).toBeVisible();
  await expect(page.getByRole("cell", { name: "3", exact: true }).first()).toBeVisible();
  await page.locator("input[type=file]").setInputFiles(good);
  await page.getByRole("button", { name: "Make as a draft" }).click();

  await expect(page.getByRole("heading", { level: 1, name: "opinions" })).toBeVisible();
  await expect(page.getByText("Draft", { exact: true })).toBeVisible();
  await expect(page.getByText(/Mia Berg/).first()).toBeVisible();
  // A survey needs consent: the trial says so, and nobody is called before it is there.
  await page.getByRole("button", { name: "Run through" }).click();
  await expect(page.getByText("Nobody would be called")).toBeVisible();
  await expect(page.getByText(/need consent/)).toBeVisible();
  const consent = { number: NUMBER, purpose: "survey", method: "form", wording: "You may ask me how it was." };
  await program.api.send("POST", "/v1/consents", consent);
  await page.getByRole("button", { name: "Run through" }).click();
  await expect(page.getByText("1 person would be called")).toBeVisible();

  await page.getByRole("tab", { name: "Overview" }).click();
  await page.getByRole("button", { name: "Start" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("1 person will be called");
  await dialog.getByRole("button", { name: "Start" }).click();
  await expect(page.getByText("running", { exact: true })).toBeVisible();
  await expect(page.getByText("1 of 1 done")).toBeVisible({ timeout: 120_000 });
  await expect(page.getByText("done", { exact: true }).first()).toBeVisible();

  await page.getByRole("tab", { name: "Results" }).click();
  await expect(page.getByRole("row", { name: /Contacts 1/ })).toBeVisible();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Results as CSV" }).click()]);
  expect(download.suggestedFilename()).toBe("opinions.csv");
});
