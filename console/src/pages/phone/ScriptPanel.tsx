import { useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import { useId, useState, useSyncExternalStore } from "react";
import { send } from "../../api/client";
import { phoneTexts } from "../../text/phone";
import { useText } from "../../text/useText";
import { Badge, Checkbox, Panel, cx } from "../../ui";
import { type PhoneLine, isLive } from "./machine";
import styles from "./Script.module.css";
import { type CallScript, type Ticks, blocksOf, ticked } from "./script";

/** How long the script of a call stays that nobody looks at, ms: it is needed until the call is wrapped up. */
const KEPT_MS = 60 * 60_000;

/** What is ticked off stays with the call while one looks at another one. */
let ticks: Ticks = new Map();
const listeners = new Set<() => void>();

function tick(call: string, at: number, done: boolean): void {
  ticks = ticked(ticks, call, at, done);
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What is to be said and done in a call, where its campaign or its queue says so. */
export function ScriptPanel({ line }: { line: PhoneLine }) {
  const { call } = line;
  // Only who takes part may read it: it is asked for while the call goes on, and stays as it was.
  const script = useQuery({
    queryKey: ["/v1/phone/script", call],
    queryFn: () => send<CallScript>("GET", "/v1/phone/script", { query: { call } }),
    enabled: call !== undefined && isLive(line),
    staleTime: Infinity,
    gcTime: KEPT_MS,
  });
  if (call === undefined || !script.data || script.data.steps.length === 0) return null;
  return <Script call={call} script={script.data} />;
}

function Script({ call, script }: { call: string; script: CallScript }) {
  const t = useText(phoneTexts);
  const [open, setOpen] = useState(true);
  const body = useId();
  const done = useSyncExternalStore(subscribe, () => ticks).get(call);
  const blocks = blocksOf(script.steps);
  const all = script.steps.filter(({ kind }) => kind === "point").length;
  const title = (
    <button type="button" className={styles.fold} aria-expanded={open} aria-controls={body} onClick={() => setOpen(!open)}>
      <ChevronDown size={15} aria-hidden className={cx(!open && styles.folded)} />
      {t("phone.script")}
      {script.title && <span className={styles.of}>{script.title}</span>}
    </button>
  );
  const count = all > 0 && <Badge tone={done?.size === all ? "good" : "neutral"}>{t("phone.script_done", { done: done?.size ?? 0, all })}</Badge>;
  return (
    <Panel title={title} actions={count} flush>
      <div id={body} className={styles.script} hidden={!open}>
        {blocks.map((block, place) =>
          block.kind === "paragraph" ? (
            <p key={place}>{block.text}</p>
          ) : (
            <ul key={place}>
              {block.points.map(({ at, text }) => (
                <li key={at} className={cx(done?.has(at) && styles.done)}>
                  <Checkbox isSelected={done?.has(at) ?? false} onChange={(yes) => tick(call, at, yes)}>
                    {text}
                  </Checkbox>
                </li>
              ))}
            </ul>
          ),
        )}
      </div>
    </Panel>
  );
}
