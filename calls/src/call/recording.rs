//! The stereo recording of the call, and the messages that callers leave.

use std::time::Duration;

use call_model::{
    CallEvent, HangupParty, RecordEnd, RecordId, RecordSettings, RecordingId, RecordingSwitch, VoicemailId,
};
use media::call_media::{LegSlot, MediaCommand, TapStream};
use recordings::{Channels, FinishOptions, Finished, Format, NewRecording, RecordingError, RecordingPath, StreamId};
use store::{NewVoicemail, RecordingEnd, RecordingState, fresh_id};

use super::taps::TapRoutes;
use super::{Call, LegState};
use crate::app::RecordingRule;
use crate::error::ControlError;
use crate::house::now_ms;
use crate::orders::Order;

/// How long the media thread and the recorder may take to hand over the end of a recording.
const PATIENCE: Duration = Duration::from_secs(5);

/// The recording of the call.
pub(super) struct CallRecording {
    id: RecordingId,
    stream: StreamId,
    running: bool,
}

/// A message being recorded, or recorded and not filed yet.
pub(super) struct Message {
    id: VoicemailId,
    path: RecordingPath,
    /// `None` once the file is finished.
    stream: Option<StreamId>,
    finished: Option<Finished>,
    /// When its first sample was heard, ms from the answer; known at its end.
    offset_ms: u64,
}

impl Message {
    pub(super) const fn path(&self) -> &RecordingPath {
        &self.path
    }
}

impl Call {
    /// What the app or the API wants of the call's recording, as far as the number's rule allows it.
    pub(super) async fn switch_recording(&mut self, switch: RecordingSwitch) -> Result<(), ControlError> {
        self.follow_pause(switch);
        if self.recording_rule == RecordingRule::Off || self.answered.is_none() {
            return Err(ControlError::NotRecordable);
        }
        match switch {
            RecordingSwitch::Start if self.recording.is_none() => {
                if self.feeding.keeps_file() {
                    self.start_recording().await?;
                }
                self.write_down(true);
            }
            // It runs, or is over for good: then it is for the recorder too.
            RecordingSwitch::Start => return Ok(()),
            RecordingSwitch::Stop => {
                self.stop_recording();
                if self.recording_rule == RecordingRule::Consent {
                    self.write_down(false);
                }
            }
            RecordingSwitch::Pause | RecordingSwitch::Resume => self.media(MediaCommand::RecordCall(switch)),
        }
        self.steer_feed(switch);
        Ok(())
    }

    /// What the caller does not want recorded is not written down either, also where there is no recording.
    fn follow_pause(&mut self, switch: RecordingSwitch) {
        let recorded = self.is_recorded();
        // Nor is it captured.
        if let (RecordingSwitch::Pause | RecordingSwitch::Resume, Some(sound)) = (switch, &self.sound) {
            sound.orders.give(Order::Hide(switch == RecordingSwitch::Pause));
        }
        match switch {
            RecordingSwitch::Pause => self.write_down(false),
            RecordingSwitch::Resume if recorded || self.recording_rule != RecordingRule::Consent => {
                self.write_down(true);
            }
            _ => {}
        }
    }

    /// Whether the recording has begun and not ended, perhaps with a pause now.
    pub(super) fn is_recorded(&self) -> bool {
        self.recording.as_ref().is_some_and(|recording| recording.running) || self.feeding.is_begun()
    }

    /// The media thread says where the recording begins: the transcript's times are aligned to it.
    pub(super) fn recording_started(&self, at_ms: u64) {
        let Some(id) = self.recording.as_ref().map(|recording| recording.id) else { return };
        let (call, store) = (self.id, self.house.parts.store.clone());
        tokio::spawn(async move {
            if let Err(error) = store.set_recording_offset(id, at_ms as i64).await {
                tracing::error!(%call, %error, "the place of a recording is missing in the books");
            }
        });
    }

    async fn start_recording(&mut self) -> Result<(), ControlError> {
        let id: RecordingId = fresh_id(now_ms());
        let Some((path, stream)) = self.open_file(&id.to_string(), TapStream::Call) else {
            return Err(ControlError::NotRecordable);
        };
        let recording =
            store::NewRecording { id, call: self.id, path: path.as_str().to_owned(), started_ms: self.clock.now_ms() };
        if let Err(error) = self.house.parts.store.begin_recording(recording).await {
            tracing::error!(call = %self.id, %error, "a recording could not be written into the books");
            // What is not in the books would never be found again.
            let _ = self.house.parts.recorder.discard(stream).await;
            return Err(ControlError::NotRecordable);
        }
        self.recording = Some(CallRecording { id, stream, running: true });
        self.media(MediaCommand::RecordCall(RecordingSwitch::Start));
        Ok(())
    }

    /// Ends the call's recording where it is now.
    pub(super) fn stop_recording(&mut self) {
        if let Some(recording) = self.recording.as_mut().filter(|recording| recording.running) {
            recording.running = false;
            self.media(MediaCommand::RecordCall(RecordingSwitch::Stop));
        }
    }

    /// Begins a message of the caller. One of the same name that was not filed is thrown away.
    pub(super) async fn record(&mut self, record: RecordId, settings: RecordSettings) {
        self.discard_message(record).await;
        let id: VoicemailId = fresh_id(now_ms());
        match self.open_file(&id.to_string(), TapStream::Record(record)) {
            Some((path, stream)) => {
                self.messages.insert(record, Message { id, path, stream: Some(stream), finished: None, offset_ms: 0 });
                self.media(MediaCommand::Record { record, settings });
            }
            None => self.untold.push_back(CallEvent::RecordEnded { record, end: RecordEnd::Failed, duration_ms: 0 }),
        }
    }

    /// Opens a file of today for a stream, and tells the media thread of it.
    fn open_file(&self, name: &str, tap: TapStream) -> Option<(RecordingPath, StreamId)> {
        let routes: &TapRoutes = &self.sound.as_ref()?.routes;
        let channels = if tap == TapStream::Call { Channels::Stereo } else { Channels::Mono };
        let rate = self.legs.get(&LegSlot::CALLER)?.rate();
        let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let path = RecordingPath::new(today, name)?;
        let recording = NewRecording { path: path.clone(), format: Format { channels, rate } };
        match self.house.parts.recorder.open(recording) {
            Ok(stream) if routes.add(tap, stream) => Some((path, stream)),
            Ok(stream) => {
                let recorder = self.house.parts.recorder.clone();
                tokio::spawn(async move { recorder.discard(stream).await });
                None
            }
            Err(error) => {
                tracing::error!(call = %self.id, %error, "a recording could not be begun");
                None
            }
        }
    }

    /// The media thread says that a message has ended: its file is made whole before the app hears of it.
    pub(super) async fn message_ended(&mut self, record: RecordId, end: RecordEnd, duration_ms: u64, from_ms: u64) {
        let length = self.tap_end(TapStream::Record(record)).await;
        // It may have been thrown away while it ran.
        let Some(message) = self.messages.get_mut(&record) else { return };
        let Some(stream) = message.stream.take() else { return };
        message.offset_ms = from_ms;
        let options = FinishOptions { length, ..FinishOptions::default() };
        let finish = tokio::time::timeout(PATIENCE, self.house.parts.recorder.finish(stream, options));
        let end = match finish.await {
            Ok(Ok(finished)) => {
                message.finished = Some(finished);
                end
            }
            Ok(Err(RecordingError::Cut { kept, source })) if kept.samples > 0 => {
                tracing::error!(call = %self.id, %source, "a message lacks what could not be written");
                message.finished = Some(*kept);
                end
            }
            failed => {
                let error = failed.map(|finished| finished.err().map(|error| error.to_string()));
                tracing::error!(call = %self.id, ?error, "a message could not be kept");
                RecordEnd::Failed
            }
        };
        self.tell(CallEvent::RecordEnded { record, end, duration_ms }).await;
    }

    /// Waits until the last block of a stream is with the recorder; its length in samples.
    async fn tap_end(&mut self, wanted: TapStream) -> Option<u64> {
        let ends = &mut self.sound.as_mut()?.tap_ends;
        tokio::time::timeout(PATIENCE, ends.take(wanted)).await.ok().flatten()
    }

    pub(super) async fn save_voicemail(&mut self, record: RecordId, mailbox: String) {
        // One that still runs or has failed stays, to be thrown away at the end of the call.
        let Some(finished) = self.messages.get_mut(&record).and_then(|message| message.finished.take()) else {
            tracing::warn!(call = %self.id, "a message that is not finished was to be saved");
            return;
        };
        let Some(message) = self.messages.remove(&record) else { return };
        let voicemail = NewVoicemail {
            id: message.id,
            mailbox,
            call: self.id,
            path: finished.path.as_str().to_owned(),
            bytes: finished.bytes,
            duration_ms: finished.duration().as_millis() as u64,
            offset_ms: Some(message.offset_ms as i64),
            created_ms: now_ms(),
        };
        if let Err(error) = self.house.parts.store.add_voicemail(voicemail).await {
            tracing::error!(call = %self.id, %error, "a voicemail could not be written into the books: its file is kept");
        }
    }

    pub(super) async fn discard_message(&mut self, record: RecordId) {
        let Some(message) = self.messages.remove(&record) else { return };
        if message.stream.is_some() {
            self.media(MediaCommand::StopRecord { record });
        }
        let outcome = match message.stream {
            Some(stream) => self.house.parts.recorder.discard(stream).await.map_err(|error| error.to_string()),
            None => self.house.parts.recordings.delete(&message.path).map_err(|error| error.to_string()),
        };
        if let Err(error) = outcome {
            tracing::warn!(call = %self.id, %error, "a discarded message could not be deleted");
        }
    }

    /// Ends the call's recording and tells the books.
    pub(super) async fn finish_recording(&mut self) {
        self.stop_recording();
        let Some(recording) = self.recording.take() else { return };
        let length = self.tap_end(TapStream::Call).await;
        let options = FinishOptions { length, ..FinishOptions::default() };
        let finish = tokio::time::timeout(PATIENCE, self.house.parts.recorder.finish(recording.stream, options));
        let finished = finish.await.map_err(|_| RecordingError::Ended).flatten();
        if let Err(error) = &finished {
            tracing::error!(call = %self.id, %error, "the call's recording could not be finished");
        }
        let (state, kept) = match finished {
            Ok(finished) => (RecordingState::Ready, Some(finished)),
            Err(RecordingError::Cut { kept, .. }) if kept.samples > 0 => (RecordingState::Cut, Some(*kept)),
            Err(_) => (RecordingState::Failed, None),
        };
        let end = RecordingEnd {
            id: recording.id,
            state,
            bytes: kept.as_ref().map_or(0, |kept| kept.bytes),
            duration_ms: kept.as_ref().map_or(0, |kept| kept.duration().as_millis() as u64),
            at_ms: now_ms(),
        };
        if let Err(error) = self.house.parts.store.end_recording(end).await {
            tracing::error!(call = %self.id, %error, "the end of a recording is missing in the books");
        }
    }

    /// Whether the caller is still on the line.
    pub(super) fn caller_is_there(&self) -> bool {
        self.over.is_none() && self.legs.get(&LegSlot::CALLER).is_some_and(|leg| leg.state != LegState::Ended)
    }

    /// Who to blame when our own parts fail.
    pub(super) const OURS: HangupParty = HangupParty::System;
}
