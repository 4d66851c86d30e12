//! What the library finds where no example is like what was asked.
#![allow(clippy::print_stdout, reason = "a test that shows its figures")]

use std::path::{Path, PathBuf};

use call_model::{ChatMessage, Source, ThinkEvent};
use knowledge::eval::{self, Question};
use knowledge::{Language, Passage};
use voice_agent::brain::{Brain, Builtin, BuiltinSettings, Facts, Knowledge};

use super::play_at;
use crate::support::request;

fn brain(language: Language, passages: &[Passage], settings: BuiltinSettings) -> Builtin {
    let mut knowledge = Knowledge::default();
    assert_eq!(knowledge.add_passages(language.tag(), passages), passages.len());
    Builtin::new(&knowledge, Facts::default(), settings).unwrap()
}

/// What is said to one question, where it comes from, and what is not known.
fn ask(brain: &Builtin, language: Language, question: &str) -> (String, Vec<Source>, Option<String>) {
    let mut request = request("");
    request.language = language.tag().into();
    request.messages = vec![ChatMessage::Caller { text: question.into() }];
    let mut events = brain.think(request);
    let (mut said, mut found, mut open) = (String::new(), Vec::new(), None);
    while let Ok(event) = events.try_recv() {
        match event {
            ThinkEvent::Text { text } => said.push_str(&text),
            ThinkEvent::Consulted { sources, unanswered } => (found, open) = (sources, unanswered),
            _ => {}
        }
    }
    (said, found, open)
}

fn headed(headings: [(&str, &str); 4]) -> Vec<Passage> {
    let passage = |(at, (heading, text)): (usize, &(&str, &str))| Passage::new(format!("visit#{at}"), *heading, *text);
    headings.iter().enumerate().map(passage).collect()
}

#[test]
fn a_heading_is_found_by_other_words_in_every_language() {
    for (language, question, outside, headings) in [
        (
            Language::En,
            "Where can I park?",
            "Do you sell concert tickets?",
            [
                ("Parking", "Behind the house, free for two hours."),
                ("Luggage", "The desk keeps it until the evening."),
                ("Pets", "They are welcome on a lead."),
                ("Breakfast", "From seven to ten."),
            ],
        ),
        (
            Language::De,
            "Wo kann ich mein Auto abstellen?",
            "Verkaufen Sie Konzertkarten?",
            [
                ("Parkplätze", "Hinter dem Haus, zwei Stunden kostenlos."),
                ("Gepäck", "Bleibt bis zum Abend am Empfang."),
                ("Haustiere", "Sind an der Leine willkommen."),
                ("Frühstück", "Von sieben bis zehn."),
            ],
        ),
        (
            Language::Es,
            "¿Dónde puedo aparcar?",
            "¿Venden entradas para conciertos?",
            [
                ("Aparcamiento", "Detrás de la casa, dos horas gratis."),
                ("Equipaje", "Se queda en recepción hasta la noche."),
                ("Mascotas", "Son bienvenidas con correa."),
                ("Desayuno", "De siete a diez."),
            ],
        ),
        (
            Language::Fr,
            "Où est-ce que je peux me garer ?",
            "Vendez-vous des billets de concert ?",
            [
                ("Stationnement", "Derrière la maison, deux heures gratuites."),
                ("Bagages", "Ils restent à l'accueil jusqu'au soir."),
                ("Animaux", "Ils sont bienvenus en laisse."),
                ("Petit-déjeuner", "De sept à dix heures."),
            ],
        ),
        (
            Language::It,
            "Dove posso parcheggiare?",
            "Vendete biglietti per concerti?",
            [
                ("Parcheggio", "Dietro la casa, due ore gratis."),
                ("Bagagli", "Restano alla reception fino a sera."),
                ("Animali", "Sono benvenuti al guinzaglio."),
                ("Colazione", "Dalle sette alle dieci."),
            ],
        ),
    ] {
        let brain = brain(language, &headed(headings), BuiltinSettings::default());
        let (said, sources, unanswered) = ask(&brain, language, question);
        assert!(said.contains(headings[0].1), "{question} {said}");
        assert_eq!((sources.len(), sources[0].id.as_str(), unanswered), (1, "visit#0", None), "{question}");
        assert_eq!((sources[0].document.as_str(), sources[0].title.as_str()), ("visit", headings[0].0));
        assert!(sources[0].score >= 50, "{question} {}", sources[0].score);
        let (said, sources, unanswered) = ask(&brain, language, outside);
        assert!(sources.is_empty() && headings.iter().all(|(_, text)| !said.contains(text)), "{outside} {said}");
        assert_eq!(unanswered.as_deref(), Some(outside));
    }
}

#[test]
fn words_of_the_business_are_known() {
    let passages = [
        Passage::new("a", "Prophylaxe", "Neunzig Euro."),
        Passage::new("b", "Füllungen", "Je nach Größe."),
        Passage::new("c", "Kronen", "Nach dem Plan."),
    ];
    let synonyms = vec![vec!["Prophylaxe".to_owned(), "PZR".to_owned()]];
    let brain = brain(Language::De, &passages, BuiltinSettings { synonyms, ..BuiltinSettings::default() });
    assert_eq!(ask(&brain, Language::De, "Machen Sie eine PZR?").0, "Neunzig Euro.");
}

#[test]
fn of_a_long_passage_what_answers_is_told() {
    let text = "The house was built in 1910 and has been in the family since then. It lies by the river, ten minutes \
                from the station. Guests leave their car in the yard. Breakfast is served from seven to ten on the \
                terrace, and in winter in the hall. The garden is open all year. Dogs sleep for free, cats as well.";
    let passages =
        [Passage::new("a#1", "The house", text), Passage::new("a#2", "Prices", "A room costs ninety euros.")];
    let brain = brain(Language::En, &passages, BuiltinSettings { spoken: 120, ..BuiltinSettings::default() });
    let (said, sources, _) = ask(&brain, Language::En, "when is breakfast served in the house");
    assert!(said.starts_with("Breakfast is served from seven") && said.chars().count() <= 120, "{said}");
    assert_eq!(sources[0].id, "a#1");
}

#[test]
fn a_question_within_a_form_is_answered_and_what_is_none_is_not() {
    let passages = headed([
        ("Parking", "Behind the house, free for two hours."),
        ("Luggage", "The desk keeps it until the evening."),
        ("Pets", "They are welcome on a lead."),
        ("Breakfast", "From seven to ten."),
    ]);
    let brain = brain(Language::En, &passages, BuiltinSettings::default());
    play_at(
        &brain,
        "en",
        "> I want to leave a message
         < name
         > where can I leave my car
         < Behind the house | name
         > Luke Park
         < Luke Park | number",
    );
}

/// What became of the questions of a set: answered rightly, wrongly, not at all, taken for a wish.
#[derive(Debug, Default)]
struct Tally {
    right: usize,
    wrong: usize,
    open: usize,
    wish: usize,
}

impl Tally {
    fn add(&mut self, brain: &Builtin, language: Language, question: &Question) {
        let (said, sources, unanswered) = ask(brain, language, &question.text);
        match sources.first() {
            Some(source) if question.expect.contains(&source.id) => self.right += 1,
            Some(source) => {
                self.wrong += 1;
                println!("  {} -> {} {} not {:?}", question.text, source.id, source.score, question.expect);
            }
            None if unanswered.is_some() => self.open += 1,
            None => {
                self.wish += 1;
                println!("  {} -> {said} not {:?}", question.text, question.expect);
            }
        }
    }

    fn all(&self) -> usize {
        self.right + self.wrong + self.open + self.wish
    }
}

/// The sets of the knowledge's evaluation, asked by telephone: of the questions that a passage answers, and of the
/// others.
fn measure(settings: &BuiltinSettings) -> (Tally, Tally) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge/evaluation");
    let mut sets: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    sets.retain(|path| path.to_str().unwrap().ends_with(".knowledge.jsonl"));
    sets.sort();
    let (mut known, mut unknown) = (Tally::default(), Tally::default());
    for path in sets {
        let language = Language::from_tag(&path.file_name().unwrap().to_str().unwrap()[..2]).unwrap();
        let passages = eval::passages(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let questions = path.to_str().unwrap().replace(".knowledge.", ".questions.");
        let questions = eval::questions(&std::fs::read_to_string(questions).unwrap()).unwrap();
        let brain = brain(language, &passages, settings.clone());
        for question in &questions {
            let tally = if question.expect.is_empty() { &mut unknown } else { &mut known };
            tally.add(&brain, language, question);
        }
    }
    (known, unknown)
}

#[test]
fn most_questions_are_answered_rightly_and_few_wrongly() {
    let (known, unknown) = measure(&BuiltinSettings::default());
    println!("of {} that can be answered {known:?}, of {} others {unknown:?}", known.all(), unknown.all());
    assert!(known.right * 100 >= known.all() * 55, "{known:?}");
    assert!(known.wrong * 100 <= known.all() * 12, "{known:?}");
    assert!(unknown.wrong * 100 <= unknown.all() * 12, "{unknown:?}");
}
