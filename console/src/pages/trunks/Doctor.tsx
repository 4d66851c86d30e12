import { RefreshCw } from "lucide-react";

import { doctorTexts } from "../../text/doctor";
import { useText } from "../../text/useText";
import { Badge, Button, ErrorNote, Panel, useFormat } from "../../ui";
import { fine, nameOf, sentenceOf, wrong } from "./examination";
import type { Finding } from "./examination";
import styles from "./trunks.module.css";
import { useDoctor } from "./useDoctor";

/** What else may keep calls from coming: in words, with what to do. What is wrong with trunks stands at each of them. */
export function Doctor() {
  const t = useText(doctorTexts);
  const f = useFormat();
  const asked = useDoctor();
  const findings = asked.data?.findings ?? [];
  if (!asked.data && !asked.error) return null;
  const names = fine(findings).map((check) => {
    const name = nameOf({ check });
    return name ? t(name) : check;
  });
  const again = (
    <Button size="small" icon={RefreshCw} isPending={asked.isFetching} onPress={() => void asked.refetch()}>
      {t("doctor.look")}
    </Button>
  );
  return (
    <Panel title={t("doctor.title")} hint={t("doctor.hint")} actions={again}>
      {asked.error && <ErrorNote error={asked.error} />}
      <ul className={styles.findings}>
        {wrong(findings, "trunk").map((finding, at) => (
          <Found key={at} finding={finding} />
        ))}
      </ul>
      {names.length > 0 && <p className={styles.fine}>{t("doctor.fine", { list: f.list(names) })}</p>}
    </Panel>
  );
}

function Found({ finding }: { finding: Finding }) {
  const t = useText(doctorTexts);
  const name = nameOf(finding);
  return (
    <li>
      <span className={styles.foundHead}>
        <Badge tone={finding.weight === "fault" ? "bad" : "warn"} dot>
          {t(finding.weight === "fault" ? "doctor.fault" : "doctor.warning")}
        </Badge>
        <strong>{name ? t(name) : finding.check}</strong>
      </span>
      <Words finding={finding} />
    </li>
  );
}

/** What was found and what to do, in the person's language where there are words for it; what the server says below. */
export function Words({ finding }: { finding: Finding }) {
  const t = useText(doctorTexts);
  const { phone } = useFormat();
  const sentence = sentenceOf(finding);
  return (
    <>
      {sentence && <span className={styles.sentence}>{t(sentence, { about: phone(finding.about ?? "") })}</span>}
      <span lang="en" className={sentence ? styles.said : styles.sentence}>
        {finding.found}
        {!sentence && finding.advice && ` – ${finding.advice}`}
      </span>
    </>
  );
}
