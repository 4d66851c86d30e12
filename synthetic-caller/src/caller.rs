//! The line of a synthetic caller, and the one call that it is in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use call_model::{PlaybackId, RecordingSwitch};
use media::codec::Codec;
use media::rtp::SessionConfig;
use media::sdp::{self, Direction, LocalMedia, SessionDescription};
use media::vad::VadConfig;
use media::{CallMediaConfig, LegSlot, MediaCommand, MediaEvent, Prompt};
use sip_core::message::{NameAddr, StatusCode, Uri};
use sip_core::{Body, Credentials, Event, LegHandle, OutgoingCall, Protocol};
use speech::Synthesizer;
use tokio::sync::mpsc;
use tokio::time::Instant;
use transport::rtp::{MediaHandle, RtpConfig, RtpEngine};
use transport::sip::{Listen, SipConfig, SipHandle, SipTransport};

use crate::conversation::Partner;
use crate::hearing::{Hearing, ear};
use crate::report::{Ending, Moment, Report};
use crate::script::{KeyWay, Script, Step};

/// Sound above this is heard.
const AUDIBLE: u16 = 300;
/// How long the other side must be silent before it is our turn.
const TURN: Duration = Duration::from_millis(700);
/// How long to wait for a turn that does not come.
const IMPATIENCE: Duration = Duration::from_secs(15);

/// Settings of the line.
#[derive(Clone)]
pub struct CallerConfig {
    /// Who calls: the user part of From.
    pub user: String,
    /// Name shown.
    pub display: Option<String>,
    /// Password, where the other side asks for one.
    pub password: Option<String>,
    /// TCP in place of UDP.
    pub tcp: bool,
    /// Codecs to offer, the most wanted first.
    pub codecs: Vec<Codec>,
    /// Offer RFC 4733.
    pub telephone_event: bool,
    /// RTP ports.
    pub ports: std::ops::RangeInclusive<u16>,
    /// Speaks what scripts say; without it a script that speaks fails.
    pub voice: Option<Arc<dyn Synthesizer>>,
}

impl Default for CallerConfig {
    fn default() -> Self {
        Self {
            user: "caller".into(),
            display: None,
            password: None,
            tcp: false,
            codecs: Codec::ALL.to_vec(),
            telephone_event: true,
            ports: 20_000..=29_999,
            voice: None,
        }
    }
}

/// Why a synthetic call was not made.
#[derive(Debug, thiserror::Error)]
pub enum CallerError {
    /// The target is no SIP address.
    #[error("`{0}` is not a SIP address: write it as sip:reception@127.0.0.1")]
    Target(String),
    /// The line could not be set up.
    #[error("the line could not be set up")]
    Line(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The script speaks, but there is no voice.
    #[error("the script speaks, but this caller has no voice")]
    NoVoice,
    /// A text could not be spoken.
    #[error("a text could not be spoken")]
    Speech(#[from] speech::SpeakError),
    /// A sound file could not be used.
    #[error("the sound file {path} cannot be played")]
    File {
        /// Its path.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The other side's answer makes no sense.
    #[error("the answer to our offer is of no use")]
    Answer(#[source] Box<dyn std::error::Error + Send + Sync>),
}

pub(crate) fn line(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CallerError {
    CallerError::Line(error.into())
}

/// A line that synthetic calls are made by, one at a time.
pub struct SyntheticCaller {
    pub(crate) config: CallerConfig,
    sip: SipHandle,
    events: mpsc::Receiver<Event>,
    rtp: RtpEngine,
}

impl SyntheticCaller {
    /// Opens a line on free ports.
    pub async fn start(config: CallerConfig, seed: u64) -> Result<Self, CallerError> {
        let protocol = if config.tcp { Protocol::Tcp } else { Protocol::Udp };
        let mut addresses = vec![IpAddr::V4(Ipv4Addr::UNSPECIFIED)];
        if std::net::UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_ok() {
            addresses.push(IpAddr::V6(Ipv6Addr::UNSPECIFIED));
        }
        let listen = addresses.iter().map(|ip| Listen { protocol, ..Listen::udp(SocketAddr::new(*ip, 0)) });
        let sip = SipConfig { listen: listen.collect(), seed, ..SipConfig::default() };
        let (sip, events) = SipTransport::start(sip).await.map_err(line)?;
        let rtp = RtpConfig {
            threads: 1,
            bind: addresses,
            ports: config.ports.clone(),
            max_calls: 8,
            ..RtpConfig::default()
        };
        let rtp = RtpEngine::start(rtp).map_err(line)?;
        Ok(Self { config, sip, events, rtp })
    }

    /// Runs a script from its INVITE to the end of the call.
    pub async fn call(&mut self, script: &Script) -> Result<Report, CallerError> {
        let prompts = self.prepare(script).await?;
        let (mut call, hearing) = self.begin(script).await?;
        if call.is_answered(script).await? {
            call.follow(script, prompts).await;
        }
        call.finish(hearing).await
    }

    /// Calls as a script says whose steps are not written: the partner gives them.
    pub async fn converse(&mut self, script: &Script, partner: &mut dyn Partner) -> Result<Report, CallerError> {
        let (mut call, hearing) = self.begin(script).await?;
        if call.is_answered(script).await? {
            call.converse(script, partner).await?;
        }
        call.finish(hearing).await
    }

    /// Sends the INVITE.
    async fn begin(&mut self, script: &Script) -> Result<(OneCall<'_>, Hearing), CallerError> {
        let target = Uri::parse(&script.target).map_err(|_| CallerError::Target(script.target.clone()))?;
        if !target.is_sip() {
            return Err(CallerError::Target(script.target.clone()));
        }
        let near = self.sip.local_address_towards(target.clone()).await.map_err(line)?;
        let near = near.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let (sink, hearing) = ear();
        // The far end may give our own voice back (an echo test): that is to be heard. Its pauses are no silence.
        let vad = VadConfig { hangover_ms: 500, ..VadConfig::default() };
        let sound = CallMediaConfig { echo_guard: false, vad, ..CallMediaConfig::default() };
        let (media, media_events) = self.rtp.open(sound, Some(sink)).map_err(line)?;
        let ports = media.open_leg(LegSlot::CALLER, near).map_err(line)?;
        let mut local = LocalMedia::new(ports.rtp.ip(), ports.rtp.port(), 1);
        local.rtcp_port = ports.rtcp.port();
        local.codecs.clone_from(&self.config.codecs);
        local.dtmf = self.config.telephone_event;
        let ours = sdp::offer(&local);
        let mut invite = OutgoingCall::new(target, self.from(near)?);
        invite.body = Some(Body::sdp(ours.to_string()));
        invite.ring_timeout = script.ring;
        invite.credentials =
            self.config.password.as_ref().map(|password| Credentials::new(&self.config.user, password));
        let started = Instant::now();
        let leg = self.sip.invite(invite).await.map_err(line)?;
        let call = OneCall {
            line: self,
            leg,
            media,
            media_events,
            local,
            ours,
            started,
            answered: None,
            playback: 0,
            playing: false,
            spoken: false,
            silent_since: None,
            timeline: vec![Moment { at_ms: 0, what: format!("calling {}", script.target) }],
            ended: None,
            answer_error: None,
            quality: None,
            status: None,
        };
        Ok((call, hearing))
    }

    fn from(&self, near: IpAddr) -> Result<NameAddr, CallerError> {
        let host = match near {
            IpAddr::V6(address) => format!("[{address}]"),
            IpAddr::V4(address) => address.to_string(),
        };
        let mut uri = Uri::parse(&format!("sip:{host}")).map_err(line)?;
        uri.set_username(&self.config.user);
        let mut from = NameAddr::new(uri);
        from.display.clone_from(&self.config.display);
        Ok(from)
    }

    /// Makes every sound of the script before the call: it is then said when its time comes.
    async fn prepare(&self, script: &Script) -> Result<Vec<Vec<Arc<Prompt>>>, CallerError> {
        let mut sounds = Vec::new();
        for step in &script.steps {
            match step {
                Step::Say { text, language } => {
                    sounds.push(self.spoken(text, language).await?);
                }
                Step::Play(path) => {
                    let failed = |source: Box<dyn std::error::Error + Send + Sync>| CallerError::File {
                        path: path.clone(),
                        source,
                    };
                    let bytes = std::fs::read(path).map_err(|error| failed(error.into()))?;
                    let extension = path.extension().and_then(std::ffi::OsStr::to_str);
                    let prompt = media::file::decode(bytes, extension, &media::file::FileLimits::default())
                        .map_err(|error| failed(error.into()))?;
                    sounds.push(vec![Arc::new(prompt)]);
                }
                _ => {}
            }
        }
        Ok(sounds)
    }
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

pub(crate) struct OneCall<'a> {
    pub(crate) line: &'a mut SyntheticCaller,
    leg: LegHandle,
    media: MediaHandle,
    media_events: mpsc::Receiver<MediaEvent>,
    local: LocalMedia,
    ours: SessionDescription,
    pub(crate) started: Instant,
    pub(crate) answered: Option<Instant>,
    playback: u32,
    playing: bool,
    /// The other side has spoken at all.
    pub(crate) spoken: bool,
    /// Since when it has been silent.
    pub(crate) silent_since: Option<Instant>,
    timeline: Vec<Moment>,
    pub(crate) ended: Option<Ending>,
    answer_error: Option<CallerError>,
    quality: Option<media::rtp::Quality>,
    status: Option<u16>,
}

impl OneCall<'_> {
    /// Waits for the answer, and whether there is one.
    async fn is_answered(&mut self, script: &Script) -> Result<bool, CallerError> {
        let ring = self.started + script.ring + Duration::from_secs(5);
        self.until(ring, |call| call.answered.is_some()).await;
        if let Some(error) = self.answer_error.take() {
            self.line.sip.hangup_soon(self.leg);
            return Err(error);
        }
        Ok(self.answered.is_some())
    }

    /// Waits until the other side has spoken and is silent, or does not speak.
    pub(crate) async fn my_turn(&mut self, last: Instant) {
        self.silence(TURN, last.min(Instant::now() + IMPATIENCE)).await;
    }

    /// Takes events until `done`, the end of the call or `until`.
    async fn until(&mut self, until: Instant, done: impl Fn(&Self) -> bool) {
        while self.ended.is_none() && self.answer_error.is_none() && !done(self) {
            tokio::select! {
                biased;
                event = self.line.events.recv() => match event {
                    Some(event) => self.on_sip(event),
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

    fn on_sip(&mut self, event: Event) {
        match event {
            Event::Progress { leg, status, .. } if leg == self.leg => {
                self.note(format!("they answered {} {}", status.code(), status.reason()));
            }
            Event::Answered { leg, body } if leg == self.leg => self.on_answer(body),
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
        sdp::complete(&self.local, &self.ours, &answer).map_err(|error| error.to_string())
    }

    fn on_answer(&mut self, body: Option<Body>) {
        match body.ok_or("no answer".to_owned()).and_then(|body| self.negotiate(&body)) {
            Ok(negotiated) => {
                self.note(format!("they answered 200 OK ({})", negotiated.codec.encoding_name()));
                self.command(MediaCommand::RecordCall(RecordingSwitch::Start));
                self.command(MediaCommand::StartLeg {
                    leg: LegSlot::CALLER,
                    session: SessionConfig::new(u64::from(self.local.port)),
                    negotiated,
                });
                self.answered = Some(Instant::now());
            }
            Err(error) => self.answer_error = Some(CallerError::Answer(error.into())),
        }
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
            MediaEvent::PlaybackEnded { .. } => self.playing = false,
            MediaEvent::Digit { digit, .. } => self.note(format!("they pressed {digit}")),
            MediaEvent::LegStopped { quality, .. } => self.quality = Some(*quality),
            _ => {}
        }
    }

    fn command(&self, command: MediaCommand) {
        // The media ends only with the call.
        let _ = self.media.send(command);
    }

    async fn follow(&mut self, script: &Script, prompts: Vec<Vec<Arc<Prompt>>>) {
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
        self.playback += 1;
        self.playing = true;
        let playback = PlaybackId(self.playback);
        self.command(MediaCommand::Play { playback, prompts, growing: false, repeat: false });
        self.until(last, |call| !call.playing).await;
        // What is silent now has been silent only since we stopped.
        self.silent_since = self.silent_since.map(|_| Instant::now());
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

    async fn finish(mut self, hearing: Hearing) -> Result<Report, CallerError> {
        if self.ended.is_none() {
            self.hang_up().await;
        }
        let _ = self.media.close_leg(LegSlot::CALLER);
        let patience = Instant::now() + Duration::from_secs(2);
        while self.quality.is_none() && self.answered.is_some() {
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
        let first_sound_ms =
            answer_ms.zip(first_sound).map(|(answer, sample)| answer + sample as u64 * 1_000 / u64::from(rate.max(1)));
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
            timeline: self.timeline,
            rate,
            heard,
            said,
        })
    }
}
