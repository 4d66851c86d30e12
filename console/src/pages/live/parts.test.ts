import { expect, it } from "vitest";
import { answeredOrRinging, asked, told, without } from "./parts";
import type { Parts } from "./parts";

const none: Parts = new Map();

it("keeps each call in which one takes part, whichever is asked for next", () => {
  const both = asked(told(asked(none, "one", "listen", 0), "one", "listen"), "two", "whisper", 0);
  expect([...both]).toEqual([["one", { mode: "listen" }], ["two", { mode: "whisper", ringsUntil: 60_000 }]]);
  expect([...asked(both, "one", "join", 5)][0]).toEqual(["one", { mode: "join" }]);
  expect([...without(both, "one").keys()]).toEqual(["two"]);
});

it("ends with the ringing, with leaving, and with taking over", () => {
  const rings = asked(none, "one", "listen", 0);
  expect(answeredOrRinging(rings, 59_999)).toBe(rings);
  expect(answeredOrRinging(rings, 60_000).size).toBe(0);
  expect(answeredOrRinging(told(rings, "one", "listen"), 99_999).size).toBe(1);
  expect([told(rings, "one", null).size, told(rings, "one", "take_over").size, asked(rings, "one", "take_over", 1).size]).toEqual([0, 0, 0]);
});
