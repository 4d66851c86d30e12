/** The phone in the browser, with sound: two Chromiums, each with a tone for a microphone, judged by what they hear. */
import { chromium, type Browser, type Page } from "@playwright/test";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Rollup } from "vite";
import { expect, test } from "./fixtures";
import type { Login, TestPhone } from "./phone/page";
import { HEARD_DB, tone } from "./phones";
import type { Program } from "./program";

declare const phone: TestPhone;

/** What each says for as long as it is there, Hz. */
const TONES = { anna: 700, ben: 1100 } as const;
type Name = keyof typeof TONES;

let script: string;
let opened: Browser[] = [];

test.beforeAll(async () => {
  const entry = fileURLToPath(new URL("phone/page.ts", import.meta.url));
  const made = await build({
    configFile: false,
    logLevel: "error",
    define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
    build: { write: false, minify: false, lib: { entry, formats: ["iife"], name: "testPhone" } },
  });
  const [output] = [made].flat() as Rollup.RollupOutput[];
  script = output?.output[0].code ?? "";
});

test.afterEach(async () => {
  await Promise.all(opened.map((browser) => browser.close()));
  opened = [];
});

/** A member with a phone in a browser of their own. */
async function member(program: Program, name: Name): Promise<Page> {
  const microphone = tone(join(program.folder, `${name}.wav`), TONES[name]);
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--autoplay-policy=no-user-gesture-required",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      `--use-file-for-fake-audio-capture=${microphone}`,
    ],
  });
  opened.push(browser);
  const page = await browser.newPage({ bypassCSP: true });
  // A page that really comes from here: one that a test makes up may not reach this machine, says Chromium.
  await page.goto(`${program.url}/healthz`);
  await page.addScriptTag({ content: script });
  const given = await program.api.send<Login>("POST", "/v1/phone/registration", { member: name });
  const login = { ...given, websocket: program.url.replace("http", "ws") + given.websocket, key: program.key };
  await page.evaluate((login) => phone.start(login), login);
  return page;
}

async function is(page: Page, what: keyof TestPhone["state"]): Promise<void> {
  const reached = page.waitForFunction((what) => phone.state[what], what, { timeout: 20_000 });
  await reached.catch(async () => {
    const pages = opened.flatMap((browser) => browser.contexts()).flatMap((context) => context.pages());
    const stories = await Promise.all(pages.map((page) => page.evaluate(() => phone.story.join("\n"))));
    throw new Error(`not \`${what}\` in time. Each phone's story:\n${stories.join("\n--\n")}`);
  });
}

async function hears(page: Page, whom: Name, yes = true): Promise<void> {
  const level = expect.poll(() => page.evaluate((hz) => phone.level(hz), TONES[whom]), { timeout: 20_000 });
  await (yes ? level.toBeGreaterThan(HEARD_DB) : level.toBeLessThan(HEARD_DB));
}

async function stateOf(program: Program, name: Name): Promise<string | undefined> {
  const { data } = await program.api.get<{ data: { member: string; state: string }[] }>("/v1/presence");
  return data.find((presence) => presence.member === name)?.state;
}

test("two browsers hear each other, one holds and comes back", async ({ program }) => {
  const [anna, ben] = [await member(program, "anna"), await member(program, "ben")];
  expect(await stateOf(program, "ben")).toBe("available");
  await anna.evaluate(() => phone.call("sip:ben@callwright"));
  await is(ben, "rings");
  await ben.evaluate(() => phone.answer());
  await is(anna, "talks");
  await hears(anna, "ben");
  await hears(ben, "anna");
  expect(await stateOf(program, "ben")).toBe("busy");
  await anna.evaluate(() => phone.hold(true));
  await hears(ben, "anna", false);
  await anna.evaluate(() => phone.hold(false));
  await hears(ben, "anna");
  await hears(anna, "ben");
  await anna.evaluate(() => phone.hangUp());
  await is(ben, "ended");
});

test("a running call is listened to, joined and taken over", async ({ program }) => {
  const [anna, ben] = [await member(program, "anna"), await member(program, "ben")];
  await anna.evaluate(() => phone.call("sip:echo@callwright"));
  await hears(anna, "anna");
  const { data } = await program.api.get<{ data: { id: string }[] }>("/v1/calls?state=active");
  const supervision = `/v1/calls/${data[0]?.id}/supervision`;
  await expect(program.api.send("POST", supervision, { mode: "whisper", member: "ben" })).rejects.toThrow("409");
  await program.api.send("POST", supervision, { mode: "listen", member: "ben" });
  await is(ben, "rings");
  await ben.evaluate(() => phone.answer());
  await hears(ben, "anna");
  await hears(anna, "ben", false);
  await program.api.send("PATCH", supervision, { mode: "join" });
  await hears(anna, "ben");
  await program.api.send("PATCH", supervision, { mode: "take_over" });
  await hears(anna, "anna", false);
  await hears(anna, "ben");
  await hears(ben, "anna");
  await ben.evaluate(() => phone.hangUp());
  await is(anna, "ended");
});

test("a login that is ended is no phone any more", async ({ program }) => {
  await member(program, "anna");
  expect(await stateOf(program, "anna")).toBe("available");
  await program.api.send("DELETE", "/v1/phone/registration");
  await expect.poll(() => stateOf(program, "anna")).toBe("offline");
});
