import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { setScalar } from "../../../yaml/edit";
import { readSource, textAt } from "../../../yaml/source";
import {
  addCase,
  addNode,
  addOption,
  clearTarget,
  removeCase,
  removeNode,
  removeOption,
  renameNode,
  setStart,
  setTarget,
  setWords,
} from "./change";
import { faultsByNode, readFlow, reached } from "./graph";
import { WIDTH, layOut } from "./layout";
import { isEnd, VERBS } from "./verbs";

const ROOT = join(__dirname, "../../../../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const demo = readdirSync(join(ROOT, "demo/flows")).map((file) => `demo/flows/${file}`);
const templates = readdirSync(join(ROOT, "templates"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && readdirSync(join(ROOT, "templates", entry.name)).includes("flow.yaml"))
  .map((entry) => `templates/${entry.name}/flow.yaml`);
const FLOWS = [...demo, ...templates];
const RECEPTION = read("demo/flows/reception.yaml");

/** For machines that do much else, ms. */
const SLOW = 120_000;

/** The lines that one text has and the other has not. */
function changed(before: string, after: string): { gone: string[]; fresh: string[] } {
  const [a, b] = [before.split("\n"), after.split("\n")];
  return { gone: a.filter((line) => !b.includes(line)), fresh: b.filter((line) => !a.includes(line)) };
}

describe.each(FLOWS)("%s", (path) => {
  const text = read(path);
  const graph = readFlow(text);

  it("is read whole: every node has a verb, every way out leads somewhere", () => {
    expect(graph.source.faults).toEqual([]);
    const names = graph.nodes.map((node) => node.name);
    expect(names.length).toBeGreaterThan(0);
    for (const node of graph.nodes) {
      expect(node.verb, node.name).not.toBeNull();
      for (const exit of node.exits) expect(isEnd(exit.target) || names.includes(exit.target), `${node.name} ${exit.id}`).toBe(true);
    }
    expect([...reached(graph)].sort()).toEqual([...names].sort());
  });

  it("gives the same bytes when every way out is set to where it leads", () => {
    for (const exit of graph.nodes.flatMap((node) => node.exits)) expect(setTarget(text, exit.path, exit.target)).toBe(text);
  }, SLOW);

  it("changes one line for one way out", () => {
    for (const exit of graph.nodes.flatMap((node) => node.exits)) {
      const to = exit.target === "hangup" ? "return" : "hangup";
      const after = setTarget(text, exit.path, to);
      const { gone, fresh } = changed(text, after);
      expect(gone.length + fresh.length, `${exit.id}: ${after}`).toBeLessThanOrEqual(2);
      expect(setTarget(after, exit.path, exit.target)).toBe(text);
    }
  }, SLOW);

  it("is laid out without boxes that overlap", () => {
    const boxes = graph.nodes.map((node) => ({ id: node.name, height: 60 + 24 * node.exits.length }));
    const lines = graph.nodes.flatMap((node) => node.exits.map((exit) => ({ from: node.name, to: exit.target })));
    const places = layOut(boxes, lines, graph.start);
    expect(places.size).toBe(boxes.length);
    expect(places.get(graph.start ?? "")?.y).toBe(0);
    for (const one of boxes) {
      for (const other of boxes) {
        const [a, b] = [places.get(one.id), places.get(other.id)];
        if (one.id >= other.id || !a || !b) continue;
        const beside = a.x + WIDTH <= b.x || b.x + WIDTH <= a.x;
        expect(beside || a.y + one.height <= b.y || b.y + other.height <= a.y, `${one.id} and ${other.id}`).toBe(true);
      }
    }
  });
});

describe("a node", () => {
  it.each(VERBS.map((verb) => verb.name))("of the verb %s can be added and taken away again", (verb) => {
    const added = addNode(RECEPTION, "fresh", verb);
    const node = readFlow(added.text).nodes.find((known) => known.name === "fresh");
    expect(node?.verb).toBe(verb);
    expect(readSource(added.text).faults).toEqual([]);
    expect(added.text.startsWith(RECEPTION.trimEnd())).toBe(true);
    expect(removeNode(added.text, "fresh")).toBe(RECEPTION);
  });

  it("gets a name that is free", () => {
    expect(addNode(RECEPTION, "hours", "say").name).toBe("hours_2");
    expect(addNode("", "hello", "say").text).toBe('nodes:\n  hello:\n    say: "…"\n    next: hangup\n');
  });

  it("is renamed wherever it is named", () => {
    const renamed = renameNode(RECEPTION, "main", "menu_of_all");
    expect(renamed).not.toMatch(/\bmain\b/);
    expect(renameNode(renamed, "menu_of_all", "main")).toBe(RECEPTION);
    expect(renameNode(RECEPTION, "main", "hours")).toBe(RECEPTION);
    expect(renameNode(RECEPTION, "main", "again")).toBe(RECEPTION);
  });

  it("leaves with the comment above it", () => {
    const text = "nodes:\n  a:\n    say: A\n    next: b\n\n  # About b.\n  b:\n    hangup:\n\n  c:\n    hangup:\n";
    expect(removeNode(text, "b")).toBe("nodes:\n  a:\n    say: A\n    next: b\n\n  c:\n    hangup:\n");
  });

  it("can be the first", () => {
    const text = setStart(RECEPTION, "main");
    expect(readFlow(text).start).toBe("main");
    expect(text).toContain("start: main\nnodes:\n");
    expect(setStart(text, "welcome")).toBe(RECEPTION);
  });
});

describe("a menu", () => {
  it("gains and loses keys", () => {
    const more = addOption(RECEPTION, "main", "8", "team");
    expect(more).toContain("        9: other_language\n        8: team\n");
    expect(removeOption(more, "main", "8")).toBe(RECEPTION);
    expect(addOption(RECEPTION, "nobody_free", "*", "again")).toContain('{1: message, 2: main, "*": again}');
    expect(removeOption("nodes: {a: {menu: {options: {1: b}}}}", "a", "1")).toContain("1: b");
  });

  it("gets a way for silence beside the words that are there", () => {
    const path = ["nodes", "main", "menu", "no_input", "next"];
    const added = setTarget(RECEPTION, path, "goodbye");
    expect(textAt(readSource(added).root, path)).toBe("goodbye");
    expect(clearTarget(added, path)).toBe(RECEPTION);
    const short = "nodes:\n  a:\n    menu:\n      say: A\n      options: {1: a}\n      no_input: Are you there?\n";
    expect(setTarget(short, ["nodes", "a", "menu", "no_input", "next"], "a")).toContain("no_input: {say: Are you there?, next: a}");
    const long = short.replace("no_input: Are you there?", "no_input:\n        en: Hi\n        de: Na");
    const wrapped = setTarget(long, ["nodes", "a", "menu", "no_input", "next"], "a");
    expect(wrapped).toContain("no_input:\n        say:\n          en: Hi\n          de: Na\n        next: a\n");
  });
});

it("gives a branch another case before the last", () => {
  const more = addCase(RECEPTION, "other_language", "call.seconds > 9", "goodbye");
  expect(more).toContain('        next: to_english\n      - when: "call.seconds > 9"\n        next: goodbye\n      - else: to_german');
  expect(removeCase(more, "other_language", 1)).toBe(RECEPTION);
});

it("writes one word or a list of them", () => {
  const path = ["nodes", "reception", "transfer", "to"];
  const two = setWords(RECEPTION, path, ["anna", "+493012345"]);
  expect(two).toContain('      to: [anna, "+493012345"]\n');
  expect(setWords(two, path, ["anna"])).toBe(RECEPTION);
});

it("finds the node of a fault by its line", () => {
  const graph = readFlow(RECEPTION);
  const line = RECEPTION.split("\n").indexOf("  directions:") + 3;
  const fault = { severity: "error", line, column: 1, message: "x" } as const;
  expect([...faultsByNode(graph, [fault, { ...fault, line: 1 }]).keys()]).toEqual(["directions", ""]);
});

it("changes the words of one language and keeps the rest", () => {
  const path = ["nodes", "goodbye", "hangup", "say", "de"];
  const text = setScalar(RECEPTION, path, "Tschüss.", "text");
  expect(text).toBe(RECEPTION.replace("Vielen Dank für Ihren Anruf. Auf Wiederhören.", "Tschüss."));
});
