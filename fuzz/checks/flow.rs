//! What must hold for any text that is read as a flow. Used by the fuzz target and by an ordinary test.

use std::sync::Arc;
use std::time::Duration;

use call_model::{CallApp, CallCommand, CallEvent, CallFacts, CallId, DigitSource, Direction, Moment, PlaybackEnd};
use ivr::{Business, Flow, FlowApp, FlowProgram, ParseContext};

/// How often a call is woken before it counts as endless.
const WAKES: usize = 3_000;

/// Panics if something does not hold: faults lie within the file, and a flow that is taken can be called.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = Business::parse(&text);
    match Flow::parse(&text, &ParseContext::default()) {
        Ok(flow) => call(flow),
        Err(faults) => {
            let lines = text.matches(['\n', '\r']).count() + 1;
            assert!(!faults.is_empty(), "refused without a reason");
            assert!(faults.iter().all(|fault| (1..=lines).contains(&fault.line)), "a fault outside of the file");
        }
    }
}

/// A caller who presses a few keys and then says nothing any more.
fn call(flow: Flow) {
    let Ok(program) = FlowProgram::new(Arc::new(flow), [], Arc::default()) else { return };
    let facts = CallFacts {
        call: CallId::from_parts(0, 0),
        direction: Direction::Inbound,
        caller: None,
        number: String::new(),
        trunk: None,
        language: "en".to_owned(),
        contact: serde_json::Map::new(),
        variables: serde_json::Map::new(),
        origin: call_model::CallOrigin::default(),
        answered_by: None,
    };
    let mut app = FlowApp::new(Arc::new(program), facts);
    let mut now = Moment { since_start: Duration::ZERO, unix_ms: 0 };
    let mut keys = "1#25*0".chars();
    app.handle(now, &CallEvent::Started);
    for _ in 0..WAKES {
        let mut events = Vec::new();
        while let Some(command) = app.poll_command() {
            match command {
                CallCommand::Answer => events.push(CallEvent::Answered),
                CallCommand::Play { playback, .. } => {
                    events.push(CallEvent::PlaybackEnded { playback, end: PlaybackEnd::Finished, played_ms: 1 });
                }
                CallCommand::Hangup { .. } | CallCommand::Reject { .. } => return,
                _ => {}
            }
        }
        if events.is_empty() {
            match (keys.next(), app.poll_timeout()) {
                (Some(digit), _) => events.push(CallEvent::Digit { digit, source: DigitSource::Rfc4733 }),
                (None, Some(wake)) => {
                    now.since_start = now.since_start.max(wake);
                    app.handle_timeout(now);
                }
                (None, None) => panic!("it waits for ever"),
            }
        }
        for event in events {
            now.since_start += Duration::from_secs(1);
            app.handle(now, &event);
        }
    }
    panic!("a silent caller is not let go");
}
