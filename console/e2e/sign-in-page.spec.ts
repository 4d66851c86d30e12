/** The pages before one is signed in, as the first start shows them. */
import { expect, test } from "./fixtures";
import { look, schemes, sizes } from "./looks";
import { Program } from "./program";

const pages = [
  { name: "sign-in", path: "/calls", title: "Sign in", says: "Nobody is set up here yet." },
  { name: "welcome", path: "/link#x", title: "Welcome", says: "Choose how you will sign in from now on." },
];

test("signing in is for everybody, in light and dark, wide and narrow", async ({ browser }) => {
  const program = await Program.start();
  try {
    for (const [width, viewport] of Object.entries(sizes)) {
      for (const scheme of schemes) {
        const context = await browser.newContext({ baseURL: program.url, colorScheme: scheme, viewport, locale: "en-GB", reducedMotion: "reduce" });
        const page = await context.newPage();
        for (const { name, path, title, says } of pages) {
          await page.goto(path);
          await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
          await expect(page.getByText(says)).toBeVisible();
          await look(page, `${name}-${scheme}-${width}`, `${name}, ${scheme}, ${width}`);
        }
        await context.close();
      }
    }
  } finally {
    await program.stop();
  }
});
