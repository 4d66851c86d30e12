import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { send } from "../api/client";
import { ApiError } from "../api/problem";
import type { Session } from "../api/types";
import { Button } from "../ui/Button";
import { ErrorNote } from "../ui/Empty";
import { TextField } from "../ui/Field";
import { useText } from "../text/useText";
import { signInAddress } from "./openIdOutcome";
import { sessionKey } from "./session";
import styles from "./SignIn.module.css";
import { signInTexts } from "./texts";

interface LinkProps {
  name: string;
  url: string;
  /** There is no other way to sign in. */
  isAlone?: boolean;
}

/** Leads to the provider's page, and from there back to this one. */
export function OpenIdLink({ name, url, isAlone }: LinkProps) {
  const t = useText(signInTexts);
  return (
    <>
      {!isAlone && <p className={styles.or}>{t("signin.or")}</p>}
      <a href={signInAddress(url)} className={styles.openid}>
        {t("signin.with", { name })}
      </a>
    </>
  );
}

interface CodeProps {
  /** Begins anew; with a word that says why. */
  onBack: (why: string | null) => void;
}

/** The one-time code that Callwright asks for after the provider. */
export function OpenIdCode({ onBack }: CodeProps) {
  const t = useText(signInTexts);
  const client = useQueryClient();
  const [code, setCode] = useState("");
  const [isPending, setPending] = useState(false);
  const [isWrong, setWrong] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  const give = async () => {
    setPending(true);
    setWrong(false);
    setFailure(null);
    try {
      const body = { code: code.replace(/\s/g, "") };
      client.setQueryData(sessionKey, await send<Session>("POST", "/v1/session/openid/code", { body }));
    } catch (error) {
      const why = error instanceof ApiError ? error.problem["code"] : undefined;
      if (why === "wrong") setWrong(true);
      else if (why === "expired") onBack("expired");
      else setFailure(error);
    } finally {
      setPending(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isPending) void give();
  };
  return (
    <form onSubmit={submit} className={styles.form} noValidate>
      {failure !== null && <ErrorNote error={failure} />}
      <TextField
        label={t("signin.code")}
        hint={t("signin.code.hint")}
        error={isWrong ? t("signin.wrong_code") : null}
        value={code}
        onChange={setCode}
        autoComplete="one-time-code"
        autoFocus
        isMono
      />
      <Button type="submit" variant="primary" size="large" isPending={isPending}>
        {t("signin.title")}
      </Button>
      <Button variant="quiet" onPress={() => onBack(null)}>
        {t("signin.back")}
      </Button>
    </form>
  );
}
