import { admin, expect, signIn, test } from "./fixtures";

test("a one-time link makes the first admin, and is good once", async ({ program, signedIn, browser }) => {
  expect(signedIn).toBeTruthy();
  const page = await browser.newPage({ locale: "en-GB" });
  await page.goto(await program.firstLink());
  await page.getByLabel("Password").fill("another walk by the sea");
  await page.getByRole("button", { name: "Get started" }).click();
  await expect(page.getByRole("alert")).toContainText("used already");
  await page.close();
});

test("who is not signed in is asked, and lands where they wanted to go", async ({ program, signedIn, browser }) => {
  expect(signedIn).toBeTruthy();
  const page = await browser.newPage({ baseURL: program.url, locale: "en-GB" });
  await page.goto("/calls?direction=inbound");
  await signIn(page, { name: admin.name, password: "not the password" });
  await expect(page.getByText("The name or the password is not right.")).toBeVisible();
  await signIn(page);
  await expect(page.getByRole("heading", { level: 1, name: "Calls" })).toBeVisible();
  expect(new URL(page.url()).search).toBe("?direction=inbound");
  await page.close();
});

test("a session that has ended is asked for again, over the page", async ({ console: page, program }) => {
  await page.goto("/calls");
  await expect(page.getByRole("heading", { level: 1, name: "Calls" })).toBeVisible();
  const cookies = (await page.context().cookies()).filter(({ name }) => name !== "callwright_session");
  await page.context().clearCookies();
  await page.context().addCookies(cookies);
  await page.getByRole("searchbox", { name: "Search words said" }).fill("appointment");
  const dialog = page.getByRole("dialog", { name: "Please sign in again" });
  await expect(dialog).toBeVisible();
  await dialog.getByLabel("Password").fill(admin.password);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await expect(dialog).toBeHidden();
  // The page is as it was.
  await expect(page.getByRole("searchbox", { name: "Search words said" })).toHaveValue("appointment");
  expect(page.url()).toContain(program.url);
});

test("signing out ends the session", async ({ program, signedIn, browser }) => {
  expect(signedIn).toBeTruthy();
  const page = await browser.newPage({ baseURL: program.url, locale: "en-GB" });
  await page.goto("/calls");
  await signIn(page);
  await page.getByRole("button", { name: /Your account/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await page.close();
});

test("the keyboard goes everywhere", async ({ console: page, call }) => {
  await page.goto("/calls");
  expect(call).toBeTruthy();
  const first = page.locator("[data-row]").first();
  await expect(first).toBeVisible();
  const to = await first.getAttribute("href");
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(help.getByText("Go to Calls")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(help).toBeHidden();
  await page.keyboard.press("j");
  await expect(first).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`${to}$`));
  // What is read next is the page's heading.
  await expect(page.getByRole("heading", { level: 1, name: "Calls" })).toBeHidden();
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await page.keyboard.press("/");
  const search = page.getByRole("combobox", { name: "Search" });
  await search.fill("cleaning");
  await expect(page.getByRole("group", { name: "Said in calls" }).getByRole("option").first()).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(search).toBeHidden();
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await expect(page).toHaveURL(/\/calls$/);
});

test("language and look are chosen and stay", async ({ console: page }) => {
  await page.goto("/calls");
  await page.getByRole("button", { name: /Your account/ }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await page.keyboard.press("Escape");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.getByRole("button", { name: /Your account/ }).click();
  await page.getByRole("menuitemradio", { name: "Deutsch" }).click();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("heading", { level: 1, name: "Anrufe" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Anrufe" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await page.getByRole("button", { name: /Ihr Konto/ }).click();
  const kept = page.waitForResponse((response) => response.url().endsWith("/v1/session/user") && response.ok());
  await page.getByRole("menuitemradio", { name: "English" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Calls" })).toBeVisible();
  await kept;
});
