import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Hash, Plus, Trash2 } from "lucide-react";
import { useState } from "react";

import { send } from "../../api/client";
import { useRows } from "../../api/query";
import { useMay } from "../../shell/session";
import { languageNames, languages } from "../../text/language";
import { numbersTexts } from "../../text/numbers";
import { useText } from "../../text/useText";
import { Button, Confirm, Empty, ErrorNote, FormDialog, IconButton, Page, Panel, Select, Table, TextField, useFormat, useToast } from "../../ui";
import { useNames } from "../flows/useNames";
import { Words } from "../trunks/Doctor";
import type { Finding } from "../trunks/examination";
import { Health } from "../trunks/Health";
import type { Trunk } from "../trunks/trunk";
import styles from "../trunks/trunks.module.css";
import { useDoctor } from "../trunks/useDoctor";

interface NumberEntry {
  id: string;
  number: string;
  flow: string | null;
  agent: string | null;
  language: string | null;
  recording: "off" | "announced" | "consent" | null;
  trunk: string | null;
  fax: string | null;
}

export default function Numbers() {
  const t = useText(numbersTexts);
  const f = useFormat();
  const may = useMay();
  const mayWrite = may("numbers:write");
  const numbers = useRows<NumberEntry>("/v1/numbers");
  const trunks = useRows<Trunk>("/v1/trunks", {}, { enabled: may("trunks:read") });
  const doctor = useDoctor();
  const [edited, edit] = useState<NumberEntry | "new" | null>(null);
  const [gone, remove] = useState<NumberEntry | null>(null);
  const app = (number: NumberEntry) =>
    number.flow !== null ? t("numbers.flow", { name: number.flow }) : t("numbers.agent", { name: number.agent ?? "" });
  const add = mayWrite && (
    <Button variant="primary" icon={Plus} onPress={() => edit("new")}>
      {t("numbers.add")}
    </Button>
  );
  return (
    <Page title={t("numbers.title")} subtitle={t("numbers.about")} actions={add}>
      <Panel flush>
        <Table
          label={t("numbers.title")}
          rows={numbers.rows}
          rowKey={(number) => number.id}
          onOpen={mayWrite ? edit : undefined}
          isLoading={numbers.isLoading}
          error={numbers.error}
          onRetry={numbers.retry}
          empty={
            <Empty icon={Hash} title={t("numbers.none")} action={add}>
              {t("numbers.noneHelp")}
            </Empty>
          }
          columns={[
            { id: "number", label: t("numbers.number"), cell: (number) => <Standing number={number.number} findings={doctor.data?.findings} /> },
            { id: "app", label: t("numbers.answers"), cell: app },
            { id: "language", label: t("numbers.language"), isMinor: true, cell: (number) => (number.language ? f.language(number.language) : t("numbers.houseLanguage")) },
            { id: "recording", label: t("numbers.recording"), isMinor: true, cell: (number) => (number.recording ? t(`numbers.${number.recording}`) : t("numbers.recordingBy")) },
            {
              id: "trunk",
              label: t("numbers.trunk"),
              cell: (number) => {
                const trunk = trunks.rows.find((known) => known.name === number.trunk);
                return trunk ? (
                  <>
                    {trunk.name} <Health trunk={trunk} isShort />
                  </>
                ) : (
                  (number.trunk ?? t("numbers.anyTrunk"))
                );
              },
            },
            ...(mayWrite
              ? [
                  {
                    id: "delete",
                    label: t("numbers.delete"),
                    isLabelHidden: true,
                    width: "3rem",
                    cell: (number: NumberEntry) => <IconButton label={t("numbers.delete")} icon={Trash2} size="small" onPress={() => remove(number)} />,
                  },
                ]
              : []),
          ]}
        />
      </Panel>
      {edited && <NumberDialog number={edited === "new" ? null : edited} trunks={trunks.rows} onClose={() => edit(null)} />}
      {gone && <Removal number={gone} onClose={() => remove(null)} />}
    </Page>
  );
}

/** A number, and what keeps callers from being answered there. */
function Standing({ number, findings }: { number: string; findings: Finding[] | undefined }) {
  const f = useFormat();
  const finding = findings?.find(({ check, about, weight }) => check === "number" && about === number && weight !== "ok");
  return (
    <span className={styles.health}>
      <span className="numbers">{f.phone(number)}</span>
      {finding && <Words finding={finding} />}
    </span>
  );
}

function Removal({ number, onClose }: { number: NumberEntry; onClose: () => void }) {
  const t = useText(numbersTexts);
  const f = useFormat();
  const toast = useToast();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => send("DELETE", `/v1/numbers/${number.id}`),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["/v1/numbers"] });
      onClose();
    },
    onError: toast.bad,
  });
  return (
    <Confirm title={t("numbers.delete")} action={t("numbers.delete")} isDanger isOpen isPending={remove.isPending} onConfirm={() => remove.mutate()} onClose={onClose}>
      {t("numbers.deleteSure", { number: f.phone(number.number) })}
    </Confirm>
  );
}

/** A choice that may be left to others is written as `-` in the select. */
const orNull = (value: string) => (value === "-" ? null : value);

function NumberDialog({ number, trunks, onClose }: { number: NumberEntry | null; trunks: Trunk[]; onClose: () => void }) {
  const t = useText(numbersTexts);
  const toast = useToast();
  const client = useQueryClient();
  const names = useNames();
  const [text, setText] = useState(number?.number ?? "");
  const [app, setApp] = useState(number ? (number.flow !== null ? `flow:${number.flow}` : `agent:${number.agent ?? ""}`) : null);
  const [language, setLanguage] = useState(number?.language ?? "-");
  const [recording, setRecording] = useState<string>(number?.recording ?? "-");
  const [trunk, setTrunk] = useState(number?.trunk ?? "-");
  const [fax, setFax] = useState(number?.fax?.split(":")[0] ?? "-");
  const [faxTo, setFaxTo] = useState(number?.fax?.split(":").slice(1).join(":") ?? "");
  const save = useMutation({
    mutationFn: () => {
      const [kind, name] = [app?.slice(0, app.indexOf(":")), app?.slice(app.indexOf(":") + 1)];
      const body = {
        number: text.trim(),
        [kind ?? "flow"]: name,
        language: orNull(language),
        recording: orNull(recording),
        trunk: orNull(trunk),
        fax: fax === "transfer" ? `transfer:${faxTo.trim()}` : orNull(fax),
      };
      return number ? send("PATCH", `/v1/numbers/${number.id}`, { body }) : send("POST", "/v1/numbers", { body });
    },
    onSuccess: () => {
      toast.good(t("numbers.saved"));
      void client.invalidateQueries({ queryKey: ["/v1/numbers"] });
      onClose();
    },
  });
  const apps = [
    ...names.flows.map((name) => ({ id: `flow:${name}`, label: t("numbers.flow", { name }) })),
    ...names.agents.map((name) => ({ id: `agent:${name}`, label: t("numbers.agent", { name }) })),
  ];
  return (
    <FormDialog
      title={t(number ? "numbers.edit" : "numbers.add")}
      action={t("numbers.save")}
      isOpen
      onClose={onClose}
      isPending={save.isPending}
      isDisabled={!text.trim() || app === null || (fax === "transfer" && !faxTo.trim())}
      onSubmit={() => save.mutate()}
    >
      <TextField label={t("numbers.number")} hint={t("numbers.numberHelp")} value={text} onChange={setText} isRequired />
      <Select label={t("numbers.answers")} options={apps} value={app} onChange={setApp} isRequired />
      <Select
        label={t("numbers.language")}
        options={[{ id: "-", label: t("numbers.houseLanguage") }, ...languages.map((tag) => ({ id: tag as string, label: languageNames[tag] }))]}
        value={language}
        onChange={setLanguage}
      />
      <Select
        label={t("numbers.recording")}
        options={[{ id: "-", label: t("numbers.recordingBy") }, ...(["off", "announced", "consent"] as const).map((id) => ({ id: id as string, label: t(`numbers.${id}`) }))]}
        value={recording}
        onChange={setRecording}
      />
      <Select
        label={t("numbers.trunk")}
        options={[{ id: "-", label: t("numbers.anyTrunk") }, ...trunks.map(({ name }) => ({ id: name, label: name }))]}
        value={trunk}
        onChange={setTrunk}
      />
      <Select
        label={t("numbers.fax")}
        options={[
          { id: "-", label: t("numbers.faxIgnore") },
          { id: "hangup", label: t("numbers.faxHangup") },
          { id: "transfer", label: t("numbers.faxTransfer") },
        ]}
        value={fax === "ignore" ? "-" : fax}
        onChange={setFax}
      />
      {fax === "transfer" && <TextField label={t("numbers.faxTransfer")} value={faxTo} onChange={setFaxTo} />}
      {save.error && <ErrorNote error={save.error} />}
    </FormDialog>
  );
}
