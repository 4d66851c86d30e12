import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, FileText } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { send } from "../../api/client";
import { campaignsTexts } from "../../text/campaigns";
import { useText } from "../../text/useText";
import { Button, Page, Panel, Select, TextField, cx, useToast } from "../../ui";
import { FaultTable } from "../contacts/Faults";
import { FileDrop } from "../contacts/FileDrop";
import { HEAD_BYTES, type TableHead, readHead } from "../contacts/csv";
import styles from "./Campaigns.module.css";
import { ROLES, columnOf, nameIn, withColumn, withGuesses, withName } from "./columns";
import { type TemplateName, loadTemplate, templates } from "./template";
import { TextFaults } from "./TextFaults";
import { type Campaign, tableDuplicates, tableFaults } from "./wire";

interface Draft {
  yaml: string;
  /** The example table of the template. */
  example?: { name: string; text: string };
}

/** A campaign from a template or a file, with its table: made whole or not at all. */
export function NewPage() {
  const t = useText(campaignsTexts);
  const [chosen, setChosen] = useState<TemplateName | "own">();
  const [draft, setDraft] = useState<Draft>();
  const choose = async (name: TemplateName) => {
    setChosen(name);
    const { yaml, table } = await loadTemplate(name);
    setDraft({ yaml, example: { name: `${name}.csv`, text: table } });
  };
  const read = async (file: File) => setDraft({ yaml: await file.text() });
  return (
    <Page title={t("campaigns.new")} back={{ to: "/campaigns", label: t("campaigns.title") }} width="narrow">
      <Panel title={t("campaigns.choose")}>
        <ul className={styles.templates}>
          {templates.map((name) => (
            <li key={name}>
              <Choice isChosen={chosen === name} title={t(`campaigns.template.${name}`)} hint={t(`campaigns.template.${name}.hint`)} onChoose={() => void choose(name)} />
            </li>
          ))}
          <li>
            <Choice
              isChosen={chosen === "own"}
              title={t("campaigns.own")}
              hint={t("campaigns.own_hint")}
              onChoose={() => {
                setChosen("own");
                setDraft({ yaml: "" });
              }}
            />
          </li>
        </ul>
      </Panel>
      {chosen === "own" && (
        <Panel title={t("campaigns.file")}>
          <FileDrop label={t("campaigns.file")} accept=".yaml,.yml,text/yaml" onFile={(file) => void read(file)} />
        </Panel>
      )}
      {chosen && draft && <Form key={chosen} draft={draft} isOwn={chosen === "own"} onText={(yaml) => setDraft({ ...draft, yaml })} />}
    </Page>
  );
}

interface ChoiceProps {
  isChosen: boolean;
  title: string;
  hint: string;
  onChoose: () => void;
}

function Choice({ isChosen, title, hint, onChoose }: ChoiceProps) {
  return (
    <button type="button" className={cx(styles.template, isChosen && styles.chosen)} aria-pressed={isChosen} onClick={onChoose}>
      <strong>
        {title}
        {isChosen && <Check size={15} aria-hidden />}
      </strong>
      <span>{hint}</span>
    </button>
  );
}

interface FormProps {
  draft: Draft;
  isOwn: boolean;
  onText: (yaml: string) => void;
}

interface Table {
  file: File;
  head: TableHead;
}

function Form({ draft, isOwn, onText }: FormProps) {
  const t = useText(campaignsTexts);
  const toast = useToast();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [table, setTable] = useState<Table>();
  const [segment, setSegment] = useState("");
  const make = useMutation({
    mutationFn: (keepGood: boolean) => send<Campaign>("POST", "/v1/campaigns", { raw: formOf(draft.yaml, table?.file ?? segment.trim(), keepGood) }),
    onSuccess: ({ id }) => {
      void client.invalidateQueries({ queryKey: ["/v1/campaigns"] });
      toast.good(t("campaigns.created"));
      void navigate(`/campaigns/${id}`);
    },
  });
  const write = (yaml: string) => {
    make.reset();
    onText(yaml);
  };
  const choose = async (file: File) => {
    make.reset();
    const head = readHead(await file.slice(0, HEAD_BYTES).text());
    setTable({ file, head: head ?? { headings: [], rows: [] } });
    if (head) onText(withGuesses(draft.yaml, head.headings));
  };
  const faults = tableFaults(make.error);
  const duplicates = tableDuplicates(make.error);
  return (
    <>
      <Panel title={t("campaigns.text")}>
        <div className={styles.stack}>
          <TextField label={t("campaigns.name")} hint={t("campaigns.name_hint")} value={nameIn(draft.yaml)} onChange={(name) => write(withName(draft.yaml, name))} isRequired />
          <details open={isOwn} className={styles.more}>
            <summary>{t("campaigns.edit_text")}</summary>
            <TextField label={t("campaigns.text")} isLabelHidden hint={t("campaigns.text_hint")} value={draft.yaml} onChange={write} rows={18} isMono spellCheck={false} />
          </details>
        </div>
      </Panel>
      <Panel title={t("campaigns.table")} hint={t("campaigns.later")}>
        <div className={styles.stack}>
          <FileDrop label={t("campaigns.table")} accept=".csv,.txt,.tsv,text/csv" hint={t("campaigns.table_hint")} name={table?.file.name} onFile={(file) => void choose(file)} />
          {draft.example && <Example {...draft.example} />}
          {!table && <TextField label={t("campaigns.segment")} hint={t("campaigns.segment_hint")} value={segment} onChange={(text) => { make.reset(); setSegment(text); }} isMono spellCheck={false} placeholder="'vip' in contact.tags" />}
          {table && <Columns yaml={draft.yaml} head={table.head} onText={write} />}
        </div>
      </Panel>
      <Panel>
        <div className={styles.stack}>
          <TextFaults error={make.error} />
          <div className={styles.row}>
            <Button variant="primary" isPending={make.isPending} isDisabled={draft.yaml.trim() === ""} onPress={() => make.mutate(false)}>
              {t("campaigns.create")}
            </Button>
            {faults.length > 0 && (
              <Button isPending={make.isPending} onPress={() => make.mutate(true)}>
                {t("campaigns.create_good")}
              </Button>
            )}
            <span className={styles.muted}>{t("campaigns.create_hint")}</span>
          </div>
        </div>
      </Panel>
      <FaultTable faults={faults} faultCount={faults.length} duplicates={duplicates} duplicateCount={duplicates.length} />
    </>
  );
}

/** Who is called: those of a table, or of a segment. */
function formOf(yaml: string, who: File | string, keepGood: boolean): FormData {
  const form = new FormData();
  form.set("campaign", yaml);
  if (who instanceof File) form.set("contacts", who);
  else if (who !== "") form.set("segment", who);
  if (keepGood) form.set("keep_good", "true");
  return form;
}

/** The example of a table, kept as a file: it is filled in and sent back. */
function Example({ name, text }: { name: string; text: string }) {
  const t = useText(campaignsTexts);
  const save = () => {
    const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  return (
    <div>
      <Button size="small" variant="quiet" icon={FileText} onPress={save}>
        {t("campaigns.example_table")}
      </Button>
    </div>
  );
}

const NONE = "-none-";

function Columns({ yaml, head, onText }: { yaml: string; head: TableHead; onText: (yaml: string) => void }) {
  const t = useText(campaignsTexts);
  const options = [{ id: NONE, label: t("campaigns.column.none") }, ...head.headings.map((heading) => ({ id: heading, label: heading, hint: head.rows[0]?.[head.headings.indexOf(heading)] }))];
  return (
    <fieldset className={styles.columns}>
      <legend>{t("campaigns.columns")}</legend>
      {ROLES.map((role) => (
        <Select key={role} label={t(`campaigns.column.${role}`)} value={columnOf(yaml, role, head.headings) ?? NONE} options={options} onChange={(heading) => onText(withColumn(yaml, role, heading === NONE ? undefined : heading))} />
      ))}
    </fieldset>
  );
}
