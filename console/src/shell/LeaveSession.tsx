import { useState } from "react";
import { useText } from "../text/useText";
import { Button } from "../ui/Button";
import { useToast } from "../ui/Toast";
import { useSession } from "./session";
import { signInTexts } from "./texts";

/** Out of a session that has ended, to the page for signing in: for whoever is somebody else, or signs in in another way. */
export function LeaveSession() {
  const t = useText(signInTexts);
  const toast = useToast();
  const { signOut } = useSession();
  const [isLeaving, setLeaving] = useState(false);
  const leave = () => {
    setLeaving(true);
    void signOut().catch((error: unknown) => {
      setLeaving(false);
      toast.bad(error);
    });
  };
  return (
    <Button variant="quiet" isPending={isLeaving} onPress={leave}>
      {t("signin.again.leave")}
    </Button>
  );
}
