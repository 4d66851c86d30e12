//! What came of the conversations, in figures.

use std::time::Duration;

use super::conversation::Noticed;

/// A row.
pub struct Totals {
    pub conversations: Vec<Noticed>,
    pub answered: usize,
    /// Cores that the server used while all conversations ran; `None` when they did not all run at once.
    pub cores: Option<f64>,
    pub memory_kib: u64,
    /// Requests to the model.
    pub thoughts: usize,
}

pub fn print(sessions: usize, manner: &str, totals: &Totals) {
    let all = &totals.conversations;
    let mut delays: Vec<Duration> = all.iter().flat_map(|noticed| noticed.delays.iter().copied()).collect();
    delays.sort_unstable();
    let at = |part: f64| {
        let index = (delays.len() as f64 * part) as usize;
        delays.get(index.min(delays.len().saturating_sub(1))).map_or(0.0, |delay| delay.as_secs_f64() * 1e3)
    };
    let sum = |count: fn(&Noticed) -> usize| all.iter().map(count).sum::<usize>();
    let said = sum(|noticed| noticed.turns);
    println!(
        "{sessions} sessions ({} answered), {manner}, {said} turns: end of speech to first sample p50 {:.0} p90 {:.0} p99 {:.0} max {:.0} ms",
        totals.answered,
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0),
    );
    let answers: Vec<f64> = all.iter().flat_map(|noticed| &noticed.answers).map(Duration::as_secs_f64).collect();
    println!(
        "    premature answers {}, answers broken off {}, unanswered {}; model calls {:.2} a turn; answers {:.1} s on average",
        sum(|noticed| noticed.premature),
        sum(|noticed| noticed.broken),
        sum(|noticed| noticed.unanswered),
        totals.thoughts as f64 / said.max(1) as f64,
        answers.iter().sum::<f64>() / answers.len().max(1) as f64,
    );
    println!(
        "    server {}, memory {:.2} MiB a session",
        totals.cores.map_or_else(
            || "not measured".into(),
            |cores| format!("{cores:.3} core, {:.5} core a session", cores / sessions.max(1) as f64)
        ),
        totals.memory_kib as f64 / 1_024.0 / sessions.max(1) as f64,
    );
}
