import { Phone as PhoneIcon } from "lucide-react";
import { useMay } from "../../shell/session";
import { deskTexts } from "../../text/desk";
import { useText } from "../../text/useText";
import { Button } from "../../ui";
import { callNumber } from "../phone/call";

/** Calls whoever wants to be called; nothing where the number is not known or one may not. */
export function CallBack({ number }: { number: string | null | undefined }) {
  const t = useText(deskTexts);
  const may = useMay();
  if (!number || !may("phone:use")) return null;
  return (
    <Button size="small" variant="primary" icon={PhoneIcon} onPress={() => void callNumber(number)}>
      {t("desk.call_back")}
    </Button>
  );
}
