//! Interviews: questions that are asked in order, and the tool that the answers go to. They stand in the files of the
//! knowledge, beside its entries.
//!
//! ```yaml
//! interviews:
//!   - id: ticket
//!     questions:
//!       - {id: text, ask: What exactly happens?}
//!       - {id: rating, ask: How happy are you?, kind: number, range: 1-10}
//!       - {id: urgent, ask: Is it urgent?, kind: choice, choices: {high: [urgent, at once], normal: [no, later]}}
//!     each: record_survey_answer     # optional: a tool that is told each answer
//!     tool: create_ticket            # optional: a tool that is given all answers
//!     with: {category: portal}       # further arguments of it
//!     done: Your ticket has the number {ticket}.
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Lang;

/// The most questions of one interview.
const MAX_QUESTIONS: usize = 30;
/// The longest question, characters.
const MAX_TEXT: usize = 500;

/// Questions in order.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interview {
    /// Its name: unique in its language. Entries begin it by `interview`.
    pub id: String,
    /// BCP 47 language; `None`: that of the file.
    pub language: Option<String>,
    /// It begins when the caller agrees to the agent's first question; when he does not, `declined` is said and the call
    /// ends.
    #[serde(default)]
    pub when_agreed: bool,
    /// What is said to a caller who does not agree.
    pub declined: Option<String>,
    /// The questions.
    pub questions: Vec<Question>,
    /// A tool that is told each answer: as `question`, `answer` and, of a number, `score`.
    pub each: Option<String>,
    /// A tool that is given all answers, by the ids of their questions.
    pub tool: Option<String>,
    /// Further arguments of it.
    #[serde(default)]
    pub with: BTreeMap<String, String>,
    /// What is said at the end; `{name}` stands for a value of the tool's result, `{list.0.name}` for one in it.
    pub done: String,
    /// What is said when the tool fails.
    pub failed: Option<String>,
    /// A value of the tool's result that puts the caller through when it is true.
    pub put_through_if: Option<String>,
    /// The call ends after it.
    #[serde(default)]
    pub hang_up: bool,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The argument that the answer is.
    pub id: String,
    /// How it is asked.
    pub ask: String,
    /// How it is asked again; the same when it is not said.
    pub again: Option<String>,
    /// What an answer is.
    #[serde(default)]
    pub kind: Kind,
    /// Of a number: from and to, as `1-10`.
    pub range: Option<String>,
    /// Of a choice: by the value that is kept, the words that mean it.
    #[serde(default)]
    pub choices: BTreeMap<String, Vec<String>>,
}

/// What an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Whatever is said.
    #[default]
    Text,
    /// A whole number.
    Number,
    /// Digits, one by one: a number that names something.
    Digits,
    /// One of a few values.
    Choice,
    /// The caller's name.
    Name,
}

impl Question {
    /// The smallest and the largest number.
    pub fn bounds(&self) -> (u32, u32) {
        let read = |range: &String| {
            let (from, to) = range.split_once('-')?;
            Some((from.trim().parse().ok()?, to.trim().parse().ok()?))
        };
        self.range.as_ref().and_then(read).unwrap_or((0, u32::MAX))
    }
}

/// Says what is wrong with an interview, or its language.
pub(super) fn check(interview: &Interview, default: Option<&str>) -> Result<Lang, String> {
    let id = &interview.id;
    let count = interview.questions.len();
    if id.is_empty() || !(1..=MAX_QUESTIONS).contains(&count) {
        return Err(format!("the interview `{id}` has {count} questions; 1 to {MAX_QUESTIONS} and a name are needed"));
    }
    for question in &interview.questions {
        let of = &question.id;
        if of.is_empty() || question.ask.is_empty() || question.ask.chars().count() > MAX_TEXT {
            return Err(format!("the question `{of}` of `{id}` needs an id and 1 to {MAX_TEXT} characters"));
        }
        if (question.kind == Kind::Choice) == question.choices.is_empty() {
            return Err(format!("the question `{of}` of `{id}` needs `kind: choice` and `choices`, or neither"));
        }
        if question.range.is_some() && question.bounds() == (0, u32::MAX) {
            return Err(format!("the range of the question `{of}` of `{id}` is written as `1-10`"));
        }
    }
    let tag = interview.language.as_deref().or(default).ok_or_else(|| format!("`{id}` has no language"))?;
    Lang::from_tag(tag).ok_or_else(|| format!("the interview `{id}`: `{tag}` is not one of en, de, es, fr, it"))
}
