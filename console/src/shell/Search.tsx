import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { AudioLines, Contact as ContactIcon, Search as SearchIcon, type LucideIcon } from "lucide-react";
import { useDeferredValue, useId, useState, type KeyboardEvent, type ReactNode } from "react";
import { Dialog, Modal, ModalOverlay } from "react-aria-components";
import { useNavigate } from "react-router";
import { api, ok } from "../api/client";
import { Spinner } from "../ui/Spinner";
import { cx } from "../ui/cx";
import { useFormat } from "../ui/format";
import { useText } from "../text/useText";
import { areas } from "./areas";
import styles from "./Search.module.css";
import { useMay, useSession } from "./session";
import { shellTexts } from "./texts";

interface Found {
  id: string;
  icon: LucideIcon;
  text: ReactNode;
  hint?: string;
  to: string;
}

interface Section {
  title: string;
  items: Found[];
}

/** The fewest letters that the books are asked for. */
const SHORTEST = 2;
const MOST = 6;

/** Finds pages, contacts and what was said, from everywhere. */
export function Search({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const t = useText(shellTexts);
  return (
    <ModalOverlay isOpen={isOpen} onOpenChange={(open) => !open && onClose()} isDismissable className={styles.back ?? ""}>
      <Modal className={styles.modal ?? ""}>
        <Dialog aria-label={t("shell.search")} className={styles.dialog ?? ""}>
          <Finder onClose={onClose} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function useSections(query: string): { sections: Section[]; isFetching: boolean } {
  const t = useText(shellTexts);
  const format = useFormat();
  const may = useMay();
  const { user } = useSession();
  const words = query.trim();
  const asks = words.length >= SHORTEST;
  const contacts = useQuery({
    queryKey: ["search", "contacts", words],
    queryFn: () => ok(api.GET("/v1/contacts", { params: { query: { search: words, limit: MOST } } })),
    enabled: asks && may("contacts:read"),
    placeholderData: keepPreviousData,
  });
  const lines = useQuery({
    queryKey: ["search", "lines", words],
    queryFn: () => ok(api.GET("/v1/transcripts/search", { params: { query: { q: `${words.replaceAll('"', " ")}*`, limit: MOST } } })),
    // Who sees only calls of their own may not look through all of them.
    enabled: asks && may("calls:read") && user.role !== "member",
    placeholderData: keepPreviousData,
  });
  const pages = areas
    .filter((area) => may(...area.scopes) && t(area.title).toLowerCase().includes(words.toLowerCase()))
    .map<Found>(({ name, icon, title, path }) => ({ id: name, icon, text: t(title), to: path }));
  const people = (asks ? contacts.data?.data : undefined)?.map<Found>((contact) => ({
    id: contact.id,
    icon: ContactIcon,
    text: contact.name ?? format.phone(contact.address),
    hint: contact.name ? format.phone(contact.number ?? contact.address) : undefined,
    to: `/contacts/${contact.id}`,
  }));
  const said = (asks ? lines.data?.data : undefined)?.map<Found>((hit) => ({
    id: `${hit.call}-${hit.line.seq}`,
    icon: AudioLines,
    text: hit.snippet.map((piece, index) => (piece.hit ? <mark key={index}>{piece.text}</mark> : piece.text)),
    hint: format.clock(hit.line.from_ms),
    to: `/calls/${hit.call}?t=${(hit.line.from_ms / 1_000).toFixed(1)}`,
  }));
  const sections = [
    { title: t("shell.search.pages"), items: pages },
    { title: t("shell.search.contacts"), items: people ?? [] },
    { title: t("shell.search.words"), items: said ?? [] },
  ];
  return { sections: sections.filter(({ items }) => items.length > 0), isFetching: contacts.isFetching || lines.isFetching };
}

/** A field and what it finds: up and down choose, Enter goes there. */
function Finder({ onClose }: { onClose: () => void }) {
  const t = useText(shellTexts);
  const navigate = useNavigate();
  const list = useId();
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const { sections, isFetching } = useSections(useDeferredValue(query));
  const items = sections.flatMap((section) => section.items);
  const chosen = items[Math.min(at, items.length - 1)];

  const open = (item: Found) => {
    onClose();
    void navigate(item.to);
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setAt((now) => Math.max(0, Math.min(items.length - 1, Math.min(now, items.length - 1) + step)));
    } else if (event.key === "Enter" && chosen) {
      event.preventDefault();
      open(chosen);
    }
  };
  return (
    <>
      <div className={styles.field}>
        {isFetching ? <Spinner size={18} /> : <SearchIcon size={18} aria-hidden />}
        <input
          // The dialog is this field.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={chosen && `${list}-${chosen.id}`}
          aria-label={t("shell.search")}
          placeholder={t("shell.search.hint")}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKey}
          autoComplete="off"
          spellCheck={false}
        />
      </div>
      <div id={list} role="listbox" aria-label={t("shell.search.results")} className={styles.list}>
        {sections.map((section) => (
          <div key={section.title} role="group" aria-label={section.title}>
            <p className={styles.section} aria-hidden>
              {section.title}
            </p>
            {section.items.map((item) => (
              <Option key={item.id} id={`${list}-${item.id}`} item={item} isChosen={item === chosen} onOpen={open} />
            ))}
          </div>
        ))}
      </div>
      {items.length === 0 && !isFetching && <p className={styles.none}>{t("shell.search.nothing", { query })}</p>}
    </>
  );
}

interface OptionProps {
  id: string;
  item: Found;
  isChosen: boolean;
  onOpen: (item: Found) => void;
}

function Option({ id, item, isChosen, onOpen }: OptionProps) {
  const { icon: Icon } = item;
  return (
    // The field has the keyboard.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div id={id} role="option" aria-selected={isChosen} className={cx(styles.option, isChosen && styles.chosen)} onClick={() => onOpen(item)}>
      <Icon size={16} aria-hidden />
      <span className={styles.text}>{item.text}</span>
      {item.hint && <span className={cx(styles.hint, "numbers")}>{item.hint}</span>}
    </div>
  );
}
