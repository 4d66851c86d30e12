//! The end of a call: everything that it leaves is filed before it is forgotten.

use std::time::Duration;

use call_model::HangupCause;
use media::call_media::{LegSlot, MediaEvent};
use store::EndCall;

use super::playing::Played;
use super::senses::Tail;
use super::{Call, Over, measure};
use crate::house::Notice;
use crate::live::LiveState;
use crate::orders::AGAIN;

/// How long the media thread may take to stop the call's legs.
const PATIENCE: Duration = Duration::from_secs(2);

impl Call {
    pub(super) async fn close(&mut self) {
        let over = self.over.unwrap_or(Over { by: Self::OURS, cause: HangupCause::InternalError });
        // From here on only what keeps something is done.
        self.over = Some(over);
        self.steps = 0;
        let ended_ms = self.clock.now_ms();
        self.mouth.stop(None);
        self.thoughts.give_all_up();
        self.stop_recording();
        self.leave_recorder();
        self.drop_handing();
        self.hang_up_others();
        self.stop_legs().await;
        self.close_ears();
        self.tell_all_hung_up(over).await;
        let unsaved: Vec<_> = self.messages.keys().copied().collect();
        for record in unsaved {
            self.discard_message(record).await;
        }
        // The answer comes first in the books, however short the call was.
        if let Some(filed) = self.answer_filed.take() {
            let _ = filed.await;
        }
        let legs = self.leg_records();
        legs.iter().filter_map(|leg| leg.quality.as_ref()).for_each(measure::leg_ended);
        let end = EndCall {
            id: self.id,
            at_ms: ended_ms,
            cause: over.cause,
            by: over.by,
            legs,
            language: Some(self.language.clone()),
        };
        self.house.file_end(end).await;
        self.file_walk().await;
        self.finish_recording().await;
        measure::call_ended(self, over.cause);
        // Dropping the sound closes the call's media.
        self.sound = None;
        self.show(LiveState::Ended { by: over.by, cause: over.cause });
        let _ = self.house.notices.send(Notice::Over(self.id)).await;
    }

    /// Stops the sound of every leg and takes in what it reports last: messages that ended with the call, quality.
    async fn stop_legs(&mut self) {
        let mut open: Vec<LegSlot> = self.legs.iter().filter(|(_, leg)| leg.started).map(|(slot, _)| *slot).collect();
        for slot in &open {
            if self.legs.get(slot).is_some_and(|leg| leg.record.quality.is_none()) {
                self.close_leg_media(*slot);
            }
        }
        open.retain(|slot| self.legs.get(slot).is_some_and(|leg| leg.record.quality.is_none()));
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while !open.is_empty() {
            let Some(sound) = &mut self.sound else { return };
            let next = if sound.orders.flush() { deadline.min(tokio::time::Instant::now() + AGAIN) } else { deadline };
            match tokio::time::timeout_at(next, sound.events.recv()).await {
                Err(_) if next < deadline => {}
                Ok(Some(event)) => {
                    if let MediaEvent::LegStopped { leg, .. } = &event {
                        open.retain(|slot| slot != leg);
                    }
                    match event {
                        // The app has no say any more, but what the caller heard is written down.
                        MediaEvent::PlaybackEnded { playback, end, played_ms, .. } => {
                            self.file_playback(Played { id: playback, end, sounded_ms: played_ms });
                        }
                        MediaEvent::PlaybackStarted { playback, at_ms, played_ms } => {
                            self.mouth.goes_on(playback, played_ms, at_ms);
                        }
                        // The end of the call may be known before a key that was pressed first.
                        MediaEvent::Digit { leg: LegSlot::CALLER, digit, .. } => {
                            self.walked_by_key(digit);
                            self.opts_out_at_last(digit).await;
                        }
                        MediaEvent::Digit { .. } => {}
                        event => self.on_media(event).await,
                    }
                }
                Ok(None) => return,
                Err(_) => {
                    tracing::warn!(call = %self.id, "the media thread did not report a leg's end in time");
                    return;
                }
            }
        }
    }

    /// What is still to become final is waited for beside the calls: this one is over.
    pub(super) fn leave_tail(self) {
        let late_no = self.late_no();
        let Self { house, senses, scribe, tools_running, .. } = self;
        let mut patience = house.settings.late_lines;
        if tools_running > 0 {
            patience = patience.max(house.settings.tool_limit);
        }
        let tail = Tail { senses, scribe, late_no, tools: tools_running, patience };
        house.tails.spawn(tail.file());
    }

    fn leg_records(&mut self) -> Vec<store::LegRecord> {
        let mut records = std::mem::take(&mut self.past_legs);
        records.extend(self.legs.drain().map(|(_, leg)| leg.record));
        records.sort_by_key(|record| record.id);
        records
    }
}
