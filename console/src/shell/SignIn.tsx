import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent, type ReactNode } from "react";
import { send } from "../api/client";
import { ApiError } from "../api/problem";
import type { Session, SignInOptions } from "../api/types";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { ErrorNote, Note } from "../ui/Empty";
import { TextField } from "../ui/Field";
import { useText } from "../text/useText";
import { LanguageChoice } from "./LanguageChoice";
import { LeaveSession } from "./LeaveSession";
import { Logo } from "./Logo";
import { sessionKey } from "./session";
import { OpenIdCode, OpenIdLink } from "./OpenId";
import { forgetOutcome, outcomeText, readOutcome } from "./openIdOutcome";
import styles from "./SignIn.module.css";
import { signInTexts } from "./texts";

/** A page before one is signed in. */
export function Porch({ title, children }: { title: string; children: ReactNode }) {
  const t = useText(signInTexts);
  useEffect(() => {
    document.title = `${title} · Callwright`;
  }, [title]);
  return (
    <div className={styles.porch}>
      <main className={styles.card}>
        <div className={styles.head}>
          <Logo size={44} />
          <h1>{title}</h1>
          <p className={styles.tagline}>{t("signin.tagline")}</p>
        </div>
        {children}
      </main>
      <footer className={styles.foot}>
        <LanguageChoice />
      </footer>
    </div>
  );
}

function useSignInOptions() {
  return useQuery({
    queryKey: ["/v1/session/options"],
    queryFn: () => send<SignInOptions>("GET", "/v1/session/options"),
  }).data;
}

/** Asks who it is, on the page that they wanted to see. */
export function SignIn() {
  const t = useText(signInTexts);
  const options = useSignInOptions();
  const [outcome, setOutcome] = useState(readOutcome);
  // It is said once, and not again when the page is opened anew.
  useEffect(forgetOutcome, []);
  const openid = options?.openid;
  const byPassword = options?.password !== false;
  const why = outcomeText(outcome);
  return (
    <Porch title={t("signin.title")}>
      {options?.first_start && <Note>{t("signin.first_start")}</Note>}
      {outcome === "code" ? (
        <OpenIdCode onBack={setOutcome} />
      ) : (
        <>
          {why && (
            <div role="alert">
              <Note tone="warn">{t(why)}</Note>
            </div>
          )}
          {byPassword && <PasswordForm />}
          {openid && <OpenIdLink {...openid} isAlone={!byPassword} />}
        </>
      )}
    </Porch>
  );
}

/** The session has ended: asks again, over the page, which stays. */
export function SignInAgain({ name }: { name: string }) {
  const t = useText(signInTexts);
  const openid = useSignInOptions()?.openid;
  return (
    <Dialog title={t("signin.again")} isOpen isFixed size="small" footer={<LeaveSession />} onClose={() => undefined}>
      <p className={styles.again}>{t("signin.again.text")}</p>
      <PasswordForm name={name} />
      {openid && <OpenIdLink {...openid} />}
    </Dialog>
  );
}

type Refusal = "second_factor_needed" | "wrong";

function refusalOf(error: unknown): Refusal | undefined {
  const code = error instanceof ApiError ? error.problem["code"] : undefined;
  return code === "second_factor_needed" || code === "wrong" ? code : undefined;
}

interface PasswordFormProps {
  /** Who was signed in before. */
  name?: string;
}

/** Name and password; then the code, where there is a second factor. */
function PasswordForm({ name: before }: PasswordFormProps) {
  const t = useText(signInTexts);
  const client = useQueryClient();
  const [name, setName] = useState(before ?? "");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [isCodeAsked, askCode] = useState(false);
  const [isPending, setPending] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);

  const signIn = async () => {
    setPending(true);
    setWrong(null);
    setFailure(null);
    try {
      const body = { name: name.trim(), password, ...(isCodeAsked ? { code: code.replace(/\s/g, "") } : {}) };
      client.setQueryData(sessionKey, await send<Session>("POST", "/v1/session", { body }));
      // What was refused meanwhile is asked again.
      if (before) void client.invalidateQueries();
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === "second_factor_needed") askCode(true);
      else if (refusal === "wrong") setWrong(t(isCodeAsked ? "signin.wrong_code" : "signin.wrong"));
      else setFailure(error);
    } finally {
      setPending(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isPending) void signIn();
  };
  const back = () => {
    askCode(false);
    setCode("");
    setWrong(null);
  };
  return (
    <form onSubmit={submit} className={styles.form} noValidate>
      {failure !== null && <ErrorNote error={failure} />}
      {isCodeAsked ? (
        <TextField
          key="code"
          label={t("signin.code")}
          hint={t("signin.code.hint")}
          error={wrong}
          value={code}
          onChange={setCode}
          autoComplete="one-time-code"
          autoFocus
          isMono
        />
      ) : (
        <>
          <TextField
            label={t("signin.name")}
            value={name}
            onChange={setName}
            autoComplete="username"
            name="username"
            autoFocus={!before}
            spellCheck={false}
          />
          <TextField
            label={t("signin.password")}
            error={wrong}
            value={password}
            onChange={setPassword}
            type="password"
            name="password"
            autoComplete="current-password"
            autoFocus={Boolean(before)}
          />
        </>
      )}
      <Button
        type="submit"
        variant="primary"
        size="large"
        isPending={isPending}
      >
        {t("signin.title")}
      </Button>
      {isCodeAsked && (
        <Button variant="quiet" onPress={back}>
          {t("signin.back")}
        </Button>
      )}
    </form>
  );
}
