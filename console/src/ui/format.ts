import { useMemo } from "react";
import type { Language } from "../text/language";
import { useLanguage } from "../text/useText";

/** A moment as the server writes it, or as ms since the epoch. */
export type Moment = string | number | Date;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const formats = new Map<string, Intl.DateTimeFormat>();
function dates(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, options);
    formats.set(key, format);
  }
  return format;
}

/** A length as on a clock: `0:07`, `12:34`, `1:02:03`. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND));
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A length in words that are short: `840 ms`, `2.4 s`, `3 min`, `1 h 5 min`. */
export function span(ms: number, language: Language): string {
  const unit = (n: number, unit: string, digits = 0) =>
    new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits }).format(n);
  if (ms < SECOND) return unit(Math.round(ms), "millisecond");
  if (ms < MINUTE) return unit(ms / SECOND, "second", ms < 10 * SECOND ? 1 : 0);
  if (ms < HOUR) return unit(Math.round(ms / MINUTE), "minute");
  const minutes = Math.round((ms % HOUR) / MINUTE);
  const hours = unit(Math.floor(ms / HOUR), "hour");
  return minutes > 0 ? `${hours} ${unit(minutes, "minute")}` : hours;
}

const oneDigitCodes = new Set(["1", "7"]);
const twoDigitCodes = new Set(
  ("20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 " +
    "90 91 92 93 94 95 98").split(" "),
);

/** A number as it is easily read: `+49 309 018 20`. What is no number in E.164 stays, without `sip:`. */
export function phone(number: string): string {
  if (!/^\+\d{6,15}$/.test(number)) return number.replace(/^sips?:/, "");
  const digits = number.slice(1);
  const length = oneDigitCodes.has(digits.slice(0, 1)) ? 1 : twoDigitCodes.has(digits.slice(0, 2)) ? 2 : 3;
  const rest = digits.slice(length);
  // No group of one digit at the end.
  const groups = rest.match(rest.length % 3 === 1 ? /\d{2}(?=\d{2}$)|\d{2}$|\d{3}/g : /\d{1,3}/g) ?? [rest];
  return `+${digits.slice(0, length)} ${groups.join(" ")}`;
}

/** How long ago, or in how long: `5 minutes ago`. */
export function relative(moment: Moment, now: number, language: Language): string {
  const ms = new Date(moment).getTime() - now;
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const size = Math.abs(ms);
  if (size < MINUTE) return format.format(Math.trunc(ms / SECOND), "second");
  if (size < HOUR) return format.format(Math.trunc(ms / MINUTE), "minute");
  if (size < DAY) return format.format(Math.trunc(ms / HOUR), "hour");
  return format.format(Math.trunc(ms / DAY), "day");
}

function sameDay(a: Date, b: Date): boolean {
  return a.getFullYear() === b.getFullYear() && a.getMonth() === b.getMonth() && a.getDate() === b.getDate();
}

/** Numbers, dates and lengths in one language. */
export function formatter(language: Language) {
  const at = (moment: Moment, options: Intl.DateTimeFormatOptions) => dates(language, options).format(new Date(moment));
  return {
    clock,
    phone,
    span: (ms: number) => span(ms, language),
    /** `0.8 s` */
    seconds: (ms: number) =>
      new Intl.NumberFormat(language, {
        style: "unit", unit: "second", unitDisplay: "narrow", minimumFractionDigits: 1, maximumFractionDigits: 1,
      }).format(ms / SECOND),
    number: (n: number, options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(language, options).format(n),
    percent: (part: number) => new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(part),
    money: (amount: number, currency: string) =>
      new Intl.NumberFormat(language, { style: "currency", currency }).format(amount),
    date: (moment: Moment) => at(moment, { dateStyle: "medium" }),
    time: (moment: Moment) => at(moment, { timeStyle: "short" }),
    dateTime: (moment: Moment) => at(moment, { dateStyle: "medium", timeStyle: "short" }),
    dateTimeExact: (moment: Moment) => at(moment, { dateStyle: "full", timeStyle: "medium" }),
    weekday: (moment: Moment) => at(moment, { weekday: "long" }),
    relative: (moment: Moment, now = Date.now()) => relative(moment, now, language),
    /** Today the time, this year the day and the time, else the date. */
    short: (moment: Moment, now = new Date()) => {
      const date = new Date(moment);
      if (sameDay(date, now)) return at(date, { timeStyle: "short" });
      if (date.getFullYear() === now.getFullYear()) {
        return at(date, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
      }
      return at(date, { dateStyle: "medium" });
    },
    language: (tag: string) => {
      try {
        return new Intl.DisplayNames([language], { type: "language" }).of(tag) ?? tag;
      } catch {
        return tag;
      }
    },
    list: (items: string[]) => new Intl.ListFormat(language, { type: "conjunction" }).format(items),
  };
}

export type Format = ReturnType<typeof formatter>;

/** Numbers, dates and lengths in the person's language. */
export function useFormat(): Format {
  const language = useLanguage();
  return useMemo(() => formatter(language), [language]);
}
