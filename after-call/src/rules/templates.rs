//! The sentences of summaries, in five languages.

use voice_agent::brain::builtin::Lang;

use crate::Outcome;

/// The sentences of one language.
pub struct Templates {
    pub call: &'static str,
    pub somebody: &'static str,
    pub called_about: &'static str,
    pub called: &'static str,
    pub we_called_about: &'static str,
    pub we_called: &'static str,
    pub quote: &'static str,
    pub callback: &'static str,
    pub unhappy: &'static str,
    pub happy: &'static str,
    /// In the order of [`Outcome::ALL`].
    outcomes: [&'static str; 14],
}

impl Templates {
    pub fn outcome(&self, outcome: Outcome) -> &'static str {
        let at = Outcome::ALL.iter().position(|other| *other == outcome).unwrap_or(10);
        self.outcomes[at]
    }
}

pub fn of(language: Lang) -> &'static Templates {
    match language {
        Lang::En => &EN,
        Lang::De => &DE,
        Lang::Es => &ES,
        Lang::Fr => &FR,
        Lang::It => &IT,
    }
}

static EN: Templates = Templates {
    call: "Call",
    somebody: "somebody",
    called_about: "{who} called about: {topics}.",
    called: "{who} called.",
    we_called_about: "We called {who} about: {topics}.",
    we_called: "We called {who}.",
    quote: "In the caller's words: “{text}”",
    callback: "A call back is asked for {when}.",
    unhappy: "The caller was not happy.",
    happy: "The caller was happy.",
    outcomes: [
        "An appointment was booked.",
        "An appointment was moved.",
        "An appointment was cancelled.",
        "A ticket was made.",
        "Questions of the survey were answered.",
        "A colleague took the call over.",
        "A message was taken.",
        "A call back was asked for.",
        "A voice message was left.",
        "No more calls are wanted.",
        "The matter was dealt with on the phone.",
        "The caller hung up before there was an answer.",
        "Nobody answered the call.",
        "Nobody was reached.",
    ],
};

static DE: Templates = Templates {
    call: "Anruf",
    somebody: "jemand",
    called_about: "{who} rief an. Es ging um: {topics}.",
    called: "{who} rief an.",
    we_called_about: "Wir riefen an: {who}. Es ging um: {topics}.",
    we_called: "Wir riefen an: {who}.",
    quote: "Im Wortlaut: „{text}“",
    callback: "Ein Rückruf ist gewünscht {when}.",
    unhappy: "Die Stimmung war schlecht.",
    happy: "Die Stimmung war gut.",
    outcomes: [
        "Ein Termin wurde vereinbart.",
        "Ein Termin wurde verlegt.",
        "Ein Termin wurde abgesagt.",
        "Ein Ticket wurde angelegt.",
        "Fragen der Umfrage wurden beantwortet.",
        "Das Gespräch wurde an jemanden aus dem Team übergeben.",
        "Eine Nachricht wurde aufgenommen.",
        "Ein Rückruf wurde gewünscht.",
        "Eine Sprachnachricht wurde hinterlassen.",
        "Weitere Anrufe sind nicht erwünscht.",
        "Das Anliegen wurde am Telefon geklärt.",
        "Es wurde aufgelegt, bevor es eine Antwort gab.",
        "Der Anruf wurde nicht angenommen.",
        "Niemand wurde erreicht.",
    ],
};

static ES: Templates = Templates {
    call: "Llamada",
    somebody: "alguien",
    called_about: "{who} llamó por: {topics}.",
    called: "{who} llamó.",
    we_called_about: "Llamamos a {who} por: {topics}.",
    we_called: "Llamamos a {who}.",
    quote: "En sus palabras: «{text}»",
    callback: "Se pide que se devuelva la llamada {when}.",
    unhappy: "La persona no estaba contenta.",
    happy: "La persona estaba contenta.",
    outcomes: [
        "Se reservó una cita.",
        "Se cambió una cita.",
        "Se canceló una cita.",
        "Se creó un ticket.",
        "Se respondieron preguntas de la encuesta.",
        "Una persona del equipo atendió la llamada.",
        "Se tomó un mensaje.",
        "Se pidió que se devolviera la llamada.",
        "Se dejó un mensaje de voz.",
        "No se desean más llamadas.",
        "El asunto se resolvió por teléfono.",
        "Se colgó antes de que hubiera una respuesta.",
        "Nadie contestó la llamada.",
        "No se localizó a nadie.",
    ],
};

static FR: Templates = Templates {
    call: "Appel",
    somebody: "quelqu'un",
    called_about: "{who} a appelé. Il s'agissait de : {topics}.",
    called: "{who} a appelé.",
    we_called_about: "Nous avons appelé {who}. Il s'agissait de : {topics}.",
    we_called: "Nous avons appelé {who}.",
    quote: "Dans ses mots : « {text} »",
    callback: "Un rappel est demandé {when}.",
    unhappy: "La personne n'était pas contente.",
    happy: "La personne était contente.",
    outcomes: [
        "Un rendez-vous a été pris.",
        "Un rendez-vous a été déplacé.",
        "Un rendez-vous a été annulé.",
        "Un ticket a été créé.",
        "Des questions du sondage ont reçu une réponse.",
        "Quelqu'un de l'équipe a pris l'appel.",
        "Un message a été pris.",
        "Un rappel a été demandé.",
        "Un message vocal a été laissé.",
        "Plus aucun appel n'est souhaité.",
        "La demande a été traitée au téléphone.",
        "La personne a raccroché avant d'avoir une réponse.",
        "Personne n'a répondu à l'appel.",
        "Personne n'a été joint.",
    ],
};

static IT: Templates = Templates {
    call: "Chiamata",
    somebody: "qualcuno",
    called_about: "{who} ha chiamato. Si trattava di: {topics}.",
    called: "{who} ha chiamato.",
    we_called_about: "Abbiamo chiamato {who}. Si trattava di: {topics}.",
    we_called: "Abbiamo chiamato {who}.",
    quote: "Con le sue parole: «{text}»",
    callback: "Si chiede di essere richiamati {when}.",
    unhappy: "La persona non era contenta.",
    happy: "La persona era contenta.",
    outcomes: [
        "È stato fissato un appuntamento.",
        "Un appuntamento è stato spostato.",
        "Un appuntamento è stato disdetto.",
        "È stato creato un ticket.",
        "È stata data risposta alle domande del sondaggio.",
        "Una persona del team ha preso la chiamata.",
        "È stato preso un messaggio.",
        "È stato chiesto di essere richiamati.",
        "È stato lasciato un messaggio vocale.",
        "Non si desiderano altre chiamate.",
        "La richiesta è stata risolta al telefono.",
        "La persona ha riagganciato prima di avere una risposta.",
        "Nessuno ha risposto alla chiamata.",
        "Non è stato raggiunto nessuno.",
    ],
};
