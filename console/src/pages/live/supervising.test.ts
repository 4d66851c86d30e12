import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { asked } from "./parts";
import { Supervising } from "./supervising";

let supervising: Supervising;
let told: number;
const ask = (call: string) => supervising.change((parts) => asked(parts, call, "listen", Date.now()));
const calls = () => [...supervising.getParts().keys()];

beforeEach(() => {
  vi.useFakeTimers();
  supervising = new Supervising();
  told = 0;
  supervising.subscribe(() => (told += 1));
});

afterEach(() => {
  vi.useRealTimers();
});

it("goes on without a page that listens, until the server tells of its end", () => {
  ask("one");
  ask("two");
  supervising.hear({ type: "supervision", call: "one", member: "anna", mode: "listen" }, "anna");
  supervising.hear({ type: "supervision", call: "one", member: "anna", mode: "whisper" }, "anna");
  expect(supervising.getParts().get("one")).toEqual({ mode: "whisper" });
  // Another one's part is not one's own.
  supervising.hear({ type: "supervision", call: "one", member: "ben", mode: null }, "anna");
  supervising.hear({ type: "state", call: "two", state: "ended" }, "anna");
  expect(calls()).toEqual(["one"]);
  supervising.hear({ type: "supervision", call: "one", member: "anna", mode: null }, "anna");
  expect(calls()).toEqual([]);
});

it("forgets a phone that rang in vain, and no other", () => {
  ask("one");
  vi.advanceTimersByTime(30_000);
  ask("two");
  vi.advanceTimersByTime(30_051);
  expect(calls()).toEqual(["two"]);
  supervising.hear({ type: "supervision", call: "two", member: "anna", mode: "listen" }, "anna");
  vi.advanceTimersByTime(120_000);
  expect(calls()).toEqual(["two"]);
});

it("tells of changes alone, and is empty for whoever signs in next", () => {
  ask("one");
  expect(told).toBe(1);
  supervising.hear({ type: "state", call: "another", state: "ended" }, "anna");
  expect(told).toBe(1);
  supervising.clear();
  supervising.clear();
  expect([told, calls()]).toEqual([2, []]);
});
