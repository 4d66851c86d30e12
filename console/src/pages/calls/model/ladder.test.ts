import { describe, expect, it } from "vitest";
import { kindOf, labelOf, ladder, US } from "./ladder";

const message = (at: string, direction: "in" | "out", remote: string, first_line: string) => ({
  at: `2026-03-05T10:00:${at}Z`, direction, transport: "UDP", local: "10.0.0.1:5060", remote, first_line, message: first_line,
});
const caller = "192.0.2.7:5060";
const phone = "192.0.2.9:5061";

it("names messages", () => {
  expect(labelOf("INVITE sip:a@b SIP/2.0")).toBe("INVITE");
  expect(labelOf("SIP/2.0 180 Ringing")).toBe("180 Ringing");
  expect(["ACK sip:a SIP/2.0", "SIP/2.0 100 Trying", "SIP/2.0 200 OK", "SIP/2.0 486 Busy Here"].map(kindOf)).toEqual([
    "request", "progress", "success", "failure",
  ]);
});

describe("a ladder", () => {
  const drawn = ladder([
    message("00.000", "in", caller, "INVITE sip:a@b SIP/2.0"),
    message("00.020", "out", caller, "SIP/2.0 100 Trying"),
    message("01.500", "out", phone, "INVITE sip:anna@c SIP/2.0"),
    message("03.250", "in", phone, "SIP/2.0 200 OK"),
  ]);
  it("has us between the caller and everybody else", () => {
    expect(drawn.lanes.map(({ id }) => id)).toEqual([caller, US, phone]);
  });
  it("has arrows from whom to whom", () => {
    expect(drawn.rungs.map(({ from, to }) => [from, to])).toEqual([[0, 1], [1, 0], [1, 2], [2, 1]]);
  });
  it("tells the time since the first message", () => {
    expect(drawn.rungs.map(({ after_ms }) => after_ms)).toEqual([0, 20, 1_500, 3_250]);
  });
  it("goes down, and has room for all", () => {
    const ys = drawn.rungs.map(({ y }) => y);
    expect(ys).toEqual([...ys].sort((a, b) => a - b));
    expect(drawn.height).toBeGreaterThan(ys.at(-1) ?? 0);
    expect(drawn.width).toBeGreaterThan(drawn.lanes.at(-1)?.x ?? 0);
  });
  it("is empty without messages", () => expect(ladder([]).rungs).toEqual([]));
});
