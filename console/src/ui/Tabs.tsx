import type { ReactNode } from "react";
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from "react-aria-components";
import styles from "./Tabs.module.css";

interface TabItem {
  id: string;
  label: string;
  /** Beside the label, such as a count. */
  badge?: ReactNode;
  content: ReactNode;
}

interface TabsProps {
  /** What the tabs are of. */
  label: string;
  items: TabItem[];
  /** The tab in sight; the first where it is not said. */
  selected?: string;
  onSelect?: (id: string) => void;
}

/** Several parts of one thing, one in sight at a time. */
export function Tabs({ label, items, selected, onSelect }: TabsProps) {
  return (
    <AriaTabs selectedKey={selected} onSelectionChange={(key) => onSelect?.(String(key))} className={styles.tabs ?? ""}>
      <TabList aria-label={label} className={styles.list ?? ""}>
        {items.map((item) => (
          <Tab key={item.id} id={item.id} className={styles.tab ?? ""}>
            {item.label}
            {item.badge !== undefined && item.badge !== null && <span className={styles.badge}>{item.badge}</span>}
          </Tab>
        ))}
      </TabList>
      {items.map((item) => (
        <TabPanel key={item.id} id={item.id} className={styles.panel ?? ""}>
          {item.content}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
