import type { LucideIcon } from "lucide-react";
import { Ellipsis } from "lucide-react";
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover, Text } from "react-aria-components";
import { Button, IconButton, type ButtonVariant } from "./Button";
import styles from "./Menu.module.css";
import { cx } from "./cx";

export interface MenuEntry {
  id: string;
  label: string;
  hint?: string;
  icon?: LucideIcon;
  isDanger?: boolean;
  isDisabled?: boolean;
  /** What happens; or `href`, which is opened. */
  onAction?: () => void;
  href?: string;
  /** Name under which `href` is kept as a file. */
  download?: string;
}

interface MenuProps {
  /** What can be done here: the button's name. */
  label: string;
  items: MenuEntry[];
  /** Its icon; three dots where it is not said. */
  icon?: LucideIcon;
  /** The label is shown beside the icon. */
  isLabelShown?: boolean;
  /** Shown beside the icon instead of the label. */
  shown?: string;
  variant?: ButtonVariant;
  size?: "small" | "medium";
}

/** Things that can be done, behind a button. */
export function Menu({ label, items, icon = Ellipsis, isLabelShown, shown, variant = "quiet", size }: MenuProps) {
  return (
    <MenuTrigger>
      {isLabelShown || shown ? (
        <Button variant={variant} size={size} icon={icon} label={shown && label}>
          {shown ?? label}
        </Button>
      ) : (
        <IconButton label={label} icon={icon} variant={variant} size={size} />
      )}
      <Popover className={styles.popover ?? ""} placement="bottom end" offset={4}>
        <AriaMenu className={styles.menu ?? ""} aria-label={label} items={items}>
          {({ icon: Icon, ...item }) => (
            <MenuItem
              id={item.id}
              textValue={item.label}
              href={item.href}
              download={item.download}
              isDisabled={item.isDisabled}
              onAction={item.onAction}
              className={cx(styles.item, item.isDanger && styles.danger)}
            >
              {Icon && <Icon size={15} aria-hidden />}
              <span className={styles.text}>
                <Text slot="label">{item.label}</Text>
                {item.hint && (
                  <Text slot="description" className={styles.hint ?? ""}>
                    {item.hint}
                  </Text>
                )}
              </span>
            </MenuItem>
          )}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
