import { useQueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { I18nProvider } from "react-aria-components";
import { send } from "../api/client";
import type { Session } from "../api/types";
import { bestLanguage, languageOf, type Language } from "../text/language";
import { LanguageContext } from "../text/useText";
import { sessionKey } from "./session";

export type Theme = "system" | "light" | "dark";

interface Preferences {
  theme: Theme;
  setTheme: (theme: Theme) => void;
  language: Language;
  setLanguage: (language: Language) => void;
}

const THEME = "callwright.theme";
const LANGUAGE = "callwright.language";
const PreferencesContext = createContext<Preferences | null>(null);

export function usePreferences(): Preferences {
  const preferences = useContext(PreferencesContext);
  if (!preferences) throw new Error("usePreferences outside of PreferencesProvider");
  return preferences;
}

/** Storage may be shut: then nothing is remembered. */
function remembered(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // It counts until the page is closed.
  }
}

function firstTheme(): Theme {
  const theme = remembered(THEME);
  return theme === "light" || theme === "dark" ? theme : "system";
}

/** How a person wants it: look and language. The language goes with the person, the look stays with the browser. */
export function PreferencesProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [theme, chooseTheme] = useState(firstTheme);
  const [language, chooseLanguage] = useState(() => bestLanguage([remembered(LANGUAGE), ...navigator.languages]));

  useEffect(() => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  const setTheme = useCallback((next: Theme) => {
    chooseTheme(next);
    remember(THEME, next);
  }, []);
  const setLanguage = useCallback(
    (next: Language) => {
      chooseLanguage(next);
      remember(LANGUAGE, next);
      const session = client.getQueryData<Session | null>(sessionKey);
      if (!session || languageOf(session.user.language) === next) return;
      client.setQueryData(sessionKey, { ...session, user: { ...session.user, language: next } });
      // Where it cannot be kept with the person, this browser still remembers it.
      send("PATCH", "/v1/session/user", { body: { language: next } }).catch(() => undefined);
    },
    [client],
  );

  const preferences = useMemo(() => ({ theme, setTheme, language, setLanguage }), [theme, setTheme, language, setLanguage]);
  return (
    <PreferencesContext value={preferences}>
      <LanguageContext value={language}>
        <I18nProvider locale={language}>{children}</I18nProvider>
      </LanguageContext>
    </PreferencesContext>
  );
}

/** Takes over the language that the person chose elsewhere, where this browser has none of its own. */
export function useLanguageOfPerson(tag: string | null | undefined): void {
  const { setLanguage } = usePreferences();
  useEffect(() => {
    const language = languageOf(tag);
    if (language && !remembered(LANGUAGE)) setLanguage(language);
  }, [tag, setLanguage]);
}
