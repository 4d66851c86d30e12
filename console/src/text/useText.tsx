import { IntlMessageFormat } from "intl-messageformat";
import { createContext, useCallback, useContext } from "react";
import type { Language, Phrase, Texts } from "./language";

export type Values = Record<string, string | number | boolean | Date | null | undefined>;

export const LanguageContext = createContext<Language>("en");

/** The language that the person reads. */
export function useLanguage(): Language {
  return useContext(LanguageContext);
}

const compiled = new Map<string, IntlMessageFormat>();

/** A text in one language, with its values filled in. */
export function say(phrase: Phrase, language: Language, values?: Values): string {
  const pattern = phrase[language];
  if (!values && !/[{}'<]/.test(pattern)) return pattern;
  const key = `${language}\n${pattern}`;
  let message = compiled.get(key);
  if (!message) {
    message = new IntlMessageFormat(pattern, language, undefined, { ignoreTag: true });
    compiled.set(key, message);
  }
  return String(message.format(values));
}

/** `const t = useText(callsTexts); t("calls.found", { count })` */
export function useText<T extends Texts>(texts: T): (key: keyof T & string, values?: Values) => string {
  const language = useLanguage();
  return useCallback((key, values) => say(texts[key] as Phrase, language, values), [texts, language]);
}
