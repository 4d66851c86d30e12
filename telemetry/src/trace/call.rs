//! The trace of one call, folded from what happens in it.

use call_model::CallId;

use super::{Kind, Remote, Span, SpanId, TraceId};

/// Spans of one call; what is beyond is counted.
const MOST: usize = 512;

/// When the stages of a turn were, ms; `None` where one did not happen. As in [`call_model::TurnReport`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TurnTimes {
    /// End of the caller's speech, from the answer.
    pub speech_ended: u64,
    /// From there until the turn was held for ended.
    pub turn_end: Option<u64>,
    /// From asking the brain until its first token.
    pub first_token: Option<u64>,
    /// From asking the brain until the first clause.
    pub first_clause: Option<u64>,
    /// From the first clause until its first sample.
    pub first_audio: Option<u64>,
    /// From the end of the caller's speech until our first sample.
    pub total: Option<u64>,
}

/// What is known of a call when it is over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// It came in.
    pub inbound: bool,
    /// When it began, ms since the Unix epoch.
    pub started_ms: i64,
    /// When it was answered.
    pub answered_ms: Option<i64>,
    /// When it ended.
    pub ended_ms: i64,
    /// `flow`, `agent`, or empty.
    pub app_kind: &'static str,
    /// Name of the flow or agent.
    pub app: String,
    /// Name of the trunk.
    pub trunk: Option<String>,
    /// Why it ended, in a word.
    pub cause: String,
    /// Something was wrong with it.
    pub failed: bool,
    /// The recording's beginning and end.
    pub recording: Option<(i64, i64)>,
}

/// What happens in a call, as it becomes spans.
#[derive(Debug)]
pub struct CallStory {
    call: CallId,
    trace: TraceId,
    remote: Option<Remote>,
    answered_ms: Option<i64>,
    bridged_ms: Option<i64>,
    spans: Vec<Span>,
    left_out: u64,
    count: u64,
}

impl CallStory {
    /// A call that begins; `remote`: what it is a part of elsewhere.
    pub fn new(call: CallId, remote: Option<Remote>) -> Self {
        let trace = remote.map_or_else(|| TraceId::of_call(call), |remote| remote.trace);
        Self { call, trace, remote, answered_ms: None, bridged_ms: None, spans: Vec::new(), left_out: 0, count: 0 }
    }

    /// The call's own span.
    pub fn root(call: CallId) -> SpanId {
        SpanId::of(call, "call", 0)
    }

    /// The span of what answers.
    pub fn app(call: CallId) -> SpanId {
        SpanId::of(call, "app", 0)
    }

    fn push(&mut self, parent: SpanId, name: &str, times: (i64, i64)) -> Option<&mut Span> {
        if self.spans.len() >= MOST {
            self.left_out += 1;
            return None;
        }
        self.count += 1;
        self.spans.push(Span::new(self.trace, parent, SpanId::of(self.call, name, self.count), name, times));
        self.spans.last_mut()
    }

    /// Both sides hear each other.
    pub fn answered(&mut self, now_ms: i64) {
        self.answered_ms.get_or_insert(now_ms);
    }

    /// Somebody was brought in, or left.
    pub fn bridged(&mut self, now_ms: i64, with_somebody: bool) {
        if with_somebody {
            self.bridged_ms.get_or_insert(now_ms);
        } else if let Some(from_ms) = self.bridged_ms.take() {
            self.push(Self::app(self.call), "transfer", (from_ms, now_ms));
        }
    }

    /// One side said something: times from the answer, ms.
    pub fn said(&mut self, by_us: bool, from_ms: u64, to_ms: u64) {
        let Some(answered) = self.answered_ms else { return };
        let times = (answered + from_ms as i64, answered + to_ms as i64);
        self.push(Self::app(self.call), if by_us { "prompt" } else { "utterance" }, times);
    }

    /// An agent's turn: hearing, brain and voice in it.
    pub fn turn(&mut self, times: TurnTimes, brain: Option<&str>, speculated: bool, interrupted: bool) {
        let Some(answered) = self.answered_ms else { return };
        let begun = answered + times.speech_ended as i64;
        let after = |ms: Option<u64>| ms.map(|ms| begun + ms as i64);
        let heard = after(times.turn_end);
        let audible = after(times.total);
        let clause = match (audible, times.first_audio) {
            (Some(audible), Some(voice)) => Some(audible - voice as i64),
            _ => heard.zip(times.first_clause.or(times.first_token)).map(|(heard, ms)| heard + ms as i64),
        };
        let end = audible.or(clause).or(heard).unwrap_or(begun);
        let Some(turn) = self.push(Self::app(self.call), "turn", (begun, end)) else { return };
        turn.attributes.push(("callwright.speculated", speculated.into()));
        turn.attributes.push(("callwright.interrupted", interrupted.into()));
        let turn = turn.id;
        if let Some(heard) = heard {
            self.push(turn, "hearing", (begun, heard));
        }
        if let Some(clause) = clause
            && let Some(took) = times.first_clause.or(times.first_token)
            && let Some(span) = self.push(turn, "brain", (clause - took as i64, clause))
        {
            span.attributes.push(("gen_ai.request.model", brain.unwrap_or("builtin").into()));
            if let Some(first) = times.first_token {
                span.attributes.push(("callwright.first_token_ms", first.into()));
            }
        }
        if let (Some(clause), Some(audible)) = (clause, audible) {
            self.push(turn, "voice", (clause, audible));
        }
    }

    /// The call is over and filed: its spans, the outermost first.
    pub fn finish(mut self, facts: &Facts, filed_ms: i64) -> Vec<Span> {
        let (call, root) = (self.call, Self::root(self.call));
        self.bridged(facts.ended_ms, false);
        let answered = facts.answered_ms.or(self.answered_ms);
        let mut whole = Span::new(self.trace, root, root, "call", (facts.started_ms, filed_ms.max(facts.ended_ms)))
            .with("callwright.call.id", call.to_string())
            .with("callwright.call.direction", if facts.inbound { "inbound" } else { "outbound" })
            .with("callwright.call.cause", facts.cause.as_str())
            .with("callwright.call.answered", answered.is_some());
        whole.parent = self.remote.map(|remote| remote.parent);
        whole.kind = if facts.inbound { Kind::Server } else { Kind::Client };
        if let Some(trunk) = &facts.trunk {
            whole = whole.with("callwright.trunk", trunk.as_str());
        }
        if self.left_out > 0 {
            whole = whole.with("callwright.spans_left_out", self.left_out);
        }
        whole.fault = facts.failed.then(|| facts.cause.clone());
        let span = |name: &str, times| Span::new(self.trace, root, SpanId::of(call, name, 0), name, times);
        let mut spans = vec![whole, span("setup", (facts.started_ms, answered.unwrap_or(facts.ended_ms)))];
        if let Some(answered) = answered {
            let mut app = span("app", (answered, facts.ended_ms));
            if !facts.app_kind.is_empty() {
                app = app.with("callwright.app.kind", facts.app_kind).with("callwright.app.name", facts.app.as_str());
            }
            spans.push(app);
            spans.push(span("transcript", (facts.ended_ms, filed_ms)));
        }
        if let Some(times) = facts.recording {
            spans.push(span("recording", times));
        }
        spans.append(&mut self.spans);
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> CallId {
        CallId::from_parts(1_000, 7)
    }

    fn facts() -> Facts {
        Facts {
            inbound: true,
            started_ms: 1_000,
            answered_ms: Some(2_000),
            ended_ms: 9_000,
            app_kind: "agent",
            app: "assistant".into(),
            cause: "normal".into(),
            ..Facts::default()
        }
    }

    #[test]
    fn a_call_is_a_tree_of_what_happened_in_it() {
        let mut story = CallStory::new(call(), None);
        story.answered(2_000);
        story.said(true, 100, 900);
        let times = TurnTimes {
            speech_ended: 2_000,
            turn_end: Some(300),
            first_token: Some(200),
            first_clause: Some(250),
            first_audio: Some(150),
            total: Some(600),
        };
        story.turn(times, Some("main"), true, false);
        story.bridged(6_000, true);
        let spans = story.finish(&facts(), 9_500);
        let named = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
        let times = |name: &str| (named(name).from_ms, named(name).to_ms);
        assert_eq!((times("call"), times("setup"), times("app")), ((1_000, 9_500), (1_000, 2_000), (2_000, 9_000)));
        assert_eq!((times("prompt"), times("transfer")), ((2_100, 2_900), (6_000, 9_000)));
        assert_eq!(times("turn"), (4_000, 4_600));
        assert_eq!(
            (times("hearing"), times("brain"), times("voice")),
            ((4_000, 4_300), (4_200, 4_450), (4_450, 4_600))
        );
        assert_eq!(times("transcript"), (9_000, 9_500));
        for (child, parent) in
            [("setup", "call"), ("app", "call"), ("turn", "app"), ("brain", "turn"), ("voice", "turn")]
        {
            assert_eq!(named(child).parent, Some(named(parent).id), "{child}");
        }
        assert_eq!(named("call").parent, None);
        assert!(spans.iter().all(|span| span.trace == TraceId::of_call(call())));
        let ids: std::collections::HashSet<_> = spans.iter().map(|span| span.id).collect();
        assert_eq!(ids.len(), spans.len(), "each span has an id of its own");
    }

    #[test]
    fn a_call_that_somebody_else_traces_is_a_part_of_theirs() {
        let remote: Remote = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
        let spans = CallStory::new(call(), Some(remote)).finish(&Facts { answered_ms: None, ..facts() }, 9_000);
        assert_eq!(spans.iter().map(|span| span.name.as_str()).collect::<Vec<_>>(), ["call", "setup"]);
        assert_eq!((spans[0].trace, spans[0].parent), (remote.trace, Some(remote.parent)));
    }

    #[test]
    fn a_long_call_says_how_much_is_left_out() {
        let mut story = CallStory::new(call(), None);
        story.answered(2_000);
        for line in 0..1_000 {
            story.said(true, line, line + 1);
        }
        let spans = story.finish(&facts(), 9_000);
        assert_eq!(spans.len(), MOST + 4);
        assert!(spans[0].attributes.contains(&("callwright.spans_left_out", 488_u64.into())), "{:?}", spans[0]);
    }
}
