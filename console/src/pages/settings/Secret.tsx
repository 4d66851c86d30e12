import { Copy } from "lucide-react";

import { settingsTexts } from "../../text/settings";
import { useText } from "../../text/useText";
import { Button, useToast } from "../../ui";
import styles from "./settings.module.css";

/** Something that is shown once, with a button that copies it. */
export function Secret({ label, value }: { label: string; value: string }) {
  const t = useText(settingsTexts);
  const toast = useToast();
  const copy = () => {
    navigator.clipboard.writeText(value).then(() => toast.good(t("settings.copied")), toast.bad);
  };
  return (
    <div>
      <p className={styles.muted}>{label}</p>
      <div className={styles.secret}>
        <code>{value}</code>
        <Button size="small" icon={Copy} onPress={copy}>
          {t("settings.copy")}
        </Button>
      </div>
    </div>
  );
}
