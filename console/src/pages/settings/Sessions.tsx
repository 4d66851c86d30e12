import { useMutation, useQueryClient } from "@tanstack/react-query";
import { LogOut } from "lucide-react";

import { send } from "../../api/client";
import { useRows } from "../../api/query";
import { useMay } from "../../shell/session";
import { accessTexts } from "../../text/access";
import { useText } from "../../text/useText";
import { Badge, IconButton, Panel, Table, useFormat, useToast } from "../../ui";
import type { User } from "./Users";

interface SessionEntry {
  id: string;
  user: string;
  current: boolean;
  created_at: string;
  seen_at: string;
  expires_at: string;
  address: string | null;
  agent: string | null;
}

/** One's own sessions. */
export function MySessions() {
  return <SessionList all={false} />;
}

/** Those of all users. */
export function AllSessions() {
  return <SessionList all />;
}

function SessionList({ all }: { all: boolean }) {
  const t = useText(accessTexts);
  const f = useFormat();
  const may = useMay();
  const toast = useToast();
  const client = useQueryClient();
  const sessions = useRows<SessionEntry>("/v1/sessions", { all: all || undefined });
  const users = useRows<User>("/v1/users", {}, { enabled: all });
  const end = useMutation({
    mutationFn: (id: string) => send("DELETE", `/v1/sessions/${id}`),
    onSuccess: () => {
      toast.good(t("access.ended"));
      void client.invalidateQueries({ queryKey: ["/v1/sessions"] });
    },
    onError: toast.bad,
  });
  const whose = {
    id: "user",
    label: t("access.whose"),
    cell: (session: SessionEntry) => users.rows.find((user) => user.id === session.user)?.display ?? session.user,
  };
  const mayEnd = !all || may("users:write");
  return (
    <Panel title={t(all ? "access.allSessions" : "access.mySessions")} flush>
      <Table
        label={t(all ? "access.allSessions" : "access.mySessions")}
        rows={sessions.rows}
        rowKey={(session) => session.id}
        isLoading={sessions.isLoading}
        error={sessions.error}
        onRetry={sessions.retry}
        columns={[
          ...(all ? [whose] : []),
          {
            id: "where",
            label: t("access.where"),
            cell: (session) => (
              <>
                {[session.agent ?? t("access.unknown"), session.address].filter(Boolean).join(", ")}{" "}
                {session.current && <Badge tone="accent">{t("access.thisOne")}</Badge>}
              </>
            ),
          },
          { id: "began", label: t("access.began"), align: "end", isMinor: true, cell: (session) => f.short(session.created_at) },
          { id: "seen", label: t("access.seen"), align: "end", cell: (session) => f.relative(session.seen_at) },
          {
            id: "end",
            label: t("access.endSession"),
            isLabelHidden: true,
            width: "3rem",
            cell: (session) =>
              mayEnd && !session.current && <IconButton label={t("access.endSession")} icon={LogOut} size="small" isDisabled={end.isPending} onPress={() => end.mutate(session.id)} />,
          },
        ]}
      />
    </Panel>
  );
}
