import { Grid3x3, Mic, MicOff, Pause, Phone as PhoneIcon, PhoneForwarded, PhoneOff, Play, Users } from "lucide-react";
import { useState } from "react";
import { phoneTexts } from "../../text/phone";
import { useText } from "../../text/useText";
import { Button, Note } from "../../ui";
import { Keypad } from "./Keypad";
import { type PhoneLine, type PhoneState, consultOf, isCutOff, isTransferring, lineOf } from "./machine";
import { phone } from "./phone";
import styles from "./Phone.module.css";
import { TransferForm } from "./TransferForm";
import { usePartyName } from "./Line";

interface ControlsProps {
  line: PhoneLine;
  state: PhoneState;
}

/** What one can do with a line. */
export function Controls({ line, state }: ControlsProps) {
  const t = useText(phoneTexts);
  if (line.phase === "ended") return null;
  if (line.phase === "ringing") {
    return (
      <div className={styles.answering}>
        <Button variant="primary" size="large" icon={PhoneIcon} className={styles.green} onPress={() => phone.tell({ type: "answer", id: line.id })}>
          {t("phone.answer")}
        </Button>
        <Button variant="danger" size="large" icon={PhoneOff} onPress={() => phone.tell({ type: "hang_up", id: line.id })}>
          {t("phone.decline")}
        </Button>
      </div>
    );
  }
  if (line.phase === "calling") return <HangUp line={line} />;
  return <Talking line={line} state={state} />;
}

function HangUp({ line }: { line: PhoneLine }) {
  const t = useText(phoneTexts);
  return (
    <Button variant="danger" icon={PhoneOff} onPress={() => phone.tell({ type: "hang_up", id: line.id })}>
      {t("phone.hang_up")}
    </Button>
  );
}

type Open = "keys" | "transfer" | undefined;

function Talking({ line, state }: ControlsProps) {
  const t = useText(phoneTexts);
  const [open, setOpen] = useState<Open>();
  const toggle = (which: Open) => setOpen(open === which ? undefined : which);
  return (
    <div className={styles.talking}>
      <TransferNote line={line} />
      <Joining line={line} state={state} />
      <div className={styles.controls}>
        <Button icon={line.muted ? MicOff : Mic} isPressed={line.muted} onPress={() => phone.tell({ type: "mute", id: line.id, muted: !line.muted })}>
          {t("phone.mute")}
        </Button>
        <Button icon={line.held ? Play : Pause} isPressed={line.held} isDisabled={isCutOff(state)} onPress={() => phone.tell({ type: line.held ? "resume" : "hold", id: line.id })}>
          {t(line.held ? "phone.resume" : "phone.hold")}
        </Button>
        <Button icon={Grid3x3} isPressed={open === "keys"} onPress={() => toggle("keys")}>
          {t("phone.keys")}
        </Button>
        {line.consultFor === undefined && (
          <Button icon={PhoneForwarded} isPressed={open === "transfer"} isDisabled={isCutOff(state) || isTransferring(line) || consultOf(state, line) !== undefined} onPress={() => toggle("transfer")}>
            {t("phone.transfer")}
          </Button>
        )}
        <HangUp line={line} />
      </div>
      {open === "keys" && <Keypad onKey={(key) => phone.tell({ type: "key", id: line.id, key })} />}
      {open === "transfer" && <TransferForm line={line} onDone={() => setOpen(undefined)} />}
    </div>
  );
}

/** Caller and colleague can be joined. */
function Joining({ line, state }: ControlsProps) {
  const t = useText(phoneTexts);
  const first = line.consultFor === undefined ? line : lineOf(state, line.consultFor);
  const second = first && consultOf(state, first);
  if (first?.phase !== "talking" || second?.phase !== "talking" || isTransferring(first)) return null;
  return (
    <Button variant="primary" icon={Users} isDisabled={isCutOff(state)} onPress={() => phone.tell({ type: "complete", id: first.id })}>
      {t("phone.join")}
    </Button>
  );
}

function TransferNote({ line }: { line: PhoneLine }) {
  const t = useText(phoneTexts);
  const party = usePartyName();
  if (!line.transfer) return null;
  const { stage, to } = line.transfer;
  return (
    <div role="status">
      <Note tone={stage === "failed" ? "warn" : "accent"}>{t(`phone.stage.${stage}`, { to: party({ number: to }) })}</Note>
    </div>
  );
}
