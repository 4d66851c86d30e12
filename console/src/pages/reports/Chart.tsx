import { useId } from "react";

import { cx } from "../../ui";
import { scale } from "./report";
import type { Part, Row } from "./report";
import styles from "./reports.module.css";

interface ChartProps {
  /** What it shows, in words: its name for those who cannot see it. */
  label: string;
  /** Where the same is said in numbers. */
  description: string;
  rows: Row[];
  parts: readonly Part[];
  names: Record<string, string>;
  value: (amount: number) => string;
  rowLabel: (row: Row) => string;
}

const WIDTH = 960;
const HEIGHT = 260;
const LEFT = 64;
const BOTTOM = 26;
const TOP = 10;

/** Bars over time, the parts of each one upon the other. */
export function TimeChart({ label, description, rows, parts, names, value, rowLabel }: ChartProps) {
  const id = useId();
  const totals = rows.map((row) => parts.reduce((sum, part) => sum + part.of(row), 0));
  const { top, steps } = scale(Math.max(0, ...totals));
  const step = (WIDTH - LEFT) / Math.max(rows.length, 1);
  const bar = Math.max(1, Math.min(step * 0.72, 46));
  const y = (amount: number) => TOP + (1 - amount / top) * (HEIGHT - TOP - BOTTOM);
  const everyNth = Math.max(1, Math.ceil(rows.length / 10));
  return (
    <figure className={styles.figure}>
      <Legend parts={parts} names={names} />
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby={`${id}-t`} aria-describedby={`${id}-d`} className={styles.svg}>
        <title id={`${id}-t`}>{label}</title>
        <desc id={`${id}-d`}>{description}</desc>
        {Array.from({ length: steps + 1 }, (_, at) => (top / steps) * at).map((amount) => (
          <g key={amount}>
            <line x1={LEFT} x2={WIDTH} y1={y(amount)} y2={y(amount)} className={styles.grid} />
            <text x={LEFT - 8} y={y(amount) + 4} textAnchor="end" className={styles.axis}>
              {value(amount)}
            </text>
          </g>
        ))}
        {rows.map((row, at) => {
          const x = LEFT + step * at + (step - bar) / 2;
          let below = 0;
          return (
            <g key={row.key ?? at}>
              <title>{`${rowLabel(row)}: ${parts.map((part) => `${names[part.name]} ${value(part.of(row))}`).join(", ")}`}</title>
              <rect x={LEFT + step * at} y={TOP} width={step} height={HEIGHT - TOP - BOTTOM} className={styles.hit} />
              {parts.map((part) => {
                const amount = part.of(row);
                const from = y(below + amount);
                const height = y(below) - from;
                below += amount;
                return amount > 0 && <rect key={part.name} x={x} y={from} width={bar} height={height} rx={Math.min(2, bar / 4)} className={styles[part.tone]} />;
              })}
              {at % everyNth === 0 && (
                <text x={x + bar / 2} y={HEIGHT - 6} textAnchor="middle" className={styles.axis}>
                  {rowLabel(row)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

const SHOWN = 12;

/** Bars from left to right, one for each thing. */
export function BarChart({ label, description, rows, parts, names, value, rowLabel }: ChartProps) {
  const shown = rows.slice(0, SHOWN);
  const total = (row: Row) => parts.reduce((sum, part) => sum + part.of(row), 0);
  const longest = Math.max(1, ...shown.map(total));
  return (
    <figure className={styles.figure}>
      <Legend parts={parts} names={names} />
      <figcaption className="visually-hidden">
        {label}. {description}
      </figcaption>
      <div aria-hidden className={styles.bars}>
        {shown.map((row, at) => (
          <div key={row.key ?? `none-${at}`} className={styles.barRow}>
            <span className={styles.barLabel}>{rowLabel(row)}</span>
            <span className={styles.track}>
              {parts.map((part) => (
                <span key={part.name} className={cx(styles.bar, styles[`fill-${part.tone}`])} style={{ width: `${(part.of(row) / longest) * 100}%` }} />
              ))}
            </span>
            <span className={cx(styles.barValue, "numbers")}>{value(total(row))}</span>
          </div>
        ))}
      </div>
    </figure>
  );
}

function Legend({ parts, names }: Pick<ChartProps, "parts" | "names">) {
  if (parts.length < 2) return null;
  return (
    <ul className={styles.legend}>
      {parts.map((part) => (
        <li key={part.name}>
          <span className={cx(styles.swatch, styles[`fill-${part.tone}`])} aria-hidden />
          {names[part.name]}
        </li>
      ))}
    </ul>
  );
}
