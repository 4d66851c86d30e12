/** Flows: the canvas and the text are one, what is wrong stands where it is, and what is saved is what callers hear. */
import { expect, test } from "./fixtures";

const FLOW = `# What callers of the canvas hear.
languages: [en]
recording: announced

nodes:
  hello:
    say: Hello there.   # to be changed on the canvas
    next: hangup
`;
const SENTENCE = "You have reached the garden office.";
const GOODBYE = "Goodbye and come again.";

interface Transcript {
  lines: { speaker: string; text: string }[];
}

test("a flow is changed on the canvas, tried by typing, and heard in a call", async ({ console: page, program }) => {
  await page.goto("/flows");
  await page.getByRole("button", { name: "New flow" }).first().click();
  await page.getByLabel("Name").fill("canvas");
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page).toHaveURL(/\/flows\/canvas$/);

  // By the text: what is on the canvas follows.
  await page.getByRole("tab", { name: "Text" }).click();
  await page.getByLabel("Text of the flow (YAML)").fill(FLOW);
  const hello = page.getByRole("group", { name: "hello, Say" });
  await expect(hello).toContainText("Hello there.");

  // On the canvas: the text follows, and keeps its comments.
  await hello.click();
  await page.getByLabel("English").fill(SENTENCE);
  await page.getByRole("button", { name: "Step after this" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "End the call" }).click();
  await page.getByLabel("English").fill(GOODBYE);
  await page.getByRole("tab", { name: "Text" }).click();
  const text = page.getByLabel("Text of the flow (YAML)");
  await expect(text).toHaveValue(new RegExp(`say: ${SENTENCE} {3}# to be changed on the canvas`));
  await expect(text).toHaveValue(/next: goodbye\n\n {2}goodbye:\n {4}hangup:\n {6}say: "Goodbye and come again\."/);
  await expect(text).toHaveValue(/^# What callers of the canvas hear\.\n/);

  // Without a telephone.
  await page.getByRole("tab", { name: "Try it" }).click();
  await page.getByRole("button", { name: "Begin the call" }).click();
  const log = page.getByRole("list", { name: "What happens in the call" });
  await expect(log).toContainText(SENTENCE);
  await expect(log).toContainText("The flow ends the call");

  await expect(page.getByText("No faults")).toBeVisible();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved: new calls hear version 2.")).toBeVisible();

  await program.api.send("POST", "/v1/numbers", { number: "canvas", flow: "canvas", language: "en" });
  const call = await program.dial("canvas", "good morning");
  const { lines } = await program.api.get<Transcript>(`/v1/calls/${call}/transcript`);
  const heard = lines.filter((line) => line.speaker !== "caller").map((line) => line.text).join(" ");
  expect(heard).toContain(SENTENCE);

  // Back to the first version, and nothing is lost.
  await page.getByRole("button", { name: "Versions" }).click();
  const versions = page.getByRole("dialog");
  await versions.getByRole("button", { name: "Compare with now" }).last().click();
  await expect(versions.getByRole("region")).toContainText(SENTENCE);
  await versions.getByRole("button", { name: "Go back to this" }).click();
  await expect(page.getByText("Version 1 is active again, as version 3.")).toBeVisible();
});

test("what is wrong stands at its step and at its line", async ({ console: page }) => {
  await page.goto("/flows/survey");
  await page.getByRole("tab", { name: "Text" }).click();
  const text = page.getByLabel("Text of the flow (YAML)");
  await expect(text).toHaveValue(/next: questions/);
  await text.fill((await text.inputValue()).replace("next: questions", "next: nowhere"));
  await expect(page.getByText(/\d faults?/).first()).toBeVisible();
  await expect(page.getByRole("button", { name: /Line \d+.*nowhere/ })).toBeVisible();
  await page.getByRole("button", { name: "List", exact: true }).click();
  await expect(page.getByRole("row", { name: /^hello/ })).toContainText(/\d faults?/);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(text).toHaveValue(/next: questions/);
});
