/** The first lines of a table, to show what is in its columns. The server reads the whole of it. */

export interface TableHead {
  readonly headings: readonly string[];
  /** The first rows below. */
  readonly rows: readonly (readonly string[])[];
}

/** Enough of a file to see its first rows, bytes. */
export const HEAD_BYTES = 64 * 1024;

/** The headings and the first `most` rows; nothing where there are no headings. */
export function readHead(text: string, most = 3): TableHead | undefined {
  const clean = text.replace(/^\uFEFF/, "");
  const records = readRecords(clean, delimiterOf(clean), most + 1);
  const [headings, ...rows] = records;
  if (!headings || headings.every((heading) => heading.trim() === "")) return undefined;
  return { headings: headings.map((heading) => heading.trim()), rows };
}

/** Whichever of comma, semicolon and tabulator the first line has most of. */
export function delimiterOf(text: string): string {
  const first = text.split(/\r?\n/, 1)[0] ?? "";
  const count = (delimiter: string) => first.split(delimiter).length;
  return [",", ";", "\t"].reduce((best, one) => (count(one) > count(best) ? one : best));
}

/** Records as RFC 4180 has them, at most so many; empty lines are none. */
function readRecords(text: string, delimiter: string, most: number): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let cell = "";
  let quoted = false;
  const endRecord = () => {
    record.push(cell);
    if (record.some((it) => it !== "")) records.push(record);
    record = [];
    cell = "";
  };
  for (let at = 0; at < text.length && records.length < most; at += 1) {
    const char = text.charAt(at);
    if (quoted && char === '"' && text.charAt(at + 1) === '"') {
      cell += '"';
      at += 1;
    } else if (char === '"' && (quoted || cell === "")) {
      quoted = !quoted;
    } else if (quoted) {
      cell += char;
    } else if (char === delimiter) {
      record.push(cell);
      cell = "";
    } else if (char === "\n") {
      endRecord();
    } else if (char !== "\r") {
      cell += char;
    }
  }
  if (records.length < most && (cell !== "" || record.length > 0)) endRecord();
  return records;
}
