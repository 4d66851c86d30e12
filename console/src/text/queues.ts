import type { Texts } from "./language";

export const queuesTexts = {
  "queues.title": { de: "Warteschlangen", en: "Queues", es: "Colas", fr: "Files d'attente", it: "Code" },
  "queues.empty": { de: "Noch hat niemand gewartet", en: "Nobody has waited yet", es: "Aún no ha esperado nadie", fr: "Personne n'a encore attendu", it: "Nessuno ha ancora atteso" },
  "queues.empty_hint": {
    de: "Eine Warteschlange erscheint hier, sobald jemand darin wartet. Welche es gibt, sagen Agenten und Abläufe.",
    en: "A queue appears here as soon as somebody waits in it. Agents and flows say which there are.",
    es: "Una cola aparece aquí en cuanto alguien espera en ella. Los agentes y flujos dicen cuáles hay.",
    fr: "Une file apparaît ici dès que quelqu'un y attend. Les agents et scénarios les définissent.",
    it: "Una coda compare qui appena qualcuno vi attende. Le definiscono agenti e flussi.",
  },
  "queues.waiting": { de: "warten", en: "waiting", es: "esperando", fr: "en attente", it: "in attesa" },
  "queues.longest": { de: "am längsten", en: "longest", es: "el que más", fr: "le plus long", it: "il più lungo" },
  "queues.service_level": { de: "in {seconds} s verbunden", en: "within {seconds} s", es: "en {seconds} s", fr: "en {seconds} s", it: "entro {seconds} s" },
  "queues.average": { de: "im Schnitt", en: "on average", es: "de media", fr: "en moyenne", it: "in media" },
  "queues.came": { de: "Gekommen", en: "Came", es: "Llegaron", fr: "Arrivés", it: "Arrivati" },
  "queues.served": { de: "Verbunden", en: "Put through", es: "Atendidos", fr: "Mis en relation", it: "Passati" },
  "queues.left": { de: "Aufgegeben", en: "Gave up", es: "Abandonaron", fr: "Ont abandonné", it: "Hanno rinunciato" },
  "queues.timed_out": { de: "Zu lange gewartet", en: "Waited too long", es: "Esperaron demasiado", fr: "Ont trop attendu", it: "Attesa troppo lunga" },
  "queues.refused": { de: "Kein Platz", en: "Found it full", es: "Cola llena", fr: "File pleine", it: "Coda piena" },
  "queues.position": { de: "Platz", en: "Place", es: "Puesto", fr: "Place", it: "Posto" },
  "queues.waited": { de: "Wartet seit", en: "Has waited", es: "Espera", fr: "Attend depuis", it: "Attende da" },
  "queues.callers": { de: "Wer in {name} wartet", en: "Who waits in {name}", es: "Quién espera en {name}", fr: "Qui attend dans {name}", it: "Chi attende in {name}" },
  "queues.since": { de: "Gezählt seit dem letzten Start.", en: "Counted since the last start.", es: "Contado desde el último arranque.", fr: "Compté depuis le dernier démarrage.", it: "Contato dall'ultimo avvio." },
  "queues.staff": { de: "Wer abnehmen kann", en: "Who can answer", es: "Quién puede atender", fr: "Qui peut répondre", it: "Chi può rispondere" },
} as const satisfies Texts;
