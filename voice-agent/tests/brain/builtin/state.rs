//! The brain keeps nothing: what was not used leaves no trace.

use proptest::prelude::*;
use serde_json::json;

use super::{BRAIN, Talk};

#[test]
fn an_answer_that_was_not_used_leaves_no_trace() {
    let mut talk = Talk::new("en");
    talk.say(&BRAIN, "I would like to leave a message");
    let before = talk.request.clone();
    // A guess at the end of the turn, thrown away; then the caller goes on.
    talk.say(&BRAIN, "cancel that");
    talk.request = before.clone();
    let (said, _) = talk.say(&BRAIN, "my name is Miller");
    assert!(said.contains("Miller"), "{said}");
    let mut again = Talk::new("en");
    again.request = before;
    assert_eq!(again.say(&BRAIN, "my name is Miller").0, said);
}

#[test]
fn a_strange_memory_is_a_fresh_one() {
    for memory in [json!("x"), json!({ "form": 3 }), json!([1, 2]), json!({ "turn": -1 })] {
        let mut talk = Talk::new("en");
        talk.request.memory = memory;
        assert!(talk.say(&BRAIN, "where are you located").0.contains("Harbour"));
    }
}

#[test]
fn without_tools_nothing_is_promised() {
    let mut talk = Talk::new("en");
    talk.request.tools.clear();
    for text in ["do you sell bicycles", "take a message", "put me through", "stop calling me", "book an appointment"] {
        let (said, calls) = talk.say(&BRAIN, text);
        assert!(calls.is_empty() && !said.contains("message?") && !said.contains("put you through?"), "{said}");
    }
    let (said, calls) = talk.say(&BRAIN, "goodbye");
    assert!(said.contains("Goodbye") && calls.is_empty());
}

#[test]
fn a_language_that_is_not_spoken_is_answered_in_english() {
    let mut talk = Talk::new("pt-BR");
    assert!(talk.say(&BRAIN, "where are you located").0.contains("Harbour"));
}

const WORDS: &[&str] = &[
    "yes",
    "no",
    "cancel",
    "message",
    "appointment",
    "tuesday",
    "ten",
    "zero",
    "miller",
    "m",
    "i",
    "repeat",
    "number",
    "name",
    "time",
    "wrong",
    "this",
    "goodbye",
    "open",
    "when",
    "please",
    "person",
    "not",
    "half",
    "past",
    "purple",
    "am",
    "dienstag",
    "nein",
    "ja",
    "thanks",
    "call",
    "back",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whatever_is_said_there_is_an_answer(
        turns in prop::collection::vec(prop::collection::vec(prop::sample::select(WORDS), 0..6), 1..12),
        language in prop::sample::select(&["en", "de", "es", "fr", "it"][..]),
    ) {
        let mut talk = Talk::new(language);
        for words in turns {
            // The harness asserts that no answer is empty.
            let (said, _) = talk.say(&BRAIN, &words.join(" "));
            prop_assert!(!said.contains(['{', '}']), "{}", said);
        }
    }

    #[test]
    fn any_text_is_survived(text in "\\PC{0,120}") {
        let mut talk = Talk::new("en");
        talk.say(&BRAIN, "leave a message");
        for _ in 0..4 {
            talk.say(&BRAIN, &text);
        }
    }
}
