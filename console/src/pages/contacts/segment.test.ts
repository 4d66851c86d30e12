import { describe, expect, it } from "vitest";
import { type SegmentChoice, expressionOf } from "./segment";

const choice = (more: Partial<SegmentChoice>): SegmentChoice => ({ by: "tag", field: "", value: "", rule: "", ...more });

describe("the rule of a segment", () => {
  it("asks for a tag, a language or the value of a field", () => {
    expect(expressionOf(choice({ value: " vip " }))).toBe('"vip" in contact.tags');
    expect(expressionOf(choice({ by: "language", value: "de" }))).toBe('contact.language == "de"');
    expect(expressionOf(choice({ by: "field", field: "city", value: "Berlin" }))).toBe('contact["city"] == "Berlin"');
  });

  it("cannot be broken out of", () => {
    expect(expressionOf(choice({ value: 'x" or true or "' }))).toBe('"x\\" or true or \\"" in contact.tags');
  });

  it("is none while something is missing", () => {
    expect(expressionOf(choice({}))).toBeUndefined();
    expect(expressionOf(choice({ by: "field", value: "Berlin" }))).toBeUndefined();
    expect(expressionOf(choice({ by: "rule" }))).toBeUndefined();
  });
});
