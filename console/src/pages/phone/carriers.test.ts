import { EventEmitter } from "node:events";
import { beforeEach, describe, expect, it } from "vitest";
import { Carriers, type Session } from "./carriers";

type Phase = "asked" | "accepted" | "confirmed" | "over";

/** A session as JsSIP's behave: it refuses what its state does not allow, and tells of its end at once. */
class FakeSession extends EventEmitter implements Session {
  phase: Phase = "confirmed";

  isEnded(): boolean {
    return this.phase === "over";
  }

  terminate(options?: { status_code: number }): void {
    if (this.phase === "over") throw new Error("Invalid status");
    this.become("over", this.phase === "asked" ? "failed" : "ended", options?.status_code);
  }

  become(phase: Phase, told: string = phase, ...more: unknown[]): void {
    this.phase = phase;
    this.emit(told, ...more);
  }
}

let told: string[];
let carriers: Carriers<FakeSession>;
let colleague: FakeSession;

/** Tells the carriers of a session's end, as the driver does. */
function follow(session: FakeSession): FakeSession {
  session.on("ended", () => carriers.ended("a", session, "normal"));
  session.on("failed", () => carriers.ended("a", session, "cancelled"));
  return session;
}

/** An INVITE with Replaces has come for the session with the colleague: JsSIP ends that one when this is confirmed. */
function handedOver(): FakeSession {
  const caller = new FakeSession();
  caller.phase = "asked";
  caller.on("confirmed", () => colleague.terminate());
  carriers.succeed("a", follow(caller), () => told.push("replaced"));
  return caller;
}

beforeEach(() => {
  told = [];
  carriers = new Carriers((id, ending) => told.push(`${id} ${ending}`));
  colleague = new FakeSession();
  carriers.begin("a", follow(colleague));
});

describe("a line", () => {
  it("ends with its session, and is told of once", () => {
    expect(carriers.of("a")).toBe(colleague);
    carriers.end("a");
    expect(colleague.isEnded()).toBe(true);
    carriers.end("a");
    expect(told).toEqual(["a normal"]);
    expect(carriers.of("a")).toBeUndefined();
  });

  it("is refused with a status", () => {
    const statuses: unknown[] = [];
    colleague.on("ended", (status) => statuses.push(status));
    carriers.end("a", 486);
    expect(statuses).toEqual([486]);
  });
});

describe("a call that takes the place of another", () => {
  it("is talked in once it is accepted, and the one before may end then", () => {
    const caller = handedOver();
    expect(carriers.of("a")).toBe(colleague);
    caller.become("accepted");
    expect(carriers.of("a")).toBe(caller);
    caller.become("confirmed");
    expect(colleague.isEnded()).toBe(true);
    expect(told).toEqual(["replaced"]);
    caller.terminate();
    expect(told).toEqual(["replaced", "a normal"]);
  });

  it.each(["asked", "accepted"] as const)("is hung up together with the one before while it is %s", (phase) => {
    const caller = handedOver();
    if (phase === "accepted") caller.become(phase);
    carriers.end("a");
    expect([colleague.isEnded(), caller.isEnded()]).toEqual([true, true]);
    expect(told).toEqual(["a normal"]);
  });

  it("is hung up also where the one before refuses to be", () => {
    const caller = handedOver();
    colleague.terminate = () => {
      throw new Error("Invalid status");
    };
    expect(() => carriers.end("a")).toThrow("Invalid status");
    expect(caller.isEnded()).toBe(true);
  });

  it("keeps the line while it is set up, though the one before is over", () => {
    const caller = handedOver();
    colleague.terminate();
    expect(told).toEqual([]);
    expect(carriers.of("a")).toBe(caller);
    caller.become("accepted");
    // What JsSIP would end then is over: that is no fault of the new one.
    caller.become("confirmed");
    expect(told).toEqual(["replaced"]);
    carriers.end("a");
    expect(caller.isEnded()).toBe(true);
    expect(told).toEqual(["replaced", "a normal"]);
  });

  it("can be hung up when the one before is over already", () => {
    const caller = handedOver();
    colleague.terminate();
    carriers.end("a");
    expect(caller.isEnded()).toBe(true);
    expect(told).toEqual(["a cancelled"]);
  });

  it("ends the line when it fails after the one before", () => {
    const caller = handedOver();
    colleague.terminate();
    caller.terminate();
    expect(told).toEqual(["a cancelled"]);
  });

  it("leaves the line to the one before when it fails first, accepted or not", () => {
    handedOver().terminate();
    const accepted = handedOver();
    accepted.become("accepted");
    accepted.terminate();
    expect(carriers.of("a")).toBe(colleague);
    expect(told).toEqual([]);
    colleague.terminate();
    expect(told).toEqual(["a normal"]);
  });

  it("comes one at a time, to whom is talked to, and to no line that is hung up", () => {
    expect(carriers.mayReplace("a", colleague)).toBe(true);
    expect(carriers.mayReplace("nobody", colleague)).toBe(false);
    const caller = handedOver();
    expect(carriers.mayReplace("a", colleague)).toBe(false);
    caller.become("accepted");
    caller.become("confirmed");
    expect(carriers.mayReplace("a", caller)).toBe(true);
    expect(carriers.mayReplace("a", colleague)).toBe(false);
    caller.terminate = () => undefined;
    carriers.end("a");
    expect(carriers.mayReplace("a", caller)).toBe(false);
  });
});
