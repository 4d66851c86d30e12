import { CircleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./Button";
import styles from "./Empty.module.css";
import { useErrorText, useUiText } from "./texts";

interface EmptyProps {
  icon?: LucideIcon;
  title: string;
  /** What would be here, and how it comes here. */
  children?: ReactNode;
  /** A button or a link that brings something here. */
  action?: ReactNode;
}

/** Nothing is here: says why, and what to do. */
export function Empty({ icon: Icon, title, children, action }: EmptyProps) {
  return (
    <div className={styles.empty}>
      {Icon && (
        <span className={styles.icon}>
          <Icon size={22} aria-hidden />
        </span>
      )}
      <p className={styles.title}>{title}</p>
      {children && <div className={styles.text}>{children}</div>}
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}

interface ErrorNoteProps {
  error: unknown;
  onRetry?: () => void;
}

/** Something could not be fetched or done: says why, and offers to try again. */
export function ErrorNote({ error, onRetry }: ErrorNoteProps) {
  const t = useUiText();
  const explain = useErrorText();
  return (
    <div className={styles.error} role="alert">
      <CircleAlert size={18} aria-hidden />
      <p>{explain(error)}</p>
      {onRetry && (
        <Button size="small" onPress={onRetry}>
          {t("ui.retry")}
        </Button>
      )}
    </div>
  );
}

interface NoteProps {
  tone?: "accent" | "warn" | "good";
  icon?: LucideIcon;
  children: ReactNode;
  action?: ReactNode;
}

/** Something worth knowing, within a page. */
export function Note({ tone = "accent", icon: Icon, children, action }: NoteProps) {
  return (
    <div className={`${styles.note} ${styles[tone]}`}>
      {Icon && <Icon size={18} aria-hidden />}
      <div className={styles.noteText}>{children}</div>
      {action}
    </div>
  );
}
