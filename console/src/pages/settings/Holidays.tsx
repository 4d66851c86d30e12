import { Plus, X } from "lucide-react";
import { useState } from "react";

import { useMay } from "../../shell/session";
import { settingsTexts } from "../../text/settings";
import { useLanguage, useText } from "../../text/useText";
import { Button, FormDialog, IconButton, RadioGroup, TextField, useFormat } from "../../ui";
import { Section, useSection } from "./Business";
import { isDayOfYear, isHours, nameIn } from "./business";
import type { Holiday, Setting } from "./business";
import styles from "./settings.module.css";

export function Holidays({ setting }: { setting: Setting<Holiday[]> }) {
  const t = useText(settingsTexts);
  const language = useLanguage();
  const mayWrite = useMay()("settings:write");
  const when = useWhen();
  const state = useSection("holidays");
  const [holidays, setHolidays] = useState(setting.value);
  const [isAdding, add] = useState(false);
  return (
    <Section title={t("settings.holidays")} setting={setting} state={state} onSave={() => state.save.mutate(holidays)} isFine>
      {holidays.length === 0 && <p className={styles.muted}>{t("settings.noHolidays")}</p>}
      <ul className={styles.list}>
        {holidays.map((holiday, at) => (
          <li key={at}>
            <span>
              {nameIn(holiday.name, language)}{" "}
              <span className={styles.muted}>
                {when(holiday)}
                {holiday.hours && `, ${holiday.hours}`}
              </span>
            </span>
            {mayWrite && <IconButton label={t("settings.removeHoliday", { name: nameIn(holiday.name, language) })} icon={X} size="small" onPress={() => setHolidays(holidays.filter((_, place) => place !== at))} />}
          </li>
        ))}
      </ul>
      {mayWrite && (
        <Button size="small" icon={Plus} onPress={() => add(true)}>
          {t("settings.addHoliday")}
        </Button>
      )}
      {isAdding && (
        <NewHoliday
          onClose={() => add(false)}
          onAdd={(holiday) => {
            setHolidays([...holidays, holiday]);
            add(false);
          }}
        />
      )}
    </Section>
  );
}

/** When a holiday is, in words. */
function useWhen(): (holiday: Holiday) => string {
  const t = useText(settingsTexts);
  const f = useFormat();
  const language = useLanguage();
  return (holiday) => {
    if (holiday.easter !== undefined) {
      const { easter } = holiday;
      return t(easter < 0 ? "settings.beforeEaster" : "settings.afterEaster", { days: Math.abs(easter) });
    }
    const { date = "", until } = holiday;
    if (isDayOfYear(date)) {
      const day = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { day: "numeric", month: "long", timeZone: "UTC" }).format(new Date(`2024-${date}T12:00:00Z`));
      return `${day}, ${t("settings.yearly")}`;
    }
    const shown = (text: string) => (/^\d{4}-\d\d-\d\d$/.test(text) ? f.date(`${text}T12:00:00`) : text);
    return until ? `${shown(date)} – ${shown(until)}` : shown(date);
  };
}

function NewHoliday({ onClose, onAdd }: { onClose: () => void; onAdd: (holiday: Holiday) => void }) {
  const t = useText(settingsTexts);
  const [name, setName] = useState("");
  const [kind, setKind] = useState<"year" | "once" | "easter">("once");
  const [day, setDay] = useState("");
  const [date, setDate] = useState("");
  const [until, setUntil] = useState("");
  const [easter, setEaster] = useState("1");
  const [hours, setHours] = useState("");
  const isPlaced = { year: isDayOfYear(day), once: date !== "" && (until === "" || until >= date), easter: /^-?\d{1,3}$/.test(easter) }[kind];
  const submit = () => {
    const place = { year: { date: day }, once: { date, ...(until && until !== date ? { until } : {}) }, easter: { easter: Number(easter) } }[kind];
    onAdd({ name: name.trim(), ...place, ...(hours.trim() ? { hours: hours.trim() } : {}) });
  };
  return (
    <FormDialog title={t("settings.addHoliday")} action={t("settings.add")} isOpen onClose={onClose} isDisabled={!name.trim() || !isPlaced || !isHours(hours)} onSubmit={submit}>
      <TextField label={t("settings.holidayName")} value={name} onChange={setName} />
      <RadioGroup
        label={t("settings.holidayWhen")}
        value={kind}
        onChange={setKind}
        options={[
          { id: "once", label: t("settings.once") },
          { id: "year", label: t("settings.everyYear") },
          { id: "easter", label: t("settings.byEaster") },
        ]}
      />
      {kind === "year" && <TextField label={t("settings.dayOfYear")} placeholder="12-25" value={day} onChange={setDay} />}
      {kind === "once" && (
        <div className={styles.row}>
          <TextField label={t("settings.firstDay")} type="date" value={date} onChange={setDate} />
          <TextField label={t("settings.lastDay")} type="date" value={until} onChange={setUntil} />
        </div>
      )}
      {kind === "easter" && <TextField label={t("settings.easterDays")} type="number" value={easter} onChange={setEaster} />}
      <TextField label={t("settings.otherHours")} hint={t("settings.hoursHelp")} value={hours} onChange={setHours} error={isHours(hours) ? null : t("settings.hoursWrong")} />
    </FormDialog>
  );
}
