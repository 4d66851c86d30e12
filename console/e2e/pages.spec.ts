/** Every page: nothing that axe objects to, and a picture of it, in light and dark, wide and narrow. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { join } from "node:path";
import { expect, test } from "./fixtures";
import { output } from "./playwright.config";

const sizes = { wide: { width: 1360, height: 900 }, narrow: { width: 390, height: 844 } };
const schemes = ["light", "dark"] as const;

const paths = [
  "/", "/calls", "/calls/:call", "/live", "/phone", "/queues", "/voicemails", "/contacts", "/contacts/:contact",
  "/campaigns", "/campaigns/new", "/flows", "/flows/reception", "/agents", "/agents/assistant", "/knowledge",
  "/numbers", "/trunks", "/reports", "/settings", "/settings/business", "/settings/webhooks", "/settings/users",
  "/settings/keys", "/settings/sessions", "/settings/audit", "/nowhere",
];

/** What axe objects to on the page, as it can be read. */
async function faults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n    ${failureSummary}`).join("\n  ")}`,
  );
}

// One test: what fails on one page shall not hide the others, nor make the call anew.
test("every page is for everybody, in light and dark, wide and narrow", async ({ console: page, call, program }) => {
  test.setTimeout(900_000);
  const { data } = await program.api.get<{ data: { id: string }[] }>("/v1/contacts?limit=1");
  for (const path of paths) {
    const at = path.replace(":call", call).replace(":contact", data[0]?.id ?? "none");
    for (const scheme of schemes) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      for (const [name, size] of Object.entries(sizes)) {
        await page.setViewportSize(size);
        await page.goto(at);
        await expect(page.locator("h1").first()).toBeAttached();
        await expect(page.getByText("Loading…")).toHaveCount(0);
        const file = `${path.replace(/[^a-z]+/g, "-").replace(/^-|-$/g, "") || "home"}-${scheme}-${name}.png`;
        await page.screenshot({ path: join(output, file) });
        expect.soft(await faults(page), `${path}, ${scheme}, ${name}`).toEqual([]);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect.soft(over, `${path}, ${scheme}, ${name}: px beyond the window`).toBeLessThanOrEqual(0);
      }
    }
  }
});
