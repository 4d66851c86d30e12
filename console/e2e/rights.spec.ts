/** Each role sees and may do what it allows, and no more: on the page, and by the API that the page asks. */
import type { Browser, Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import type { Program } from "./program";

const PASSWORD = "a quiet morning in june";

/** Invites somebody, and opens the console as them. */
async function as(role: string, program: Program, browser: Browser): Promise<Page> {
  const name = `${role}-of-rights`;
  const user = await program.api.send<{ id: string }>("POST", "/v1/users", { name, role });
  const { url } = await program.api.send<{ url: string }>("POST", `/v1/users/${user.id}/link`);
  const context = await browser.newContext({ baseURL: program.url, locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(url.slice(url.indexOf("/link#")));
  await page.getByLabel("Password").fill(PASSWORD);
  await page.locator("form button[type=submit]").click();
  await expect(page.getByRole("button", { name: /^Your account/ })).toBeVisible();
  return page;
}

/** What the API says to a request of this page, with its cookie and its token. */
async function asked(page: Page, method: string, path: string, body: unknown): Promise<number> {
  return page.evaluate(
    async ([verb, at, sent]) => {
      const { csrf } = (await (await fetch("/v1/session")).json()) as { csrf: string };
      const headers = { "x-csrf-token": csrf, "content-type": "application/json" };
      const answer = await fetch(at, { method: verb, headers, body: verb === "GET" ? null : JSON.stringify(sent) });
      return answer.status;
    },
    [method, path, body] as const,
  );
}

const CASES = [
  { role: "manager", sees: "/flows", not: "/settings/keys", refused: ["POST", "/v1/keys", { name: "mine" }] },
  { role: "member", sees: "/contacts", not: "/flows", refused: ["GET", "/v1/reports", null] },
  { role: "reviewer", sees: "/reports", not: "/numbers", refused: ["DELETE", "/v1/flows/survey", null] },
] as const;

for (const { role, sees, not, refused } of CASES) {
  test(`a ${role} is refused what is not theirs`, async ({ program, browser }) => {
    const page = await as(role, program, browser);
    await page.goto(sees);
    await expect(page.locator("h1").first()).toBeVisible();
    await expect(page.getByText("This page is not for your role")).toHaveCount(0);
    await page.goto(not);
    await expect(page.getByText(/This page is not for your role|There is nothing for you to set here/).last()).toBeVisible();
    const [method, path, body] = refused;
    expect(await asked(page, method, path, body)).toBe(403);
    await page.context().close();
  });
}

test("an invitation is in the audit log", async ({ console: page, program }) => {
  const user = await program.api.send<{ id: string }>("POST", "/v1/users", { name: "guest-of-rights", role: "member" });
  await program.api.send("POST", `/v1/users/${user.id}/link`);
  await page.goto("/settings/audit");
  await page.getByRole("textbox", { name: "What", exact: true }).fill("user.link");
  await expect(page.getByRole("row", { name: new RegExp(`user\\.link ${user.id}`) })).toContainText("done");
});
