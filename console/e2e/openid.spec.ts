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
