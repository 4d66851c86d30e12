import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { send } from "../api/client";
import { ApiError } from "../api/problem";
import type { Session } from "../api/types";
import { Button } from "../ui/Button";
import { ErrorNote, Note } from "../ui/Empty";
import { TextField } from "../ui/Field";
import { useText } from "../text/useText";
import { Porch } from "./SignIn";
import { sessionKey } from "./session";
import styles from "./SignIn.module.css";
import { signInTexts } from "./texts";

const PATH = "/link";
const SHORTEST = 12;

/** The page was opened by a one-time link: of the first start, an invitation, or a forgotten password. */
export function isWelcome(): boolean {
  return location.pathname === PATH;
}

/** The token stands behind the `#`, which no server and no log ever sees. */
function tokenOf(hash: string): string {
  return hash.slice(1);
}

/** Lets somebody with a one-time link choose how to sign in. */
export function Welcome({ onDone }: { onDone: () => void }) {
  const t = useText(signInTexts);
  const client = useQueryClient();
  const [token] = useState(() => tokenOf(location.hash));
  const [display, setDisplay] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [isTried, setTried] = useState(false);
  const [isPending, setPending] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const isShort = [...password].length < SHORTEST;

  const begin = async () => {
    setPending(true);
    setFailure(null);
    try {
      const body = {
        token,
        password,
        ...(name.trim() ? { name: name.trim() } : {}),
        ...(display.trim() ? { display: display.trim() } : {}),
      };
      const session = await send<Session | undefined>("POST", "/v1/session/link", { body });
      // The token goes out of the address and the history.
      history.replaceState(null, "", "/");
      if (session) client.setQueryData(sessionKey, session);
      onDone();
    } catch (error) {
      const isUsed = error instanceof ApiError && [401, 404, 410].includes(error.status);
      setFailure(isUsed ? t("welcome.used") : error);
    } finally {
      setPending(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isPending && !isShort) void begin();
  };
  if (!token) {
    return (
      <Porch title={t("welcome.title")}>
        <Note tone="warn">{t("welcome.no_token")}</Note>
      </Porch>
    );
  }
  return (
    <Porch title={t("welcome.title")}>
      <form onSubmit={submit} className={styles.form} noValidate>
        <p>{t("welcome.text")}</p>
        {failure !== null && <ErrorNote error={failure} />}
        <TextField
          label={t("welcome.display")}
          hint={t("welcome.display.hint")}
          value={display}
          onChange={setDisplay}
          autoComplete="name"
          autoFocus
        />
        <TextField
          label={t("signin.name")}
          hint={t("welcome.name.hint")}
          value={name}
          onChange={setName}
          name="username"
          autoComplete="username"
          spellCheck={false}
        />
        <TextField
          label={t("signin.password")}
          hint={t("welcome.password.hint")}
          error={isTried && isShort ? t("welcome.password.short") : null}
          value={password}
          onChange={setPassword}
          type="password"
          name="password"
          autoComplete="new-password"
        />
        <Button type="submit" variant="primary" size="large" isPending={isPending}>
          {t("welcome.go")}
        </Button>
      </form>
    </Porch>
  );
}
