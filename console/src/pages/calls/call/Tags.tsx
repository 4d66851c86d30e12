import { X } from "lucide-react";
import { useId, useState, type FormEvent } from "react";
import { callTexts } from "../../../text/call";
import { useText } from "../../../text/useText";
import { Panel } from "../../../ui";
import { useSetTags, useTags } from "./queries";
import styles from "./CallPage.module.css";

interface TagsProps {
  id: string;
  tags: string[];
  mayChange: boolean;
}

/** The call's tags; typing one adds it. */
export function Tags({ id, tags, mayChange }: TagsProps) {
  const t = useText(callTexts);
  const known = useTags();
  const set = useSetTags(id);
  const list = useId();
  const [text, setText] = useState("");
  const add = (event: FormEvent) => {
    event.preventDefault();
    const tag = text.trim();
    if (!tag) return;
    setText("");
    if (!tags.includes(tag)) set.mutate([...tags, tag]);
  };
  return (
    <Panel title={t("call.tags")}>
      <div className={styles.tags}>
        {tags.map((tag) => (
          <span key={tag} className={styles.tag}>
            {tag}
            {mayChange && (
              <button
                type="button"
                aria-label={t("call.tags.remove", { tag })}
                disabled={set.isPending}
                onClick={() => set.mutate(tags.filter((other) => other !== tag))}
              >
                <X size={12} aria-hidden />
              </button>
            )}
          </span>
        ))}
        {tags.length === 0 && !mayChange && <span className={styles.quiet}>–</span>}
        {mayChange && (
          <form onSubmit={add}>
            <input
              className={styles.tagInput}
              list={list}
              value={text}
              onChange={(event) => setText(event.target.value)}
              aria-label={t("call.tags.add")}
              placeholder={t("call.tags.add")}
              maxLength={64}
            />
            <datalist id={list}>
              {known.data?.filter(({ name }) => !tags.includes(name)).map(({ name }) => <option key={name} value={name} />)}
            </datalist>
          </form>
        )}
      </div>
    </Panel>
  );
}
