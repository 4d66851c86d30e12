/** The values of the settings, as `GET /v1/settings` has them. */

export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Weekday = (typeof WEEKDAYS)[number];
export type Hours = Partial<Record<Weekday, string>>;

/** A name, or one by language. */
export type Name = string | Record<string, string>;

export interface Holiday {
  name: Name;
  /** `12-25`, or `2026-08-03`. */
  date?: string;
  until?: string;
  /** Days after Easter Sunday. */
  easter?: number;
  hours?: string;
}

export interface Retention {
  events_days: number;
  calls_days: number;
  tags: Record<string, number>;
}

export interface Redaction {
  redact: "off" | "text" | "text_and_audio";
  patterns: { name: string; regex: string }[];
}

export interface Setting<T> {
  value: T;
  from: "file" | "books";
}

export interface AllSettings {
  hours?: Setting<Hours | null> | null;
  holidays?: Setting<Holiday[]> | null;
  retention?: Setting<Retention> | null;
  redaction?: Setting<Redaction> | null;
}

/** What a weekday is called, in the language of the page. */
export function weekdayName(day: Weekday, language: string): string {
  const at = WEEKDAYS.indexOf(day);
  // The 5th of January 2026 was a Monday.
  return new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2026, 0, 5 + at));
}

export function nameIn(name: Name, language: string): string {
  return typeof name === "string" ? name : (name[language] ?? name["en"] ?? Object.values(name)[0] ?? "");
}

const SPAN = /^([01]\d|2[0-3]):[0-5]\d\s*-\s*(([01]\d|2[0-3]):[0-5]\d|24:00)$/;

/** Whether it can be read as spans of time; nothing and `closed` can. */
export function isHours(text: string): boolean {
  const trimmed = text.trim();
  return trimmed === "" || trimmed === "closed" || trimmed.split(",").every((span) => SPAN.test(span.trim()));
}

/** `0103` and the like are not asked for; a day of every year is `MM-DD`. */
export function isDayOfYear(text: string): boolean {
  return /^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(text);
}
