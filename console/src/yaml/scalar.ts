/** How a value is written. */

import { isScalar, isSeq, isMap, parseDocument } from "yaml";
import type { Scalar } from "yaml";

/** `text`: never to be taken for a number or a yes; `word`: as it is (names, numbers, durations, `true`). */
export type Style = "text" | "word";

/** Where it is written. */
export interface Spot {
  /** Within `{}` or `[]`, where commas and braces mean something. */
  flow: boolean;
  /** Columns of the lines of a value that goes over several. */
  indent: number;
}

const LOOKS_LIKE_MORE = /^(?:true|false|null|~|yes|no|on|off|y|n|[-+]?\.?\d.*)$/i;
const WIDTH = 118;
/** Longer texts that are new go over several lines. */
const LONG = 100;

/** A value as YAML, in the style of what stood there before where that can hold it. */
export function writeScalar(value: string, style: Style, spot: Spot, before?: Scalar): string {
  const kind = before?.type;
  if (!spot.flow && (kind === "BLOCK_FOLDED" || kind === "BLOCK_LITERAL")) {
    const block = kind === "BLOCK_FOLDED" ? folded(value, spot.indent) : literal(value, spot.indent);
    if (block) return block;
  }
  if (kind === "QUOTE_DOUBLE") return JSON.stringify(value);
  if (kind === "QUOTE_SINGLE" && !value.includes("\n")) return `'${value.replaceAll("'", "''")}'`;
  if (!spot.flow && style === "text" && value.length > LONG) {
    const block = folded(value, spot.indent);
    if (block) return block;
  }
  if (staysPlain(value, spot.flow) && (style === "word" || !LOOKS_LIKE_MORE.test(value))) return value;
  return JSON.stringify(value);
}

/** Whether it means itself without quotes. */
export function staysPlain(value: string, flow: boolean): boolean {
  if (value === "" || value.includes("\n")) return false;
  const document = parseDocument(flow ? `{k: ${value}}` : `k: ${value}`, { schema: "failsafe", prettyErrors: false });
  const root = document.contents;
  if (document.errors.length > 0 || !isMap(root) || root.items.length !== 1) return false;
  const read = root.items[0]?.value;
  return isScalar(read) && !isSeq(read) && read.type === "PLAIN" && read.value === value;
}

/** `>-` and lines of at most `WIDTH` columns; `undefined` where folding would change it. */
function folded(value: string, indent: number): string | undefined {
  if (value === "" || /^\s|\s$|\n[ \t]|[ \t]\n|\t/.test(value)) return undefined;
  const pad = " ".repeat(indent);
  const lines: string[] = [];
  for (const [at, paragraph] of value.split("\n").entries()) {
    // A break of the text is an empty line.
    if (at > 0) lines.push("");
    let line = "";
    for (const word of paragraph.split(/(?<! ) (?! )/)) {
      if (line !== "" && indent + line.length + 1 + word.length > WIDTH) {
        lines.push(pad + line);
        line = word;
      } else {
        line = line === "" ? word : `${line} ${word}`;
      }
    }
    if (line !== "") lines.push(pad + line);
  }
  return `>-\n${lines.join("\n")}`;
}

/** `|` or `|-`, line by line. */
function literal(value: string, indent: number): string | undefined {
  const body = value.replace(/\n$/, "");
  if (body === "" || /^\s/.test(body) || body.endsWith("\n")) return undefined;
  const pad = " ".repeat(indent);
  const head = value.endsWith("\n") ? "|" : "|-";
  return `${head}\n${body.split("\n").map((line) => (line === "" ? "" : pad + line)).join("\n")}`;
}
