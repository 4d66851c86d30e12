/** What happens in all calls, by one WebSocket that every page of the console shares. */
import { useEffect, useRef, useSyncExternalStore } from "react";

/** A message of `GET /v1/live`: its `type` says what it is; nearly all are of a `call`. */
export interface LiveMessage {
  type: string;
  call?: string;
  [more: string]: unknown;
}

export type LiveState = "off" | "connecting" | "on" | "lost";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** The server lets go of a page that does not come back: half a minute without a page that listens. */
const LINGER_MS = 30_000;

class LiveSocket {
  private socket: WebSocket | undefined;
  private readonly listeners = new Set<(message: LiveMessage) => void>();
  private readonly watchers = new Set<() => void>();
  private state: LiveState = "off";
  private wait = FIRST_WAIT_MS;
  private timer: ReturnType<typeof setTimeout> | undefined;

  listen(listener: (message: LiveMessage) => void): () => void {
    this.listeners.add(listener);
    clearTimeout(this.timer);
    if (!this.socket) this.open();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.close(), LINGER_MS);
    };
  }

  readonly watch = (watcher: () => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  readonly current = () => this.state;

  /** Ends it at once: at signing out. */
  close(): void {
    clearTimeout(this.timer);
    const { socket } = this;
    this.socket = undefined;
    socket?.close();
    this.become("off");
  }

  private become(state: LiveState): void {
    this.state = state;
    this.watchers.forEach((watcher) => watcher());
  }

  private open(): void {
    const url = new URL("/v1/live", location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url, "callwright");
    this.socket = socket;
    this.become(this.state === "lost" ? "lost" : "connecting");
    socket.onopen = () => {
      this.wait = FIRST_WAIT_MS;
      const again = this.state === "lost";
      this.become("on");
      // What happened meanwhile was not told: pages read anew.
      if (again) this.tell({ type: "missed", events: 0 });
    };
    socket.onmessage = ({ data }) => this.tell(JSON.parse(String(data)) as LiveMessage);
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      if (this.listeners.size === 0) return this.become("off");
      this.become("lost");
      this.timer = setTimeout(() => this.open(), this.wait);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
    };
  }

  private tell(message: LiveMessage): void {
    this.listeners.forEach((listener) => listener(message));
  }
}

export const live = new LiveSocket();

/** Hears what happens in all calls while the page is shown. After `missed`, read anew what you show. */
export function useLive(listener: (message: LiveMessage) => void, enabled = true): void {
  const current = useRef(listener);
  useEffect(() => {
    current.current = listener;
  });
  useEffect(() => (enabled ? live.listen((message) => current.current(message)) : undefined), [enabled]);
}

/** Whether the connection for live events stands. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(live.watch, live.current);
}
