import styles from "./Spinner.module.css";
import { cx } from "./cx";
import { useUiText } from "./texts";

interface SpinnerProps {
  /** px */
  size?: number;
}

/** Something is under way; it is said beside it what. */
export function Spinner({ size = 20 }: SpinnerProps) {
  return (
    <svg className={styles.spinner} width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="10" r="8" fill="none" stroke="currentColor" strokeOpacity="0.22" strokeWidth="2.4" />
      <path d="M10 2a8 8 0 0 1 8 8" fill="none" stroke="currentColor" strokeWidth="2.4" strokeLinecap="round" />
    </svg>
  );
}

/** In the place of something that is being fetched. */
export function Loading({ label }: { label?: string }) {
  const t = useUiText();
  return (
    <div className={styles.loading} role="status">
      <Spinner />
      <span>{label ?? t("ui.loading")}</span>
    </div>
  );
}

interface SkeletonProps {
  /** CSS widths of its lines, such as `40%`. */
  lines?: string[];
  className?: string;
}

/** The shape of what is being fetched. */
export function Skeleton({ lines = ["60%", "90%", "75%"], className }: SkeletonProps) {
  const t = useUiText();
  return (
    <div className={cx(styles.skeleton, className)} role="status">
      <span className="visually-hidden">{t("ui.loading")}</span>
      {lines.map((width, index) => (
        <div key={index} className={styles.bone} style={{ width }} />
      ))}
    </div>
  );
}
