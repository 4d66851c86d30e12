//! What greetings of machines, assistants, networks and persons say, in five languages.

/// What words tell. The greater one counts where there are several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clue {
    /// Nothing that says who speaks.
    Other,
    /// A person: "hello?", a name and no more.
    Person,
    /// Who calls is to wait: an assistant fetches somebody.
    Hold,
    /// A machine, or the mailbox of a network.
    Machine,
    /// The network says that the number is not in use.
    Unobtainable,
    /// An assistant asks who calls and why.
    Screening,
}

/// Written as [`folded`] writes.
const SCREENING: &[&str] = &[
    "screening service",
    "call screening",
    "call assist",
    "say your name and why",
    "state your name and why",
    "state your name and the reason",
    "your name and reason for calling",
    "your name and the reason for your call",
    "record your name and reason",
    "who is calling and why",
    "whos calling and why",
    "ihren namen und den grund",
    "deinen namen und den grund",
    "namen und grund",
    "anrufprufung",
    "warum sie anrufen",
    "votre nom et la raison",
    "votre nom et le motif",
    "filtrage d appel",
    "filtrage des appels",
    "pourquoi vous appelez",
    "su nombre y el motivo",
    "tu nombre y el motivo",
    "filtrado de llamadas",
    "por que llama",
    "il suo nome e il motivo",
    "il tuo nome e il motivo",
    "nome e il motivo della chiamata",
    "filtro chiamate",
];

const UNOBTAINABLE: &[&str] = &[
    "number you have dialed is not in service",
    "number you have dialled is not in service",
    "number is not in service",
    "number you have dialled has not been recognised",
    "number you have called is not in use",
    "has been disconnected or is no longer in service",
    "number does not exist",
    "kein anschluss unter dieser nummer",
    "rufnummer ist nicht vergeben",
    "gewahlte rufnummer ist nicht",
    "nummer existiert nicht",
    "numero que vous avez demande n est pas attribue",
    "numero que vous avez compose n est pas attribue",
    "numero n est plus attribue",
    "n est pas en service actuellement",
    "numero marcado no existe",
    "numero que ha marcado no existe",
    "numero al que llama no existe",
    "numero selezionato non e attivo",
    "numero da lei selezionato e inesistente",
    "numero chiamato non e attivo",
    "utenza inesistente",
];

const MACHINE: &[&str] = &[
    "you have reached",
    "youve reached",
    "you ve reached",
    "leave a message",
    "leave me a message",
    "leave your message",
    "leave your name",
    "leave us a message",
    "after the tone",
    "after the beep",
    "at the tone",
    "voicemail",
    "voice mail",
    "mailbox",
    "answering machine",
    "is not available",
    "not available right now",
    "cant take your call",
    "can t take your call",
    "cannot take your call",
    "unable to take your call",
    "cant come to the phone",
    "get back to you",
    "call you back as soon",
    "please record your message",
    "anrufbeantworter",
    "mobilbox",
    "ist nicht erreichbar",
    "nicht erreichbar",
    "bin gerade nicht",
    "sind zurzeit nicht",
    "bin zurzeit nicht",
    "bin im moment nicht",
    "hinterlassen sie",
    "hinterlass",
    "nachricht nach dem",
    "nach dem signalton",
    "nach dem ton",
    "nach dem piepton",
    "sprechen sie nach",
    "rufe sie zuruck",
    "rufen sie zuruck",
    "messagerie",
    "repondeur",
    "boite vocale",
    "laissez un message",
    "laissez moi un message",
    "laisser un message",
    "laissez votre message",
    "apres le bip",
    "apres le signal",
    "n est pas disponible",
    "ne suis pas disponible",
    "pas joignable",
    "je vous rappelle",
    "vous rappellerai",
    "buzon",
    "contestador",
    "deje un mensaje",
    "deje su mensaje",
    "deja un mensaje",
    "deja tu mensaje",
    "despues de la senal",
    "despues del tono",
    "tras la senal",
    "no esta disponible",
    "no podemos atender",
    "no puedo atender",
    "segreteria",
    "casella vocale",
    "lasciate un messaggio",
    "lascia un messaggio",
    "lasci un messaggio",
    "dopo il segnale",
    "dopo il bip",
    "non e raggiungibile",
    "non e al momento raggiungibile",
    "non e disponibile",
    "non sono disponibile",
    "non posso rispondere",
    "non possiamo rispondere",
];

/// What an assistant says that fetches somebody.
const HOLD: &[&str] = &[
    "stay on the line",
    "please hold",
    "hold on",
    "hold the line",
    "one moment",
    "just a moment",
    "one second",
    "please wait",
    "bleiben sie in der leitung",
    "bleiben sie dran",
    "bleiben sie bitte dran",
    "bleiben sie bitte in der leitung",
    "bleib dran",
    "am apparat bleiben",
    "bleiben sie am apparat",
    "einen moment",
    "einen augenblick",
    "moment bitte",
    "bitte warten",
    "ne quittez pas",
    "restez en ligne",
    "un instant",
    "un moment",
    "patientez",
    "patienter",
    "no cuelgue",
    "no cuelgues",
    "mantengase en la linea",
    "espere",
    "un segundo",
    "resti in linea",
    "rimanga in linea",
    "resta in linea",
    "attenda",
    "attendere",
    "un attimo",
    "un momento",
];

/// Words that a person says alone, or with a name.
const PERSON: &[&str] = &[
    "hello",
    "hi",
    "yes",
    "yeah",
    "hey",
    "speaking",
    "hallo",
    "ja",
    "guten tag",
    "gruss gott",
    "servus",
    "moin",
    "allo",
    "oui",
    "bonjour",
    "si",
    "hola",
    "diga",
    "digame",
    "bueno",
    "alo",
    "pronto",
    "chi parla",
    "buongiorno",
];
/// What a person says who answers for a business, however much comes before it.
const AT_SERVICE: &[&str] = &[
    "how can i help",
    "how may i help",
    "what can i do for you",
    "was kann ich fur sie tun",
    "wie kann ich ihnen helfen",
    "sie sprechen mit",
    "en que puedo ayudar",
    "le atiende",
    "que puis je pour vous",
    "a l appareil",
    "come posso aiutar",
    "mi dica",
];
/// Names are short: more words than this are a greeting that goes on.
const PERSON_WORDS: usize = 4;

/// What words tell of who speaks; `None`: nothing. They may be those of an utterance that goes on.
pub fn clue(text: &str) -> Option<Clue> {
    let text = folded(text);
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| text.contains(&format!(" {phrase}")));
    if says(SCREENING) {
        return Some(Clue::Screening);
    }
    if says(UNOBTAINABLE) {
        return Some(Clue::Unobtainable);
    }
    if says(MACHINE) {
        return Some(Clue::Machine);
    }
    if says(HOLD) {
        return Some(Clue::Hold);
    }
    let words = text.split_ascii_whitespace().count();
    let greets = || PERSON.iter().any(|phrase| text.contains(&format!(" {phrase} ")));
    if says(AT_SERVICE) || (1..=PERSON_WORDS).contains(&words) && greets() {
        return Some(Clue::Person);
    }
    (words > 0).then_some(Clue::Other)
}

/// Words that are likely to be heard, for a recogniser that takes hints: in the language (BCP 47).
pub fn hints(language: &str) -> Vec<String> {
    let words: &[&str] = match language.get(..2).unwrap_or_default() {
        "de" => &["Anrufbeantworter", "Mailbox", "nicht erreichbar", "Signalton", "Nachricht hinterlassen"],
        "fr" => &["messagerie", "répondeur", "après le bip", "laissez un message"],
        "es" => &["buzón de voz", "contestador", "deje su mensaje", "después de la señal"],
        "it" => &["segreteria telefonica", "lasciate un messaggio", "dopo il segnale"],
        _ => &["voicemail", "leave a message", "after the tone", "you have reached", "screening service"],
    };
    words.iter().map(|&word| word.to_owned()).collect()
}

/// In lower case, without accents, words with one space before and after each.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(' ');
    for letter in text.chars().flat_map(char::to_lowercase) {
        let plain = match letter {
            'à' | 'á' | 'â' | 'ä' | 'ã' => 'a',
            'è' | 'é' | 'ê' | 'ë' => 'e',
            'ì' | 'í' | 'î' | 'ï' => 'i',
            'ò' | 'ó' | 'ô' | 'ö' | 'õ' => 'o',
            'ù' | 'ú' | 'û' | 'ü' => 'u',
            'ñ' => 'n',
            'ç' => 'c',
            'ß' => {
                out.push('s');
                's'
            }
            letter if letter.is_alphanumeric() => letter,
            _ => ' ',
        };
        if plain != ' ' || !out.ends_with(' ') {
            out.push(plain);
        }
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greetings_are_told_by_their_words_in_five_languages() {
        for (text, expected) in [
            ("Hello?", Some(Clue::Person)),
            ("Ja, hallo, Meier", Some(Clue::Person)),
            ("Pronto?", Some(Clue::Person)),
            ("¿Dígame?", Some(Clue::Person)),
            ("Allô ?", Some(Clue::Person)),
            ("Hi, you've reached the Millers", Some(Clue::Machine)),
            ("Please leave a message after the tone.", Some(Clue::Machine)),
            ("Der Teilnehmer ist zurzeit nicht erreichbar", Some(Clue::Machine)),
            ("Hier ist der Anrufbeantworter von Anna", Some(Clue::Machine)),
            ("Vous êtes bien sur la messagerie de Paul", Some(Clue::Machine)),
            ("Este es el buzón de voz de Ana", Some(Clue::Machine)),
            ("Risponde la segreteria telefonica", Some(Clue::Machine)),
            ("Please state your name and why you are calling.", Some(Clue::Screening)),
            (
                "If you record your name and reason for calling, I'll see if this person is available",
                Some(Clue::Screening),
            ),
            ("Bitte nennen Sie Ihren Namen und den Grund Ihres Anrufs", Some(Clue::Screening)),
            ("Kein Anschluss unter dieser Nummer.", Some(Clue::Unobtainable)),
            ("The number you have dialed is not in service.", Some(Clue::Unobtainable)),
            ("Good morning, Northwind Dental, what can I do for you?", Some(Clue::Person)),
            ("Thanks. Please stay on the line.", Some(Clue::Hold)),
            ("Danke, bleiben Sie bitte dran.", Some(Clue::Hold)),
            ("Einen Moment bitte.", Some(Clue::Hold)),
            ("Merci, ne quittez pas.", Some(Clue::Hold)),
            ("Gracias, no cuelgue, por favor.", Some(Clue::Hold)),
            ("Grazie, resti in linea.", Some(Clue::Hold)),
            ("Hello, this is Tom, and I am", Some(Clue::Other)),
            ("", None),
        ] {
            assert_eq!(clue(text), expected, "{text}");
        }
    }

    #[test]
    fn phrases_are_written_as_they_are_compared() {
        for phrase in [SCREENING, UNOBTAINABLE, MACHINE, HOLD, PERSON, AT_SERVICE].concat() {
            assert_eq!(folded(phrase).trim(), phrase);
        }
    }
}
