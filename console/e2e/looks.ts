/** How pages are looked at: nothing that axe objects to, in light and dark, wide and narrow. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { join } from "node:path";
import { expect } from "./fixtures";
import { output } from "./playwright.config";

export const sizes = { wide: { width: 1360, height: 900 }, narrow: { width: 390, height: 844 } } as const;
export const schemes = ["light", "dark"] as const;

/** What axe objects to on the page, as it can be read. */
async function faults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n    ${failureSummary}`).join("\n  ")}`,
  );
}

/** Takes a picture of the page as it is, and judges it. What is wrong fails the test without ending it. */
export async function look(page: Page, name: string, what: string): Promise<void> {
  await page.screenshot({ path: join(output, `${name}.png`) });
  expect.soft(await faults(page), what).toEqual([]);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect.soft(over, `${what}: px beyond the window`).toBeLessThanOrEqual(0);
}
