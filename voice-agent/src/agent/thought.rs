//! One question to a brain, and what has come of it.

use std::time::Duration;

use call_model::{Source, ThinkId, ToolCall, TurnReport};
use serde_json::Value;

use super::clauses::Clauses;
use super::conversation::EntryId;

/// A thought under way.
pub(super) struct Thought {
    pub id: ThinkId,
    /// For whom it is: a turn that is over, or one that is probably over.
    pub purpose: Purpose,
    pub asked: Duration,
    /// When the brain last gave a sign of life.
    pub alive: Duration,
    pub first_token: Option<Duration>,
    pub first_clause: Option<Duration>,
    pub clauses: Clauses,
    /// Clauses that are kept aside until the turn is over.
    pub aside: Vec<String>,
    /// Something of it was said.
    pub spoke: bool,
    pub calls: Vec<ToolCall>,
    /// The passages of documents that it comes from.
    pub sources: Vec<Source>,
    /// The question, as it stands alone, that the documents do not answer.
    pub unanswered: Option<String>,
    pub outcome: Option<Outcome>,
}

/// For whom a thought is.
pub(super) enum Purpose {
    /// Prepared for a turn with these words, normalised.
    Speculation(String),
    /// The answer to a turn that is over, or to what a tool gave back; with its place in the conversation.
    Answer(EntryId),
}

/// How a thought ended.
pub(super) enum Outcome {
    Finished { brain: String, memory: Value },
    Failed,
}

impl Thought {
    pub fn new(id: ThinkId, purpose: Purpose, asked: Duration, language: &str) -> Self {
        Self {
            id,
            purpose,
            asked,
            alive: asked,
            first_token: None,
            first_clause: None,
            clauses: Clauses::new(language),
            aside: Vec::new(),
            spoke: false,
            calls: Vec::new(),
            sources: Vec::new(),
            unanswered: None,
            outcome: None,
        }
    }

    /// The words that it was prepared for.
    pub fn speculation(&self) -> Option<&str> {
        match &self.purpose {
            Purpose::Speculation(words) => Some(words),
            Purpose::Answer(_) => None,
        }
    }
}

/// The turn that is being answered, for the report and for the patience of the caller.
pub(super) struct Answering {
    /// It is a turn of the caller, not something that our side began.
    pub of_caller: bool,
    pub report: TurnReport,
    /// The last sound of the caller, since the start of the call.
    pub ended: Duration,
    /// Since when the caller waits for something to be said.
    pub waiting: Duration,
    /// How often it was bridged.
    pub fillers: u32,
    /// Something of the answer was said, so nothing need be bridged.
    pub said: bool,
    /// Something was heard.
    pub audible: bool,
    /// When the first clause was there.
    pub clause_at: Option<Duration>,
    /// How often a tool's result was thought over.
    pub rounds: u32,
}

impl Answering {
    pub fn new(ended: Duration, ended_ms: u64, now: Duration) -> Self {
        let report = TurnReport {
            speech_ended_ms: ended_ms,
            turn_end: Some(ms(now.saturating_sub(ended))),
            ..TurnReport::default()
        };
        Self {
            of_caller: true,
            report,
            ended,
            waiting: now,
            fillers: 0,
            said: false,
            audible: false,
            clause_at: None,
            rounds: 0,
        }
    }

    /// Something that our side has to say without having been asked.
    pub fn of_ours(now: Duration) -> Self {
        Self { of_caller: false, ..Self::new(now, 0, now) }
    }

    /// What the report says of a thought that answers the turn.
    pub fn measure(&mut self, thought: &Thought) {
        let since = |at: Option<Duration>| at.map(|at| ms(at.saturating_sub(thought.asked)));
        let report = &mut self.report;
        report.first_token = report.first_token.or(since(thought.first_token));
        report.first_clause = report.first_clause.or(since(thought.first_clause));
        if !thought.sources.is_empty() {
            report.sources.clone_from(&thought.sources);
        }
        if let Some(Outcome::Finished { brain, .. }) = &thought.outcome {
            report.brain = Some(brain.clone());
        }
    }

    /// Our first sound.
    pub fn heard(&mut self, now: Duration) {
        if !std::mem::replace(&mut self.audible, true) {
            self.report.first_audio = self.clause_at.map(|at| ms(now.saturating_sub(at)));
            self.report.total = Some(ms(now.saturating_sub(self.ended)));
        }
    }
}

pub(super) fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
