import { createContext, useContext, useSyncExternalStore } from "react";
import { skipTo, type Span } from "../model/silence";

export const speeds = [0.75, 1, 1.25, 1.5, 1.75, 2] as const;

/**
 * The sound of a call. All its times are ms from the answer of the call, as those of words and notes are; `offset_ms`
 * is the place of the recording's first sample.
 */
export class Player {
  readonly audio = new Audio();
  private readonly listeners = new Set<() => void>();
  private frame = 0;
  private silent: readonly Span[] = [];
  private skips = false;

  constructor(
    readonly url: string,
    readonly offset_ms: number,
    readonly duration_ms: number,
  ) {
    this.audio.preload = "metadata";
    this.audio.src = url;
    for (const name of ["play", "pause", "seeked", "seeking", "ended", "ratechange", "timeupdate"]) {
      this.audio.addEventListener(name, this.changed);
    }
  }

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get time(): number {
    return this.audio.currentTime * 1_000 + this.offset_ms;
  }

  /** The recording's last moment. */
  get end_ms(): number {
    return this.offset_ms + this.duration_ms;
  }

  get isPlaying(): boolean {
    return !this.audio.paused;
  }

  /** Where nothing is heard, in ms from the recording's first sample. */
  setSilence(spans: readonly Span[], skips: boolean): void {
    this.silent = spans;
    this.skips = skips;
  }

  /** Goes to a moment. */
  seek(ms: number): void {
    const place = Math.max(0, Math.min(ms - this.offset_ms, this.duration_ms));
    this.audio.currentTime = place / 1_000;
    this.tell();
  }

  /** Plays from a moment on. */
  playFrom(ms: number): void {
    this.seek(ms);
    this.play();
  }

  toggle(): void {
    if (this.isPlaying) this.audio.pause();
    else this.play();
  }

  setSpeed(speed: number): void {
    this.audio.playbackRate = speed;
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.audio.pause();
  }

  private play(): void {
    // A pause that comes before it began is no failure.
    this.audio.play().catch(() => this.tell());
  }

  private readonly changed = () => {
    cancelAnimationFrame(this.frame);
    if (this.isPlaying) this.frame = requestAnimationFrame(this.changed);
    if (this.isPlaying && this.skips && !this.audio.seeking) {
      const to = skipTo(this.silent, this.audio.currentTime * 1_000);
      if (to !== undefined) this.audio.currentTime = to / 1_000;
    }
    this.tell();
  };

  private tell(): void {
    this.listeners.forEach((listener) => listener());
  }
}

export const PlayerContext = createContext<Player | null>(null);

/** The sound of the call on this page; `null` where there is none, or it may not be heard. */
export function usePlayer(): Player | null {
  return useContext(PlayerContext);
}

const none = () => () => undefined;

/** Something that follows from where the player is; whoever uses it is drawn again only when that changes. */
export function usePlayed<T extends string | number | boolean>(player: Player | null, select: (player: Player) => T, idle: T): T {
  return useSyncExternalStore(player?.subscribe ?? none, () => (player ? select(player) : idle));
}
