import { useEffect, useRef, useState } from "react";

import { TextField } from "../../ui";

interface DraftFieldProps {
  label: string;
  value: string;
  /** What was typed, without blanks around it, once the strokes pause. */
  onCommit: (value: string) => void;
  isReadOnly?: boolean;
  rows?: number | undefined;
  hint?: string | undefined;
  placeholder?: string | undefined;
  isMono?: boolean;
}

const PAUSE_MS = 500;

/** A field whose words go into the text once the strokes pause. */
export function DraftField({ value, onCommit, ...rest }: DraftFieldProps) {
  const [typed, setTyped] = useState(value);
  const told = useRef(value);
  const commit = useRef(onCommit);
  useEffect(() => {
    commit.current = onCommit;
  });
  // Somebody changed it elsewhere: in the text, or by going back.
  useEffect(() => {
    if (value === told.current) return;
    told.current = value;
    setTyped(value);
  }, [value]);
  useEffect(() => {
    const trimmed = typed.trim();
    if (trimmed === told.current) return;
    const timer = setTimeout(() => {
      told.current = trimmed;
      commit.current(trimmed);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const leave = () => {
    const trimmed = typed.trim();
    if (trimmed === told.current) return;
    told.current = trimmed;
    commit.current(trimmed);
  };
  // It may vanish without being left: another tab is chosen while it has the focus.
  const pending = useRef(leave);
  useEffect(() => {
    pending.current = leave;
  });
  useEffect(() => () => pending.current(), []);
  return <TextField {...rest} value={typed} onChange={setTyped} onBlur={leave} spellCheck={rest.rows !== undefined} />;
}
