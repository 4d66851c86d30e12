import { Gauge, Link2, MessageSquarePlus, Pause, Play, RotateCcw, RotateCw } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { callTexts } from "../../../text/call";
import { useText } from "../../../text/useText";
import { Button, IconButton, Menu, Skeleton, Switch, useFormat, useShortcuts, useToast } from "../../../ui";
import { useUiText } from "../../../ui/texts";
import { momentText } from "../model/moment";
import { silences } from "../model/silence";
import type { CallNote, Line, Waveform as Peaks } from "../model/types";
import { neighbour } from "../model/words";
import { speeds, usePlayed, type Player } from "./player";
import styles from "./Player.module.css";
import { Waveform } from "./Waveform";

interface PlayerPanelProps {
  player: Player;
  /** `null`: there are none; `undefined`: they are being fetched. */
  peaks: Peaks | null | undefined;
  notes: CallNote[];
  lines: Line[];
  /** What the two voices are called. */
  names: { caller: string; us: string };
  /** Somebody wants to write a note at this moment; not given where they may not. */
  onNote?: (ms: number) => void;
}

const STEP_MS = 5_000;

/** The sound of the call: both voices to be seen, and what moves through them. */
export function PlayerPanel({ player, peaks, notes, lines, names, onNote }: PlayerPanelProps) {
  const t = useText(callTexts);
  const copyLink = useCopyLink(player);
  useKeys(player, lines, copyLink, onNote);
  return (
    <section className={styles.panel} aria-label={t("call.player")}>
      <div className={styles.legend}>
        <span className={styles.caller}>{names.caller}</span>
        <span className={styles.us}>{names.us}</span>
      </div>
      {peaks === undefined ? (
        <Skeleton lines={["100%"]} />
      ) : (
        peaks && <Waveform player={player} peaks={peaks} notes={notes} />
      )}
      <div className={styles.controls}>
        <Transport player={player} />
        <Speed player={player} />
        {peaks && <SkipSilence player={player} peaks={peaks} />}
        <span className={styles.space} />
        {onNote && (
          <IconButton label={t("call.notes.new_here")} icon={MessageSquarePlus} onPress={() => onNote(player.time)} />
        )}
        <IconButton label={t("call.copy_link")} icon={Link2} onPress={copyLink} />
      </div>
    </section>
  );
}

function useCopyLink(player: Player): () => void {
  const ui = useUiText();
  const toast = useToast();
  return () => {
    const url = new URL(location.href);
    url.search = `?t=${momentText(player.time)}`;
    navigator.clipboard.writeText(url.href).then(() => toast.good(ui("ui.copied")), toast.bad);
  };
}

function useKeys(player: Player, lines: Line[], copyLink: () => void, onNote?: (ms: number) => void): void {
  const t = useText(callTexts);
  const step = (by: number) => player.seek(player.time + by);
  const word = (way: 1 | -1) => {
    const to = neighbour(lines, player.time, way);
    if (to !== undefined) player.seek(to);
  };
  useShortcuts([
    { keys: " ", does: t("call.play_pause"), run: () => player.toggle() },
    { keys: "ArrowLeft", does: t("call.back_5"), run: () => step(-STEP_MS) },
    { keys: "ArrowRight", does: t("call.on_5"), run: () => step(STEP_MS) },
    { keys: ",", does: t("call.last_word"), run: () => word(-1) },
    { keys: ".", does: t("call.next_word"), run: () => word(1) },
    { keys: "y", does: t("call.copy_link"), run: copyLink },
    ...(onNote ? [{ keys: "n", does: t("call.notes.new_here"), run: () => onNote(player.time) }] : []),
  ]);
}

function Transport({ player }: { player: Player }) {
  const t = useText(callTexts);
  const format = useFormat();
  const isPlaying = usePlayed(player, (it) => it.isPlaying, false);
  const second = usePlayed(player, ({ time }) => Math.floor(time / 1_000), 0);
  return (
    <>
      <IconButton label={t("call.back_5")} icon={RotateCcw} onPress={() => player.seek(player.time - STEP_MS)} />
      <IconButton
        label={t(isPlaying ? "call.pause" : "call.play")}
        icon={isPlaying ? Pause : Play}
        variant="primary"
        size="large"
        className={styles.play}
        onPress={() => player.toggle()}
      />
      <IconButton label={t("call.on_5")} icon={RotateCw} onPress={() => player.seek(player.time + STEP_MS)} />
      <span className={`${styles.time} numbers`}>
        {format.clock(second * 1_000)} <span>/ {format.clock(player.end_ms)}</span>
      </span>
    </>
  );
}

function Speed({ player }: { player: Player }) {
  const t = useText(callTexts);
  const format = useFormat();
  const speed = usePlayed(player, ({ audio }) => audio.playbackRate, 1);
  return (
    <Menu
      label={`${t("call.speed")}: ${format.number(speed)}×`}
      icon={Gauge}
      shown={`${format.number(speed)}×`}
      size="small"
      items={speeds.map((value) => ({
        id: String(value),
        label: `${format.number(value)}×`,
        onAction: () => player.setSpeed(value),
      }))}
    />
  );
}

function SkipSilence({ player, peaks }: { player: Player; peaks: Peaks }) {
  const t = useText(callTexts);
  const [skips, setSkips] = useState(false);
  const spans = useMemo(() => silences(peaks), [peaks]);
  useEffect(() => player.setSilence(spans, skips), [player, spans, skips]);
  return (
    <Switch isSelected={skips} onChange={setSkips} isDisabled={spans.length === 0}>
      {t("call.skip")}
    </Switch>
  );
}

interface NoSoundProps {
  children: string;
  action?: { label: string; run: () => void };
}

/** In the place of the sound, where there is none: why. */
export function NoSound({ children, action }: NoSoundProps) {
  return (
    <section className={styles.nothing}>
      <p>{children}</p>
      {action && (
        <Button size="small" onPress={action.run}>
          {action.label}
        </Button>
      )}
    </section>
  );
}
