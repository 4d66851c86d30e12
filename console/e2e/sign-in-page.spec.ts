import AxeBuilder from "@axe-core/playwright";
import { join } from "node:path";
import { expect, test } from "./fixtures";
import { output } from "./playwright.config";

for (const scheme of ["light", "dark"] as const) {
  test(`signing in, ${scheme}`, async ({ browser, program }) => {
    const page = await browser.newPage({ baseURL: program.url, colorScheme: scheme, locale: "en-GB" });
    for (const [name, path] of [["sign-in", "/calls"], ["welcome", "/link#x"]] as const) {
      await page.goto(path);
      await expect(page.locator("h1")).toBeVisible();
      await page.screenshot({ path: join(output, `${name}-${scheme}-wide.png`) });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
      await page.goto("about:blank");
    }
    await page.close();
  });
}
