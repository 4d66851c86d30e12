/** One running program for all tests, a first admin who is signed in, and a call to look at. */
import { test as base, expect, type Page } from "@playwright/test";
import { join } from "node:path";
import { Program } from "./program";

export const admin = { name: "robin", display: "Robin Weber", password: "a long walk by the sea" };

interface World {
  program: Program;
  /** Cookies of the admin. */
  signedIn: string;
  /** A call with the demo's agent: its id. */
  call: string;
}

interface Each {
  /** A page of the signed-in admin. What its console says of faults, and of what the policy forbids, fails the test. */
  console: Page;
}

/** Signs in on a page that asks for it. */
export async function signIn(page: Page, { name, password }: { name: string; password: string } = admin): Promise<void> {
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

export const test = base.extend<Each, World>({
  program: [
    async ({}, use) => {
      const program = await Program.start();
      await use(program);
      await program.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  signedIn: [
    async ({ program, browser }, use) => {
      const context = await browser.newContext({ locale: "en-GB" });
      const page = await context.newPage();
      await page.goto(await program.firstLink());
      await page.getByLabel("Your name").fill(admin.display);
      await page.getByLabel("User name").fill(admin.name);
      await page.getByLabel("Password").fill(admin.password);
      await page.getByRole("button", { name: "Get started" }).click();
      await expect(page.getByRole("button", { name: `Your account: ${admin.display}` })).toBeVisible();
      const path = join(program.folder, "session.json");
      await context.storageState({ path });
      await context.close();
      await use(path);
    },
    // Before all others: the first link makes an admin only while nobody is there.
    { scope: "worker", timeout: 120_000, auto: true },
  ],
  call: [
    async ({ program }, use) => {
      await use(
        await program.dial(
          "assistant",
          "what are your opening hours",
          "I would like to come in for a cleaning next tuesday",
          "at ten o'clock please",
          "my name is Lisa Miller",
          "no thank you goodbye",
        ),
      );
    },
    { scope: "worker", timeout: 240_000 },
  ],
  baseURL: async ({ program }, use) => use(program.url),
  console: async ({ browser, program, signedIn }, use) => {
    const context = await browser.newContext({ baseURL: program.url, storageState: signedIn, locale: "en-GB", timezoneId: "Europe/Berlin" });
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: program.url });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      const text = message.text();
      if (message.type() === "error" && !text.startsWith("Failed to load resource")) faults.push(text);
    });
    await use(page);
    await context.close();
    expect(faults, "what the browser's console says").toEqual([]);
  },
});

export { expect };
