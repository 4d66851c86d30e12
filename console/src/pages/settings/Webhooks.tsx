import { useMutation, useQueryClient } from "@tanstack/react-query";
import { History, Plus, Trash2 } from "lucide-react";
import { useState } from "react";

import { send } from "../../api/client";
import { useRows } from "../../api/query";
import { useMay } from "../../shell/session";
import { settingsTexts } from "../../text/settings";
import { useText } from "../../text/useText";
import { Badge, Button, Confirm, Dialog, Empty, ErrorNote, FormDialog, IconButton, Panel, Select, Switch, Table, TextField, useFormat, useToast } from "../../ui";
import { Secret } from "./Secret";
import styles from "./settings.module.css";

interface Webhook {
  id: string;
  url: string;
  events: string[];
  enabled: boolean;
  disabled_reason: string | null;
  per_call: boolean;
  secret?: string;
}

interface Delivery {
  event: string;
  type: string;
  state: "pending" | "delivered" | "failed";
  attempts: number;
  next_at: string | null;
  last_status: number | null;
  last_error: string | null;
  updated_at: string;
}

export function Webhooks() {
  const t = useText(settingsTexts);
  const may = useMay();
  const mayWrite = may("settings:write");
  const hooks = useRows<Webhook>("/v1/webhooks");
  const [edited, edit] = useState<Webhook | "new" | null>(null);
  const [read, readLog] = useState<Webhook | null>(null);
  const [gone, remove] = useState<Webhook | null>(null);
  const [fresh, show] = useState<Webhook | null>(null);
  const add = mayWrite && (
    <Button variant="primary" icon={Plus} onPress={() => edit("new")}>
      {t("settings.addHook")}
    </Button>
  );
  return (
    <Panel title={t("settings.webhooks")} hint={t("settings.hooksAbout")} actions={add} flush>
      <Table
        label={t("settings.webhooks")}
        rows={hooks.rows}
        rowKey={(hook) => hook.id}
        onOpen={mayWrite ? edit : undefined}
        isLoading={hooks.isLoading}
        error={hooks.error}
        onRetry={hooks.retry}
        empty={
          <Empty title={t("settings.noHooks")} action={add}>
            {t("settings.hooksAbout")}
          </Empty>
        }
        columns={[
          { id: "url", label: t("settings.hookUrl"), cell: (hook) => hook.url },
          { id: "events", label: t("settings.event"), isMinor: true, cell: (hook) => (hook.per_call ? t("settings.perCall") : hook.events.join(", ")) },
          {
            id: "state",
            label: t("settings.state"),
            cell: (hook) => (
              <>
                <Badge tone={hook.enabled ? "good" : hook.disabled_reason ? "bad" : "neutral"}>{t(hook.enabled ? "settings.on" : "settings.off")}</Badge>
                {hook.disabled_reason && <span className={styles.muted}> {t("settings.stopped", { reason: hook.disabled_reason })}</span>}
              </>
            ),
          },
          {
            id: "actions",
            label: t("settings.log"),
            isLabelHidden: true,
            width: "6rem",
            cell: (hook) => (
              <>
                <IconButton label={t("settings.log")} icon={History} size="small" onPress={() => readLog(hook)} />
                {mayWrite && <IconButton label={t("settings.removeNamed", { name: hook.url })} icon={Trash2} size="small" onPress={() => remove(hook)} />}
              </>
            ),
          },
        ]}
      />
      {edited && <HookDialog hook={edited === "new" ? null : edited} onClose={() => edit(null)} onAdded={show} />}
      {fresh?.secret && (
        <Dialog title={t("settings.hookSecret")} isOpen isFixed onClose={() => show(null)} footer={<Button variant="primary" onPress={() => show(null)}>OK</Button>}>
          <Secret label={t("settings.shownOnce")} value={fresh.secret} />
        </Dialog>
      )}
      {read && <Log hook={read} mayWrite={mayWrite} onClose={() => readLog(null)} />}
      {gone && <Removal hook={gone} onClose={() => remove(null)} />}
    </Panel>
  );
}

interface HookDialogProps {
  hook: Webhook | null;
  onClose: () => void;
  onAdded: (hook: Webhook) => void;
}

function HookDialog({ hook, onClose, onAdded }: HookDialogProps) {
  const t = useText(settingsTexts);
  const client = useQueryClient();
  const [url, setUrl] = useState(hook?.url ?? "https://");
  const [events, setEvents] = useState(hook?.events.join(", ") ?? "*");
  const [enabled, setEnabled] = useState(hook?.enabled ?? true);
  const save = useMutation({
    mutationFn: () => {
      const body = { url: url.trim(), events: events.split(",").map((one) => one.trim()).filter(Boolean), enabled };
      return hook ? send<Webhook>("PATCH", `/v1/webhooks/${hook.id}`, { body }) : send<Webhook>("POST", "/v1/webhooks", { body });
    },
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ["/v1/webhooks"] });
      onClose();
      if (!hook) onAdded(saved);
    },
  });
  return (
    <FormDialog
      title={hook ? hook.url : t("settings.addHook")}
      action={t(hook ? "settings.save" : "settings.add")}
      isOpen
      onClose={onClose}
      isPending={save.isPending}
      isDisabled={!/^https?:\/\/[^/]+/.test(url.trim())}
      onSubmit={() => save.mutate()}
    >
      <TextField label={t("settings.hookUrl")} type="url" value={url} onChange={setUrl} />
      <TextField label={t("settings.hookEvents")} placeholder="call.ended, transcript.ready" value={events} onChange={setEvents} isMono />
      <Switch isSelected={enabled} onChange={setEnabled}>
        {t("settings.hookOn")}
      </Switch>
      {save.error && <ErrorNote error={save.error} />}
    </FormDialog>
  );
}

function Log({ hook, mayWrite, onClose }: { hook: Webhook; mayWrite: boolean; onClose: () => void }) {
  const t = useText(settingsTexts);
  const f = useFormat();
  const toast = useToast();
  const client = useQueryClient();
  const [state, setState] = useState("-");
  const path = `/v1/webhooks/${hook.id}/deliveries`;
  const log = useRows<Delivery>(path, { state: state === "-" ? undefined : state });
  const resend = useMutation({
    mutationFn: (event: string) => send("POST", path, { body: { event } }),
    onSuccess: () => {
      toast.good(t("settings.resent"));
      void client.invalidateQueries({ queryKey: [path] });
    },
    onError: toast.bad,
  });
  const tones = { pending: "accent", delivered: "good", failed: "bad" } as const;
  const states = ["pending", "delivered", "failed"] as const;
  return (
    <Dialog title={t("settings.logOf", { url: hook.url })} isOpen onClose={onClose} size="large">
      <Select
        label={t("settings.state")}
        isLabelHidden
        size="small"
        options={[{ id: "-", label: t("settings.all") }, ...states.map((id) => ({ id: id as string, label: t(`settings.${id}`) }))]}
        value={state}
        onChange={setState}
      />
      <Table
        label={t("settings.log")}
        rows={log.rows}
        rowKey={(delivery) => delivery.event}
        isLoading={log.isLoading}
        error={log.error}
        onRetry={log.retry}
        hasMore={log.hasMore}
        isLoadingMore={log.isLoadingMore}
        onMore={log.more}
        empty={<Empty title={t("settings.noDeliveries")} />}
        columns={[
          { id: "type", label: t("settings.event"), cell: (delivery) => <code>{delivery.type}</code> },
          { id: "state", label: t("settings.state"), cell: (delivery) => <Badge tone={tones[delivery.state]}>{t(`settings.${delivery.state}`)}</Badge> },
          { id: "answer", label: t("settings.answer"), isMinor: true, cell: (delivery) => [delivery.last_status, delivery.last_error].filter(Boolean).join(" ") || "–" },
          { id: "attempts", label: t("settings.attempts"), align: "end", isMinor: true, cell: (delivery) => f.number(delivery.attempts) },
          { id: "when", label: t("settings.when"), align: "end", cell: (delivery) => f.short(delivery.updated_at) },
          ...(mayWrite && hook.enabled
            ? [
                {
                  id: "resend",
                  label: t("settings.resend"),
                  isLabelHidden: true,
                  cell: (delivery: Delivery) => (
                    <Button size="small" variant="quiet" isDisabled={resend.isPending} onPress={() => resend.mutate(delivery.event)}>
                      {t("settings.resend")}
                    </Button>
                  ),
                },
              ]
            : []),
        ]}
      />
    </Dialog>
  );
}

function Removal({ hook, onClose }: { hook: Webhook; onClose: () => void }) {
  const t = useText(settingsTexts);
  const toast = useToast();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => send("DELETE", `/v1/webhooks/${hook.id}`),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["/v1/webhooks"] });
      onClose();
    },
    onError: toast.bad,
  });
  return (
    <Confirm title={t("settings.removeNamed", { name: hook.url })} action={t("settings.remove")} isDanger isOpen isPending={remove.isPending} onConfirm={() => remove.mutate()} onClose={onClose}>
      {t("settings.hookGone")}
    </Confirm>
  );
}
