import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./Badge.module.css";
import { cx } from "./cx";

export type Tone = "neutral" | "accent" | "good" | "warn" | "bad";

interface BadgeProps {
  children: ReactNode;
  tone?: Tone;
  icon?: LucideIcon;
  /** A dot before it; `live` beats. */
  dot?: boolean | "live";
}

/** A word about the state of something. Its words say it; the colour only helps. */
export function Badge({ children, tone = "neutral", icon: Icon, dot }: BadgeProps) {
  return (
    <span className={cx(styles.badge, styles[tone])}>
      {dot && <span className={cx(styles.dot, dot === "live" && styles.live)} aria-hidden />}
      {Icon && <Icon size={12} aria-hidden />}
      {children}
    </span>
  );
}
