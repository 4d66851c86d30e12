/** The campaigns that come with the program, as they are in `templates/`. */

const texts = import.meta.glob<string>("../../../../templates/*/campaign.yaml", { query: "?raw", import: "default" });
const tables = import.meta.glob<string>("../../../../templates/*/contacts.csv", { query: "?raw", import: "default" });

export const templates = [
  "appointment-reminder",
  "survey",
  "delivery-notice",
  "payment-reminder",
  "call-back",
  "lead-qualification",
  "one-time-code",
  "emergency-alert",
] as const;
export type TemplateName = (typeof templates)[number];

export interface Template {
  readonly yaml: string;
  readonly table: string;
}

export async function loadTemplate(name: TemplateName): Promise<Template> {
  const [yaml, table] = await Promise.all([read(texts, name, "campaign.yaml"), read(tables, name, "contacts.csv")]);
  return { yaml, table };
}

async function read(files: Record<string, () => Promise<string>>, name: TemplateName, file: string): Promise<string> {
  const found = Object.entries(files).find(([path]) => path.endsWith(`/${name}/${file}`));
  return (await found?.[1]()) ?? "";
}
