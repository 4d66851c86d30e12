/** Calls from anywhere in the console: what a number does when it is pressed. */

import { phone } from "./phone";

type Listener = () => void;
const openers = new Set<Listener>();

/** Whoever shows the phone is told to open. */
export function onOpenPhone(listener: Listener): () => void {
  openers.add(listener);
  return () => openers.delete(listener);
}

export function openPhone(): void {
  openers.forEach((listener) => listener());
}

/** Calls a number; switches the phone on before, where it is off. Gives the line, or nothing where it cannot call. */
export async function callNumber(number: string, name?: string): Promise<string | undefined> {
  if (!(await readyPhone())) return undefined;
  return phone.dial(number, name);
}

/** So long a phone is waited for that does not come to be ready, ms. */
const PATIENCE_MS = 15_000;

/** Shows the phone, switches it on where it is off, and waits until it can be rung; whether it came to that. */
export async function readyPhone(): Promise<boolean> {
  openPhone();
  const link = () => phone.getState().link;
  if (link() === "ready") return true;
  await phone.switchOn();
  if (link() !== "connecting" && link() !== "lost") return link() === "ready";
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop();
      resolve(link() === "ready");
    };
    const timer = setTimeout(done, PATIENCE_MS);
    const stop = phone.subscribe(() => {
      if (link() !== "connecting" && link() !== "lost") done();
    });
  });
}
