/** How soon the first page is there: on a slow machine, with 100,000 calls in the books. */
import type { Page } from "@playwright/test";
import { mkdtempSync, existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { admin, expect, test } from "./fixtures";
import { binary, built, Program, run } from "./program";

const load = process.env["LOAD_BIN"] ?? [dirname(binary), built].map((folder) => join(folder, "load")).find(existsSync);
const CALLS = 100_000;
const SOON_MS = 1_000;
/**
 * How fast the slow machine is, by Lighthouse's BenchmarkIndex: a telephone of the middle class (125 to 800), which is
 * what Lighthouse's slowing by 4 makes of the desktops that it was set for (1,500 to 2,000).
 * https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md, read 2026-11-22
 */
const SLOW_INDEX = 400;

/** This machine's BenchmarkIndex: strings of 10,000 characters made, and 100,000 numbers copied, ten a second each. */
async function benchmarkIndex(page: Page): Promise<number> {
  return page.evaluate(() => {
    const tensEachSecond = (work: (round: number) => void): number => {
      const start = performance.now();
      let rounds = 0;
      for (; performance.now() - start < 500; rounds++) work(rounds);
      return (rounds / (performance.now() - start)) * 100;
    };
    const arrays = [0, 1].map(() => Array.from({ length: 100_000 }, (_, at) => at)) as [number[], number[]];
    const strings = tensEachSecond(() => {
      let text = "";
      for (let at = 0; at < 10_000; at++) text += "a";
      if (text.length === 1) throw new Error("unreachable");
    });
    const copies = tensEachSecond((round) => {
      const [from, to] = round % 2 === 0 ? arrays : [arrays[1], arrays[0]];
      for (let at = 0; at < from.length; at++) to[at] = from[at] ?? 0;
    });
    return (strings + copies) / 2;
  });
}

// What records a test slows the page that is measured.
test.use({ trace: "off" });

test("the first list within a second, with 100,000 calls", async ({ browser }) => {
  test.skip(!load, "what fills the books is not built: cargo build --release --bin load");
  test.setTimeout(900_000);
  const folder = mkdtempSync(join(tmpdir(), "callwright-books-"));
  mkdirSync(join(folder, "data"));
  await run(load ?? "", ["books", "--calls", String(CALLS), "--books", join(folder, "data", "callwright.db")]);
  const program = await Program.start(folder);
  try {
    const context = await browser.newContext({ baseURL: program.url, locale: "en-GB" });
    const page = await context.newPage();
    await page.goto(await program.firstLink());
    await page.getByLabel("User name").fill(admin.name);
    await page.getByLabel("Password").fill(admin.password);
    await page.getByRole("button", { name: "Get started" }).click();
    await expect(page.getByRole("button", { name: /Your account/ })).toBeVisible();
    // The files are in the browser, as for anybody who was here before.
    await page.goto("/calls");
    await expect(page.locator("[data-row]").first()).toBeVisible();
    const session = await context.newCDPSession(page);
    const index = await benchmarkIndex(page);
    const rate = Math.max(1, index / SLOW_INDEX);
    await session.send("Emulation.setCPUThrottlingRate", { rate });
    await page.addInitScript(() => {
      const watcher = new MutationObserver(() => {
        if (!document.querySelector("[data-row]")) return;
        watcher.disconnect();
        requestAnimationFrame(() => Object.assign(window, { shownAt: performance.now() }));
      });
      watcher.observe(document, { childList: true, subtree: true });
    });
    const times: number[] = [];
    for (let i = 0; i < 3; i++) {
      await page.reload();
      await expect(page.locator("[data-row]").first()).toBeVisible();
      await page.waitForFunction(() => "shownAt" in window);
      times.push(await page.evaluate(() => (window as unknown as { shownAt: number }).shownAt));
    }
    const best = Math.min(...times);
    const slowed = await benchmarkIndex(page);
    const shown = times.map((ms) => Math.round(ms)).join(", ");
    console.log(`first list: ${shown} ms on a processor of BenchmarkIndex ${Math.round(slowed)} (${Math.round(index)} slowed ${rate.toFixed(1)} times)`);
    expect(best).toBeLessThan(SOON_MS);
    await context.close();
  } finally {
    await program.stop();
  }
});
