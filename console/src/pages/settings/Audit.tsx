import { Download } from "lucide-react";
import { useDeferredValue, useState } from "react";

import { ask } from "../../api/client";
import { useRows } from "../../api/query";
import { useMay } from "../../shell/session";
import { accessTexts } from "../../text/access";
import { settingsTexts } from "../../text/settings";
import { useText } from "../../text/useText";
import { Badge, Button, Empty, Panel, Select, Table, TextField, useFormat, useToast } from "../../ui";
import styles from "./settings.module.css";
import type { User } from "./Users";

interface AuditLine {
  id: string;
  at: string;
  kind: "user" | "key" | "none";
  actor: string | null;
  address: string | null;
  action: string;
  object: string | null;
  result: "ok" | "refused" | "failed";
}

const startOf = (day: string) => (day ? new Date(`${day}T00:00:00`).toISOString() : undefined);
const endOf = (day: string) => {
  if (!day) return undefined;
  const end = new Date(`${day}T00:00:00`);
  end.setDate(end.getDate() + 1);
  return end.toISOString();
};

export function Audit() {
  const t = useText(accessTexts);
  const s = useText(settingsTexts);
  const f = useFormat();
  const may = useMay();
  const toast = useToast();
  const [actor, setActor] = useState("-");
  const [action, setAction] = useState("");
  const [object, setObject] = useState("");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const users = useRows<User>("/v1/users", {}, { enabled: may("users:read") });
  const query = useDeferredValue({
    actor: actor === "-" ? undefined : actor,
    action: action.trim(),
    object: object.trim(),
    from: startOf(from),
    to: endOf(to),
  });
  const lines = useRows<AuditLine>("/v1/audit", query);
  const who = (line: AuditLine) => {
    if (line.actor === null) return t("access.unknown");
    if (line.kind === "key") return t("access.keyActor", { name: line.actor });
    return users.rows.find((user) => user.id === line.actor)?.display ?? line.actor;
  };
  const tones = { ok: "neutral", refused: "warn", failed: "bad" } as const;
  const download = async () => {
    try {
      const answer = await ask("GET", "/v1/audit", { query, headers: { accept: "text/csv" } });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await answer.blob());
      link.download = "audit.csv";
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      toast.bad(error);
    }
  };
  return (
    <Panel
      title={s("settings.audit")}
      hint={t("access.auditAbout")}
      actions={
        <Button icon={Download} onPress={() => void download()}>
          {t("access.csv")}
        </Button>
      }
    >
      <div className={`${styles.filters} ${styles.above}`}>
        <Select label={t("access.actor")} options={[{ id: "-", label: t("access.anybody") }, ...users.rows.map((user) => ({ id: user.id, label: user.display }))]} value={actor} onChange={setActor} />
        <TextField label={t("access.action")} placeholder="flow.put" value={action} onChange={setAction} />
        <TextField label={t("access.object")} value={object} onChange={setObject} />
        <TextField label={t("access.from")} type="date" value={from} onChange={setFrom} />
        <TextField label={t("access.to")} type="date" value={to} onChange={setTo} />
      </div>
      <Table
        label={s("settings.audit")}
        rows={lines.rows}
        rowKey={(line) => line.id}
        isLoading={lines.isLoading}
        error={lines.error}
        onRetry={lines.retry}
        hasMore={lines.hasMore}
        isLoadingMore={lines.isLoadingMore}
        onMore={lines.more}
        empty={<Empty title={t("access.noAudit")} />}
        columns={[
          { id: "at", label: t("access.when"), cell: (line) => f.dateTime(line.at) },
          { id: "who", label: t("access.actor"), cell: who },
          { id: "action", label: t("access.action"), cell: (line) => <code>{line.action}</code> },
          { id: "object", label: t("access.object"), isMinor: true, cell: (line) => line.object ?? "–" },
          { id: "address", label: t("access.address"), isMinor: true, cell: (line) => line.address ?? "–" },
          { id: "result", label: t("access.result"), cell: (line) => <Badge tone={tones[line.result]}>{t(`access.${line.result}`)}</Badge> },
        ]}
      />
    </Panel>
  );
}
