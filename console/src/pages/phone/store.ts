/** The one phone of this window: its state for React, and what it keeps between visits. */

import { useSyncExternalStore } from "react";
import { type Effect, type PhoneEvent, type PhoneState, alert, initialPhone, isLive, lineOf, step } from "./machine";
import { type Registration, SipDriver } from "./sip";
import { Tones } from "./tones";

export interface PhonePreferences {
  /** It is switched on with the next visit too. */
  readonly on: boolean;
  readonly microphone?: string;
  readonly speaker?: string;
}

const KEPT = "callwright.phone";
/** Only one window of the browser has the phone: otherwise each of them would ring. */
const LOCK = "callwright.phone";

export class Phone {
  private state: PhoneState = initialPhone;
  private preferences: PhonePreferences = readPreferences();
  private readonly listeners = new Set<() => void>();
  private readonly tones = new Tones();
  private readonly driver: SipDriver;
  private release?: () => void;

  constructor(lend: () => Promise<Registration>) {
    this.driver = new SipDriver({
      lend,
      tell: (event) => this.tell(event),
      devices: () => this.preferences,
      now: () => Date.now(),
      newId: () => crypto.randomUUID(),
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getState = (): PhoneState => this.state;

  readonly getPreferences = (): PhonePreferences => this.preferences;

  /** Switches it on in this window; `take` takes it away from another one. */
  async switchOn(take = false): Promise<void> {
    this.keep({ on: true });
    if (this.release) {
      // It is this window's phone already: what was refused is tried again.
      if (this.state.link === "refused") await this.driver.start();
      return;
    }
    const options: LockOptions = take ? { steal: true } : { ifAvailable: true };
    const held = await this.hold(options);
    if (held) await this.driver.start();
    else this.tell({ type: "link", link: "elsewhere" });
  }

  switchOff(): void {
    this.keep({ on: false });
    this.let();
    this.driver.stop();
  }

  /** Rests until it is switched on again: whoever it belonged to has gone. */
  rest(): void {
    this.let();
    this.driver.stop();
  }

  /** Calls; gives the id of the line, also when nothing came of it. */
  dial(to: string, name?: string): string {
    const id = crypto.randomUUID();
    this.tell({ type: "dial", id, to, name, at: Date.now() });
    return id;
  }

  /** Asks a colleague first, while the caller is held. */
  consult(id: string, to: string): void {
    this.tell({ type: "consult", id, newId: crypto.randomUUID(), to, at: Date.now() });
  }

  async useDevice(kind: "microphone" | "speaker", device: string): Promise<void> {
    this.keep({ [kind]: device === "" ? undefined : device });
    await this.driver.switchDevices();
  }

  tell(event: PhoneEvent): void {
    const { state, effects } = step(this.state, event);
    this.state = state;
    this.listeners.forEach((listener) => listener());
    this.tones.play(alert(state));
    for (const effect of effects) this.carryOut(effect);
  }

  private carryOut(effect: Effect): void {
    try {
      this.driver.carryOut(effect);
    } catch {
      // JsSIP refuses what the call is not in a state for; where it is over, it says so by itself.
      if (effect.do === "end" && lineOf(this.state, effect.id)) {
        this.tell({ type: "ended", id: effect.id, ending: "failed", at: Date.now() });
      }
    }
  }

  private hold(options: LockOptions): Promise<boolean> {
    if (!("locks" in navigator)) return Promise.resolve(true);
    return new Promise((held) => {
      const kept = navigator.locks.request(LOCK, options, (lock) => {
        held(lock !== null);
        return lock === null ? undefined : new Promise<void>((release) => (this.release = release));
      });
      // Another window took it.
      kept.catch(() => {
        this.release = undefined;
        this.driver.stop();
        this.tell({ type: "link", link: "elsewhere" });
      });
    });
  }

  private let(): void {
    this.release?.();
    this.release = undefined;
  }

  private keep(change: Partial<PhonePreferences>): void {
    this.preferences = { ...this.preferences, ...change };
    localStorage.setItem(KEPT, JSON.stringify(this.preferences));
    this.listeners.forEach((listener) => listener());
  }
}

function readPreferences(): PhonePreferences {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    const known = kept as Partial<PhonePreferences>;
    return { on: known.on === true, microphone: known.microphone, speaker: known.speaker };
  } catch {
    return { on: false };
  }
}

export function usePhoneState(phone: Phone): PhoneState {
  return useSyncExternalStore(phone.subscribe, phone.getState);
}

export function usePhonePreferences(phone: Phone): PhonePreferences {
  return useSyncExternalStore(phone.subscribe, phone.getPreferences);
}

/** Whether leaving the page would end a call. */
export function isBusy(state: PhoneState): boolean {
  return state.lines.some(isLive);
}
