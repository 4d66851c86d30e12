/** The phone in the browser: the demo, a live call taken over, a caller handed on warm. */
import { expect, test } from "./fixtures";
import { browserWithMicrophone, caller, memberPage, switchOn, voiceOf } from "./phones";
import { Program } from "./program";

test("the demo is called from the browser in two clicks, and what was said is there", async ({ program, call }) => {
  test.setTimeout(120_000);
  const browser = await browserWithMicrophone(await voiceOf(program, call));
  // A business in which nothing has happened yet: only there the demo is offered.
  const fresh = await Program.start();
  try {
    const page = await memberPage(fresh, browser, "anna", "admin");
    await page.goto("/");
    await page.getByRole("button", { name: "Talk to the assistant" }).click();
    const dock = page.getByRole("region", { name: "Phone" });
    await expect(dock.getByText("Talking", { exact: true })).toBeVisible();
    await page.getByRole("link", { name: "Read along" }).click();
    // What the microphone said is heard and written down while the call goes on.
    await expect(page.getByRole("log", { name: "Conversation" })).toContainText(/opening hours/i, { timeout: 45_000 });
    await dock.getByRole("button", { name: "Hang up" }).click();
    await expect(dock.getByText("Ended", { exact: true })).toBeVisible();
    await dock.getByRole("link", { name: "Open the call" }).click();
    await expect(page).toHaveURL(/\/calls\/call_/);
    await expect(page.getByText(/opening hours/i).first()).toBeVisible({ timeout: 30_000 });
  } finally {
    await browser.close();
    await fresh.stop();
  }
});

test("a live call is taken over from the agent", async ({ program, call }) => {
  expect(call).toBeTruthy();
  test.setTimeout(120_000);
  const browser = await browserWithMicrophone();
  const someone = caller(program, "assistant", "--say", "what are your opening hours");
  try {
    const page = await memberPage(program, browser, "anna", "manager");
    await switchOn(page);
    await page.goto("/live");
    await expect(page.getByRole("log", { name: "Conversation" })).toContainText(/open/i, { timeout: 45_000 });
    await page.getByRole("button", { name: "Take over" }).click();
    const dock = page.getByRole("region", { name: "Phone" });
    await dock.getByRole("button", { name: "Answer" }).click();
    await expect(dock.getByText("Talking", { exact: true })).toBeVisible();
    await expect(page.getByText("with a person").first()).toBeVisible();
    await dock.getByRole("button", { name: "Hang up" }).click();
    await expect(page.getByText("No call is going on just now")).toBeVisible({ timeout: 45_000 });
  } finally {
    someone.kill();
    await browser.close();
  }
});

test("a caller is handed on warm from one browser to another", async ({ program, call }) => {
  expect(call).toBeTruthy();
  test.setTimeout(120_000);
  const [first, second] = [await browserWithMicrophone(), await browserWithMicrophone()];
  const anna = await memberPage(program, first, "anna", "member");
  const ben = await memberPage(program, second, "ben", "member");
  await switchOn(anna);
  // 4 rings anna first.
  const someone = caller(program, "reception", "--wait-silence", "1.2", "--press", "4");
  try {
    await anna.getByRole("button", { name: "Answer" }).click({ timeout: 45_000 });
    await expect(anna.getByText("Talking", { exact: true })).toBeVisible();
    await switchOn(ben);
    await anna.getByRole("button", { name: "Transfer", exact: true }).click();
    await anna.getByLabel("Transfer to").fill("ben");
    await anna.getByRole("button", { name: "Ask first" }).click();
    await ben.getByRole("button", { name: "Answer" }).click();
    await anna.getByRole("button", { name: "Connect them now" }).click();
    await expect(anna.getByText("Transferred", { exact: true })).toBeVisible();
    // The caller is ben's now: he is talked to, and the caller is still there.
    await expect(ben.getByText("Talking", { exact: true })).toBeVisible();
    expect(someone.exitCode).toBeNull();
    await ben.getByRole("button", { name: "Hang up" }).click();
    await expect(ben.getByText("Ended", { exact: true })).toBeVisible();
  } finally {
    someone.kill();
    await first.close();
    await second.close();
  }
});
