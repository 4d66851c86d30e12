import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { send } from "../../api/client";
import type { components } from "../../api/schema";
import { contactsTexts } from "../../text/contacts";
import { useText } from "../../text/useText";
import { Button, ErrorNote, LinkButton, Note, Page, Panel, Select, TextField, useToast } from "../../ui";
import styles from "./Contacts.module.css";
import { FaultTable } from "./Faults";
import { FileDrop } from "./FileDrop";
import { type TableHead, HEAD_BYTES, readHead } from "./csv";

type Report = components["schemas"]["ImportReport"];

const TARGETS = ["auto", "number", "other", "name", "first_name", "last_name", "language", "time_zone", "country", "region", "tags", "notes", "-"] as const;
type Target = (typeof TARGETS)[number];
const RULES = ["fill", "replace", "skip"] as const;

interface Table {
  file: File;
  head: TableHead;
}

/** Contacts from a table: chosen, looked at, checked row by row, then kept. */
export function ImportPage() {
  const t = useText(contactsTexts);
  const toast = useToast();
  const [table, setTable] = useState<Table>();
  const choose = async (file: File) => {
    const head = readHead(await file.slice(0, HEAD_BYTES).text());
    if (head) setTable({ file, head });
    else toast.bad(t("contacts.empty_file"));
  };
  return (
    <Page title={t("contacts.import_title")} back={{ to: "/contacts", label: t("contacts.title") }} width="narrow">
      <Panel title={t("contacts.file")}>
        <FileDrop label={t("contacts.file")} accept=".csv,.txt,.tsv,text/csv" hint={t("contacts.file_hint")} name={table?.file.name} onFile={(file) => void choose(file)} />
      </Panel>
      {table && <Mapping key={table.file.name + table.file.lastModified} table={table} />}
    </Page>
  );
}

function Mapping({ table }: { table: Table }) {
  const t = useText(contactsTexts);
  const client = useQueryClient();
  const [targets, setTargets] = useState<Record<string, Target>>({});
  const [known, setKnown] = useState<(typeof RULES)[number]>("fill");
  const [tags, setTags] = useState("");
  const order = useMutation({
    mutationFn: (deed: "dry_run" | "keep_good") =>
      send<Report>("POST", "/v1/contacts/import", {
        raw: table.file,
        headers: { "content-type": "text/csv" },
        query: { columns: columnsOf(targets), known, tags: tags.trim(), [deed]: true },
      }),
    onSuccess: (report) => report.kept && client.invalidateQueries({ queryKey: ["/v1/contacts"] }),
  });
  // Another choice: what was told of the one before no longer holds.
  const again = <V,>(set: (value: V) => void) => (value: V) => {
    set(value);
    order.reset();
  };
  const rules = RULES.map((id) => ({ id, label: t(`contacts.known.${id}`) }));
  return (
    <>
      <Panel title={t("contacts.columns")} flush>
        <ColumnTable head={table.head} targets={targets} onChange={again(setTargets)} />
      </Panel>
      <Panel>
        <div className={styles.stack}>
          <Select label={t("contacts.known")} value={known} options={rules} onChange={again(setKnown)} />
          <TextField label={t("contacts.import_tags")} hint={t("contacts.tags_hint")} value={tags} onChange={again(setTags)} />
          {order.error && <ErrorNote error={order.error} />}
          {!order.data && (
            <div>
              <Button variant="primary" isPending={order.isPending} onPress={() => order.mutate("dry_run")}>
                {t("contacts.check")}
              </Button>
            </div>
          )}
          {order.data && <Told report={order.data} isPending={order.isPending} onImport={() => order.mutate("keep_good")} />}
        </div>
      </Panel>
      {order.data && (
        <FaultTable
          faults={order.data.faults.map(({ row, column, problem }) => ({ line: row, column, message: problem }))}
          faultCount={order.data.fault_count}
          duplicates={order.data.duplicates.map(({ row, of }) => ({ line: row, of }))}
          duplicateCount={order.data.duplicate_count}
        />
      )}
    </>
  );
}

/** `HEADING=FIELD`, parted by commas, for the columns whose heading does not say it. */
function columnsOf(targets: Readonly<Record<string, Target>>): string {
  const said = Object.entries(targets).filter(([heading, target]) => target !== "auto" && !heading.includes(","));
  return said.map(([heading, target]) => `${heading}=${target}`).join(",");
}

function Told({ report, isPending, onImport }: { report: Report; isPending: boolean; onImport: () => void }) {
  const t = useText(contactsTexts);
  if (report.kept) {
    return (
      <div className={styles.stack} role="status">
        <Note tone="good">{t("contacts.imported", { made: report.made, updated: report.updated, unchanged: report.unchanged })}</Note>
        <div>
          <LinkButton to="/contacts" variant="primary">
            {t("contacts.title")}
          </LinkButton>
        </div>
      </div>
    );
  }
  const whole = report.fault_count + report.duplicate_count === 0;
  return (
    <div className={styles.stack} role="status">
      <Note tone={whole ? "good" : "warn"}>{t("contacts.check_sum", { rows: report.rows, good: report.good })}</Note>
      <div>
        <Button variant="primary" isPending={isPending} isDisabled={report.good === 0} onPress={onImport}>
          {t(whole ? "contacts.import_all" : "contacts.import_good", { count: report.good })}
        </Button>
      </div>
    </div>
  );
}

interface ColumnTableProps {
  head: TableHead;
  targets: Readonly<Record<string, Target>>;
  onChange: (targets: Record<string, Target>) => void;
}

function ColumnTable({ head, targets, onChange }: ColumnTableProps) {
  const t = useText(contactsTexts);
  const options = TARGETS.map((id) => ({ id, label: t(`contacts.target.${id}`) }));
  return (
    <table className={styles.columns}>
      <thead>
        <tr>
          <th scope="col">{t("contacts.column")}</th>
          <th scope="col">{t("contacts.example")}</th>
          <th scope="col">{t("contacts.means")}</th>
        </tr>
      </thead>
      <tbody>
        {head.headings.map((heading, at) => (
          <tr key={`${heading}-${at}`}>
            <th scope="row">{heading}</th>
            <td className={styles.muted}>{head.rows.map((row) => row[at]).find(Boolean)}</td>
            <td>
              <Select
                label={t("contacts.means_of", { column: heading })}
                isLabelHidden
                size="small"
                value={targets[heading] ?? "auto"}
                options={options}
                isDisabled={heading === "" || heading.includes(",")}
                onChange={(target) => onChange({ ...targets, [heading]: target })}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
