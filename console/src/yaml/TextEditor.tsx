import { useEffect, useId, useMemo, useRef, type KeyboardEvent } from "react";

import { flowsTexts } from "../text/flows";
import { useText } from "../text/useText";
import { cx } from "../ui";
import type { TextFault } from "./source";
import styles from "./TextEditor.module.css";

interface TextEditorProps {
  label: string;
  value: string;
  onChange?: (value: string) => void;
  faults: readonly TextFault[];
  /** This line is brought into sight whenever it changes. */
  line?: number | undefined;
  className?: string | undefined;
}

const LINE_PX = 20;

/** A text with the numbers of its lines, and what is wrong at each. Tab leaves it, as in any other field. */
export function TextEditor({ label, value, onChange, faults, line, className }: TextEditorProps) {
  const t = useText(flowsTexts);
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const numbers = useRef<HTMLOListElement>(null);
  const count = useMemo(() => value.split("\n").length, [value]);
  const marks = useMemo(() => new Map(faults.map((fault) => [fault.line, fault.severity])), [faults]);
  const align = () => {
    if (numbers.current && area.current) numbers.current.scrollTop = area.current.scrollTop;
  };
  const goTo = (wanted: number, focus: boolean) => {
    const { current } = area;
    if (!current) return;
    current.scrollTop = Math.max(0, (wanted - 4) * LINE_PX);
    align();
    if (!focus) return;
    const before = value.split("\n").slice(0, wanted - 1).join("\n").length;
    const start = wanted > 1 ? before + 1 : 0;
    current.focus();
    current.setSelectionRange(start, start);
  };
  useEffect(() => {
    if (line !== undefined && area.current && document.activeElement !== area.current) {
      area.current.scrollTop = Math.max(0, (line - 4) * LINE_PX);
    }
  }, [line]);
  // A new line begins where the one above it does.
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const { selectionStart: from, selectionEnd: to } = event.currentTarget;
    if (event.key !== "Enter" || !onChange || event.nativeEvent.isComposing) return;
    const indent = /^ */.exec(value.slice(value.lastIndexOf("\n", from - 1) + 1, from))?.[0] ?? "";
    if (indent === "") return;
    event.preventDefault();
    // By the browser where it can: then its own undo knows of it.
    const isDone = document.execCommand("insertText", false, `\n${indent}`);
    if (!isDone) onChange(`${value.slice(0, from)}\n${indent}${value.slice(to)}`);
  };
  return (
    <div className={cx(styles.editor, className)}>
      <div className={styles.paper}>
        <ol ref={numbers} className={styles.numbers} aria-hidden>
          {Array.from({ length: count }, (_, at) => (
            <li key={at} className={cx(marks.get(at + 1) === "error" && styles.bad, marks.get(at + 1) === "warning" && styles.warn)}>
              {at + 1}
            </li>
          ))}
        </ol>
        <textarea
          ref={area}
          className={styles.area}
          aria-label={label}
          aria-describedby={faults.length > 0 ? id : undefined}
          aria-invalid={faults.some((fault) => fault.severity === "error")}
          value={value}
          readOnly={!onChange}
          onChange={(event) => onChange?.(event.target.value)}
          onKeyDown={onKeyDown}
          onScroll={align}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          wrap="off"
        />
      </div>
      {faults.length > 0 && (
        <ul id={id} className={styles.faults}>
          {faults.map((fault, at) => (
            <li key={at}>
              <button type="button" className={cx(styles.fault, fault.severity === "error" && styles.error)} onClick={() => goTo(fault.line, true)}>
                <span className={styles.place}>{t("flows.line", { line: fault.line })}</span>
                <span>
                  {fault.message}
                  {fault.suggestion && <span className={styles.suggestion}> – {fault.suggestion}</span>}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
