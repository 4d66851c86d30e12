//! How much a file may ask for: texts, expressions and questions are bounded, so that a small file makes no large work.

use voice_agent::config::Faults;
use voice_agent::config::fields;
use voice_agent::config::yaml::{Value, Yaml};

use super::pattern::expression;

/// The most that a caller says at once, characters: about two minutes of speech. What is heard while it is spoken grows
/// with its square.
const SAID: usize = 2_000;
/// The most keys that are pressed at once.
pub(super) const KEYS: usize = 100;
/// The most regular expressions of a rehearsal.
const EXPRESSIONS: usize = 64;
/// The most checks of a rehearsal.
pub(super) const CHECKS: usize = 200;
/// The most questions to a model in a rehearsal: each costs an answer.
pub(super) const QUESTIONS: usize = 20;

/// The most tools that are used before the call.
pub(super) const BEFORE: usize = 50;
/// The longest result of a tool that is played, bytes of JSON: it is told to the agent and kept each time.
pub(super) const RESULT: usize = 16 * 1024;

/// A text that somebody says.
pub(super) fn said(yaml: &Yaml, what: &str, faults: &mut Faults) -> Option<String> {
    let text = fields::text(yaml, what, faults)?;
    let count = text.chars().count();
    if count > SAID {
        let message = format!("{what} has {count} characters; at most {SAID} are said at once");
        faults.error_with(yaml.place, message, "make several steps of it");
    }
    Some(text)
}

/// As much of a text as is said at once: whole words.
pub(crate) fn cut(text: &str) -> &str {
    let Some((end, _)) = text.char_indices().nth(SAID) else { return text };
    let cut = &text[..end];
    cut.rfind(char::is_whitespace).map_or(cut, |space| &cut[..space])
}

/// Whether there are no more regular expressions than may be; else it is said where they become too many.
pub(super) fn few_expressions(document: &Yaml, faults: &mut Faults) -> bool {
    let mut left = EXPRESSIONS;
    let Some(beyond) = find_beyond(document, &mut left) else { return true };
    let message = format!("more than {EXPRESSIONS} regular expressions in one rehearsal");
    faults.error_with(beyond.place, message, "words need no slashes");
    false
}

fn find_beyond<'y>(yaml: &'y Yaml, left: &mut usize) -> Option<&'y Yaml> {
    match &yaml.value {
        Value::Scalar(..) => {
            expression(yaml.scalar()?.trim())?;
            let beyond = *left == 0;
            *left = left.saturating_sub(1);
            beyond.then_some(yaml)
        }
        Value::List(items) => items.iter().find_map(|item| find_beyond(item, left)),
        Value::Map(entries) => entries.iter().find_map(|entry| find_beyond(&entry.value, left)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rehearsal;

    fn faults(caller: &str, checks: &str) -> String {
        let yaml = format!("agent: a\ncaller:\n{caller}\nchecks:\n{checks}\n");
        let faults = Rehearsal::parse(&yaml, "r").err().unwrap_or_default();
        faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_a_caller_says_at_once_is_bounded_wherever_it_stands() {
        let (fits, long) = ("x".repeat(SAID), "x ".repeat(128 * 1024 - 200));
        let done = "  - outcome: done";
        assert_eq!(faults(&format!("  - {fits}"), done), "");
        for (caller, line) in [
            (format!("  - Hello\n  - {long}"), 4),
            (format!("  - say: {long}"), 3),
            (format!("  - interrupt: {long}"), 3),
            (format!("  script: [Hello]\n  answers:\n    - {{to: name, say: [{long}]}}"), 5),
            (format!("  goal: {long}"), 3),
            (format!("  goal: A cleaning\n  opening: {long}"), 4),
            (format!("  goal: A cleaning\n  then: [Hello, {long}]"), 4),
            (format!("  goal: A cleaning\n  facts:\n    name: {long}"), 5),
            (format!("  goal: A cleaning\n  facts:\n    pin: {{asked: pin, say: {long}}}"), 5),
        ] {
            let told = faults(&caller, done);
            let place = format!("r:{line}:");
            assert!(told.contains(&place) && told.contains("at most 2000 are said"), "{}: {told}", &caller[..20]);
        }
        assert!(faults(&format!("  - press: '{}'", "1".repeat(KEYS + 1)), done).contains("at most 100 keys"));
    }

    #[test]
    fn expressions_checks_and_questions_are_counted() {
        let caller = "  - Hello";
        let many = |count: usize| format!("  - said: [{}]", vec!["/a+/"; count].join(", "));
        assert_eq!(faults(caller, &many(EXPRESSIONS)), "");
        let told = faults(caller, &format!("{}\n  - tool: t\n    with: {{x: /b/}}", many(EXPRESSIONS)));
        assert!(told.contains("r:7:") && told.contains("more than 64 regular expressions"), "{told}");
        let lines = |line: &str, count: usize| vec![line; count].join("\n");
        assert_eq!(faults(caller, &lines("  - said: x", CHECKS)), "");
        assert!(faults(caller, &lines("  - said: x", CHECKS + 1)).contains("at most 200 checks"));
        assert_eq!(faults(caller, &lines("  - judge: Was it polite?", QUESTIONS)), "");
        let told = faults(caller, &lines("  - judge: Was it polite?", QUESTIONS + 1));
        assert!(told.contains("r:25:") && told.contains("at most 20"), "{told}");
    }

    #[test]
    fn tools_that_are_played_and_used_before_are_bounded() {
        let with = |text: &str| faults("  - Hello", &format!("  - outcome: done\n{text}"));
        let played = |length: usize| with(&format!("tools:\n  order:\n    result: {}", "x".repeat(length)));
        assert_eq!(played(RESULT - 2), "");
        assert!(played(RESULT).contains("r:8:") && played(RESULT).contains("at most 16 KiB"), "{}", played(RESULT));
        let before = |count: usize| with(&format!("before:\n{}", "  - order: {}\n".repeat(count)));
        assert_eq!(before(BEFORE), "");
        assert!(before(BEFORE + 1).contains("at most 50 tools"), "{}", before(BEFORE + 1));
    }

    #[test]
    fn a_text_is_cut_between_words() {
        assert_eq!(cut("as it is"), "as it is");
        let long = "four ".repeat(SAID);
        assert_eq!(cut(&long).len(), SAID - 1);
        assert!(cut(&long).ends_with("four"));
        assert_eq!(cut(&"ü".repeat(SAID * 2)).chars().count(), SAID);
    }
}
