import {
  Ban, Bot, Braces, CircleDot, CircleHelp, Clock, CornerDownLeft, Ear, Grip, Hash, Languages, ListChecks,
  MessageSquare, NotebookPen, Pause, PhoneForwarded, PhoneIncoming, PhoneOff, PhoneOutgoing, Plug, Repeat, Split,
  UserRoundPen, Voicemail, Workflow, Wrench, Music,
} from "lucide-react";
import type { LucideIcon } from "lucide-react";

const ICONS: Record<string, LucideIcon> = {
  say: MessageSquare,
  play: Music,
  pause: Pause,
  menu: Grip,
  gather: Hash,
  survey: ListChecks,
  branch: Split,
  hours: Clock,
  set: Braces,
  remember: NotebookPen,
  contact: UserRoundPen,
  opt_out: Ban,
  language: Languages,
  http: Plug,
  tool: Wrench,
  call: Workflow,
  agent: Bot,
  transfer: PhoneForwarded,
  voicemail: Voicemail,
  record: Ear,
  recording: CircleDot,
  echo: Repeat,
  send_digits: PhoneOutgoing,
  answer: PhoneIncoming,
  reject: PhoneOff,
  return: CornerDownLeft,
  hangup: PhoneOff,
};

/** The picture of a verb. */
export function verbIcon(verb: string | null): LucideIcon {
  return (verb !== null && ICONS[verb]) || CircleHelp;
}
