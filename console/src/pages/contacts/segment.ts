/** The rule of a segment, put together from what a person chose. */

export type SegmentBy = "tag" | "field" | "language" | "rule";

export interface SegmentChoice {
  readonly by: SegmentBy;
  readonly field: string;
  readonly value: string;
  readonly rule: string;
}

/** The expression, or nothing while something is missing. */
export function expressionOf({ by, field, value, rule }: SegmentChoice): string | undefined {
  const wanted = value.trim();
  if (by === "rule") return rule.trim() || undefined;
  if (wanted === "") return undefined;
  if (by === "tag") return `${quoted(wanted)} in contact.tags`;
  if (by === "language") return `contact.language == ${quoted(wanted)}`;
  // A field may have any name: it is looked up by its text.
  return field.trim() === "" ? undefined : `contact[${quoted(field.trim())}] == ${quoted(wanted)}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
