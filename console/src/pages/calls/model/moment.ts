/** Moments in links: `?t=12.3`, seconds from the answer of the call. */

/** The moment that a link names, ms; `undefined` where it names none. */
export function momentOf(search: URLSearchParams): number | undefined {
  const text = search.get("t");
  if (!text || !/^\d{1,6}(\.\d{1,3})?$/.test(text)) return undefined;
  return Math.round(Number(text) * 1_000);
}

/** A moment for a link. */
export function momentText(ms: number): string {
  return (Math.max(0, Math.round(ms / 100)) / 10).toFixed(1);
}
