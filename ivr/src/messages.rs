//! What every flow can say without being told how, in five languages. A flow may replace each under `messages:`.

use crate::text::primary;

macro_rules! message_keys {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// One of the built-in messages.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum MessageKey { $($(#[$doc])* $variant),+ }

        impl MessageKey {
            /// All of them with their names in a flow file.
            pub const ALL: &'static [(&'static str, Self)] = &[$(($name, Self::$variant)),+];
        }
    };
}

message_keys! {
    /// Before a prompt is heard again because nothing was pressed.
    NoInput = "no_input",
    /// Before a prompt is heard again because a wrong key was pressed.
    NoMatch = "no_match",
    /// Before the call ends for want of input.
    Goodbye = "goodbye",
    /// Before the call ends because something of ours failed.
    Apology = "apology",
    /// The call is recorded.
    Recorded = "recorded",
    /// May the call be recorded? Key 1 agrees.
    Consent = "consent",
    /// After the caller did not agree.
    Declined = "declined",
    /// Leave a message after the tone.
    LeaveMessage = "leave_message",
    /// 1 hear it, 2 record it again, 3 send it.
    Review = "review",
    /// The message is on its way.
    MessageSaved = "message_saved",
    /// No message was heard.
    NoMessage = "no_message",
    /// The caller's place in a queue.
    QueuePosition = "queue_position",
    /// Which keys take and decline a call, to whoever answers.
    TakeCall = "take_call",
    /// Reads an entry back: 1 right, 2 again.
    Confirm = "confirm",
}

/// The languages that the messages exist in.
pub(crate) const LANGUAGES: [&str; 5] = ["en", "de", "fr", "it", "es"];

/// A message as a template, and its language: English when `language` is not one of [`LANGUAGES`].
pub(crate) fn built_in(key: MessageKey, language: &str) -> (&str, &'static str) {
    match LANGUAGES.iter().position(|known| *known == primary(language)) {
        Some(column) => (language, texts(key)[column]),
        None => (LANGUAGES[0], texts(key)[0]),
    }
}

fn texts(key: MessageKey) -> [&'static str; 5] {
    match key {
        MessageKey::NoInput => [
            "Sorry, I did not hear a key.",
            "Ich habe leider keine Taste gehört.",
            "Je n'ai pas reçu de touche.",
            "Non ho ricevuto nessun tasto.",
            "No he recibido ninguna tecla.",
        ],
        MessageKey::NoMatch => [
            "Sorry, that is not one of the choices.",
            "Das war leider keine gültige Auswahl.",
            "Ce choix n'existe pas.",
            "Questa scelta non esiste.",
            "Esa opción no existe.",
        ],
        MessageKey::Goodbye => [
            "Thank you for calling. Goodbye.",
            "Vielen Dank für Ihren Anruf. Auf Wiederhören.",
            "Merci de votre appel. Au revoir.",
            "Grazie per la chiamata. Arrivederci.",
            "Gracias por llamar. Adiós.",
        ],
        MessageKey::Apology => [
            "I am sorry, something went wrong here. Please call again later. Goodbye.",
            "Es tut mir leid, hier ist etwas schiefgegangen. Bitte rufen Sie später noch einmal an. Auf Wiederhören.",
            "Je suis désolé, un problème est survenu. Merci de rappeler plus tard. Au revoir.",
            "Mi dispiace, si è verificato un problema. La preghiamo di richiamare più tardi. Arrivederci.",
            "Lo siento, ha ocurrido un problema. Por favor, llame más tarde. Adiós.",
        ],
        MessageKey::Recorded => [
            "This call is recorded.",
            "Dieses Gespräch wird aufgezeichnet.",
            "Cet appel est enregistré.",
            "Questa chiamata viene registrata.",
            "Esta llamada se graba.",
        ],
        MessageKey::Consent => [
            "May we record this call? Press 1 if you agree, or 2 if you do not.",
            "Dürfen wir dieses Gespräch aufzeichnen? Drücken Sie die 1, wenn Sie einverstanden sind, sonst die 2.",
            "Acceptez-vous que cet appel soit enregistré ? Tapez 1 pour accepter, ou 2 pour refuser.",
            "Possiamo registrare questa chiamata? Prema 1 se è d'accordo, oppure 2 se non lo è.",
            "¿Nos permite grabar esta llamada? Pulse 1 si está de acuerdo, o 2 si no lo está.",
        ],
        MessageKey::Declined => [
            "All right, nothing is recorded.",
            "In Ordnung, es wird nichts aufgezeichnet.",
            "Très bien, rien n'est enregistré.",
            "Va bene, non viene registrato nulla.",
            "De acuerdo, no se graba nada.",
        ],
        _ => keyed_texts(key),
    }
}

/// The messages around entries and voicemail.
fn keyed_texts(key: MessageKey) -> [&'static str; 5] {
    match key {
        MessageKey::LeaveMessage => [
            "Please leave a message after the tone. Press hash when you are done.",
            "Bitte sprechen Sie nach dem Ton. Drücken Sie die Raute-Taste, wenn Sie fertig sind.",
            "Laissez un message après le bip. Tapez dièse pour terminer.",
            "Lasci un messaggio dopo il segnale. Prema cancelletto per terminare.",
            "Deje un mensaje después de la señal. Pulse almohadilla para terminar.",
        ],
        MessageKey::Review => [
            "To hear your message, press 1. To record it again, press 2. To send it, press 3 or just hang up.",
            "Zum Anhören drücken Sie die 1, für eine neue Aufnahme die 2. Zum Absenden drücken Sie die 3 \
             oder legen Sie einfach auf.",
            "Pour écouter votre message, tapez 1. Pour le refaire, tapez 2. Pour l'envoyer, tapez 3 ou raccrochez.",
            "Per ascoltare il messaggio prema 1. Per registrarlo di nuovo prema 2. Per inviarlo prema 3 \
             o riagganci.",
            "Para escuchar su mensaje, pulse 1. Para grabarlo de nuevo, pulse 2. Para enviarlo, pulse 3 o cuelgue.",
        ],
        MessageKey::MessageSaved => [
            "Thank you, your message has been sent.",
            "Vielen Dank, Ihre Nachricht ist angekommen.",
            "Merci, votre message a été transmis.",
            "Grazie, il suo messaggio è stato inviato.",
            "Gracias, su mensaje ha sido enviado.",
        ],
        MessageKey::NoMessage => [
            "I did not hear a message.",
            "Ich habe keine Nachricht gehört.",
            "Je n'ai entendu aucun message.",
            "Non ho sentito nessun messaggio.",
            "No he oído ningún mensaje.",
        ],
        MessageKey::QueuePosition => [
            "You are number {{ value }} in line.",
            "Sie sind an Platz {{ value }} der Warteschlange.",
            "Vous êtes numéro {{ value }} dans la file d'attente.",
            "Lei è il numero {{ value }} in attesa.",
            "Es usted el número {{ value }} de la fila.",
        ],
        MessageKey::TakeCall => [
            "Press 1 to take the call, or 2 to decline it.",
            "Drücken Sie die 1, um das Gespräch anzunehmen, oder die 2, um es abzulehnen.",
            "Tapez 1 pour prendre l'appel, ou 2 pour le refuser.",
            "Prema 1 per accettare la chiamata o 2 per rifiutarla.",
            "Pulse 1 para aceptar la llamada o 2 para rechazarla.",
        ],
        _ => [
            "You entered {{ value|digits }}. If that is right, press 1. To enter it again, press 2.",
            "Sie haben {{ value|digits }} eingegeben. Wenn das stimmt, drücken Sie die 1, für eine neue Eingabe die 2.",
            "Vous avez saisi {{ value|digits }}. Si c'est juste, tapez 1. Pour recommencer, tapez 2.",
            "Ha inserito {{ value|digits }}. Se è giusto prema 1. Per reinserirlo prema 2.",
            "Ha marcado {{ value|digits }}. Si es correcto, pulse 1. Para repetirlo, pulse 2.",
        ],
    }
}
