import { useMutation, useQuery } from "@tanstack/react-query";
import { ArrowLeft, ArrowRight, Phone as PhoneIcon } from "lucide-react";
import { useState } from "react";
import { send } from "../../api/client";
import type { List } from "../../api/query";
import type { components } from "../../api/schema";
import { useMay } from "../../shell/session";
import { campaignsTexts } from "../../text/campaigns";
import { useText } from "../../text/useText";
import { Button, Empty, ErrorNote, Facts, IconButton, Loading, Note, Panel, PhoneNumber, TextField, useFormat, useToast } from "../../ui";
import { readyPhone } from "../phone/call";
import { useOwnMember } from "../phone/people";
import { Bars } from "./Bars";
import styles from "./Campaigns.module.css";
import { SegmentNote } from "./SegmentNote";
import { type Campaign, type CampaignContact, type Preview, hasSegment } from "./wire";

type DryRun = components["schemas"]["DryRun"];

/** Contacts that one can look through. */
const LOOKED_AT = 50;

/** Before anybody is called: what is heard, a call to oneself, and who would be called when. */
export function TryTab({ campaign, contacts }: { campaign: Campaign; contacts: number }) {
  const t = useText(campaignsTexts);
  const may = useMay();
  if (contacts === 0 && !hasSegment(campaign)) {
    return (
      <Panel>
        <Empty title={t("campaigns.no_contacts")} />
      </Panel>
    );
  }
  return (
    <div className={styles.stack}>
      <Heard campaign={campaign} mayCall={may("campaigns:write")} />
      <Dry campaign={campaign} />
    </div>
  );
}

function Heard({ campaign, mayCall }: { campaign: Campaign; mayCall: boolean }) {
  const t = useText(campaignsTexts);
  const { language } = useFormat();
  const [at, setAt] = useState(0);
  const contacts = useQuery({
    queryKey: ["/v1/campaigns", campaign.id, "contacts", "first"],
    queryFn: () => send<List<CampaignContact>>("GET", `/v1/campaigns/${campaign.id}/contacts`, { query: { limit: LOOKED_AT } }),
    select: ({ data }) => data,
  });
  const contact = contacts.data?.[at]?.id;
  // The first of a segment that is asked when it starts is in no list.
  const mayAsk = contact !== undefined || (contacts.isSuccess && hasSegment(campaign));
  const preview = useQuery({
    queryKey: ["/v1/campaigns", campaign.id, "preview", contact],
    queryFn: () => send<Preview>("GET", `/v1/campaigns/${campaign.id}/preview`, { query: { contact } }),
    enabled: mayAsk,
  });
  const shown = preview.data;
  const says = shown?.spoken ?? shown?.says ?? [];
  const message = shown?.message_spoken ?? shown?.message;
  return (
    <Panel
      title={t("campaigns.preview")}
      hint={shown && t("campaigns.preview_of", { id: at + 1, language: language(shown.language) })}
      actions={
        <>
          <IconButton icon={ArrowLeft} label={t("campaigns.previous_contact")} isDisabled={at === 0} onPress={() => setAt(at - 1)} />
          <IconButton icon={ArrowRight} label={t("campaigns.next_contact")} isDisabled={at + 1 >= (contacts.data?.length ?? 0)} onPress={() => setAt(at + 1)} />
        </>
      }
    >
      <div className={styles.stack}>
        {preview.error && <ErrorNote error={preview.error} onRetry={() => void preview.refetch()} />}
        {!shown && !preview.error && <Loading />}
        {shown && (
          <>
            <blockquote className={styles.spoken} lang={shown.language}>
              {says.map((sentence, n) => (
                <p key={n}>{sentence}</p>
              ))}
            </blockquote>
            {message && (
              <div>
                <h3 className={styles.small}>{t("campaigns.machine_hears")}</h3>
                <blockquote className={styles.spoken} lang={shown.language}>
                  <p>{message}</p>
                </blockquote>
              </div>
            )}
            <Facts columns items={Object.entries(shown.variables).map(([label, value]) => ({ label, value }))} />
            {mayCall && <TestCall campaign={campaign} contact={shown.contact} />}
          </>
        )}
      </div>
    </Panel>
  );
}

function TestCall({ campaign, contact }: { campaign: Campaign; contact: number }) {
  const t = useText(campaignsTexts);
  const toast = useToast();
  const may = useMay();
  const own = useOwnMember()?.name ?? "";
  const [typed, setTo] = useState<string>();
  const to = typed ?? own;
  const call = useMutation({
    mutationFn: async () => {
      if (own !== "" && to.trim() === own && may("phone:use")) {
        await readyPhone();
      }
      return send("POST", `/v1/campaigns/${campaign.id}/test`, { body: { to: to.trim(), contact } });
    },
    onSuccess: () => toast.good(t("campaigns.test_rings")),
    onError: toast.bad,
  });
  return (
    <form
      className={styles.test}
      onSubmit={(event) => {
        event.preventDefault();
        if (to.trim() !== "") call.mutate();
      }}
    >
      <TextField label={t("campaigns.test_to")} hint={t("campaigns.test_hint")} value={to} onChange={setTo} />
      <Button type="submit" icon={PhoneIcon} isPending={call.isPending} isDisabled={to.trim() === ""}>
        {t("campaigns.call_me")}
      </Button>
    </form>
  );
}

function Dry({ campaign }: { campaign: Campaign }) {
  const t = useText(campaignsTexts);
  const { dateTime } = useFormat();
  const dry = useMutation({ mutationFn: () => send<DryRun>("GET", `/v1/campaigns/${campaign.id}/dry-run`) });
  const told = dry.data;
  return (
    <Panel
      title={t("campaigns.dry_run")}
      hint={t("campaigns.dry_run_hint")}
      actions={
        <Button isPending={dry.isPending} onPress={() => dry.mutate()}>
          {t("campaigns.run_dry")}
        </Button>
      }
    >
      {dry.error && <ErrorNote error={dry.error} />}
      {told && (
        <div className={styles.stack}>
          <p role="status">
            <strong>{t("campaigns.would_call", { calls: told.calls })}</strong>
            {told.last_at && <> · {t("campaigns.until", { at: dateTime(told.last_at) })}</>}
          </p>
          {told.by_hour.length > 1 && <Bars label={t("campaigns.when")} rows={told.by_hour.map(({ at, calls }) => ({ name: dateTime(at), count: calls }))} />}
          {told.segment && <SegmentNote asked={told.segment} />}
          {told.unfilled.length > 0 && (
            <Note tone="warn">
              {t("campaigns.unfilled", { count: told.unfilled.length })}
              <ul>
                {told.unfilled.map(({ contact, message }) => (
                  <li key={contact}>{message}</li>
                ))}
              </ul>
            </Note>
          )}
          <DryContacts contacts={told.contacts} />
        </div>
      )}
    </Panel>
  );
}

function DryContacts({ contacts }: { contacts: DryRun["contacts"] }) {
  const t = useText(campaignsTexts);
  const { dateTime } = useFormat();
  return (
    // A long table is gone through by the keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.scroll} tabIndex={0} role="group" aria-label={t("campaigns.dry_run")}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t("campaigns.number")}</th>
            <th scope="col">{t("campaigns.when")}</th>
            <th scope="col">{t("campaigns.why")}</th>
          </tr>
        </thead>
        <tbody>
          {contacts.map((contact) => (
            <tr key={contact.contact}>
              <td>
                <PhoneNumber number={contact.number} />
              </td>
              <td>{contact.at ? dateTime(contact.at) : t("campaigns.not_at_all")}</td>
              <td className={styles.muted}>{contact.detail}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
