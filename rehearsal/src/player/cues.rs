//! What agents ask in, and what callers answer with, in the five languages.

use crate::spec::words;

/// What a question is about, besides facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    AnythingElse,
    Repeat,
    Goodbye,
    Confirm,
    Open,
}

impl Question {
    /// In the order in which they are looked for.
    pub const ALL: [Self; 5] = [Self::AnythingElse, Self::Repeat, Self::Goodbye, Self::Confirm, Self::Open];
}

/// The words of a language.
pub(super) struct Cues {
    /// By kind of fact: other names of the kind, then the words that ask for it. `|` stands between them.
    kinds: &'static [(&'static str, &'static str)],
    anything_else: &'static str,
    repeat: &'static str,
    farewell: &'static str,
    confirm: &'static str,
    open: &'static str,
    pub yes: &'static str,
    pub unknown: &'static str,
    pub goodbye: &'static str,
    pub hello: &'static str,
    pub hesitation: &'static str,
    pub small_talk: &'static str,
    pub upset: &'static str,
}

impl Cues {
    /// Whether a sentence asks this.
    pub fn asks(&self, question: Question, sentence: &[String]) -> bool {
        let cues = match question {
            Question::AnythingElse => self.anything_else,
            Question::Repeat => self.repeat,
            Question::Goodbye => self.farewell,
            Question::Confirm => self.confirm,
            Question::Open => self.open,
        };
        best(cues, sentence).is_some()
    }

    /// How surely a sentence asks for a kind of fact: the letters of the longest cue in it.
    pub fn kind(&self, about: &str, sentence: &[String]) -> Option<usize> {
        let about = about.to_lowercase().replace('_', " ");
        let usual = self.kinds.iter().find(|(names, _)| names.split('|').any(|name| name == about));
        let usual = usual.and_then(|(_, cues)| best(cues, sentence));
        usual.max(best(&about, sentence))
    }
}

/// The letters of the longest of the cues that stands in the sentence.
fn best(cues: &str, sentence: &[String]) -> Option<usize> {
    let stands = |cue: &&str| {
        let words = words(cue);
        !words.is_empty() && sentence.windows(words.len()).any(|window| window == words)
    };
    cues.split('|').map(str::trim).filter(stands).map(str::len).max()
}

/// The words of the language that comes nearest; English for one that is not known.
pub(super) fn cues(language: &str) -> &'static Cues {
    match language.split(['-', '_']).next().unwrap_or_default() {
        "de" => &DE,
        "es" => &ES,
        "fr" => &FR,
        "it" => &IT,
        _ => &EN,
    }
}

static EN: Cues = Cues {
    kinds: &[
        ("name|who", "your name|name please|who am i speaking|who is calling|who's calling|spell"),
        (
            "phone|number|telephone",
            "number can we reach|telephone number|phone number|your number|reach you|digit by digit|call you back",
        ),
        ("email|mail", "email|e-mail|mail address"),
        (
            "service|treatment",
            "which service|what service|which treatment|what kind|what can we do|what would you like to book|which appointment|what is it for|what should be booked|would you like to come for|please choose one",
        ),
        (
            "day|date",
            "which day|what day|which other day|another day|day would suit|when would you like|what date|which date|name a day",
        ),
        ("time|hour", "what time|which time|at what time|time would suit|name a time|when would suit"),
        ("choice|slot|which", "which one suits|which one|which would you like|which of them|shall i take that"),
        ("person|with", "with whom|which dentist|which doctor|prefer"),
        (
            "reason|message|about|problem|topic",
            "what is it about|your message|what happened|the problem|what is wrong|describe|how can we help|in a few words|message now|what's the matter",
        ),
        ("order|order number", "order number|number of your order|which order"),
        ("ticket|ticket number", "ticket number|number of your ticket|which ticket|case number"),
        ("pin|code", "pin|code|type|keypad"),
        ("company|business", "company|business|firm|work for"),
        ("budget|money", "budget|spend|how much money|invest"),
        ("authority|decision", "decide|decision|decides|decision maker|who else"),
        ("need|use", "need it for|looking for|what do you need|your need|goal|challenge|use it for"),
        ("timing|when", "how soon|by when|when do you want|timeline|when would you like to start|when should"),
    ],
    anything_else: "anything else|what else|else can i do|something else|any other question",
    repeat: "say it again|say that again|repeat|didn't catch|did not catch|didn't get that|didn't understand|other words|sorry i didn't",
    farewell: "goodbye|bye|have a nice day|thank you for calling",
    confirm: "is that right|is that correct|right|correct|shall i|should i|do you agree|is it okay|is that okay|would that suit|does that suit|does that work|would you like me to|do you want me to|may i|all right|would you like to come|still there",
    open: "help you|do for you|can i do",
    yes: "Yes, that's right.",
    unknown: "I don't know.",
    goodbye: "No, thank you. Goodbye.",
    hello: "Hello?",
    hesitation: "um",
    small_talk: "Hello there, nice to talk to you.",
    upset: "And I have been waiting far too long already.",
};

static DE: Cues = Cues {
    kinds: &[
        ("name|wer", "ihr name|ihren namen|wie heißen sie|ihr name bitte|mit wem|wer sind sie|buchstabieren"),
        (
            "phone|number|telefon|nummer",
            "welcher nummer|ihre nummer|telefonnummer|rufnummer|erreichen|ziffer für ziffer|zurückrufen",
        ),
        ("email|mail", "email|e-mail|mailadresse"),
        (
            "service|treatment|behandlung",
            "welche behandlung|welche leistung|wofür|was für|welcher termin|worum geht es bei dem termin|bitte wählen sie|was möchten sie buchen|worum geht es beim termin",
        ),
        (
            "day|date|tag",
            "welcher tag|welchen tag|an welchem tag|ein anderer tag|anderer tag|tag passt|wann möchten sie|welches datum|nennen sie einen tag",
        ),
        (
            "time|hour|uhrzeit",
            "um wie viel uhr|welche uhrzeit|um welche zeit|welche zeit|uhrzeit|zu welcher zeit|nennen sie eine uhrzeit",
        ),
        ("choice|slot|which", "was passt ihnen|was möchten sie|welcher passt|welchen möchten|soll ich das nehmen"),
        ("person|with|bei", "bei wem|welche ärztin|welcher arzt|welchen zahnarzt"),
        (
            "reason|message|about|problem|topic|nachricht|grund",
            "worum geht|ihre nachricht|was ist passiert|das problem|was ist los|beschreiben|in wenigen worten|nachricht jetzt|ausrichten",
        ),
        ("order|order number|bestellung", "bestellnummer|nummer ihrer bestellung|welche bestellung"),
        ("ticket|ticket number|vorgang", "ticketnummer|vorgangsnummer|welches ticket|nummer des tickets"),
        ("pin|code", "pin|code|tippen|tastatur|geben sie"),
        ("company|business|firma", "firma|unternehmen|arbeiten sie"),
        ("budget|money", "budget|ausgeben|wie viel geld|investieren"),
        ("authority|decision", "entscheiden|entscheidet|entscheidung|wer noch"),
        ("need|use", "brauchen sie|wofür brauchen|suchen sie|ihr ziel|was möchten sie erreichen|einsetzen"),
        ("timing|when|zeitplan", "bis wann|wann soll|wie bald|wann möchten sie anfangen|zeitplan|ab wann"),
    ],
    anything_else: "noch etwas|sonst noch|noch was|noch für sie tun|weitere fragen",
    repeat: "noch einmal|nochmal|wiederholen|nicht verstanden|anders sagen|anderen worten",
    farewell: "auf wiederhören|wiederhören|tschüss|schönen tag|danke für ihren anruf",
    confirm: "ist das richtig|stimmt das|richtig so|richtig|korrekt|soll ich|passt das|passt ihnen das|möchten sie dass|sind sie einverstanden|einverstanden|darf ich|in ordnung|noch da",
    open: "helfen|für sie tun",
    yes: "Ja, das stimmt.",
    unknown: "Das weiß ich nicht.",
    goodbye: "Nein, danke. Auf Wiederhören.",
    hello: "Hallo?",
    hesitation: "ähm",
    small_talk: "Guten Tag, schön, dass ich Sie erreiche.",
    upset: "Und ich warte schon viel zu lange.",
};

static ES: Cues = Cues {
    kinds: &[
        ("name|nombre", "su nombre|cómo se llama|quién llama|deletrear"),
        ("phone|number|teléfono", "qué número|su número|teléfono|localizarle|dígito por dígito"),
        ("email|correo", "correo|email"),
        ("service|treatment|servicio", "qué servicio|qué tratamiento|para qué"),
        ("day|date|día", "qué día|otro día|qué fecha|cuándo le|diga un día"),
        ("time|hour|hora", "qué hora|a qué hora|diga una hora"),
        (
            "reason|message|about|problem|mensaje",
            "de qué se trata|su mensaje|qué ha pasado|el problema|en pocas palabras",
        ),
        ("order|order number|pedido", "número de pedido|qué pedido"),
        ("ticket|ticket number", "número de ticket|número de incidencia"),
        ("pin|code", "pin|código|teclee|marque"),
        ("company|empresa", "empresa|compañía"),
        ("budget|presupuesto", "presupuesto|gastar|invertir"),
        ("authority|decision", "decide|decisión|quién más"),
        ("need", "necesita|busca|objetivo"),
        ("timing|when", "para cuándo|cuándo quiere|plazo"),
    ],
    anything_else: "algo más|alguna otra cosa|otra cosa",
    repeat: "repetir|repita|otra vez|no le he entendido|no he entendido|otras palabras",
    farewell: "adiós|hasta luego|gracias por llamar|que tenga",
    confirm: "es correcto|correcto|está bien|le parece bien|quiere que|desea que|puedo|sigue ahí",
    open: "ayudarle|hacer por usted",
    yes: "Sí, es correcto.",
    unknown: "No lo sé.",
    goodbye: "No, gracias. Adiós.",
    hello: "¿Hola?",
    hesitation: "eh",
    small_talk: "Buenos días, encantado de hablar con usted.",
    upset: "Y ya llevo demasiado tiempo esperando.",
};

static FR: Cues = Cues {
    kinds: &[
        ("name|nom", "votre nom|comment vous appelez|qui est à l'appareil|épeler"),
        ("phone|number|téléphone", "quel numéro|votre numéro|téléphone|vous joindre|chiffre par chiffre"),
        ("email|mail", "e-mail|email|adresse mail"),
        ("service|treatment|soin", "quel service|quel soin|pour quoi"),
        ("day|date|jour", "quel jour|un autre jour|autre jour|quelle date|quand souhaitez|un jour"),
        ("time|hour|heure", "quelle heure|à quelle heure|une heure"),
        (
            "reason|message|about|problem",
            "de quoi s'agit|votre message|que s'est il passé|le problème|en quelques mots",
        ),
        ("order|order number|commande", "numéro de commande|quelle commande"),
        ("ticket|ticket number|dossier", "numéro de ticket|numéro de dossier"),
        ("pin|code", "pin|code|tapez|composez"),
        ("company|entreprise", "entreprise|société"),
        ("budget", "budget|dépenser|investir"),
        ("authority|decision", "décide|décision|qui d'autre"),
        ("need", "besoin|cherchez|objectif"),
        ("timing|when", "pour quand|quand voulez|délai"),
    ],
    anything_else: "autre chose|quelque chose d'autre|encore quelque chose",
    repeat: "répéter|répétez|encore une fois|pas compris|autrement",
    farewell: "au revoir|bonne journée|merci de votre appel",
    confirm: "est ce correct|c'est correct|est ce bien cela|c'est bien ça|correct|voulez vous que|dois je|puis je|cela vous convient|ça vous convient|toujours là",
    open: "vous aider|faire pour vous",
    yes: "Oui, c'est correct.",
    unknown: "Je ne sais pas.",
    goodbye: "Non, merci. Au revoir.",
    hello: "Allô ?",
    hesitation: "euh",
    small_talk: "Bonjour, ravi de vous parler.",
    upset: "Et j'attends déjà depuis trop longtemps.",
};

static IT: Cues = Cues {
    kinds: &[
        ("name|nome", "suo nome|il nome|come si chiama|chi parla|lettera per lettera"),
        ("phone|number|telefono", "che numero|quale numero|suo numero|telefono|raggiungerla|cifra per cifra"),
        ("email|mail", "e-mail|email|posta elettronica"),
        ("service|treatment|servizio", "quale servizio|che trattamento|quale trattamento|per cosa"),
        ("day|date|giorno", "che giorno|quale giorno|altro giorno|quale data|un giorno"),
        ("time|hour|ora", "che ora|a che ora|quale ora|un'ora"),
        (
            "reason|message|about|problem|messaggio",
            "di cosa si tratta|suo messaggio|cosa è successo|il problema|in poche parole",
        ),
        ("order|order number|ordine", "numero d'ordine|numero dell'ordine|quale ordine"),
        ("ticket|ticket number", "numero del ticket|numero della pratica"),
        ("pin|code", "pin|codice|digiti"),
        ("company|azienda", "azienda|società|ditta"),
        ("budget", "budget|spendere|investire"),
        ("authority|decision", "decide|decisione|chi altro"),
        ("need", "bisogno|cerca|obiettivo"),
        ("timing|when", "entro quando|quando vuole|tempi"),
    ],
    anything_else: "altro|qualcos'altro",
    repeat: "ripetere|ripeta|non ho capito|altre parole|un'altra volta",
    farewell: "arrivederci|buona giornata|grazie per la chiamata|grazie della chiamata",
    confirm: "è corretto|corretto|va bene|è giusto|giusto|vuole che|devo|posso|le va bene|ancora lì",
    open: "aiutarla|fare per lei",
    yes: "Sì, è corretto.",
    unknown: "Non lo so.",
    goodbye: "No, grazie. Arrivederci.",
    hello: "Pronto?",
    hesitation: "ehm",
    small_talk: "Buongiorno, piacere di parlare con Lei.",
    upset: "E aspetto già da troppo tempo.",
};
