import { describe, expect, it } from "vitest";

import { diffLines } from "./diff";
import { insertRaw, remove, renameKey, setScalar } from "./edit";
import { nodeAt, readSource, textAt } from "./source";

const TEXT = `# The top.
name: Anna   # a name
list: [one, two]
nested:
  flow: {a: 1, b: "two"}   # in braces
  folded: >-
    Several words
    on two lines.

  last: x
# The end.
`;

const value = (text: string, path: (string | number)[]) => textAt(readSource(text).root, path);

describe("a change of one value", () => {
  it("touches nothing else", () => {
    expect(setScalar(TEXT, ["name"], "Ben")).toBe(TEXT.replace("Anna", "Ben"));
    expect(setScalar(TEXT, ["nested", "flow", "a"], "7")).toBe(TEXT.replace("a: 1", "a: 7"));
    expect(setScalar(TEXT, ["list", 1], "three")).toBe(TEXT.replace("two]", "three]"));
  });

  it("keeps the kind of quotes, and adds them where they are needed", () => {
    expect(setScalar(TEXT, ["nested", "flow", "b"], 'say "hi"')).toBe(TEXT.replace('"two"', '"say \\"hi\\""'));
    expect(setScalar(TEXT, ["name"], "a: b")).toContain('name: "a: b"   # a name');
    expect(setScalar(TEXT, ["nested", "flow", "a"], "1, 2")).toContain('{a: "1, 2", b');
    expect(setScalar(TEXT, ["name"], "yes", "text")).toContain('name: "yes"');
    expect(setScalar(TEXT, ["name"], "true", "word")).toContain("name: true");
  });

  it("writes folded texts as folded ones", () => {
    const long = "word ".repeat(60).trim();
    const changed = setScalar(TEXT, ["nested", "folded"], long, "text");
    expect(value(changed, ["nested", "folded"])).toBe(long);
    expect(changed).toContain("  folded: >-\n    word word");
    expect(Math.max(...changed.split("\n").map((line) => line.length))).toBeLessThanOrEqual(120);
    expect(changed.endsWith("\n\n  last: x\n# The end.\n")).toBe(true);
    const lines = setScalar(TEXT, ["nested", "folded"], "One.\nTwo.", "text");
    expect(value(lines, ["nested", "folded"])).toBe("One.\nTwo.");
  });

  it("reads back whatever is written", () => {
    for (const word of ["", " x ", "#no", "a #b", "- a", "{{ vars.name }}", "*", "&a", "!x", "a:", "ö ü", "tab\there", "a\nb", "'", "|", "%", "@at", "~"]) {
      for (const path of [["name"], ["nested", "flow", "a"], ["nested", "folded"], ["nested", "new"], ["fresh"]]) {
        const changed = setScalar(TEXT, path, word, "text");
        expect(value(changed, path), `${path.join(".")}: ${JSON.stringify(word)}`).toBe(word);
        expect(readSource(changed).faults, changed).toEqual([]);
      }
    }
  }, 120_000);
});

describe("what is not there yet", () => {
  it("is put behind the last entry", () => {
    expect(setScalar(TEXT, ["nested", "new"], "y")).toBe(TEXT.replace("  last: x\n", "  last: x\n  new: y\n"));
    expect(setScalar(TEXT, ["nested", "flow", "c"], "3")).toBe(TEXT.replace('"two"}', '"two", c: 3}'));
    expect(setScalar(TEXT, ["fresh"], "3")).toBe(TEXT.replace("  last: x\n", "  last: x\nfresh: 3\n"));
  });

  it("gets the mappings that it needs", () => {
    expect(setScalar(TEXT, ["nested", "deep", "er"], "1")).toContain("  deep: {er: 1}\n");
    expect(setScalar("a:\n  hangup:\n  b: 1\n", ["a", "hangup", "say"], "Bye.")).toBe("a:\n  hangup:\n    say: Bye.\n  b: 1\n");
    expect(setScalar("a:\n  answer:\n  next: b\n", ["a", "answer"], "x")).toBe("a:\n  answer: x\n  next: b\n");
    expect(setScalar("a: {}\n", ["a", "b"], "1")).toBe("a: {b: 1}\n");
    expect(insertRaw("a: 1\n", ["nodes"], "{b: 1}")).toBe("a: 1\nnodes: {b: 1}\n");
    expect(setScalar("", ["a"], "1")).toBe("a: 1\n");
  });
});

describe("taking away", () => {
  it("takes the line, or the entry with its comma", () => {
    expect(remove(TEXT, ["name"])).toBe(TEXT.replace("name: Anna   # a name\n", ""));
    expect(remove(TEXT, ["nested", "flow", "a"])).toBe(TEXT.replace('a: 1, b: "two"', 'b: "two"'));
    expect(remove(TEXT, ["nested", "flow", "b"])).toBe(TEXT.replace(', b: "two"', ""));
    expect(remove(TEXT, ["list", 0])).toBe(TEXT.replace("one, ", ""));
    expect(remove("a:\n  b: 1\nc: 2\n", ["a", "b"])).toBe("a:\nc: 2\n");
    expect(remove("x:\n  a: {b: 1}\n  c: 2\n", ["x", "a", "b"])).toBe("x:\n  c: 2\n");
    expect(nodeAt(readSource(remove(TEXT, ["nested", "folded"])).root, ["nested", "last"])).toBeDefined();
  });
});

it("renames a key", () => {
  expect(renameKey(TEXT, ["nested", "last"], "final")).toBe(TEXT.replace("last: x", "final: x"));
});

it("tells lines that were added and removed", () => {
  expect(diffLines("a\nb\nc", "a\nx\nc").map((line) => line.kind[0] + line.text)).toEqual(["sa", "rb", "ax", "sc"]);
  expect(diffLines("a", "a")).toEqual([{ kind: "same", text: "a" }]);
});
