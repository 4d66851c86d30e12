/** The sign-in page where a provider of OpenID Connect is configured; the way there and back is tested at the server. */
import { expect, test } from "./fixtures";

const options = { password: true, openid: { name: "Example Login", url: "/v1/session/openid" }, first_start: false };

test("the provider has a button, and what goes wrong there is said in words", async ({ program, signedIn, browser }) => {
  expect(signedIn).toBeTruthy();
  const context = await browser.newContext({ baseURL: program.url, locale: "en-GB" });
  const page = await context.newPage();
  await page.route("**/v1/session/options", (route) => route.fulfill({ json: options }));
  await page.goto("/calls?direction=inbound#signin=unknown");
  await expect(page.getByRole("alert")).toContainText("This account has no access here.");
  await expect(page).toHaveURL(/\/calls\?direction=inbound$/);
  const link = page.getByRole("link", { name: "Sign in with Example Login" });
  await expect(link).toHaveAttribute("href", "/v1/session/openid?to=%2Fcalls%3Fdirection%3Dinbound");
  await expect(page.getByLabel("Password")).toBeVisible();

  // The second factor, where Callwright asks for it as well.
  await page.route("**/v1/session/openid/code", (route) =>
    route.fulfill({ status: 401, json: { type: "/problems/unauthorized", title: "", status: 401, detail: "", code: "expired" } }),
  );
  await page.goto("about:blank");
  await page.goto("/calls#signin=code");
  await page.getByLabel("Code from your authenticator app").fill("123 456");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("no longer valid");
  await expect(link).toBeVisible();
  await context.close();
});

test("a user's account at the provider is unlinked, once that is confirmed", async ({ console: page, program }) => {
  const ruth = await program.api.send<{ id: string }>("POST", "/v1/users", { name: "ruth@example.com", display: "Ruth Sommer", role: "reviewer" });
  // Nobody has come by a provider here: she is shown as if she had, until that is forgotten.
  let linked = true;
  await page.route(/\/v1\/users(\?|$)/, async (route) => {
    const response = await route.fetch();
    const { data, ...more } = (await response.json()) as { data: { id: string }[] };
    await route.fulfill({ response, json: { ...more, data: data.map((user) => (user.id === ruth.id ? { ...user, openid: linked } : user)) } });
  });
  await page.goto("/settings/users");
  const row = page.getByRole("row", { name: /Ruth Sommer/ });
  await expect(row).toContainText("linked");
  // Whoever is not linked has nothing to be unlinked.
  await page.getByRole("row", { name: /Robin Weber/ }).getByRole("button", { name: "Robin Weber", exact: true }).click();
  await expect(page.getByRole("menuitem", { name: "Make a link" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: "Unlink the OpenID account" })).toHaveCount(0);
  await page.keyboard.press("Escape");

  await row.getByRole("button", { name: "Ruth Sommer", exact: true }).click();
  await page.getByRole("menuitem", { name: "Unlink the OpenID account" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("signs in there next as “ruth@example.com”");
  const asked = page.waitForRequest((request) => request.method() === "PATCH");
  const answered = page.waitForResponse((response) => response.request().method() === "PATCH");
  linked = false;
  await dialog.getByRole("button", { name: "Unlink the OpenID account" }).click();
  expect(new URL((await asked).url()).pathname).toBe(`/v1/users/${ruth.id}`);
  expect((await asked).postDataJSON()).toEqual({ forget_openid: true });
  expect((await answered).status()).toBe(200);
  await expect(dialog).toBeHidden();
  await expect(row).not.toContainText("linked");
});
