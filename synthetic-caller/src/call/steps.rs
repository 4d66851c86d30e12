//! What the caller does in a call, and what it waits for.

use std::sync::Arc;
use std::time::Duration;

use call_model::PlaybackId;
use media::sdp::{self, Direction};
use media::{LegSlot, MediaCommand, Prompt};
use sip_core::Body;
use tokio::time::Instant;

use super::OneCall;
use crate::script::{KeyWay, Script, Step};

/// How long the other side must be silent before it is our turn.
const TURN: Duration = Duration::from_millis(700);
/// How long to wait for a turn that does not come.
const IMPATIENCE: Duration = Duration::from_secs(15);
/// The playback of the noise: what is said is counted from 1.
const HISS: PlaybackId = PlaybackId(0);

impl OneCall<'_> {
    /// Waits until the other side has spoken and is silent, or does not speak.
    pub(crate) async fn my_turn(&mut self, last: Instant) {
        self.silence(TURN, last.min(Instant::now() + IMPATIENCE)).await;
    }

    pub(crate) async fn follow(&mut self, script: &Script, prompts: Vec<Vec<Arc<Prompt>>>) {
        let answered = self.answered.unwrap_or(self.started);
        let last = answered + script.longest;
        let mut sounds = prompts.into_iter();
        for step in script.steps_with_turns() {
            if self.ended.is_some() || Instant::now() >= last {
                break;
            }
            if step == Step::HangUp {
                self.hang_up().await;
                return;
            }
            self.step(step, script, &mut sounds, last).await;
        }
        match script.linger {
            Some(silence) => self.silence(silence, last).await,
            None => self.until(last, |_| false).await,
        }
        self.hang_up().await;
    }

    /// Does one step; what is said or played is the next of the sounds.
    pub(crate) async fn step(
        &mut self,
        step: Step,
        script: &Script,
        sounds: &mut std::vec::IntoIter<Vec<Arc<Prompt>>>,
        last: Instant,
    ) {
        let answered = self.answered.unwrap_or(self.started);
        match step {
            Step::Wait(time) => self.until((Instant::now() + time).min(last), |_| false).await,
            Step::At(time) => self.until((answered + time).min(last), |_| false).await,
            Step::Silence(time) => self.silence(time, last).await,
            Step::Turn => self.my_turn(last).await,
            Step::Speech => {
                let spoken_before = self.silent_since.is_none() && self.spoken;
                if !spoken_before {
                    self.until(last, |call| call.spoken && call.silent_since.is_none()).await;
                }
            }
            Step::Say { text, .. } => {
                self.note(format!("we say \"{text}\""));
                self.play(sounds.next().unwrap_or_default(), last).await;
            }
            Step::Play(path) => {
                self.note(format!("we play {}", path.display()));
                self.play(sounds.next().unwrap_or_default(), last).await;
            }
            Step::Press(digits) => self.press(&digits, script.keys, last).await,
            Step::Hold(on) => self.hold(on, last).await,
            Step::HangUp => self.hang_up().await,
        }
    }

    /// Waits until the other side has spoken and has been silent for so long.
    async fn silence(&mut self, length: Duration, last: Instant) {
        while self.ended.is_none() {
            match self.silent_since {
                Some(since) if since.elapsed() >= length => return,
                Some(since) => self.until((since + length).min(last), |call| call.silent_since.is_none()).await,
                None => self.until(last, |call| call.silent_since.is_some()).await,
            }
            if Instant::now() >= last {
                return;
            }
        }
    }

    pub(crate) async fn play(&mut self, prompts: Vec<Arc<Prompt>>, last: Instant) {
        if self.noise.is_some() {
            self.command(MediaCommand::StopPlaying { playback: None });
        }
        self.playback += 1;
        self.playing = true;
        let playback = PlaybackId(self.playback);
        self.command(MediaCommand::Play { playback, prompts, growing: false, repeat: false });
        self.hiss();
        self.until(last, |call| !call.playing).await;
        // What is silent now has been silent only since we stopped.
        self.silent_since = self.silent_since.map(|_| Instant::now());
    }

    /// Queues the noise of the line behind what is said; it lasts until something else is.
    pub(super) fn hiss(&self) {
        if let Some(noise) = &self.noise {
            let prompts = vec![noise.background()];
            self.command(MediaCommand::Play { playback: HISS, prompts, growing: false, repeat: true });
        }
    }

    async fn press(&mut self, digits: &str, way: KeyWay, last: Instant) {
        self.note(format!("we press {digits}"));
        match way {
            KeyWay::Rfc4733 => {
                self.command(MediaCommand::SendDigits { leg: LegSlot::CALLER, digits: digits.to_owned() });
            }
            KeyWay::Inband => self.play(vec![Arc::new(Prompt::dtmf(digits))], last).await,
            KeyWay::Info => {
                for digit in digits.chars() {
                    let body = format!("Signal={digit}\r\nDuration=160\r\n");
                    let info = self.line.sip.info(self.leg, Body::new("application/dtmf-relay", body)).await;
                    if info.is_err() {
                        self.note("the INFO could not be sent");
                    }
                }
            }
        }
        // A key is answered by speech: that is what the next turn waits for.
        self.silent_since = None;
    }

    async fn hold(&mut self, on: bool, last: Instant) {
        self.local.direction = if on { Direction::SendOnly } else { Direction::SendRecv };
        let mut offer = sdp::offer(&self.local);
        offer.revise(&self.ours);
        self.ours = offer;
        self.note(if on { "we hold" } else { "we take them back" });
        let noted = self.timeline.len();
        let body = Body::sdp(self.ours.to_string());
        if self.line.sip.reinvite(self.leg, body).await.is_ok() {
            self.until(last, |call| call.timeline.len() > noted).await;
        }
    }

    pub(crate) async fn hang_up(&mut self) {
        if self.ended.is_none() {
            self.line.sip.hangup_soon(self.leg);
            self.until(Instant::now() + Duration::from_secs(35), |_| false).await;
        }
    }
}
