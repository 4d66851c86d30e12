import { contactsTexts } from "../../text/contacts";
import { useText } from "../../text/useText";
import { Panel } from "../../ui";
import styles from "./Contacts.module.css";

export interface RowFault {
  line: number;
  column?: string | null;
  message: string;
}

interface FaultTableProps {
  faults: readonly RowFault[];
  faultCount: number;
  duplicates: readonly { line: number; of: number }[];
  duplicateCount: number;
}

/** What is wrong with a table, row by row. */
export function FaultTable({ faults, faultCount, duplicates, duplicateCount }: FaultTableProps) {
  const t = useText(contactsTexts);
  return (
    <>
      {faultCount > 0 && (
        <Panel title={t("contacts.faults", { count: faultCount })} flush>
          <Rows head={[t("contacts.line"), t("contacts.column"), t("contacts.fault")]} rows={faults.map(({ line, column, message }) => [String(line), column ?? "", message])} />
        </Panel>
      )}
      {duplicateCount > 0 && (
        <Panel title={t("contacts.repeats", { count: duplicateCount })} flush>
          <Rows head={[t("contacts.line"), t("contacts.fault")]} rows={duplicates.map(({ line, of }) => [String(line), t("contacts.repeats_line", { of })])} />
        </Panel>
      )}
    </>
  );
}

function Rows({ head, rows }: { head: string[]; rows: string[][] }) {
  return (
    // A long table is gone through by the keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.faults} tabIndex={0} role="group" aria-label={head.at(-1)}>
      <table className={styles.columns}>
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, n) => (
                <td key={n} className={n === 0 ? "numbers" : undefined}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
