//! What holds for every call and every file: no panic, an end in bounded time, nothing after the end but what is kept.
#![allow(clippy::unwrap_used, clippy::format_collect, clippy::format_push_string, reason = "tests")]

use crate::support;

use std::sync::Arc;
use std::time::Duration;

use call_model::{
    CallApp, CallCommand, CallEvent, CallFacts, DigitSource, Direction, HangupCause, HangupParty, HttpFailure,
    HttpReply, Moment, PlaybackEnd, PlaybackId, RecordEnd, RecordId, RequestId, TransferOutcome,
};
use ivr::{Flow, FlowApp, FlowProgram, ParseContext};
use proptest::prelude::*;
use support::{MONDAY_NOON, business, demo, facts, parse};

/// Verbs in every order, with ways back everywhere.
const MAZE: &str = "
languages: [en, de]
keys: {0: transfer}
vars: {n: 0}
nodes:
  start: {say: {en: Hi., de: Hallo.}, next: terms}
  terms: {recording: begin, next: menu}
  menu:
    menu:
      say: {en: Which?, de: Was?}
      options: {1: gather, 2: voicemail, 3: transfer, 4: http, 5: survey, 6: echo, 7: record, 8: language, 9: sub}
      no_input: {next: menu}
      no_match: {next: http}
  gather:
    gather: {say: {en: Number?, de: Zahl?}, into: n, min: 1, max: 4, confirm: true, valid: value|int > 5}
    next: menu
  voicemail: {voicemail: {mailbox: anna}, next: menu}
  transfer: {transfer: {to: [anna, team], no_answer: menu, busy: voicemail}, next: menu}
  http: {http: {url: 'https://example.com/{{ vars.n }}', into: n, timeout: 1s, failed: menu}, next: count}
  count: {set: {n: '{{ vars.n|string|length }}'}, next: hours}
  hours: {hours: {open: menu, closed: again_hours, holiday: hangup}}
  again_hours:
    branch:
      - {when: vars.n|int > 2, next: menu}
      - else: count
  survey: {survey: {questions: [{name: q, ask: {en: Q, de: F}, range: 0-10}]}, next: menu}
  echo: {echo: {max: 5s}, next: menu}
  record: {record: {into: r}, next: replay}
  replay: {play: {recorded: r}, next: menu}
  language: {language: \"{{ 'en' if call.language == 'de' else 'de' }}\", next: start}
  sub: {call: {flow: sub, with: {x: '{{ vars.n }}'}, into: n}, next: pause}
  pause: {recording: pause, next: resume}
  resume: {recording: resume, next: menu}
";

const SUB: &str = "
languages: [en, de]
vars: {x: 0}
nodes:
  a: {say: '{{ vars.x }}', next: b}
  b: {menu: {say: '{{ vars.x }}', options: {1: c, 2: hangup}, tries: 1, no_input: {next: c}}}
  c: {return: '{{ vars.x }}'}
";

fn maze(direction: Direction, language: &str) -> FlowApp {
    let flows = [parse("sub", SUB)].into_iter().map(Arc::new);
    let program = FlowProgram::new(Arc::new(parse("main", MAZE)), flows, Arc::new(business())).unwrap();
    FlowApp::new(Arc::new(program), CallFacts { direction, language: language.to_owned(), ..facts() })
}

fn any_event() -> impl Strategy<Value = CallEvent> {
    let id = 0..40u32;
    let digit = prop::sample::select("0123456789*#ABCDx".chars().collect::<Vec<_>>());
    let outcome = prop::sample::select(vec![
        TransferOutcome::Completed,
        TransferOutcome::Busy,
        TransferOutcome::NoAnswer,
        TransferOutcome::Unavailable,
        TransferOutcome::Declined,
        TransferOutcome::Cancelled,
        TransferOutcome::Failed,
    ]);
    let end = prop::sample::select(vec![
        RecordEnd::Silence,
        RecordEnd::MaxLength,
        RecordEnd::Key('#'),
        RecordEnd::HungUp,
        RecordEnd::Stopped,
        RecordEnd::Failed,
    ]);
    let result = prop_oneof![
        (100..600u16, ".{0,20}").prop_map(|(status, body)| Ok(HttpReply { status, body })),
        Just(Err(HttpFailure::Unreachable)),
    ];
    prop_oneof![
        6 => digit.prop_map(|digit| CallEvent::Digit { digit, source: DigitSource::Rfc4733 }),
        6 => (id.clone(), any::<bool>()).prop_map(|(id, failed)| CallEvent::PlaybackEnded {
            playback: PlaybackId(id),
            end: if failed { PlaybackEnd::Failed("x".into()) } else { PlaybackEnd::Finished },
            played_ms: 10,
        }),
        2 => (id.clone(), end, 0..9_000u64)
            .prop_map(|(id, end, duration_ms)| CallEvent::RecordEnded { record: RecordId(id), end, duration_ms }),
        2 => outcome.prop_map(|outcome| CallEvent::TransferEnded { outcome }),
        1 => Just(CallEvent::TransferAnswered { target: "anna".into() }),
        2 => (id, result).prop_map(|(id, result)| CallEvent::HttpReplied { request: RequestId(id), result }),
        1 => any::<bool>().prop_map(CallEvent::Held),
        1 => Just(CallEvent::Answered),
        1 => Just(CallEvent::Started),
    ]
}

/// A call that is driven by whatever comes.
struct Wild {
    app: FlowApp,
    now: Duration,
    last_playback: u32,
    last_record: u32,
    ended: bool,
    hung_up: bool,
}

impl Wild {
    fn new(app: FlowApp) -> Self {
        Self { app, now: Duration::ZERO, last_playback: 0, last_record: 0, ended: false, hung_up: false }
    }

    fn moment(&self) -> Moment {
        Moment { since_start: self.now, unix_ms: MONDAY_NOON + self.now.as_millis() as i64 }
    }

    fn event(&mut self, event: &CallEvent) {
        self.hung_up |= matches!(event, CallEvent::HungUp { .. });
        self.app.handle(self.moment(), event);
        self.drain();
    }

    /// One wake-up, as the pipeline would do it.
    fn wake(&mut self) -> bool {
        let Some(wake) = self.app.poll_timeout() else { return false };
        self.now = self.now.max(wake);
        self.app.handle_timeout(self.moment());
        self.drain();
        true
    }

    fn drain(&mut self) {
        let mut drained = 0;
        while let Some(command) = self.app.poll_command() {
            drained += 1;
            assert!(drained < 2_000, "a flood of commands");
            let kept = matches!(
                command,
                CallCommand::SaveVoicemail { .. }
                    | CallCommand::Discard { .. }
                    | CallCommand::Remember { .. }
                    | CallCommand::SetContact { .. }
                    | CallCommand::OptOut { .. }
                    | CallCommand::NodeLeft { .. }
            );
            assert!(kept || !self.hung_up, "after the end: {command:?}");
            assert!(kept || !self.ended, "after our own hanging up: {command:?}");
            match command {
                CallCommand::Play { playback, .. } => self.last_playback = playback.0,
                CallCommand::Record { record, .. } => self.last_record = record.0,
                CallCommand::Hangup { .. } | CallCommand::Reject { .. } => self.ended = true,
                _ => {}
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn wild_events_never_break_a_call_and_every_call_ends(
        events in prop::collection::vec((any_event(), 0..20_000u64, 0..6u8), 0..120),
        outbound in any::<bool>(),
        german in any::<bool>(),
    ) {
        let direction = if outbound { Direction::Outbound } else { Direction::Inbound };
        let mut call = Wild::new(maze(direction, if german { "de" } else { "en" }));
        call.event(&CallEvent::Started);
        for (event, passes, kind) in events {
            call.now += Duration::from_millis(passes / 10);
            match kind {
                // Half of the events are made to fit what is going on.
                0 => {
                    let playback = PlaybackId(call.last_playback);
                    call.event(&CallEvent::PlaybackEnded { playback, end: PlaybackEnd::Finished, played_ms: 1 });
                }
                1 => {
                    let record = RecordId(call.last_record);
                    call.event(&CallEvent::RecordEnded { record, end: RecordEnd::Silence, duration_ms: passes });
                }
                2 => { call.wake(); }
                _ => call.event(&event),
            }
        }
        // From here on nobody does anything: no playback ends, nobody answers.
        call.event(&CallEvent::Answered);
        call.event(&CallEvent::Held(false));
        call.event(&CallEvent::TransferEnded { outcome: TransferOutcome::Unavailable });
        let begin = call.now;
        let mut wakes = 0;
        while !call.ended && call.wake() {
            wakes += 1;
            prop_assert!(wakes < 2_000, "it never sleeps");
        }
        prop_assert!(call.ended, "it waits for ever");
        let took = call.now.saturating_sub(begin);
        prop_assert!(took < Duration::from_hours(1), "{:?}", took);
        call.event(&CallEvent::HungUp { by: HangupParty::Us, cause: HangupCause::Normal });
        prop_assert!(call.app.poll_timeout().is_none());
    }

    #[test]
    fn hanging_up_at_any_moment_ends_everything(
        events in prop::collection::vec(any_event(), 0..60),
        by in prop::sample::select(vec![HangupParty::Caller, HangupParty::Us, HangupParty::System]),
    ) {
        let mut call = Wild::new(maze(Direction::Inbound, "en"));
        call.event(&CallEvent::Started);
        call.event(&CallEvent::Answered);
        let (before, after) = events.split_at(events.len() / 2);
        for event in before {
            call.event(event);
        }
        call.event(&CallEvent::HungUp { by, cause: HangupCause::Normal });
        for event in after {
            call.event(event);
        }
        prop_assert!(!call.wake());
    }

    #[test]
    fn reading_never_panics(text in "\\PC{0,300}") {
        let _ = Flow::parse(&text, &ParseContext::default());
        let _ = ivr::Business::parse(&text);
    }

    #[test]
    fn reading_a_damaged_flow_never_panics(at in 0..4_000usize, cut in 0..40usize, put in "[\\PC\n]{0,12}") {
        let mut text: Vec<char> = MAZE.chars().collect();
        let at = at.min(text.len());
        let end = (at + cut).min(text.len());
        text.splice(at..end, put.chars());
        let text: String = text.into_iter().collect();
        if let Ok(flow) = Flow::parse(&text, &ParseContext::default()) {
            prop_assert!(!flow.nodes().is_empty());
        }
    }

    #[test]
    fn variables_never_bring_marks_into_speech(value in "\\PC{0,60}") {
        let program = FlowProgram::new(Arc::new(demo("announcement")), [], Arc::new(business())).unwrap();
        let mut facts = CallFacts { direction: Direction::Outbound, ..facts() };
        facts.variables.insert("text".into(), value.into());
        let mut app = FlowApp::new(Arc::new(program), facts);
        let now = Moment { since_start: Duration::ZERO, unix_ms: MONDAY_NOON };
        app.handle(now, &CallEvent::Started);
        app.handle(now, &CallEvent::Answered);
        while let Some(command) = app.poll_command() {
            let shown = format!("{command:?}");
            prop_assert!(!shown.contains('<'), "{}", shown);
        }
    }
}

#[test]
fn a_silent_caller_is_let_go_by_every_demo_flow() {
    for name in ["reception", "reminder", "one-time-code", "announcement", "survey", "echo"] {
        for language in ["en", "de"] {
            let mut call = support::Call::to(name).language(language).start();
            for _ in 0..100 {
                if !call.is_over() {
                    call = call.then("");
                }
            }
            assert!(call.is_over(), "{name} {language}\n{}", call.transcript());
            assert!(call.elapsed() < Duration::from_mins(15), "{name} {language}");
        }
    }
}
