import { FileText, Upload } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { contactsTexts } from "../../text/contacts";
import { useText } from "../../text/useText";
import { Button, cx } from "../../ui";
import styles from "./Contacts.module.css";

interface FileDropProps {
  label: string;
  /** Kinds of files, as the browser's chooser takes them. */
  accept: string;
  hint?: string;
  /** Name of the file that was chosen. */
  name?: string;
  onFile: (file: File) => void;
}

/** A file, chosen or dropped. */
export function FileDrop({ label, accept, hint, name, onFile }: FileDropProps) {
  const t = useText(contactsTexts);
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (files: FileList | null) => {
    const [file] = files ?? [];
    if (file) onFile(file);
  };
  const onDrag = (event: DragEvent) => {
    event.preventDefault();
    setOver(event.type === "dragover");
    if (event.type === "drop") take(event.dataTransfer.files);
  };
  return (
    <div className={cx(styles.drop, over && styles.over)} onDragOver={onDrag} onDragLeave={onDrag} onDrop={onDrag} role="group" aria-label={label}>
      <input
        ref={input}
        type="file"
        accept={accept}
        aria-label={label}
        className="visually-hidden"
        tabIndex={-1}
        onChange={(event) => {
          take(event.target.files);
          // The same file, mended, can be chosen again.
          event.target.value = "";
        }}
      />
      {name !== undefined && (
        <p className={styles.fileName}>
          <FileText size={16} aria-hidden /> {name}
        </p>
      )}
      <div className={styles.dropRow}>
        <Button icon={Upload} onPress={() => input.current?.click()}>
          {t("contacts.choose_file")}
        </Button>
        <span className={styles.muted}>{t("contacts.drop_file")}</span>
      </div>
      {hint && <p className={styles.muted}>{hint}</p>}
    </div>
  );
}
