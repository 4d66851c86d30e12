/** Which SIP sessions carry each line: one, and two while one takes the place of the other (RFC 3891). */

import type { Ending } from "./machine";

/** As much of JsSIP's `RTCSession` as is needed here. */
export interface Session {
  isEnded(): boolean;
  terminate(options?: { status_code: number }): void;
  on(event: string, listener: () => void): unknown;
  removeAllListeners(event: string): unknown;
}

interface Line<S> {
  /** Those that are not over, the one that is talked in first. */
  sessions: readonly S[];
  /** Takes the place of the other one, and is not confirmed yet. */
  successor?: { readonly session: S; readonly stands: () => void };
  /** Whoever is here wants it to end. */
  hungUp: boolean;
}

export class Carriers<S extends Session> {
  private readonly lines = new Map<string, Line<S>>();

  /** `over`: a line has ended, which is told once. */
  constructor(private readonly over: (id: string, ending: Ending) => void) {}

  begin(id: string, session: S): void {
    this.lines.set(id, { sessions: [session], hungUp: false });
  }

  /** The session that is talked in. */
  of(id: string): S | undefined {
    return this.lines.get(id)?.sessions[0];
  }

  /** Whether another session may take the place of this one: only one at a time, and none of a line that is to end. */
  mayReplace(id: string, session: S): boolean {
    const line = this.lines.get(id);
    return line?.hungUp === false && line.sessions.length === 1 && line.sessions[0] === session;
  }

  /** This session is to carry the line: it is talked in once it is accepted, and `stands` once it is confirmed. */
  succeed(id: string, session: S, stands: () => void): void {
    const line = this.lines.get(id);
    if (!line) return session.terminate();
    line.sessions = [...line.sessions, session];
    line.successor = { session, stands };
    session.on("accepted", () => {
      line.sessions = [session, ...line.sessions.filter((it) => it !== session)];
    });
    session.on("confirmed", () => {
      line.successor = undefined;
      stands();
    });
  }

  /** Hangs up: whatever carries the line, and whatever is about to. */
  end(id: string, status?: number): void {
    const line = this.lines.get(id);
    if (!line) return;
    line.hungUp = true;
    const faults: unknown[] = [];
    for (const session of line.sessions) {
      try {
        if (!session.isEnded()) session.terminate(status === undefined ? undefined : { status_code: status });
      } catch (fault) {
        // The other one has to be ended all the same.
        faults.push(fault);
      }
    }
    if (faults.length > 0) throw faults[0];
  }

  /** A session is over; the line is, too, unless another one carries it or is about to. */
  ended(id: string, session: S, ending: Ending): void {
    const line = this.lines.get(id);
    if (!line?.sessions.includes(session)) return;
    line.sessions = line.sessions.filter((it) => it !== session);
    const { successor } = line;
    if (successor?.session === session) line.successor = undefined;
    if (line.sessions.length > 0 && !line.hungUp) {
      if (successor && successor.session !== session) standAlone(successor);
      return;
    }
    this.lines.delete(id);
    this.over(id, ending);
  }
}

/** JsSIP would end the session before this one as soon as this one is confirmed, and fail where that is over already. */
function standAlone({ session, stands }: { session: Session; stands: () => void }): void {
  session.removeAllListeners("confirmed");
  session.on("confirmed", stands);
}
