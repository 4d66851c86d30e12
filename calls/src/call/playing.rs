//! Playing: what is ready goes out at once, what has to be made follows piece by piece.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use call_model::{CallEvent, PlaybackEnd, PlaybackId, PromptItem, RecordId};
use media::call_media::MediaCommand;
use tokio_util::task::AbortOnDropHandle;

use super::Call;
use crate::feed::Feed;
use crate::house::House;

/// Tasks that make the rest of a playback; one ends when its playback does.
#[derive(Default)]
pub(super) struct Voices(HashMap<PlaybackId, AbortOnDropHandle<()>>);

impl Voices {
    pub(super) fn stop(&mut self, playback: Option<PlaybackId>) {
        match playback {
            Some(playback) => drop(self.0.remove(&playback)),
            None => self.0.clear(),
        }
    }
}

impl Call {
    pub(super) fn play(&mut self, playback: PlaybackId, items: Vec<PromptItem>, repeat: bool) {
        let Some(sound) = &self.sound else {
            let end = PlaybackEnd::Failed("the call has no sound".into());
            self.untold.push_back(CallEvent::PlaybackEnded { playback, end, played_ms: 0 });
            return;
        };
        let orders = sound.orders.clone();
        let mut prompts = Vec::new();
        let mut items = items.into_iter().peekable();
        while let Some(pieces) = items.peek().and_then(|item| self.house.voice.ready(item)) {
            prompts.extend(pieces.iter().cloned());
            items.next();
        }
        let growing = items.peek().is_some();
        self.media(MediaCommand::Play { playback, prompts, growing, repeat });
        if !growing {
            return;
        }
        let rest: Vec<(PromptItem, Option<PathBuf>)> =
            items.map(|item| (item.clone(), self.recorded_path(&item))).collect();
        let house = self.house.clone();
        let feed = Feed::new(orders, playback);
        let task = tokio::spawn(async move {
            let outcome = make_all(&house, rest, &feed).await;
            feed.end(outcome).await;
        });
        self.voices.0.insert(playback, AbortOnDropHandle::new(task));
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
}

/// Makes one item after the other. An item that fails is left out as long as another one sounds.
async fn make_all(house: &Arc<House>, items: Vec<(PromptItem, Option<PathBuf>)>, feed: &Feed) -> Result<(), String> {
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
        let made = house.voice.make(&item, recorded, feed).await;
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
