import { useEffect, useRef } from "react";
import WaveSurfer from "wavesurfer.js";
import { useText } from "../../../text/useText";
import { callTexts } from "../../../text/call";
import { useFormat } from "../../../ui";
import { peaksOf } from "../model/peaks";
import type { CallNote, Waveform as Peaks } from "../model/types";
import { usePlayed, type Player } from "./player";
import styles from "./Player.module.css";

/** Height of each voice, px; less where there is little room. */
const voice = () => (innerWidth < 640 ? 28 : 52);
const STEP_MS = 5_000;

/** The rules that wavesurfer would write into the page itself, where the Content-Security-Policy lets it. */
const rules = (height: number) => `
  :host { user-select: none; min-width: 1px; }
  .scroll { overflow: hidden; width: 100%; position: relative; }
  .wrapper { position: relative; overflow: visible; z-index: 2; }
  .canvases { min-height: ${height}px; pointer-events: none; }
  .canvases > div, .progress > div { position: relative; }
  canvas { display: block; position: absolute; top: 0; image-rendering: pixelated; }
  .progress { pointer-events: none; position: absolute; z-index: 2; inset: 0 auto auto 0; width: 0; height: 100%; overflow: hidden; }
  .cursor { pointer-events: none; position: absolute; z-index: 5; top: 0; left: 0; height: 100%; border-radius: 2px; }
`;

/** A colour of ours as a canvas takes it. */
function resolved(element: HTMLElement, name: string): string {
  element.style.color = `var(${name})`;
  const { color } = getComputedStyle(element);
  element.style.color = "";
  return color;
}

function looks(element: HTMLElement) {
  const color = (name: string) => resolved(element, name);
  const bars = { barWidth: 2, barGap: 1, barRadius: 2, barMinHeight: 1, height: voice() };
  return {
    cursorColor: color("--ink"),
    splitChannels: [
      { ...bars, waveColor: color("--wave-caller"), progressColor: color("--caller"), barAlign: "bottom" as const },
      { ...bars, waveColor: color("--wave-us"), progressColor: color("--us"), barAlign: "top" as const },
    ],
  };
}

interface WaveformProps {
  player: Player;
  peaks: Peaks;
  notes: CallNote[];
}

/** Both voices: the caller above, us below; a click goes there. */
export function Waveform({ player, peaks, notes }: WaveformProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current: container } = place;
    if (!container) return;
    const wave = WaveSurfer.create({
      container,
      media: player.audio,
      peaks: peaksOf(peaks),
      duration: player.duration_ms / 1_000,
      cursorWidth: 2,
      dragToSeek: true,
      hideScrollbar: true,
      ...looks(container),
    });
    const root = wave.getWrapper().getRootNode();
    if (root instanceof ShadowRoot) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(rules(2 * voice()));
      root.adoptedStyleSheets = [sheet];
    }
    // A moment that was gone to before is shown, too.
    wave.on("ready", () => wave.setTime(player.audio.currentTime));
    const repaint = () => wave.setOptions(looks(container));
    const theme = new MutationObserver(repaint);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", repaint);
    return () => {
      theme.disconnect();
      system.removeEventListener("change", repaint);
      wave.destroy();
    };
  }, [player, peaks]);
  return (
    <div className={styles.wave}>
      <Marks player={player} notes={notes} />
      <div ref={place} className={styles.canvas} data-testid="waveform" />
      <Position player={player} />
    </div>
  );
}

/** The same for the keyboard and for those who cannot see. */
function Position({ player }: { player: Player }) {
  const t = useText(callTexts);
  const format = useFormat();
  const second = usePlayed(player, ({ time }) => Math.floor(time / 1_000), 0);
  return (
    <input
      type="range"
      className={styles.range}
      aria-label={t("call.position")}
      aria-valuetext={t("call.position.of", { at: format.clock(second * 1_000), length: format.clock(player.end_ms) })}
      min={Math.floor(player.offset_ms / 1_000)}
      max={Math.ceil(player.end_ms / 1_000)}
      step={STEP_MS / 1_000}
      value={second}
      onChange={(event) => player.seek(Number(event.target.value) * 1_000)}
    />
  );
}

/** Notes at their moment. */
function Marks({ player, notes }: { player: Player; notes: CallNote[] }) {
  const t = useText(callTexts);
  const format = useFormat();
  const at = notes.filter((note): note is CallNote & { at_ms: number } => typeof note.at_ms === "number");
  if (at.length === 0) return null;
  return (
    <div className={styles.marks}>
      {at.map((note) => (
        <button
          key={note.id}
          type="button"
          className={styles.mark}
          style={{ left: `${Math.max(0, Math.min(100, ((note.at_ms - player.offset_ms) / player.duration_ms) * 100))}%` }}
          aria-label={`${t("call.notes.at", { at: format.clock(note.at_ms) })}: ${note.text}`}
          title={note.text}
          onClick={() => player.playFrom(note.at_ms)}
        />
      ))}
    </div>
  );
}
