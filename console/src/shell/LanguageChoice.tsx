import { languageNames, languages } from "../text/language";
import { useText } from "../text/useText";
import { usePreferences } from "./preferences";
import styles from "./SignIn.module.css";
import { shellTexts } from "./texts";

/** All languages, each by its own name. */
export function LanguageChoice() {
  const t = useText(shellTexts);
  const { language, setLanguage } = usePreferences();
  return (
    <div role="group" aria-label={t("shell.language")} className={styles.languages}>
      {languages.map((id) => (
        <button key={id} type="button" lang={id} aria-pressed={id === language} onClick={() => setLanguage(id)}>
          {languageNames[id]}
        </button>
      ))}
    </div>
  );
}
