//! The audio of one call: its legs, what is played to the caller, what is recorded, and who hears whom.
//!
//! Without I/O and clock: the driver gives packets, commands and a tick every 20 ms, and then drains
//! [`poll_transmit`](CallMedia::poll_transmit), [`poll_event`](CallMedia::poll_event),
//! [`poll_tap`](CallMedia::poll_tap) and [`poll_ear`](CallMedia::poll_ear). Nothing is allocated from tick to tick.

mod attention;
mod clock;
mod command;
mod config;
mod digits;
mod ear;
mod event;
mod fork;
mod held;
mod keys;
mod leg;
mod mixer;
mod playback;
mod record;
mod relay;
mod speak;
mod supervise;
mod tap;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use call_model::{
    DigitSource, FRAME_MS, PlaybackEnd, RecordEnd, RecordId, RecordSettings, RecordingSwitch, SampleRate,
};

pub use command::{LegSlot, MediaCommand, ScreeningStep};
pub use config::{CallMediaConfig, Dropped, InbandDtmf};
pub use event::{MediaEvent, Tap, TapStream};
pub use keys::KeyWays;
pub use supervise::Supervision;

use crate::answering::Classifier;
use crate::prompt::Prompt;
use crate::rtp::{Outgoing, SessionConfig, SessionEvent};
use crate::sdp::Negotiated;
use crate::srtp::SrtpKeys;

use attention::Attention;
use clock::Clock;
use ear::EarQueue;
use fork::Fork;
use leg::{Leg, Whisper};
use playback::{PlayQueue, Playback};
use record::{CallRecording, MessageRecord};
use speak::{Bridge, CallTone};
use supervise::Supervisor;
use tap::TapQueue;

/// Events on their way out.
#[derive(Debug)]
struct EventQueue {
    waiting: VecDeque<MediaEvent>,
    limit: usize,
    dropped: u64,
}

impl EventQueue {
    fn push(&mut self, event: MediaEvent) {
        if self.waiting.len() < self.limit {
            self.waiting.push_back(event);
        } else {
            self.dropped += 1;
        }
    }
}

/// One call's audio. See the [module](self).
#[derive(Debug)]
pub struct CallMedia {
    config: CallMediaConfig,
    legs: [Option<Box<Leg>>; LegSlot::COUNT],
    /// Ticks so far.
    ticks: u64,
    clock: Clock,
    playbacks: PlayQueue,
    tone: Option<CallTone>,
    bridge: Option<Box<Bridge>>,
    /// Somebody beside the call.
    supervisor: Option<Box<Supervisor>>,
    echo: bool,
    attention: Attention,
    /// Finds out who answered, while that is asked.
    screen: Option<Box<Classifier>>,
    records: Vec<MessageRecord>,
    recording: Option<Box<CallRecording>>,
    /// What a recorder elsewhere gets, while it gets the voices.
    fork: Option<Box<Fork>>,
    taps: TapQueue,
    ears: EarQueue,
    events: EventQueue,
    dropped_digits: u64,
}

impl CallMedia {
    /// A call without legs.
    pub fn new(config: CallMediaConfig) -> Self {
        Self {
            legs: Default::default(),
            ticks: 0,
            clock: Clock::default(),
            playbacks: PlayQueue::new(config.max_playbacks, config.max_prompts),
            tone: None,
            bridge: None,
            supervisor: None,
            echo: false,
            attention: Attention::new(&config),
            screen: None,
            records: Vec::new(),
            recording: None,
            fork: None,
            taps: TapQueue::new(config.max_tap_blocks),
            ears: EarQueue::new(config.max_ear_blocks),
            events: EventQueue { waiting: VecDeque::new(), limit: config.max_events, dropped: 0 },
            dropped_digits: 0,
            config,
        }
    }

    /// Carries a command out.
    pub fn handle(&mut self, now: Instant, command: MediaCommand) {
        match command {
            MediaCommand::StartLeg { leg, session, negotiated } => self.start_leg(now, leg, session, negotiated),
            MediaCommand::RenegotiateLeg { leg, negotiated } => {
                if let Some(open) = open_leg(&mut self.legs, leg) {
                    open.renegotiate(negotiated, &self.config);
                }
            }
            MediaCommand::SecureLeg { leg, keys } => self.secure_leg(leg, keys.as_ref()),
            MediaCommand::StopLeg { leg } => self.stop_leg(now, leg),
            MediaCommand::Play { playback, prompts, growing, repeat } => {
                let playback = Playback::new(playback, prompts, growing, repeat);
                let ended = self.playbacks.play(playback, self.clock.ms());
                self.report(ended);
            }
            MediaCommand::Append { playback, prompt } => {
                let ended = self.playbacks.append(playback, prompt, self.clock.ms());
                self.report(ended);
            }
            MediaCommand::FinishAppending { playback } => self.playbacks.finish_appending(playback),
            MediaCommand::FailPlayback { playback, reason } => {
                let ended = self.playbacks.remove(playback, PlaybackEnd::Failed(reason), self.clock.ms());
                self.report(ended);
            }
            MediaCommand::StopPlaying { playback: Some(playback) } => {
                let ended = self.playbacks.remove(playback, PlaybackEnd::Stopped, self.clock.ms());
                self.report(ended);
            }
            MediaCommand::StopPlaying { playback: None } => self.stop_all_playbacks(),
            MediaCommand::PausePlaying => self.playbacks.hold(true),
            MediaCommand::ResumePlaying => self.playbacks.hold(false),
            MediaCommand::CallTone { tone } => {
                self.tone = tone.map(|(tone, country)| CallTone::new(tone, country, self.caller_rate()));
            }
            MediaCommand::Bridge { with } => {
                let with = with.filter(|leg| *leg != LegSlot::CALLER);
                if let Some(leg) = with.and_then(|with| open_leg(&mut self.legs, with)) {
                    leg.whisper = None;
                }
                self.supervisor.take_if(|it| Some(it.leg()) == with);
                self.bridge = with.map(|leg| Box::new(Bridge::new(leg)));
            }
            MediaCommand::SwapCaller { with } => self.swap_caller(with),
            MediaCommand::Supervise { leg, mode } => self.supervise(leg, mode),
            MediaCommand::Whisper { leg, prompts } => self.whisper(leg, prompts),
            MediaCommand::Echo { on } => self.echo = on,
            MediaCommand::Record { record, settings } => self.start_record(record, settings),
            MediaCommand::StopRecord { record } => self.end_records(RecordEnd::Stopped, |r| r.id() == record),
            MediaCommand::RecordCall(switch) => self.record_call(switch),
            MediaCommand::Fork { on } => {
                if on != self.fork.is_some() {
                    self.fork = on.then(Box::default);
                }
            }
            MediaCommand::Listen { leg, on } => self.listen(leg, on),
            MediaCommand::DetectFax { leg, on } => {
                if let Some(open) = open_leg(&mut self.legs, leg) {
                    open.detect_fax(on);
                }
            }
            MediaCommand::Screen(classifier) => self.screen = classifier,
            MediaCommand::Screening(step) => self.screening_step(step),
            MediaCommand::SendDigits { leg, digits } => self.send_digits(leg, &digits),
            MediaCommand::TellKeys { leg } => {
                if let Some(leg) = open_leg(&mut self.legs, leg) {
                    leg.sender.tell();
                }
            }
            MediaCommand::DigitArrived { leg, digit } => self.digit_arrived(leg, digit, DigitSource::SipInfo),
        }
    }

    /// Takes a datagram of a leg's RTP socket in, with the time at which it arrived there.
    pub fn handle_rtp(&mut self, arrived: Instant, leg: LegSlot, source: SocketAddr, packet: &[u8]) {
        if let Some(open) = open_leg(&mut self.legs, leg) {
            open.session.handle_rtp(arrived, source, packet);
            self.relay(leg);
        }
    }

    /// Takes a datagram of a leg's RTCP socket in.
    pub fn handle_rtcp(&mut self, arrived: Instant, leg: LegSlot, source: SocketAddr, packet: &[u8]) {
        if let Some(open) = open_leg(&mut self.legs, leg) {
            open.session.handle_rtcp(arrived, source, packet);
        }
    }

    /// 20 ms have passed: hears, plays, mixes, records and sends one frame of each leg. A driver that is late calls this
    /// or [`stand_still`](Self::stand_still) once for each 20 ms that passed, since recordings are as long as their ticks.
    pub fn tick(&mut self, now: Instant) {
        self.listen_to_all(now);
        self.speak(now);
        self.clock.advance();
    }

    /// 20 ms have passed that are too long ago for a frame to be sent: what came is heard, and what we play to the caller
    /// waits, so that no word of it is lost. Of what others say nothing is sent on.
    pub fn stand_still(&mut self, now: Instant) {
        self.listen_to_all(now);
        self.hold_breath(now);
        self.clock.advance();
    }

    fn listen_to_all(&mut self, now: Instant) {
        self.ticks += 1;
        for slot in LegSlot::every() {
            self.hear(now, slot);
        }
        self.attend();
    }

    /// Ends everything: records, the recording, all legs. To be drained once more before the call is dropped.
    pub fn close(&mut self, now: Instant) {
        for slot in LegSlot::every() {
            self.stop_leg(now, slot);
        }
        self.stop_all_playbacks();
        self.end_records(RecordEnd::HungUp, |_| true);
        self.record_call(RecordingSwitch::Stop);
    }

    /// The next datagram to send, and by which leg's socket.
    pub fn poll_transmit(&mut self) -> Option<(LegSlot, Outgoing<'_>)> {
        let legs = self.legs.iter_mut().zip(LegSlot::every());
        legs.filter_map(|(leg, slot)| Some((leg.as_mut()?, slot)))
            .find_map(|(leg, slot)| leg.session.poll_transmit().map(|outgoing| (slot, outgoing)))
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<MediaEvent> {
        self.events.waiting.pop_front()
    }

    /// The next block of recorded sound.
    pub fn poll_tap(&mut self) -> Option<Tap> {
        self.taps.pop()
    }

    /// The next 20 ms heard on a leg that is listened to. They are worth little when they are old: a driver drops what
    /// finds no room.
    pub fn poll_ear(&mut self) -> Option<Tap> {
        self.ears.pop()
    }

    /// Gives a block's memory back, to be filled again.
    pub fn recycle(&mut self, samples: Vec<i16>) {
        if samples.capacity() >= tap::LEAST_BLOCK {
            self.taps.recycle(samples);
        } else {
            self.ears.recycle(samples);
        }
    }

    /// What had to be dropped so far.
    pub fn dropped(&self) -> Dropped {
        Dropped {
            events: self.events.dropped,
            tap_samples: self.taps.dropped_samples(),
            ear_blocks: self.ears.dropped_blocks(),
            digits: self.dropped_digits,
        }
    }

    fn report(&mut self, event: Option<MediaEvent>) {
        if let Some(event) = event {
            self.events.push(event);
        }
    }

    fn start_leg(&mut self, now: Instant, slot: LegSlot, session: SessionConfig, negotiated: Negotiated) {
        self.stop_leg(now, slot);
        self.legs[slot.index()] = Some(Box::new(Leg::new(session, negotiated, &self.config)));
        if slot == LegSlot::CALLER {
            self.clock.start();
            self.attention = Attention::new(&self.config);
        }
    }

    fn secure_leg(&mut self, slot: LegSlot, keys: Option<&SrtpKeys>) {
        let Some(leg) = open_leg(&mut self.legs, slot) else { return };
        match keys {
            Some(keys) => leg.session.set_keys(keys),
            None => leg.session.fail_keys(),
        }
    }

    /// Where the RTP of a leg's peer comes from, as far as that is known: a DTLS handshake that we begin goes there.
    pub fn remote(&mut self, slot: LegSlot) -> Option<SocketAddr> {
        open_leg(&mut self.legs, slot)?.session.remote()
    }

    fn stop_leg(&mut self, now: Instant, slot: LegSlot) {
        let Some(leg) = open_leg(&mut self.legs, slot) else { return };
        leg.session.close(now);
        leg.closing = true;
        if let Some(ear) = leg.ear.take() {
            ear.finish(&self.clock, &mut self.ears);
        }
        let quality = leg.session.quality();
        self.supervisor.take_if(|it| it.leg() == slot);
        if slot == LegSlot::CALLER {
            self.stop_all_playbacks();
            self.end_records(RecordEnd::HungUp, |_| true);
        } else if self.bridge.as_ref().is_some_and(|bridge| bridge.with() == slot) {
            self.bridge = None;
        }
        self.events.push(MediaEvent::LegStopped { leg: slot, quality: Box::new(quality) });
    }

    fn swap_caller(&mut self, with: LegSlot) {
        if with == LegSlot::CALLER {
            return;
        }
        self.supervisor.take_if(|it| it.leg() == with);
        for slot in [LegSlot::CALLER, with] {
            self.listen(slot, false);
        }
        self.legs.swap(LegSlot::CALLER.index(), with.index());
        if let Some(caller) = open_leg(&mut self.legs, LegSlot::CALLER) {
            caller.whisper = None;
        }
        // What they know is of the other voice.
        self.attention = Attention::new(&self.config);
        if self.bridge.as_ref().is_some_and(|bridge| bridge.with() == with) {
            self.bridge = Some(Box::new(Bridge::new(with)));
        }
    }

    fn stop_all_playbacks(&mut self) {
        self.playbacks.stop_all(self.clock.ms(), &mut self.events);
    }

    /// The rate of the caller's codec, or the narrow one without a caller.
    fn caller_rate(&mut self) -> SampleRate {
        open_leg(&mut self.legs, LegSlot::CALLER).map_or(SampleRate::Narrow, |leg| leg.codec().sample_rate())
    }

    fn whisper(&mut self, slot: LegSlot, prompts: Vec<Arc<Prompt>>) {
        if let Some(leg) = open_leg(&mut self.legs, slot).filter(|_| slot != LegSlot::CALLER) {
            leg.whisper = (!prompts.is_empty()).then(|| Whisper::new(prompts));
        }
    }

    fn start_record(&mut self, id: RecordId, settings: RecordSettings) {
        let rate = self.config.recording_rate.unwrap_or(self.caller_rate());
        let record = MessageRecord::new(id, settings, rate, self.clock.ms());
        if self.records.len() < self.config.max_records {
            self.records.push(record);
        } else {
            self.events.push(record.finish(RecordEnd::Failed, &mut self.taps));
        }
    }

    fn end_records(&mut self, end: RecordEnd, which: impl Fn(&MessageRecord) -> bool) {
        for record in self.records.extract_if(.., |record| which(record)) {
            self.events.push(record.finish(end, &mut self.taps));
        }
    }

    fn record_call(&mut self, switch: RecordingSwitch) {
        match switch {
            RecordingSwitch::Start if self.recording.is_none() => {
                let rate = self.config.recording_rate.unwrap_or(self.caller_rate());
                self.recording = Some(Box::new(CallRecording::new(rate)));
                self.events.push(MediaEvent::RecordingStarted { at_ms: self.clock.ms() });
            }
            RecordingSwitch::Start => {}
            RecordingSwitch::Pause | RecordingSwitch::Resume => {
                if let Some(recording) = &mut self.recording {
                    recording.pause(switch == RecordingSwitch::Pause);
                }
            }
            RecordingSwitch::Stop => {
                if let Some(recording) = self.recording.take() {
                    recording.finish(&mut self.taps);
                }
            }
        }
    }

    fn send_digits(&mut self, slot: LegSlot, digits: &str) {
        if let Some(leg) = open_leg(&mut self.legs, slot) {
            let by_rfc4733 = leg.session.negotiated().telephone_event.is_some();
            self.dropped_digits += leg.sender.push(digits, leg.codec(), by_rfc4733);
        }
    }

    fn digit_arrived(&mut self, slot: LegSlot, digit: char, source: DigitSource) {
        let digit = digit.to_ascii_uppercase();
        let window = u64::from(self.config.digit_window_ms) / FRAME_MS;
        let Some(leg) = open_leg(&mut self.legs, slot) else { return };
        if !crate::dtmf::is_key(digit) || !leg.is_new_digit(digit, source, self.ticks, window) {
            return;
        }
        self.events.push(MediaEvent::Digit { leg: slot, digit, source });
        if slot == LegSlot::CALLER {
            self.end_records(RecordEnd::Key(digit), |record| record.ends_by(digit));
        }
        // Keys in the sound pass with it, where keys go with the sound at all.
        if let Some(peer) = self.bridged_with(slot)
            && (source != DigitSource::Inband || open_leg(&mut self.legs, peer).is_some_and(|leg| leg.sender.tells()))
        {
            self.send_digits(peer, digit.encode_utf8(&mut [0; 4]));
        }
    }

    /// The leg at the other end of the bridge.
    fn bridged_with(&self, slot: LegSlot) -> Option<LegSlot> {
        let with = self.bridge.as_ref()?.with();
        if slot == LegSlot::CALLER {
            return Some(with);
        }
        (slot == with).then_some(LegSlot::CALLER)
    }

    fn hear(&mut self, now: Instant, slot: LegSlot) {
        let place = &mut self.legs[slot.index()];
        let Some(leg) = place else { return };
        if leg.closing {
            *place = None;
            return;
        }
        let inband = leg.hear(now);
        if let Some(tone) = leg.fax() {
            self.events.push(MediaEvent::Fax { leg: slot, tone });
        }
        if let Some(digit) = leg.sender.next_told() {
            self.events.push(MediaEvent::KeyToSend { leg: slot, digit });
        }
        self.dropped_digits += leg.sender.tick(&mut leg.session);
        while let Some(event) = open_leg(&mut self.legs, slot).and_then(Leg::poll_event) {
            match event {
                SessionEvent::Digit { digit } => self.digit_arrived(slot, digit, DigitSource::Rfc4733),
                SessionEvent::Latched(source) => self.events.push(MediaEvent::Latched { leg: slot, source }),
                SessionEvent::TimedOut => self.events.push(MediaEvent::TimedOut { leg: slot }),
                SessionEvent::NotSecured => self.events.push(MediaEvent::NotSecured { leg: slot }),
                SessionEvent::Goodbye => self.events.push(MediaEvent::Goodbye { leg: slot }),
            }
        }
        if let Some(digit) = inband {
            self.digit_arrived(slot, digit, DigitSource::Inband);
        }
    }
}

fn open_leg(legs: &mut [Option<Box<Leg>>; LegSlot::COUNT], slot: LegSlot) -> Option<&mut Leg> {
    legs[slot.index()].as_deref_mut().filter(|leg| !leg.closing)
}

#[cfg(test)]
mod tests;
