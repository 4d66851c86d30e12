import { useMutation, useQueryClient } from "@tanstack/react-query";
import { BookOpen, Trash2 } from "lucide-react";
import { useState } from "react";

import { send } from "../../api/client";
import { useRows } from "../../api/query";
import { useMay } from "../../shell/session";
import { knowledgeTexts } from "../../text/knowledge";
import { useText } from "../../text/useText";
import { Badge, Confirm, Dialog, Empty, ErrorNote, IconButton, Loading, Panel, Table, useFormat, useToast } from "../../ui";
import { AddActions } from "./Add";
import styles from "./knowledge.module.css";

export interface Source {
  name: string;
  kind: "document" | "site" | "answers";
  language: string | null;
  address: string | null;
  state: "waiting" | "ready" | "failed";
  fault: string | null;
  passages: number;
  read_at: string | null;
}

const REREAD_MS = 15_000;

export function Sources() {
  const t = useText(knowledgeTexts);
  const f = useFormat();
  const may = useMay();
  const sources = useRows<Source>("/v1/knowledge", {}, { refetchMs: REREAD_MS });
  const [shown, show] = useState<Source | null>(null);
  const [gone, remove] = useState<Source | null>(null);
  const tone = { ready: "good", waiting: "accent", failed: "bad" } as const;
  return (
    <Panel flush>
      <Table
        label={t("knowledge.documents")}
        rows={sources.rows}
        rowKey={(source) => source.name}
        onOpen={show}
        isLoading={sources.isLoading}
        error={sources.error}
        onRetry={sources.retry}
        empty={
          <Empty icon={BookOpen} title={t("knowledge.none")} action={may("knowledge:write") && <AddActions />}>
            {t("knowledge.noneHelp")}
          </Empty>
        }
        columns={[
          { id: "name", label: t("knowledge.name"), cell: (source) => source.name },
          { id: "kind", label: t("knowledge.kind"), cell: (source) => t(`knowledge.${source.kind}`), isMinor: true },
          { id: "language", label: t("knowledge.language"), cell: (source) => (source.language ? f.language(source.language) : t("knowledge.anyLanguage")), isMinor: true },
          {
            id: "state",
            label: t("knowledge.state"),
            cell: (source) => (
              <>
                <Badge tone={tone[source.state]}>{t(`knowledge.${source.state}`)}</Badge>
                {source.fault && <span className={styles.fault}>{source.fault}</span>}
              </>
            ),
          },
          { id: "passages", label: t("knowledge.passages"), align: "end", cell: (source) => f.number(source.passages) },
          { id: "read", label: t("knowledge.readAt"), align: "end", isMinor: true, cell: (source) => (source.read_at ? f.short(source.read_at) : "–") },
          ...(may("knowledge:write")
            ? [
                {
                  id: "delete",
                  label: t("knowledge.delete"),
                  isLabelHidden: true,
                  width: "3rem",
                  cell: (source: Source) => <IconButton label={t("knowledge.delete")} icon={Trash2} size="small" onPress={() => remove(source)} />,
                },
              ]
            : []),
        ]}
      />
      {shown && <Passages source={shown} onClose={() => show(null)} />}
      {gone && <Removal source={gone} onClose={() => remove(null)} />}
    </Panel>
  );
}

function Removal({ source, onClose }: { source: Source; onClose: () => void }) {
  const t = useText(knowledgeTexts);
  const toast = useToast();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => send("DELETE", `/v1/knowledge/${source.name}`),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["/v1/knowledge"] });
      onClose();
    },
    onError: toast.bad,
  });
  return (
    <Confirm title={t("knowledge.delete")} action={t("knowledge.delete")} isDanger isOpen isPending={remove.isPending} onConfirm={() => remove.mutate()} onClose={onClose}>
      {t("knowledge.deleteSure", { name: source.name })}
    </Confirm>
  );
}

interface Passage {
  id: string;
  questions: string[];
  answer: string;
}

function Passages({ source, onClose }: { source: Source; onClose: () => void }) {
  const t = useText(knowledgeTexts);
  const passages = useRows<Passage>(`/v1/knowledge/${source.name}/passages`);
  return (
    <Dialog title={source.name} isOpen onClose={onClose} size="large">
      {source.address && <p className={styles.address}>{source.address}</p>}
      {passages.isLoading && <Loading />}
      {passages.error && <ErrorNote error={passages.error} onRetry={passages.retry} />}
      {!passages.isLoading && !passages.error && passages.rows.length === 0 && <Empty title={t("knowledge.noPassages")} />}
      <ol className={styles.passages} aria-label={t("knowledge.passages")}>
        {passages.rows.map((passage) => (
          <li key={passage.id}>
            <p className={styles.heading}>{passage.questions.join(" · ")}</p>
            <p>{passage.answer}</p>
            <code className={styles.id}>{passage.id}</code>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
