import { expect, it } from "vitest";
import { type Dialog, Outage, type Session } from "./outage";

type Phase = "progress" | "established" | "over";

/** A session with its dialog, as JsSIP's are; it notes what is asked of the server. */
class FakeSession implements Session {
  readonly sent: string[] = [];
  ended: string | undefined;
  missing = () => {};

  constructor(
    private phase: Phase,
    readonly direction: "incoming" | "outgoing" = "incoming",
  ) {}

  readonly _dialog: Dialog = {
    sendRequest: (method, options) => {
      this.sent.push(method);
      this.missing = options?.eventHandlers.onDialogError ?? (() => {});
    },
  };

  isInProgress = () => this.phase === "progress";
  isEstablished = () => this.phase === "established";

  terminate(options?: { cause: string }): void {
    if (this.phase === "over") throw new Error("Invalid status");
    this.phase = "over";
    this.ended = options?.cause ?? "hung up";
  }
}

it("ends what rings here when the way is lost, and keeps who is talked with", () => {
  const [ringing, talking, calling] = [new FakeSession("progress"), new FakeSession("established"), new FakeSession("progress", "outgoing")];
  new Outage().begin([ringing, talking, calling]);
  expect([ringing.ended, talking.ended, calling.ended]).toEqual(["hung up", undefined, undefined]);
});

it("asks for each call when there is a way again, and ends those that the server has no more", () => {
  const [there, gone, over] = [new FakeSession("established", "outgoing"), new FakeSession("established"), new FakeSession("over")];
  new Outage().end([there, gone, over]);
  expect([there.sent, gone.sent, over.sent]).toEqual([["OPTIONS"], ["OPTIONS"], []]);
  gone.missing();
  expect([there.ended, gone.ended]).toEqual([undefined, "Connection Error"]);
  // Hung up before the answer came: there is nothing left to be ended.
  gone.missing();
});

it("says once that a call was hung up meanwhile", () => {
  const outage = new Outage();
  const session = new FakeSession("over");
  outage.hungUp(session._dialog);
  outage.end([]);
  outage.end([]);
  expect(session.sent).toEqual(["BYE"]);
});
