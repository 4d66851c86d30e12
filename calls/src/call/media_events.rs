//! What the call's sound tells it, and how its legs come to sound.

use std::sync::Arc;

use call_model::{CallEvent, HangupCause, HangupParty};
use media::call_media::{CallMediaConfig, LegSlot, MediaCommand, MediaEvent};
use media::rtp::SessionConfig;
use transport::rtp::{OpenError, PortError};

use super::leg::LegState;
use super::playing::Played;
use super::{Call, CallSound, taps};
use crate::error::PlaceError;
use crate::house::random_u64;
use crate::orders::Orders;

impl Call {
    /// Opens the call's media, once.
    pub(super) fn open_sound(&mut self) -> Result<(), PlaceError> {
        if self.sound.is_some() {
            return Ok(());
        }
        let (sink, routes, tap_ends) = taps::taps(self.house.parts.recorder.clone());
        let config = CallMediaConfig { inband_dtmf: self.house.settings.inband_dtmf, ..CallMediaConfig::default() };
        let (handle, events) = self.house.parts.rtp.open(config, Some(sink)).map_err(no_room)?;
        let handle = Arc::new(handle);
        let orders = Orders::new(handle.clone());
        self.sound = Some(CallSound { handle, events, routes, tap_ends, orders });
        Ok(())
    }

    /// Binds the ports of a leg, so that its description can be written.
    pub(super) fn open_ports(&mut self, slot: LegSlot, near: std::net::IpAddr) -> Result<(), PlaceError> {
        self.open_sound()?;
        let (Some(sound), Some(leg)) = (&self.sound, self.legs.get_mut(&slot)) else { return Ok(()) };
        let ports = sound.handle.open_leg(slot, near).map_err(no_ports)?;
        // Positive as an i64: some peers read `o=` as one.
        leg.set_ports(ports, &self.house.settings.codecs, random_u64() >> 1);
        Ok(())
    }

    /// Lets a leg sound as was negotiated: for the first time, or in a new way.
    pub(super) fn sound_leg(&mut self, slot: LegSlot) {
        let rtp_timeout = self.house.settings.rtp_timeout;
        let Some(leg) = self.legs.get_mut(&slot) else { return };
        let Some(negotiated) = leg.negotiated else { return };
        let command = if std::mem::replace(&mut leg.started, true) {
            MediaCommand::RenegotiateLeg { leg: slot, negotiated }
        } else {
            if slot == LegSlot::CALLER {
                self.sounding_since.get_or_insert_with(tokio::time::Instant::now);
            }
            let session = SessionConfig { rtp_timeout, ..SessionConfig::new(random_u64()) };
            MediaCommand::StartLeg { leg: slot, session, negotiated }
        };
        self.media(command);
        self.attend();
    }

    pub(super) async fn on_media(&mut self, event: MediaEvent) {
        match event {
            MediaEvent::Digit { leg: LegSlot::CALLER, digit, source } => {
                self.tell(CallEvent::Digit { digit, source }).await;
            }
            MediaEvent::Digit { leg, digit, .. } => self.listener_pressed(leg, digit).await,
            MediaEvent::PlaybackStarted { playback, at_ms, played_ms } => {
                self.playback_started(playback, played_ms, at_ms).await;
            }
            MediaEvent::PlaybackResumed { playback, played_ms, at_ms } => {
                self.mouth.goes_on(playback, played_ms, at_ms);
            }
            MediaEvent::PlaybackEnded { playback, end, played_ms, .. } => {
                self.playback_ended(Played { id: playback, end, sounded_ms: played_ms }).await;
            }
            MediaEvent::RecordingStarted { at_ms } => self.recording_started(at_ms),
            MediaEvent::RecordEnded { record, end, duration_ms, from_ms } => {
                self.message_ended(record, end, duration_ms, from_ms).await;
            }
            MediaEvent::SpeechStarted { .. } => self.tell(CallEvent::SpeechStarted).await,
            MediaEvent::SpeechEnded { .. } => self.tell(CallEvent::SpeechEnded).await,
            MediaEvent::TimedOut { leg } => self.on_rtp_timeout(leg).await,
            MediaEvent::LegStopped { leg, quality } => {
                if let Some(leg) = self.legs.get_mut(&leg) {
                    leg.set_quality(&quality);
                }
            }
            MediaEvent::PlaybackPaused { .. } | MediaEvent::Latched { .. } | MediaEvent::Goodbye { .. } => {}
        }
    }

    async fn on_rtp_timeout(&mut self, slot: LegSlot) {
        // Before the answer there need not be any: ringing has time limits of its own.
        if self.legs.get(&slot).is_none_or(|leg| leg.state != LegState::Answered) {
            return;
        }
        tracing::info!(call = %self.id, leg = %slot, "no sound came for too long");
        if slot == LegSlot::CALLER {
            self.hang_up(HangupParty::System, HangupCause::MediaTimeout).await;
        } else if let Some(handle) = self.legs.get(&slot).and_then(|leg| leg.handle) {
            self.house.parts.sip.hangup_soon(handle);
        }
    }
}

/// Why there is no media, as whoever places a call should know it: some of it passes.
fn no_room(error: OpenError) -> PlaceError {
    match error {
        OpenError::Full { .. } | OpenError::Overloaded => PlaceError::Full,
        OpenError::Stopped => PlaceError::Ended,
    }
}

fn no_ports(error: PortError) -> PlaceError {
    match error {
        PortError::Exhausted => PlaceError::Full,
        error => PlaceError::Media(error.into()),
    }
}
