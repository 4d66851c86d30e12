/** Every page: nothing that axe objects to, and a picture of it, in light and dark, wide and narrow. */
import AxeBuilder from "@axe-core/playwright";
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

for (const path of paths) {
  test(`page ${path}`, async ({ console: page, call, program }) => {
    const { data } = await program.api.get<{ data: { id: string }[] }>("/v1/contacts?limit=1");
    const at = path.replace(":call", call).replace(":contact", data[0]?.id ?? "none");
    for (const scheme of schemes) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      for (const [name, size] of Object.entries(sizes)) {
        await page.setViewportSize(size);
        await page.goto(at);
        await expect(page.locator("h1").first()).toBeAttached();
        await page.waitForLoadState("networkidle").catch(() => undefined);
        const file = `${path.replace(/[^a-z]+/g, "-").replace(/^-|-$/g, "") || "home"}-${scheme}-${name}.png`;
        await page.screenshot({ path: join(output, file) });
        const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
        const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n    ${failureSummary}`).join("\n  ")}`);
        expect(found, `${path}, ${scheme}, ${name}`).toEqual([]);
        const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
        expect(scrollWidth, `${path} is no wider than its window`).toBeLessThanOrEqual(clientWidth);
      }
    }
  });
}
