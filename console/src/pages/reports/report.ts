export const BYS = ["hour", "day", "number", "member", "agent", "campaign", "outcome", "topic"] as const;
export type By = (typeof BYS)[number];

export interface Counts {
  calls: number;
  inbound: number;
  outbound: number;
  answered: number;
  abandoned: number;
  wait_ms_avg: number | null;
  talk_ms_sum: number;
  contained: number;
  handed_over: number;
  positive: number;
  neutral: number;
  negative: number;
}

export interface Row extends Counts {
  key: string | null;
  label: string;
}

export interface Report {
  rows: Row[];
  sum: Counts;
}

export const METRICS = ["volume", "answer", "wait", "talk", "handling", "sentiment"] as const;
export type Metric = (typeof METRICS)[number];

/** What a chart shows of a row: parts that lie one upon the other. */
export interface Part {
  name: "inbound" | "outbound" | "answered" | "abandoned" | "waitAvg" | "talkSum" | "contained" | "handedOver" | "positive" | "neutral" | "negative";
  tone: "accent" | "second" | "good" | "warn" | "bad";
  of: (counts: Counts) => number;
}

export const PARTS: Record<Metric, readonly Part[]> = {
  volume: [
    { name: "inbound", tone: "accent", of: (counts) => counts.inbound },
    { name: "outbound", tone: "second", of: (counts) => counts.outbound },
  ],
  answer: [
    { name: "answered", tone: "accent", of: (counts) => counts.answered },
    { name: "abandoned", tone: "bad", of: (counts) => counts.abandoned },
  ],
  wait: [{ name: "waitAvg", tone: "accent", of: (counts) => counts.wait_ms_avg ?? 0 }],
  talk: [{ name: "talkSum", tone: "accent", of: (counts) => counts.talk_ms_sum }],
  handling: [
    { name: "contained", tone: "accent", of: (counts) => counts.contained },
    { name: "handedOver", tone: "second", of: (counts) => counts.handed_over },
  ],
  sentiment: [
    { name: "positive", tone: "good", of: (counts) => counts.positive },
    { name: "neutral", tone: "second", of: (counts) => counts.neutral },
    { name: "negative", tone: "bad", of: (counts) => counts.negative },
  ],
};

export const isTime = (metric: Metric): boolean => metric === "wait" || metric === "talk";

/** A round number at or above the highest bar, and so many steps to it that each is round. */
export function scale(highest: number): { top: number; steps: number } {
  if (highest <= 0) return { top: 1, steps: 1 };
  const unit = 10 ** Math.floor(Math.log10(highest));
  const factor = [1, 2, 3, 4, 5, 6, 8, 10].find((step) => step * unit >= highest) ?? 10;
  const top = factor * unit;
  return { top, steps: top < 4 ? Math.max(1, Math.round(top)) : factor % 3 === 0 ? 3 : factor % 5 === 0 ? 5 : factor === 1 || factor === 2 || factor === 4 || factor === 8 ? 4 : factor };
}

export const PERIODS = ["today", "days7", "days30", "days90", "days365", "own"] as const;
export type Period = (typeof PERIODS)[number];

/** The days of a period as `YYYY-MM-DD`: the first, and the first that is not in it any more. */
export function daysOf(period: Exclude<Period, "own">, today: Date): { from: string; to: string } {
  const back = { today: 0, days7: 6, days30: 29, days90: 89, days365: 364 }[period];
  const day = (offset: number) => {
    const date = new Date(today.getFullYear(), today.getMonth(), today.getDate() + offset);
    const two = (n: number) => String(n).padStart(2, "0");
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  };
  return { from: day(-back), to: day(1) };
}

/** The day after one. */
export function dayAfter(day: string): string {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 1);
  return Number.isNaN(date.getTime()) ? day : date.toISOString().slice(0, 10);
}
