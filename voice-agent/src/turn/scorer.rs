//! A model that reads from the words whether a turn is over.

/// What such a model is told.
#[derive(Clone, Copy)]
pub struct TurnContext<'a> {
    /// BCP 47 language that is spoken.
    pub language: &'a str,
    /// What our side said last; empty at first.
    pub agent: &'a str,
    /// What the caller said in this turn so far.
    pub caller: &'a str,
}

impl std::fmt::Debug for TurnContext<'_> {
    /// Leaves out what was said: it is private.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TurnContext { .. }")
    }
}

/// Reads from the words whether the caller's turn is over. Called in the call's task at the end of a piece of speech:
/// must answer within a few milliseconds, without I/O.
pub trait EndOfTurn: Send + Sync {
    /// 0 (the caller goes on) to 1 (the turn is over); `None` when it cannot tell.
    fn score(&self, context: TurnContext<'_>) -> Option<f32>;
}
