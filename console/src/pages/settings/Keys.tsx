import { useMutation, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Trash2 } from "lucide-react";
import { useState } from "react";

import { send } from "../../api/client";
import { useRows } from "../../api/query";
import type { Scope } from "../../api/types";
import { useSession } from "../../shell/session";
import { accessTexts } from "../../text/access";
import { settingsTexts } from "../../text/settings";
import { useText } from "../../text/useText";
import { Badge, Button, Checkbox, Confirm, Dialog, Empty, ErrorNote, FormDialog, IconButton, Panel, Switch, Table, TextField, useFormat, useToast } from "../../ui";
import { Secret } from "./Secret";
import styles from "./settings.module.css";

interface Key {
  name: string;
  created_at: string;
  scopes: Scope[];
}

/** What can be done with a thing, as its scopes say it. */
const VERBS = ["read", "write", "note", "listen", "supervise", "use"] as const;

export function Keys() {
  const t = useText(accessTexts);
  const s = useText(settingsTexts);
  const f = useFormat();
  const { scopes } = useSession();
  const keys = useRows<Key>("/v1/keys");
  const [isAdding, add] = useState(false);
  const [gone, revoke] = useState<Key | null>(null);
  const button = (
    <Button variant="primary" icon={KeyRound} onPress={() => add(true)}>
      {t("access.addKey")}
    </Button>
  );
  return (
    <Panel title={s("settings.keys")} hint={t("access.keyAbout")} actions={button} flush>
      <Table
        label={s("settings.keys")}
        rows={keys.rows}
        rowKey={(key) => key.name}
        isLoading={keys.isLoading}
        error={keys.error}
        onRetry={keys.retry}
        empty={<Empty title={t("access.noKeys")} action={button} />}
        columns={[
          { id: "name", label: t("access.keyName"), cell: (key) => key.name },
          {
            id: "rights",
            label: t("access.rights"),
            cell: (key) => (
              <>
                <Badge tone={key.scopes.length >= scopes.length ? "warn" : "neutral"}>
                  {key.scopes.length >= scopes.length ? t("access.everything") : t("access.someRights", { count: key.scopes.length })}
                </Badge>{" "}
                {key.scopes.length < scopes.length && <span className={styles.muted}>{key.scopes.join(", ")}</span>}
              </>
            ),
          },
          { id: "made", label: t("access.made"), align: "end", isMinor: true, cell: (key) => f.short(key.created_at) },
          { id: "revoke", label: t("access.revoke"), isLabelHidden: true, width: "3rem", cell: (key) => <IconButton label={t("access.revoke")} icon={Trash2} size="small" onPress={() => revoke(key)} /> },
        ]}
      />
      {isAdding && <NewKey onClose={() => add(false)} />}
      {gone && <Revocation name={gone.name} onClose={() => revoke(null)} />}
    </Panel>
  );
}

function NewKey({ onClose }: { onClose: () => void }) {
  const t = useText(accessTexts);
  const s = useText(settingsTexts);
  const client = useQueryClient();
  const { scopes } = useSession();
  const [name, setName] = useState("");
  const [isAll, setAll] = useState(false);
  const [chosen, choose] = useState<ReadonlySet<Scope>>(new Set(["calls:read"]));
  const make = useMutation({
    mutationFn: () => send<{ key: string }>("POST", "/v1/keys", { body: { name, ...(isAll ? {} : { scopes: [...chosen] }) } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["/v1/keys"] }),
  });
  if (make.data) {
    return (
      <Dialog title={t("access.keyShown", { name })} isOpen isFixed onClose={onClose} footer={<Button variant="primary" onPress={onClose}>{t("access.done")}</Button>}>
        <Secret label={s("settings.shownOnce")} value={make.data.key} />
      </Dialog>
    );
  }
  const things = [...new Set(scopes.map((scope) => scope.slice(0, scope.indexOf(":"))))];
  const verb = (scope: string) => {
    const word = scope.slice(scope.indexOf(":") + 1);
    const known = VERBS.find((one) => one === word);
    return known ? t(`access.${known}`) : word;
  };
  const turn = (scope: Scope, on: boolean) => choose((before) => new Set(on ? [...before, scope] : [...before].filter((known) => known !== scope)));
  return (
    <FormDialog
      title={t("access.addKey")}
      action={t("access.addKey")}
      isOpen
      onClose={onClose}
      isPending={make.isPending}
      isDisabled={!/^[A-Za-z0-9_.-]{1,64}$/.test(name) || (!isAll && chosen.size === 0)}
      onSubmit={() => make.mutate()}
    >
      <TextField label={t("access.keyName")} hint={t("access.keyNameHelp")} value={name} onChange={setName} autoComplete="off" />
      <Switch isSelected={isAll} onChange={setAll}>
        {t("access.everything")}
      </Switch>
      {!isAll && (
        <div role="group" aria-label={t("access.rights")} className={styles.scopes}>
          {things.map((thing) => [
            <span key={thing}>{thing}</span>,
            <div key={`${thing}-of`} role="group" aria-label={thing}>
              {scopes
                .filter((scope) => scope.startsWith(`${thing}:`))
                .map((scope) => (
                  <Checkbox key={scope} isSelected={chosen.has(scope)} onChange={(on) => turn(scope, on)}>
                    {verb(scope)}
                  </Checkbox>
                ))}
            </div>,
          ])}
        </div>
      )}
      {make.error && <ErrorNote error={make.error} />}
    </FormDialog>
  );
}

function Revocation({ name, onClose }: { name: string; onClose: () => void }) {
  const t = useText(accessTexts);
  const toast = useToast();
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => send("DELETE", `/v1/keys/${encodeURIComponent(name)}`),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["/v1/keys"] });
      onClose();
    },
    onError: toast.bad,
  });
  return (
    <Confirm title={t("access.revoke")} action={t("access.revoke")} isDanger isOpen isPending={revoke.isPending} onConfirm={() => revoke.mutate()} onClose={onClose}>
      {t("access.revokeSure", { name })}
    </Confirm>
  );
}
