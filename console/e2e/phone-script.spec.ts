/** The script beside a call: written for a queue, and followed by the member who has a caller of it. */
import { expect, test } from "./fixtures";
import { look, schemes, sizes } from "./looks";
import { browserWithMicrophone, caller, memberPage, switchOn } from "./phones";

const LISA = "+12025550123";
const FLOW = `languages: [en]
recording: off
nodes:
  help:
    transfer: {to: anna, queue: help, timeout: 45s, no_answer: hangup, busy: hangup, unavailable: hangup}
    next: hangup
`;
const SCRIPT = `Good morning, {{ name }}!
This is the help desk.

- Ask for the contract ({{ fields.contract }})
- Read the date back
`;

test("a caller of a queue comes with its script, and what is done is ticked off", async ({ program, console: admin }) => {
  test.setTimeout(180_000);
  await program.make("PUT", "/v1/flows/help", FLOW);
  await program.api.send("POST", "/v1/numbers", { number: "help", flow: "help", language: "en" });
  await program.api.send("POST", "/v1/contacts", { number: LISA, name: "Lisa Miller", fields: { contract: "K-17" } });

  await admin.goto("/queues");
  await admin.getByRole("button", { name: "Add a script" }).click();
  const dialog = admin.getByRole("dialog", { name: "Add a script" });
  await dialog.getByRole("textbox", { name: "Queue" }).fill("help");
  const text = dialog.getByRole("textbox", { name: "Script" });
  await text.fill("Good morning, {{ nam }}!");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("there is no `nam`")).toBeVisible();
  await look(admin, "queue-script-dialog", "the editor of a script with a fault");
  await text.fill(SCRIPT);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(admin.getByRole("button", { name: "Edit the script of help" })).toBeVisible();

  const browser = await browserWithMicrophone();
  const page = await memberPage(program, browser, "anna", "member");
  await switchOn(page);
  const someone = caller(program, "help", "--user", LISA);
  try {
    const answer = page.getByRole("button", { name: "Answer" });
    await answer.waitFor({ timeout: 45_000 });
    // Who is about to answer has it already.
    const greeting = page.getByText("Good morning, Lisa Miller!");
    await expect(greeting).toBeVisible();
    await answer.click();
    await expect(page.getByText("Talking", { exact: true })).toBeVisible();
    const first = page.getByRole("checkbox", { name: "Ask for the contract (K-17)" });
    await first.focus();
    await page.keyboard.press("Space");
    await expect(first).toBeChecked();
    await expect(page.getByText("1 of 2 done")).toBeVisible();
    const fold = page.getByRole("button", { name: /^Script/ });
    await fold.press("Enter");
    await expect(greeting).toBeHidden();
    await expect(fold).toHaveAttribute("aria-expanded", "false");
    await fold.press("Enter");
    for (const [name, size] of Object.entries(sizes)) {
      await page.setViewportSize(size);
      for (const scheme of schemes) {
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
        await look(page, `phone-script-${scheme}-${name}`, `the script, ${scheme}, ${name}`);
      }
    }
    // It stays until the call is wrapped up.
    await page.getByRole("button", { name: "Hang up" }).click();
    await expect(page.getByText("Ended", { exact: true })).toBeVisible();
    await expect(first).toBeChecked();
  } finally {
    someone.kill();
    await browser.close();
  }
});
