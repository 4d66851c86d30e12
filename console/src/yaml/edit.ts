/**
 * Changes of a YAML text that touch nothing but their place: comments, quotes, line breaks and order of everything else
 * stay as somebody wrote them.
 */

import { isMap, isScalar, isSeq } from "yaml";
import type { Node, Pair, Scalar, YAMLMap } from "yaml";

import { writeScalar } from "./scalar";
import type { Style } from "./scalar";
import { isEmpty, nodeAt, pairOf, rangeOf, readSource } from "./source";
import type { Path, Source, Step } from "./source";

/** A part of the text, and what comes in its place. */
export interface Splice {
  from: number;
  to: number;
  with: string;
}

export function applySplices(text: string, splices: readonly Splice[]): string {
  const fromEnd = [...splices].sort((one, other) => other.from - one.from);
  return fromEnd.reduce((changed, splice) => changed.slice(0, splice.from) + splice.with + changed.slice(splice.to), text);
}

/** Gives the scalar at a place a value; what is missing on the way is made. */
export function setScalar(text: string, path: Path, value: string, style: Style = "word"): string {
  const source = readSource(text);
  return applySplices(text, [scalarSplice(source, path, value, style)]);
}

function scalarSplice(source: Source, path: Path, value: string, style: Style): Splice {
  const there = nodeAt(source.root, path);
  if (there !== undefined || existsEmpty(source, path)) return replaceSplice(source, path, there, value, style);
  return insertSplice(source, path, (spot) => writeScalar(value, style, spot));
}

function existsEmpty(source: Source, path: Path): boolean {
  const parent = nodeAt(source.root, path.slice(0, -1));
  return isMap(parent) && pairOf(parent, String(path.at(-1))) !== undefined;
}

function replaceSplice(source: Source, path: Path, there: Node | undefined, value: string, style: Style): Splice {
  const parent = nodeAt(source.root, path.slice(0, -1));
  const flow = isFlow(parent) || within(source, path);
  const indent = indentOf(source, parent) + 2;
  if (isScalar(there) && !isEmpty(there)) {
    const [from, to] = rangeOf(there);
    const block = there.type === "BLOCK_FOLDED" || there.type === "BLOCK_LITERAL";
    const written = writeScalar(value, style, { flow, indent }, there as Scalar);
    // A block's range goes on behind its last line break.
    return { from, to: block ? endOfContent(source.text, from, to) : to, with: written };
  }
  const written = writeScalar(value, style, { flow, indent });
  const pair = isMap(parent) ? pairOf(parent, String(path.at(-1))) : undefined;
  if (!pair) {
    const from = there ? rangeOf(there)[0] : 0;
    return { from, to: there ? contentEnd(source.text, there) : 0, with: written };
  }
  const from = behindColon(source.text, pair.key);
  const to = isEmpty(there) || !there ? from : contentEnd(source.text, there);
  return { from, to, with: ` ${written}` };
}

/** Puts a mapping entry, written as YAML, where there is none. Mappings on the way to it are made. */
export function insertRaw(text: string, path: Path, raw: string): string {
  return applySplices(text, [insertSplice(readSource(text), path, () => raw)]);
}

function insertSplice(
  source: Source,
  path: Path,
  write: (spot: { flow: boolean; indent: number }) => string,
): Splice {
  const key = String(path.at(-1));
  const parentPath = path.slice(0, -1);
  const parent = nodeAt(source.root, parentPath);
  if (isMap(parent) && parent.items.length > 0) return insertInto(source, parent, key, write, within(source, parentPath));
  if (isMap(parent)) {
    const [from, to] = rangeOf(parent);
    return { from, to, with: `{${writeKey(key)}: ${write({ flow: true, indent: 0 })}}` };
  }
  if (path.length === 1) {
    const gap = source.text === "" || source.text.endsWith("\n") ? "" : "\n";
    const end = source.text.length;
    const written = write({ flow: false, indent: 2 });
    const space = written.startsWith("\n") ? "" : " ";
    return { from: end, to: end, with: `${gap}${writeKey(key)}:${space}${written}\n` };
  }
  const holder = nodeAt(source.root, parentPath.slice(0, -1));
  const pair = isMap(holder) ? pairOf(holder, String(parentPath.at(-1))) : undefined;
  if (pair && isEmpty(pair.value) && !isFlow(holder)) {
    const indent = indentOf(source, holder) + 2;
    const at = behindColon(source.text, pair.key);
    const entry = `${writeKey(key)}: ${write({ flow: false, indent: indent + 2 })}`;
    return { from: at, to: at, with: `\n${" ".repeat(indent)}${entry}` };
  }
  const entry = (spot: { flow: boolean; indent: number }) =>
    `{${writeKey(key)}: ${write({ flow: true, indent: spot.indent })}}`;
  if (pair) {
    const from = behindColon(source.text, pair.key);
    const to = pair.value && !isEmpty(pair.value) ? contentEnd(source.text, pair.value) : from;
    return { from, to, with: ` ${entry({ flow: true, indent: 0 })}` };
  }
  return insertSplice(source, parentPath, entry);
}

function insertInto(
  source: Source,
  map: YAMLMap,
  key: string,
  write: (spot: { flow: boolean; indent: number }) => string,
  inFlow: boolean,
): Splice {
  const at = pairEnd(source.text, map.items.at(-1) as Pair<Node, Node | null>);
  if (isFlow(map) || inFlow) {
    return { from: at, to: at, with: `, ${writeKey(key)}: ${write({ flow: true, indent: 0 })}` };
  }
  const indent = indentOf(source, map);
  const line = endOfLine(source.text, at);
  const entry = `${writeKey(key)}: ${write({ flow: false, indent: indent + 2 })}`;
  return { from: line, to: line, with: `\n${" ".repeat(indent)}${entry}` };
}

/** Takes an entry of a mapping or an item of a list away. A mapping that would be left empty goes with it. */
export function remove(text: string, path: Path): string {
  const source = readSource(text);
  const parent = nodeAt(source.root, path.slice(0, -1));
  const step = path.at(-1);
  if (step === undefined) return text;
  const span = spanOf(text, parent, step);
  if (!span || !parent) return text;
  const count = (parent as { items: unknown[] }).items.length;
  if (count === 1 && path.length > 2) return remove(text, path.slice(0, -1));
  const { from, to } = span;
  if (isFlow(parent) || within(source, path.slice(0, -1))) return applySplices(text, [{ ...inFlow(text, from, to), with: "" }]);
  const start = startOfLine(text, from);
  const end = endOfLine(text, to);
  return text.slice(0, start) + text.slice(Math.min(end + 1, text.length));
}

function spanOf(text: string, parent: Node | undefined, step: Step): { from: number; to: number } | undefined {
  if (isMap(parent)) {
    const pair = pairOf(parent, String(step));
    return pair && { from: rangeOf(pair.key)[0], to: pairEnd(text, pair) };
  }
  const item = isSeq(parent) && typeof step === "number" ? (parent.items[step] as Node | undefined) : undefined;
  return item && { from: rangeOf(item)[0], to: contentEnd(text, item) };
}

function pairEnd(text: string, pair: Pair<Node, Node | null>): number {
  return pair.value && !isEmpty(pair.value) ? contentEnd(text, pair.value) : behindColon(text, pair.key);
}

/** Where what a node says ends: without comments and line breaks behind it. */
export function contentEnd(text: string, node: Node): number {
  if (isMap(node) && !node.flow && node.items.length > 0) {
    return pairEnd(text, node.items.at(-1) as Pair<Node, Node | null>);
  }
  if (isSeq(node) && !node.flow && node.items.length > 0) return contentEnd(text, node.items.at(-1) as Node);
  const [from, to] = rangeOf(node);
  return endOfContent(text, from, to);
}

/** An entry of `{}` or `[]` with the comma that it needs no more. */
function inFlow(text: string, from: number, to: number): { from: number; to: number } {
  const behind = /^\s*,\s*/.exec(text.slice(to));
  if (behind) return { from, to: to + behind[0].length };
  const before = /,\s*$/.exec(text.slice(0, from));
  return { from: before ? from - before[0].length : from, to };
}

/** Leaves an entry without a value: `answer:`. */
export function setEmpty(text: string, path: Path): string {
  const source = readSource(text);
  const parent = nodeAt(source.root, path.slice(0, -1));
  const pair = isMap(parent) ? pairOf(parent, String(path.at(-1))) : undefined;
  if (!pair || !pair.value || isEmpty(pair.value)) return text;
  const from = behindColon(text, pair.key);
  return applySplices(text, [{ from, to: contentEnd(text, pair.value), with: "" }]);
}

/** Gives the entry at a place another name. */
export function renameKey(text: string, path: Path, name: string): string {
  const source = readSource(text);
  const parent = nodeAt(source.root, path.slice(0, -1));
  const pair = isMap(parent) ? pairOf(parent, String(path.at(-1))) : undefined;
  if (!pair) return text;
  const [from, to] = rangeOf(pair.key);
  return applySplices(text, [{ from, to, with: writeKey(name) }]);
}

export function writeKey(key: string): string {
  return /^[\p{L}\p{N}_-]+$/u.test(key) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(key) ? key : JSON.stringify(key);
}

function isFlow(node: Node | null | undefined): boolean {
  return (isMap(node) || isSeq(node)) && node.flow === true;
}

/** Whether one of the mappings and lists above a place is written with braces. */
function within(source: Source, path: Path): boolean {
  return path.some((_, length) => isFlow(nodeAt(source.root, path.slice(0, length))));
}

/** The column of the entries of a mapping. */
function indentOf(source: Source, node: Node | null | undefined): number {
  if (isMap(node) && node.items.length > 0) {
    const first = node.items[0]?.key as Node;
    const at = rangeOf(first)[0];
    return at - startOfLine(source.text, at);
  }
  if (!node) return 0;
  const line = startOfLine(source.text, rangeOf(node)[0]);
  return /^ */.exec(source.text.slice(line))?.[0].length ?? 0;
}

function behindColon(text: string, key: Node): number {
  const colon = text.indexOf(":", rangeOf(key)[1]);
  return colon < 0 ? rangeOf(key)[1] : colon + 1;
}

/** The end of what stands between two places, without the blanks, comments and line breaks behind it. */
export function endOfContent(text: string, from: number, to: number): number {
  let end = to;
  while (end > from && /\s/.test(text[end - 1] ?? "")) end -= 1;
  return end;
}

export function startOfLine(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

export function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}
