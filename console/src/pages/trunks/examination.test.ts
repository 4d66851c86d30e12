import { expect, it } from "vitest";

import { fine, nameOf, sentenceOf, wrong } from "./examination";
import type { Finding } from "./examination";

const found = (check: string, weight: Finding["weight"], code?: string): Finding => ({ check, weight, found: "", ...(code && { code }) });

it("shows what is wrong with the worst first, and names once what is not", () => {
  const findings = [found("trunk", "fault", "trunk_silent"), found("disk", "ok"), found("disk", "ok"), found("time", "warning"), found("number", "fault", "number_app"), found("number", "ok")];
  expect(wrong(findings, "trunk").map(({ check }) => check)).toEqual(["number", "time"]);
  expect(fine(findings)).toEqual(["disk"]);
});

it("has words of its own for what it knows, and leaves the rest to the server", () => {
  expect(sentenceOf(found("number", "fault", "number_app"))).toBe("doctor.number_app");
  expect(sentenceOf(found("disk", "fault"))).toBeNull();
  expect([nameOf({ check: "disk" }), nameOf({ check: "of tomorrow" })]).toEqual(["doctor.check.disk", null]);
});
