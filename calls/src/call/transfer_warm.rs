//! A warm transfer: who answers hears who calls and why, and takes or declines the caller by key.
//!
//! Nobody else hears it: it goes to that phone alone, and neither the caller nor the recording has it. The caller hears
//! what was heard before, ringing or music.

use std::sync::Arc;
use std::time::Duration;

use call_model::Announcement;
use media::call_media::{LegSlot, MediaCommand};
use media::prompt::Prompt;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use super::transfer::Outcome;
use super::{Call, CallInput};

/// How often it is said.
const TIMES: u32 = 2;

/// What is said to whoever answers.
pub(super) struct Warning {
    announcement: Announcement,
    sound: Sound,
    /// Tells its sound from that of another transfer.
    serial: u32,
}

enum Sound {
    /// It is being spoken; dropped, that ends.
    Making {
        _task: AbortOnDropHandle<()>,
    },
    Ready(Vec<Arc<Prompt>>),
    /// There is no voice.
    None,
}

/// Somebody who hears it.
pub(super) struct Listener {
    pub slot: LegSlot,
    pub label: String,
    /// How often it was said.
    told: u32,
    /// When it is said again, or they are given up.
    pub until: Option<Instant>,
}

impl Call {
    /// Lets it be spoken while the phones ring.
    pub(super) fn prepare_warning(&mut self, announcement: Announcement) -> Warning {
        self.warnings += 1;
        let (serial, house, outbox) = (self.warnings, self.house.clone(), self.outbox.clone());
        let Announcement { text, language, voice, .. } = announcement.clone();
        let task = tokio::spawn(async move {
            let sound = house.voice.whole(text, language, voice).await;
            if let Err(error) = &sound {
                tracing::warn!(%error, "what a member was to hear of a caller could not be spoken");
                metrics::counter!("callwright_prompt_failures_total").increment(1);
            }
            // The call may be over by now.
            let _ = outbox.send(CallInput::Warning(serial, sound.ok())).await;
        });
        Warning { announcement, sound: Sound::Making { _task: AbortOnDropHandle::new(task) }, serial }
    }

    /// Its sound is there, or will never be.
    pub(super) async fn warning_made(&mut self, serial: u32, sound: Option<Vec<Arc<Prompt>>>) {
        let Some(transfer) = &mut self.transfer else { return };
        let Some(warning) = transfer.warning.as_mut().filter(|warning| warning.serial == serial) else { return };
        warning.sound = sound.filter(|prompts| !prompts.is_empty()).map_or(Sound::None, Sound::Ready);
        let listeners: Vec<LegSlot> = transfer.listening.iter().map(|listener| listener.slot).collect();
        for slot in listeners {
            self.tell_listener(slot).await;
        }
        self.drain_app().await;
    }

    /// Somebody has answered.
    pub(super) async fn warn(&mut self, slot: LegSlot, label: String) {
        let Some(transfer) = &mut self.transfer else { return };
        // One of their phones is enough.
        let (theirs, others) = std::mem::take(&mut transfer.ringing).into_iter().partition(|(_, of)| *of == label);
        transfer.ringing = others;
        transfer.listening.push(Listener { slot, label, told: 0, until: None });
        let theirs: Vec<(LegSlot, String)> = theirs;
        for (other, _) in theirs {
            self.hang_up_leg(other);
        }
        self.tell_listener(slot).await;
    }

    /// Says it to one of them, once more.
    async fn tell_listener(&mut self, slot: LegSlot) {
        let Some(transfer) = &mut self.transfer else { return };
        let Some(at) = transfer.listening.iter().position(|listener| listener.slot == slot) else { return };
        let Some(warning) = &transfer.warning else { return };
        match &warning.sound {
            Sound::Making { .. } => {}
            Sound::Ready(prompts) => {
                let length: u64 = prompts.iter().map(|prompt| prompt.duration_ms()).sum();
                let patience = Duration::from_millis(length.saturating_add(warning.announcement.wait_ms));
                let prompts = prompts.clone();
                let listener = &mut transfer.listening[at];
                listener.told += 1;
                listener.until = Some(Instant::now() + patience);
                self.media(MediaCommand::Whisper { leg: slot, prompts });
            }
            // Without a voice nobody can be asked: the caller is not to be lost for that.
            Sound::None => {
                let listener = transfer.listening.swap_remove(at);
                self.taken(listener.slot, listener.label).await;
            }
        }
    }

    /// A key on a phone that is not the caller's.
    pub(super) async fn listener_pressed(&mut self, slot: LegSlot, key: char) {
        let Some(transfer) = &mut self.transfer else { return };
        let Some(at) = transfer.listening.iter().position(|listener| listener.slot == slot) else { return };
        let Some(warning) = &transfer.warning else { return };
        if key == warning.announcement.accept {
            let listener = transfer.listening.swap_remove(at);
            self.taken(listener.slot, listener.label).await;
        } else if key == warning.announcement.decline {
            let listener = transfer.listening.swap_remove(at);
            transfer.decline(listener.label);
            self.hang_up_leg(slot);
            self.ring_next().await;
        } else {
            return;
        }
        self.drain_app().await;
    }

    /// Nobody pressed a key: it is said once more, and then somebody else is asked.
    pub(super) async fn listeners_due(&mut self) {
        let (now, rest) = (Instant::now(), self.house.settings.queue_retry);
        let Some(transfer) = &mut self.transfer else { return };
        let due = |listener: &&mut Listener| listener.until.is_some_and(|until| until <= now);
        let mut again = Vec::new();
        let mut gone = Vec::new();
        for listener in transfer.listening.iter_mut().filter(due) {
            listener.until = None;
            if listener.told < TIMES { again.push(listener.slot) } else { gone.push(listener.slot) }
        }
        if !gone.is_empty() {
            let left: Vec<Listener> =
                transfer.listening.extract_if(.., |listener| gone.contains(&listener.slot)).collect();
            for listener in left {
                if let Some(transfer) = &mut self.transfer {
                    transfer.not_taken(listener.label, Outcome::NoAnswer, rest);
                }
                self.hang_up_leg(listener.slot);
            }
            self.ring_next().await;
        }
        for slot in again {
            self.tell_listener(slot).await;
        }
    }
}
