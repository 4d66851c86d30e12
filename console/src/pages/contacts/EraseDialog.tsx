import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { send } from "../../api/client";
import { contactsTexts } from "../../text/contacts";
import { useText } from "../../text/useText";
import { Checkbox, ErrorNote, FormDialog, TextField, useFormat, useToast } from "../../ui";
import styles from "./Contacts.module.css";
import type { Contact } from "./ListPage";

/** Erases a person, after saying what goes and what stays. */
export function EraseDialog({ contact, onClose }: { contact: Contact; onClose: () => void }) {
  const t = useText(contactsTexts);
  const toast = useToast();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { phone } = useFormat();
  const [reason, setReason] = useState("");
  const [sure, setSure] = useState(false);
  const erase = useMutation({
    mutationFn: () => send("POST", "/v1/erasures", { body: { contact: contact.id, reason: reason.trim() } }),
    onSuccess: () => {
      toast.good(t("contacts.erased"));
      client.removeQueries({ queryKey: ["/v1/contacts"] });
      void navigate("/contacts");
    },
  });
  const name = contact.name ?? phone(contact.number ?? contact.address);
  return (
    <FormDialog title={t("contacts.erase_title", { name })} action={t("contacts.erase_action")} isDanger isOpen onClose={onClose} onSubmit={() => erase.mutate()} isPending={erase.isPending} isDisabled={!sure}>
      {erase.error && <ErrorNote error={erase.error} />}
      <div className={styles.consequences}>
        <p>{t("contacts.erase_goes")}</p>
        <ul>
          <li>{t("contacts.erase_goes_1")}</li>
          <li>{t("contacts.erase_goes_2")}</li>
        </ul>
        <p>{t("contacts.erase_stays")}</p>
        <ul>
          <li>{t("contacts.erase_stays_1")}</li>
          <li>{t("contacts.erase_stays_2")}</li>
        </ul>
      </div>
      <TextField label={t("contacts.erase_reason")} value={reason} onChange={setReason} />
      <Checkbox isSelected={sure} onChange={setSure}>
        {t("contacts.erase_sure")}
      </Checkbox>
    </FormDialog>
  );
}
