import { Dialog } from "../ui/Dialog";
import { useAllShortcuts } from "../ui/shortcuts";
import { useText } from "../text/useText";
import styles from "./Help.module.css";
import { shellTexts } from "./texts";

const names: Record<string, string> = { " ": "␣", ArrowLeft: "←", ArrowRight: "→", Enter: "↵", Escape: "Esc" };

/** Every key that does something now. */
export function Help({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const t = useText(shellTexts);
  const all = useAllShortcuts();
  if (!isOpen) return null;
  const rows = [
    { keys: "j", also: "k", does: t("shell.help.rows") },
    { keys: "Enter", does: t("shell.help.open") },
  ];
  const listed = all();
  const here = listed.filter(({ keys }) => !keys.startsWith("g "));
  const go = listed.filter(({ keys }) => keys.startsWith("g "));
  return (
    <Dialog title={t("shell.help")} isOpen onClose={onClose} size="large">
      <div className={styles.columns}>
        <dl className={styles.list}>
          {[...here, ...rows].map((entry) => (
            <div key={entry.keys + entry.does}>
              <dt>{entry.does}</dt>
              <dd>
                <Keys keys={entry.keys} />
                {"also" in entry && entry.also && <Keys keys={entry.also} />}
              </dd>
            </div>
          ))}
        </dl>
        <dl className={styles.list}>
          {go.map(({ keys, does }) => (
            <div key={keys}>
              <dt>{does}</dt>
              <dd>
                <Keys keys={keys} />
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </Dialog>
  );
}

function Keys({ keys }: { keys: string }) {
  const t = useText(shellTexts);
  const parts = keys === " " ? [keys] : keys.split(" ");
  return parts.map((key, index) => (
    <span key={index}>
      {index > 0 && <span className={styles.then}> {t("shell.help.then")} </span>}
      <kbd className={styles.key}>{names[key] ?? key}</kbd>
    </span>
  ));
}
