import {
  AudioLines, BookOpen, Bot, ChartColumn, Contact, Hash, Home, Layers, Megaphone, Network, Phone, Radio, Settings,
  Users, Voicemail, Workflow, type LucideIcon,
} from "lucide-react";
import type { ComponentType } from "react";
import type { Scope } from "../api/types";
import type { shellTexts } from "./texts";

/** The folder of an area under `pages/`, and the first part of its path. */
export type AreaName =
  | "home" | "calls" | "live" | "phone" | "queues" | "voicemails" | "contacts" | "campaigns" | "flows" | "agents"
  | "knowledge" | "numbers" | "trunks" | "reports" | "settings";

export interface Area {
  name: AreaName;
  /** Where it is; everything below belongs to it. */
  path: string;
  title: keyof typeof shellTexts;
  icon: LucideIcon;
  /** One of these scopes opens it. */
  scopes: Scope[];
  /** The key after `g` that goes there. */
  key?: string;
  /** The heading in the navigation under which it stands. */
  group: "work" | "outreach" | "build" | "house";
}

/** The default export of `pages/<area>/index.tsx`: it has its own `<Routes>` where it has more than one page. */
interface AreaModule {
  default: ComponentType;
  /** Asks for what the page at this address shows first, while it is not known yet who is signed in. */
  prefetch?: (at: Location) => void;
}

const modules = import.meta.glob<AreaModule>("../pages/*/index.tsx");

/** Loads an area; `undefined` where there is none. */
export function loaderOf(name: AreaName): (() => Promise<AreaModule>) | undefined {
  return modules[`../pages/${name}/index.tsx`];
}

const all: Area[] = [
  { name: "home", path: "/", title: "shell.home", icon: Home, scopes: [], key: "h", group: "work" },
  { name: "calls", path: "/calls", title: "shell.calls", icon: AudioLines, scopes: ["calls:read"], key: "c", group: "work" },
  { name: "live", path: "/live", title: "shell.live", icon: Radio, scopes: ["live:read"], key: "l", group: "work" },
  { name: "phone", path: "/phone", title: "shell.phone", icon: Phone, scopes: ["phone:use"], key: "p", group: "work" },
  { name: "queues", path: "/queues", title: "shell.queues", icon: Layers, scopes: ["live:read"], key: "q", group: "work" },
  { name: "voicemails", path: "/voicemails", title: "shell.voicemails", icon: Voicemail, scopes: ["voicemails:read"], key: "v", group: "work" },
  { name: "contacts", path: "/contacts", title: "shell.contacts", icon: Contact, scopes: ["contacts:read"], key: "o", group: "work" },
  { name: "campaigns", path: "/campaigns", title: "shell.campaigns", icon: Megaphone, scopes: ["campaigns:read"], key: "m", group: "outreach" },
  { name: "reports", path: "/reports", title: "shell.reports", icon: ChartColumn, scopes: ["reports:read"], key: "r", group: "outreach" },
  { name: "flows", path: "/flows", title: "shell.flows", icon: Workflow, scopes: ["flows:read"], key: "f", group: "build" },
  { name: "agents", path: "/agents", title: "shell.agents", icon: Bot, scopes: ["agents:read"], key: "a", group: "build" },
  { name: "knowledge", path: "/knowledge", title: "shell.knowledge", icon: BookOpen, scopes: ["knowledge:read"], key: "k", group: "build" },
  { name: "numbers", path: "/numbers", title: "shell.numbers", icon: Hash, scopes: ["numbers:read"], key: "n", group: "house" },
  { name: "trunks", path: "/trunks", title: "shell.trunks", icon: Network, scopes: ["trunks:read"], key: "t", group: "house" },
  { name: "settings", path: "/settings", title: "shell.settings", icon: Settings, scopes: [], key: "s", group: "house" },
];

/** The areas that there are. */
export const areas: readonly Area[] = all.filter(({ name }) => loaderOf(name));

/** The groups of the navigation in their order, with their heading. */
export const groups = [
  { id: "work", title: "shell.group.work", icon: Users },
  { id: "outreach", title: "shell.group.outreach", icon: Megaphone },
  { id: "build", title: "shell.group.build", icon: Workflow },
  { id: "house", title: "shell.group.house", icon: Settings },
] as const;
