import { describe, expect, it } from "vitest";
import { type Effect, MOST_LINES, type PhoneEvent, type PhoneState, alert, consultOf, initialPhone, lineOf, step } from "./machine";

const ready: PhoneState = { ...initialPhone, link: "ready" };

/** Goes through the events; gives the last state and all effects. */
function run(events: PhoneEvent[], from: PhoneState = ready): { state: PhoneState; effects: Effect[] } {
  const effects: Effect[] = [];
  let state = from;
  for (const event of events) {
    const next = step(state, event);
    state = next.state;
    effects.push(...next.effects);
  }
  return { state, effects };
}

const talkingIn = (id: string): PhoneEvent[] => [
  { type: "incoming", id, number: "+4930901820", at: 1_000 },
  { type: "answer", id },
  { type: "accepted", id, at: 2_000 },
];

describe("calls", () => {
  it("rings, is answered and ends, and stays to be noted", () => {
    const rung = run([{ type: "incoming", id: "a", number: "+4930901820", name: "Mia", at: 1_000 }]);
    expect(alert(rung.state)).toBe("ring");
    expect(rung.state.focus).toBe("a");
    const { state, effects } = run([{ type: "answer", id: "a" }, { type: "accepted", id: "a", at: 2_000 }], rung.state);
    expect(effects).toEqual([{ do: "answer", id: "a" }]);
    expect(alert(state)).toBe("none");
    const over = run([{ type: "ended", id: "a", ending: "normal", at: 9_000 }], state).state;
    expect(lineOf(over, "a")).toMatchObject({ phase: "ended", ending: "normal", answeredAt: 2_000, endedAt: 9_000 });
    expect(run([{ type: "dismiss", id: "a" }], over).state.lines).toEqual([]);
  });

  it("dials only while it is connected, and never nobody", () => {
    expect(run([{ type: "dial", id: "a", to: "anna", at: 1 }], initialPhone).effects).toEqual([]);
    expect(run([{ type: "dial", id: "a", to: "  ", at: 1 }]).effects).toEqual([]);
    expect(run([{ type: "dial", id: "a", to: " anna ", at: 1 }]).effects).toEqual([{ do: "dial", id: "a", to: "anna" }]);
  });

  it("tells that it rings at the other end, until somebody answers", () => {
    const rings = run([{ type: "dial", id: "a", to: "anna", at: 1 }, { type: "rings_there", id: "a" }]).state;
    expect(alert(rings)).toBe("ringback");
    expect(alert(run([{ type: "accepted", id: "a", at: 2 }], rings).state)).toBe("none");
  });

  it("holds whom one talks to when another call is answered, dialled or taken up again", () => {
    const two = run([...talkingIn("a"), ...talkingIn("b")]);
    expect(two.effects).toEqual([
      { do: "answer", id: "a" },
      { do: "hold", id: "a" },
      { do: "answer", id: "b" },
    ]);
    const back = run([{ type: "resume", id: "a" }], two.state);
    expect(back.effects).toEqual([
      { do: "hold", id: "b" },
      { do: "resume", id: "a" },
    ]);
    expect(back.state.lines.map((line) => [line.id, line.held])).toEqual([
      ["a", false],
      ["b", true],
    ]);
    const third = run([{ type: "dial", id: "c", to: "ben", at: 5 }], back.state);
    expect(third.effects[0]).toEqual({ do: "hold", id: "a" });
  });

  it("knocks while somebody is talked to, and leaves the focus where it is", () => {
    const { state } = run([...talkingIn("a"), { type: "incoming", id: "b", number: "ben", at: 5 }]);
    expect(alert(state)).toBe("knock");
    expect(state.focus).toBe("a");
  });

  it("is busy when all lines are taken", () => {
    const full = Array.from({ length: MOST_LINES }, (_, n): PhoneEvent => ({ type: "incoming", id: `${n}`, number: "x", at: n }));
    const { state, effects } = run([...full, { type: "incoming", id: "more", number: "y", at: 9 }]);
    expect(effects).toEqual([{ do: "busy", id: "more" }]);
    expect(lineOf(state, "more")).toBeUndefined();
  });

  it("forgets calls that came to nothing with the next one, and keeps those that are to be noted", () => {
    const { state } = run([
      ...talkingIn("a"),
      { type: "ended", id: "a", ending: "normal", at: 3 },
      { type: "incoming", id: "b", number: "x", at: 4 },
      { type: "ended", id: "b", ending: "cancelled", at: 5 },
      { type: "incoming", id: "c", number: "y", at: 6 },
    ]);
    expect(state.lines.map((line) => line.id)).toEqual(["a", "c"]);
    expect(state.focus).toBe("c");
  });

  it("does nothing to a line that is over or not there", () => {
    const over = run([...talkingIn("a"), { type: "ended", id: "a", ending: "normal", at: 3 }]).state;
    for (const type of ["answer", "hang_up", "hold", "resume", "complete"] as const) {
      expect(step(over, { type, id: "a" })).toEqual({ state: over, effects: [] });
      expect(step(over, { type, id: "nobody" })).toEqual({ state: over, effects: [] });
    }
  });

  it("does nothing that needs the server while it cannot be reached, and hangs up all the same", () => {
    for (const link of ["lost", "connecting"] as const) {
      const { state } = run([...talkingIn("a"), { type: "link", link }]);
      expect(step(state, { type: "hold", id: "a" })).toEqual({ state, effects: [] });
      expect(step(state, { type: "transfer", id: "a", to: "ben" })).toEqual({ state, effects: [] });
      expect(step(state, { type: "hang_up", id: "a" }).effects).toEqual([{ do: "end", id: "a" }]);
      expect(step(state, { type: "mute", id: "a", muted: true }).effects).toHaveLength(1);
      const back = run([{ type: "link", link: "ready" }], state).state;
      expect(step(back, { type: "hold", id: "a" }).effects).toEqual([{ do: "hold", id: "a" }]);
    }
  });

  it("mutes and sends keys only while somebody is talked to", () => {
    const ringing = run([{ type: "incoming", id: "a", number: "x", at: 1 }]).state;
    expect(step(ringing, { type: "key", id: "a", key: "1" }).effects).toEqual([]);
    const { state, effects } = run([...talkingIn("a"), { type: "mute", id: "a", muted: true }, { type: "key", id: "a", key: "#" }]);
    expect(effects.slice(1)).toEqual([
      { do: "mute", id: "a", muted: true },
      { do: "key", id: "a", key: "#" },
    ]);
    expect(lineOf(state, "a")?.muted).toBe(true);
  });
});

describe("transfers", () => {
  it("hands over cold and lets go when the other one has answered", () => {
    const asked = run([...talkingIn("a"), { type: "transfer", id: "a", to: "ben" }]);
    expect(asked.effects.at(-1)).toEqual({ do: "refer", id: "a", to: "ben" });
    // A second one is not begun meanwhile.
    expect(step(asked.state, { type: "transfer", id: "a", to: "carla" }).effects).toEqual([]);
    const done = run([{ type: "transfer_stage", id: "a", stage: "ringing" }, { type: "transfer_stage", id: "a", stage: "done" }], asked.state);
    expect(done.effects).toEqual([{ do: "end", id: "a" }]);
    const over = run([{ type: "ended", id: "a", ending: "normal", at: 9 }], done.state).state;
    expect(lineOf(over, "a")?.ending).toBe("transferred");
  });

  it("keeps the caller when a cold transfer fails, and may try again", () => {
    const failed = run([...talkingIn("a"), { type: "transfer", id: "a", to: "ben" }, { type: "transfer_stage", id: "a", stage: "failed" }]).state;
    expect(lineOf(failed, "a")).toMatchObject({ phase: "talking", transfer: { stage: "failed" } });
    expect(step(failed, { type: "transfer", id: "a", to: "carla" }).effects).toEqual([{ do: "refer", id: "a", to: "carla" }]);
  });

  it("joins caller and colleague warm, from either line", () => {
    const consulted = run([
      ...talkingIn("a"),
      { type: "consult", id: "a", newId: "b", to: "ben", at: 5 },
      { type: "accepted", id: "b", at: 6 },
    ]);
    expect(consulted.effects.slice(1)).toEqual([
      { do: "hold", id: "a" },
      { do: "dial", id: "b", to: "ben" },
    ]);
    for (const id of ["a", "b"]) {
      expect(step(consulted.state, { type: "complete", id }).effects).toEqual([{ do: "join", id: "a", other: "b" }]);
    }
    const joined = run([{ type: "complete", id: "b" }, { type: "transfer_stage", id: "a", stage: "done" }], consulted.state);
    expect(joined.effects.slice(1)).toEqual([
      { do: "end", id: "a" },
      { do: "end", id: "b" },
    ]);
    const over = run(
      [
        { type: "ended", id: "b", ending: "normal", at: 8 },
        { type: "ended", id: "a", ending: "normal", at: 9 },
      ],
      joined.state,
    ).state;
    expect(over.lines.map((line) => [line.id, line.ending])).toEqual([["a", "transferred"]]);
  });

  it("goes on with whom a colleague hands over, as muted as before, and nobody has to answer", () => {
    const { state } = run([...talkingIn("a"), { type: "identified", id: "a", call: "call_1" }, { type: "mute", id: "a", muted: true }]);
    const handed = run([{ type: "replaced", id: "a", number: "+4930901821", name: "Mia", call: "call_2" }], state);
    expect(handed.state.lines).toHaveLength(1);
    expect(lineOf(handed.state, "a")).toMatchObject({ phase: "talking", number: "+4930901821", name: "Mia", call: "call_2", muted: true, answeredAt: 2_000 });
    // The new call has another microphone, which was not muted yet.
    expect(handed.effects).toEqual([{ do: "mute", id: "a", muted: true }]);
    const over = run([{ type: "ended", id: "a", ending: "normal", at: 3 }], state).state;
    expect(step(over, { type: "replaced", id: "a", number: "x" })).toEqual({ state: over, effects: [] });
  });

  it("was not missed where a call that was to take its place failed in the end", () => {
    for (const ending of ["cancelled", "declined"] as const) {
      const { state } = run([...talkingIn("a"), { type: "ended", id: "a", ending, at: 9 }]);
      expect(lineOf(state, "a")?.ending).toBe("normal");
    }
    expect(lineOf(run([{ type: "incoming", id: "a", number: "x", at: 1 }, { type: "ended", id: "a", ending: "cancelled", at: 2 }]).state, "a")?.ending).toBe("cancelled");
  });

  it("goes back to the held caller when the colleague hangs up", () => {
    const { state } = run([
      ...talkingIn("a"),
      { type: "consult", id: "a", newId: "b", to: "ben", at: 5 },
      { type: "ended", id: "b", ending: "busy", at: 6 },
    ]);
    expect(state.focus).toBe("a");
    expect(lineOf(state, "a")).toMatchObject({ phase: "talking", held: true });
    const line = lineOf(state, "a");
    expect(line && consultOf(state, line)).toBeUndefined();
  });

  it("asks nobody a second time while a colleague is being asked", () => {
    const { state } = run([...talkingIn("a"), { type: "consult", id: "a", newId: "b", to: "ben", at: 5 }]);
    expect(step(state, { type: "consult", id: "a", newId: "c", to: "carla", at: 6 }).effects).toEqual([]);
    expect(step(state, { type: "complete", id: "nobody" }).effects).toEqual([]);
  });
});
