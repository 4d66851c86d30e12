//! What may not be kept, in the forms in which people say it.

#![allow(clippy::unwrap_used, reason = "tests")]

use after_call::redact::{Pattern, Redactor, Spoken};
use call_model::{CallId, Speaker, TranscriptLine, Word};

fn redactor() -> Redactor {
    let named = |name: &str, regex: &str| Pattern { name: name.to_owned(), regex: regex.to_owned() };
    Redactor::new(&[named("customer number", r"\b[Kk][ -]?\d{6}\b"), named("insurance", r"\bA\d{9}\b")]).unwrap()
}

fn line(speaker: Speaker, from_ms: u64, text: &str) -> TranscriptLine {
    let words: Vec<Word> = text
        .split_whitespace()
        .enumerate()
        .map(|(at, word)| Word {
            text: word.to_owned(),
            from_ms: from_ms + at as u64 * 300,
            to_ms: from_ms + at as u64 * 300 + 250,
        })
        .collect();
    let to_ms = words.last().map_or(from_ms, |word| word.to_ms);
    let language = Some("en".to_owned());
    let call = CallId::from_parts(1, 1);
    TranscriptLine {
        call,
        speaker,
        from_ms,
        to_ms,
        text: text.to_owned(),
        words,
        confidence: None,
        language,
        cut: false,
    }
}

fn run(lines: &mut [TranscriptLine]) -> Vec<Spoken> {
    let mut all: Vec<&mut TranscriptLine> = lines.iter_mut().collect();
    redactor().lines(&mut all, "en")
}

#[test]
fn card_numbers_are_found_written_and_spoken_in_five_languages() {
    for (language, said) in [
        ("en", "it is 4111 1111 1111 1111 thanks"),
        ("en", "it's 4111-1111-1111-1111."),
        ("en", "4111111111111111"),
        ("en", "four one one one, one one one one, one triple one, one one double one"),
        ("en", "forty one eleven eleven eleven eleven eleven eleven eleven"),
        ("de", "vier eins eins eins eins eins eins eins eins eins eins eins eins eins eins eins"),
        ("de", "einundvierzig elf elf elf, äh, elf elf elf elf"),
        ("es", "cuatro uno uno uno uno uno uno uno uno uno uno uno uno uno uno uno"),
        ("es", "cuarenta y uno once once once once once once once"),
        ("fr", "quarante et un onze onze onze onze onze onze onze"),
        ("fr", "quatre un un un un un un un un un un un un un un un"),
        ("it", "quarantuno undici undici undici undici undici undici undici"),
        ("it", "quattro uno uno uno uno uno uno uno uno uno uno uno uno uno uno uno"),
    ] {
        for language in [Some(language), None] {
            let clean = redactor().text(said, language);
            assert!(clean.as_deref().is_some_and(|clean| clean.contains("[card number]")), "{said}: {clean:?}");
            let clean = clean.unwrap();
            assert!(!clean.contains("4111") && !clean.contains("11"), "{said}: {clean}");
        }
    }
}

#[test]
fn other_numbers_stay() {
    for said in [
        "my number is 0171 2345678",
        "plus four nine one seven one two three four five six seven eight nine",
        "+49 171 2345678 9012",
        "the order is 4111 1111 1111 1112",
        "four people, one dog, and 2026 was a good year",
        "I was born on 24.11.1970 and my postcode is 10115",
    ] {
        assert_eq!(redactor().text(said, Some("en")), None, "{said}");
    }
}

#[test]
fn patterns_of_the_business_are_found_written_and_spoken() {
    for (said, clean) in [
        ("customer K123456 here", "customer [customer number] here"),
        ("customer K one two three four five six here", "customer [customer number] here"),
        ("it is k 12 34 56 thanks", "it is [customer number] thanks"),
        ("number A123456789", "number [insurance]"),
    ] {
        assert_eq!(redactor().text(said, Some("en")).as_deref(), Some(clean));
    }
}

#[test]
fn a_pattern_that_cannot_be_used_is_named() {
    let pattern = |regex: &str| Redactor::new(&[Pattern { name: "badge".into(), regex: regex.into() }]);
    for wrong in ["(", "x*"] {
        assert!(pattern(wrong).unwrap_err().to_string().contains("`badge`"), "{wrong}");
    }
}

#[test]
fn a_number_is_found_over_lines_and_its_words_are_timed() {
    let mut lines = [
        line(Speaker::Us, 0, "Your card number please."),
        line(Speaker::Caller, 2_000, "yes it is four one one one"),
        line(Speaker::Us, 5_000, "four one one one, and then?"),
        line(Speaker::Caller, 8_000, "one one one one one one one one"),
        line(Speaker::Caller, 14_000, "and one one one one that's all"),
    ];
    let spoken = run(&mut lines);
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "Your card number please.",
            "yes it is [card number]",
            "four one one one, and then?",
            "[card number]",
            "and [card number] that's all",
        ]
    );
    let words: Vec<&str> = lines[4].words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(words, ["and", "[card number]", "that's", "all"]);
    assert_eq!((lines[4].words[1].from_ms, lines[4].words[1].to_ms), (14_300, 15_450));
    let first = Spoken { speaker: Speaker::Caller, from_ms: 2_000 + 900 - 150, to_ms: 2_000 + 1_800 + 250 + 150 };
    assert_eq!((spoken.len(), spoken[0]), (3, first));
}

#[test]
fn a_word_between_that_is_a_digit_by_chance_does_no_harm() {
    let mut lines = [line(Speaker::Caller, 0, "4111 1111 wait one moment please 1111 1111")];
    assert_eq!(run(&mut lines).len(), 1);
    assert_eq!(lines[0].text, "[card number]");
}

#[test]
fn what_is_said_minutes_later_is_another_number() {
    let mut lines = [line(Speaker::Caller, 0, "4111 1111"), line(Speaker::Caller, 60_000, "1111 1111")];
    assert!(run(&mut lines).is_empty());
}

#[test]
fn our_side_reading_it_back_is_found_too_and_without_words_the_line_is_silent() {
    let mut lines = [line(Speaker::Us, 1_000, "So 4111 1111 1111 1111, right?")];
    lines[0].words.clear();
    let spoken = run(&mut lines);
    assert_eq!(lines[0].text, "So [card number], right?");
    assert_eq!((spoken[0].speaker, spoken[0].from_ms), (Speaker::Us, 850));
    assert!(spoken[0].to_ms >= lines[0].to_ms);
}

#[test]
fn redaction_is_done_once() {
    let mut lines = [line(Speaker::Caller, 0, "4111 1111 1111 1111 and K123456")];
    assert_eq!(run(&mut lines).len(), 2);
    let clean = lines[0].clone();
    assert!(run(&mut lines).is_empty());
    assert_eq!(lines[0], clean);
}
