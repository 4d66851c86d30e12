import { useFormat } from "../../ui";
import styles from "./Campaigns.module.css";

interface BarsProps {
  /** What they show, for those who cannot see. */
  label: string;
  rows: { name: string; count: number }[];
  /** What is the whole; the largest where it is not said. */
  of?: number;
}

/** Counts as bars, with their share of the whole. */
export function Bars({ label, rows, of }: BarsProps) {
  const { number, percent } = useFormat();
  const whole = of ?? Math.max(1, ...rows.map(({ count }) => count));
  return (
    <table className={styles.bars} aria-label={label}>
      <tbody>
        {rows.map(({ name, count }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className={styles.barCell} aria-hidden>
              <span className={styles.bar} style={{ width: `${whole > 0 ? Math.min(100, (100 * count) / whole) : 0}%` }} />
            </td>
            <td className="numbers">{number(count)}</td>
            <td className={`${styles.muted} numbers`}>{whole > 0 ? percent(count / whole) : ""}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
