//! What is said around handing over: to the caller, and to whoever answers.

use super::super::Phrase;
use crate::config::primary;

/// The phrases of this room, in the order of the languages: English, German, Spanish, French, Italian. `{position}` is
/// the caller's place.
pub(in crate::agent) fn phrase(phrase: Phrase) -> Option<[&'static str; 5]> {
    Some(match phrase {
        Phrase::Closed => [
            "I am sorry, we are closed at the moment, and nobody can take your call.",
            "Leider haben wir gerade geschlossen, und niemand kann Ihren Anruf annehmen.",
            "Lo siento, ahora estamos cerrados y nadie puede atender su llamada.",
            "Je suis désolé, nous sommes fermés en ce moment et personne ne peut prendre votre appel.",
            "Mi dispiace, in questo momento siamo chiusi e nessuno può rispondere.",
        ],
        Phrase::NobodyFree => [
            "I am sorry, nobody is free right now.",
            "Leider ist gerade niemand frei.",
            "Lo siento, ahora no hay nadie libre.",
            "Je suis désolé, personne n'est libre en ce moment.",
            "Mi dispiace, ora nessuno è libero.",
        ],
        Phrase::OfferMessage => [
            "Would you like to leave a message?",
            "Möchten Sie eine Nachricht hinterlassen?",
            "¿Quiere dejar un mensaje?",
            "Voulez-vous laisser un message ?",
            "Vuole lasciare un messaggio?",
        ],
        Phrase::OfferCallback => [
            "Shall we call you back?",
            "Sollen wir Sie zurückrufen?",
            "¿Quiere que le llamemos?",
            "Voulez-vous que nous vous rappelions ?",
            "Vuole che la richiamiamo?",
        ],
        Phrase::CallbackNoted => [
            "Good, we will call you back.",
            "Gut, wir rufen Sie zurück.",
            "Bien, le llamaremos.",
            "Bien, nous vous rappellerons.",
            "Bene, la richiameremo.",
        ],
        Phrase::TicketMade => [
            "I have written it down, and somebody will see to it.",
            "Ich habe es aufgenommen, und jemand wird sich darum kümmern.",
            "He tomado nota y alguien se ocupará de ello.",
            "Je l'ai noté, et quelqu'un s'en occupera.",
            "Ne ho preso nota e qualcuno se ne occuperà.",
        ],
        Phrase::QueuePosition => [
            "You are number {position} in line.",
            "Sie sind an Platz {position} der Warteschlange.",
            "Es usted el número {position} de la fila.",
            "Vous êtes numéro {position} dans la file d'attente.",
            "Lei è il numero {position} in attesa.",
        ],
        Phrase::QueueOffer => [
            "If you do not want to wait, press 1 or say: call me back.",
            "Wenn Sie nicht warten möchten, drücken Sie die 1 oder sagen Sie: Rückruf.",
            "Si no quiere esperar, pulse 1 o diga: que me llamen.",
            "Si vous ne voulez pas attendre, tapez 1 ou dites : rappelez-moi.",
            "Se non vuole attendere, prema 1 o dica: richiamatemi.",
        ],
        Phrase::HandedOver => [
            "Hello, I am taking over. I have been told what it is about. How can I help you?",
            "Guten Tag, ich übernehme. Ich weiß schon, worum es geht. Wie kann ich Ihnen helfen?",
            "Hola, me ocupo yo. Ya sé de qué se trata. ¿En qué puedo ayudarle?",
            "Bonjour, je prends le relais. On m'a dit de quoi il s'agit. Comment puis-je vous aider ?",
            "Buongiorno, proseguo io. So già di che cosa si tratta. Come posso aiutarla?",
        ],
        _ => return None,
    })
}

/// Why somebody is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::agent) enum Reason {
    /// The caller asked for a person.
    Asked,
    /// The caller was not understood, or had questions that nothing answers.
    Unclear,
    Angry,
    /// By what it is about.
    Topic(String),
    /// Tools or brains failed.
    Failed,
    Vip,
    /// The brain decided it.
    Decided,
}

impl Reason {
    /// As it is kept on the call.
    pub(in crate::agent) fn word(&self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Unclear => "not_understood",
            Self::Angry => "anger",
            Self::Topic(_) => "topic",
            Self::Failed => "failures",
            Self::Vip => "vip",
            Self::Decided => "decided",
        }
    }

    /// As a member is told; nothing where it says nothing.
    fn told(&self, column: usize) -> String {
        let text = match self {
            Self::Asked => [
                "They asked for a person.",
                "Gewünscht wird ein Mensch.",
                "Pide hablar con una persona.",
                "La personne demande à parler à quelqu'un.",
                "Chiede di parlare con una persona.",
            ],
            Self::Unclear => [
                "The assistant could not help.",
                "Der Assistent konnte nicht weiterhelfen.",
                "El asistente no ha podido ayudar.",
                "L'assistant n'a pas pu aider.",
                "L'assistente non ha potuto aiutare.",
            ],
            Self::Angry => [
                "They are upset.",
                "Die Stimmung ist gereizt.",
                "Está molesto.",
                "La personne est mécontente.",
                "È una persona contrariata.",
            ],
            Self::Topic(about) => {
                let lead = ["It is about:", "Es geht um:", "Se trata de:", "Il s'agit de :", "Si tratta di:"];
                return format!("{} {}.", lead[column], about.trim_end_matches('.'));
            }
            Self::Failed => [
                "Something did not work on our side.",
                "Auf unserer Seite hat etwas nicht funktioniert.",
                "Algo ha fallado por nuestra parte.",
                "Quelque chose n'a pas fonctionné chez nous.",
                "Qualcosa non ha funzionato da parte nostra.",
            ],
            Self::Vip => [
                "This is an important contact.",
                "Das ist ein wichtiger Kontakt.",
                "Es un contacto importante.",
                "C'est un contact important.",
                "È un contatto importante.",
            ],
            Self::Decided => return String::new(),
        };
        text[column].to_owned()
    }
}

/// What a member hears of a caller.
pub(super) struct Story<'a> {
    pub reason: &'a Reason,
    /// The caller's name.
    pub name: Option<&'a str>,
    /// The caller's number.
    pub number: Option<&'a str>,
    /// The language that the caller speaks.
    pub speaks: &'a str,
    /// What the caller said of the matter.
    pub words: Option<&'a str>,
}

fn column(language: &str) -> usize {
    ["en", "de", "es", "fr", "it"].iter().position(|known| *known == primary(language)).unwrap_or(0)
}

impl Story<'_> {
    /// Who calls.
    pub fn who(&self, language: &str) -> String {
        let column = column(language);
        let lead = ["A call from", "Ein Anruf von", "Una llamada de", "Un appel de", "Una chiamata da"][column];
        match (self.name, self.number) {
            (Some(name), _) => format!("{lead} {name}."),
            (None, Some(number)) => format!("{lead} {number}."),
            (None, None) => [
                "A call without a number.",
                "Ein Anruf ohne Rufnummer.",
                "Una llamada sin número.",
                "Un appel sans numéro.",
                "Una chiamata senza numero.",
            ][column]
                .to_owned(),
        }
    }

    /// Why, and what was said: without a model.
    pub fn told(&self, language: &str) -> String {
        let column = column(language);
        let mut text = self.reason.told(column);
        if let Some(words) = self.words {
            let lead = ["They said:", "Gesagt wurde:", "Ha dicho:", "Ses mots :", "Ha detto:"][column];
            if !text.is_empty() {
                text.push(' ');
            }
            text.extend([lead, " ", words]);
            if !text.ends_with(['.', '!', '?']) {
                text.push('.');
            }
        }
        if primary(self.speaks) != primary(language) {
            text.push(' ');
            text.push_str(foreign(self.speaks, column));
        }
        text.trim().to_owned()
    }
}

/// That the caller speaks another language than the member.
fn foreign(speaks: &str, column: usize) -> &'static str {
    let texts = match primary(speaks) {
        "en" => {
            ["They speak English.", "Gesprochen wird Englisch.", "Habla inglés.", "Langue : anglais.", "Parla inglese."]
        }
        "de" => {
            ["They speak German.", "Gesprochen wird Deutsch.", "Habla alemán.", "Langue : allemand.", "Parla tedesco."]
        }
        "es" => [
            "They speak Spanish.",
            "Gesprochen wird Spanisch.",
            "Habla español.",
            "Langue : espagnol.",
            "Parla spagnolo.",
        ],
        "fr" => [
            "They speak French.",
            "Gesprochen wird Französisch.",
            "Habla francés.",
            "Langue : français.",
            "Parla francese.",
        ],
        "it" => [
            "They speak Italian.",
            "Gesprochen wird Italienisch.",
            "Habla italiano.",
            "Langue : italien.",
            "Parla italiano.",
        ],
        _ => [
            "They speak another language.",
            "Gesprochen wird eine andere Sprache.",
            "Habla otro idioma.",
            "Autre langue.",
            "Parla un'altra lingua.",
        ],
    };
    texts[column]
}

/// Which keys take and decline the call.
pub(super) fn keys(language: &str) -> &'static str {
    [
        "Press 1 to take the call, or 2 to decline it.",
        "Drücken Sie die 1, um das Gespräch anzunehmen, oder die 2, um es abzulehnen.",
        "Pulse 1 para aceptar la llamada o 2 para rechazarla.",
        "Tapez 1 pour prendre l'appel, ou 2 pour le refuser.",
        "Prema 1 per accettare la chiamata o 2 per rifiutarla.",
    ][column(language)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_hears_who_calls_and_why_in_their_language() {
        let story = Story {
            reason: &Reason::Topic("a bill".into()),
            name: Some("Eva Berg"),
            number: Some("+4930901820"),
            speaks: "de",
            words: Some("Die Rechnung stimmt nicht"),
        };
        assert_eq!(story.who("en"), "A call from Eva Berg.");
        assert_eq!(story.told("en"), "It is about: a bill. They said: Die Rechnung stimmt nicht. They speak German.");
        let unknown = Story { reason: &Reason::Asked, name: None, number: None, words: None, ..story };
        assert_eq!(unknown.who("de-AT"), "Ein Anruf ohne Rufnummer.");
        assert_eq!(unknown.told("de"), "Gewünscht wird ein Mensch.");
    }
}
