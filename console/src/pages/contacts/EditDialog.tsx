import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { send } from "../../api/client";
import { contactsTexts } from "../../text/contacts";
import { useText } from "../../text/useText";
import { Button, ErrorNote, FormDialog, IconButton, TextField, useToast } from "../../ui";
import styles from "./Contacts.module.css";
import { type ContactForm, changeOf, formOf } from "./edit";
import type { Contact } from "./ListPage";

/** Changes what is known of a contact. */
export function EditDialog({ contact, onClose }: { contact: Contact; onClose: () => void }) {
  const t = useText(contactsTexts);
  const toast = useToast();
  const client = useQueryClient();
  const [form, setForm] = useState(() => formOf(contact));
  const set = (more: Partial<ContactForm>) => setForm({ ...form, ...more });
  const keep = useMutation({
    mutationFn: () => send("PATCH", `/v1/contacts/${contact.id}`, { body: changeOf(contact, form) }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["/v1/contacts"] });
      toast.good(t("contacts.saved"));
      onClose();
    },
  });
  return (
    <FormDialog title={t("contacts.edit")} action={t("contacts.save")} isOpen onClose={onClose} onSubmit={() => keep.mutate()} isPending={keep.isPending}>
      {keep.error && <ErrorNote error={keep.error} />}
      <TextField label={t("contacts.name")} value={form.name} onChange={(name) => set({ name })} />
      <TextField label={t("contacts.tags")} hint={t("contacts.tags_hint")} value={form.tags} onChange={(tags) => set({ tags })} />
      <TextField label={t("contacts.numbers")} hint={t("contacts.numbers_hint")} value={form.numbers} onChange={(numbers) => set({ numbers })} rows={2} />
      <div className={styles.three}>
        <TextField label={t("contacts.language")} placeholder="de" value={form.language} onChange={(language) => set({ language })} />
        <TextField label={t("contacts.country")} placeholder="DE" value={form.country} onChange={(country) => set({ country })} />
        <TextField label={t("contacts.time_zone")} placeholder="Europe/Berlin" value={form.time_zone} onChange={(time_zone) => set({ time_zone })} />
      </div>
      <Fields form={form} onChange={(fields) => set({ fields })} />
      <TextField label={t("contacts.notes")} value={form.notes} onChange={(notes) => set({ notes })} rows={3} />
    </FormDialog>
  );
}

function Fields({ form, onChange }: { form: ContactForm; onChange: (fields: ContactForm["fields"]) => void }) {
  const t = useText(contactsTexts);
  const put = (at: number, more: Partial<ContactForm["fields"][number]>) => onChange(form.fields.map((field, n) => (n === at ? { ...field, ...more } : field)));
  return (
    <fieldset className={styles.fields}>
      <legend>{t("contacts.fields")}</legend>
      {form.fields.map((field, at) => (
        <div key={at} className={styles.field}>
          <TextField label={t("contacts.field_name")} isLabelHidden value={field.name} onChange={(name) => put(at, { name })} />
          <TextField label={t("contacts.field_value")} isLabelHidden value={field.value} onChange={(value) => put(at, { value })} />
          <IconButton icon={X} label={t("contacts.remove_field", { name: field.name })} onPress={() => onChange(form.fields.filter((_, n) => n !== at))} />
        </div>
      ))}
      <Button size="small" variant="quiet" icon={Plus} onPress={() => onChange([...form.fields, { name: "", value: "" }])}>
        {t("contacts.add_field")}
      </Button>
    </fieldset>
  );
}
