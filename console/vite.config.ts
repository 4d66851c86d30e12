import react from "@vitejs/plugin-react";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/**
 * The development server passes what is the server's on to a running Callwright: `CALLWRIGHT_URL`. With
 * `CALLWRIGHT_KEY_FILE` it signs requests with that key, so that pages can be tried without signing in.
 */
const target = process.env["CALLWRIGHT_URL"] ?? "http://127.0.0.1:8080";
const keyFile = process.env["CALLWRIGHT_KEY_FILE"];
const headers: Record<string, string> = keyFile ? { authorization: `Bearer ${readFileSync(keyFile, "utf8").trim()}` } : {};

/** Everything, as an administrator may. */
const scopes = [
  ...["calls", "contacts", "campaigns", "flows", "agents", "knowledge", "numbers", "trunks", "settings", "users"].flatMap(
    (area) => [`${area}:read`, `${area}:write`],
  ),
  ...["calls:listen", "live:read", "live:supervise", "phone:use", "reports:read", "keys:write", "audit:read", "export:read"],
];

/** With a key there is no session: this stands for one. */
function sessionOfKey(): Plugin {
  const user = { id: "user_dev", name: "dev", display: "Robin Developer", role: "admin", second_factor: false };
  const session = { user, scopes, csrf: "none", expires_at: "2100-01-01T00:00:00Z" };
  return {
    name: "session-of-key",
    configureServer: ({ middlewares }) => {
      if (!keyFile) return;
      middlewares.use("/v1/session", (request, response, next) => {
        if (request.url !== "/" && request.url !== "") return next();
        response.setHeader("content-type", "application/json").end(JSON.stringify(session));
      });
    },
  };
}

/**
 * wavesurfer writes its rules as an inline `<style>`, which the Content-Security-Policy forbids. It is left out, and
 * `Waveform.tsx` gives the same rules as a sheet.
 */
function wavesurferWithoutInlineStyle(): Plugin {
  return {
    name: "wavesurfer-without-inline-style",
    enforce: "pre",
    apply: "build",
    transform(code, id) {
      if (!id.includes("wavesurfer.esm.js")) return undefined;
      const without = code.replace(/<style[\s\S]*?<\/style>/, "");
      if (without === code) this.error("wavesurfer has no inline style any more: take this out");
      return { code: without, map: null };
    },
  };
}

/** The server sends files as they lie there: each beside its compressed forms. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    writeBundle({ dir = "dist" }) {
      const files = readdirSync(dir, { recursive: true, encoding: "utf8" });
      for (const file of files.filter((name) => /\.(js|css|html|svg)$/.test(name))) {
        const bytes = readFileSync(join(dir, file));
        writeFileSync(join(dir, `${file}.gz`), gzipSync(bytes, { level: 9 }));
        writeFileSync(join(dir, `${file}.br`), brotliCompressSync(bytes));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), sessionOfKey(), wavesurferWithoutInlineStyle(), compressed()],
  build: {
    target: "es2022",
    sourcemap: false,
    // The Content-Security-Policy allows no `data:` scripts or fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    // The campaigns that come with the program lie beside the console.
    fs: { allow: [".."] },
    proxy: {
      "^/(v1|docs|openapi.json|healthz|readyz)": { target, ws: true, headers },
    },
  },
  test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
});
