import { useEffect } from "react";
import { PowerOff } from "lucide-react";
import { useSearchParams } from "react-router";
import { useMay, useSession } from "../../shell/session";
import { phoneTexts } from "../../text/phone";
import { useText } from "../../text/useText";
import { Button, Columns, Empty, Page, Panel } from "../../ui";
import { Beside } from "./Beside";
import { callNumber } from "./call";
import { Colleagues } from "./Colleagues";
import { Devices } from "./Devices";
import { Dialer } from "./Dialer";
import { Lines } from "./Dock";
import { isLive, lineOf } from "./machine";
import { phone } from "./phone";
import styles from "./Phone.module.css";
import { Away, LinkBadge, Power } from "./Power";
import { usePhoneState } from "./store";

/** The phone with everything around it: the contact and its history, colleagues, devices. */
export default function PhonePage() {
  const t = useText(phoneTexts);
  const may = useMay();
  if (!may("phone:use")) {
    return (
      <Page title={t("phone.title")}>
        <Empty title={t("phone.no_rights")} />
      </Page>
    );
  }
  return <WholePhone />;
}

function WholePhone() {
  const t = useText(phoneTexts);
  const state = usePhoneState(phone);
  const { user } = useSession();
  const wanted = useWantedNumber();
  const line = lineOf(state, state.focus) ?? state.lines[0];
  const on = state.link !== "off" && state.link !== "elsewhere" && state.link !== "refused";
  const off = on && (
    <Button icon={PowerOff} variant="quiet" isDisabled={state.lines.some(isLive)} onPress={() => phone.switchOff()}>
      {t("phone.turn_off")}
    </Button>
  );
  return (
    <Page title={t("phone.title")} badges={<LinkBadge link={state.link} />} actions={off}>
      <Power link={state.link} />
      <Columns
        aside={
          <>
            {line ? <Beside line={line} /> : null}
            <Colleagues own={user.member} />
            <Devices />
          </>
        }
      >
        <Panel>
          <div className={styles.stack}>
            <Lines state={state} />
            {!state.lines.some(isLive) && <Dialer key={wanted} keys initial={wanted} />}
            <Away />
          </div>
        </Panel>
      </Columns>
    </Page>
  );
}

/** `/phone?call=NUMBER` calls it, where the phone is on; else it stands ready to be called. */
function useWantedNumber(): string {
  const [search, setSearch] = useSearchParams();
  const number = search.get("call") ?? "";
  useEffect(() => {
    if (number === "" || phone.getState().link !== "ready") return;
    setSearch({}, { replace: true });
    void callNumber(number);
  }, [number, setSearch]);
  return number;
}
