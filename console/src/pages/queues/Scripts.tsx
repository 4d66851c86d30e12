import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil, Plus } from "lucide-react";
import { useState } from "react";
import { send } from "../../api/client";
import { useMay } from "../../shell/session";
import { queuesTexts } from "../../text/queues";
import { useText } from "../../text/useText";
import { Button, FormDialog, IconButton, Panel, TextField, useToast } from "../../ui";
import styles from "./Queues.module.css";
import { type Scripts, faultsOf, fits, queueNames, withScript } from "./scripts";

const KEY = ["/v1/settings"];

interface Settings {
  scripts?: { value: Scripts } | null;
}

const read = () => send<Settings>("GET", "/v1/settings");

/** What members follow who talk with the callers of each queue. */
export function ScriptsPanel({ queues }: { queues: readonly { name: string }[] }) {
  const t = useText(queuesTexts);
  const mayWrite = useMay()("settings:write");
  const { data } = useQuery({ queryKey: KEY, queryFn: read });
  // The queue whose script is written; an empty name: that of a new one.
  const [edited, setEdited] = useState<string>();
  const scripts = data?.scripts?.value;
  if (!scripts) return null;
  const names = queueNames(queues, scripts);
  const add = mayWrite && (
    <Button size="small" icon={Plus} onPress={() => setEdited("")}>
      {t("queues.script_add")}
    </Button>
  );
  return (
    <Panel title={t("queues.scripts")} hint={t("queues.scripts_hint")} actions={add} flush={names.length > 0}>
      {names.length === 0 ? (
        <p className={styles.quiet}>{t("queues.script_none")}</p>
      ) : (
        <ul className={styles.scripts}>
          {names.map((name) => (
            <li key={name}>
              <div className={styles.scriptOf}>
                <strong>{name}</strong>
                <span className={styles.quiet}>{scripts[name]?.split("\n", 1)[0] ?? t("queues.script_none")}</span>
              </div>
              {mayWrite && <IconButton icon={Pencil} size="small" label={t("queues.script_edit", { name })} onPress={() => setEdited(name)} />}
            </li>
          ))}
        </ul>
      )}
      {edited !== undefined && <ScriptDialog queue={edited} text={scripts[edited] ?? ""} onClose={() => setEdited(undefined)} />}
    </Panel>
  );
}

function ScriptDialog({ queue, text, onClose }: { queue: string; text: string; onClose: () => void }) {
  const t = useText(queuesTexts);
  const toast = useToast();
  const client = useQueryClient();
  const [name, setName] = useState(queue);
  const [script, setScript] = useState(text);
  const save = useMutation({
    // Others may have written the scripts of other queues meanwhile.
    mutationFn: async () => {
      const now = await read();
      await send("PUT", "/v1/settings/scripts", { body: withScript(now.scripts?.value ?? {}, name.trim(), script) });
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: KEY });
      toast.good(t("queues.script_saved"));
      onClose();
    },
  });
  const title = queue === "" ? t("queues.script_add") : t("queues.script_edit", { name: queue });
  const tooLong = fits(script) ? null : t("queues.script_too_long");
  return (
    <FormDialog title={title} action={t("queues.script_save")} size="large" isOpen onClose={onClose} onSubmit={() => save.mutate()} isPending={save.isPending} isDisabled={name.trim() === "" || tooLong !== null}>
      {queue === "" && <TextField label={t("queues.script_queue")} hint={t("queues.script_queue_hint")} value={name} onChange={setName} maxLength={100} isRequired autoFocus />}
      <TextField
        label={t("queues.script_text")}
        hint={t("queues.script_text_hint", { name: "{{ name }}", field: "{{ fields.contract }}" })}
        value={script}
        onChange={setScript}
        rows={12}
        error={tooLong ?? (save.error ? faultsOf(save.error, name.trim()) : null)}
        autoFocus={queue !== ""}
      />
    </FormDialog>
  );
}
