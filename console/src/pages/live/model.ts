/** Running calls as they are told by `/v1/live`: what is known of each, and how a message changes it. */

export interface LiveLine {
  readonly speaker: "caller" | "us";
  readonly from_ms: number;
  readonly to_ms: number;
  readonly text: string;
  readonly cut: boolean;
}

export interface LiveTool {
  readonly at_ms: number;
  readonly tool: string;
  readonly failure: { readonly message: string } | null;
}

export type SupervisionMode = "listen" | "whisper" | "join" | "take_over";

export type PresenceState = "offline" | "available" | "ringing" | "busy" | "away";

export type LiveMessage =
  | { type: "partial"; call: string; speaker: "caller" | "us"; text: string }
  | { type: "line"; call: string; line: LiveLine }
  | { type: "turn"; call: string; turn: unknown }
  | { type: "tool"; call: string; tool: LiveTool }
  | { type: "state"; call: string; state: "ringing" | "answered" | "bridged" | "unbridged" | "ended" | "filed" }
  | { type: "supervision"; call: string; member: string; mode: SupervisionMode | null }
  | { type: "campaign"; id: string }
  | { type: "presence"; id: string; member: string; state: PresenceState; call?: string | null }
  | { type: "missed"; events: number };

/** What is said in a call, as it is spoken. */
export interface LiveTalk {
  readonly lines: readonly LiveLine[];
  readonly tools: readonly LiveTool[];
  /** What is being said just now. */
  readonly partial: Partial<Record<"caller" | "us", string>>;
  /** Somebody was brought in. */
  readonly bridged: boolean;
  readonly over: boolean;
}

/** Lines that are kept of a call: whoever wants more opens its page. */
export const MOST_LINES = 300;

export const silent: LiveTalk = { lines: [], tools: [], partial: {}, bridged: false, over: false };

export function heard(talk: LiveTalk, message: LiveMessage): LiveTalk {
  switch (message.type) {
    case "partial":
      return { ...talk, partial: { ...talk.partial, [message.speaker]: message.text } };
    case "line":
      return {
        ...talk,
        lines: withLine(talk.lines, message.line),
        partial: { ...talk.partial, [message.line.speaker]: undefined },
      };
    case "tool":
      return { ...talk, tools: [...talk.tools, message.tool] };
    case "state":
      if (message.state === "bridged") return { ...talk, bridged: true };
      if (message.state === "unbridged") return { ...talk, bridged: false };
      if (message.state === "ended" || message.state === "filed") return { ...talk, partial: {}, over: true };
      return talk;
    default:
      return talk;
  }
}

/** Lines in their order; one that is known already is not told again. */
export function withLine(lines: readonly LiveLine[], line: LiveLine): readonly LiveLine[] {
  if (lines.some((it) => isSame(it, line))) return lines;
  const after = lines.findIndex((it) => it.from_ms > line.from_ms);
  const all = after < 0 ? [...lines, line] : [...lines.slice(0, after), line, ...lines.slice(after)];
  return all.slice(-MOST_LINES);
}

/** What was read from the books, with what was heard meanwhile. */
export function caughtUp(talk: LiveTalk, lines: readonly LiveLine[]): LiveTalk {
  return { ...talk, lines: lines.reduce(withLine, talk.lines) };
}

function isSame(one: LiveLine, other: LiveLine): boolean {
  return one.speaker === other.speaker && one.from_ms === other.from_ms && one.to_ms === other.to_ms;
}
