/** Which column of the table holds what: read from the campaign's text, and written into it. */

import { parse } from "yaml";
import { remove, setScalar } from "../../yaml/edit";

export const ROLES = ["number", "name", "language", "time_zone", "appointment"] as const;
export type Role = (typeof ROLES)[number];

interface CampaignText {
  name?: unknown;
  audience?: { columns?: Record<string, unknown> };
}

function read(yaml: string): CampaignText {
  try {
    const known: unknown = parse(yaml);
    return typeof known === "object" && known !== null ? known : {};
  } catch {
    return {};
  }
}

/** The name of the campaign in its text. */
export function nameIn(yaml: string): string {
  const { name } = read(yaml);
  return typeof name === "string" ? name : "";
}

export function withName(yaml: string, name: string): string {
  return setScalar(yaml, ["name"], name);
}

/** The column that holds it: as the text says, or by the name that counts where it says nothing. */
export function columnOf(yaml: string, role: Role, headings: readonly string[]): string | undefined {
  const said = read(yaml).audience?.columns?.[role];
  const wanted = (typeof said === "string" ? said : role).toLowerCase();
  return headings.find((heading) => heading.toLowerCase() === wanted);
}

/** Says in the text that this column holds it; without a column, that none does. */
export function withColumn(yaml: string, role: Role, heading: string | undefined): string {
  const path = ["audience", "columns", role];
  if (heading !== undefined) return setScalar(yaml, path, heading);
  return read(yaml).audience?.columns?.[role] === undefined ? yaml : remove(yaml, path);
}
