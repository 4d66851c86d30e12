/** Which calls are listed, as it stands in the address of the page and as the server is asked. */

/** What can be chosen, by its name in the address. */
export const filterNames = [
  "words", "time", "from", "to", "direction", "state", "number", "contact", "member", "agent", "campaign", "outcome",
  "topic", "sentiment", "tag", "min_s",
] as const;
export type FilterName = (typeof filterNames)[number];
export type Filters = Partial<Record<FilterName, string>>;

export const times = ["today", "yesterday", "week", "month"] as const;
export type TimeName = (typeof times)[number];

export function filtersOf(search: URLSearchParams): Filters {
  const filters: Filters = {};
  for (const name of filterNames) {
    const value = search.get(name)?.trim();
    if (value) filters[name] = value;
  }
  return filters;
}

/** The address's search with a filter set, or taken out. */
export function withFilter(search: URLSearchParams, changes: Filters | Partial<Record<FilterName, undefined>>): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return next;
}

function midnight(now: Date, days = 0): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
}

/** From when to when a named time reaches, in the time zone of the browser. */
export function timeRange(name: TimeName, now: Date): { from: Date; to?: Date } {
  switch (name) {
    case "today":
      return { from: midnight(now) };
    case "yesterday":
      return { from: midnight(now, -1), to: midnight(now) };
    case "week":
      return { from: midnight(now, -6) };
    case "month":
      return { from: midnight(now, -29) };
  }
}

/** A day of the calendar (`2026-03-05`), its first moment in the browser's time zone; the next day's for an end. */
function day(text: string | undefined, after = 0): string | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text ?? "");
  if (!parts) return undefined;
  const date = new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]) + after);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** What the server is asked. `now` only counts by its day, so that the question stays the same for the day. */
export function queryOf(filters: Filters, now: Date): Record<string, string> {
  const { time, from, to, ...rest } = filters;
  const named = times.find((name) => name === time);
  const range = named && timeRange(named, now);
  const query: Record<string, string | undefined> = {
    ...rest,
    from: range?.from.toISOString() ?? day(from),
    to: range?.to?.toISOString() ?? day(to, 1),
  };
  return Object.fromEntries(Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1])));
}
