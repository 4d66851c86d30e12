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
  {
    role: "manager",
    sees: "/flows",
    not: "/settings/keys",
    may: "/v1/campaigns",
    refused: ["POST /v1/keys", "POST /v1/users", "GET /v1/audit", "POST /v1/trunks"],
  },
  {
    role: "member",
    sees: "/contacts",
    not: "/flows",
    may: "/v1/calls",
    refused: ["GET /v1/reports", "GET /v1/flows", "POST /v1/campaigns", "GET /v1/users", "GET /v1/transcripts/search?q=open", "GET /v1/contacts/export"],
  },
  {
    role: "reviewer",
    sees: "/reports",
    not: "/numbers",
    may: "/v1/contacts",
    refused: ["DELETE /v1/flows/survey", "POST /v1/calls", "GET /v1/numbers", "POST /v1/contacts", "POST /v1/phone/registration"],
  },
] as const;

for (const { role, sees, not, may, refused } of CASES) {
  test(`a ${role} is refused what is not theirs`, async ({ program, browser }) => {
    const page = await as(role, program, browser);
    await page.goto(sees);
    await expect(page.locator("h1").first()).toBeVisible();
    await expect(page.getByText("This page is not for your role")).toHaveCount(0);
    await page.goto(not);
    await expect(page.getByText(/This page is not for your role|There is nothing for you to set here/).last()).toBeVisible();
    expect(await asked(page, "GET", may, {})).toBe(200);
    for (const what of refused) {
      const [method = "", path = ""] = what.split(" ");
      expect(await asked(page, method, path, { name: "mine" }), what).toBe(403);
    }
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
