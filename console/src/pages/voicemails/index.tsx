import { useSearchParams } from "react-router";
import { useMay } from "../../shell/session";
import { useText } from "../../text/useText";
import { voicemailsTexts } from "../../text/voicemails";
import { Page, Tabs } from "../../ui";
import { FollowUps } from "./FollowUps";
import { Messages } from "./Messages";
import { Missed } from "./Missed";

/** Who wants to be called back: by a message, by a call that nobody took, or by what was noted in a call. */
export default function Voicemails() {
  const t = useText(voicemailsTexts);
  const may = useMay();
  const [params, setParams] = useSearchParams();
  const items = [
    { id: "messages", label: t("voicemails.messages"), content: <Messages /> },
    ...(may("calls:read") ? [{ id: "missed", label: t("voicemails.missed"), content: <Missed /> }] : []),
    ...(may("contacts:read") ? [{ id: "to-do", label: t("voicemails.to_do"), content: <FollowUps /> }] : []),
  ];
  return (
    <Page title={t("voicemails.title")} width="narrow">
      <Tabs label={t("voicemails.title")} items={items} selected={params.get("tab") ?? "messages"} onSelect={(tab) => setParams({ tab }, { replace: true })} />
    </Page>
  );
}
