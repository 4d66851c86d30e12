import react from "@vitejs/plugin-react";
import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

/**
 * The development server passes what is the server's on to a running Callwright: `CALLWRIGHT_URL`. With
 * `CALLWRIGHT_KEY_FILE` it signs requests with that key, so that pages can be tried without signing in.
 */
const target = process.env["CALLWRIGHT_URL"] ?? "http://127.0.0.1:8080";
const keyFile = process.env["CALLWRIGHT_KEY_FILE"];
const headers = keyFile ? { authorization: `Bearer ${readFileSync(keyFile, "utf8").trim()}` } : {};

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    sourcemap: false,
    // The Content-Security-Policy allows no `data:` scripts or fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      "^/(v1|docs|openapi.json|healthz|readyz)": { target, ws: true, headers },
    },
  },
  test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
});
