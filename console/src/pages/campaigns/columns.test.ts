import { describe, expect, it } from "vitest";
import { columnOf, nameIn, withColumn, withGuesses, withName } from "./columns";

const yaml = `# Reminds.
name: reminders
purpose: reminder
flow: reminder
audience:
  columns: {number: Telefon, name: Name}   # as the practice has them
`;

describe("the columns of a campaign", () => {
  it("are those that its text names, in any case of letters", () => {
    expect(columnOf(yaml, "number", ["telefon", "Name"])).toBe("telefon");
    expect(columnOf(yaml, "number", ["number", "Name"])).toBeUndefined();
    expect(columnOf(yaml, "language", ["Language"])).toBe("Language");
    expect(columnOf("name: [", "number", ["number"])).toBe("number");
  });

  it("are written into the text, and nothing else is touched", () => {
    const mapped = withColumn(yaml, "number", "Mobile phone");
    expect(columnOf(mapped, "number", ["Mobile phone"])).toBe("Mobile phone");
    expect(mapped).toContain("# Reminds.");
    expect(mapped).toContain("# as the practice has them");
    const more = withColumn(mapped, "appointment", "Termin");
    expect(columnOf(more, "appointment", ["Termin"])).toBe("Termin");
    expect(columnOf(withColumn(more, "name", undefined), "name", ["Vorname"])).toBeUndefined();
  });

  it("may be the first that the text says of the audience", () => {
    const bare = "name: x\npurpose: survey\nflow: survey\n";
    expect(columnOf(withColumn(bare, "number", "Tel."), "number", ["Tel."])).toBe("Tel.");
    expect(withColumn(bare, "number", undefined)).toBe(bare);
  });

  it("are guessed where the text finds none of its own", () => {
    const headings = ["Handy", "Name", "Sprache", "Notiz"];
    const guessed = withGuesses(yaml, headings);
    expect(columnOf(guessed, "number", headings)).toBe("Handy");
    expect(columnOf(guessed, "name", headings)).toBe("Name");
    expect(columnOf(guessed, "language", headings)).toBe("Sprache");
    expect(columnOf(guessed, "appointment", headings)).toBeUndefined();
    expect(withGuesses(yaml, ["Telefon", "Name"])).toBe(yaml);
  });

  it("leave the name to be changed", () => {
    expect(nameIn(yaml)).toBe("reminders");
    expect(nameIn(withName(yaml, "tomorrow"))).toBe("tomorrow");
    expect(nameIn("{{")).toBe("");
  });
});
