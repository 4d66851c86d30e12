//! Nothing is allocated from tick to tick once a call runs.
#![allow(unsafe_code, reason = "a global allocator that counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use call_model::{AudioFrame, PlaybackId, RecordingSwitch};
use media::codec::Codec;
use media::rtp::{OutgoingKind, Session, SessionConfig};
use media::sdp::{LocalMedia, Negotiated, Privacy, answer, complete, offer};
use media::srtp::{MasterKey, SrtpKeys, Suite};
use media::{CallMedia, CallMediaConfig, LegSlot, MediaCommand, Prompt, Supervision};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    ALLOCATIONS.with(|allocations| allocations.set(allocations.get() + 1));
}

// SAFETY: everything is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as above; `place` came from `System`.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as above; `place` came from `System`.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(clippy::disallowed_methods, reason = "the origin of virtual time")]
fn origin() -> Instant {
    Instant::now()
}

fn agree(codec: Codec, dtmf: bool) -> (Negotiated, Negotiated) {
    let mut theirs = LocalMedia::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 9)), 4_000, 1);
    theirs.codecs = vec![codec];
    theirs.dtmf = dtmf;
    let mut ours = LocalMedia::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 10_000, 2);
    ours.codecs = Codec::ALL.to_vec();
    let offered = offer(&theirs);
    let (answered, for_us) = answer(&ours, &offered).expect("an answer");
    (for_us, complete(&theirs, &offered, &answered).expect("agreement"))
}

/// A call whose peers' packets were made beforehand: each speaks for so many ticks.
struct Call {
    media: CallMedia,
    packets: Vec<Vec<Vec<u8>>>,
    start: Instant,
    tick: usize,
    /// Blocks of ears that a listener still has: it gives them back in bunches.
    listened: Vec<Vec<i16>>,
}

/// So many are given back at once.
const BUNCH: usize = 10;

const TICKS: usize = 1_000;

impl Call {
    fn new(codecs: &[Codec], dtmf: bool) -> Self {
        Self::sealed(codecs, dtmf, None)
    }

    /// The same, encrypted on each leg.
    fn sealed(codecs: &[Codec], dtmf: bool, suite: Option<Suite>) -> Self {
        let start = origin();
        let media = CallMedia::new(CallMediaConfig::default());
        let mut call = Self { media, packets: vec![], start, tick: 0, listened: Vec::with_capacity(2 * BUNCH) };
        for (slot, codec) in codecs.iter().enumerate() {
            let (mut negotiated, mut theirs) = agree(*codec, dtmf);
            if let Some(suite) = suite {
                let key = |byte| MasterKey::new(suite, &vec![byte; suite.key_bytes() + suite.salt_bytes()]);
                let (ours, peers) = (key(1).expect("a key"), key(2).expect("a key"));
                negotiated.shelter.privacy = Privacy::Keys(SrtpKeys { ours, theirs: peers });
                theirs.shelter.privacy = Privacy::Keys(SrtpKeys { ours: peers, theirs: ours });
            }
            let leg = LegSlot::new(slot as u8).expect("a slot");
            call.media
                .handle(start, MediaCommand::StartLeg { leg, session: SessionConfig::new(slot as u64), negotiated });
            call.packets.push(packets(theirs, start));
        }
        call
    }

    fn handle(&mut self, command: MediaCommand) {
        self.media.handle(self.start, command);
    }

    /// Runs so many ticks and gives the number of allocations in them.
    fn run(&mut self, ticks: usize) -> u64 {
        let before = ALLOCATIONS.with(Cell::get);
        let source = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 9)), 4_000);
        for _ in 0..ticks {
            let now = self.start + Duration::from_millis(20) * (self.tick as u32 + 1);
            for (packets, leg) in self.packets.iter().zip(LegSlot::all()) {
                self.media.handle_rtp(now, leg, source, &packets[self.tick]);
            }
            self.media.tick(now);
            while self.media.poll_transmit().is_some() {}
            while self.media.poll_event().is_some() {}
            while let Some(tap) = self.media.poll_tap() {
                self.media.recycle(tap.samples);
            }
            while let Some(block) = self.media.poll_ear() {
                self.listened.push(block.samples);
            }
            if self.listened.len() >= BUNCH {
                self.listened.drain(..).for_each(|samples| self.media.recycle(samples));
            }
            self.tick += 1;
        }
        ALLOCATIONS.with(Cell::get) - before
    }
}

/// What a peer sends in each tick: noise.
fn packets(negotiated: Negotiated, start: Instant) -> Vec<Vec<u8>> {
    let mut session = Session::new(SessionConfig::new(9), negotiated);
    let mut frame = AudioFrame::silence(negotiated.codec.sample_rate());
    let mut noise = 1u32;
    let mut packets = Vec::new();
    while packets.len() < TICKS {
        for sample in frame.samples_mut() {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *sample = (noise >> 20) as i16;
        }
        session.push(start, &frame);
        while let Some(out) = session.poll_transmit() {
            if out.kind == OutgoingKind::Rtp {
                packets.push(out.data.to_vec());
            }
        }
    }
    packets
}

/// RTCP reports are made anew every few seconds; nothing else may allocate.
const REPORTS: u64 = 40;

fn assert_steady(mut call: Call) {
    call.run(200);
    // The first ticks have filled the pools. Now, between two reports, there is nothing at all.
    let counts: Vec<u64> = (0..40).map(|_| call.run(20)).collect();
    let silent = counts.iter().filter(|count| **count == 0).count();
    assert!(silent >= 30, "{counts:?}");
    assert!(counts.iter().sum::<u64>() <= 10 * REPORTS, "{counts:?}");
}

#[test]
fn an_echo_allocates_nothing() {
    for codec in Codec::ALL {
        let mut call = Call::new(&[codec], false);
        call.handle(MediaCommand::Echo { on: true });
        assert_steady(call);
    }
}

#[test]
fn a_prompt_with_a_stereo_recording_allocates_nothing() {
    for codec in Codec::ALL {
        let mut call = Call::new(&[codec], true);
        let samples: Vec<i16> = (0..8_000).map(|n| (n % 97) * 100).collect();
        let prompts = vec![Arc::new(Prompt::from_samples(&samples, 8_000).expect("a prompt"))];
        call.handle(MediaCommand::Play { playback: PlaybackId(1), prompts, growing: false, repeat: true });
        call.handle(MediaCommand::RecordCall(RecordingSwitch::Start));
        assert_steady(call);
    }
}

#[test]
fn a_recorded_bridge_between_two_codecs_allocates_nothing() {
    let mut call = Call::new(&[Codec::G722, Codec::Pcma], false);
    call.handle(MediaCommand::Bridge { with: LegSlot::new(1) });
    call.handle(MediaCommand::RecordCall(RecordingSwitch::Start));
    assert_steady(call);
}

/// A call between two phones that a recorder elsewhere gets.
#[test]
fn a_recorder_elsewhere_allocates_nothing() {
    for codec in [Codec::Pcma, Codec::G722, Codec::Opus] {
        let mut call = Call::new(&[Codec::Pcma; 2], false);
        call.handle(MediaCommand::Bridge { with: LegSlot::new(1) });
        for leg in [LegSlot::RECORDER_HEARD, LegSlot::RECORDER_SAID] {
            let (negotiated, _) = agree(codec, false);
            call.handle(MediaCommand::StartLeg { leg, session: SessionConfig::new(7), negotiated });
        }
        call.handle(MediaCommand::Fork { on: true });
        assert_steady(call);
    }
}

/// Somebody who has joined two people, each with another codec.
#[test]
fn a_supervisor_allocates_nothing() {
    for mode in [Supervision::Listen, Supervision::Whisper, Supervision::Join] {
        let mut call = Call::new(&[Codec::Opus, Codec::Pcma, Codec::Opus], false);
        call.handle(MediaCommand::Bridge { with: LegSlot::new(1) });
        let leg = LegSlot::new(2).expect("a slot");
        call.handle(MediaCommand::Supervise { leg, mode: Some(mode) });
        assert_steady(call);
    }
}

/// Opus: encoded and decoded on each side, and passed on where both speak it and nobody listens.
#[test]
fn bridges_with_opus_allocate_nothing() {
    for codecs in [[Codec::Opus, Codec::Pcma], [Codec::G722, Codec::Opus], [Codec::Opus; 2], [Codec::Pcmu; 2]] {
        let mut call = Call::new(&codecs, true);
        call.handle(MediaCommand::Bridge { with: LegSlot::new(1) });
        assert_steady(call);
    }
}

/// Decrypted, encoded anew or passed on, and encrypted again.
#[test]
fn encrypted_bridges_allocate_nothing() {
    for suite in Suite::ALL {
        for codecs in [[Codec::Pcmu; 2], [Codec::Opus, Codec::Pcma]] {
            let mut call = Call::sealed(&codecs, true, Some(suite));
            call.handle(MediaCommand::Bridge { with: LegSlot::new(1) });
            assert_steady(call);
        }
    }
}

#[test]
fn listening_for_faxes_allocates_nothing() {
    let mut call = Call::new(&[Codec::Opus], true);
    call.handle(MediaCommand::DetectFax { leg: LegSlot::CALLER, on: true });
    assert_steady(call);
}

/// A converser: a prompt, both legs listened to, the echo guard at work, and the call recorded with blocks of another
/// size.
#[test]
fn listening_to_both_legs_of_a_recorded_call_allocates_nothing() {
    for codecs in [[Codec::G722, Codec::Pcma], [Codec::Pcmu, Codec::G722]] {
        let mut call = Call::new(&codecs, false);
        let samples: Vec<i16> = (0..8_000).map(|n| (n % 97) * 100).collect();
        let prompts = vec![Arc::new(Prompt::from_samples(&samples, 8_000).expect("a prompt"))];
        call.handle(MediaCommand::Play { playback: PlaybackId(1), prompts, growing: false, repeat: true });
        call.handle(MediaCommand::Bridge { with: LegSlot::new(1) });
        call.handle(MediaCommand::RecordCall(RecordingSwitch::Start));
        for leg in LegSlot::all().take(2) {
            call.handle(MediaCommand::Listen { leg, on: true });
        }
        assert_steady(call);
    }
}
