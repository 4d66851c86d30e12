/** The phone in the browser: the demo, a live call taken over, a caller handed on warm. */
import { join } from "node:path";
import { expect, test } from "./fixtures";
import { look, schemes, sizes } from "./looks";
import { browserWithMicrophone, caller, desk, hears, loudestAtEnd, memberPage, openPhone, switchOn, tone, voiceOf } from "./phones";
import { Program } from "./program";

/** What those say who are told apart by what is heard of them. */
const [CALLER_HZ, BEN_HZ] = [700, 1_100];

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
    const lines = page.getByRole("log", { name: "Conversation" }).locator("p");
    await expect(lines.filter({ hasText: /^Caller/ }).filter({ hasText: /opening hours/i }).first()).toBeVisible({ timeout: 45_000 });
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

test("a call that is listened to goes on from page to page", async ({ program, call }) => {
  expect(call).toBeTruthy();
  test.setTimeout(120_000);
  const browser = await browserWithMicrophone();
  const someone = caller(program, "assistant", "--say", "what are your opening hours");
  try {
    const page = await memberPage(program, browser, "anna", "manager");
    await switchOn(page);
    await page.goto("/live");
    await expect(page.getByRole("log", { name: "Conversation" })).toContainText(/open/i, { timeout: 45_000 });
    await page.getByRole("button", { name: "Listen", exact: true }).click();
    const dock = page.getByRole("region", { name: "Phone" });
    await dock.getByRole("button", { name: "Answer" }).click();
    await expect(dock.getByText("Talking", { exact: true })).toBeVisible();
    await page.getByRole("link", { name: "Contacts", exact: true }).click();
    const bar = page.getByRole("main").getByText("You are there: Listen");
    await expect(bar).toBeVisible();
    // What the parts library has announced of buttons that are gone now is kept for some seconds, named by them.
    await expect(page.locator("[data-live-announcer] [role=img]")).toHaveCount(0);
    for (const [name, size] of Object.entries(sizes)) {
      await page.setViewportSize(size);
      for (const scheme of schemes) {
        await page.emulateMedia({ colorScheme: scheme });
        await look(page, `supervised-${scheme}-${name}`, `a call that is listened to, ${scheme}, ${name}`);
      }
    }
    await page.setViewportSize(sizes.wide);
    await page.getByRole("link", { name: "To the call" }).click();
    await expect(page.getByRole("button", { name: "Listen", exact: true })).toHaveAttribute("aria-pressed", "true");
    await expect(bar).toBeHidden();
    await page.getByRole("link", { name: "Contacts", exact: true }).click();
    await page.getByRole("button", { name: "Leave" }).click();
    await expect(bar).toBeHidden();
    await expect(dock.getByText("Ended", { exact: true })).toBeVisible();
  } finally {
    someone.kill();
    await browser.close();
  }
});

test("a caller is handed on warm from one browser to another", async ({ program }) => {
  test.setTimeout(240_000);
  const [theirs, bens] = [join(program.folder, "caller.wav"), join(program.folder, "ben.wav")];
  const heard = join(program.folder, "heard.wav");
  const [first, second] = [await browserWithMicrophone(), await browserWithMicrophone(tone(bens, BEN_HZ))];
  const anna = await memberPage(program, first, "anna", "member");
  const ben = await memberPage(program, second, "ben", "member");
  await openPhone(ben);
  await switchOn(anna);
  await desk(program);
  const someone = caller(program, "desk", "--wait", "0.1", "--play", tone(theirs, CALLER_HZ, 180), "--record", heard);
  const over = new Promise((done) => someone.on("exit", done));
  try {
    await anna.getByRole("button", { name: "Answer" }).click({ timeout: 45_000 });
    await expect(anna.getByText("Talking", { exact: true })).toBeVisible();
    await hears(anna, CALLER_HZ);
    await switchOn(ben);
    await anna.getByRole("button", { name: "Transfer", exact: true }).click();
    await anna.getByLabel("Transfer to").fill("ben");
    await anna.getByRole("button", { name: "Ask first" }).click();
    await ben.getByRole("button", { name: "Answer" }).click();
    await expect(ben.getByRole("heading", { level: 2, name: "anna" })).toBeVisible();
    // The two talk with each other, and the caller with nobody.
    await hears(anna, BEN_HZ);
    await hears(ben, CALLER_HZ, false);
    await anna.getByRole("button", { name: "Connect them now" }).click();
    await expect(anna.getByText("Transferred", { exact: true })).toBeVisible();
    // The caller is ben's now, who had nothing to do for that: each hears the other.
    await expect(ben.getByRole("heading", { level: 2, name: "caller" })).toBeVisible();
    await expect(ben.getByText("Talking", { exact: true })).toBeVisible();
    await hears(ben, CALLER_HZ);
    await hears(ben, CALLER_HZ);
    await ben.getByRole("button", { name: "Hang up" }).click();
    await expect(ben.getByText("Ended", { exact: true })).toBeVisible();
    await over;
    expect(loudestAtEnd(heard, BEN_HZ)).toBeGreaterThan(0.002);
  } finally {
    someone.kill();
    await first.close();
    await second.close();
  }
  const { data } = await program.api.get<{ data: { data: { how: string; to: string } }[] }>("/v1/events?type=call.transferred");
  expect(data.map(({ data: { how, to } }) => [how, to])).toContainEqual(["attended", "ben"]);
});

test("a caller who hangs up while a colleague is asked is not handed on", async ({ program }) => {
  test.setTimeout(180_000);
  const [first, second] = [await browserWithMicrophone(), await browserWithMicrophone()];
  const anna = await memberPage(program, first, "anna", "member");
  const ben = await memberPage(program, second, "ben", "member");
  await switchOn(anna);
  await desk(program);
  const someone = caller(program, "desk");
  try {
    await anna.getByRole("button", { name: "Answer" }).click({ timeout: 45_000 });
    await switchOn(ben);
    await anna.getByRole("button", { name: "Transfer", exact: true }).click();
    await anna.getByLabel("Transfer to").fill("ben");
    await anna.getByRole("button", { name: "Ask first" }).click();
    await ben.getByRole("button", { name: "Answer" }).click();
    await expect(anna.getByRole("button", { name: "Connect them now" })).toBeVisible();
    const { data } = await program.api.get<{ data: { id: string; number: string }[] }>("/v1/calls?state=active");
    await program.api.send("DELETE", `/v1/calls/${data.find(({ number }) => number === "desk")?.id}`);
    // There is nobody to be connected any more; the two go on talking.
    await expect(anna.getByRole("button", { name: /caller.*Ended/ })).toBeVisible();
    await expect(anna.getByRole("button", { name: "Connect them now" })).toBeHidden();
    await expect(ben.getByText("Talking", { exact: true })).toBeVisible();
    await anna.getByRole("button", { name: "Hang up" }).click();
    await expect(ben.getByText("Ended", { exact: true })).toBeVisible();
  } finally {
    someone.kill();
    await first.close();
    await second.close();
  }
});
