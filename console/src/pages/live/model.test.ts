import { describe, expect, it } from "vitest";
import { type LiveLine, type LiveMessage, MOST_LINES, caughtUp, heard, silent, withLine } from "./model";

const line = (speaker: "caller" | "us", from_ms: number, text = "hello"): LiveLine => ({ speaker, from_ms, to_ms: from_ms + 500, text, cut: false });
const told = (messages: LiveMessage[]) => messages.reduce(heard, silent);

describe("a talk", () => {
  it("shows what is being said, until it is final", () => {
    const talking = told([{ type: "partial", call: "c", speaker: "caller", text: "I would" }]);
    expect(talking.partial.caller).toBe("I would");
    const said = heard(talking, { type: "line", call: "c", line: line("caller", 0, "I would like that.") });
    expect(said.partial.caller).toBeUndefined();
    expect(said.lines.map((it) => it.text)).toEqual(["I would like that."]);
  });

  it("leaves the words of the other side alone", () => {
    const both = told([
      { type: "partial", call: "c", speaker: "caller", text: "but" },
      { type: "line", call: "c", line: line("us", 0) },
    ]);
    expect(both.partial.caller).toBe("but");
  });

  it("keeps lines in their order, each once, and not for ever", () => {
    const lines = [line("us", 2_000), line("caller", 1_000), line("us", 2_000)].reduce(withLine, [] as readonly LiveLine[]);
    expect(lines.map((it) => it.from_ms)).toEqual([1_000, 2_000]);
    const many = Array.from({ length: MOST_LINES + 5 }, (_, n) => line("us", n)).reduce(withLine, [] as readonly LiveLine[]);
    expect(many.length).toBe(MOST_LINES);
    expect(many[0]?.from_ms).toBe(5);
  });

  it("takes in what the books have without saying anything twice", () => {
    const talk = told([{ type: "line", call: "c", line: line("caller", 1_000) }]);
    const whole = caughtUp(talk, [line("us", 0), line("caller", 1_000)]);
    expect(whole.lines.map((it) => it.from_ms)).toEqual([0, 1_000]);
  });

  it("knows who is in it, and that it is over", () => {
    const state = (state: "bridged" | "unbridged" | "ended"): LiveMessage => ({ type: "state", call: "c", state });
    expect(told([state("bridged")]).bridged).toBe(true);
    expect(told([state("bridged"), state("unbridged")]).bridged).toBe(false);
    const over = told([{ type: "partial", call: "c", speaker: "us", text: "good" }, state("ended")]);
    expect(over.over).toBe(true);
    expect(over.partial).toEqual({});
  });
});
