//! The one call that a caller is in.

mod changes;
mod steps;

use std::time::Duration;

use call_model::RecordingSwitch;
use media::rtp::SessionConfig;
use media::sdp::{self, LocalMedia, SessionDescription};
use media::{LegSlot, MediaCommand, MediaEvent};
use sip_core::message::StatusCode;
use sip_core::{Body, Event, LegHandle};
use tokio::sync::mpsc;
use tokio::time::Instant;
use transport::rtp::MediaHandle;

use crate::caller::SyntheticCaller;
use crate::config::CallerError;
use crate::hearing::Hearing;
use crate::impairment::Relay;
use crate::noise::Noise;
use crate::report::{Ending, Moment, Report};
use crate::script::Script;

/// Sound above this is heard.
const AUDIBLE: u16 = 300;

pub(crate) struct OneCall<'a> {
    pub(crate) line: &'a mut SyntheticCaller,
    leg: LegHandle,
    media: MediaHandle,
    media_events: mpsc::Receiver<MediaEvent>,
    local: LocalMedia,
    ours: SessionDescription,
    pub(crate) started: Instant,
    pub(crate) answered: Option<Instant>,
    /// Since when its sound comes: from the answer on, or from before it.
    sounding: Option<Instant>,
    playback: u32,
    playing: bool,
    /// The other side has spoken at all.
    pub(crate) spoken: bool,
    /// Since when it has been silent.
    pub(crate) silent_since: Option<Instant>,
    timeline: Vec<Moment>,
    pub(crate) ended: Option<Ending>,
    answer_error: Option<CallerError>,
    /// What they said before the answer.
    early: Option<Body>,
    quality: Option<media::rtp::Quality>,
    status: Option<u16>,
    /// The bad line, where it is one.
    pub(crate) relay: Option<Relay>,
    pub(crate) noise: Option<Noise>,
}

impl<'a> OneCall<'a> {
    /// A call whose INVITE was sent, on a good line.
    pub(crate) fn new(
        line: &'a mut SyntheticCaller,
        leg: LegHandle,
        (media, media_events): (MediaHandle, mpsc::Receiver<MediaEvent>),
        local: LocalMedia,
        ours: SessionDescription,
        started: Instant,
    ) -> Self {
        Self {
            line,
            leg,
            media,
            media_events,
            local,
            ours,
            started,
            answered: None,
            sounding: None,
            playback: 0,
            playing: false,
            spoken: false,
            silent_since: None,
            timeline: Vec::new(),
            ended: None,
            answer_error: None,
            early: None,
            quality: None,
            status: None,
            relay: None,
            noise: None,
        }
    }

    /// Waits for the answer, and whether there is one.
    pub(crate) async fn is_answered(&mut self, script: &Script) -> Result<bool, CallerError> {
        let ring = self.started + script.ring + Duration::from_secs(5);
        self.until(ring, |call| call.answered.is_some()).await;
        if let Some(error) = self.answer_error.take() {
            self.line.sip.hangup_soon(self.leg);
            return Err(error);
        }
        Ok(self.answered.is_some())
    }

    /// Takes events until `done`, the end of the call or `until`.
    pub(crate) async fn until(&mut self, until: Instant, done: impl Fn(&Self) -> bool) {
        while self.ended.is_none() && self.answer_error.is_none() && !done(self) {
            tokio::select! {
                biased;
                event = self.line.events.recv() => match event {
                    Some(event) => self.on_sip(event).await,
                    None => self.ended = Some(Ending::ByThem),
                },
                Some(event) = self.media_events.recv() => self.on_media(&event),
                () = tokio::time::sleep_until(until) => return,
            }
        }
    }

    pub(crate) fn note(&mut self, what: impl Into<String>) {
        let at_ms = self.started.elapsed().as_millis() as u64;
        self.timeline.push(Moment { at_ms, what: what.into() });
    }

    async fn on_sip(&mut self, event: Event) {
        match event {
            Event::Progress { leg, status, body, .. } if leg == self.leg => self.on_progress(status, body),
            Event::Answered { leg, body } if leg == self.leg => {
                let early = self.early.take();
                self.on_answer(body.or(early));
            }
            Event::Confirmed { leg, .. } if leg == self.leg => {
                self.note("we answered");
                self.answered = Some(Instant::now());
            }
            Event::Reinvited { leg, offer } if leg == self.leg => self.on_offer(offer).await,
            Event::ReinviteAnswered { leg, body } if leg == self.leg => {
                match body.ok_or("no answer".to_owned()).and_then(|body| self.negotiate(&body)) {
                    Ok(negotiated) => {
                        self.command(MediaCommand::RenegotiateLeg { leg: LegSlot::CALLER, negotiated });
                        self.note("they agreed to the change");
                    }
                    Err(error) => self.note(format!("their answer to the change was of no use: {error}")),
                }
            }
            Event::ReinviteFailed { leg, status } if leg == self.leg => {
                self.note(format!("they refused the change with {}", status.code()));
            }
            Event::Ended { leg, by, status, .. } if leg == self.leg => {
                self.status = status.map(StatusCode::code);
                let by_us = by == sip_core::EndedBy::Local;
                self.ended = Some(match self.answered {
                    Some(_) if by_us => Ending::ByUs,
                    Some(_) => Ending::ByThem,
                    None => Ending::NotAnswered { status: self.status },
                });
                self.note(match (&self.ended, self.status) {
                    (Some(Ending::ByThem), _) => "they hung up".to_owned(),
                    (Some(Ending::ByUs), _) => "we hung up".to_owned(),
                    (_, Some(status)) => format!("not answered: {status}"),
                    (_, None) => "not answered".to_owned(),
                });
            }
            _ => {}
        }
    }

    fn negotiate(&self, body: &Body) -> Result<sdp::Negotiated, String> {
        let answer = SessionDescription::parse(&body.data).map_err(|error| error.to_string())?;
        let mut negotiated = sdp::complete(&self.local, &self.ours, &answer).map_err(|error| error.to_string())?;
        if let Some(relay) = &self.relay {
            negotiated.remote_rtp = relay.towards(negotiated.remote_rtp);
        }
        Ok(negotiated)
    }

    fn on_answer(&mut self, body: Option<Body>) {
        match body.ok_or("no answer".to_owned()).and_then(|body| self.negotiate(&body)) {
            Ok(negotiated) => {
                self.note(format!("they answered 200 OK ({})", negotiated.codec.encoding_name()));
                if negotiated.shelter.privacy != sdp::Privacy::Plain {
                    self.note("the sound is encrypted");
                }
                self.sound(negotiated);
                self.answered = Some(Instant::now());
                self.hiss();
            }
            Err(error) => self.answer_error = Some(CallerError::Answer(error.into())),
        }
    }

    /// Sounds as was agreed on, from now on.
    fn sound(&mut self, negotiated: sdp::Negotiated) {
        let leg = LegSlot::CALLER;
        if self.sounding.is_some() {
            return self.command(MediaCommand::RenegotiateLeg { leg, negotiated });
        }
        self.sounding = Some(Instant::now());
        self.command(MediaCommand::RecordCall(RecordingSwitch::Start));
        let session =
            SessionConfig { jitter: self.line.config.jitter, ..SessionConfig::new(u64::from(self.local.port)) };
        self.command(MediaCommand::StartLeg { leg, session, negotiated });
    }

    fn on_media(&mut self, event: &MediaEvent) {
        match event {
            MediaEvent::SpeechStarted { .. } => {
                self.spoken = true;
                self.silent_since = None;
                self.note("they speak");
            }
            MediaEvent::SpeechEnded { .. } => {
                self.silent_since = Some(Instant::now());
                self.note("they are silent");
            }
            MediaEvent::PlaybackEnded { playback, .. } => self.playing &= playback.0 != self.playback,
            MediaEvent::Digit { digit, .. } => self.note(format!("they pressed {digit}")),
            MediaEvent::NotSecured { .. } => self.note("no keys for the sound could be agreed on"),
            MediaEvent::LegStopped { quality, .. } => self.quality = Some(**quality),
            _ => {}
        }
    }

    /// Waits for the end of the call.
    pub(crate) async fn over(&mut self) {
        self.until(Instant::now() + Duration::from_secs(35), |_| false).await;
    }

    pub(crate) fn command(&self, command: MediaCommand) {
        // The media ends only with the call.
        let _ = self.media.send(command);
    }

    pub(crate) async fn finish(mut self, hearing: Hearing) -> Result<Report, CallerError> {
        if self.ended.is_none() {
            self.hang_up().await;
        }
        let _ = self.media.close_leg(LegSlot::CALLER);
        let patience = Instant::now() + Duration::from_secs(2);
        while self.quality.is_none() && self.answered.or(self.sounding).is_some() {
            match tokio::time::timeout_at(patience, self.media_events.recv()).await {
                Ok(Some(event)) => self.on_media(&event),
                _ => break,
            }
        }
        drop(self.media);
        let collected = tokio::task::spawn_blocking(move || hearing.collect()).await;
        let (heard, said, rate) = collected.unwrap_or_default();
        let answer_ms = self.answered.map(|at| (at - self.started).as_millis() as u64);
        let first_sound = heard.iter().position(|sample| sample.unsigned_abs() > AUDIBLE);
        let since_ms = self.sounding.or(self.answered).map(|at| (at - self.started).as_millis() as u64);
        let first_sound_ms =
            since_ms.zip(first_sound).map(|(since, sample)| since + sample as u64 * 1_000 / u64::from(rate.max(1)));
        if let Some(at_ms) = first_sound_ms {
            let place = self.timeline.partition_point(|moment| moment.at_ms <= at_ms);
            self.timeline.insert(place, Moment { at_ms, what: "first sound".into() });
        }
        Ok(Report {
            ending: self.ended.unwrap_or(Ending::ByUs),
            answer_ms,
            first_sound_ms,
            mos: self.quality.filter(|quality| quality.received > 0).map(|quality| quality.mos),
            packets: self.quality.map_or((0, 0), |quality| (quality.received, quality.lost)),
            line: self.relay.as_ref().map(Relay::toll),
            timeline: self.timeline,
            rate,
            heard,
            said,
        })
    }
}
