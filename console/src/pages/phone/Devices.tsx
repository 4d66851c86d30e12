import { Bell, Mic } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { phoneTexts } from "../../text/phone";
import { useText } from "../../text/useText";
import { Button, Note, Panel, Select, useToast } from "../../ui";
import { phone } from "./phone";
import styles from "./Phone.module.css";
import { usePhonePreferences } from "./store";

const DEFAULT = "default";

/** Which microphone and speaker, and whether calls are told of by the system. */
export function Devices() {
  const t = useText(phoneTexts);
  const { devices, state, allow } = useDevices();
  return (
    <Panel title={t("phone.devices")}>
      <div className={styles.stack}>
        {state === "denied" && <Note tone="warn">{t("phone.microphone_denied")}</Note>}
        {state === "asked" && (
          <Button icon={Mic} onPress={() => void allow()}>
            {t("phone.allow_microphone")}
          </Button>
        )}
        {state === "allowed" && <Device kind="microphone" devices={devices.filter((it) => it.kind === "audioinput")} />}
        {state === "allowed" && "setSinkId" in HTMLMediaElement.prototype && <Device kind="speaker" devices={devices.filter((it) => it.kind === "audiooutput")} />}
        <Notifications />
      </div>
    </Panel>
  );
}

function Device({ kind, devices }: { kind: "microphone" | "speaker"; devices: MediaDeviceInfo[] }) {
  const t = useText(phoneTexts);
  const toast = useToast();
  const chosen = usePhonePreferences(phone)[kind];
  const known = devices.filter((device) => device.deviceId !== "" && device.deviceId !== DEFAULT);
  const options = [
    { id: DEFAULT, label: t("phone.default_device") },
    ...known.map((device, n) => ({ id: device.deviceId, label: device.label || t("phone.unnamed_device", { n: n + 1 }) })),
  ];
  const value = options.some((option) => option.id === chosen) ? (chosen ?? DEFAULT) : DEFAULT;
  const choose = (id: string) => void phone.useDevice(kind, id === DEFAULT ? "" : id).catch(toast.bad);
  return <Select label={t(`phone.${kind}`)} value={value} options={options} onChange={choose} />;
}

type Permission = "asked" | "allowed" | "denied";

function useDevices() {
  const [devices, setDevices] = useState<MediaDeviceInfo[]>([]);
  const [state, setState] = useState<Permission>("asked");
  const read = useCallback(async () => {
    // Without a secure origin the browser has no devices at all.
    const found = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    setDevices(found);
    if (found.some((device) => device.label !== "")) setState("allowed");
  }, []);
  useEffect(() => {
    void read();
    const { mediaDevices } = navigator;
    const again = () => void read();
    mediaDevices?.addEventListener("devicechange", again);
    return () => mediaDevices?.removeEventListener("devicechange", again);
  }, [read]);
  const allow = async () => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      stream.getTracks().forEach((track) => track.stop());
      setState("allowed");
      await read();
    } catch {
      setState("denied");
    }
  };
  return { devices, state, allow };
}

function Notifications() {
  const t = useText(phoneTexts);
  const [permission, setPermission] = useState(() => ("Notification" in window ? Notification.permission : "denied"));
  if (permission === "granted") return <p className={styles.muted}>{t("phone.notify_on")}</p>;
  if (permission === "denied") return <p className={styles.muted}>{t("phone.notify_denied")}</p>;
  return (
    <Button icon={Bell} onPress={() => void Notification.requestPermission().then(setPermission)}>
      {t("phone.notify")}
    </Button>
  );
}
