/** Agents: rehearsed on their page before callers meet them. */
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "./fixtures";

const WRONG = "agent: survey\nlanguage: en\ncaler: [Hello]\nchecks:\n  - said: pineapples\n";
const HOPES = "about: Hopes in vain.\nagent: survey\nlanguage: en\ncaller: [No thank you goodbye]\nchecks:\n  - said: pineapples\n";

test("an agent is rehearsed with callers that are kept, and what failed is read with the talk", async ({ console: page, program }) => {
  test.setTimeout(180_000);
  await page.goto("/agents/survey");
  await page.getByRole("tab", { name: "Rehearse" }).click();
  await expect(page.getByText("survey-complete-en")).toBeVisible();

  await page.getByRole("button", { name: "New caller" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill("hopes");
  await dialog.getByLabel("Caller (YAML)").fill(WRONG);
  await dialog.getByRole("button", { name: "Keep", exact: true }).click();
  await expect(dialog.getByText("the key `caler` is not known")).toBeVisible();
  await dialog.getByLabel("Caller (YAML)").fill(HOPES);
  await dialog.getByRole("button", { name: "Keep", exact: true }).click();
  await expect(page.getByText("“hopes” is kept.")).toBeVisible();

  await page.getByRole("button", { name: /^Rehearse \d+ callers$/ }).click();
  const table = page.getByRole("table", { name: "Results" });
  await expect(table.getByRole("row", { name: /hopes/ })).toContainText("The agent did not say what it should", { timeout: 120_000 });
  await expect(page.getByText("done", { exact: true })).toBeVisible({ timeout: 120_000 });
  await expect(table.getByRole("row", { name: /survey-complete-en/ })).toContainText("passed");
  // Beside the page is what react-aria says of buttons that were pressed: it goes by itself.
  const { violations } = await new AxeBuilder({ page }).include("main").analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);

  await table.getByRole("button", { name: /hopes/ }).click();
  const talk = page.getByRole("dialog", { name: "hopes" });
  await expect(talk).toContainText("never said “pineapples”");
  await expect(talk.getByRole("list", { name: "The talk" })).toContainText("No thank you goodbye");
  const { data } = await program.api.get<{ data: unknown[] }>("/v1/calls?agent=survey");
  expect(data).toEqual([]);
});
