import { expect, it } from "vitest";

import { dayAfter, daysOf, scale } from "./report";

it("makes a scale of round steps", () => {
  for (const highest of [1, 2, 3, 7, 12, 99, 100, 101, 4321, 0.5]) {
    const { top, steps } = scale(highest);
    expect(top).toBeGreaterThanOrEqual(highest);
    expect(top).toBeLessThanOrEqual(highest * 2.5 + 1);
    expect(steps).toBeGreaterThan(0);
    if (highest >= 1) expect(Number.isInteger((top / steps) * 2), `${highest}: ${top}/${steps}`).toBe(true);
  }
  expect(scale(0)).toEqual({ top: 1, steps: 1 });
});

it("knows the days of a period, over the ends of months and years", () => {
  const today = new Date(2026, 2, 1, 23, 30);
  expect(daysOf("today", today)).toEqual({ from: "2026-03-01", to: "2026-03-02" });
  expect(daysOf("days7", today)).toEqual({ from: "2026-02-23", to: "2026-03-02" });
  expect(dayAfter("2026-12-31")).toBe("2027-01-01");
});
