/** The calls in which one takes part, kept above the pages: they go on when another page is opened. */

import { useSyncExternalStore } from "react";
import type { LiveMessage } from "./model";
import { type Parts, answeredOrRinging, told, without } from "./parts";

/** Looks a little later than the ringing ends, ms. */
const AFTER_MS = 50;

export class Supervising {
  private parts: Parts = new Map();
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getParts = (): Parts => this.parts;

  change(how: (parts: Parts) => Parts): void {
    const parts = how(this.parts);
    if (parts === this.parts) return;
    this.parts = parts;
    this.forgetLater();
    this.listeners.forEach((listener) => listener());
  }

  /** What the server tells of all calls; `own` is the name of the member whose phone is one's own. */
  hear(message: LiveMessage, own: string | undefined): void {
    if (message.type === "supervision" && message.member === own) this.change((parts) => told(parts, message.call, message.mode));
    else if (message.type === "state" && message.state === "ended") this.change((parts) => without(parts, message.call));
  }

  /** Nobody takes part any more: whoever signs in next in this window is somebody else. */
  clear(): void {
    this.change((parts) => (parts.size === 0 ? parts : new Map()));
  }

  /** A phone that nobody answers stops ringing without a word of the server's. */
  private forgetLater(): void {
    clearTimeout(this.timer);
    const ends = [...this.parts.values()].flatMap(({ ringsUntil }) => ringsUntil ?? []);
    if (ends.length === 0) return;
    const wait = Math.max(0, Math.min(...ends) - Date.now()) + AFTER_MS;
    this.timer = setTimeout(() => this.change((parts) => answeredOrRinging(parts, Date.now())), wait);
  }
}

/** Of this window. */
export const supervising = new Supervising();

export function useSupervised(): Parts {
  return useSyncExternalStore(supervising.subscribe, supervising.getParts);
}
