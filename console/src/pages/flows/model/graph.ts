/** A flow's text as a graph: its nodes, and every way out of each. */

import { isMap, isScalar, isSeq } from "yaml";
import type { Node, YAMLMap } from "yaml";

import { keysOf, lineOf, nodeAt, pairOf, rangeOf, readSource, textAt, textOf } from "../../../yaml/source";
import type { Path, Source, TextFault } from "../../../yaml/source";
import { contentEnd } from "../../../yaml/edit";
import { isEnd, VERB_NAMES, verbSpec } from "./verbs";

/** What a way out is called: the key of a menu, a condition, or the setting that names it. */
export interface ExitLabel {
  kind: "key" | "when" | "else" | "field";
  text: string;
}

export interface Exit {
  /** Unique within the node. */
  id: string;
  label: ExitLabel;
  /** Where it is written, from the top of the text. */
  path: Path;
  /** A node or an end; empty when nothing is said yet. */
  target: string;
}

export interface FlowNode {
  name: string;
  /** `null`: none, or several. */
  verb: string | null;
  about: string;
  /** The beginning of what is heard there, or of what it is about. */
  summary: string;
  /** Lines of the text, from 1. */
  line: number;
  lastLine: number;
  exits: Exit[];
}

export interface FlowGraph {
  source: Source;
  about: string;
  languages: string[];
  /** The node that a call begins with. */
  start: string | null;
  nodes: FlowNode[];
  /** Keys that work everywhere. */
  globalKeys: Exit[];
}

export function readFlow(text: string, language?: string): FlowGraph {
  const source = readSource(text);
  const { root } = source;
  const languages = languagesOf(nodeAt(root, ["languages"]));
  const shown = language !== undefined && languages.includes(language) ? language : (languages[0] ?? "en");
  const listed = nodeAt(root, ["nodes"]);
  const nodes = isMap(listed)
    ? listed.items.flatMap((pair) => (isScalar(pair.key) ? [readNode(source, String(pair.key.value), pair.key, listed, shown)] : []))
    : [];
  const named = textAt(root, ["start"]);
  const globalKeys = keysOf(nodeAt(root, ["keys"])).map((key): Exit => {
    const path = ["keys", key];
    return { id: `key:${key}`, label: { kind: "key", text: key }, path, target: textAt(root, path) ?? "" };
  });
  return { source, about: textAt(root, ["about"]) ?? "", languages, start: named ?? nodes[0]?.name ?? null, nodes, globalKeys };
}

function languagesOf(node: Node | undefined): string[] {
  if (isSeq(node)) return node.items.flatMap((item) => textOf(item as Node) ?? []);
  const one = textOf(node);
  return one ? [one] : ["en"];
}

function readNode(source: Source, name: string, key: Node, listed: YAMLMap, language: string): FlowNode {
  const value = pairOf(listed, name)?.value;
  const given = keysOf(value).filter((entry) => VERB_NAMES.includes(entry));
  const verb = given.length === 1 ? (given[0] ?? null) : null;
  const about = textOf(nodeAt(value, ["about"])) ?? "";
  const end = value ? contentEnd(source.text, value) : rangeOf(key)[1];
  const line = lineOf(source, rangeOf(key)[0]);
  return {
    name,
    verb,
    about,
    summary: about || (verb ? summaryOf(nodeAt(value, [verb]), verb, language) : ""),
    line,
    lastLine: Math.max(line, lineOf(source, end)),
    exits: verb && value ? exitsOf(value, verb, ["nodes", name]) : [],
  };
}

/** Every way out of a node, in the order in which people read them. */
function exitsOf(node: Node, verb: string, path: Path): Exit[] {
  const settings = nodeAt(node, [verb]);
  const below = [...path, verb];
  const exits: Exit[] = [];
  const add = (label: ExitLabel, at: Path, target: string | undefined) => {
    exits.push({ id: `${label.kind}:${at.slice(path.length).join(".")}`, label, path: at, target: target ?? "" });
  };
  const field = (text: string): ExitLabel => ({ kind: "field", text });
  if (verb === "menu") menuExits(settings, below, add);
  if (verb === "branch") branchExits(settings, below, add);
  if (verb === "survey" && isMap(settings)) {
    const questions = nodeAt(settings, ["questions"]);
    const count = isSeq(questions) ? questions.items.length : 0;
    for (let at = 0; at < count; at += 1) retryExits(nodeAt(questions, [at]), [...below, "questions", at], add);
  }
  if (verb === "menu" || verb === "gather") retryExits(settings, below, add);
  for (const spec of verbSpec(verb)?.fields ?? []) {
    if (spec.kind !== "target" || spec.below !== undefined) continue;
    const target = textOf(nodeAt(settings, [spec.key]));
    if (target !== undefined || spec.needed) add(field(spec.key), [...below, spec.key], target);
  }
  if (verbSpec(verb)?.next) add(field("next"), [...path, "next"], textOf(nodeAt(node, ["next"])));
  return exits;
}

type Add = (label: ExitLabel, at: Path, target: string | undefined) => void;

function menuExits(settings: Node | undefined, below: Path, add: Add): void {
  const options = nodeAt(settings, ["options"]);
  for (const key of keysOf(options)) {
    const option = nodeAt(options, [key]);
    const at = [...below, "options", key];
    if (isMap(option)) add({ kind: "key", text: key }, [...at, "next"], textOf(nodeAt(option, ["next"])));
    else add({ kind: "key", text: key }, at, textOf(option));
  }
}

function branchExits(settings: Node | undefined, below: Path, add: Add): void {
  if (!isSeq(settings)) return;
  settings.items.forEach((item, at) => {
    const other = textOf(nodeAt(item as Node, ["else"]));
    if (other !== undefined) {
      add({ kind: "else", text: "" }, [...below, at, "else"], other);
    } else {
      const when = textOf(nodeAt(item as Node, ["when"])) ?? "";
      add({ kind: "when", text: when }, [...below, at, "next"], textOf(nodeAt(item as Node, ["next"])));
    }
  });
}

function retryExits(settings: Node | undefined, below: Path, add: Add): void {
  for (const key of ["no_input", "no_match"]) {
    const target = textOf(nodeAt(settings, [key, "next"]));
    if (target !== undefined) add({ kind: "field", text: key }, [...below, key, "next"], target);
  }
}

/** Words of what is heard; of other verbs what tells them apart. */
function summaryOf(settings: Node | undefined, verb: string, language: string): string {
  const own = textOf(settings);
  if (own !== undefined) return own;
  if (verb === "say") return heard(settings, language);
  for (const key of ["say", "ask", "announce"]) {
    const words = heard(nodeAt(settings, [key]), language);
    if (words) return words;
  }
  if (verb === "survey") return heard(nodeAt(settings, ["questions", 0, "ask"]), language);
  const telling = { transfer: "to", voicemail: "mailbox", http: "url", tool: "name", call: "flow", agent: "agent" }[verb];
  if (telling !== undefined) return listed(nodeAt(settings, [telling]));
  if (verb === "set" || verb === "remember" || verb === "contact") {
    return keysOf(settings).map((key) => `${key} = ${textOf(nodeAt(settings, [key])) ?? "…"}`).join(", ");
  }
  return "";
}

function listed(node: Node | undefined): string {
  return isSeq(node) ? node.items.flatMap((item) => textOf(item as Node) ?? []).join(", ") : (textOf(node) ?? "");
}

/** The words of a prompt in one language. */
export function heard(node: Node | undefined, language: string): string {
  if (node === undefined) return "";
  const words = textOf(node);
  if (words !== undefined) return words;
  if (isSeq(node)) return node.items.map((item) => heard(item as Node, language)).filter(Boolean).join(" ");
  if (!isMap(node)) return "";
  if (pairOf(node, "say")) return textOf(nodeAt(node, ["language"])) === language || !pairOf(node, "language") ? heard(nodeAt(node, ["say"]), language) : "";
  if (pairOf(node, "play")) return textOf(nodeAt(node, ["play"])) ?? "";
  return textOf(nodeAt(node, [language])) ?? textOf(node.items[0]?.value as Node | undefined) ?? "";
}

/** The faults of each node by its name; what is above the nodes stands under the empty name. */
export function faultsByNode(graph: FlowGraph, faults: readonly TextFault[]): Map<string, TextFault[]> {
  const found = new Map<string, TextFault[]>();
  for (const fault of faults) {
    const node = graph.nodes.find((known) => fault.line >= known.line && fault.line <= known.lastLine);
    const name = node?.name ?? "";
    found.set(name, [...(found.get(name) ?? []), fault]);
  }
  return found;
}

/** The nodes that a call can come to. */
export function reached(graph: FlowGraph): Set<string> {
  const known = new Map(graph.nodes.map((node) => [node.name, node]));
  const seen = new Set<string>();
  const waiting = [graph.start, ...graph.globalKeys.map((exit) => exit.target)].filter((name) => name !== null);
  while (waiting.length > 0) {
    const name = waiting.pop() ?? "";
    const node = known.get(name);
    if (!node || seen.has(name)) continue;
    seen.add(name);
    waiting.push(...node.exits.map((exit) => exit.target).filter((target) => !isEnd(target)));
  }
  return seen;
}
