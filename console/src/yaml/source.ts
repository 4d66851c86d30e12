/** A YAML text with the places of everything in it. Every scalar is read as the text that it is written as. */

import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Node, Pair, Scalar, YAMLMap } from "yaml";

export type Step = string | number;
/** Keys of mappings and places in lists, from the top of the document. */
export type Path = readonly Step[];

/** What is wrong with a text, and where. */
export interface TextFault {
  severity: "error" | "warning";
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  message: string;
  suggestion?: string | null;
}

export interface Source {
  text: string;
  root: Node | null;
  lines: LineCounter;
  /** Why it is no YAML. */
  faults: TextFault[];
}

export function readSource(text: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: "failsafe", lineCounter: lines, uniqueKeys: false, prettyErrors: false });
  const faults = document.errors.map((error): TextFault => {
    const place = lines.linePos(error.pos[0]);
    return { severity: "error", line: place.line || 1, column: place.col || 1, message: error.message };
  });
  return { text, root: document.contents, lines, faults };
}

/** The beginning of a node, and the ends of its value without and with what follows on its line. */
export function rangeOf(node: Node): readonly [number, number, number] {
  return node.range ?? [0, 0, 0];
}

/** A pair of a mapping by its key. */
export function pairOf(map: YAMLMap, key: string): Pair<Node, Node | null> | undefined {
  const found = map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
  return found as Pair<Node, Node | null> | undefined;
}

/** The names of a mapping in their order. */
export function keysOf(node: Node | null | undefined): string[] {
  if (!isMap(node)) return [];
  return node.items.map((pair) => (isScalar(pair.key) ? String(pair.key.value) : ""));
}

/** What stands at a place; `undefined` when nothing does. */
export function nodeAt(root: Node | null | undefined, path: Path): Node | undefined {
  let node: Node | null | undefined = root;
  for (const step of path) {
    if (isMap(node)) node = pairOf(node, String(step))?.value;
    else if (isSeq(node) && typeof step === "number") node = node.items[step] as Node | undefined;
    else return undefined;
  }
  return node ?? undefined;
}

/** Whether a scalar is written as nothing, as after `answer:`. */
export function isEmpty(node: Node | null | undefined): boolean {
  return node == null || (isScalar(node) && rangeOf(node)[0] === rangeOf(node)[1]);
}

/** The text of a scalar; `undefined` for anything else. */
export function textOf(node: Node | null | undefined): string | undefined {
  return isScalar(node) ? String((node as Scalar).value ?? "") : undefined;
}

export function textAt(root: Node | null | undefined, path: Path): string | undefined {
  return textOf(nodeAt(root, path));
}

/** The line of a place in the text, from 1. */
export function lineOf(source: Source, offset: number): number {
  return source.lines.linePos(offset).line || 1;
}
