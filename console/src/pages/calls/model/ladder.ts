/** The SIP messages of a call as a ladder: who stands where, and which arrow goes from whom to whom. */
import type { SipMessage } from "./types";

export type Kind = "request" | "progress" | "success" | "failure";

export interface Lane {
  id: string;
  /** The address; empty for us. */
  address: string;
  x: number;
}

export interface Rung {
  /** Place of its message in the list. */
  index: number;
  y: number;
  from: number;
  to: number;
  /** `INVITE`, `180 Ringing`. */
  label: string;
  kind: Kind;
  /** ms since the first message. */
  after_ms: number;
}

export interface Ladder {
  lanes: Lane[];
  rungs: Rung[];
  width: number;
  height: number;
}

export const US = "us";
const LANE = 240;
const MARGIN = 92;
const HEAD = 56;
const RUNG = 34;

/** `INVITE sip:a@b SIP/2.0` is an INVITE; `SIP/2.0 180 Ringing` is `180 Ringing`. */
export function labelOf(firstLine: string): string {
  const answer = /^SIP\/2\.0\s+(\d{3}.*)$/.exec(firstLine);
  return answer?.[1]?.trim() ?? firstLine.split(" ")[0] ?? firstLine;
}

export function kindOf(firstLine: string): Kind {
  const status = /^SIP\/2\.0\s+(\d)/.exec(firstLine)?.[1];
  if (!status) return "request";
  if (status === "1") return "progress";
  return status === "2" ? "success" : "failure";
}

/** Us in the middle: the first whom we spoke with at the left, everybody else at the right. */
export function ladder(messages: readonly SipMessage[]): Ladder {
  const others = [...new Set(messages.map(({ remote }) => remote))];
  const order = others.length > 0 ? [others[0] as string, US, ...others.slice(1)] : [US];
  const lanes = order.map((id, index) => ({ id, address: id === US ? "" : id, x: MARGIN + index * LANE }));
  const place = (id: string) => order.indexOf(id);
  const first = Date.parse(messages[0]?.at ?? "");
  const rungs = messages.map<Rung>((message, index) => {
    const [us, other] = [place(US), place(message.remote)];
    const isIn = message.direction === "in";
    return {
      index,
      y: HEAD + (index + 1) * RUNG,
      from: isIn ? other : us,
      to: isIn ? us : other,
      label: labelOf(message.first_line),
      kind: kindOf(message.first_line),
      after_ms: Math.max(0, Date.parse(message.at) - first),
    };
  });
  return {
    lanes,
    rungs,
    width: 2 * MARGIN + (lanes.length - 1) * LANE,
    height: HEAD + (messages.length + 1) * RUNG,
  };
}
