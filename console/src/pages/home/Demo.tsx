import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowRight, Bot, Grid3x3, Hash, Mic, Radio } from "lucide-react";
import { useState } from "react";
import { send } from "../../api/client";
import type { List } from "../../api/query";
import type { components } from "../../api/schema";
import type { Session } from "../../api/types";
import { sessionKey, useMay, useSession } from "../../shell/session";
import { homeTexts } from "../../text/home";
import { useLanguage, useText } from "../../text/useText";
import { Button, LinkButton, Note, Panel, useToast } from "../../ui";
import type { Call } from "../contacts/calls";
import { callNumber } from "../phone/call";
import { isLive, lineOf } from "../phone/machine";
import type { Member } from "../phone/people";
import { phone } from "../phone/phone";
import { usePhoneState } from "../phone/store";
import styles from "./Home.module.css";

type Number = components["schemas"]["Number"];

/** The demo's numbers: whom one can talk to, and the menu in one's own language where there is one. */
const ASSISTANT = "assistant";
const MENUS = { de: "rezeption", en: "reception", es: "reception", fr: "reception", it: "reception" } as const;

/** The call to begin with: from the browser, to what is already there. */
export function Demo({ isFirst }: { isFirst: boolean }) {
  const t = useText(homeTexts);
  const may = useMay();
  const { user } = useSession();
  const language = useLanguage();
  const [line, setLine] = useState<string>();
  const numbers = useQuery({
    queryKey: ["/v1/numbers"],
    queryFn: () => send<List<Number>>("GET", "/v1/numbers"),
    select: ({ data }) => data.map(({ number }) => number),
    enabled: may("numbers:read"),
  });
  const call = useDemoCall(setLine);
  // Who has no phone gets one here, where they may give themselves one.
  if (!numbers.data || !may("phone:use") || !(user.member || may("users:write"))) return null;
  const offered = [ASSISTANT, MENUS[language]].filter((number) => numbers.data.includes(number));
  if (offered.length === 0) return isFirst && numbers.data.length === 0 ? <NoNumber /> : null;
  return (
    <Panel className={styles.demo} title={t(isFirst ? "home.first_title" : "home.again")}>
      <div className={styles.demoBody}>
        <p className={styles.lead}>{t("home.first_text")}</p>
        <div className={styles.choices}>
          {offered.map((number) => {
            const assistant = number === ASSISTANT;
            return (
              <div key={number} className={styles.choice}>
                <Button variant={assistant || offered.length === 1 ? "primary" : "secondary"} size="large" icon={assistant ? Bot : Grid3x3} isPending={call.isPending && call.variables === number} isDisabled={call.isPending} onPress={() => call.mutate(number)}>
                  {t(assistant ? "home.assistant" : "home.menu")}
                </Button>
                <p className={styles.muted}>{t(assistant ? "home.assistant_hint" : "home.menu_hint")}</p>
              </div>
            );
          })}
        </div>
        {line === undefined ? (
          <p className={styles.muted}>
            <Mic size={14} aria-hidden /> {t("home.microphone")}
          </p>
        ) : (
          <After line={line} />
        )}
      </div>
    </Panel>
  );
}

function NoNumber() {
  const t = useText(homeTexts);
  return (
    <Note
      icon={Hash}
      action={
        <LinkButton to="/numbers" size="small">
          {t("home.numbers")}
        </LinkButton>
      }
    >
      {t("home.first_no_demo")}
    </Note>
  );
}

/** Calls; who has no phone of their own yet gets one before. */
function useDemoCall(onLine: (line: string) => void) {
  const toast = useToast();
  const client = useQueryClient();
  const { user } = useSession();
  return useMutation({
    mutationFn: async (number: string) => {
      if (!user.member) {
        await giveOwnPhone(user);
        await client.refetchQueries({ queryKey: sessionKey });
      }
      return callNumber(number);
    },
    onSuccess: (line) => line !== undefined && onLine(line),
    onError: toast.bad,
  });
}

/** A member of the same name as the user, whose phone is theirs from then on. */
async function giveOwnPhone(user: Session["user"]): Promise<void> {
  const wanted = user.name.toLowerCase().replace(/[^a-z0-9_.-]+/g, "-").slice(0, 64) || "me";
  const { data } = await send<List<Member>>("GET", "/v1/members");
  const there = data.find(({ name }) => name === wanted);
  const own = there ?? (await send<Member>("POST", "/v1/members", { body: { name: wanted, display: user.display ?? user.name } }));
  await send("PATCH", `/v1/users/${user.id}`, { body: { member: own.id } });
}

/** While the call goes on, and when it is over: the way to its words. */
function After({ line: id }: { line: string }) {
  const t = useText(homeTexts);
  const line = lineOf(usePhoneState(phone), id);
  const going = line !== undefined && isLive(line);
  const newest = useQuery({
    queryKey: ["/v1/calls", "newest"],
    queryFn: () => send<List<Call>>("GET", "/v1/calls", { query: { limit: 1 } }),
    select: ({ data }) => data[0],
    enabled: !going,
  });
  if (going) {
    return (
      <Note
        icon={Radio}
        action={
          <LinkButton to="/live" size="small" icon={ArrowRight}>
            {t("home.see_live")}
          </LinkButton>
        }
      >
        {t("home.talking")}
      </Note>
    );
  }
  const call = line?.call ?? newest.data?.id;
  if (call === undefined) return null;
  return (
    <div role="status">
      <Note
        tone="good"
        action={
          <LinkButton to={`/calls/${call}`} size="small" icon={ArrowRight} variant="primary">
            {t("home.see_call")}
          </LinkButton>
        }
      >
        {t("home.made")}
      </Note>
    </div>
  );
}
