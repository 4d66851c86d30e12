import type { components } from "../../../api/schema";

type Schemas = components["schemas"];

/** What of a call is not in every version of the document. */
interface Reviewed {
  tags?: string[];
  summary?: string | null;
  outcome?: string | null;
  sentiment?: Mood | null;
  contact_name?: string | null;
}

export type Mood = "positive" | "neutral" | "negative";
/** A contact as calls name it: its id, or its id and its name. */
export type ContactRef = string | { id: string; name?: string | null } | null | undefined;

export type Call = Omit<Schemas["Call"], "contact"> & Reviewed & { contact?: ContactRef };
export type CallDetail = Omit<Schemas["CallDetail"], "contact"> & Reviewed & { contact?: ContactRef };
export type Leg = Schemas["Leg"];
export type Quality = Schemas["Quality"];
export type Turn = Schemas["Turn"];
export type ToolUse = Schemas["ToolUse"];
export type AfterCall = Schemas["AfterCall"];
export type Insights = Schemas["Insights"];
export type Signalling = Schemas["Signalling"];
export type SipMessage = Schemas["Message"];

export interface Word {
  text: string;
  from_ms: number;
  to_ms: number;
}

export interface Correction {
  text: string;
  by?: string | null;
  at: string;
}

/** A line of the transcript. Times are ms from the answer of the call. */
export interface Line extends Word {
  seq: number;
  speaker: "caller" | "us";
  words: Word[];
  confidence?: number | null;
  language?: string | null;
  cut: boolean;
  corrected?: Correction | null;
}

export interface Transcript {
  call: string;
  state?: "open" | "ready" | null;
  recording?: { id: string; offset_ms?: number | null } | null;
  lines: Line[];
  turns: Turn[];
  tools: ToolUse[];
}

/** How loud each voice is: 0 to 255, so many values a second, from the recording's first sample. */
export interface Waveform {
  duration_ms: number;
  per_second: number;
  caller: number[];
  us: number[];
}

/** What somebody wrote about a call, or a moment of it (ms from the answer). */
export interface CallNote {
  id: string;
  text: string;
  at_ms?: number | null;
  author?: string | null;
  created_at: string;
  updated_at?: string;
}
