/** The languages of the console. */
export const languages = ["de", "en", "es", "fr", "it"] as const;
export type Language = (typeof languages)[number];

/** One text in every language, in ICU message syntax. */
export type Phrase = Readonly<Record<Language, string>>;
/** The texts of an area: `"area.key": { de, en, es, fr, it }`. */
export type Texts = Readonly<Record<string, Phrase>>;

/** What each language calls itself. */
export const languageNames: Readonly<Record<Language, string>> = {
  de: "Deutsch",
  en: "English",
  es: "Español",
  fr: "Français",
  it: "Italiano",
};

/** The language of ours that a BCP 47 tag asks for. */
export function languageOf(tag: string | null | undefined): Language | undefined {
  const primary = tag?.toLowerCase().split("-")[0];
  return languages.find((language) => language === primary);
}

/** The first of the wanted tags that we speak; English where there is none. */
export function bestLanguage(wanted: readonly (string | null | undefined)[]): Language {
  for (const tag of wanted) {
    const language = languageOf(tag);
    if (language) return language;
  }
  return "en";
}
