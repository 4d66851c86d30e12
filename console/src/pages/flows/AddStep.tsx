import { Plus } from "lucide-react";
import { useState } from "react";

import { flowsTexts } from "../../text/flows";
import { flowWordsTexts } from "../../text/flowWords";
import { useText } from "../../text/useText";
import { Button, Dialog } from "../../ui";
import styles from "./Editor.module.css";
import { verbIcon } from "./icons";
import { addNode } from "./model/change";
import { VERBS } from "./model/verbs";
import type { VerbSpec } from "./model/verbs";
import { verbName } from "./view";

const GROUPS: VerbSpec["group"][] = ["speak", "ask", "people", "think", "systems", "line"];

interface AddStepProps {
  label: string;
  text: string;
  onAdd: (text: string, name: string) => void;
}

/** Every kind of step, to be put behind the last one. */
export function AddStep({ label, text, onAdd }: AddStepProps) {
  const t = useText(flowsTexts);
  const word = useText(flowWordsTexts);
  const [isOpen, setOpen] = useState(false);
  const add = (verb: string) => {
    setOpen(false);
    const added = addNode(text, verb, verb);
    onAdd(added.text, added.name);
  };
  return (
    <>
      <Button size="small" icon={Plus} onPress={() => setOpen(true)}>
        {label}
      </Button>
      <Dialog title={t("flows.addNode")} isOpen={isOpen} onClose={() => setOpen(false)}>
        {GROUPS.map((group) => (
          <section key={group} className={styles.verbGroup}>
            <h3>{word(`group.${group}`)}</h3>
            <div className={styles.verbs}>
              {VERBS.filter((verb) => verb.group === group).map((verb) => (
                <Button key={verb.name} variant="quiet" icon={verbIcon(verb.name)} onPress={() => add(verb.name)}>
                  {verbName(verb.name, word)}
                </Button>
              ))}
            </div>
          </section>
        ))}
      </Dialog>
    </>
  );
}
