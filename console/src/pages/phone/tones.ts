/** The tones of the phone, made here: no file is loaded for them. */

export type Tone = "none" | "ring" | "knock" | "ringback";

interface Cadence {
  /** Frequencies that sound together, Hz. */
  readonly hertz: readonly number[];
  /** When it sounds, in seconds from the start of a round: from, to. */
  readonly sounds: readonly (readonly [number, number])[];
  /** Length of a round, seconds. */
  readonly round: number;
  readonly gain: number;
}

const CADENCES: Record<Exclude<Tone, "none">, Cadence> = {
  ring: { hertz: [523, 659], sounds: [[0, 0.35], [0.5, 0.85]], round: 3, gain: 0.12 },
  knock: { hertz: [880], sounds: [[0, 0.08]], round: 6, gain: 0.05 },
  ringback: { hertz: [425], sounds: [[0, 1]], round: 5, gain: 0.05 },
};

/** Plays one tone at a time, until it is told another. */
export class Tones {
  private context?: AudioContext;
  private tone: Tone = "none";
  private timer?: number;
  private sounding: OscillatorNode[] = [];

  play(tone: Tone): void {
    if (tone === this.tone) return;
    this.stop();
    this.tone = tone;
    if (tone !== "none") this.round(CADENCES[tone]);
  }

  private round(cadence: Cadence): void {
    const context = (this.context ??= new AudioContext());
    // A page that nobody has touched yet may make no sound: the picture and the notification still tell.
    void context.resume().catch(() => undefined);
    for (const [from, to] of cadence.sounds) this.sound(context, cadence, from, to);
    this.timer = window.setTimeout(() => {
      this.sounding = [];
      this.round(cadence);
    }, cadence.round * 1_000);
  }

  private sound(context: AudioContext, cadence: Cadence, from: number, to: number): void {
    const [start, end] = [context.currentTime + from, context.currentTime + to];
    const gain = context.createGain();
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(cadence.gain, start + 0.015);
    gain.gain.setValueAtTime(cadence.gain, end - 0.03);
    gain.gain.linearRampToValueAtTime(0, end);
    gain.connect(context.destination);
    for (const hertz of cadence.hertz) {
      const oscillator = context.createOscillator();
      oscillator.frequency.value = hertz;
      oscillator.connect(gain);
      oscillator.start(start);
      oscillator.stop(end);
      this.sounding.push(oscillator);
    }
  }

  private stop(): void {
    window.clearTimeout(this.timer);
    for (const oscillator of this.sounding) oscillator.disconnect();
    this.sounding = [];
    this.tone = "none";
  }
}
