import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useState } from "react";

import { send } from "../../api/client";
import { useMay } from "../../shell/session";
import { settingsTexts } from "../../text/settings";
import { useLanguage, useText } from "../../text/useText";
import { Badge, Button, ErrorNote, IconButton, Loading, Panel, RadioGroup, TextField, useToast } from "../../ui";
import { WEEKDAYS, isHours, weekdayName } from "./business";
import type { AllSettings, Hours, Redaction, Retention, Setting } from "./business";
import { Holidays } from "./Holidays";
import styles from "./settings.module.css";

const KEY = ["/v1/settings"];

export function Business() {
  const settings = useQuery({ queryKey: KEY, queryFn: () => send<AllSettings>("GET", "/v1/settings") });
  if (settings.error) return <ErrorNote error={settings.error} onRetry={() => void settings.refetch()} />;
  if (!settings.data) return <Loading />;
  const { hours, holidays, retention, redaction } = settings.data;
  // What was saved begins a form anew.
  const key = (setting: Setting<unknown>) => JSON.stringify(setting);
  return (
    <>
      {hours && <HoursForm key={`h${key(hours)}`} setting={hours} />}
      {holidays && <Holidays key={`d${key(holidays)}`} setting={holidays} />}
      {retention && <RetentionForm key={`r${key(retention)}`} setting={retention} />}
      {redaction && <RedactionForm key={`x${key(redaction)}`} setting={redaction} />}
    </>
  );
}

/** Saves a section, or takes it back to what the file says. */
export function useSection(section: string) {
  const t = useText(settingsTexts);
  const toast = useToast();
  const client = useQueryClient();
  const onSuccess = () => {
    toast.good(t("settings.saved"));
    void client.invalidateQueries({ queryKey: KEY });
  };
  const save = useMutation({ mutationFn: (value: unknown) => send("PUT", `/v1/settings/${section}`, { body: value }), onSuccess });
  const takeBack = useMutation({ mutationFn: () => send("DELETE", `/v1/settings/${section}`), onSuccess });
  return { save, takeBack, error: save.error ?? takeBack.error };
}

interface SectionProps {
  title: string;
  hint?: string;
  setting: Setting<unknown>;
  state: ReturnType<typeof useSection>;
  onSave: () => void;
  isFine: boolean;
  children: React.ReactNode;
}

/** The frame of a section: where it is from, its fields, and its buttons. */
export function Section({ title, hint, setting, state, onSave, isFine, children }: SectionProps) {
  const t = useText(settingsTexts);
  const mayWrite = useMay()("settings:write");
  const from = <Badge tone={setting.from === "books" ? "accent" : "neutral"}>{t(setting.from === "books" ? "settings.fromBooks" : "settings.fromFile")}</Badge>;
  const actions = (
    <>
      {from}
      {mayWrite && setting.from === "books" && (
        <Button size="small" variant="quiet" isPending={state.takeBack.isPending} onPress={() => state.takeBack.mutate()}>
          {t("settings.takeBack")}
        </Button>
      )}
    </>
  );
  return (
    <Panel title={title} hint={hint} actions={actions}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (isFine) onSave();
        }}
      >
        {children}
        {state.error && <ErrorNote error={state.error} />}
        {mayWrite && (
          <Button type="submit" variant="primary" isPending={state.save.isPending} isDisabled={!isFine}>
            {t("settings.save")}
          </Button>
        )}
      </form>
    </Panel>
  );
}

function HoursForm({ setting }: { setting: Setting<Hours | null> }) {
  const t = useText(settingsTexts);
  const language = useLanguage();
  const mayWrite = useMay()("settings:write");
  const state = useSection("hours");
  const [hours, setHours] = useState<Hours>(setting.value ?? {});
  const wrong = WEEKDAYS.filter((day) => !isHours(hours[day] ?? ""));
  const save = () => state.save.mutate(Object.fromEntries(WEEKDAYS.map((day) => [day, hours[day]?.trim() || "closed"])));
  return (
    <Section title={t("settings.hours")} hint={setting.value === null ? t("settings.alwaysOpen") : t("settings.hoursHelp")} setting={setting} state={state} onSave={save} isFine={wrong.length === 0}>
      {WEEKDAYS.map((day) => (
        <TextField
          key={day}
          label={weekdayName(day, language)}
          placeholder={t("settings.closed")}
          value={hours[day] === "closed" ? "" : (hours[day] ?? "")}
          onChange={(text) => setHours({ ...hours, [day]: text })}
          error={wrong.includes(day) ? t("settings.hoursWrong") : null}
          isReadOnly={!mayWrite}
        />
      ))}
    </Section>
  );
}

const isDays = (text: string) => /^\d{1,5}$/.test(text.trim());

function RetentionForm({ setting }: { setting: Setting<Retention> }) {
  const t = useText(settingsTexts);
  const mayWrite = useMay()("settings:write");
  const state = useSection("retention");
  const [calls, setCalls] = useState(String(setting.value.calls_days));
  const [events, setEvents] = useState(String(setting.value.events_days));
  const [tags, setTags] = useState(() => Object.entries(setting.value.tags).map(([tag, days]) => ({ tag, days: String(days) })));
  const isFine = [calls, events, ...tags.map((one) => one.days)].every(isDays) && tags.every((one) => one.tag.trim() !== "");
  const set = (at: number, change: Partial<{ tag: string; days: string }>) => setTags(tags.map((one, place) => (place === at ? { ...one, ...change } : one)));
  const save = () =>
    state.save.mutate({
      calls_days: Number(calls),
      events_days: Number(events),
      tags: Object.fromEntries(tags.map((one) => [one.tag.trim(), Number(one.days)])),
    });
  return (
    <Section title={t("settings.retention")} hint={t("settings.retentionHelp")} setting={setting} state={state} onSave={save} isFine={isFine}>
      <TextField label={t("settings.callsDays")} type="number" value={calls} onChange={setCalls} isReadOnly={!mayWrite} />
      <TextField label={t("settings.eventsDays")} type="number" value={events} onChange={setEvents} isReadOnly={!mayWrite} />
      {tags.map((one, at) => (
        <div key={at} className={styles.row} role="group" aria-label={t("settings.tagDays")}>
          <TextField label={t("settings.tag")} value={one.tag} onChange={(tag) => set(at, { tag })} isReadOnly={!mayWrite} />
          <TextField label={t("settings.days")} type="number" value={one.days} onChange={(days) => set(at, { days })} isReadOnly={!mayWrite} />
          {mayWrite && <IconButton label={t("settings.removeNamed", { name: one.tag || t("settings.tag") })} icon={X} onPress={() => setTags(tags.filter((_, place) => place !== at))} />}
        </div>
      ))}
      {mayWrite && (
        <Button size="small" icon={Plus} onPress={() => setTags([...tags, { tag: "", days: "365" }])}>
          {t("settings.tagDays")}
        </Button>
      )}
    </Section>
  );
}

function RedactionForm({ setting }: { setting: Setting<Redaction> }) {
  const t = useText(settingsTexts);
  const mayWrite = useMay()("settings:write");
  const state = useSection("redaction");
  const [redact, setRedact] = useState(setting.value.redact);
  const [patterns, setPatterns] = useState(setting.value.patterns);
  const set = (at: number, change: Partial<{ name: string; regex: string }>) => setPatterns(patterns.map((one, place) => (place === at ? { ...one, ...change } : one)));
  const isFine = patterns.every((one) => one.name.trim() !== "" && one.regex !== "");
  return (
    <Section title={t("settings.redaction")} hint={t("settings.redactionHelp")} setting={setting} state={state} onSave={() => state.save.mutate({ redact, patterns })} isFine={isFine}>
      <RadioGroup
        label={t("settings.redactWhat")}
        value={redact}
        onChange={setRedact}
        isDisabled={!mayWrite}
        options={[
          { id: "off", label: t("settings.redactOff") },
          { id: "text", label: t("settings.redactText") },
          { id: "text_and_audio", label: t("settings.redactBoth") },
        ]}
      />
      {patterns.map((one, at) => (
        <div key={at} className={styles.row} role="group" aria-label={t("settings.patterns")}>
          <TextField label={t("settings.patternName")} value={one.name} onChange={(name) => set(at, { name })} isReadOnly={!mayWrite} />
          <TextField label={t("settings.patternRegex")} value={one.regex} onChange={(regex) => set(at, { regex })} isMono isReadOnly={!mayWrite} />
          {mayWrite && <IconButton label={t("settings.removeNamed", { name: one.name || t("settings.patternName") })} icon={X} onPress={() => setPatterns(patterns.filter((_, place) => place !== at))} />}
        </div>
      ))}
      {mayWrite && (
        <Button size="small" icon={Plus} onPress={() => setPatterns([...patterns, { name: "", regex: "" }])}>
          {t("settings.addPattern")}
        </Button>
      )}
    </Section>
  );
}
