import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { send } from "../../api/client";
import type { List } from "../../api/query";
import { phoneTexts } from "../../text/phone";
import { useText } from "../../text/useText";
import { Button, TextField, cx, useToast } from "../../ui";
import { type PhoneLine, isLive } from "./machine";
import { phone } from "./phone";
import styles from "./Phone.module.css";

/** Tags of the business that are offered beside the usual ones. */
const OFFERED = 6;
const USUAL = ["resolved", "call_back", "no_interest", "wrong_number"] as const;

interface CallTags {
  tags?: string[];
}

/** What came of a call, in a tag and a note: while it goes on, and after it. */
export function WrapUp({ line }: { line: PhoneLine }) {
  const t = useText(phoneTexts);
  const toast = useToast();
  const client = useQueryClient();
  const [tag, setTag] = useState<string>();
  const [note, setNote] = useState("");
  const { call } = line;
  const over = !isLive(line);
  const close = () => phone.tell({ type: "dismiss", id: line.id });
  const keep = useMutation({
    mutationFn: () => keepWith(call, tag, note),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["/v1/calls"] });
      void client.invalidateQueries({ queryKey: [`/v1/calls/${call ?? ""}`] });
      toast.good(t("phone.saved"));
      setNote("");
      if (over) close();
    },
    onError: toast.bad,
  });
  const empty = tag === undefined && note.trim() === "";
  if (over && line.answeredAt === undefined) return <CloseOnly onClose={close} />;
  return (
    <form
      className={styles.wrapUp}
      onSubmit={(event) => {
        event.preventDefault();
        if (!empty) keep.mutate();
      }}
    >
      {over && <Dispositions chosen={tag} onChoose={setTag} />}
      <TextField label={t("phone.note")} value={note} onChange={setNote} rows={over ? 3 : 2} hint={call === undefined && !empty ? t("phone.not_filed") : undefined} maxLength={4_000} />
      <div className={styles.row}>
        <Button type="submit" variant={over ? "primary" : "secondary"} isDisabled={empty || call === undefined} isPending={keep.isPending}>
          {t(over ? "phone.save_close" : "phone.save")}
        </Button>
        {over && (
          <Button variant="quiet" onPress={close}>
            {t("phone.close")}
          </Button>
        )}
        {call !== undefined && (
          <Link to={`/calls/${call}`} className={styles.quietLink}>
            {t("phone.open_call")}
          </Link>
        )}
      </div>
    </form>
  );
}

async function keepWith(call: string | undefined, tag: string | undefined, note: string): Promise<void> {
  if (call === undefined) return;
  if (note.trim() !== "") await send("POST", `/v1/calls/${call}/notes`, { body: { text: note.trim() } });
  if (tag === undefined) return;
  const { tags = [] } = await send<CallTags>("GET", `/v1/calls/${call}`);
  await send("PUT", `/v1/calls/${call}/tags`, { body: { tags: [...new Set([...tags, tag])] } });
}

function CloseOnly({ onClose }: { onClose: () => void }) {
  const t = useText(phoneTexts);
  return (
    <Button variant="quiet" onPress={onClose}>
      {t("phone.close")}
    </Button>
  );
}

function Dispositions({ chosen, onChoose }: { chosen?: string; onChoose: (tag: string | undefined) => void }) {
  const t = useText(phoneTexts);
  const known = useQuery({
    queryKey: ["/v1/tags", "offered"],
    queryFn: () => send<List<{ name: string; calls: number }>>("GET", "/v1/tags"),
    staleTime: 60_000,
    retry: false,
  });
  const usual = USUAL.map((name) => t(`phone.tag.${name}`));
  const own = (known.data?.data ?? []).map(({ name }) => name).filter((name) => !usual.includes(name));
  return (
    <fieldset className={styles.tags}>
      <legend>{t("phone.disposition")}</legend>
      {[...usual, ...own.slice(0, OFFERED)].map((name) => (
        <button key={name} type="button" className={cx(styles.tag, name === chosen && styles.chosen)} aria-pressed={name === chosen} onClick={() => onChoose(name === chosen ? undefined : name)}>
          {name}
        </button>
      ))}
    </fieldset>
  );
}
