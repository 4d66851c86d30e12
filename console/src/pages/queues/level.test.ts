import { expect, it } from "vitest";
import { serviceLevel, waited } from "./level";

it("counts those who gave up or found no place against the service level", () => {
  const queue = { served: 6, served_soon: 5, left: 2, timed_out: 1, refused: 1 };
  expect(serviceLevel(queue)).toBe(0.5);
  expect(serviceLevel({ ...queue, served: 0, left: 0, timed_out: 0, refused: 0 })).toBeUndefined();
});

it("goes on counting a wait between two looks, and never back", () => {
  expect([waited(7, 1_500), waited(7, -300)]).toEqual([8_500, 7_000]);
});
