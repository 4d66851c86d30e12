import { CircleAlert, CircleCheck, X } from "lucide-react";
import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from "react";
import { IconButton } from "./Button";
import styles from "./Toast.module.css";
import { cx } from "./cx";
import { useErrorText, useUiText } from "./texts";

interface Toast {
  id: number;
  tone: "good" | "bad";
  text: string;
}

interface Toasts {
  /** Something was done. */
  good: (text: string) => void;
  /** Something was not done: says why. */
  bad: (cause: unknown) => void;
}

const SHOWN_MS = 6_000;
const SHOWN_AT_ONCE = 4;

const ToastContext = createContext<Toasts | null>(null);

/** Says in a corner what was done, or why not. */
export function useToast(): Toasts {
  const toasts = useContext(ToastContext);
  if (!toasts) throw new Error("useToast outside of ToastProvider");
  return toasts;
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const t = useUiText();
  const explain = useErrorText();
  const [shown, setShown] = useState<Toast[]>([]);
  const next = useRef(0);
  const drop = useCallback((id: number) => setShown((all) => all.filter((toast) => toast.id !== id)), []);
  const add = useCallback(
    (tone: Toast["tone"], text: string) => {
      const id = next.current++;
      setShown((all) => [...all.slice(1 - SHOWN_AT_ONCE), { id, tone, text }]);
      // What went wrong stays until it is read.
      if (tone === "good") setTimeout(() => drop(id), SHOWN_MS);
    },
    [drop],
  );
  const toasts = useMemo<Toasts>(
    () => ({ good: (text) => add("good", text), bad: (cause) => add("bad", explain(cause)) }),
    [add, explain],
  );
  return (
    <ToastContext value={toasts}>
      {children}
      <div className={styles.stack} role="region" aria-label={t("ui.messages")} aria-live="polite">
        {shown.map(({ id, tone, text }) => (
          <div key={id} className={cx(styles.toast, styles[tone])}>
            {tone === "good" ? <CircleCheck size={18} aria-hidden /> : <CircleAlert size={18} aria-hidden />}
            <p>{text}</p>
            <IconButton label={t("ui.close")} icon={X} size="small" onPress={() => drop(id)} />
          </div>
        ))}
      </div>
    </ToastContext>
  );
}
