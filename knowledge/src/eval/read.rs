//! Passages and questions from JSON lines.

use serde::Deserialize;

use crate::Passage;

/// A question of a set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Question {
    /// Its name.
    #[serde(default)]
    pub id: String,
    /// BCP 47 language.
    #[serde(default)]
    pub lang: Option<String>,
    /// What the caller says.
    pub text: String,
    /// The passages that answer it; empty where none does.
    #[serde(default)]
    pub expect: Vec<String>,
    /// What it tries: `paraphrase`, `mishearing`, ...
    #[serde(default)]
    pub kind: String,
}

/// A line is not what it should be.
#[derive(Debug, thiserror::Error)]
#[error("line {line} cannot be read")]
pub struct ReadError {
    /// Which, from 1.
    pub line: usize,
    /// Why.
    #[source]
    pub source: serde_json::Error,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    question: Option<String>,
    #[serde(default)]
    questions: Vec<String>,
    answer: String,
}

/// Reads `{"id", "question", "answer"}`, one a line; `questions` may hold more.
pub fn passages(text: &str) -> Result<Vec<Passage>, ReadError> {
    let passage = |entry: Entry| Passage {
        id: entry.id,
        questions: entry.question.into_iter().chain(entry.questions).collect(),
        answer: entry.answer,
    };
    Ok(lines(text)?.into_iter().map(passage).collect())
}

/// Reads `{"id", "lang", "text", "expect": [ids], "kind"}`, one a line.
pub fn questions(text: &str) -> Result<Vec<Question>, ReadError> {
    lines(text)
}

fn lines<T: for<'de> Deserialize<'de>>(text: &str) -> Result<Vec<T>, ReadError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| serde_json::from_str(line).map_err(|source| ReadError { line: at + 1, source })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_wrong_ones_named() {
        let read = passages("{\"id\":\"a\",\"question\":\"Q\",\"answer\":\"A\"}\n\n").expect("lines");
        assert_eq!(read, [Passage::new("a", "Q", "A")]);
        assert_eq!(questions("{\"text\":\"x\"}\n{").expect_err("half a line").line, 2);
    }
}
