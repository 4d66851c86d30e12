/** Every page: nothing that axe objects to, and a picture of it, in light and dark, wide and narrow. */
import { readFileSync } from "node:fs";
import { expect, test } from "./fixtures";
import { look, schemes, sizes } from "./looks";

const paths = [
  "/", "/calls", "/calls/:call", "/live", "/phone", "/queues", "/voicemails", "/contacts", "/contacts/:contact",
  "/contacts/import", "/contacts/duplicates", "/campaigns", "/campaigns/new", "/campaigns/:campaign", "/flows",
  "/flows/reception", "/agents", "/agents/assistant", "/knowledge", "/numbers", "/trunks", "/reports", "/settings",
  "/settings/account", "/settings/business", "/settings/webhooks", "/settings/users", "/settings/keys",
  "/settings/sessions", "/settings/audit", "/nowhere",
];

const template = new URL("../../templates/survey/campaign.yaml", import.meta.url);

// One test: what fails on one page shall not hide the others, nor make the call anew.
test("every page is for everybody, in light and dark, wide and narrow", async ({ console: page, call, program }) => {
  test.setTimeout(900_000);
  const { data } = await program.api.get<{ data: { id: string }[] }>("/v1/contacts?limit=1");
  const text = readFileSync(template, "utf8").replace("name: survey", "name: looked at");
  const campaign = await program.make<{ id: string }>("POST", "/v1/campaigns", text);
  for (const path of paths) {
    const at = path.replace(":call", call).replace(":contact", data[0]?.id ?? "none").replace(":campaign", campaign.id);
    for (const [name, size] of Object.entries(sizes)) {
      await page.setViewportSize(size);
      for (const scheme of schemes) {
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
        await page.goto(at);
        await expect(page.locator("h1").first()).toBeAttached();
        await expect(page.getByText("Loading…")).toHaveCount(0);
        const file = path.replace(/[^a-z]+/g, "-").replace(/^-|-$/g, "") || "home";
        await look(page, `${file}-${scheme}-${name}`, `${path}, ${scheme}, ${name}`);
      }
    }
  }
});
