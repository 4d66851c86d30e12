/** A contact as it stands in the form, and the change that comes of it. */

import type { components } from "../../api/schema";

type Contact = components["schemas"]["Contact"];

export interface ContactForm {
  readonly name: string;
  readonly language: string;
  readonly time_zone: string;
  readonly country: string;
  readonly tags: string;
  readonly numbers: string;
  readonly notes: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
}

export function formOf(contact: Contact): ContactForm {
  const fields = Object.entries(contact.fields as Record<string, unknown>).filter(([, value]) => typeof value !== "object");
  return {
    name: contact.name ?? "",
    language: contact.language ?? "",
    time_zone: contact.time_zone ?? "",
    country: contact.country ?? "",
    tags: contact.tags.join(", "),
    numbers: contact.numbers.map(({ number, label }) => `${number} ${label ?? ""}`.trim()).join("\n"),
    notes: contact.notes,
    fields: fields.map(([name, value]) => ({ name, value: String(value) })),
  };
}

/** Only what is another: fields that are as they were keep their type, and those that are gone become null. */
export function changeOf(contact: Contact, form: ContactForm): Record<string, unknown> {
  const before = formOf(contact);
  const change: Record<string, unknown> = {};
  for (const key of ["name", "language", "time_zone", "country"] as const) {
    if (form[key] !== before[key]) change[key] = form[key].trim() || null;
  }
  if (form.tags !== before.tags) change["tags"] = listed(form.tags);
  if (form.numbers !== before.numbers) change["numbers"] = numbersIn(form.numbers);
  if (form.notes !== before.notes) change["notes"] = form.notes;
  const fields = changedFields(before, form);
  if (Object.keys(fields).length > 0) change["fields"] = fields;
  return change;
}

function changedFields(before: ContactForm, form: ContactForm): Record<string, string | null> {
  const old = new Map(before.fields.map(({ name, value }) => [name, value]));
  const now = new Map(form.fields.map(({ name, value }) => [name.trim(), value]));
  const fields: Record<string, string | null> = {};
  for (const [name, value] of now) if (name !== "" && old.get(name) !== value) fields[name] = value;
  for (const name of old.keys()) if (!now.has(name)) fields[name] = null;
  return fields;
}

/** Words parted by commas, each once. */
export function listed(text: string): string[] {
  return [...new Set(text.split(",").map((word) => word.trim()).filter((word) => word !== ""))];
}

/** Numbers, one a line, with what they are behind them. */
function numbersIn(text: string): { number: string; label: string }[] {
  return text.split("\n").flatMap((line) => {
    const [, number, label] = /^\s*([+\d(][\d\s()/.\-–]*\d|\S+)\s*(.*?)\s*$/.exec(line) ?? [];
    return number ? [{ number, label: label ?? "" }] : [];
  });
}
