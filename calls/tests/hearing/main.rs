//! Calls that are heard, written down, and talk by what they hear: with a recogniser and a voice that follow a script.

#[path = "../support/mod.rs"]
mod support;

mod lines;
mod permission;
mod recogniser;
mod spoken;

use call_model::{
    CallCommand, CallEvent, CallFacts, Hearing, ListenSettings, PlaybackId, PromptItem, RecordingSwitch, TranscriptLine,
};
use calls::CallSettings;
use calls::live::{LiveFeed, LiveItem, LiveKind};
use support::{House, soon};

fn listen() -> CallCommand {
    CallCommand::Listen(ListenSettings { language: None, hints: Vec::new(), partials: true })
}

fn say(playback: u32, text: &str) -> CallCommand {
    let items = vec![PromptItem::Say { text: text.into(), language: "en".into(), voice: None }];
    CallCommand::Play { playback: PlaybackId(playback), items, repeat: false }
}

/// Listens and is silent.
fn listens(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => vec![listen()],
        _ => Vec::new(),
    }
}

/// Speaks ten words, and does what it hears.
fn obeys(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => vec![listen(), say(1, "one two three four five six seven eight nine ten")],
        CallEvent::Hearing(Hearing::Partial { text }) => match text.as_str() {
            "stop" => vec![CallCommand::StopPlaying { playback: None }],
            "wait" => vec![CallCommand::PausePlaying],
            "go on" => vec![CallCommand::ResumePlaying],
            "do not record" => vec![CallCommand::Recording { switch: RecordingSwitch::Pause }],
            "record" => vec![CallCommand::Recording { switch: RecordingSwitch::Resume }],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

async fn hearing(script: support::Script) -> House {
    House::hearing(script, CallSettings::default()).await
}

fn line_of(event: &CallEvent) -> Option<TranscriptLine> {
    if let CallEvent::Line(line) = event { Some(line.clone()) } else { None }
}

async fn shown(feed: &mut LiveFeed, what: &str, mut which: impl FnMut(&LiveKind) -> bool) {
    soon(what, async {
        loop {
            match feed.next().await.expect("a feed") {
                LiveItem::Event(event) if which(&event.kind) => return,
                LiveItem::Event(_) => {}
                LiveItem::Missed(count) => panic!("{count} events were missed"),
            }
        }
    })
    .await;
}
