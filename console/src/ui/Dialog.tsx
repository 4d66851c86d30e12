import { X } from "lucide-react";
import { useId, type FormEvent, type ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { Button, IconButton } from "./Button";
import styles from "./Dialog.module.css";
import { cx } from "./cx";
import { useUiText } from "./texts";

interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  /** Buttons at its foot, the one that goes on last. */
  footer?: ReactNode;
  size?: "small" | "medium" | "large";
  /** It cannot be closed but by its buttons. */
  isFixed?: boolean;
  children: ReactNode;
}

/** Something to be done before one goes on. */
export function Dialog({ title, isOpen, onClose, footer, size = "medium", isFixed, children }: DialogProps) {
  const t = useUiText();
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable={!isFixed}
      isKeyboardDismissDisabled={isFixed}
      className={styles.overlay ?? ""}
    >
      <Modal className={cx(styles.modal, styles[size])}>
        <AriaDialog className={styles.dialog ?? ""}>
          <header className={styles.head}>
            <Heading slot="title" className={styles.title}>
              {title}
            </Heading>
            {!isFixed && <IconButton label={t("ui.close")} icon={X} size="small" onPress={onClose} />}
          </header>
          <div className={styles.body}>{children}</div>
          {footer && <footer className={styles.foot}>{footer}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

interface FormDialogProps extends Omit<DialogProps, "footer"> {
  /** What its button says. */
  action: string;
  onSubmit: () => void;
  isPending?: boolean;
  isDisabled?: boolean;
  isDanger?: boolean;
}

/** A dialog with a form; Enter sends it. */
export function FormDialog(props: FormDialogProps) {
  const { action, onSubmit, isPending, isDisabled, isDanger, children, ...rest } = props;
  const t = useUiText();
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isPending && !isDisabled) onSubmit();
  };
  const footer = (
    <>
      <Button variant="quiet" onPress={rest.onClose}>
        {t("ui.cancel")}
      </Button>
      <Button
        type="submit"
        form={id}
        variant={isDanger ? "danger" : "primary"}
        isPending={isPending}
        isDisabled={isDisabled}
      >
        {action}
      </Button>
    </>
  );
  return (
    <Dialog {...rest} footer={footer}>
      <form id={id} onSubmit={submit} className={styles.form} noValidate>
        {children}
      </form>
    </Dialog>
  );
}

interface ConfirmProps {
  title: string;
  /** What happens then, and whether it can be undone. */
  children: ReactNode;
  /** What its button says: the deed, not `OK`. */
  action: string;
  isDanger?: boolean;
  isOpen: boolean;
  isPending?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that cannot easily be undone. */
export function Confirm({ children, onConfirm, ...rest }: ConfirmProps) {
  return (
    <FormDialog {...rest} size="small" onSubmit={onConfirm}>
      <div className={styles.text}>{children}</div>
    </FormDialog>
  );
}
