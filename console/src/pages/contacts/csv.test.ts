import { describe, expect, it } from "vitest";
import { delimiterOf, readHead } from "./csv";

describe("the head of a table", () => {
  it("is its headings and first rows, whatever parts them", () => {
    expect(readHead("Name;Tel\r\nMia;030 1\r\nBen;030 2\r\n", 1)).toEqual({ headings: ["Name", "Tel"], rows: [["Mia", "030 1"]] });
    expect(readHead("name\tnumber\nMia\t1")?.rows).toEqual([["Mia", "1"]]);
    expect(delimiterOf("a,b;c,d\n;;;;;")).toBe(",");
  });

  it("keeps what stands in quotes: commas, quotes, line breaks", () => {
    const head = readHead('name,note\n"Berg, Mia","said ""yes""\nand went"\n');
    expect(head?.rows).toEqual([["Berg, Mia", 'said "yes"\nand went']]);
  });

  it("passes over the byte order mark and empty lines", () => {
    expect(readHead("\uFEFFname\n\nMia\n")).toEqual({ headings: ["name"], rows: [["Mia"]] });
    expect(readHead("\n\n")).toBeUndefined();
    expect(readHead("")).toBeUndefined();
  });

  it("reads the last row also without a line break at its end", () => {
    expect(readHead("a,b\n1,")?.rows).toEqual([["1", ""]]);
  });
});
