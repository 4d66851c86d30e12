/** Where nodes stand: in columns by how far they are from the start, with few lines that cross. */

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

export const COLUMN = 340;
const GAP = 36;
const SWEEPS = 6;

/** Places of the boxes' upper left corners. Boxes that nothing leads to stand in the first column. */
export function layOut(boxes: readonly Box[], lines: readonly Line[], start: string | null): Map<string, Point> {
  const ids = boxes.map((box) => box.id);
  const known = new Set(ids);
  const ways = lines.filter((line) => known.has(line.from) && known.has(line.to) && line.from !== line.to);
  const forward = withoutCircles(ids, ways, start);
  const columns = ordered(columnsOf(ids, forward), forward);
  const heights = new Map(boxes.map((box) => [box.id, box.height]));
  const places = new Map<string, Point>();
  const tallest = Math.max(0, ...columns.map((column) => heightOf(column, heights)));
  columns.forEach((column, at) => {
    let y = (tallest - heightOf(column, heights)) / 2;
    for (const id of column) {
      places.set(id, { x: at * COLUMN, y: Math.round(y) });
      y += (heights.get(id) ?? 0) + GAP;
    }
  });
  return places;
}

function heightOf(column: readonly string[], heights: ReadonlyMap<string, number>): number {
  return column.reduce((sum, id) => sum + (heights.get(id) ?? 0) + GAP, -GAP);
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

/** Each id in the column behind the last one that leads to it. */
function columnsOf(ids: readonly string[], lines: readonly Line[]): string[][] {
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
  const columns: string[][] = [];
  for (const id of ids) (columns[depth.get(id) ?? 0] ??= []).push(id);
  return Array.from(columns, (column) => column ?? []);
}

/** Each column ordered by where its neighbours stand, to and fro. */
function ordered(columns: string[][], lines: readonly Line[]): string[][] {
  const before = new Map<string, string[]>();
  const behind = new Map<string, string[]>();
  for (const line of lines) {
    before.set(line.to, [...(before.get(line.to) ?? []), line.from]);
    behind.set(line.from, [...(behind.get(line.from) ?? []), line.to]);
  }
  let sorted = columns.map((column) => [...column]);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const place = new Map(sorted.flatMap((column) => column.map((id, at) => [id, at / Math.max(column.length, 1)] as const)));
    const neighbours = sweep % 2 === 0 ? before : behind;
    sorted = sorted.map((column) => {
      const weight = new Map(column.map((id) => [id, mean(neighbours.get(id), place) ?? place.get(id) ?? 0]));
      return [...column].sort((one, other) => (weight.get(one) ?? 0) - (weight.get(other) ?? 0));
    });
  }
  return sorted;
}

function mean(ids: readonly string[] | undefined, place: ReadonlyMap<string, number>): number | undefined {
  if (!ids || ids.length === 0) return undefined;
  return ids.reduce((sum, id) => sum + (place.get(id) ?? 0), 0) / ids.length;
}
