import { useMutation } from "@tanstack/react-query";
import { Play, RotateCcw, SendHorizontal } from "lucide-react";
import { useEffect, useRef, useState, type FormEvent } from "react";

import { send } from "../../api/client";
import { flowsTexts } from "../../text/flows";
import { useText } from "../../text/useText";
import { Button, ErrorNote, Select, TextField, cx, useFormat } from "../../ui";
import styles from "./Try.module.css";

interface TriedLine {
  at_ms: number;
  kind: string;
  language?: string;
  text: string;
}

interface Tried {
  at: string;
  turns: { input: string | null; lines: TriedLine[] }[];
  waits: "keys" | "words" | "message" | "transfer" | "reply" | "tool" | "guest" | "nothing";
}

interface TryPanelProps {
  path: string;
  text: string;
  languages: string[];
  /** Is told of the step that the call is at. */
  onNode: (name: string) => void;
}

const PAD = [..."123456789*0#"];

/** A call without a telephone: keys and words are typed, and what would be heard is read. */
export function TryPanel({ path, text, languages, onNode }: TryPanelProps) {
  const t = useText(flowsTexts);
  const f = useFormat();
  const [language, setLanguage] = useState(languages[0] ?? "en");
  const [inputs, setInputs] = useState<string[]>([]);
  const end = useRef<HTMLLIElement>(null);
  const run = useMutation({
    mutationFn: (call: { inputs: string[]; at?: string | undefined }) =>
      send<Tried>("POST", `${path}/try`, { body: { yaml: text, language, ...call } }),
    onSuccess: (tried, call) => {
      setInputs(call.inputs);
      const nodes = tried.turns.flatMap((turn) => turn.lines).filter((line) => line.kind === "node");
      const last = nodes.at(-1);
      if (last) onNode(last.text);
    },
  });
  const tried = run.data;
  const go = (input: string) => run.mutate({ inputs: [...inputs, input], at: tried?.at });
  useEffect(() => end.current?.scrollIntoView({ block: "nearest" }), [tried]);
  return (
    <div className={styles.try}>
      <p className={styles.about}>{t("flows.tryAbout")}</p>
      <div className={styles.begin}>
        {languages.length > 1 && (
          <Select
            label={t("flows.tryLanguage")}
            isLabelHidden
            options={languages.map((tag) => ({ id: tag, label: f.language(tag) }))}
            value={language}
            onChange={setLanguage}
          />
        )}
        <Button icon={tried ? RotateCcw : Play} variant={tried ? "secondary" : "primary"} isPending={run.isPending && inputs.length === 0} onPress={() => run.mutate({ inputs: [] })}>
          {tried ? t("flows.tryAgain") : t("flows.tryBegin")}
        </Button>
      </div>
      {run.error && <ErrorNote error={run.error} />}
      {tried && (
        <ol className={styles.log} aria-label={t("flows.tryLog")} aria-live="polite">
          {tried.turns.map((turn, at) => [
            turn.input !== null && (
              <li key={`i${at}`} className={cx(styles.line, styles.you)}>
                <span className="visually-hidden">{t("flows.youSay")}: </span>
                {turn.input === "" ? t("flows.silence") : turn.input.replace(/^say /, "")}
              </li>
            ),
            ...turn.lines.map((line, place) => <Happened key={`${at}.${place}`} line={line} />),
          ])}
          <li ref={end} aria-hidden className={styles.endOfLog} />
        </ol>
      )}
      {tried && tried.waits !== "nothing" && <Inputs waits={tried.waits} onInput={go} isPending={run.isPending} />}
    </div>
  );
}

function Happened({ line }: { line: TriedLine }) {
  const t = useText(flowsTexts);
  const f = useFormat();
  const words = ((): string => {
    const { text } = line;
    switch (line.kind) {
      case "node": return t("flows.atNode", { name: text });
      case "answered": return t("flows.answered");
      case "sound": return t("flows.sound", { path: text });
      case "silence": return t("flows.silence");
      case "listens": return t("flows.listens");
      case "records": return t("flows.records");
      case "rings": return t("flows.rings", { text });
      case "asks": return t("flows.asks", { text });
      case "uses": return t("flows.uses", { text });
      case "guest": return t("flows.guest", { text });
      case "caller_left": return t("flows.callerLeft");
      case "ended": return t("flows.ended");
      default: return text;
    }
  })();
  return (
    <li className={cx(styles.line, line.kind === "said" ? styles.said : styles.note)} lang={line.kind === "said" ? line.language : undefined}>
      <span className={cx(styles.at, "numbers")}>{f.clock(line.at_ms)}</span>
      <span>{words}</span>
    </li>
  );
}

interface InputsProps {
  waits: Tried["waits"];
  onInput: (input: string) => void;
  isPending: boolean;
}

function Inputs({ waits, onInput, isPending }: InputsProps) {
  const t = useText(flowsTexts);
  const [typed, setTyped] = useState("");
  const asksJson = waits === "reply" || waits === "tool" || waits === "guest";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const words = typed.trim();
    if (words === "" || isPending) return;
    setTyped("");
    if (waits === "reply") return onInput(`reply 200 ${words}`);
    if (waits === "tool") return onInput(`result ${words}`);
    if (waits === "guest") return onInput(`return ${words}`);
    onInput(/^[\d*#A-Da-d]+$/.test(words) ? words : `say ${words}`);
  };
  const press = (label: string, input: string) => (
    <Button key={input} size="small" isDisabled={isPending} onPress={() => onInput(input)}>
      {label}
    </Button>
  );
  return (
    <div className={styles.inputs}>
      {waits === "transfer" ? (
        <div className={styles.choices}>
          {press(t("flows.tryAnswer"), "answer")}
          {press(t("flows.tryNoAnswer"), "no_answer")}
          {press(t("flows.tryBusy"), "busy")}
          {press(t("flows.tryUnavailable"), "unavailable")}
          {press(t("flows.tryDeclined"), "declined")}
        </div>
      ) : (
        <form onSubmit={submit} className={styles.form}>
          <TextField
            label={asksJson ? t("flows.tryAnswerJson") : t("flows.tryInput")}
            hint={asksJson ? undefined : t("flows.tryInputHelp")}
            value={typed}
            onChange={setTyped}
            isMono={asksJson}
          />
          <Button type="submit" icon={SendHorizontal} isDisabled={isPending || typed.trim() === ""}>
            {t("flows.trySend")}
          </Button>
        </form>
      )}
      {(waits === "keys" || waits === "words" || waits === "message") && (
        <div className={styles.pad} role="group" aria-label={t("flows.tryKeys")}>
          {PAD.map((key) => press(key, key))}
        </div>
      )}
      <div className={styles.choices}>
        {asksJson && waits !== "guest" && press(t("flows.tryFails"), "fail")}
        {waits !== "transfer" && !asksJson && press(t("flows.trySilence"), "")}
        {press(t("flows.tryHangup"), "hangup")}
      </div>
    </div>
  );
}
