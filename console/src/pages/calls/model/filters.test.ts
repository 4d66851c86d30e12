import { describe, expect, it } from "vitest";
import { filtersOf, queryOf, timeRange, withFilter } from "./filters";

const now = new Date(2026, 2, 5, 14, 30);

describe("filters in the address", () => {
  it("are read, and what is none is left out", () => {
    expect(filtersOf(new URLSearchParams("words=tooth+ache&tag=&direction=inbound&x=1"))).toEqual({
      words: "tooth ache", direction: "inbound",
    });
  });
  it("are set and taken out, and the others stay", () => {
    const search = withFilter(new URLSearchParams("tag=vip&state=active"), { state: undefined, outcome: "answered" });
    expect(search.toString()).toBe("tag=vip&outcome=answered");
  });
});

describe("what the server is asked", () => {
  it("has days as moments, the last one whole", () => {
    const query = queryOf({ from: "2026-03-01", to: "2026-03-02" }, now);
    expect(query).toEqual({ from: new Date(2026, 2, 1).toISOString(), to: new Date(2026, 2, 3).toISOString() });
  });
  it("has named times by the day, not by the second", () => {
    expect(queryOf({ time: "today" }, now)).toEqual(queryOf({ time: "today" }, new Date(2026, 2, 5, 23, 59)));
    expect(timeRange("yesterday", now)).toEqual({ from: new Date(2026, 2, 4), to: new Date(2026, 2, 5) });
    expect(timeRange("week", now).from).toEqual(new Date(2026, 1, 27));
  });
  it("leaves out what cannot be read", () => {
    expect(queryOf({ from: "soon", time: "someday", tag: "vip" }, now)).toEqual({ tag: "vip" });
  });
});
