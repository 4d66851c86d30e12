//! Playing: what is ready goes out at once, what has to be made follows piece by piece; and what the caller heard of it.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use call_model::{CallEvent, PlaybackEnd, PlaybackId, PromptItem, RecordId, Speaker, TranscriptLine};
use media::call_media::{LegSlot, MediaCommand};
use tokio_util::task::AbortOnDropHandle;

use super::Call;
use super::leg::Leg;
use super::spoken::{HeardText, Script, Track, heard};
use crate::feed::Feed;
use crate::house::House;
use crate::voice::Keep;

/// A playback under way.
struct Playing {
    /// The app that asked for it: no other is told of it.
    seat: u32,
    repeat: bool,
    /// Language of what is said; `None`: nothing is.
    language: Option<String>,
    script: Arc<Mutex<Script>>,
    track: Track,
    /// Makes the rest of it.
    voice: Option<AbortOnDropHandle<()>>,
}

/// The playbacks under way. An app may use a name again before the end of the first of that name was heard of: the
/// media thread knows them by their order, and so does this.
#[derive(Default)]
pub(super) struct Mouth(HashMap<PlaybackId, VecDeque<Playing>>);

impl Mouth {
    /// Nothing more is made of one, or of all; their ends are still to come.
    pub(super) fn stop(&mut self, playback: Option<PlaybackId>) {
        let all = self.0.iter_mut().filter(|(id, _)| playback.is_none_or(|playback| playback == **id));
        for playing in all.flat_map(|(_, playing)| playing) {
            playing.voice = None;
        }
    }

    /// Nothing more is made of those that would go on for ever; gives their names.
    pub(super) fn stop_repeating(&mut self) -> Vec<PlaybackId> {
        let repeat = |playing: &VecDeque<Playing>| playing.iter().any(|playing| playing.repeat);
        let names: Vec<PlaybackId> = self.0.iter().filter(|(_, playing)| repeat(playing)).map(|(id, _)| *id).collect();
        for name in &names {
            self.stop(Some(*name));
        }
        names
    }

    /// It goes on sounding. Gives the app that asked for it.
    pub(super) fn goes_on(&mut self, playback: PlaybackId, played_ms: u64, at_ms: u64) -> Option<u32> {
        let playing = self.0.get_mut(&playback)?.front_mut()?;
        playing.track.goes_on(played_ms, at_ms);
        Some(playing.seat)
    }

    fn ended(&mut self, playback: PlaybackId) -> Option<Playing> {
        let playing = self.0.get_mut(&playback)?;
        let first = playing.pop_front();
        if playing.is_empty() {
            self.0.remove(&playback);
        }
        first
    }
}

/// How a playback ended, for its app.
pub(super) struct Played {
    pub id: PlaybackId,
    pub end: PlaybackEnd,
    pub sounded_ms: u64,
}

impl Call {
    pub(super) fn play(&mut self, playback: PlaybackId, items: Vec<PromptItem>, repeat: bool) {
        self.play_for(self.seats.top().serial, playback, items, repeat);
    }

    /// The same on behalf of a seat, which alone is told of it.
    pub(super) fn play_for(&mut self, seat: u32, playback: PlaybackId, items: Vec<PromptItem>, repeat: bool) {
        let Some(sound) = &self.sound else {
            let end = PlaybackEnd::Failed("the call has no sound".into());
            self.untold.push_back(CallEvent::PlaybackEnded { playback, end, played_ms: 0 });
            return;
        };
        let orders = sound.orders.clone();
        let language = items.iter().find_map(|item| match item {
            PromptItem::Say { language, .. } => Some(language.clone()),
            _ => None,
        });
        let mut prompts = Vec::new();
        let mut script = Script::default();
        let mut items = items.into_iter().peekable();
        while let Some(pieces) = items.peek().and_then(|item| self.house.voice.ready(item)) {
            prompts.extend(pieces.iter().map(|piece| piece.prompt.clone()));
            script.pieces.extend(pieces.iter().map(crate::voice::Piece::spoken));
            items.next();
        }
        let growing = items.peek().is_some();
        script.complete = !growing;
        let script = Arc::new(Mutex::new(script));
        self.media(MediaCommand::Play { playback, prompts, growing, repeat });
        let voice = growing.then(|| {
            let rest: Vec<(PromptItem, Option<PathBuf>)> =
                items.map(|item| (item.clone(), self.recorded_path(&item))).collect();
            let house = self.house.clone();
            let keep = if self.seats.top().is_agent { Keep::SecondTime } else { Keep::All };
            let codec = self.legs.get(&LegSlot::CALLER).and_then(Leg::codec);
            let feed = Feed::new(orders, playback, script.clone(), codec);
            AbortOnDropHandle::new(tokio::spawn(async move {
                let outcome = make_all(&house, rest, keep, &feed).await;
                feed.end(outcome).await;
            }))
        });
        let playing = Playing { seat, repeat, language, script, track: Track::default(), voice };
        self.mouth.0.entry(playback).or_default().push_back(playing);
    }

    fn recorded_path(&self, item: &PromptItem) -> Option<PathBuf> {
        match item {
            PromptItem::Recorded { record } => self.message_path(*record),
            _ => None,
        }
    }

    fn message_path(&self, record: RecordId) -> Option<PathBuf> {
        let message = self.messages.get(&record)?;
        Some(self.house.parts.recordings.root().join(message.path().as_str()))
    }

    /// A playback has begun to be heard.
    pub(super) async fn playback_started(&mut self, playback: PlaybackId, played_ms: u64, at_ms: u64) {
        let seat = self.mouth.goes_on(playback, played_ms, at_ms);
        if seat == Some(self.seats.top().serial) {
            self.tell(CallEvent::PlaybackStarted { playback }).await;
        }
    }

    /// A playback is over: its app is told, after what the caller heard of it.
    pub(super) async fn playback_ended(&mut self, played: Played) {
        let events = self.file_playback(played);
        for event in events {
            self.tell(event).await;
        }
    }

    /// Writes down what the caller heard of a playback that is over; gives what its app is to be told of it.
    pub(super) fn file_playback(&mut self, played: Played) -> Vec<CallEvent> {
        let Played { id: playback, end, sounded_ms: played_ms } = played;
        let mut events = Vec::new();
        let Some(playing) = self.mouth.ended(playback) else { return events };
        if let Some(language) = &playing.language {
            let script = playing.script.lock().unwrap_or_else(PoisonError::into_inner);
            let texts = heard(&script, &playing.track, played_ms, playing.repeat, end == PlaybackEnd::Finished);
            drop(script);
            if let Some(first) = texts.first() {
                events.push(CallEvent::Spoken { playback, heard: first.text.clone(), cut: first.cut });
            }
            for text in texts.into_iter().filter(|text| !text.text.is_empty()) {
                let line = self.our_line(text, language);
                self.scribe.line(&line);
                events.push(CallEvent::Line(line));
            }
        }
        events.push(CallEvent::PlaybackEnded { playback, end, played_ms });
        if playing.seat != self.seats.top().serial {
            events.clear();
        }
        events
    }

    fn our_line(&self, heard: HeardText, language: &str) -> TranscriptLine {
        TranscriptLine {
            call: self.id,
            speaker: Speaker::Us,
            from_ms: heard.from_ms,
            to_ms: heard.to_ms,
            text: heard.text,
            words: heard.words,
            confidence: None,
            language: Some(language.to_owned()),
            cut: heard.cut,
        }
    }
}

/// Makes one item after the other. An item that fails is left out as long as another one sounds.
async fn make_all(
    house: &Arc<House>,
    items: Vec<(PromptItem, Option<PathBuf>)>,
    keep: Keep,
    feed: &Feed,
) -> Result<(), String> {
    let mut failure = None;
    let mut sounded = false;
    for (item, recorded) in items {
        if let Some(pieces) = house.voice.ready(&item) {
            sounded = true;
            if !feed.append_all(&pieces).await {
                return Err("the call's media is gone".into());
            }
            continue;
        }
        let made = house.voice.make(&item, recorded, keep, feed).await;
        sounded |= made.sounded;
        if let Err(error) = made.outcome {
            tracing::warn!(%error, "a prompt could not be made");
            metrics::counter!("callwright_prompt_failures_total").increment(1);
            failure = Some(error.to_string());
        }
    }
    match failure {
        Some(reason) if !sounded => Err(reason),
        _ => Ok(()),
    }
}
