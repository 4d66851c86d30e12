import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";

/** What the tests leave: pictures of every page, and what there is of a failed one. */
export const output = fileURLToPath(new URL("output", import.meta.url));

export default defineConfig({
  testDir: ".",
  outputDir: join(output, "failures"),
  // One program, one business: the tests follow one another.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    viewport: { width: 1360, height: 900 },
    // Without pictures all along: they take the time that calls need.
    trace: { mode: "retain-on-failure", screenshots: false },
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"],
    },
  },
});
