import { useCallback } from "react";
import { ApiError } from "../api/problem";
import type { Texts } from "../text/language";
import { useText } from "../text/useText";

/** Texts of the parts that every page is made of. */
export const uiTexts = {
  "ui.loading": { de: "Wird geladen …", en: "Loading…", es: "Cargando…", fr: "Chargement…", it: "Caricamento…" },
  "ui.close": { de: "Schließen", en: "Close", es: "Cerrar", fr: "Fermer", it: "Chiudi" },
  "ui.cancel": { de: "Abbrechen", en: "Cancel", es: "Cancelar", fr: "Annuler", it: "Annulla" },
  "ui.save": { de: "Speichern", en: "Save", es: "Guardar", fr: "Enregistrer", it: "Salva" },
  "ui.delete": { de: "Löschen", en: "Delete", es: "Eliminar", fr: "Supprimer", it: "Elimina" },
  "ui.edit": { de: "Bearbeiten", en: "Edit", es: "Editar", fr: "Modifier", it: "Modifica" },
  "ui.add": { de: "Hinzufügen", en: "Add", es: "Añadir", fr: "Ajouter", it: "Aggiungi" },
  "ui.clear": { de: "Leeren", en: "Clear", es: "Borrar", fr: "Effacer", it: "Svuota" },
  "ui.copy": { de: "Kopieren", en: "Copy", es: "Copiar", fr: "Copier", it: "Copia" },
  "ui.copied": { de: "Kopiert", en: "Copied", es: "Copiado", fr: "Copié", it: "Copiato" },
  "ui.more": { de: "Mehr laden", en: "Load more", es: "Cargar más", fr: "Afficher plus", it: "Carica altri" },
  "ui.messages": { de: "Meldungen", en: "Messages", es: "Mensajes", fr: "Messages", it: "Messaggi" },
  "ui.retry": { de: "Erneut versuchen", en: "Try again", es: "Reintentar", fr: "Réessayer", it: "Riprova" },
  "ui.failed": {
    de: "Das hat nicht geklappt",
    en: "That did not work",
    es: "No ha funcionado",
    fr: "Cela n’a pas fonctionné",
    it: "Non ha funzionato",
  },
  "ui.unreachable": {
    de: "Callwright ist gerade nicht erreichbar. Bitte die Verbindung prüfen und es noch einmal versuchen.",
    en: "Callwright cannot be reached just now. Please check your connection and try again.",
    es: "No se puede contactar con Callwright ahora. Comprueba la conexión e inténtalo de nuevo.",
    fr: "Callwright est injoignable pour le moment. Vérifiez votre connexion et réessayez.",
    it: "Callwright non è raggiungibile al momento. Controlla la connessione e riprova.",
  },
  "ui.forbidden": {
    de: "Dafür fehlt Ihnen die Berechtigung. Bitte wenden Sie sich an Ihre Verwaltung.",
    en: "You may not do this. Please ask your administrator.",
    es: "No tienes permiso para esto. Consulta a tu administrador.",
    fr: "Vous n’avez pas le droit de faire cela. Adressez-vous à votre administrateur.",
    it: "Non hai l’autorizzazione per farlo. Rivolgiti all’amministratore.",
  },
  "ui.gone": {
    de: "Das gibt es nicht (mehr).",
    en: "This does not exist (any more).",
    es: "Esto no existe (o ya no existe).",
    fr: "Cela n’existe pas (ou plus).",
    it: "Questo elemento non esiste (più).",
  },
} satisfies Texts;

export const useUiText = () => useText(uiTexts);

/** What a person is told of a failure. */
export function useErrorText(): (cause: unknown) => string {
  const t = useUiText();
  return useCallback(
    (cause) => {
      if (typeof cause === "string") return cause;
      if (!(cause instanceof ApiError)) return cause instanceof Error && cause.message ? cause.message : t("ui.failed");
      if (cause.isOffline) return t("ui.unreachable");
      if (cause.status === 403 && !("reason" in cause.problem)) return t("ui.forbidden");
      if (cause.status === 404) return t("ui.gone");
      return cause.message || t("ui.failed");
    },
    [t],
  );
}
