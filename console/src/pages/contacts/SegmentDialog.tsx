import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { send } from "../../api/client";
import { contactsTexts } from "../../text/contacts";
import { useText } from "../../text/useText";
import { FormDialog, Select, TextField } from "../../ui";
import { type SegmentBy, type SegmentChoice, expressionOf } from "./segment";

interface SegmentDialogProps {
  isOpen: boolean;
  onClose: () => void;
  onMade: (name: string) => void;
}

const BY = ["tag", "field", "language", "rule"] as const;

/** Makes a segment: contacts by what is true of them. */
export function SegmentDialog({ isOpen, onClose, onMade }: SegmentDialogProps) {
  const t = useText(contactsTexts);
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [choice, setChoice] = useState<SegmentChoice>({ by: "tag", field: "", value: "", rule: "" });
  const set = (more: Partial<SegmentChoice>) => setChoice({ ...choice, ...more });
  const expression = expressionOf(choice);
  const make = useMutation({
    mutationFn: () => send("PUT", `/v1/segments/${encodeURIComponent(name.trim())}`, { body: { expression } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["/v1/segments"] });
      onMade(name.trim());
      onClose();
    },
  });
  const options = BY.map((id) => ({ id, label: t(`contacts.segment_by_${id}`) }));
  return (
    <FormDialog title={t("contacts.new_segment")} action={t("contacts.create")} isOpen={isOpen} onClose={onClose} onSubmit={() => make.mutate()} isPending={make.isPending} isDisabled={name.trim() === "" || expression === undefined}>
      <TextField label={t("contacts.segment_name")} hint={t("contacts.segment_name_hint")} value={name} onChange={setName} isRequired error={make.error?.message} />
      <Select<SegmentBy> label={t("contacts.segment_by")} value={choice.by} options={options} onChange={(by) => set({ by })} />
      {choice.by === "field" && <TextField label={t("contacts.field_name")} value={choice.field} onChange={(field) => set({ field })} />}
      {choice.by === "rule" ? (
        <TextField label={t("contacts.rule")} hint={t("contacts.rule_hint")} value={choice.rule} onChange={(rule) => set({ rule })} isMono rows={3} />
      ) : (
        <TextField label={t("contacts.field_value")} value={choice.value} onChange={(value) => set({ value })} />
      )}
    </FormDialog>
  );
}
