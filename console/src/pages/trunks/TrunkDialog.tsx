import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { send } from "../../api/client";
import { numbersTexts } from "../../text/numbers";
import { useText } from "../../text/useText";
import { ErrorNote, FormDialog, RadioGroup, Select, Switch, TextField, useToast } from "../../ui";
import { fresh } from "./trunk";
import type { Kind, Trunk, TrunkSettings } from "./trunk";
import styles from "./trunks.module.css";

const words = (typed: string) => typed.split(",").map((word) => word.trim()).filter(Boolean);

/** Makes a trunk from a kind of connection, or changes one. */
export function TrunkDialog({ trunk, onClose }: { trunk: Trunk | null; onClose: () => void }) {
  const t = useText(numbersTexts);
  const toast = useToast();
  const client = useQueryClient();
  const [kind, setKind] = useState<Kind>("register");
  const [name, setName] = useState(trunk?.name ?? "");
  const [password, setPassword] = useState("");
  const [settings, setSettings] = useState<TrunkSettings>(() => (trunk ? settingsOf(trunk) : fresh("register")));
  const set = (change: Partial<TrunkSettings>) => setSettings((now) => ({ ...now, ...change }));
  const choose = (chosen: Kind) => {
    const begun = fresh(chosen);
    setKind(chosen);
    setSettings((now) => ({ ...begun, host: now.host, user: now.user, caller_id: now.caller_id }));
  };
  const save = useMutation({
    mutationFn: () => {
      const body = { ...settings, outbound_proxy: settings.outbound_proxy || null, name, ...(password ? { password } : {}) };
      return trunk ? send("PATCH", `/v1/trunks/${trunk.id}`, { body }) : send("POST", "/v1/trunks", { body });
    },
    onSuccess: () => {
      toast.good(t("numbers.saved"));
      void client.invalidateQueries({ queryKey: ["/v1/trunks"] });
      onClose();
    },
  });
  const isFine = /^[A-Za-z0-9_-]{1,64}$/.test(name) && settings.host.trim() !== "" && (!settings.register || settings.user.trim() !== "");
  return (
    <FormDialog title={t(trunk ? "trunks.edit" : "trunks.add")} action={t("numbers.save")} isOpen onClose={onClose} isPending={save.isPending} isDisabled={!isFine} onSubmit={() => save.mutate()}>
      {!trunk && (
        <RadioGroup
          label={t("trunks.kind")}
          value={kind}
          onChange={choose}
          options={[
            { id: "register", label: t("trunks.kindRegister"), hint: t("trunks.kindRegisterHelp") },
            { id: "address", label: t("trunks.kindAddress"), hint: t("trunks.kindAddressHelp") },
            { id: "proxy", label: t("trunks.kindProxy"), hint: t("trunks.kindProxyHelp") },
            { id: "pbx", label: t("trunks.kindPbx"), hint: t("trunks.kindPbxHelp") },
          ]}
        />
      )}
      <TextField label={t("trunks.name")} hint={t("trunks.nameHelp")} value={name} onChange={setName} isRequired />
      <TextField label={t("trunks.host")} placeholder="sip.carrier.example" value={settings.host} onChange={(host) => set({ host })} isRequired />
      <TextField label={t("trunks.user")} value={settings.user} onChange={(user) => set({ user })} isRequired={settings.register} autoComplete="off" />
      <TextField
        label={t("trunks.password")}
        type="password"
        hint={trunk?.has_password ? t("trunks.passwordKept") : undefined}
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
      />
      <TextField label={t("trunks.callerId")} type="tel" value={settings.caller_id ?? ""} onChange={(id) => set({ caller_id: id || null })} />
      <MoreSettings settings={settings} set={set} isOpen={kind === "proxy" && !trunk} />
      {save.error && <ErrorNote error={save.error} />}
    </FormDialog>
  );
}

/** What the form changes; everything else of a trunk stays as it is. */
function settingsOf(trunk: Trunk): TrunkSettings {
  const { host, transport, user, auth_user, register, addresses, caller_id, allowed_prefixes, denied_prefixes, max_calls, srtp, outbound_proxy, identity } = trunk;
  return { host, transport, user, auth_user, register, addresses, caller_id, allowed_prefixes, denied_prefixes, max_calls, srtp, outbound_proxy, identity };
}

interface MoreProps {
  settings: TrunkSettings;
  set: (change: Partial<TrunkSettings>) => void;
  isOpen: boolean;
}

function MoreSettings({ settings, set, isOpen }: MoreProps) {
  const t = useText(numbersTexts);
  return (
    <details className={styles.more} open={isOpen || undefined}>
      <summary>{t("trunks.more")}</summary>
      <div>
        <Switch isSelected={settings.register} onChange={(register) => set({ register })}>
          {t("trunks.register")}
        </Switch>
        <TextField label={t("trunks.authUser")} value={settings.auth_user ?? ""} onChange={(user) => set({ auth_user: user || null })} autoComplete="off" />
        <TextField label={t("trunks.proxy")} placeholder="proxy.carrier.example:5061;transport=tls" value={settings.outbound_proxy ?? ""} onChange={(outbound_proxy) => set({ outbound_proxy })} />
        <Select
          label={t("trunks.transport")}
          options={[
            { id: "udp", label: "UDP" },
            { id: "tcp", label: "TCP" },
            { id: "tls", label: t("trunks.tls") },
          ]}
          value={settings.transport}
          onChange={(transport) => set({ transport })}
        />
        <Select
          label={t("trunks.srtp")}
          options={[
            { id: "off", label: t("trunks.srtpOff") },
            { id: "optional", label: t("trunks.srtpOptional") },
            { id: "required", label: t("trunks.srtpRequired") },
          ]}
          value={settings.srtp}
          onChange={(srtp) => set({ srtp })}
        />
        <Select
          label={t("trunks.identity")}
          options={[
            { id: "from", label: "From" },
            { id: "pai", label: "P-Asserted-Identity" },
            { id: "ppi", label: "P-Preferred-Identity" },
            { id: "rpid", label: "Remote-Party-ID" },
          ]}
          value={settings.identity}
          onChange={(identity) => set({ identity })}
        />
        <WordsField label={t("trunks.addresses")} value={settings.addresses} onChange={(addresses) => set({ addresses })} />
        <WordsField label={t("trunks.allowed")} value={settings.allowed_prefixes} onChange={(allowed_prefixes) => set({ allowed_prefixes })} />
        <WordsField label={t("trunks.denied")} value={settings.denied_prefixes} onChange={(denied_prefixes) => set({ denied_prefixes })} />
        <TextField label={t("trunks.maxCalls")} type="number" value={String(settings.max_calls)} onChange={(calls) => set({ max_calls: Math.max(0, Math.trunc(Number(calls))) })} />
      </div>
    </details>
  );
}

function WordsField({ label, value, onChange }: { label: string; value: string[]; onChange: (words: string[]) => void }) {
  const [typed, setTyped] = useState(value.join(", "));
  return (
    <TextField
      label={label}
      value={typed}
      onChange={(text) => {
        setTyped(text);
        onChange(words(text));
      }}
    />
  );
}
