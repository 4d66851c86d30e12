import type { paths } from "../../api/schema";

type Queues = paths["/v1/queues"]["get"]["responses"]["200"]["content"]["application/json"];

export type Queue = Queues["data"][number] & {
  served_soon?: number;
  service_level_s?: number;
  average_wait_s?: number | null;
  callers?: { call: string; waited_s: number }[];
};

/** Of those whose wait is over, how many were put through within the service level; nothing while there is none. */
export function serviceLevel(queue: Pick<Queue, "served" | "left" | "timed_out" | "refused" | "served_soon">): number | undefined {
  const over = queue.served + queue.left + queue.timed_out + queue.refused;
  return over === 0 || queue.served_soon === undefined ? undefined : queue.served_soon / over;
}

/** How long somebody has waited by now, ms: what the server said, and the time since it did (not before it). */
export function waited(seconds: number, since: number): number {
  return seconds * 1_000 + Math.max(0, since);
}
