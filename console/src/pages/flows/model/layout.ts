/** Where nodes stand: in rows by how far they are from the start, with few lines that cross. */

export interface Box {
  id: string;
  height: number;
}

export interface Line {
  from: string;
  to: string;
}

export interface Point {
  x: number;
  y: number;
}

/** How wide a box is, and the room beside and below it, px. */
export const WIDTH = 264;
const BESIDE = 64;
const BELOW = 72;
const SWEEPS = 6;

/** Places of the boxes' upper left corners. Boxes that nothing leads to stand in the first row. */
export function layOut(boxes: readonly Box[], lines: readonly Line[], start: string | null): Map<string, Point> {
  const ids = boxes.map((box) => box.id);
  const known = new Set(ids);
  const ways = lines.filter((line) => known.has(line.from) && known.has(line.to) && line.from !== line.to);
  const forward = withoutCircles(ids, ways, start);
  const rows = ordered(rowsOf(ids, forward), forward);
  const heights = new Map(boxes.map((box) => [box.id, box.height]));
  const places = new Map<string, Point>();
  let y = 0;
  for (const row of rows) {
    const left = -(row.length * (WIDTH + BESIDE) - BESIDE) / 2;
    row.forEach((id, at) => places.set(id, { x: Math.round(left + at * (WIDTH + BESIDE)), y }));
    y += Math.max(0, ...row.map((id) => heights.get(id) ?? 0)) + BELOW;
  }
  return places;
}

/** The lines without those that lead back, as a walk from the start finds them. */
function withoutCircles(ids: readonly string[], lines: readonly Line[], start: string | null): Line[] {
  const out = new Map<string, Line[]>();
  for (const line of lines) out.set(line.from, [...(out.get(line.from) ?? []), line]);
  const state = new Map<string, "open" | "done">();
  const kept: Line[] = [];
  const walk = (first: string) => {
    const stack = [{ id: first, at: 0 }];
    state.set(first, "open");
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const line = out.get(top.id)?.[top.at];
      if (!line) {
        state.set(top.id, "done");
        stack.pop();
        continue;
      }
      top.at += 1;
      const seen = state.get(line.to);
      if (seen === "open") continue;
      kept.push(line);
      if (seen === undefined) {
        state.set(line.to, "open");
        stack.push({ id: line.to, at: 0 });
      }
    }
  };
  for (const id of start === null ? ids : [start, ...ids]) {
    if (!state.has(id) && (id !== start || ids.includes(id))) walk(id);
  }
  return kept;
}

/** Each id in the row below the last one that leads to it. */
function rowsOf(ids: readonly string[], lines: readonly Line[]): string[][] {
  const into = new Map<string, number>(ids.map((id) => [id, 0]));
  for (const line of lines) into.set(line.to, (into.get(line.to) ?? 0) + 1);
  const depth = new Map<string, number>(ids.map((id) => [id, 0]));
  const waiting = ids.filter((id) => into.get(id) === 0);
  for (let at = 0; at < waiting.length; at += 1) {
    const id = waiting[at] ?? "";
    for (const line of lines.filter((known) => known.from === id)) {
      depth.set(line.to, Math.max(depth.get(line.to) ?? 0, (depth.get(id) ?? 0) + 1));
      const left = (into.get(line.to) ?? 1) - 1;
      into.set(line.to, left);
      if (left === 0) waiting.push(line.to);
    }
  }
  const rows: string[][] = [];
  for (const id of ids) (rows[depth.get(id) ?? 0] ??= []).push(id);
  return Array.from(rows, (row) => row ?? []);
}

/** Each row ordered by where its neighbours stand, to and fro. */
function ordered(rows: string[][], lines: readonly Line[]): string[][] {
  const before = new Map<string, string[]>();
  const behind = new Map<string, string[]>();
  for (const line of lines) {
    before.set(line.to, [...(before.get(line.to) ?? []), line.from]);
    behind.set(line.from, [...(behind.get(line.from) ?? []), line.to]);
  }
  let sorted = rows.map((row) => [...row]);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const place = new Map(sorted.flatMap((row) => row.map((id, at) => [id, at - (row.length - 1) / 2] as const)));
    const neighbours = sweep % 2 === 0 ? before : behind;
    sorted = sorted.map((row) => {
      const weight = new Map(row.map((id) => [id, mean(neighbours.get(id), place) ?? place.get(id) ?? 0]));
      return [...row].sort((one, other) => (weight.get(one) ?? 0) - (weight.get(other) ?? 0));
    });
  }
  return sorted;
}

function mean(ids: readonly string[] | undefined, place: ReadonlyMap<string, number>): number | undefined {
  if (!ids || ids.length === 0) return undefined;
  return ids.reduce((sum, id) => sum + (place.get(id) ?? 0), 0) / ids.length;
}
