import { Check, ChevronDown, Search, X } from "lucide-react";
import type { HTMLInputAutoCompleteAttribute, ReactNode } from "react";
import {
  Button as AriaButton,
  Checkbox as AriaCheckbox,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Radio,
  RadioGroup as AriaRadioGroup,
  SearchField as AriaSearchField,
  Select as AriaSelect,
  SelectValue,
  Switch as AriaSwitch,
  Text,
  TextArea,
  TextField as AriaTextField,
} from "react-aria-components";
import styles from "./Field.module.css";
import { cx } from "./cx";
import { useUiText } from "./texts";

interface FieldProps {
  label: string;
  /** The label is only for those who cannot see. */
  isLabelHidden?: boolean;
  /** Under the field: what belongs into it. */
  hint?: ReactNode;
  /** What is wrong with it, and what to do. */
  error?: string | null;
  isRequired?: boolean;
  isDisabled?: boolean;
  autoFocus?: boolean;
  className?: string;
}

interface TextFieldProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
  type?: "text" | "password" | "email" | "tel" | "url" | "number" | "date" | "time" | "datetime-local";
  /** So many lines; one where it is not said. */
  rows?: number;
  placeholder?: string;
  name?: string;
  autoComplete?: HTMLInputAutoCompleteAttribute;
  inputMode?: "text" | "numeric" | "tel" | "email" | "url" | "decimal";
  maxLength?: number;
  /** For code and keys. */
  isMono?: boolean;
  isReadOnly?: boolean;
  spellCheck?: boolean;
  onBlur?: () => void;
}

/** A line of text, or several. */
export function TextField(props: TextFieldProps) {
  const { label, isLabelHidden, hint, error, rows, placeholder, isMono, className, spellCheck, ...rest } = props;
  const input = cx(styles.input, isMono && styles.mono);
  return (
    <AriaTextField
      {...rest}
      spellCheck={spellCheck === undefined ? undefined : spellCheck ? "true" : "false"}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      className={cx(styles.field, className)}
    >
      <FieldLabel hidden={isLabelHidden}>{label}</FieldLabel>
      {rows ? (
        <TextArea rows={rows} placeholder={placeholder} className={cx(input, styles.area)} />
      ) : (
        <Input placeholder={placeholder} className={input} />
      )}
      <Hints hint={hint} error={error} />
    </AriaTextField>
  );
}

function FieldLabel({ hidden, children }: { hidden?: boolean; children: ReactNode }) {
  return <Label className={hidden ? "visually-hidden" : (styles.label ?? "")}>{children}</Label>;
}

function Hints({ hint, error }: { hint?: ReactNode; error?: string | null }) {
  return (
    <>
      {hint && !error && (
        <Text slot="description" className={styles.hint ?? ""}>
          {hint}
        </Text>
      )}
      <FieldError className={styles.error ?? ""}>{error}</FieldError>
    </>
  );
}

export interface Option<K extends string = string> {
  id: K;
  label: string;
  /** Under the label. */
  hint?: string;
}

interface SelectProps<K extends string> extends FieldProps {
  value: K | null;
  onChange: (value: K) => void;
  options: readonly Option<K>[];
  placeholder?: string;
  size?: "small" | "medium";
}

/** One of some. */
export function Select<K extends string>(props: SelectProps<K>) {
  const { label, isLabelHidden, hint, error, value, onChange, options, className, size, ...rest } = props;
  return (
    <AriaSelect
      {...rest}
      value={value}
      onChange={(key) => key !== null && onChange(key as K)}
      isInvalid={Boolean(error)}
      className={cx(styles.field, className)}
    >
      <FieldLabel hidden={isLabelHidden}>{label}</FieldLabel>
      <AriaButton className={cx(styles.input, styles.select, size === "small" && styles.small)}>
        <SelectValue className={styles.selected ?? ""}>
          {({ selectedText, defaultChildren }) => selectedText || defaultChildren}
        </SelectValue>
        <ChevronDown size={15} aria-hidden />
      </AriaButton>
      <Hints hint={hint} error={error} />
      <Popover className={styles.popover ?? ""} offset={4}>
        <ListBox className={styles.list ?? ""} items={options}>
          {(option) => (
            <ListBoxItem id={option.id} textValue={option.label} className={styles.option ?? ""}>
              <span className={styles.optionText}>
                <Text slot="label">{option.label}</Text>
                {option.hint && (
                  <Text slot="description" className={styles.hint ?? ""}>
                    {option.hint}
                  </Text>
                )}
              </span>
              <Check size={15} aria-hidden className={styles.check} />
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

interface SearchFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  onSubmit?: (value: string) => void;
  placeholder?: string;
  autoFocus?: boolean;
  className?: string;
}

/** Words to look for. */
export function SearchField({ label, placeholder, className, ...rest }: SearchFieldProps) {
  const t = useUiText();
  return (
    <AriaSearchField {...rest} aria-label={label} className={cx(styles.field, styles.searchField, className)}>
      <Search size={15} aria-hidden className={styles.searchIcon} />
      <Input placeholder={placeholder ?? label} className={cx(styles.input, styles.search)} />
      <AriaButton className={styles.clear ?? ""} aria-label={t("ui.clear")}>
        <X size={14} aria-hidden />
      </AriaButton>
    </AriaSearchField>
  );
}

interface ToggleProps {
  children: ReactNode;
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
  isDisabled?: boolean;
  hint?: ReactNode;
}

/** Yes or no, beside others. */
export function Checkbox({ children, hint, ...rest }: ToggleProps) {
  return (
    <AriaCheckbox {...rest} className={styles.toggle ?? ""}>
      <span className={styles.box}>
        <Check size={13} strokeWidth={3} aria-hidden />
      </span>
      <span>
        {children}
        {hint && <span className={styles.toggleHint}>{hint}</span>}
      </span>
    </AriaCheckbox>
  );
}

/** On or off, at once. */
export function Switch({ children, hint, ...rest }: ToggleProps) {
  return (
    <AriaSwitch {...rest} className={styles.toggle ?? ""}>
      <span className={styles.track}>
        <span className={styles.knob} />
      </span>
      <span>
        {children}
        {hint && <span className={styles.toggleHint}>{hint}</span>}
      </span>
    </AriaSwitch>
  );
}

interface RadioGroupProps<K extends string> extends FieldProps {
  value: K;
  onChange: (value: K) => void;
  options: readonly Option<K>[];
}

/** One of a few, all of them in sight. */
export function RadioGroup<K extends string>(props: RadioGroupProps<K>) {
  const { label, isLabelHidden, hint, error, options, onChange, className, isRequired, isDisabled, value } = props;
  return (
    <AriaRadioGroup
      value={value}
      onChange={(chosen) => onChange(chosen as K)}
      isRequired={isRequired}
      isDisabled={isDisabled}
      isInvalid={Boolean(error)}
      className={cx(styles.field, className)}
    >
      <FieldLabel hidden={isLabelHidden}>{label}</FieldLabel>
      <div className={styles.radios}>
        {options.map((option) => (
          <Radio key={option.id} value={option.id} className={styles.toggle ?? ""}>
            <span className={styles.circle} />
            <span>
              {option.label}
              {option.hint && <span className={styles.toggleHint}>{option.hint}</span>}
            </span>
          </Radio>
        ))}
      </div>
      <Hints hint={hint} error={error} />
    </AriaRadioGroup>
  );
}
