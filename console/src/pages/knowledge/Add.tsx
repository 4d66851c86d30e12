import { useMutation, useQueryClient } from "@tanstack/react-query";
import { FileUp, Globe } from "lucide-react";
import { useId, useState } from "react";

import { send } from "../../api/client";
import { knowledgeTexts } from "../../text/knowledge";
import { languages, languageNames } from "../../text/language";
import { useText } from "../../text/useText";
import { Button, ErrorNote, FormDialog, Select, TextField, useToast } from "../../ui";
import styles from "./knowledge.module.css";
import type { Source } from "./Sources";

const NAME = /^[a-z0-9_-]{1,64}$/;
const ACCEPTED = ".pdf,.docx,.md,.markdown,.txt,.html,.htm,.csv";

export function AddActions() {
  const t = useText(knowledgeTexts);
  const [adding, add] = useState<"document" | "site" | null>(null);
  return (
    <>
      <Button icon={Globe} onPress={() => add("site")}>
        {t("knowledge.addSite")}
      </Button>
      <Button variant="primary" icon={FileUp} onPress={() => add("document")}>
        {t("knowledge.upload")}
      </Button>
      {adding === "document" && <AddDocument onClose={() => add(null)} />}
      {adding === "site" && <AddSite onClose={() => add(null)} />}
    </>
  );
}

/** A source's name from that of a file. */
export function nameFrom(file: string): string {
  const plain = file.replace(/\.[^.]*$/, "").normalize("NFKD").toLowerCase().replace(/[^a-z0-9_-]+/g, "-");
  return plain.replace(/^-+|-+$/g, "").slice(0, 64);
}

function usePut(onClose: () => void) {
  const t = useText(knowledgeTexts);
  const toast = useToast();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, ...options }: { name: string } & Parameters<typeof send>[2]) => send<Source>("PUT", `/v1/knowledge/${name}`, options),
    onSuccess: (source) => {
      toast.good(source.kind === "site" ? t("knowledge.waiting") : t("knowledge.added", { name: source.name, count: source.passages }));
      void client.invalidateQueries({ queryKey: ["/v1/knowledge"] });
      onClose();
    },
  });
}

function LanguageSelect({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useText(knowledgeTexts);
  const options = [{ id: "-", label: t("knowledge.anyLanguage") }, ...languages.map((tag) => ({ id: tag, label: languageNames[tag] }))];
  return <Select label={t("knowledge.language")} options={options} value={value || "-"} onChange={(id) => onChange(id === "-" ? "" : id)} />;
}

function AddDocument({ onClose }: { onClose: () => void }) {
  const t = useText(knowledgeTexts);
  const id = useId();
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const [language, setLanguage] = useState("");
  const put = usePut(onClose);
  const choose = (chosen: File | undefined) => {
    if (!chosen) return;
    setFile(chosen);
    if (name === "") setName(nameFrom(chosen.name));
  };
  const submit = () => {
    if (!file) return;
    const headers = { "content-type": file.type || "application/octet-stream" };
    put.mutate({ name, raw: file, headers, query: { language, file: file.name } });
  };
  return (
    <FormDialog title={t("knowledge.upload")} action={t("knowledge.add")} isOpen onClose={onClose} isPending={put.isPending} isDisabled={!file || !NAME.test(name)} onSubmit={submit}>
      <div className={styles.file}>
        <label htmlFor={id}>{t("knowledge.file")}</label>
        <input id={id} type="file" accept={ACCEPTED} aria-describedby={`${id}-help`} onChange={(event) => choose(event.target.files?.[0])} />
        <p id={`${id}-help`}>{t("knowledge.fileHelp")}</p>
      </div>
      <TextField label={t("knowledge.name")} hint={t("knowledge.nameHelp")} value={name} onChange={setName} />
      <LanguageSelect value={language} onChange={setLanguage} />
      {put.error && <ErrorNote error={put.error} />}
    </FormDialog>
  );
}

function AddSite({ onClose }: { onClose: () => void }) {
  const t = useText(knowledgeTexts);
  const [name, setName] = useState("");
  const [address, setAddress] = useState("https://");
  const [hours, setHours] = useState("24");
  const [language, setLanguage] = useState("");
  const put = usePut(onClose);
  const isFine = NAME.test(name) && /^https?:\/\/[^/]+/.test(address) && Number(hours) >= 1;
  const submit = () => put.mutate({ name, body: { address, refresh_hours: Number(hours) }, query: { language } });
  return (
    <FormDialog title={t("knowledge.addSite")} action={t("knowledge.add")} isOpen onClose={onClose} isPending={put.isPending} isDisabled={!isFine} onSubmit={submit}>
      <TextField label={t("knowledge.address")} hint={t("knowledge.addressHelp")} type="url" value={address} onChange={setAddress} />
      <TextField label={t("knowledge.name")} hint={t("knowledge.nameHelp")} value={name} onChange={setName} />
      <TextField label={t("knowledge.refresh")} type="number" value={hours} onChange={setHours} />
      <LanguageSelect value={language} onChange={setLanguage} />
      {put.error && <ErrorNote error={put.error} />}
    </FormDialog>
  );
}
