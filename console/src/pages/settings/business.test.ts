import { expect, it } from "vitest";

import { isDayOfYear, isHours, nameIn, weekdayName } from "./business";

it("knows what hours look like", () => {
  for (const good of ["", "closed", "08:00-12:00", "08:00-12:00, 13:00-18:00", "00:00-24:00"]) expect(isHours(good), good).toBe(true);
  for (const bad of ["8-12", "08:00", "08:00-25:00", "08:00-12:00;", "open"]) expect(isHours(bad), bad).toBe(false);
});

it("names days and holidays", () => {
  expect(weekdayName("monday", "de")).toBe("Montag");
  expect(weekdayName("sunday", "fr")).toBe("dimanche");
  expect(nameIn({ de: "Neujahr", en: "New Year" }, "de")).toBe("Neujahr");
  expect(nameIn({ en: "New Year" }, "it")).toBe("New Year");
  expect(isDayOfYear("12-25")).toBe(true);
  expect(isDayOfYear("13-01")).toBe(false);
});
