/** The parts that every page is made of. */
export { Badge, type Tone } from "./Badge";
export { Button, DownloadButton, IconButton, LinkButton, type ButtonVariant } from "./Button";
export { Confirm, Dialog, FormDialog } from "./Dialog";
export { Empty, ErrorNote, Note } from "./Empty";
export { Checkbox, RadioGroup, SearchField, Select, Switch, TextField, type Option } from "./Field";
export { useFormat, type Format } from "./format";
export { Menu, type MenuEntry } from "./Menu";
export { Columns, Facts, Page, Panel } from "./Page";
export { PhoneNumber } from "./PhoneNumber";
export { useShortcuts, type Shortcut } from "./shortcuts";
export { Loading, Skeleton, Spinner } from "./Spinner";
export { More, Table, type Column } from "./Table";
export { Tabs } from "./Tabs";
export { useErrorText } from "./texts";
export { useToast } from "./Toast";
export { cx } from "./cx";
