/** How much comes before the first page. */
import { expect, test } from "./fixtures";

const MOST_SCRIPT = 300 * 1024;

test("less than 300 KB of script before the first page", async ({ program, signedIn, browser }) => {
  const context = await browser.newContext({ baseURL: program.url, storageState: signedIn });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  const scripts = new Set<string>();
  let bytes = 0;
  session.on("Network.responseReceived", ({ requestId, type }) => type === "Script" && scripts.add(requestId));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  await page.goto("/calls");
  await expect(page.getByRole("heading", { level: 1, name: "Calls" })).toBeVisible();
  const before = bytes;
  console.log(`script before the first page: ${Math.round(before / 1024)} KB`);
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(MOST_SCRIPT);
  await context.close();
});
