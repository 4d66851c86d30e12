import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { send } from "../api/client";
import { useRows } from "../api/query";
import { flowsTexts } from "../text/flows";
import { useText } from "../text/useText";
import { Badge, Button, Dialog, ErrorNote, Loading, useFormat, useToast } from "../ui";
import { diffLines } from "./diff";
import { putText } from "./useDraft";
import type { TextVersion } from "./useDraft";
import styles from "./VersionsDialog.module.css";

interface VersionsDialogProps {
  /** The flow or the agent: `/v1/flows/reception`. */
  path: string;
  /** What it is compared with. */
  text: string;
  mayWrite: boolean;
  onClose: () => void;
}

/** Every version of a text: what differs from now, and the way back. */
export function VersionsDialog({ path, text, mayWrite, onClose }: VersionsDialogProps) {
  const t = useText(flowsTexts);
  const f = useFormat();
  const versions = useRows<TextVersion>(`${path}/versions`);
  const [chosen, choose] = useState<number | null>(null);
  return (
    <Dialog title={t("flows.versions")} isOpen onClose={onClose} size="large">
      {versions.error && <ErrorNote error={versions.error} onRetry={versions.retry} />}
      {versions.isLoading && <Loading />}
      <ul className={styles.versions}>
        {versions.rows.map((version) => (
          <li key={version.version} className={styles.version}>
            <span className={styles.name}>
              {t("flows.version", { version: version.version })} {version.active && <Badge tone="good">{t("flows.active")}</Badge>}
            </span>
            <span className={styles.when}>{f.dateTime(version.created_at)}</span>
            <Button size="small" variant="quiet" isPressed={chosen === version.version} onPress={() => choose(version.version)}>
              {t("flows.compare")}
            </Button>
          </li>
        ))}
      </ul>
      {chosen !== null && <Difference key={chosen} path={path} version={chosen} text={text} mayWrite={mayWrite} onBack={onClose} />}
    </Dialog>
  );
}

interface DifferenceProps extends Omit<VersionsDialogProps, "onClose"> {
  version: number;
  onBack: () => void;
}

function Difference({ path, version, text, mayWrite, onBack }: DifferenceProps) {
  const t = useText(flowsTexts);
  const toast = useToast();
  const client = useQueryClient();
  const old = useQuery({
    queryKey: [path, "version", version],
    queryFn: () => send<TextVersion>("GET", path, { query: { version } }),
  });
  const back = useMutation({
    mutationFn: (yaml: string) => putText(path, yaml),
    onSuccess: (saved) => {
      toast.good(t("flows.wentBack", { version, fresh: saved.version }));
      void client.invalidateQueries({ predicate: (query) => String(query.queryKey[0]).startsWith(path) });
      onBack();
    },
    onError: toast.bad,
  });
  if (old.error) return <ErrorNote error={old.error} onRetry={() => void old.refetch()} />;
  const yaml = old.data?.yaml;
  if (yaml == null) return <Loading />;
  const lines = diffLines(yaml, text);
  const isSame = lines.every((line) => line.kind === "same");
  const sign = { same: " ", added: "+", removed: "−" } as const;
  return (
    <div className={styles.difference}>
      {isSame ? (
        <p>{t("flows.noDifference")}</p>
      ) : (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it
        <div className={styles.lines} tabIndex={0} role="region" aria-label={t("flows.compare")}>
          {lines.map((line, at) => (
            <div key={at} className={styles[line.kind]}>
              <span aria-hidden>{sign[line.kind]} </span>
              {line.kind !== "same" && <span className="visually-hidden">{t(line.kind === "added" ? "flows.added" : "flows.removed")}: </span>}
              {line.text}
            </div>
          ))}
        </div>
      )}
      {mayWrite && !isSame && (
        <Button variant="primary" isPending={back.isPending} onPress={() => back.mutate(yaml)}>
          {t("flows.goBack")}
        </Button>
      )}
    </div>
  );
}
