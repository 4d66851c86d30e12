import { useState } from "react";

import { rehearsalTexts } from "../../text/rehearsals";
import { useText } from "../../text/useText";
import { Badge, Dialog, Table, cx, useFormat } from "../../ui";
import styles from "./Rehearse.module.css";
import type { Finding, Row } from "./rehearsal";
import { meaningOf, toneOf } from "./rehearsal";

/** Who passed and who did not, and why; a row opens the whole talk. */
export function RehearsalTable({ rows }: { rows: Row[] }) {
  const t = useText(rehearsalTexts);
  const f = useFormat();
  const [open, setOpen] = useState<string | null>(null);
  const shown = rows.find(({ name }) => name === open);
  const span = (ms: number | null) => (ms === null ? "–" : f.span(ms));
  return (
    <>
      <Table
        label={t("rehearsals.results")}
        rows={rows}
        rowKey={({ name }) => name}
        onOpen={({ name }) => setOpen(name)}
        columns={[
          {
            id: "caller",
            label: t("rehearsals.caller"),
            cell: (row) => (
              <span className={styles.name}>
                {row.name}
                <span className={styles.about}>{row.about}</span>
              </span>
            ),
          },
          { id: "state", label: t("rehearsals.state"), cell: ({ state }) => <Badge tone={toneOf(state)} dot={state === "running" ? "live" : undefined}>{t(`rehearsals.${state}`)}</Badge> },
          { id: "wrong", label: t("rehearsals.wrong"), cell: ({ failed }) => <Wrong failed={failed} /> },
          { id: "turns", label: t("rehearsals.turns"), align: "end", cell: ({ turns }) => (turns === null ? "–" : f.number(turns)) },
          { id: "length", label: t("rehearsals.length"), align: "end", isMinor: true, cell: ({ duration_ms }) => span(duration_ms) },
          {
            id: "thinking",
            label: t("rehearsals.thinking"),
            align: "end",
            isMinor: true,
            cell: (row) => `${span(row.thinking_ms)}${row.longest_thinking_ms === null ? "" : ` (${span(row.longest_thinking_ms)})`}`,
          },
        ]}
      />
      <p className={styles.help}>{t("rehearsals.thinkingHelp")}</p>
      {shown && (
        <Dialog title={shown.name} size="large" isOpen onClose={() => setOpen(null)}>
          <Findings row={shown} />
          <Talk row={shown} />
        </Dialog>
      )}
    </>
  );
}

/** What failed, in a sentence each. */
function Wrong({ failed }: { failed: Finding[] }) {
  const t = useText(rehearsalTexts);
  if (failed.length === 0) return null;
  return (
    <span className={styles.faults}>
      {failed.map((finding, at) => {
        const meaning = meaningOf(finding);
        return <span key={at}>{meaning ? t(meaning) : finding.text}</span>;
      })}
    </span>
  );
}

function Findings({ row }: { row: Row }) {
  const t = useText(rehearsalTexts);
  const all = [...row.failed.map((finding) => ({ finding, failed: true })), ...row.skipped.map((finding) => ({ finding, failed: false }))];
  if (all.length === 0) return null;
  return (
    <ul className={styles.findings}>
      {all.map(({ finding, failed }, at) => {
        const meaning = failed ? meaningOf(finding) : "rehearsals.skipped";
        return (
          <li key={at} className={failed ? styles.finding : undefined}>
            {meaning && <p>{t(meaning)}</p>}
            <div className={styles.told}>
              {finding.line !== null && `${t("rehearsals.line", { line: finding.line })}: `}
              {finding.text}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function Talk({ row }: { row: Row }) {
  const t = useText(rehearsalTexts);
  const f = useFormat();
  if (!row.said) return <p className={styles.told}>{t("rehearsals.noTalk")}</p>;
  return (
    <ol className={styles.talk} aria-label={t("rehearsals.talk")}>
      {row.said.map((line, at) => (
        <li key={at} className={cx(styles.line, styles[line.who])}>
          <span className="numbers">{f.clock(line.at_ms)}</span>
          <span>{t(`rehearsals.${line.who}`)}</span>
          <span>
            {line.text}
            {line.cut && " –"}
          </span>
        </li>
      ))}
    </ol>
  );
}
