import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Play, Trash2 } from "lucide-react";
import { useState } from "react";

import { send } from "../../api/client";
import { rehearsalTexts } from "../../text/rehearsals";
import { useText } from "../../text/useText";
import { Button, Dialog, ErrorNote, Note, TextField, useToast } from "../../ui";
import type { TextFault } from "../../yaml/source";
import { TextEditor } from "../../yaml/TextEditor";
import { faultsOf, putText } from "../../yaml/useDraft";
import styles from "./Rehearse.module.css";
import { isName } from "./rehearsal";

interface ScriptDialogProps {
  /** `/v1/agents/reception` */
  path: string;
  /** `from`: nothing while it is new. */
  script: { name: string; yaml: string; from: "file" | "books" | null; faults: TextFault[] };
  mayWrite: boolean;
  onTry: (given: { name: string; yaml: string }) => void;
  onClose: () => void;
}

/** A caller as text: changed, kept, tried once, or removed. */
export function ScriptDialog({ path, script, mayWrite, onTry, onClose }: ScriptDialogProps) {
  const t = useText(rehearsalTexts);
  const toast = useToast();
  const client = useQueryClient();
  const [name, setName] = useState(script.name);
  const [yaml, setYaml] = useState(script.yaml);
  const [faults, setFaults] = useState(script.faults);
  const place = `${path}/rehearsal-scripts`;
  const done = () => {
    void client.invalidateQueries({ queryKey: [place] });
    onClose();
  };
  const refused = (error: Error) => setFaults(faultsOf(error));
  const save = useMutation({
    mutationFn: () => putText(`${place}/${name}`, yaml),
    onSuccess: () => {
      toast.good(t("rehearsals.saved", { name }));
      done();
    },
    onError: refused,
  });
  const once = useMutation({
    mutationFn: () => putText(`${place}/${name}`, yaml, true),
    onSuccess: () => {
      onTry({ name, yaml });
      onClose();
    },
    onError: refused,
  });
  const remove = useMutation({ mutationFn: () => send("DELETE", `${place}/${script.name}`), onSuccess: done, onError: toast.bad });
  const error = save.error ?? once.error;
  const footer = mayWrite && (
    <>
      {script.from === "books" && (
        <Button variant="quiet" icon={Trash2} isPending={remove.isPending} onPress={() => remove.mutate()}>
          {t("rehearsals.remove")}
        </Button>
      )}
      <Button icon={Play} isPending={once.isPending} isDisabled={!isName(name)} onPress={() => once.mutate()}>
        {t("rehearsals.try")}
      </Button>
      <Button variant="primary" isPending={save.isPending} isDisabled={!isName(name)} onPress={() => save.mutate()}>
        {t("rehearsals.save")}
      </Button>
    </>
  );
  return (
    <Dialog title={script.from === null ? t("rehearsals.new") : script.name} size="large" isOpen onClose={onClose} footer={footer}>
      <div className={styles.form}>
        {script.from === "file" && mayWrite && <Note>{t("rehearsals.fileHelp")}</Note>}
        {script.from === null && <TextField label={t("rehearsals.name")} hint={t("rehearsals.nameHelp")} value={name} onChange={setName} isRequired />}
        <div className={styles.editor}>
          <TextEditor label={t("rehearsals.textLabel")} value={yaml} onChange={mayWrite ? setYaml : undefined} faults={faults} />
        </div>
        {error && faults.length === 0 && <ErrorNote error={error} />}
      </div>
    </Dialog>
  );
}
