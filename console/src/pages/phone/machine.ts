/**
 * The phone as a state machine: what happens goes in, the next state and what is to be done come out.
 *
 * Nothing here knows of SIP, sound or the clock: `sip.ts` drives it, and the tests do.
 */

/** How the phone stands with the server. */
export type Link = "off" | "connecting" | "ready" | "lost" | "refused" | "elsewhere";

/** Where a line is: we call, it rings here, it is up, it is over. */
export type Phase = "calling" | "ringing" | "talking" | "ended";

/** Why a line is over. */
export type Ending =
  | "normal"
  | "busy"
  | "no_answer"
  | "declined"
  | "not_found"
  | "forbidden"
  | "cancelled"
  | "elsewhere"
  | "transferred"
  | "microphone"
  | "connection"
  | "failed";

export type TransferStage = "asked" | "ringing" | "failed";

export interface PhoneLine {
  readonly id: string;
  readonly direction: "in" | "out";
  /** Number or address of the other party, as it is dialled or shown. */
  readonly number: string;
  readonly name?: string;
  /** The server's id of the call, once it is known. */
  readonly call?: string;
  readonly phase: Phase;
  readonly held: boolean;
  readonly muted: boolean;
  /** It rings at the other end, and nothing is heard from there yet. */
  readonly ringsThere?: boolean;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly answeredAt?: number;
  readonly endedAt?: number;
  readonly ending?: Ending;
  /** It is the second call of a warm transfer of this line. */
  readonly consultFor?: string;
  readonly transfer?: { readonly to: string; readonly warm: boolean; readonly stage: TransferStage };
}

export interface PhoneState {
  readonly link: Link;
  readonly lines: readonly PhoneLine[];
  /** The line that the dock shows. */
  readonly focus?: string;
}

export type PhoneEvent =
  | { type: "link"; link: Link }
  | { type: "incoming"; id: string; number: string; name?: string; call?: string; at: number }
  | { type: "dial"; id: string; to: string; name?: string; at: number }
  | { type: "consult"; id: string; newId: string; to: string; at: number }
  | { type: "answer" | "hang_up" | "hold" | "resume" | "complete" | "dismiss" | "focus"; id: string }
  | { type: "mute"; id: string; muted: boolean }
  | { type: "key"; id: string; key: string }
  | { type: "transfer"; id: string; to: string }
  | { type: "rings_there"; id: string }
  | { type: "accepted"; id: string; at: number }
  | { type: "identified"; id: string; call: string }
  | { type: "replaced"; id: string; number: string; name?: string; call?: string }
  | { type: "ended"; id: string; ending: Ending; at: number }
  | { type: "transfer_stage"; id: string; stage: TransferStage | "done" };

/** What the driver has to do. */
export type Effect =
  | { do: "dial"; id: string; to: string }
  | { do: "answer" | "end" | "hold" | "resume"; id: string }
  | { do: "busy"; id: string }
  | { do: "mute"; id: string; muted: boolean }
  | { do: "key"; id: string; key: string }
  | { do: "refer"; id: string; to: string }
  | { do: "join"; id: string; other: string };

export interface Step {
  readonly state: PhoneState;
  readonly effects: readonly Effect[];
}

/** Calls at once, ringing ones included: who comes then hears the busy tone. */
export const MOST_LINES = 4;

export const initialPhone: PhoneState = { link: "off", lines: [] };

export function lineOf(state: PhoneState, id: string | undefined): PhoneLine | undefined {
  return state.lines.find((line) => line.id === id);
}

export function isLive(line: PhoneLine): boolean {
  return line.phase !== "ended";
}

/** There is no way to the server: calls go on, and what needs its answer would end them. */
export function isCutOff(state: PhoneState): boolean {
  return state.link === "lost" || state.link === "connecting";
}

/** The line that a warm transfer of `line` talks to, while there is one. */
export function consultOf(state: PhoneState, line: PhoneLine): PhoneLine | undefined {
  return state.lines.find((other) => other.consultFor === line.id && isLive(other));
}

/** Which tone is to be heard: `knock` instead of `ring` while somebody is talked to. */
export function alert(state: PhoneState): "none" | "ring" | "knock" | "ringback" {
  if (state.lines.some((line) => line.phase === "ringing")) {
    return state.lines.some((line) => line.phase === "talking" && !line.held) ? "knock" : "ring";
  }
  return state.lines.some((line) => line.phase === "calling" && line.ringsThere) ? "ringback" : "none";
}

export function step(state: PhoneState, event: PhoneEvent): Step {
  switch (event.type) {
    case "link":
      return still({ ...state, link: event.link });
    case "incoming":
      return incoming(state, event);
    case "dial":
      return dial(state, { id: event.id, to: event.to, name: event.name, at: event.at });
    case "consult":
      return consult(state, event.id, event.newId, event.to, event.at);
    case "rings_there":
      return still(change(state, event.id, (line) => ({ ...line, ringsThere: true })));
    case "accepted":
      return still(change(state, event.id, (line) => ({ ...line, phase: "talking", answeredAt: event.at })));
    case "identified":
      return still(change(state, event.id, (line) => ({ ...line, call: event.call })));
    case "replaced":
      return replaced(state, event);
    case "ended":
      return ended(state, event.id, event.ending, event.at);
    case "transfer_stage":
      return transferStage(state, event.id, event.stage);
    default:
      return ordered(state, event);
  }
}

type Order = Extract<
  PhoneEvent,
  { type: "answer" | "hang_up" | "hold" | "resume" | "complete" | "dismiss" | "focus" | "mute" | "key" | "transfer" }
>;

const NEEDS_SERVER: ReadonlySet<PhoneEvent["type"]> = new Set(["hold", "resume", "transfer", "complete"]);

/** What the person at the phone wants of a line that is there. */
function ordered(state: PhoneState, event: Order): Step {
  const line = lineOf(state, event.id);
  if (!line) return still(state);
  if (event.type === "dismiss") return isLive(line) ? still(state) : still(without(state, line.id));
  if (event.type === "focus") return still({ ...state, focus: line.id });
  if (!isLive(line)) return still(state);
  const talking = line.phase === "talking";
  if (isCutOff(state) && NEEDS_SERVER.has(event.type)) return still(state);
  switch (event.type) {
    case "answer":
      return line.phase === "ringing" ? onlyOne(focused(state, line.id), line.id, { do: "answer", id: line.id }) : still(state);
    case "hang_up":
      return { state, effects: [{ do: "end", id: line.id }] };
    case "hold":
      return talking && !line.held ? holding(state, line.id) : still(state);
    case "resume":
      return talking && line.held ? resuming(state, line.id) : still(state);
    case "mute":
      return talking
        ? { state: change(state, line.id, (it) => ({ ...it, muted: event.muted })), effects: [{ do: "mute", id: line.id, muted: event.muted }] }
        : still(state);
    case "key":
      return talking ? { state, effects: [{ do: "key", id: line.id, key: event.key }] } : still(state);
    case "transfer":
      return talking && !isTransferring(line) ? cold(state, line, event.to) : still(state);
    case "complete":
      return complete(state, line);
  }
}

function still(state: PhoneState): Step {
  return { state, effects: [] };
}

function change(state: PhoneState, id: string, to: (line: PhoneLine) => PhoneLine): PhoneState {
  return { ...state, lines: state.lines.map((line) => (line.id === id ? to(line) : line)) };
}

function focused(state: PhoneState, id: string): PhoneState {
  return { ...state, focus: id };
}

function without(state: PhoneState, id: string): PhoneState {
  const lines = state.lines.filter((line) => line.id !== id);
  const focus = state.focus === id ? (lines.find(isLive) ?? lines[0])?.id : state.focus;
  return { ...state, lines, focus };
}

/** Lines that came to nothing make room for what is new. */
function swept(state: PhoneState): PhoneState {
  return { ...state, lines: state.lines.filter((line) => isLive(line) || line.answeredAt !== undefined) };
}

function incoming(state: PhoneState, event: Extract<PhoneEvent, { type: "incoming" }>): Step {
  if (state.lines.filter(isLive).length >= MOST_LINES) return { state, effects: [{ do: "busy", id: event.id }] };
  const line: PhoneLine = {
    id: event.id,
    direction: "in",
    number: event.number,
    name: event.name,
    call: event.call,
    phase: "ringing",
    held: false,
    muted: false,
    startedAt: event.at,
  };
  const base = swept(state);
  const busy = base.lines.some(isLive);
  return still({ ...base, lines: [...base.lines, line], focus: busy ? base.focus : line.id });
}

function dial(state: PhoneState, call: { id: string; to: string; name?: string; at: number; consultFor?: string }): Step {
  const to = call.to.trim();
  if (to === "" || state.link !== "ready" || state.lines.filter(isLive).length >= MOST_LINES) return still(state);
  const line: PhoneLine = {
    id: call.id,
    direction: "out",
    number: to,
    name: call.name,
    phase: "calling",
    held: false,
    muted: false,
    startedAt: call.at,
    consultFor: call.consultFor,
  };
  const base = swept(state);
  return onlyOne({ ...base, lines: [...base.lines, line], focus: line.id }, line.id, { do: "dial", id: line.id, to });
}

/** Somebody is talked to: everybody else is held first. */
function onlyOne(state: PhoneState, id: string, then: Effect): Step {
  const others = state.lines.filter((line) => line.id !== id && line.phase === "talking" && !line.held);
  const effects = others.map((line): Effect => ({ do: "hold", id: line.id }));
  const held = others.reduce((all, line) => change(all, line.id, (it) => ({ ...it, held: true })), state);
  return { state: held, effects: [...effects, then] };
}

function holding(state: PhoneState, id: string): Step {
  return { state: change(state, id, (line) => ({ ...line, held: true })), effects: [{ do: "hold", id }] };
}

function resuming(state: PhoneState, id: string): Step {
  const next = change(focused(state, id), id, (line) => ({ ...line, held: false }));
  return onlyOne(next, id, { do: "resume", id });
}

/** Somebody is being asked to take it. */
export function isTransferring(line: PhoneLine): boolean {
  return line.transfer !== undefined && line.transfer.stage !== "failed";
}

function cold(state: PhoneState, line: PhoneLine, to: string): Step {
  const target = to.trim();
  if (target === "") return still(state);
  const next = change(state, line.id, (it) => ({ ...it, transfer: { to: target, warm: false, stage: "asked" } }));
  return { state: next, effects: [{ do: "refer", id: line.id, to: target }] };
}

function consult(state: PhoneState, id: string, newId: string, to: string, at: number): Step {
  const line = lineOf(state, id);
  if (line?.phase !== "talking" || isTransferring(line) || consultOf(state, line)) return still(state);
  return dial(state, { id: newId, to, at, consultFor: id });
}

/** Joins the two parties of a warm transfer; `line` may be either of the two lines. */
function complete(state: PhoneState, line: PhoneLine): Step {
  const first = line.consultFor === undefined ? line : lineOf(state, line.consultFor);
  if (first?.phase !== "talking" || isTransferring(first)) return still(state);
  const second = consultOf(state, first);
  if (!second || second.phase === "ringing") return still(state);
  const next = change(state, first.id, (it) => ({ ...it, transfer: { to: second.number, warm: true, stage: "asked" } }));
  return { state: next, effects: [{ do: "join", id: first.id, other: second.id }] };
}

function transferStage(state: PhoneState, id: string, stage: TransferStage | "done"): Step {
  const line = lineOf(state, id);
  if (!line?.transfer || !isLive(line)) return still(state);
  const { transfer } = line;
  if (stage !== "done") return still(change(state, id, (it) => ({ ...it, transfer: { ...transfer, stage } })));
  const second = transfer.warm ? consultOf(state, line) : undefined;
  const effects: Effect[] = [{ do: "end", id }];
  if (second) effects.push({ do: "end", id: second.id });
  const gone = (it: PhoneLine): PhoneLine => ({ ...it, ending: "transferred" });
  const next = change(state, id, gone);
  return { state: second ? change(next, second.id, gone) : next, effects };
}

/** Somebody has handed over whom they talked with: the line goes on with them, as muted and as held as it was. */
function replaced(state: PhoneState, { id, number, name, call }: Extract<PhoneEvent, { type: "replaced" }>): Step {
  const line = lineOf(state, id);
  if (line?.phase !== "talking") return still(state);
  const next = change(state, id, (it) => ({ ...it, number, name, call, consultFor: undefined, transfer: undefined }));
  const effects: Effect[] = [];
  if (line.muted) effects.push({ do: "mute", id, muted: true });
  if (line.held) effects.push({ do: "hold", id });
  return { state: next, effects };
}

function ended(state: PhoneState, id: string, ending: Ending, at: number): Step {
  const line = lineOf(state, id);
  if (!line || !isLive(line)) return still(state);
  // The server ends both lines of a transfer that came off, before or after it says so.
  const warm = line.transfer ?? (line.consultFor === undefined ? undefined : lineOf(state, line.consultFor)?.transfer);
  const transferred = warm !== undefined && warm.stage !== "failed" && ending === "normal";
  // Nobody has missed or declined what was talked in, whatever became of a call that was to take its place.
  const unanswered = (ending === "cancelled" || ending === "declined") && line.answeredAt !== undefined;
  const why = line.ending ?? (transferred ? "transferred" : unanswered ? "normal" : ending);
  const over = change(state, id, (it) => ({ ...it, phase: "ended", held: false, endedAt: at, ending: why }));
  // What was talked about with a colleague belongs to the first line: nothing is left to be noted here.
  const next = line.consultFor === undefined ? over : without(over, id);
  if (state.focus !== id) return still(next);
  const back = lineOf(next, line.consultFor) ?? next.lines.find((it) => it.phase === "talking");
  return still(back ? focused(next, back.id) : next);
}
