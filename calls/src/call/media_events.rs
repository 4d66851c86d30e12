//! What the call's sound tells it, and how its legs come to sound.

use std::sync::Arc;

use call_model::{CallEvent, HangupCause, HangupParty};
use media::call_media::{CallMediaConfig, LegSlot, MediaCommand, MediaEvent};
use media::codec::Codec;
use media::rtp::SessionConfig;
use sip_core::{EndReason, EndedBy};
use transport::rtp::{OpenError, PortError};

use super::leg::{self, LegState};
use super::playing::Played;
use super::privacy::local_privacy;
use super::{Call, CallSound, taps};
use crate::error::PlaceError;
use crate::house::{ComfortNoise, random_u64};
use crate::orders::Orders;

impl Call {
    /// Opens the call's media, once.
    pub(super) fn open_sound(&mut self) -> Result<(), PlaceError> {
        if self.sound.is_some() {
            return Ok(());
        }
        let (sink, routes, tap_ends) = taps::taps(self.house.parts.recorder.clone());
        let settings = &self.house.settings;
        let config = CallMediaConfig {
            inband_dtmf: settings.inband_dtmf,
            hold_music: settings.hold_music.clone(),
            ..CallMediaConfig::default()
        };
        let (handle, events) = self.house.parts.rtp.open(config, Some(sink)).map_err(no_room)?;
        let handle = Arc::new(handle);
        let orders = Orders::new(handle.clone());
        self.sound = Some(CallSound { handle, events, routes, tap_ends, orders });
        Ok(())
    }

    /// The codec of who is at the other end of the call, as far as that is known: with the same one on both legs nothing
    /// has to be turned into another codec.
    fn wanted_codec(&self, slot: LegSlot) -> Option<Codec> {
        let others = self.legs.iter().filter(|(other, leg)| **other != slot && leg.state != LegState::Ended);
        if slot == LegSlot::CALLER {
            let mut answered = others.filter(|(_, leg)| leg.state == LegState::Answered);
            return answered.find_map(|(_, leg)| leg.codec());
        }
        let caller = self.legs.get(&LegSlot::CALLER)?;
        let offered = || leg::offered_codec(self.offer.as_ref()?, &self.house.settings.codecs);
        caller.codec().or_else(offered)
    }

    /// Binds the ports of a leg, so that its description can be written.
    pub(super) fn open_ports(&mut self, slot: LegSlot, near: std::net::IpAddr) -> Result<(), PlaceError> {
        self.open_sound()?;
        let wanted = self.wanted_codec(slot);
        let (Some(sound), Some(leg)) = (&self.sound, self.legs.get_mut(&slot)) else { return Ok(()) };
        let ports = sound.handle.open_leg(slot, near).map_err(no_ports)?;
        leg.near = Some(near);
        // Positive as an i64: some peers read `o=` as one.
        let settings = &self.house.settings;
        let fingerprint = self.house.parts.rtp.fingerprint();
        let privacy = local_privacy(settings.srtp, leg.interop.as_ref(), leg.exchange, fingerprint);
        leg.set_ports(ports, settings, random_u64() >> 1, privacy);
        if let Some(wanted) = wanted {
            leg.prefer(wanted);
        }
        Ok(())
    }

    /// Lets a leg sound as was negotiated: for the first time, or in a new way.
    pub(super) fn sound_leg(&mut self, slot: LegSlot) {
        let rtp_timeout = self.house.settings.rtp_timeout;
        let send_comfort_noise = self.house.settings.comfort_noise == ComfortNoise::Send;
        let Some(leg) = self.legs.get_mut(&slot) else { return };
        let Some(negotiated) = leg.negotiated else { return };
        let command = if std::mem::replace(&mut leg.started, true) {
            MediaCommand::RenegotiateLeg { leg: slot, negotiated }
        } else {
            if slot == LegSlot::CALLER {
                self.sounding_since.get_or_insert_with(tokio::time::Instant::now);
            }
            let session = SessionConfig {
                jitter: self.house.settings.jitter,
                rtp_timeout,
                latch: leg.latch(),
                send_comfort_noise,
                opus_complexity: self.house.settings.opus_complexity,
                ..SessionConfig::new(random_u64())
            };
            MediaCommand::StartLeg { leg: slot, session, negotiated }
        };
        let tells = leg.takes_keys_by_info();
        self.media(command);
        if tells {
            self.media(MediaCommand::TellKeys { leg: slot });
        }
        if slot == LegSlot::CALLER {
            self.watch_for_fax();
            self.follow_answer();
        }
        self.attend();
    }

    pub(super) async fn on_media(&mut self, event: MediaEvent) {
        match event {
            MediaEvent::Digit { leg: LegSlot::CALLER, digit, source } => {
                self.walked_by_key(digit);
                if !self.opts_out_by_key(digit).await {
                    self.tell(CallEvent::Digit { digit, source }).await;
                }
            }
            MediaEvent::Digit { leg, digit, .. } => self.listener_pressed(leg, digit).await,
            MediaEvent::KeyToSend { leg, digit } => self.send_key(leg, digit).await,
            MediaEvent::PlaybackStarted { playback, at_ms, played_ms } => {
                self.playback_started(playback, played_ms, at_ms).await;
            }
            MediaEvent::PlaybackResumed { playback, played_ms, at_ms } => {
                self.mouth.goes_on(playback, played_ms, at_ms);
            }
            MediaEvent::PlaybackEnded { playback, end, played_ms, .. } => {
                self.screen_played(playback, &end);
                self.playback_ended(Played { id: playback, end, sounded_ms: played_ms }).await;
            }
            MediaEvent::Answering(found) => self.on_answering(found).await,
            MediaEvent::Fax { leg, tone } => self.on_fax(leg, tone).await,
            MediaEvent::RecordingStarted { at_ms } => self.recording_started(at_ms),
            MediaEvent::RecordEnded { record, end, duration_ms, from_ms } => {
                self.message_ended(record, end, duration_ms, from_ms).await;
            }
            MediaEvent::SpeechStarted { .. } => self.tell(CallEvent::SpeechStarted).await,
            MediaEvent::SpeechEnded { .. } => self.tell(CallEvent::SpeechEnded).await,
            MediaEvent::TimedOut { leg } => self.on_rtp_timeout(leg).await,
            MediaEvent::NotSecured { leg } => self.on_not_secured(leg).await,
            MediaEvent::LegStopped { leg, quality } => {
                if let Some(leg) = self.legs.get_mut(&leg) {
                    leg.set_quality(&quality);
                }
            }
            MediaEvent::PlaybackPaused { .. } | MediaEvent::Latched { .. } | MediaEvent::Goodbye { .. } => {}
        }
    }

    /// No keys: there will be no sound, and nobody is to wait for it.
    async fn on_not_secured(&mut self, slot: LegSlot) {
        tracing::info!(call = %self.id, leg = %slot, "encrypted sound was promised, and no keys could be agreed on");
        if slot == LegSlot::CALLER {
            self.hang_up(HangupParty::System, HangupCause::Incompatible).await;
        } else if let Some(handle) = self.legs.get(&slot).and_then(|leg| leg.handle) {
            self.house.parts.sip.hangup_soon(handle);
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
            // Who is gone answers no BYE: the caller does not wait for that.
            self.on_ended(handle, EndedBy::System, None, EndReason::NoResponse).await;
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
