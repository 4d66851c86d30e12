// Makes src/api/schema.d.ts from what the program says of its REST surface: `callwright openapi`.
//
//   node scripts/schema.mjs          writes it
//   node scripts/schema.mjs --check  fails where it differs
//   node scripts/schema.mjs FILE     writes it from a document in a file
//
// The program is CALLWRIGHT_BIN, or else what was built last of target/suite, target/release and target/debug.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const here = dirname(fileURLToPath(import.meta.url));
const types = join(here, "../src/api/schema.d.ts");

function program() {
  if (process.env.CALLWRIGHT_BIN) return process.env.CALLWRIGHT_BIN;
  const built = ["suite", "release", "debug"].map((profile) => join(here, "../../target", profile, "callwright")).filter(existsSync);
  built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (!built[0]) throw new Error("the program is not built: `cargo build`, or name it in CALLWRIGHT_BIN");
  return built[0];
}

function document() {
  const file = process.argv.slice(2).find((argument) => !argument.startsWith("--"));
  const text = file ? readFileSync(file, "utf8") : execFileSync(program(), ["openapi"], { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(text.toString());
}

const head = "// Made by `npm run schema` from the server's OpenAPI document. Do not edit.\n\n";
const made = head + astToString(await openapiTS(document(), { alphabetize: true }));

if (process.argv.includes("--check")) {
  if (!existsSync(types) || readFileSync(types, "utf8") !== made) {
    console.error("src/api/schema.d.ts is not what the server's OpenAPI document says: run `npm run schema` and see what changed");
    process.exit(1);
  }
} else {
  writeFileSync(types, made);
}
