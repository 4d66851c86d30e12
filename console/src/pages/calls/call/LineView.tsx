import { Pencil, Undo2 } from "lucide-react";
import { memo, useMemo, useState, type MouseEvent } from "react";
import { callTexts } from "../../../text/call";
import { useText } from "../../../text/useText";
import { Badge, Button, cx, IconButton, TextField, useFormat, useToast } from "../../../ui";
import { useUiText } from "../../../ui/texts";
import type { Line, Turn } from "../model/types";
import { correctedWords, wordAt, wordsOf } from "../model/words";
import { usePlayed, usePlayer } from "./player";
import { useCorrect } from "./queries";
import styles from "./Transcript.module.css";

/** Below it a line may well be wrong, 0 to 1. */
const UNSURE = 0.5;

interface LineViewProps {
  id: string;
  line: Line;
  turn?: Turn;
  name: string;
  isNameShown: boolean;
  mayCorrect: boolean;
}

/** One line of the transcript. */
export const LineView = memo(function LineView({ id, line, turn, name, isNameShown, mayCorrect }: LineViewProps) {
  const t = useText(callTexts);
  const format = useFormat();
  const player = usePlayer();
  const [isEdited, setEdited] = useState(false);
  const isHeard = usePlayed(player, (it) => it.time >= line.from_ms && it.time < line.to_ms && it.time > 0, false);
  const at = format.clock(line.from_ms);
  return (
    <li data-seq={line.seq} className={cx(styles.line, styles[line.speaker], isHeard && styles.heard, isNameShown && styles.first)}>
      {player ? (
        <button
          type="button"
          className={`${styles.at} numbers`}
          aria-label={t("call.listen_from", { at })}
          onClick={() => player.playFrom(line.from_ms)}
        >
          {at}
        </button>
      ) : (
        <span className={`${styles.at} numbers`}>{at}</span>
      )}
      <div className={styles.said}>
        {isNameShown ? (
          <p className={styles.name}>
            {name}
            <Waited turn={turn} />
          </p>
        ) : (
          <span className="visually-hidden">{name}: </span>
        )}
        {isEdited ? (
          <Editor id={id} line={line} onDone={() => setEdited(false)} />
        ) : (
          <>
            <Words line={line} />
            <Remarks line={line} turn={turn} isTimeShown={!isNameShown} />
          </>
        )}
      </div>
      {mayCorrect && !isEdited && <Correcting id={id} line={line} onEdit={() => setEdited(true)} />}
    </li>
  );
});

/** The words; a click on one plays it. The time of the line does that for the keyboard. */
function Words({ line }: { line: Line }) {
  const player = usePlayer();
  const words = useMemo(() => (line.corrected ? correctedWords(line) : wordsOf(line)), [line]);
  const heard = usePlayed(player, (it) => wordAt(words, it.time), -1);
  const play = (event: MouseEvent) => {
    const index = event.target instanceof HTMLElement ? event.target.dataset.word : undefined;
    const word = words[Number(index ?? -1)];
    if (word && !getSelection()?.toString()) player?.playFrom(word.from_ms);
  };
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <p className={cx(styles.text, player && styles.playable)} onClick={player ? play : undefined} lang={line.language ?? undefined}>
      {words.map((word, index) => (
        <span key={index}>
          <span data-word={index} data-from={word.from_ms} className={index === heard ? styles.word : undefined}>
            {word.text}
          </span>{" "}
        </span>
      ))}
      {line.cut && <span aria-hidden>—</span>}
    </p>
  );
}

/** How long the caller waited for this answer. */
function Waited({ turn }: { turn?: Turn }) {
  const t = useText(callTexts);
  const format = useFormat();
  if (typeof turn?.total !== "number") return null;
  return <span className={styles.after}>{t("call.answered_after", { span: format.seconds(turn.total) })}</span>;
}

/** What is worth knowing of a line, small under it. */
function Remarks({ line, turn, isTimeShown }: { line: Line; turn?: Turn; isTimeShown: boolean }) {
  const t = useText(callTexts);
  const format = useFormat();
  const { corrected } = line;
  const documents = [...new Set(turn?.sources.map(({ document, title }) => document || title) ?? [])].filter(Boolean);
  const isUnsure = !corrected && typeof line.confidence === "number" && line.confidence < UNSURE;
  return (
    <>
      {corrected && <p className={styles.original}>{t("call.heard", { text: line.text })}</p>}
      <p className={styles.remarks}>
        {corrected && (
          <Badge tone="good">{corrected.by ? t("call.corrected.by", { by: corrected.by }) : t("call.corrected")}</Badge>
        )}
        {isUnsure && <Badge tone="warn">{t("call.unsure")}</Badge>}
        {line.cut && <Badge>{t("call.cut")}</Badge>}
        {isTimeShown && <Waited turn={turn} />}
        {documents.length > 0 && <span>{t("call.sources", { documents: format.list(documents) })}</span>}
      </p>
    </>
  );
}

function Correcting({ id, line, onEdit }: { id: string; line: Line; onEdit: () => void }) {
  const t = useText(callTexts);
  const correct = useCorrect(id);
  return (
    <span className={styles.tools}>
      {line.corrected && (
        <IconButton
          label={t("call.correct.undo")}
          icon={Undo2}
          size="small"
          isDisabled={correct.isPending}
          onPress={() => correct.mutate({ seq: line.seq, text: null })}
        />
      )}
      <IconButton label={t("call.correct")} icon={Pencil} size="small" onPress={onEdit} />
    </span>
  );
}

/** What should have been written down. The original stays beside it. */
function Editor({ id, line, onDone }: { id: string; line: Line; onDone: () => void }) {
  const [t, ui] = [useText(callTexts), useUiText()];
  const toast = useToast();
  const correct = useCorrect(id);
  const [text, setText] = useState(line.corrected?.text ?? line.text);
  const save = () => {
    const wanted = text.trim();
    if (!wanted || wanted === (line.corrected?.text ?? line.text)) return onDone();
    correct.mutate(
      { seq: line.seq, text: wanted === line.text ? null : wanted },
      {
        onSuccess: () => {
          toast.good(t("call.correct.saved"));
          onDone();
        },
      },
    );
  };
  return (
    // Escape and Ctrl+Enter are also the buttons below.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      className={styles.editor}
      onKeyDown={(event) => {
        if (event.key === "Escape") onDone();
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
      }}
    >
      <TextField label={t("call.correct.field")} rows={2} value={text} onChange={setText} autoFocus />
      <div className={styles.buttons}>
        <Button size="small" variant="primary" isPending={correct.isPending} onPress={save}>
          {ui("ui.save")}
        </Button>
        <Button size="small" variant="quiet" onPress={onDone}>
          {ui("ui.cancel")}
        </Button>
      </div>
    </div>
  );
}
