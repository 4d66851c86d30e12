import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleHelp } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";

import { send } from "../../api/client";
import { useRows } from "../../api/query";
import { useMay } from "../../shell/session";
import { knowledgeTexts } from "../../text/knowledge";
import { useText } from "../../text/useText";
import { Badge, Button, Empty, ErrorNote, Loading, Panel, Select, TextField, useFormat, useToast } from "../../ui";
import styles from "./knowledge.module.css";

interface Gap {
  id: number;
  agent: string;
  language: string;
  question: string;
  asked: number;
  last_at: string;
  call: string | null;
  state: "open" | "answered" | "dismissed";
}

/** What callers asked and nothing answers. `agent`: only those of one agent. */
export function Gaps({ agent }: { agent?: string }) {
  const t = useText(knowledgeTexts);
  const [state, setState] = useState<Gap["state"]>("open");
  const gaps = useRows<Gap>("/v1/knowledge-gaps", { state, limit: 200 });
  const rows = gaps.rows.filter((gap) => agent === undefined || gap.agent === agent);
  const options = (["open", "answered", "dismissed"] as const).map((id) => ({ id, label: t(`knowledge.${id}`) }));
  return (
    <Panel title={t("knowledge.gaps")} actions={<Select label={t("knowledge.show")} isLabelHidden options={options} value={state} onChange={setState} size="small" />}>
      {gaps.isLoading && <Loading />}
      {gaps.error && <ErrorNote error={gaps.error} onRetry={gaps.retry} />}
      {!gaps.isLoading && !gaps.error && rows.length === 0 && (
        <Empty icon={CircleHelp} title={t("knowledge.noGaps")}>
          {t("knowledge.noGapsHelp")}
        </Empty>
      )}
      <ul className={styles.gaps}>
        {rows.map((gap) => (
          <GapItem key={gap.id} gap={gap} />
        ))}
      </ul>
    </Panel>
  );
}

function GapItem({ gap }: { gap: Gap }) {
  const t = useText(knowledgeTexts);
  const f = useFormat();
  const may = useMay();
  const toast = useToast();
  const client = useQueryClient();
  const [answer, setAnswer] = useState("");
  const close = useMutation({
    mutationFn: (words: string | null) => send("POST", `/v1/knowledge-gaps/${gap.id}`, { body: { answer: words } }),
    onSuccess: (_, words) => {
      if (words !== null) toast.good(t("knowledge.savedAnswer"));
      void client.invalidateQueries({ queryKey: ["/v1/knowledge-gaps"] });
      void client.invalidateQueries({ queryKey: ["/v1/knowledge"] });
    },
    onError: toast.bad,
  });
  return (
    <li className={styles.gap}>
      <h3 lang={gap.language}>{gap.question}</h3>
      <p className={styles.facts}>
        <Badge tone="accent">{t("knowledge.asked", { count: gap.asked })}</Badge>
        <span>{t("knowledge.lastAsked", { when: f.short(gap.last_at) })}</span>
        <span>
          {gap.agent} · {f.language(gap.language)}
        </span>
        {gap.call && may("calls:read") && <Link to={`/calls/${gap.call}`}>{t("knowledge.toCall")}</Link>}
      </p>
      {gap.state === "open" && may("knowledge:write") && (
        <form
          className={styles.answer}
          onSubmit={(event) => {
            event.preventDefault();
            if (answer.trim()) close.mutate(answer.trim());
          }}
        >
          <TextField label={t("knowledge.answer")} hint={t("knowledge.answerHelp")} rows={2} value={answer} onChange={setAnswer} maxLength={2000} />
          <div className={styles.buttons}>
            <Button type="submit" variant="primary" size="small" isPending={close.isPending} isDisabled={!answer.trim()}>
              {t("knowledge.saveAnswer")}
            </Button>
            <Button variant="quiet" size="small" isDisabled={close.isPending} onPress={() => close.mutate(null)}>
              {t("knowledge.dismiss")}
            </Button>
          </div>
        </form>
      )}
    </li>
  );
}
