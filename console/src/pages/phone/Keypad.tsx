import { Button as AriaButton } from "react-aria-components";
import { phoneTexts } from "../../text/phone";
import { useText } from "../../text/useText";
import styles from "./Phone.module.css";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;
const LETTERS: Partial<Record<string, string>> = { 2: "abc", 3: "def", 4: "ghi", 5: "jkl", 6: "mno", 7: "pqrs", 8: "tuv", 9: "wxyz", 0: "+" };

/** The twelve keys of a phone. */
export function Keypad({ onKey }: { onKey: (key: string) => void }) {
  const t = useText(phoneTexts);
  const spoken = (key: string) => (key === "*" ? t("phone.star") : key === "#" ? t("phone.hash") : key);
  return (
    <div className={styles.keypad} role="group" aria-label={t("phone.keys")}>
      {KEYS.map((key) => (
        <AriaButton key={key} className={styles.key ?? ""} aria-label={t("phone.key", { key: spoken(key) })} onPress={() => onKey(key)}>
          <span>{key}</span>
          <small aria-hidden>{LETTERS[key] ?? ""}</small>
        </AriaButton>
      ))}
    </div>
  );
}
