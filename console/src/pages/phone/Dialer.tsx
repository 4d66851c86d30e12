import { Phone as PhoneIcon } from "lucide-react";
import { useState } from "react";
import { phoneTexts } from "../../text/phone";
import { useText } from "../../text/useText";
import { Button, TextField } from "../../ui";
import { callNumber } from "./call";
import { dialable } from "./dialable";
import { Keypad } from "./Keypad";
import styles from "./Phone.module.css";

interface DialerProps {
  /** With the twelve keys. */
  keys?: boolean;
  initial?: string;
}

/** A number to call. */
export function Dialer({ keys, initial = "" }: DialerProps) {
  const t = useText(phoneTexts);
  const [to, setTo] = useState(initial);
  const call = () => {
    if (to.trim() === "") return;
    void callNumber(dialable(to)).then((line) => line !== undefined && setTo(""));
  };
  return (
    <form
      className={styles.dialer}
      onSubmit={(event) => {
        event.preventDefault();
        call();
      }}
    >
      <div className={styles.dialRow}>
        <TextField label={t("phone.dial")} isLabelHidden placeholder={t("phone.dial")} value={to} onChange={setTo} inputMode="tel" autoComplete="off" spellCheck={false} className={styles.grow} />
        <Button type="submit" variant="primary" icon={PhoneIcon} isDisabled={to.trim() === ""}>
          {t("phone.call")}
        </Button>
      </div>
      {keys && <Keypad onKey={(key) => setTo((typed) => typed + key)} />}
    </form>
  );
}
