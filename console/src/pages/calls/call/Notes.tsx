import { Clock, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { callTexts } from "../../../text/call";
import { useText } from "../../../text/useText";
import { Button, Checkbox, Confirm, Menu, Panel, TextField, useFormat } from "../../../ui";
import { useUiText } from "../../../ui/texts";
import type { CallNote } from "../model/types";
import { usePlayed, usePlayer } from "./player";
import { useAddNote, useChangeNote, useDeleteNote } from "./queries";
import styles from "./CallPage.module.css";

interface NotesProps {
  id: string;
  notes: CallNote[];
  mayChange: boolean;
  /** A note is being written about this moment, ms; `undefined`: about none yet. */
  moment: number | undefined;
  onMoment: (ms: number | undefined) => void;
}

/** What people wrote about the call, or about a moment of it. */
export function Notes({ id, notes, mayChange, moment, onMoment }: NotesProps) {
  const t = useText(callTexts);
  return (
    <Panel title={t("call.notes")}>
      <div className={styles.notes}>
        {notes.length === 0 && <p className={styles.quiet}>{t("call.notes.none")}</p>}
        {notes.map((note) => (
          <OneNote key={note.id} id={id} note={note} mayChange={mayChange} />
        ))}
        {mayChange && <NewNote key={moment} id={id} moment={moment} onDone={() => onMoment(undefined)} />}
      </div>
    </Panel>
  );
}

function OneNote({ id, note, mayChange }: { id: string; note: CallNote; mayChange: boolean }) {
  const [t, ui] = [useText(callTexts), useUiText()];
  const format = useFormat();
  const player = usePlayer();
  const change = useChangeNote(id);
  const remove = useDeleteNote(id);
  const [draft, setDraft] = useState<string | null>(null);
  const [isAsked, setAsked] = useState(false);
  const save = () => {
    const text = draft?.trim();
    if (!text || text === note.text) return setDraft(null);
    change.mutate({ note: note.id, text }, { onSuccess: () => setDraft(null) });
  };
  const { at_ms: at } = note;
  return (
    <article className={styles.note}>
      <header className={styles.noteHead}>
        <span>{note.author}</span>
        <time dateTime={note.created_at}>{format.short(note.created_at)}</time>
        {typeof at === "number" && (
          <Button
            variant="quiet"
            size="small"
            icon={Clock}
            isDisabled={!player}
            onPress={() => player?.playFrom(at)}
          >
            {format.clock(at)}
          </Button>
        )}
        <span className={styles.space} />
        {mayChange && (
          <Menu
            label={t("call.notes.menu")}
            size="small"
            items={[
              { id: "edit", label: ui("ui.edit"), icon: Pencil, onAction: () => setDraft(note.text) },
              { id: "delete", label: ui("ui.delete"), icon: Trash2, isDanger: true, onAction: () => setAsked(true) },
            ]}
          />
        )}
      </header>
      {draft === null ? (
        <p className={styles.prose}>{note.text}</p>
      ) : (
        <div className={styles.form}>
          <TextField label={t("call.notes.field")} isLabelHidden rows={3} value={draft} onChange={setDraft} autoFocus />
          <div className={styles.buttons}>
            <Button size="small" variant="primary" isPending={change.isPending} onPress={save}>
              {ui("ui.save")}
            </Button>
            <Button size="small" variant="quiet" onPress={() => setDraft(null)}>
              {ui("ui.cancel")}
            </Button>
          </div>
        </div>
      )}
      <Confirm
        title={t("call.notes.delete")}
        action={ui("ui.delete")}
        isDanger
        isOpen={isAsked}
        isPending={remove.isPending}
        onConfirm={() => remove.mutate(note.id, { onSettled: () => setAsked(false) })}
        onClose={() => setAsked(false)}
      >
        {t("call.notes.delete.text")}
      </Confirm>
    </article>
  );
}

interface NewNoteProps {
  id: string;
  moment: number | undefined;
  onDone: () => void;
}

function NewNote({ id, moment, onDone }: NewNoteProps) {
  const t = useText(callTexts);
  const format = useFormat();
  const player = usePlayer();
  const add = useAddNote(id);
  const [text, setText] = useState("");
  const [isHere, setHere] = useState(moment !== undefined);
  const second = usePlayed(player, ({ time }) => Math.max(0, Math.floor(time / 1_000)), 0);
  const at = moment ?? second * 1_000;
  const save = () => {
    const wanted = text.trim();
    if (!wanted) return;
    add.mutate(
      { text: wanted, ...(isHere && player ? { at_ms: Math.round(at) } : {}) },
      {
        onSuccess: () => {
          setText("");
          setHere(false);
          onDone();
        },
      },
    );
  };
  return (
    <div className={styles.form}>
      <TextField
        label={t("call.notes.field")}
        isLabelHidden
        placeholder={t("call.notes.field")}
        rows={2}
        value={text}
        onChange={setText}
        autoFocus={moment !== undefined}
      />
      <div className={styles.buttons}>
        {player && (
          <Checkbox isSelected={isHere} onChange={setHere}>
            {t("call.notes.here", { at: format.clock(at) })}
          </Checkbox>
        )}
        <span className={styles.space} />
        <Button size="small" isPending={add.isPending} isDisabled={!text.trim()} onPress={save}>
          {t("call.notes.add")}
        </Button>
      </div>
    </div>
  );
}
