import { SlidersHorizontal, X } from "lucide-react";
import { useEffect, useState } from "react";
import { Button, FormDialog, SearchField, Select, TextField, useFormat, type Option } from "../../../ui";
import { times, type FilterName, type Filters } from "../model/filters";
import { outcomes, useCallsText, useOutcomeText } from "../shared";
import styles from "./ListPage.module.css";

/** Words are looked for when nobody has typed for so long. */
const PAUSE_MS = 300;
/** What the select of times says of two days that were chosen. */
const DAYS = "days";

interface FilterBarProps {
  filters: Filters;
  onChange: (changes: Filters) => void;
  onReset: () => void;
}

/** What is listed: words, time, outcome; the rest in a dialog, and as chips that can be taken away. */
export function FilterBar({ filters, onChange, onReset }: FilterBarProps) {
  const t = useCallsText();
  const [isOpen, setOpen] = useState(false);
  const outcomeText = useOutcomeText();
  const any = { id: "", label: t("calls.outcome") + ": " + t("calls.any") };
  const isDays = Boolean(filters.from || filters.to);
  return (
    <div role="search" aria-label={t("calls.filters")}>
      <div className={styles.bar}>
        <Words value={filters.words ?? ""} onChange={(words) => onChange({ words })} />
        <Select
          label={t("calls.time")}
          isLabelHidden
          className={styles.choice}
          value={isDays ? DAYS : (filters.time ?? "")}
          onChange={(time) => (time === DAYS ? setOpen(true) : onChange({ time, from: undefined, to: undefined }))}
          options={[
            { id: "", label: t("calls.time.any") },
            ...times.map((id) => ({ id, label: t(`calls.time.${id}`) })),
            { id: DAYS, label: `${t("calls.from")} … ${t("calls.to")}` },
          ]}
        />
        <Select
          label={t("calls.outcome")}
          isLabelHidden
          className={styles.choice}
          value={filters.outcome ?? ""}
          onChange={(outcome) => onChange({ outcome })}
          options={[any, ...outcomes.map((id) => ({ id, label: outcomeText(id) }))]}
        />
        <Button icon={SlidersHorizontal} onPress={() => setOpen(true)}>
          {t("calls.filters")}
        </Button>
      </div>
      <Chips filters={filters} onChange={onChange} onReset={onReset} />
      {isOpen && <FilterDialog filters={filters} onChange={onChange} onClose={() => setOpen(false)} />}
    </div>
  );
}

function Words({ value, onChange }: { value: string; onChange: (words: string) => void }) {
  const t = useCallsText();
  const [words, setWords] = useState(value);
  useEffect(() => setWords(value), [value]);
  useEffect(() => {
    if (words.trim() === value) return;
    const timer = setTimeout(() => onChange(words.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [words, value, onChange]);
  return <SearchField label={t("calls.words")} value={words} onChange={setWords} className={styles.words} />;
}

/** What is not in sight in the bar. */
const inDialog = ["direction", "state", "sentiment", "number", "contact", "member", "agent", "campaign", "topic", "tag", "min_s"] as const;

function Chips({ filters, onChange, onReset }: FilterBarProps) {
  const t = useCallsText();
  const format = useFormat();
  const value = (name: FilterName, text: string) => {
    if (name === "direction") return t(text === "outbound" ? "calls.outbound" : "calls.inbound");
    if (name === "state") return t(text === "ended" ? "calls.ended" : text === "ringing" ? "calls.ringing" : "calls.active");
    if (name === "sentiment") return t(text === "positive" ? "calls.mood.positive" : text === "negative" ? "calls.mood.negative" : "calls.mood.neutral");
    if (name === "from" || name === "to") return format.date(`${text}T12:00`);
    return text;
  };
  const shown = [...inDialog, "from", "to"] as const;
  const chips = shown.flatMap((name) => {
    const text = filters[name];
    return text ? [{ name, text: name === "contact" ? t("calls.contact") : `${t(`calls.${name}`)}: ${value(name, text)}` }] : [];
  });
  if (chips.length === 0) return null;
  return (
    <ul className={styles.chips} style={{ marginTop: "var(--s3)" }}>
      {chips.map(({ name, text }) => (
        <li key={name} className={styles.chip}>
          {text}
          <button type="button" aria-label={t("calls.filters.remove", { filter: text })} onClick={() => onChange({ [name]: undefined })}>
            <X size={13} aria-hidden />
          </button>
        </li>
      ))}
      <li>
        <Button variant="quiet" size="small" onPress={onReset}>
          {t("calls.reset")}
        </Button>
      </li>
    </ul>
  );
}

interface FilterDialogProps {
  filters: Filters;
  onChange: (changes: Filters) => void;
  onClose: () => void;
}

function FilterDialog({ filters, onChange, onClose }: FilterDialogProps) {
  const t = useCallsText();
  const [draft, setDraft] = useState<Filters>(filters);
  const set = (name: FilterName) => (value: string) => setDraft((now) => ({ ...now, [name]: value.trim() ? value : undefined }));
  const choice = (name: FilterName, options: Option[]) => (
    <Select
      label={t(`calls.${name}` as "calls.direction")}
      value={draft[name] ?? ""}
      onChange={set(name)}
      options={[{ id: "", label: t("calls.any") }, ...options]}
    />
  );
  const text = (name: "number" | "member" | "agent" | "topic" | "tag") => (
    <TextField label={t(`calls.${name}`)} value={draft[name] ?? ""} onChange={set(name)} />
  );
  const submit = () => {
    const days = draft.from || draft.to ? { time: undefined } : {};
    onChange({ ...Object.fromEntries([...inDialog, "from", "to"].map((name) => [name, undefined])), ...draft, ...days });
    onClose();
  };
  return (
    <FormDialog title={t("calls.filters")} action={t("calls.filters.apply")} isOpen size="large" onSubmit={submit} onClose={onClose}>
      <div className={styles.form}>
        <TextField label={t("calls.from")} type="date" value={draft.from ?? ""} onChange={set("from")} />
        <TextField label={t("calls.to")} type="date" value={draft.to ?? ""} onChange={set("to")} />
        {choice("direction", [
          { id: "inbound", label: t("calls.inbound") },
          { id: "outbound", label: t("calls.outbound") },
        ])}
        {choice("state", [
          { id: "ringing", label: t("calls.ringing") },
          { id: "active", label: t("calls.active") },
          { id: "ended", label: t("calls.ended") },
        ])}
        {choice("sentiment", [
          { id: "positive", label: t("calls.mood.positive") },
          { id: "neutral", label: t("calls.mood.neutral") },
          { id: "negative", label: t("calls.mood.negative") },
        ])}
        {text("number")}
        {text("agent")}
        {text("member")}
        {text("topic")}
        {text("tag")}
        <TextField label={t("calls.min_s")} type="number" inputMode="numeric" value={draft.min_s ?? ""} onChange={set("min_s")} />
      </div>
    </FormDialog>
  );
}
