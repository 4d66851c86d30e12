/** What becomes of calls when the way to the server is lost, and when there is one again. */

/** As much of JsSIP's `RTCSession` as is needed here. */
export interface Session {
  readonly direction: "incoming" | "outgoing";
  isInProgress(): boolean;
  isEstablished(): boolean;
  terminate(options?: { cause: string }): void;
}

/** JsSIP's dialog: requests of a call go by it, whichever connection there is. */
export interface Dialog {
  sendRequest(method: string, options?: { eventHandlers: { onDialogError: () => void } }): unknown;
}

/** The dialog of a session that is established; it is not among what JsSIP documents. */
export function dialogOf(session: object): Dialog | undefined {
  return (session as { _dialog?: Dialog })._dialog;
}

export class Outage {
  private readonly farewells: Dialog[] = [];

  /** The way is lost: the server looks elsewhere for who answers what rings here. */
  begin(sessions: readonly Session[]): void {
    for (const session of sessions) if (session.direction === "incoming" && session.isInProgress()) session.terminate();
  }

  /** A call was hung up while there was no way: it is said as soon as there is one. */
  hungUp(dialog: Dialog): void {
    this.farewells.push(dialog);
  }

  /**
   * There is a way again, by another connection. The server takes it for a call when it hears of the call there, and
   * says whether there still is one.
   */
  end(sessions: readonly Session[]): void {
    for (const dialog of this.farewells.splice(0)) dialog.sendRequest("BYE");
    for (const session of sessions) {
      if (!session.isEstablished()) continue;
      const over = () => session.isEstablished() && session.terminate({ cause: "Connection Error" });
      dialogOf(session)?.sendRequest("OPTIONS", { eventHandlers: { onDialogError: over } });
    }
  }
}
