/** What can be done to a flow on its canvas, as changes of its text. */

import { isMap, isScalar, isSeq } from "yaml";
import type { Node } from "yaml";

import {
  applySplices,
  contentEnd,
  endOfLine,
  insertRaw,
  remove,
  renameKey,
  setScalar,
  startOfLine,
  writeKey,
} from "../../../yaml/edit";
import type { Splice } from "../../../yaml/edit";
import { isEmpty, keysOf, nodeAt, pairOf, rangeOf, readSource, textOf } from "../../../yaml/source";
import type { Path } from "../../../yaml/source";
import { readFlow } from "./graph";
import type { Exit } from "./graph";
import { isEnd, verbSpec } from "./verbs";

/** Lets a way out lead elsewhere. */
export function setTarget(text: string, path: Path, target: string): string {
  return setScalar(withRetrySettings(text, path), path, target);
}

/** Takes a way out that may be left out away. */
export function clearTarget(text: string, path: Path): string {
  return remove(text, path);
}

/**
 * `no_input: Are you there?` has no room for `next`: the words go below `say` first.
 */
function withRetrySettings(text: string, path: Path): string {
  const holder = path.slice(0, -1);
  const key = holder.at(-1);
  if (path.at(-1) !== "next" || (key !== "no_input" && key !== "no_match")) return text;
  const source = readSource(text);
  const there = nodeAt(source.root, holder);
  if (!there || isEmpty(there) || keysOf(there).some((name) => ["say", "later", "next"].includes(name))) return text;
  const [from, to] = [rangeOf(there)[0], contentEnd(text, there)];
  const words = text.slice(from, to);
  if (!words.includes("\n")) return applySplices(text, [{ from, to, with: `{say: ${words}}` }]);
  const parent = nodeAt(source.root, holder.slice(0, -1));
  const pair = isMap(parent) ? pairOf(parent, String(key)) : undefined;
  if (!pair) return text;
  const line = startOfLine(text, rangeOf(pair.key)[0]);
  const pad = " ".repeat(rangeOf(pair.key)[0] - line + 2);
  const colon = text.indexOf(":", rangeOf(pair.key)[1]) + 1;
  const deeper = text.slice(colon, to).replaceAll(/\n(?=[^\n])/g, "\n  ");
  return applySplices(text, [{ from: colon, to, with: `\n${pad}say:${deeper}` }]);
}

/** Puts a new node at the end, and gives its name. */
export function addNode(text: string, wanted: string, verb: string): { text: string; name: string } {
  const graph = readFlow(text);
  const name = freeName(graph.nodes.map((node) => node.name), PLAIN[wanted] ?? wanted);
  const spec = verbSpec(verb);
  if (!spec) return { text, name };
  const words = graph.languages.length > 1 ? `{${graph.languages.map((tag) => `${tag}: "…"`).join(", ")}}` : '"…"';
  const body = [spec.fresh(words), ...(spec.next ? ["next: hangup"] : [])].join("\n");
  const indented = (by: number) => body.split("\n").map((line) => " ".repeat(by) + line).join("\n");
  const nodes = nodeAt(graph.source.root, ["nodes"]);
  if (isMap(nodes) && !nodes.flow && nodes.items.length > 0) {
    const first = rangeOf(nodes.items[0]?.key as Node)[0];
    const indent = first - startOfLine(text, first);
    const at = endOfLine(text, contentEnd(text, nodes));
    const node = `\n\n${" ".repeat(indent)}${writeKey(name)}:\n${indented(indent + 2)}`;
    return { text: applySplices(text, [{ from: at, to: at, with: node }]), name };
  }
  return { text: insertRaw(text, ["nodes"], `\n  ${writeKey(name)}:\n${indented(4)}`), name };
}

/** Names of steps whose verb is the name of an end. */
const PLAIN: Readonly<Record<string, string>> = { hangup: "goodbye", return: "back" };

function freeName(taken: readonly string[], wanted: string): string {
  if (!taken.includes(wanted) && !isEnd(wanted)) return wanted;
  let number = 2;
  while (taken.includes(`${wanted}_${number}`)) number += 1;
  return `${wanted}_${number}`;
}

/** Takes a node away, with the comment right above it. Ways that led to it stay as they are, and are faults. */
export function removeNode(text: string, name: string): string {
  const nodes = nodeAt(readSource(text).root, ["nodes"]);
  const pair = isMap(nodes) ? pairOf(nodes, name) : undefined;
  if (!isMap(nodes) || !pair || nodes.items.length < 2) return text;
  if (nodes.flow) return remove(text, ["nodes", name]);
  let from = startOfLine(text, rangeOf(pair.key)[0]);
  while (from > 0 && /^\s*#/.test(text.slice(startOfLine(text, from - 1), from))) from = startOfLine(text, from - 1);
  const end = pair.value && !isEmpty(pair.value) ? contentEnd(text, pair.value) : rangeOf(pair.key)[1];
  let to = Math.min(endOfLine(text, end) + 1, text.length);
  // One of the empty lines around it goes with it.
  const before = startOfLine(text, Math.max(from - 1, 0));
  if (from > 0 && text.slice(before, from).trim() === "") from = before;
  else if (text.slice(to, endOfLine(text, to)).trim() === "") to = Math.min(endOfLine(text, to) + 1, text.length);
  return text.slice(0, from) + text.slice(to);
}

/** Whether a node may have this name. */
export function isNodeName(name: string): boolean {
  return /^[\p{L}\p{N}_-]{1,64}$/u.test(name) && !isEnd(name);
}

/** Gives a node another name, everywhere. */
export function renameNode(text: string, name: string, wanted: string): string {
  const graph = readFlow(text);
  if (!isNodeName(wanted) || graph.nodes.some((node) => node.name === wanted)) return text;
  const exits: Exit[] = [...graph.globalKeys, ...graph.nodes.flatMap((node) => node.exits)];
  const paths = [...exits.filter((exit) => exit.target === name).map((exit) => exit.path), ["start"]];
  const splices = paths.flatMap((path): Splice[] => {
    const there = nodeAt(graph.source.root, path);
    if (!isScalar(there) || textOf(there) !== name) return [];
    const [from, to] = rangeOf(there);
    return [{ from, to, with: writeKey(wanted) }];
  });
  return renameKey(applySplices(text, splices), ["nodes", name], wanted);
}

/** Where a call begins; the first node of the file needs no word for it. */
export function setStart(text: string, name: string): string {
  const graph = readFlow(text);
  if (graph.start === name) return text;
  if (graph.nodes[0]?.name === name) return remove(text, ["start"]);
  if (nodeAt(graph.source.root, ["start"]) !== undefined) return setScalar(text, ["start"], name);
  const document = graph.source.root;
  const nodes = isMap(document) ? pairOf(document, "nodes") : undefined;
  if (!nodes) return text;
  const at = startOfLine(text, rangeOf(nodes.key)[0]);
  return `${text.slice(0, at)}start: ${writeKey(name)}\n${text.slice(at)}`;
}

/** Another key of a menu. */
export function addOption(text: string, node: string, key: string, target: string): string {
  return setScalar(text, ["nodes", node, "menu", "options", key], target);
}

/** Takes a key of a menu away; the last one stays. */
export function removeOption(text: string, node: string, key: string): string {
  const options = nodeAt(readSource(text).root, ["nodes", node, "menu", "options"]);
  return keysOf(options).length > 1 ? remove(text, ["nodes", node, "menu", "options", key]) : text;
}

/** Another condition of a branch, before `else`. */
export function addCase(text: string, node: string, when: string, target: string): string {
  const list = nodeAt(readSource(text).root, ["nodes", node, "branch"]);
  if (!isSeq(list) || list.flow) return text;
  const items = list.items as Node[];
  const other = items.findIndex((item) => keysOf(item).includes("else"));
  const before = items[other];
  const at = before ? startOfLine(text, rangeOf(before)[0]) : endOfLine(text, contentEnd(text, list)) + 1;
  const sample = before ?? items[0];
  if (!sample) return text;
  const dash = /^ */.exec(text.slice(startOfLine(text, rangeOf(sample)[0])))?.[0] ?? "";
  const fresh = `${dash}- when: ${JSON.stringify(when)}\n${dash}  next: ${writeKey(target)}\n`;
  return text.slice(0, at) + fresh + text.slice(at);
}

/** Takes a condition of a branch away. */
export function removeCase(text: string, node: string, at: number): string {
  const list = nodeAt(readSource(text).root, ["nodes", node, "branch"]);
  return isSeq(list) && list.items.length > 1 ? remove(text, ["nodes", node, "branch", at]) : text;
}

/** Sets a setting of a node; an empty value takes it away. `words`: it is never taken for a number. */
export function setField(text: string, path: Path, value: string, words: boolean): string {
  if (value !== "") return setScalar(text, path, value, words ? "text" : "word");
  return nodeAt(readSource(text).root, path) === undefined ? text : remove(text, path);
}

/** Several words: a list where there is more than one. */
export function setWords(text: string, path: Path, words: readonly string[]): string {
  if (words.length === 0) return remove(text, path);
  if (words.length === 1) return setScalar(text, path, words[0] ?? "", "text");
  const raw = `[${words.map((word) => (/^[\p{L}\p{N}_.-]+$/u.test(word) && !/^[\d.]/.test(word) ? word : JSON.stringify(word))).join(", ")}]`;
  const source = readSource(text);
  const there = nodeAt(source.root, path);
  if (!there || isEmpty(there)) return insertRaw(remove(text, path), path, raw);
  if (isSeq(there) && !there.flow) return insertRaw(remove(text, path), path, raw);
  return applySplices(text, [{ from: rangeOf(there)[0], to: contentEnd(text, there), with: raw }]);
}
