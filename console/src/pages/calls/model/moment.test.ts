import { expect, it } from "vitest";
import { momentOf, momentText } from "./moment";

it("reads moments from links", () => {
  const read = (t: string) => momentOf(new URLSearchParams({ t }));
  expect(["12.3", "0", "75.125", "9999999", "-1", "1e3", "x", ""].map(read)).toEqual([
    12_300, 0, 75_125, undefined, undefined, undefined, undefined, undefined,
  ]);
  expect(momentOf(new URLSearchParams())).toBeUndefined();
});

it("writes what it reads", () => {
  expect(momentText(12_345)).toBe("12.3");
  expect(momentOf(new URLSearchParams({ t: momentText(60_000) }))).toBe(60_000);
  expect(momentText(-5)).toBe("0.0");
});
