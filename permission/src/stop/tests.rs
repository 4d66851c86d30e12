use super::asks_to_stop;

fn all(language: &str, wanted: bool, sentences: &[&str]) {
    let wrong: Vec<_> = sentences.iter().filter(|sentence| asks_to_stop(sentence, language) != wanted).collect();
    assert!(wrong.is_empty(), "{language}: these should{} count: {wrong:#?}", if wanted { "" } else { " not" });
}

#[test]
fn english_that_counts() {
    all(
        "en-GB",
        true,
        &[
            "Stop calling me!",
            "please stop calling me",
            "will you stop calling this number",
            "Don't call me again.",
            "do not call me anymore",
            "Please don’t call me any more, thank you",
            "Never ring here again",
            "I don't want any more of your calls",
            "I do not want you to call me again",
            "I don't want to be called",
            "No more calls please",
            "Take me off your list",
            "could you remove my number from your database",
            "delete my number",
            "put me on the do not call list",
            "I'd like to opt out",
            "Unsubscribe",
            "Oh leave me alone",
            "I withdraw my consent",
            "STOP CALLING",
        ],
    );
}

#[test]
fn english_that_does_not() {
    all(
        "en",
        false,
        &[
            "Don't call me before ten.",
            "Can you call me again tomorrow?",
            "Please don't stop calling me",
            "stop calling me sir",
            "Stop, I have a question.",
            "I'll stop by tomorrow",
            "Why did nobody call me?",
            "If you don't call me I will come round",
            "You never call me",
            "Please don't take me off the list",
            "What does opt out mean?",
            "I want to cancel my appointment",
            "Do not call my husband, call me",
            "No",
            "",
            "Call me on my other number",
        ],
    );
}

#[test]
fn german_that_counts() {
    all(
        "de-AT",
        true,
        &[
            "Rufen Sie mich nicht mehr an!",
            "bitte rufen sie hier nie wieder an",
            "Ruf mich nicht noch mal wieder an, nie wieder an rufen",
            "Ich möchte nicht mehr angerufen werden.",
            "Ich will keine Anrufe mehr",
            "Bitte keine weiteren Anrufe",
            "Hören Sie auf, mich anzurufen",
            "Hören Sie bitte auf mich ständig anzurufen",
            "Streichen Sie mich von Ihrer Liste",
            "löschen Sie bitte meine Nummer",
            "Können Sie meine Nummer aus dem System löschen?",
            "Lassen Sie mich in Ruhe",
            "Ich widerspreche der Nutzung meiner Daten",
            "Ich möchte nicht, dass Sie mich wieder anrufen",
            "Ich wünsche keine Werbeanrufe",
            "Nie wieder anrufen!",
            "Rufen Sie mich bitte nicht an",
        ],
    );
}

#[test]
fn german_that_does_not() {
    all(
        "de",
        false,
        &[
            "Rufen Sie mich nicht vor zehn Uhr an",
            "Rufen Sie mich morgen wieder an",
            "Rufen Sie mich heute nicht mehr an",
            "Rufen Sie bitte nicht mehr am Sonntag an",
            "Warum haben Sie mich nicht mehr angerufen?",
            "Ich kann heute nicht mehr anrufen",
            "Ich habe keine Anrufe bekommen",
            "Nehmen Sie meine Nummer auf",
            "Streichen Sie meinen Termin",
            "Nein danke",
            "Ich höre nichts mehr",
            "Setzen Sie mich auf die Liste",
            "Hören Sie nicht auf, mich anzurufen",
        ],
    );
}

#[test]
fn spanish_that_counts() {
    all(
        "es",
        true,
        &[
            "No me llamen más",
            "no me llame nunca más por favor",
            "No me vuelvan a llamar",
            "no vuelva a llamarme",
            "Dejen de llamarme",
            "Deje de llamar, por favor",
            "No quiero recibir más llamadas",
            "No quiero más llamadas",
            "no quiero que me llamen",
            "Quítenme de su lista",
            "borren mi número",
            "Quiero darme de baja",
            "Déjenme en paz",
            "Retiro mi consentimiento",
        ],
    );
}

#[test]
fn spanish_that_does_not() {
    all(
        "es",
        false,
        &[
            "No me llamen antes de las diez",
            "Llámeme más tarde",
            "No me llame más tarde de las ocho",
            "No me llamo Juan",
            "¿Por qué no me han llamado más?",
            "Si no me llaman, voy yo",
            "No deje de llamarme, por favor",
            "Quiero cancelar la cita",
            "Vuelvan a llamarme mañana",
            "No, gracias",
        ],
    );
}

#[test]
fn french_that_counts() {
    all(
        "fr-CH",
        true,
        &[
            "Ne m'appelez plus !",
            "ne me rappelez jamais",
            "Ne m’appelez plus jamais s’il vous plaît",
            "Arrêtez de m'appeler",
            "Cessez vos appels",
            "Je ne veux plus être appelé",
            "je ne veux plus recevoir d'appels",
            "Je ne veux plus que vous m'appeliez",
            "Retirez-moi de votre liste",
            "Supprimez mon numéro",
            "Laissez-moi tranquille",
            "Je m'oppose au démarchage",
            "Fichez-moi la paix",
            "Je suis sur Bloctel",
        ],
    );
}

#[test]
fn french_that_does_not() {
    all(
        "fr",
        false,
        &[
            "Ne m'appelez pas avant dix heures",
            "Rappelez-moi plus tard",
            "Vous ne m'appelez plus",
            "Je voudrais annuler mon rendez-vous",
            "Je m'appelle Jean",
            "N'arrêtez pas de m'appeler",
            "Appelez-moi plus souvent",
            "Non merci",
            "Si vous ne m'appelez plus, je viendrai",
        ],
    );
}

#[test]
fn italian_that_counts() {
    all(
        "it",
        true,
        &[
            "Non mi chiamate più",
            "non mi chiami mai più",
            "Non chiamatemi più!",
            "Smettetela di chiamarmi",
            "Smetta di telefonare",
            "Basta telefonate",
            "Non voglio più essere chiamato",
            "Non voglio più ricevere telefonate",
            "Non voglio essere contattata",
            "Toglietemi dalla vostra lista",
            "cancelli il mio numero",
            "Lasciatemi in pace",
            "Revoco il consenso",
            "Sono iscritto al registro delle opposizioni",
        ],
    );
}

#[test]
fn italian_that_does_not() {
    all(
        "it",
        false,
        &[
            "Non mi chiami prima delle dieci",
            "Mi chiami più tardi",
            "Non mi chiamate più tardi delle otto",
            "Non mi chiamo Mario",
            "Non mi avete più chiamato",
            "Vorrei annullare l'appuntamento",
            "Se non mi chiamate vengo io",
            "No grazie",
            "Non smetta di chiamarmi",
        ],
    );
}

#[test]
fn other_languages_are_looked_through_in_all_five() {
    assert!(asks_to_stop("Stop calling me", "tr"));
    assert!(asks_to_stop("ne m'appelez plus", ""));
    assert!(!asks_to_stop("beni sonra arayın", "tr"));
}
