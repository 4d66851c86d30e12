import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeftRight, Copy } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { send } from "../../api/client";
import type { List } from "../../api/query";
import type { paths } from "../../api/schema";
import { contactsTexts } from "../../text/contacts";
import { useText } from "../../text/useText";
import { Badge, Button, Empty, ErrorNote, IconButton, Loading, Page, Panel, Skeleton, useFormat, useToast } from "../../ui";
import styles from "./Contacts.module.css";
import type { Contact } from "./ListPage";

type Pair = paths["/v1/contacts/duplicates"]["get"]["responses"]["200"]["content"]["application/json"]["data"][number];

/** Contacts that look like one person, each pair to be made one. */
export function DuplicatesPage() {
  const t = useText(contactsTexts);
  const pairs = useQuery({
    queryKey: ["/v1/contacts/duplicates"],
    queryFn: () => send<List<Pair>>("GET", "/v1/contacts/duplicates"),
    select: ({ data }) => data,
  });
  return (
    <Page title={t("contacts.duplicates")} subtitle={t("contacts.duplicates_hint")} back={{ to: "/contacts", label: t("contacts.title") }} width="narrow">
      {pairs.isPending && <Loading />}
      {pairs.error && <ErrorNote error={pairs.error} onRetry={() => void pairs.refetch()} />}
      {pairs.data?.length === 0 && <Empty icon={Copy} title={t("contacts.no_duplicates")} />}
      {pairs.data?.map((pair) => (
        <PairPanel key={`${pair.contact}-${pair.other}`} pair={pair} />
      ))}
    </Page>
  );
}

function PairPanel({ pair }: { pair: Pair }) {
  const t = useText(contactsTexts);
  const toast = useToast();
  const client = useQueryClient();
  const [swapped, setSwapped] = useState(false);
  const [kept, other] = swapped ? [pair.other, pair.contact] : [pair.contact, pair.other];
  const merge = useMutation({
    mutationFn: () => send("POST", `/v1/contacts/${kept}/merge`, { body: { with: other } }),
    onSuccess: () => {
      toast.good(t("contacts.merged"));
      return client.invalidateQueries({ queryKey: ["/v1/contacts"] });
    },
    onError: toast.bad,
    onSettled: () => client.invalidateQueries({ queryKey: ["/v1/contacts/duplicates"] }),
  });
  return (
    <Panel>
      <div className={styles.pair}>
        <One id={kept} badge={t("contacts.keeps")} isKept />
        <IconButton icon={ArrowLeftRight} label={t("contacts.swap")} onPress={() => setSwapped(!swapped)} />
        <One id={other} badge={t("contacts.goes")} />
        <Button variant="primary" isPending={merge.isPending} onPress={() => merge.mutate()}>
          {t("contacts.merge_action")}
        </Button>
      </div>
    </Panel>
  );
}

function One({ id, badge, isKept }: { id: string; badge: string; isKept?: boolean }) {
  const t = useText(contactsTexts);
  const { phone } = useFormat();
  const { data } = useQuery({ queryKey: ["/v1/contacts", id], queryFn: () => send<Contact>("GET", `/v1/contacts/${id}`) });
  if (!data) return <Skeleton lines={["60%"]} />;
  return (
    <div className={styles.one}>
      <Link to={`/contacts/${id}`}>{data.name ?? t("contacts.unnamed")}</Link>
      <span className="numbers">{phone(data.number ?? data.address)}</span>
      <Badge tone={isKept ? "good" : "neutral"}>{badge}</Badge>
    </div>
  );
}
