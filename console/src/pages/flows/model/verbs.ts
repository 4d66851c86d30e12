/** What every verb of a flow takes, as docs/flows.md has it. */

/** How a setting is edited. `prompt`: what is heard; `target`: where the flow goes on. */
export type FieldKind =
  | "prompt"
  | "text"
  | "target"
  | "duration"
  | "number"
  | "flag"
  | "choice"
  | "words"
  | "values"
  | "expression"
  | "flow"
  | "agent";

export interface FieldSpec {
  key: string;
  kind: FieldKind;
  /** Must be there. */
  needed?: boolean;
  /** What holds when it is left out, as it is written. */
  standard?: string;
  choices?: readonly string[];
  /** A target that is shown below another field: `no_input.next`. */
  below?: string;
}

export interface VerbSpec {
  name: string;
  /** The group that it is offered in. */
  group: "speak" | "ask" | "people" | "think" | "systems" | "line";
  /** The verb's value where it is one by itself. */
  self?: FieldSpec;
  /** Settings below the verb. */
  fields: readonly FieldSpec[];
  /** Settings of the node beside the verb. */
  beside: readonly FieldSpec[];
  /** It goes on at `next`. */
  next: boolean;
  /** What a new node holds, below its name. `say`: the words that it begins with. */
  fresh: (say: string) => string;
}

const say: FieldSpec = { key: "say", kind: "prompt" };
const interrupt: FieldSpec = { key: "interrupt", kind: "flag", standard: "true" };
const unanswered: FieldSpec = { key: "unanswered", kind: "flag", standard: "false" };
const into: FieldSpec = { key: "into", kind: "text" };
const failed: FieldSpec = { key: "failed", kind: "target" };

const values = (key: string): FieldSpec => ({ key, kind: "values", needed: true });

const retry = (key: string): FieldSpec => ({ key, kind: "prompt" });
const retryNext = (key: string): FieldSpec => ({ key: "next", kind: "target", below: key });

const asking = (timeout: string): FieldSpec[] => [
  { key: "timeout", kind: "duration", standard: timeout },
  { key: "key_timeout", kind: "duration", standard: "3s" },
  { key: "tries", kind: "number", standard: "3" },
  { key: "interrupt", kind: "flag", standard: "true" },
  { key: "flush", kind: "flag", standard: "false" },
  { key: "speech", kind: "flag", standard: "false" },
  retry("no_input"),
  retryNext("no_input"),
  retry("no_match"),
  retryNext("no_match"),
];

const message = (): FieldSpec[] => [
  { key: "max", kind: "duration", standard: "2m" },
  { key: "silence", kind: "duration", standard: "4s" },
  { key: "min", kind: "duration", standard: "1s" },
  { key: "beep", kind: "flag", standard: "true" },
  { key: "terminators", kind: "text", standard: "#" },
];

const PURPOSES = ["reminder", "delivery", "payment", "survey", "marketing", "code", "emergency", "callback", "service"];

export const VERBS: readonly VerbSpec[] = [
  {
    name: "say",
    group: "speak",
    self: { key: "say", kind: "prompt", needed: true },
    fields: [],
    beside: [interrupt, unanswered],
    next: true,
    fresh: (text) => `say: ${text}`,
  },
  {
    name: "play",
    group: "speak",
    self: { key: "play", kind: "text", needed: true },
    fields: [],
    beside: [interrupt, unanswered],
    next: true,
    fresh: () => "play: sounds/hello.wav",
  },
  {
    name: "pause",
    group: "speak",
    self: { key: "pause", kind: "duration", needed: true },
    fields: [],
    beside: [unanswered],
    next: true,
    fresh: () => "pause: 1s",
  },
  {
    name: "menu",
    group: "ask",
    fields: [{ ...say, needed: true }, ...asking("6s")],
    beside: [],
    next: false,
    fresh: (text) => `menu:\n  say: ${text}\n  options:\n    1: hangup`,
  },
  {
    name: "gather",
    group: "ask",
    fields: [
      { ...say, needed: true },
      { ...into, needed: true },
      { key: "length", kind: "number" },
      { key: "min", kind: "number", standard: "1" },
      { key: "max", kind: "number", standard: "64" },
      { key: "terminator", kind: "text", standard: "#" },
      { key: "valid", kind: "expression" },
      { key: "confirm", kind: "flag", standard: "false" },
      ...asking("8s"),
    ],
    beside: [],
    next: true,
    fresh: (text) => `gather:\n  say: ${text}\n  into: entry`,
  },
  {
    name: "survey",
    group: "ask",
    fields: [{ key: "thanks", kind: "prompt" }],
    beside: [],
    next: true,
    fresh: (text) => `survey:\n  questions:\n    - name: answer\n      ask: ${text}\n      range: 1-5`,
  },
  { name: "branch", group: "think", fields: [], beside: [], next: false, fresh: () => 'branch:\n  - when: "false"\n    next: hangup\n  - else: hangup' },
  {
    name: "hours",
    group: "think",
    fields: [
      { key: "open", kind: "target", needed: true },
      { key: "closed", kind: "target", needed: true },
      { key: "holiday", kind: "target" },
    ],
    beside: [],
    next: false,
    fresh: () => "hours: {open: hangup, closed: hangup}",
  },
  { name: "set", group: "think", self: values("set"), fields: [], beside: [], next: true, fresh: () => 'set: {name: ""}' },
  { name: "remember", group: "think", self: values("remember"), fields: [], beside: [], next: true, fresh: () => "remember: {outcome: done}" },
  { name: "contact", group: "think", self: values("contact"), fields: [], beside: [], next: true, fresh: () => "contact: {vip: true}" },
  {
    name: "opt_out",
    group: "think",
    self: { key: "opt_out", kind: "choice", choices: ["", ...PURPOSES] },
    fields: [],
    beside: [],
    next: true,
    fresh: () => "opt_out:",
  },
  {
    name: "language",
    group: "think",
    self: { key: "language", kind: "text", needed: true },
    fields: [],
    beside: [],
    next: true,
    fresh: () => "language: en",
  },
  {
    name: "http",
    group: "systems",
    fields: [
      say,
      { key: "method", kind: "choice", choices: ["", "get", "post", "put", "patch", "delete"] },
      { key: "url", kind: "text", needed: true },
      { key: "body", kind: "text" },
      { key: "timeout", kind: "duration", standard: "5s" },
      into,
      failed,
    ],
    beside: [],
    next: true,
    fresh: () => 'http:\n  url: "https://example.com/"\n  into: reply\n  failed: hangup',
  },
  {
    name: "tool",
    group: "systems",
    fields: [
      say,
      { key: "name", kind: "text", needed: true },
      { key: "with", kind: "values" },
      { key: "timeout", kind: "duration", standard: "10s" },
      into,
      { ...failed, needed: true },
    ],
    beside: [],
    next: true,
    fresh: () => "tool:\n  name: find_slots\n  into: result\n  failed: hangup",
  },
  {
    name: "call",
    group: "systems",
    self: { key: "call", kind: "flow" },
    fields: [{ key: "flow", kind: "flow", needed: true }, { key: "with", kind: "values" }, into],
    beside: [],
    next: true,
    fresh: () => "call: other_flow",
  },
  {
    name: "agent",
    group: "people",
    self: { key: "agent", kind: "agent" },
    fields: [{ key: "agent", kind: "agent", needed: true }, { key: "with", kind: "values" }, into, failed],
    beside: [],
    next: true,
    fresh: () => "agent:\n  agent: assistant\n  failed: hangup",
  },
  {
    name: "transfer",
    group: "people",
    fields: [
      say,
      { key: "to", kind: "words", needed: true },
      { key: "ring", kind: "choice", choices: ["all", "hunt", "fewest", "turn"], standard: "all" },
      { key: "timeout", kind: "duration", standard: "25s" },
      { key: "skills", kind: "words" },
      { key: "caller_id", kind: "text" },
      { key: "warm", kind: "prompt" },
      { key: "music", kind: "text" },
      { key: "no_answer", kind: "target", needed: true },
      { key: "busy", kind: "target" },
      { key: "unavailable", kind: "target" },
      { key: "declined", kind: "target" },
      failed,
    ],
    beside: [],
    next: true,
    fresh: () => "transfer:\n  to: team\n  no_answer: hangup",
  },
  {
    name: "voicemail",
    group: "people",
    fields: [
      { key: "mailbox", kind: "text", needed: true },
      say,
      ...message(),
      { key: "review", kind: "flag", standard: "true" },
      { key: "thanks", kind: "prompt" },
    ],
    beside: [],
    next: true,
    fresh: (text) => `voicemail:\n  mailbox: reception\n  say: ${text}`,
  },
  {
    name: "record",
    group: "people",
    fields: [say, { ...into, needed: true }, ...message(), { key: "empty", kind: "target" }],
    beside: [],
    next: true,
    fresh: (text) => `record:\n  say: ${text}\n  into: spoken`,
  },
  {
    name: "recording",
    group: "line",
    self: { key: "recording", kind: "choice", choices: ["begin", "pause", "resume", "stop"] },
    fields: [
      { key: "announce", kind: "prompt" },
      { key: "ask", kind: "prompt" },
      { key: "agree", kind: "text", standard: "1" },
      { key: "declined", kind: "prompt" },
    ],
    beside: [],
    next: true,
    fresh: () => "recording: begin",
  },
  {
    name: "echo",
    group: "line",
    fields: [say, { key: "max", kind: "duration", standard: "1m" }, { key: "stop", kind: "text", standard: "#" }],
    beside: [],
    next: true,
    fresh: (text) => `echo:\n  say: ${text}`,
  },
  {
    name: "send_digits",
    group: "line",
    self: { key: "send_digits", kind: "text", needed: true },
    fields: [],
    beside: [],
    next: true,
    fresh: () => 'send_digits: "1#"',
  },
  { name: "answer", group: "line", fields: [], beside: [], next: true, fresh: () => "answer:" },
  {
    name: "reject",
    group: "line",
    self: { key: "reject", kind: "choice", choices: ["busy", "declined", "no_answer", "not_found", "overload"] },
    fields: [],
    beside: [],
    next: false,
    fresh: () => "reject: busy",
  },
  { name: "return", group: "line", self: { key: "return", kind: "text" }, fields: [], beside: [], next: false, fresh: () => "return:" },
  { name: "hangup", group: "line", fields: [say], beside: [], next: false, fresh: (text) => `hangup:\n  say: ${text}` },
];

export const VERB_NAMES: readonly string[] = VERBS.map((verb) => verb.name);

export function verbSpec(name: string | null): VerbSpec | undefined {
  return VERBS.find((verb) => verb.name === name);
}

/** Where a flow may go on besides its nodes. */
export const ENDS = ["hangup", "return", "again"] as const;

export function isEnd(target: string): boolean {
  return (ENDS as readonly string[]).includes(target);
}

/** The keys of a telephone. */
export const KEYS: readonly string[] = [..."1234567890*#ABCD"];
