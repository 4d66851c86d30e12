//! A call with a peer at the other end of each leg.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use call_model::{AudioFrame, SampleRate};

use crate::call_media::{CallMedia, CallMediaConfig, LegSlot, MediaCommand, MediaEvent, Tap, TapStream};
use crate::codec::Codec;
use crate::rtp::{OutgoingKind, Session, SessionConfig};
use crate::sdp::{LocalMedia, Negotiated, answer, complete, offer};
use crate::test_signal::sine;

pub(super) const TICK: Duration = Duration::from_millis(20);

#[expect(clippy::disallowed_methods, reason = "the origin of virtual time")]
fn origin() -> Instant {
    Instant::now()
}

fn address(host: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, host))
}

/// What both ends agree on: ours, then the peer's.
pub(super) fn agree(codec: Codec, dtmf: bool, peer: u8) -> (Negotiated, Negotiated) {
    let mut theirs = LocalMedia::new(address(100 + peer), 4_000, 1);
    theirs.codecs = vec![codec];
    theirs.dtmf = dtmf;
    let mut ours = LocalMedia::new(address(1), 10_000 + 2 * u16::from(peer), 2);
    ours.codecs = Codec::ALL.to_vec();
    let offered = offer(&theirs);
    let (answered, for_us) = answer(&ours, &offered).unwrap();
    (for_us, complete(&theirs, &offered, &answered).unwrap())
}

/// The slot of that number; 9 and 10 are a recorder's.
pub(super) fn slot_of(number: u8) -> LegSlot {
    let recorder = if number == 9 { LegSlot::RECORDER_HEARD } else { LegSlot::RECORDER_SAID };
    LegSlot::new(number).unwrap_or(recorder)
}

/// The far end of a leg.
pub(super) struct Peer {
    pub session: Session,
    /// Where its leg began: its address and that of the socket towards it stay when legs change places.
    home: u8,
    pub negotiated: Negotiated,
    /// What it says, from its first sample on; silence after its end. Frames that are `None` in `lost` get through.
    pub says: Vec<i16>,
    said: usize,
    /// Packets that get lost on the way to us, by number.
    pub loses: fn(u64) -> bool,
    packets: u64,
    pub heard: Vec<i16>,
    pub keys: String,
    /// Payloads of the RTP packets that we sent, the newest last.
    pub last_payload: Vec<u8>,
    pub rtp_packets: u64,
}

impl Peer {
    fn speak(&mut self, now: Instant) {
        let mut frame = AudioFrame::silence(self.rate());
        for (sample, &said) in frame.samples_mut().iter_mut().zip(self.says.iter().skip(self.said)) {
            *sample = said;
        }
        self.said += frame.samples().len();
        self.session.push(now, &frame);
    }

    pub(super) fn rate(&self) -> SampleRate {
        self.session.codec().sample_rate()
    }

    /// From now on it says this.
    pub(super) fn say(&mut self, samples: Vec<i16>) {
        self.says = samples;
        self.said = 0;
    }

    /// A tone of a peak of 8,000 that lasts for so many ms.
    pub(super) fn say_tone(&mut self, hz: f64, ms: usize) {
        self.say(sine(self.rate(), hz, 8_000.0, ms * self.rate().hz() as usize / 1_000));
    }
}

pub(super) struct TestCall {
    pub media: CallMedia,
    pub start: Instant,
    pub ticks: u64,
    pub peers: BTreeMap<u8, Peer>,
    pub events: Vec<MediaEvent>,
    pub taps: Vec<Tap>,
    pub ears: Vec<Tap>,
    /// Whether taps are polled.
    pub polls_taps: bool,
    pub polls_ears: bool,
}

impl TestCall {
    pub(super) fn new(config: CallMediaConfig) -> Self {
        let start = origin();
        let media = CallMedia::new(config);
        Self {
            media,
            start,
            ticks: 0,
            peers: BTreeMap::new(),
            events: vec![],
            taps: vec![],
            ears: vec![],
            polls_taps: true,
            polls_ears: true,
        }
    }

    /// A call whose caller's leg is open.
    pub(super) fn with_caller(codec: Codec) -> Self {
        let mut call = Self::new(CallMediaConfig { speech_events: false, ..CallMediaConfig::default() });
        call.start_leg(0, codec, true);
        call
    }

    pub(super) fn now(&self) -> Instant {
        self.start + TICK * self.ticks as u32
    }

    pub(super) fn start_leg(&mut self, slot: u8, codec: Codec, dtmf: bool) {
        let (ours, theirs) = agree(codec, dtmf, slot);
        let leg = slot_of(slot);
        self.handle(MediaCommand::StartLeg { leg, session: SessionConfig::new(u64::from(slot)), negotiated: ours });
        let peer = Peer {
            session: Session::new(SessionConfig::new(100 + u64::from(slot)), theirs),
            home: slot,
            negotiated: ours,
            says: vec![],
            said: 0,
            loses: |_| false,
            packets: 0,
            heard: vec![],
            keys: String::new(),
            last_payload: vec![],
            rtp_packets: 0,
        };
        self.peers.insert(slot, peer);
    }

    pub(super) fn handle(&mut self, command: MediaCommand) {
        self.media.handle(self.now(), command);
    }

    pub(super) fn caller(&mut self) -> &mut Peer {
        self.peers.get_mut(&0).unwrap()
    }

    pub(super) fn peer(&mut self, slot: u8) -> &mut Peer {
        self.peers.get_mut(&slot).unwrap()
    }

    /// Lets so much time pass.
    pub(super) fn run_ms(&mut self, ms: u64) {
        (0..ms / 20).for_each(|_| self.tick());
    }

    /// Lets so much time pass in which we can send nothing.
    pub(super) fn stand_still_ms(&mut self, ms: u64) {
        (0..ms / 20).for_each(|_| self.pass_tick(CallMedia::stand_still));
    }

    pub(super) fn tick(&mut self) {
        self.pass_tick(CallMedia::tick);
    }

    fn pass_tick(&mut self, ours: fn(&mut CallMedia, Instant)) {
        self.ticks += 1;
        let now = self.now();
        let arrived = self.start + TICK * (self.ticks as u32 - 1) + Duration::from_millis(15);
        for (&slot, peer) in &mut self.peers {
            peer.speak(now);
            let leg = slot_of(slot);
            while let Some(out) = peer.session.poll_transmit() {
                let source = SocketAddr::new(
                    address(100 + peer.home),
                    if out.kind == OutgoingKind::Rtp { 4_000 } else { 4_001 },
                );
                if out.kind == OutgoingKind::Rtcp {
                    self.media.handle_rtcp(now, leg, source, out.data);
                    continue;
                }
                peer.packets += 1;
                if !(peer.loses)(peer.packets) {
                    self.media.handle_rtp(arrived, leg, source, out.data);
                }
            }
        }
        ours(&mut self.media, now);
        self.drain(now);
    }

    pub(super) fn drain(&mut self, now: Instant) {
        while let Some((leg, out)) = self.media.poll_transmit() {
            let Some(peer) = self.peers.get_mut(&(leg.index() as u8)) else { continue };
            let source = SocketAddr::new(address(1), 10_000 + 2 * u16::from(peer.home));
            match out.kind {
                OutgoingKind::Rtp => {
                    peer.rtp_packets += 1;
                    peer.last_payload = out.data[12..].to_vec();
                    peer.session.handle_rtp(now, source, out.data);
                }
                OutgoingKind::Rtcp => peer.session.handle_rtcp(now, source, out.data),
            }
        }
        for peer in self.peers.values_mut() {
            let mut frame = AudioFrame::silence(peer.rate());
            peer.session.pull(now + Duration::from_millis(1), &mut frame);
            peer.heard.extend_from_slice(frame.samples());
            while let Some(event) = peer.session.poll_event() {
                if let crate::rtp::SessionEvent::Digit { digit } = event {
                    peer.keys.push(digit);
                }
            }
        }
        while let Some(event) = self.media.poll_event() {
            self.events.push(event);
        }
        while self.polls_taps {
            let Some(mut tap) = self.media.poll_tap() else { break };
            let copy = tap.samples.clone();
            self.media.recycle(std::mem::replace(&mut tap.samples, copy));
            self.taps.push(tap);
        }
        while self.polls_ears {
            let Some(block) = self.media.poll_ear() else { break };
            self.ears.push(block);
        }
    }

    /// The channels of a recording, with silence where blocks are missing, and the length to keep if it has ended.
    pub(super) fn recorded(&self, stream: TapStream) -> (Vec<Vec<i16>>, Option<u64>) {
        let channels = stream.channels();
        let mut sound = vec![Vec::new(); channels];
        let mut end = None;
        for tap in self.taps.iter().filter(|tap| tap.stream == stream) {
            assert!(end.is_none(), "a block after the last one");
            assert!(tap.start_sample >= sound[0].len() as u64, "blocks overlap");
            assert_eq!(tap.samples.len() % channels, 0);
            for (channel, sound) in sound.iter_mut().enumerate() {
                sound.resize(tap.start_sample as usize, 0);
                sound.extend(tap.samples.iter().skip(channel).step_by(channels));
            }
            end = tap.end;
        }
        (sound, end)
    }

    /// How every playback so far has ended: its number, how, and how much was played.
    pub(super) fn playbacks_ended(&self) -> Vec<(u32, call_model::PlaybackEnd, u64)> {
        let ended = self.events.iter().filter_map(|event| match event {
            MediaEvent::PlaybackEnded { playback, end, played_ms, .. } => Some((playback.0, end.clone(), *played_ms)),
            _ => None,
        });
        ended.collect()
    }

    /// The keys that were reported on the caller's leg.
    pub(super) fn digits(&self) -> String {
        let digits = self.events.iter().filter_map(|event| match event {
            MediaEvent::Digit { leg: LegSlot::CALLER, digit, .. } => Some(*digit),
            _ => None,
        });
        digits.collect()
    }
}
