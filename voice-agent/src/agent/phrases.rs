//! What every agent can say without a brain, in five languages. A file may replace each under `messages:`.

use std::collections::BTreeMap;

use crate::config::{LocalText, primary};

macro_rules! phrases {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// One of the built-in phrases.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Phrase { $($(#[$doc])* $variant),+ }

        impl Phrase {
            /// All of them with their names in an agent's file.
            pub const ALL: &'static [(&'static str, Self)] = &[$(($name, Self::$variant)),+];
        }
    };
}

phrases! {
    /// The first words, where the file has no greeting.
    Greeting = "greeting",
    /// The first question.
    Question = "question",
    /// This is an AI.
    Disclosure = "disclosure",
    /// The call is recorded.
    Recorded = "recorded",
    /// May the call be recorded?
    Consent = "consent",
    /// After the caller did not agree.
    Declined = "declined",
    /// The answer takes a while.
    OneMoment = "one_moment",
    /// It takes a while longer.
    StillBusy = "still_busy",
    /// The caller says nothing.
    StillThere = "still_there",
    /// Something was said but not understood.
    NotUnderstood = "not_understood",
    /// No brain answers, and nobody can be reached.
    Trouble = "trouble",
    /// No brain answers: shall a message be taken?
    TroubleMessage = "trouble_message",
    /// No brain answers: shall a person be called?
    TroublePerson = "trouble_person",
    /// The caller cannot be heard.
    CannotHear = "cannot_hear",
    /// Before the caller is put through.
    PuttingThrough = "putting_through",
    /// Nobody took the call.
    NobodyThere = "nobody_there",
    /// After the talk with a person.
    AnythingElse = "anything_else",
    /// Leave a message after the tone.
    LeaveMessage = "leave_message",
    /// The message is on its way.
    MessageSaved = "message_saved",
    /// No message was heard.
    NoMessage = "no_message",
    /// The caller wants to learn or change the agent's instructions.
    Refused = "refused",
    /// The caller wants another person's data.
    RefusedPerson = "refused_person",
    /// The caller wants somebody called, or to be put through elsewhere.
    RefusedElsewhere = "refused_elsewhere",
    /// He wants it again and again, and the call ends.
    RefusedLast = "refused_last",
    /// A limit is reached and the call ends.
    LimitReached = "limit_reached",
    /// Type it on the phone's keys.
    TypeKeys = "type_keys",
    /// Type it once more, from the beginning.
    TypeAgain = "type_again",
    /// The business is closed: nobody takes the call.
    Closed = "closed",
    /// Nobody took the call: before something else is offered.
    NobodyFree = "nobody_free",
    /// Shall a message be taken?
    OfferMessage = "offer_message",
    /// Shall the caller be called back?
    OfferCallback = "offer_callback",
    /// The caller will be called back.
    CallbackNoted = "callback_noted",
    /// The matter was written down for somebody.
    TicketMade = "ticket_made",
    /// The caller's place in the line, `{position}`.
    QueuePosition = "queue_position",
    /// He may be called back instead of waiting.
    QueueOffer = "queue_offer",
    /// The first words of an agent that another one handed the call to.
    HandedOver = "handed_over",
    /// The last words.
    Goodbye = "goodbye",
}

/// The languages that the phrases exist in.
pub(crate) const PHRASE_LANGUAGES: [&str; 5] = ["en", "de", "es", "fr", "it"];

impl Phrase {
    /// The phrase in every language that it exists in.
    pub fn built_in(self) -> LocalText {
        let texts = PHRASE_LANGUAGES.iter().zip(self.texts());
        let texts: BTreeMap<_, _> = texts.map(|(tag, text)| ((*tag).to_owned(), text.to_owned())).collect();
        LocalText::ByLanguage(texts)
    }

    /// The phrase in that language; English where it does not exist.
    pub fn text(self, language: &str) -> &'static str {
        let column = PHRASE_LANGUAGES.iter().position(|known| *known == primary(language)).unwrap_or(0);
        self.texts()[column]
    }

    /// The language that [`text`](Self::text) gives back.
    pub fn language(language: &str) -> &str {
        if PHRASE_LANGUAGES.contains(&primary(language)) { language } else { PHRASE_LANGUAGES[0] }
    }

    fn texts(self) -> [&'static str; 5] {
        if let Some(texts) = super::handover::text_of(self) {
            return texts;
        }
        match self {
            Self::Greeting => ["Hello!", "Guten Tag!", "¡Hola!", "Bonjour !", "Buongiorno!"],
            Self::Question => [
                "How can I help you?",
                "Wie kann ich Ihnen helfen?",
                "¿En qué puedo ayudarle?",
                "Comment puis-je vous aider ?",
                "Come posso aiutarla?",
            ],
            Self::Disclosure => [
                "I am an AI assistant.",
                "Ich bin ein KI-Assistent.",
                "Soy un asistente de inteligencia artificial.",
                "Je suis un assistant à intelligence artificielle.",
                "Sono un assistente di intelligenza artificiale.",
            ],
            Self::Recorded => [
                "This call is recorded.",
                "Dieses Gespräch wird aufgezeichnet.",
                "Esta llamada se graba.",
                "Cet appel est enregistré.",
                "Questa chiamata viene registrata.",
            ],
            Self::Consent => [
                "May we record this call? Please say yes or no.",
                "Dürfen wir dieses Gespräch aufzeichnen? Bitte sagen Sie ja oder nein.",
                "¿Nos permite grabar esta llamada? Diga sí o no, por favor.",
                "Acceptez-vous que cet appel soit enregistré ? Dites oui ou non, s'il vous plaît.",
                "Possiamo registrare questa chiamata? Dica sì o no, per favore.",
            ],
            Self::Declined => [
                "All right, nothing is recorded.",
                "In Ordnung, es wird nichts aufgezeichnet.",
                "De acuerdo, no se graba nada.",
                "Très bien, rien n'est enregistré.",
                "Va bene, non viene registrato nulla.",
            ],
            Self::OneMoment => [
                "One moment, please.",
                "Einen Moment, bitte.",
                "Un momento, por favor.",
                "Un instant, s'il vous plaît.",
                "Un momento, per favore.",
            ],
            Self::StillBusy => [
                "I am still looking. Thank you for waiting.",
                "Ich bin noch dabei. Danke für Ihre Geduld.",
                "Sigo en ello. Gracias por esperar.",
                "Je cherche encore. Merci de patienter.",
                "Sto ancora cercando. Grazie per l'attesa.",
            ],
            Self::StillThere => [
                "Are you still there?",
                "Sind Sie noch da?",
                "¿Sigue ahí?",
                "Êtes-vous toujours là ?",
                "È ancora in linea?",
            ],
            Self::NotUnderstood => [
                "Sorry, I did not catch that. Could you say it again?",
                "Das habe ich leider nicht verstanden. Können Sie es noch einmal sagen?",
                "Perdone, no le he entendido. ¿Puede repetirlo?",
                "Pardon, je n'ai pas compris. Pouvez-vous répéter ?",
                "Mi scusi, non ho capito. Può ripetere?",
            ],
            Self::Refused | Self::RefusedPerson | Self::RefusedElsewhere | Self::RefusedLast => self.refusals(),
            Self::TypeKeys | Self::TypeAgain => self.typing(),
            _ => self.later_texts(),
        }
    }

    /// Phrases for what no caller gets.
    fn refusals(self) -> [&'static str; 5] {
        match self {
            Self::RefusedPerson => [
                "I am sorry, I can only speak about your own matters. What else can I do for you?",
                "Es tut mir leid, ich darf nur über Ihre eigenen Angelegenheiten sprechen. Was kann ich sonst für Sie tun?",
                "Lo siento, solo puedo hablar de sus propios asuntos. ¿Qué más puedo hacer por usted?",
                "Je suis désolé, je ne peux parler que de ce qui vous concerne. Que puis-je faire d'autre pour vous ?",
                "Mi dispiace, posso parlare solo di ciò che la riguarda. Che altro posso fare per lei?",
            ],
            Self::RefusedElsewhere => [
                "I am sorry, I can only put you through to our own people. What else can I do for you?",
                "Es tut mir leid, ich kann Sie nur mit unseren eigenen Leuten verbinden. Was kann ich sonst für Sie tun?",
                "Lo siento, solo puedo pasarle con nuestro propio personal. ¿Qué más puedo hacer por usted?",
                "Je suis désolé, je ne peux vous passer que nos propres collaborateurs. Que puis-je faire d'autre pour vous ?",
                "Mi dispiace, posso passarle solo il nostro personale. Che altro posso fare per lei?",
            ],
            Self::RefusedLast => [
                "I am sorry, I cannot help you with that, and I have to end the call here. Goodbye.",
                "Es tut mir leid, dabei kann ich Ihnen nicht helfen, und ich beende das Gespräch hier. Auf Wiederhören.",
                "Lo siento, no puedo ayudarle con eso y termino la llamada aquí. Adiós.",
                "Je suis désolé, je ne peux pas vous aider pour cela et je termine l'appel ici. Au revoir.",
                "Mi dispiace, non posso aiutarla in questo e chiudo qui la chiamata. Arrivederci.",
            ],
            _ => [
                "I am sorry, I cannot do that. What else can I do for you?",
                "Es tut mir leid, das kann ich nicht tun. Was kann ich sonst für Sie tun?",
                "Lo siento, eso no puedo hacerlo. ¿Qué más puedo hacer por usted?",
                "Je suis désolé, je ne peux pas faire cela. Que puis-je faire d'autre pour vous ?",
                "Mi dispiace, questo non posso farlo. Che altro posso fare per lei?",
            ],
        }
    }

    /// Phrases for what is typed.
    fn typing(self) -> [&'static str; 5] {
        match self {
            Self::TypeKeys => [
                "Please type it with the keys of your phone, then press hash. With star you begin again.",
                "Bitte geben Sie es mit den Tasten Ihres Telefons ein und drücken Sie dann die Rautetaste. Mit der \
                 Sterntaste beginnen Sie von vorn.",
                "Márquelo con las teclas de su teléfono y pulse después la tecla almohadilla. Con asterisco vuelve a \
                 empezar.",
                "Tapez-le sur les touches de votre téléphone, puis appuyez sur dièse. Avec étoile, vous recommencez.",
                "Lo digiti sui tasti del telefono, poi prema cancelletto. Con asterisco ricomincia da capo.",
            ],
            _ => [
                "Please type it again from the beginning, then press hash.",
                "Bitte geben Sie es noch einmal von vorn ein und drücken Sie dann die Rautetaste.",
                "Márquelo otra vez desde el principio y pulse después almohadilla.",
                "Tapez-le encore une fois depuis le début, puis appuyez sur dièse.",
                "Lo digiti di nuovo dall'inizio, poi prema cancelletto.",
            ],
        }
    }

    /// Phrases for when something goes wrong or comes to its end.
    fn later_texts(self) -> [&'static str; 5] {
        match self {
            Self::Trouble => [
                "I am sorry, I cannot answer that right now. Please try again in a moment.",
                "Es tut mir leid, das kann ich gerade nicht beantworten. Bitte versuchen Sie es gleich noch einmal.",
                "Lo siento, ahora mismo no puedo responder. Inténtelo de nuevo en un momento.",
                "Je suis désolé, je ne peux pas répondre maintenant. Réessayez dans un instant.",
                "Mi dispiace, ora non posso rispondere. Riprovi tra un momento.",
            ],
            Self::TroubleMessage => [
                "I am sorry, I cannot answer that right now. Would you like to leave a message?",
                "Es tut mir leid, das kann ich gerade nicht beantworten. Möchten Sie eine Nachricht hinterlassen?",
                "Lo siento, ahora mismo no puedo responder. ¿Quiere dejar un mensaje?",
                "Je suis désolé, je ne peux pas répondre maintenant. Voulez-vous laisser un message ?",
                "Mi dispiace, ora non posso rispondere. Vuole lasciare un messaggio?",
            ],
            Self::TroublePerson => [
                "I am sorry, I cannot answer that right now. Shall I put you through to someone?",
                "Es tut mir leid, das kann ich gerade nicht beantworten. Soll ich Sie verbinden?",
                "Lo siento, ahora mismo no puedo responder. ¿Le paso con alguien?",
                "Je suis désolé, je ne peux pas répondre maintenant. Voulez-vous parler à quelqu'un ?",
                "Mi dispiace, ora non posso rispondere. Vuole parlare con qualcuno?",
            ],
            Self::CannotHear => [
                "I am sorry, I cannot hear you at the moment.",
                "Es tut mir leid, ich kann Sie gerade nicht hören.",
                "Lo siento, ahora mismo no puedo oírle.",
                "Je suis désolé, je ne vous entends pas en ce moment.",
                "Mi dispiace, al momento non riesco a sentirla.",
            ],
            Self::PuttingThrough => [
                "One moment, I am putting you through.",
                "Einen Moment, ich verbinde Sie.",
                "Un momento, le paso.",
                "Un instant, je vous mets en relation.",
                "Un momento, le passo la linea.",
            ],
            Self::NobodyThere => [
                "I am sorry, nobody is free right now. What else can I do for you?",
                "Leider ist gerade niemand frei. Was kann ich sonst für Sie tun?",
                "Lo siento, ahora no hay nadie libre. ¿Qué más puedo hacer por usted?",
                "Je suis désolé, personne n'est libre. Que puis-je faire d'autre pour vous ?",
                "Mi dispiace, ora nessuno è libero. Che altro posso fare per lei?",
            ],
            Self::AnythingElse => [
                "Can I help you with anything else?",
                "Kann ich sonst noch etwas für Sie tun?",
                "¿Puedo ayudarle en algo más?",
                "Puis-je faire autre chose pour vous ?",
                "Posso aiutarla in altro?",
            ],
            Self::LeaveMessage => [
                "Please speak after the tone. When you are done, just wait.",
                "Bitte sprechen Sie nach dem Ton. Wenn Sie fertig sind, warten Sie einfach.",
                "Hable después de la señal. Cuando termine, espere un momento.",
                "Parlez après le bip. Quand vous avez fini, attendez simplement.",
                "Parli dopo il segnale. Quando ha finito, attenda un momento.",
            ],
            Self::MessageSaved => [
                "Thank you, your message has been passed on.",
                "Vielen Dank, Ihre Nachricht ist angekommen.",
                "Gracias, su mensaje ha sido enviado.",
                "Merci, votre message a été transmis.",
                "Grazie, il suo messaggio è stato inviato.",
            ],
            Self::NoMessage => [
                "I did not hear a message.",
                "Ich habe keine Nachricht gehört.",
                "No he oído ningún mensaje.",
                "Je n'ai entendu aucun message.",
                "Non ho sentito nessun messaggio.",
            ],
            Self::LimitReached => [
                "I am afraid I have to end the call here. Please call again if there is anything else. Goodbye.",
                "Ich muss das Gespräch hier leider beenden. Rufen Sie gern wieder an. Auf Wiederhören.",
                "Lo siento, tengo que terminar la llamada aquí. Vuelva a llamar cuando quiera. Adiós.",
                "Je dois malheureusement terminer l'appel ici. N'hésitez pas à rappeler. Au revoir.",
                "Purtroppo devo chiudere qui la chiamata. Richiami pure quando vuole. Arrivederci.",
            ],
            _ => [
                "Thank you for calling. Goodbye.",
                "Vielen Dank für Ihren Anruf. Auf Wiederhören.",
                "Gracias por llamar. Adiós.",
                "Merci de votre appel. Au revoir.",
                "Grazie per la chiamata. Arrivederci.",
            ],
        }
    }
}
