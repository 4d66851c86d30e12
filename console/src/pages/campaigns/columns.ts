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

/** Headings by which people call such a column, in any of our languages. */
const USUAL: Record<Role, RegExp> = {
  number: /^(phone|phone number|number|mobile|tel\.?|telefon|telefonnummer|rufnummer|handy|nummer|tel[eé]fono|n[uú]mero|t[eé]l[eé]phone|num[eé]ro|portable|telefono|numero|cellulare)$/i,
  name: /^(name|full name|kontakt|kunde|vor- und nachname|nombre|nom|nom complet|nome|cliente|client)$/i,
  language: /^(language|lang|sprache|idioma|langue|lingua)$/i,
  time_zone: /^(time[ _]?zone|zeitzone|zona horaria|fuseau( horaire)?|fuso( orario)?)$/i,
  appointment: /^(appointment|date|time|termin|cita|fecha|rendez-vous|rdv|appuntamento|data)$/i,
};

/** The text with a column for all that it does not find in the table, as far as the headings tell. */
export function withGuesses(yaml: string, headings: readonly string[]): string {
  return ROLES.reduce((text, role) => {
    if (columnOf(text, role, headings) !== undefined) return text;
    const guess = headings.find((heading) => USUAL[role].test(heading.trim()));
    return guess === undefined ? text : withColumn(text, role, guess);
  }, yaml);
}
