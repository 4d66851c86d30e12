import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Network, PhoneCall, Plus, Trash2 } from "lucide-react";
import { useState } from "react";

import { send } from "../../api/client";
import { useRows } from "../../api/query";
import { useMay } from "../../shell/session";
import { numbersTexts } from "../../text/numbers";
import { useLanguage, useText } from "../../text/useText";
import { Button, Confirm, Empty, ErrorNote, FormDialog, IconButton, LinkButton, Note, Page, Panel, Table, TextField, useFormat, useToast } from "../../ui";
import { Doctor } from "./Doctor";
import { Health } from "./Health";
import { TrunkDialog } from "./TrunkDialog";
import type { Trunk } from "./trunk";
import styles from "./trunks.module.css";

const REREAD_MS = 10_000;

export default function Trunks() {
  const t = useText(numbersTexts);
  const f = useFormat();
  const may = useMay();
  const mayWrite = may("trunks:write");
  const trunks = useRows<Trunk>("/v1/trunks", {}, { refetchMs: REREAD_MS });
  const [edited, edit] = useState<Trunk | "new" | null>(null);
  const [gone, remove] = useState<Trunk | null>(null);
  const [tested, test] = useState<Trunk | null>(null);
  const add = mayWrite && (
    <Button variant="primary" icon={Plus} onPress={() => edit("new")}>
      {t("trunks.add")}
    </Button>
  );
  return (
    <Page title={t("trunks.title")} subtitle={t("trunks.about")} actions={add}>
      <Panel flush>
        <Table
          label={t("trunks.title")}
          rows={trunks.rows}
          rowKey={(trunk) => trunk.id}
          onOpen={mayWrite ? edit : undefined}
          isLoading={trunks.isLoading}
          error={trunks.error}
          onRetry={trunks.retry}
          empty={
            <Empty icon={Network} title={t("trunks.none")} action={add}>
              {t("trunks.noneHelp")}
            </Empty>
          }
          columns={[
            { id: "name", label: t("trunks.name"), cell: (trunk) => trunk.name },
            { id: "health", label: t("numbers.health"), cell: (trunk) => <Health trunk={trunk} /> },
            { id: "host", label: t("trunks.host"), isMinor: true, cell: (trunk) => trunk.host },
            { id: "calls", label: t("trunks.calls"), align: "end", cell: (trunk) => f.number(trunk.state?.calls ?? 0) },
            { id: "delay", label: t("trunks.delay"), align: "end", isMinor: true, cell: (trunk) => (trunk.state?.rtt_ms == null ? "–" : f.span(trunk.state.rtt_ms)) },
            {
              id: "actions",
              label: t("trunks.test"),
              isLabelHidden: true,
              cell: (trunk) => (
                <span className={styles.actions}>
                  {may("calls:write") && <IconButton label={t("trunks.test")} icon={PhoneCall} size="small" onPress={() => test(trunk)} />}
                  {mayWrite && <IconButton label={t("trunks.delete")} icon={Trash2} size="small" onPress={() => remove(trunk)} />}
                </span>
              ),
            },
          ]}
        />
      </Panel>
      <Doctor />
      {edited && <TrunkDialog trunk={edited === "new" ? null : edited} onClose={() => edit(null)} />}
      {tested && <TestCall trunk={tested} onClose={() => test(null)} />}
      {gone && <Removal trunk={gone} onClose={() => remove(null)} />}
    </Page>
  );
}

function TestCall({ trunk, onClose }: { trunk: Trunk; onClose: () => void }) {
  const t = useText(numbersTexts);
  const language = useLanguage();
  const [to, setTo] = useState("");
  const place = useMutation({
    mutationFn: () => send<{ id: string }>("POST", "/v1/calls", { body: { to: to.trim(), say: t("trunks.testSentence"), trunk: trunk.name, language } }),
  });
  return (
    <FormDialog title={t("trunks.test")} action={t("trunks.testGo")} isOpen onClose={onClose} isPending={place.isPending} isDisabled={!to.trim()} onSubmit={() => place.mutate()}>
      <TextField label={t("trunks.testTo")} hint={t("trunks.testHelp")} type="tel" value={to} onChange={setTo} />
      {place.error && <ErrorNote error={place.error} />}
      {place.data && (
        <Note tone="good" action={<LinkButton size="small" to={`/calls/${place.data.id}`}>{t("trunks.testShow")}</LinkButton>}>
          {t("trunks.testGoing")}
        </Note>
      )}
    </FormDialog>
  );
}

function Removal({ trunk, onClose }: { trunk: Trunk; onClose: () => void }) {
  const t = useText(numbersTexts);
  const toast = useToast();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => send("DELETE", `/v1/trunks/${trunk.id}`),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["/v1/trunks"] });
      onClose();
    },
    onError: toast.bad,
  });
  return (
    <Confirm title={t("trunks.delete")} action={t("trunks.delete")} isDanger isOpen isPending={remove.isPending} onConfirm={() => remove.mutate()} onClose={onClose}>
      {t("trunks.deleteSure", { name: trunk.name })}
    </Confirm>
  );
}
