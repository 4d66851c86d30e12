import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link2, Trash2, Unlink, UserPlus } from "lucide-react";
import { useState } from "react";

import { send } from "../../api/client";
import { useRows } from "../../api/query";
import type { Role } from "../../api/types";
import { sessionKey, useMay } from "../../shell/session";
import { accessTexts } from "../../text/access";
import { languageNames, languages } from "../../text/language";
import { settingsTexts } from "../../text/settings";
import { useText } from "../../text/useText";
import { Badge, Button, Confirm, Dialog, Empty, ErrorNote, FormDialog, Menu, Panel, RadioGroup, Select, Switch, Table, TextField, useFormat, useToast } from "../../ui";
import { Secret } from "./Secret";
import styles from "./settings.module.css";

export interface User {
  id: string;
  name: string;
  display: string;
  role: Role;
  member: string | null;
  language: string | null;
  disabled: boolean;
  active: boolean;
  second_factor: boolean;
  openid: boolean;
}

const ROLES: Role[] = ["admin", "manager", "member", "reviewer"];

export function Users() {
  const t = useText(accessTexts);
  const s = useText(settingsTexts);
  const may = useMay();
  const mayWrite = may("users:write");
  const users = useRows<User>("/v1/users");
  const [edited, edit] = useState<User | "new" | null>(null);
  const [linked, link] = useState<User | null>(null);
  const [gone, remove] = useState<User | null>(null);
  const [unlinked, unlink] = useState<User | null>(null);
  const add = mayWrite && (
    <Button variant="primary" icon={UserPlus} onPress={() => edit("new")}>
      {t("access.addUser")}
    </Button>
  );
  const state = (user: User) => (user.disabled ? "disabled" : user.active ? "active" : "invited");
  const tones = { disabled: "bad", active: "good", invited: "warn" } as const;
  return (
    <Panel title={s("settings.users")} actions={add} flush>
      <Table
        label={s("settings.users")}
        rows={users.rows}
        rowKey={(user) => user.id}
        onOpen={mayWrite ? edit : undefined}
        isLoading={users.isLoading}
        error={users.error}
        onRetry={users.retry}
        empty={<Empty title={t("access.noUsers")} action={add} />}
        columns={[
          {
            id: "name",
            label: t("access.name"),
            cell: (user) => (
              <>
                {user.display} <span className={styles.muted}>{user.name}</span>
              </>
            ),
          },
          { id: "role", label: t("access.role"), cell: (user) => t(`access.${user.role}`) },
          { id: "state", label: t("access.state"), cell: (user) => <Badge tone={tones[state(user)]}>{t(`access.${state(user)}`)}</Badge> },
          { id: "factor", label: t("access.secondFactor"), isMinor: true, cell: (user) => t(user.second_factor ? "access.yes" : "access.no") },
          { id: "openid", label: t("access.openid"), isMinor: true, cell: (user) => t(user.openid ? "access.openidLinked" : "access.no") },
          ...(mayWrite
            ? [
                {
                  id: "more",
                  label: t("access.link"),
                  isLabelHidden: true,
                  width: "3rem",
                  cell: (user: User) => (
                    <Menu
                      label={user.display}
                      size="small"
                      items={[
                        { id: "link", label: t("access.link"), icon: Link2, isDisabled: user.disabled, onAction: () => link(user) },
                        ...(user.openid ? [{ id: "unlink", label: t("access.unlinkOpenid"), icon: Unlink, isDanger: true, onAction: () => unlink(user) }] : []),
                        { id: "delete", label: t("access.deleteUser"), icon: Trash2, isDanger: true, onAction: () => remove(user) },
                      ]}
                    />
                  ),
                },
              ]
            : []),
        ]}
      />
      {edited && <UserDialog user={edited === "new" ? null : edited} onClose={() => edit(null)} onAdded={link} />}
      {linked && <LinkDialog user={linked} onClose={() => link(null)} />}
      {unlinked && <Unlinking user={unlinked} onClose={() => unlink(null)} />}
      {gone && <Removal user={gone} onClose={() => remove(null)} />}
    </Panel>
  );
}

interface Member {
  id: string;
  display: string;
  name: string;
}

function UserDialog({ user, onClose, onAdded }: { user: User | null; onClose: () => void; onAdded: (user: User) => void }) {
  const t = useText(accessTexts);
  const s = useText(settingsTexts);
  const client = useQueryClient();
  const members = useRows<Member>("/v1/members");
  const [name, setName] = useState(user?.name ?? "");
  const [display, setDisplay] = useState(user?.display ?? "");
  const [role, setRole] = useState<Role>(user?.role ?? "member");
  const [member, setMember] = useState(user?.member ?? "-");
  const [language, setLanguage] = useState(user?.language ?? "-");
  const [disabled, setDisabled] = useState(user?.disabled ?? false);
  const save = useMutation({
    mutationFn: () => {
      const common = { display: display.trim() || name, role, member: member === "-" ? null : member, language: language === "-" ? null : language };
      return user
        ? send<User>("PATCH", `/v1/users/${user.id}`, { body: { ...common, disabled } })
        : send<User>("POST", "/v1/users", { body: { ...common, name } });
    },
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ["/v1/users"] });
      // It may be oneself, with another phone or other rights.
      void client.invalidateQueries({ queryKey: sessionKey });
      onClose();
      if (!user) onAdded(saved);
    },
  });
  return (
    <FormDialog
      title={t(user ? "access.editUser" : "access.addUser")}
      action={user ? s("settings.save") : t("access.addUser")}
      isOpen
      onClose={onClose}
      isPending={save.isPending}
      isDisabled={!/^[A-Za-z0-9_.@-]{1,64}$/.test(name)}
      onSubmit={() => save.mutate()}
    >
      <TextField label={t("access.name")} value={name} onChange={setName} isRequired isReadOnly={user !== null} autoComplete="off" />
      <TextField label={t("access.display")} value={display} onChange={setDisplay} autoComplete="off" />
      <RadioGroup label={t("access.role")} value={role} onChange={setRole} options={ROLES.map((id) => ({ id, label: t(`access.${id}`), hint: t(`access.${id}Help`) }))} />
      <Select
        label={t("access.phoneOf")}
        options={[{ id: "-", label: t("access.noPhone") }, ...members.rows.map((one) => ({ id: one.id, label: `${one.display} (${one.name})` }))]}
        value={member}
        onChange={setMember}
      />
      <Select
        label={t("access.language")}
        options={[{ id: "-", label: t("access.browserLanguage") }, ...languages.map((tag) => ({ id: tag as string, label: languageNames[tag] }))]}
        value={language}
        onChange={setLanguage}
      />
      {user && (
        <Switch isSelected={disabled} onChange={setDisabled}>
          {t("access.disable")}
        </Switch>
      )}
      {save.error && <ErrorNote error={save.error} />}
    </FormDialog>
  );
}

function LinkDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useText(accessTexts);
  const f = useFormat();
  const make = useMutation({ mutationFn: () => send<{ url: string; expires_at: string }>("POST", `/v1/users/${user.id}/link`) });
  if (make.data) {
    return (
      <Dialog title={t("access.linkTitle", { name: user.display })} isOpen onClose={onClose} footer={<Button variant="primary" onPress={onClose}>{t("access.done")}</Button>}>
        <Secret label={t("access.linkHelp", { name: user.display, until: f.dateTime(make.data.expires_at) })} value={make.data.url} />
      </Dialog>
    );
  }
  return (
    <FormDialog title={t("access.linkTitle", { name: user.display })} action={t("access.link")} isOpen onClose={onClose} isPending={make.isPending} onSubmit={() => make.mutate()} size="small">
      <p>{t("access.linkSure")}</p>
      {make.error && <ErrorNote error={make.error} />}
    </FormDialog>
  );
}

/** Their account at the provider of OpenID Connect is theirs no more. */
function Unlinking({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useText(accessTexts);
  const toast = useToast();
  const client = useQueryClient();
  const forget = useMutation({
    mutationFn: () => send<User>("PATCH", `/v1/users/${user.id}`, { body: { forget_openid: true } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["/v1/users"] });
      onClose();
    },
    onError: toast.bad,
  });
  return (
    <Confirm title={t("access.unlinkOpenid")} action={t("access.unlinkOpenid")} isDanger isOpen isPending={forget.isPending} onConfirm={() => forget.mutate()} onClose={onClose}>
      {t("access.unlinkOpenidSure", { display: user.display, name: user.name })}
    </Confirm>
  );
}

function Removal({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useText(accessTexts);
  const toast = useToast();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => send("DELETE", `/v1/users/${user.id}`),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["/v1/users"] });
      onClose();
    },
    onError: toast.bad,
  });
  return (
    <Confirm title={t("access.deleteUser")} action={t("access.deleteUser")} isDanger isOpen isPending={remove.isPending} onConfirm={() => remove.mutate()} onClose={onClose}>
      {t("access.deleteUserSure", { name: user.display })}
    </Confirm>
  );
}
