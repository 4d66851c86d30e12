//! Finding answers: paraphrases, and questions that nobody can answer here.

use voice_agent::brain::{Knowledge, KnowledgeError};

use super::{BRAIN, Talk};

const KNOWN_EN: &[(&str, &str)] = &[
    ("how do I get to your place", "Harbour"),
    ("what street is the practice in", "Harbour"),
    ("which bus or tram should I take", "tram 4"),
    ("is there somewhere to leave my car", "behind the house"),
    ("can I get in with a wheelchair", "lift"),
    ("is there an elevator in the building", "lift"),
    ("I've got terrible toothache", "same day"),
    ("my tooth is really hurting badly", "same day"),
    ("what about pain on Sundays or at night", "emergency service"),
    ("I have broken a piece of my tooth", "milk"),
    ("my filling has just fallen out", "other side"),
    ("my crown has come off", "other side"),
    ("what's the price for having my teeth cleaned", "ninety"),
    ("how long would a teeth cleaning take", "an hour"),
    ("how often do I have to come for check-ups", "twice a year"),
    ("do you do teeth whitening", "whiten"),
    ("I'm interested in a dental implant", "implants"),
    ("do you have aligners to straighten teeth", "aligners"),
    ("will the root canal be painful", "root canals"),
    ("I need to have a wisdom tooth out", "wisdom teeth"),
    ("when may I eat after the injection", "numbness"),
    ("do you still use amalgam fillings", "white fillings"),
    ("can my kids come to you too", "Children"),
    ("I am really scared of dentists", "laughing gas"),
    ("is it safe when I'm pregnant", "X-ray"),
    ("do you accept public insurance", "insurances"),
    ("can I pay with a credit card", "by card"),
    ("is it possible to pay in monthly instalments", "instalments"),
    ("there's a mistake in my invoice", "office"),
    ("are you accepting new patients", "welcome"),
    ("what should I bring along", "insurance card"),
    ("I have to cancel my appointment on Friday", "a day before"),
    ("could I reschedule my appointment", "new day"),
    ("I'll be a bit late for my appointment", "quarter of an hour"),
    ("do I need an appointment or can I walk in", "without an appointment"),
    ("which languages do you speak there", "German and English"),
    ("I need a prescription for antibiotics", "file"),
    ("is this conversation being recorded", "recorded"),
    ("are you open at Christmas", "Christmas"),
    ("do you have a website", "phone"),
];

const KNOWN_DE: &[(&str, &str)] = &[
    ("wo finde ich Sie denn", "Hafenstraße"),
    ("welche Bahn muss ich nehmen", "Straßenbahn 4"),
    ("gibt es bei Ihnen Parkplätze fürs Auto", "hinter dem Haus"),
    ("kommt man mit dem Rollstuhl rein", "Aufzug"),
    ("ich habe furchtbare Zahnschmerzen", "selben Tag"),
    ("mir tut ein Zahn so weh", "selben Tag"),
    ("an wen wende ich mich mit Schmerzen am Sonntag", "Notdienst"),
    ("mir ist ein Stück Zahn abgebrochen", "Milch"),
    ("meine Füllung ist rausgefallen", "anderen Seite"),
    ("wie teuer ist bei Ihnen eine Zahnreinigung", "neunzig"),
    ("wie lange dauert denn so eine Reinigung", "Stunde"),
    ("machen Sie auch Bleaching", "hellen"),
    ("ich interessiere mich für ein Implantat", "Implantate"),
    ("tut so eine Wurzelbehandlung weh", "Spritze"),
    ("ziehen Sie auch Weisheitszähne", "Weisheitszähne"),
    ("wann kann ich nach der Betäubung wieder essen", "vier Stunden"),
    ("kann ich mein Kind mitbringen", "Kinder"),
    ("ich habe große Angst vor der Behandlung", "Lachgas"),
    ("ich bin schwanger, geht das", "röntgen"),
    ("nehmen Sie auch Kassenpatienten", "aller Kassen"),
    ("kann man bei Ihnen mit Kreditkarte zahlen", "Karte"),
    ("geht auch Ratenzahlung", "Monatsraten"),
    ("mit meiner Rechnung stimmt etwas nicht", "Büro"),
    ("nehmen Sie noch neue Patienten auf", "willkommen"),
    ("welche Unterlagen soll ich mitbringen", "Versichertenkarte"),
    ("ich muss meinen Termin am Montag leider absagen", "Tag vorher"),
    ("ich würde meinen Termin gern verschieben", "neuen Tag"),
    ("ich verspäte mich ein bisschen", "Viertelstunde"),
    ("kann ich auch ohne Termin vorbeikommen", "ohne Termin"),
    ("ich bräuchte ein Rezept", "Akte"),
    ("wird das Gespräch hier aufgezeichnet", "aufgezeichnet"),
    ("haben Sie an Weihnachten auf", "Heiligabend"),
];

const UNKNOWN_EN: &[&str] = &[
    "do you repair bicycles",
    "what is the capital of France",
    "will it rain on Sunday",
    "can you order me a pizza",
    "who won the football match yesterday",
    "how old is the universe",
    "do you sell concert tickets",
    "what is the meaning of life",
    "can you translate this letter for me",
    "my computer does not start any more",
    "what does a flight to Rome cost",
    "do you cut hair",
    "is the swimming pool heated",
    "tell me a joke about elephants",
];

const UNKNOWN_DE: &[&str] = &[
    "reparieren Sie auch Fahrräder",
    "was ist die Hauptstadt von Frankreich",
    "wie wird das Wetter am Sonntag",
    "können Sie mir eine Pizza bestellen",
    "wer hat gestern das Fußballspiel gewonnen",
    "mein Computer geht nicht mehr an",
    "was kostet ein Flug nach Rom",
    "schneiden Sie auch Haare",
    "erzählen Sie mir einen Witz über Elefanten",
    "verkaufen Sie Konzertkarten",
];

/// Those that were not answered so.
fn missed<'a>(language: &str, cases: &[(&'a str, &'a str)]) -> Vec<(&'a str, String)> {
    let answered = |(question, expected): &(&'a str, &'a str)| {
        let (said, _) = Talk::new(language).say(&BRAIN, question);
        (!said.contains(expected)).then_some((*question, said))
    };
    cases.iter().filter_map(answered).collect()
}

#[test]
fn paraphrases_find_their_answers() {
    for (language, cases) in [("en", KNOWN_EN), ("de", KNOWN_DE)] {
        let missed = missed(language, cases);
        // Nineteen of twenty.
        assert!(missed.len() * 20 <= cases.len(), "{language}: {} of {}: {missed:#?}", missed.len(), cases.len());
    }
}

#[test]
fn what_is_not_known_is_not_answered() {
    for (language, cases, honest) in [("en", UNKNOWN_EN, "message"), ("de", UNKNOWN_DE, "Nachricht")] {
        let cases: Vec<(&str, &str)> = cases.iter().map(|question| (*question, honest)).collect();
        let missed = missed(language, &cases);
        assert!(missed.is_empty(), "{language}: {missed:#?}");
    }
}

#[test]
fn files_are_read_strictly() {
    let entry = |extra: &str| format!("language: en\nentries:\n  - {{id: a, questions: [Why?], answer: So.{extra}}}\n");
    let read = |text: &str| Knowledge::default().add("x.yaml", text).map_err(|error| error.to_string());
    assert_eq!(read(&entry("")), Ok(()));
    assert_eq!(read(&entry(", offer: person")), Ok(()));
    for (wrong, message) in [
        (entry(", offer: pizza"), "unknown variant"),
        (entry(", colour: red"), "unknown field"),
        (entry(", language: tlh"), "not one of"),
        (entry("").replace("[Why?]", "[]"), "0 questions"),
        (entry("").replace("So.", &"so ".repeat(400)), "characters"),
        (entry("").replace("language: en\n", ""), "no language"),
        ("entries: [".to_owned(), "x.yaml"),
        ("entries: &a []".to_owned(), "anchors"),
        ("a: 1\na: 2".to_owned(), "twice"),
    ] {
        let error = read(&wrong).unwrap_err();
        assert!(error.contains("x.yaml"), "{error}");
        let whole = Knowledge::default().add("x.yaml", &wrong).unwrap_err();
        let cause = std::error::Error::source(&whole).map(ToString::to_string).unwrap_or_default();
        assert!(format!("{error} {cause}").contains(message), "{error} {cause}");
    }
    let mut twice = Knowledge::default();
    twice.add("x.yaml", &entry("")).unwrap();
    assert!(matches!(twice.add("y.yaml", &entry("")), Err(KnowledgeError::Shape { .. })));
    assert_eq!(twice.len(), 1);
}

#[test]
fn the_demo_knows_enough() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/knowledge");
    let mut knowledge = Knowledge::default();
    knowledge.load(&folder).unwrap();
    assert!(knowledge.len() >= 60);
}
