import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { encode } from "uqr";

import { send } from "../../api/client";
import type { Session } from "../../api/types";
import { usePreferences } from "../../shell/preferences";
import { sessionKey, useSession } from "../../shell/session";
import { accessTexts } from "../../text/access";
import { languageNames, languages } from "../../text/language";
import { settingsTexts } from "../../text/settings";
import { useText } from "../../text/useText";
import { Badge, Button, Dialog, ErrorNote, FormDialog, Panel, Select, TextField, useToast } from "../../ui";
import { Secret } from "./Secret";
import { MySessions } from "./Sessions";
import styles from "./settings.module.css";

const SHORTEST = 12;

export function Account() {
  return (
    <>
      <AboutMe />
      <Password />
      <SecondFactor />
      <MySessions />
    </>
  );
}

function AboutMe() {
  const t = useText(accessTexts);
  const s = useText(settingsTexts);
  const toast = useToast();
  const client = useQueryClient();
  const { user } = useSession();
  const { setLanguage: setPageLanguage } = usePreferences();
  const [display, setDisplay] = useState(user.display ?? "");
  const [language, setLanguage] = useState(user.language ?? "-");
  const save = useMutation({
    mutationFn: () => send("PATCH", "/v1/session/user", { body: { display: display.trim(), language: language === "-" ? null : language } }),
    onSuccess: () => {
      toast.good(s("settings.saved"));
      // The page speaks it at once, whatever this browser kept.
      const chosen = languages.find((tag) => tag === language);
      if (chosen) setPageLanguage(chosen);
      void client.invalidateQueries({ queryKey: sessionKey });
    },
    onError: toast.bad,
  });
  return (
    <Panel title={t("access.aboutMe")}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextField label={t("access.name")} value={user.name} onChange={() => undefined} isReadOnly />
        <TextField label={t("access.display")} value={display} onChange={setDisplay} autoComplete="name" />
        <Select
          label={t("access.language")}
          options={[{ id: "-", label: t("access.browserLanguage") }, ...languages.map((tag) => ({ id: tag as string, label: languageNames[tag] }))]}
          value={language}
          onChange={setLanguage}
        />
        <Button type="submit" variant="primary" isPending={save.isPending} isDisabled={!display.trim()}>
          {s("settings.save")}
        </Button>
      </form>
    </Panel>
  );
}

function Password() {
  const t = useText(accessTexts);
  const toast = useToast();
  const client = useQueryClient();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const change = useMutation({
    mutationFn: () => send<Session>("POST", "/v1/session/password", { body: { old, new: fresh } }),
    onSuccess: (session) => {
      // All sessions have ended: this one is new, and so is its token.
      client.setQueryData(sessionKey, session);
      void client.invalidateQueries({ queryKey: ["/v1/sessions"] });
      toast.good(t("access.passwordChanged"));
      setOld("");
      setFresh("");
    },
  });
  return (
    <Panel title={t("access.password")}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <TextField label={t("access.oldPassword")} type="password" value={old} onChange={setOld} autoComplete="current-password" />
        <TextField label={t("access.newPassword")} hint={t("access.passwordHelp")} type="password" value={fresh} onChange={setFresh} autoComplete="new-password" />
        {change.error && <ErrorNote error={change.error} />}
        <Button type="submit" isPending={change.isPending} isDisabled={!old || fresh.length < SHORTEST}>
          {t("access.changePassword")}
        </Button>
      </form>
    </Panel>
  );
}

function SecondFactor() {
  const t = useText(accessTexts);
  const { user } = useSession();
  const [step, setStep] = useState<"set" | "off" | null>(null);
  return (
    <Panel
      title={t("access.secondFactor")}
      actions={user.second_factor && <Badge tone="good" icon={ShieldCheck}>{t("access.yes")}</Badge>}
    >
      <div className={styles.form}>
        <p>{t(user.second_factor ? "access.factorOn" : "access.factorOff")}</p>
        <Button onPress={() => setStep(user.second_factor ? "off" : "set")}>{t(user.second_factor ? "access.turnOff" : "access.setUp")}</Button>
      </div>
      {step === "set" && <SetUp onClose={() => setStep(null)} />}
      {step === "off" && <TurnOff onClose={() => setStep(null)} />}
    </Panel>
  );
}

function SetUp({ onClose }: { onClose: () => void }) {
  const t = useText(accessTexts);
  const client = useQueryClient();
  const [code, setCode] = useState("");
  const propose = useMutation({ mutationFn: () => send<{ secret: string; uri: string }>("POST", "/v1/session/second-factor") });
  const confirm = useMutation({
    mutationFn: () => send<{ recovery_codes: string[] }>("PUT", "/v1/session/second-factor", { body: { code: code.trim() } }),
  });
  const close = () => {
    void client.invalidateQueries({ queryKey: sessionKey });
    onClose();
  };
  if (confirm.data) {
    return (
      <Dialog title={t("access.recovery")} isOpen isFixed onClose={close} footer={<Button variant="primary" onPress={close}>{t("access.done")}</Button>}>
        <div className={styles.form}>
          <p>{t("access.recoveryHelp")}</p>
          <ul className={styles.codes}>
            {confirm.data.recovery_codes.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
          <Secret label={t("access.recovery")} value={confirm.data.recovery_codes.join(" ")} />
        </div>
      </Dialog>
    );
  }
  return (
    <FormDialog
      title={t("access.secondFactor")}
      action={t(propose.data ? "access.confirm" : "access.setUp")}
      isOpen
      onClose={onClose}
      isPending={propose.isPending || confirm.isPending}
      isDisabled={Boolean(propose.data) && code.trim().length < 6}
      onSubmit={() => (propose.data ? confirm.mutate() : propose.mutate())}
    >
      {!propose.data && <p>{t("access.factorOff")}</p>}
      {propose.error && <ErrorNote error={propose.error} />}
      {propose.data && (
        <>
          <p>{t("access.scan")}</p>
          <QrCode text={propose.data.uri} label={t("access.qr")} />
          <Secret label={t("access.secret")} value={propose.data.secret} />
          <TextField label={t("access.code")} value={code} onChange={setCode} inputMode="numeric" autoComplete="one-time-code" maxLength={8} />
          {confirm.error && <ErrorNote error={confirm.error} />}
        </>
      )}
    </FormDialog>
  );
}

function TurnOff({ onClose }: { onClose: () => void }) {
  const t = useText(accessTexts);
  const client = useQueryClient();
  const [code, setCode] = useState("");
  const remove = useMutation({
    mutationFn: () => send("DELETE", "/v1/session/second-factor", { body: { code: code.trim() } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: sessionKey });
      onClose();
    },
  });
  return (
    <FormDialog title={t("access.secondFactor")} action={t("access.turnOff")} isDanger isOpen onClose={onClose} isPending={remove.isPending} isDisabled={!code.trim()} onSubmit={() => remove.mutate()}>
      <TextField label={t("access.code")} value={code} onChange={setCode} autoComplete="one-time-code" />
      {remove.error && <ErrorNote error={remove.error} />}
    </FormDialog>
  );
}

/** A QR code as one path. */
function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { border: 2 });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : []))).join("");
  return (
    <svg className={styles.qr} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <path d={path} fill="#000" />
    </svg>
  );
}
