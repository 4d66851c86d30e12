/** The scripts of queues, as `GET /v1/settings` has them. */

import { ApiError } from "../../api/problem";

export type Scripts = Readonly<Record<string, string>>;

/** The longest script, as the server has it, bytes. */
export const LONGEST = 8 * 1024;

/** All queues that are known, by name: those where somebody waited, and those with a script. */
export function queueNames(queues: readonly { name: string }[], scripts: Scripts): string[] {
  return [...new Set([...queues.map(({ name }) => name), ...Object.keys(scripts)])].sort((a, b) => a.localeCompare(b));
}

/** With this script for a queue; an empty one is none. */
export function withScript(scripts: Scripts, queue: string, text: string): Scripts {
  const others = Object.entries(scripts).filter(([name]) => name !== queue);
  return Object.fromEntries(text.trim() === "" ? others : [...others, [queue, text]]);
}

/** Whether the server takes so much of it. */
export function fits(text: string): boolean {
  return new TextEncoder().encode(text).length <= LONGEST;
}

/** What the server says is wrong with the script of a queue; the whole, where it names none. */
export function faultsOf(error: unknown, queue: string): string | null {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : null;
  const { faults } = error.problem;
  const known = Array.isArray(faults) ? (faults as { field?: unknown; message?: unknown }[]) : [];
  const own = known.filter(({ field }) => field === queue).map(({ message }) => String(message));
  return own.length > 0 ? own.join("; ") : error.message;
}
