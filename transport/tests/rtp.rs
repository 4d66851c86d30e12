//! The media threads with real sockets on the other side. Nothing here measures the machine's speed: what is waited
//! for are packets and events, with time limits only against waiting for ever.

use std::f64::consts::TAU;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use call_model::RecordingSwitch;
use media::codec::{Codec, Decoder, Encoder};
use media::rtp::SessionConfig;
use media::sdp::{LocalMedia, Negotiated, answer, offer};
use media::{CallMediaConfig, LegSlot, MediaCommand, MediaEvent, Tap, TapStream};
use tokio::sync::mpsc;
use transport::rtp::{
    LegPorts, MediaHandle, OpenError, PortError, RtpConfig, RtpEngine, SendError, StartError, TapSink, tap_channel,
};

const PATIENCE: Duration = Duration::from_secs(30);
const FRAME: usize = 160;

/// A range of ports that no other test uses: nextest runs tests as processes, side by side.
fn config(first: u16, pairs: u16) -> RtpConfig {
    RtpConfig {
        threads: 1,
        bind: vec![Ipv4Addr::LOCALHOST.into()],
        ports: first..=first + 2 * pairs - 1,
        ..RtpConfig::default()
    }
}

fn negotiated(ports: LegPorts, peer: SocketAddr) -> Negotiated {
    let mut theirs = LocalMedia::new(peer.ip(), peer.port(), 1);
    theirs.codecs = vec![Codec::Pcmu];
    let ours = LocalMedia::new(ports.rtp.ip(), ports.rtp.port(), 2);
    answer(&ours, &offer(&theirs)).expect("a codec in common").1
}

/// A leg with a socket at its other end.
struct Peer {
    socket: UdpSocket,
    ours: LegPorts,
    encoder: Encoder,
    decoder: Decoder,
    sequence: u16,
}

/// An RTP packet that came from the engine.
struct Packet {
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
    samples: Vec<i16>,
}

impl Peer {
    /// Opens the caller's leg towards a new socket.
    fn call(handle: &MediaHandle, host: IpAddr) -> Self {
        let socket = UdpSocket::bind(SocketAddr::new(host, 0)).expect("loopback");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let ours = handle.open_leg(LegSlot::CALLER, host).expect("ports");
        let negotiated = negotiated(ours, socket.local_addr().expect("an address"));
        let session = SessionConfig::new(7);
        handle.send(MediaCommand::StartLeg { leg: LegSlot::CALLER, session, negotiated }).expect("room");
        Self { socket, ours, encoder: Encoder::new(Codec::Pcmu), decoder: Decoder::new(Codec::Pcmu), sequence: 0 }
    }

    fn send(&mut self, samples: &[i16]) {
        let mut packet = vec![0; 12 + FRAME];
        packet[0] = 0x80;
        packet[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        packet[4..8].copy_from_slice(&(u32::from(self.sequence) * FRAME as u32).to_be_bytes());
        packet[8..12].copy_from_slice(&[1, 2, 3, 4]);
        self.encoder.encode(samples, &mut packet[12..]);
        self.sequence += 1;
        self.socket.send_to(&packet, self.ours.rtp).expect("loopback");
    }

    fn receive(&mut self) -> Packet {
        let mut buffer = [0; 2_048];
        let (length, source) = self.socket.recv_from(&mut buffer).expect("a packet in time");
        assert_eq!(source, self.ours.rtp, "RTP is sent from the port that it is received at");
        assert_eq!((buffer[0], buffer[1] & 0x7f, length), (0x80, 0, 12 + FRAME));
        let word = |at: usize| u32::from_be_bytes(buffer[at..at + 4].try_into().expect("four bytes"));
        let mut samples = vec![0; FRAME];
        self.decoder.decode(&buffer[12..length], &mut samples);
        Packet { sequence: word(0) as u16, timestamp: word(4), ssrc: word(8), samples }
    }
}

/// Peak amplitude of the component at `hz`, at 8,000 samples a second.
fn amplitude(hz: f64, samples: &[i16]) -> f64 {
    let step = TAU * hz / 8_000.0;
    let (re, im) = samples.iter().enumerate().fold((0.0, 0.0), |(re, im), (n, &sample)| {
        let (sin, cos) = (step * n as f64).sin_cos();
        (re + f64::from(sample) * cos, im + f64::from(sample) * sin)
    });
    2.0 * f64::hypot(re, im) / samples.len() as f64
}

fn tone(hz: f64, frame: usize) -> Vec<i16> {
    let step = TAU * hz / 8_000.0;
    (0..FRAME).map(|n| (8_000.0 * (step * (frame * FRAME + n) as f64).sin()) as i16).collect()
}

async fn event(events: &mut mpsc::Receiver<MediaEvent>) -> Option<MediaEvent> {
    tokio::time::timeout(PATIENCE, events.recv()).await.expect("an event in time")
}

/// Sends a tone, one frame for each that comes back, and gives what was heard of the last second.
fn echo(peer: &mut Peer, frames: usize) -> Vec<Packet> {
    (0..frames)
        .map(|frame| {
            let packet = peer.receive();
            peer.send(&tone(1_000.0, frame));
            packet
        })
        .collect()
}

#[tokio::test]
async fn a_tone_comes_back_at_the_pace_of_the_clock() {
    let engine = RtpEngine::start(config(21_000, 4)).expect("an engine");
    let (handle, mut events) = engine.open(CallMediaConfig::default(), None).expect("a call");
    let mut peer = Peer::call(&handle, Ipv4Addr::LOCALHOST.into());
    assert_eq!((peer.ours.rtp, peer.ours.rtcp.port()), ("127.0.0.1:21000".parse().expect("an address"), 21_001));
    handle.send(MediaCommand::Echo { on: true }).expect("room");

    let began = Instant::now();
    let packets = echo(&mut peer, 150);
    let due = began.elapsed().as_millis() as usize / 20;
    assert!(packets.len() <= due + 3, "{} packets in the time of {due}", packets.len());

    for pair in packets.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        assert_eq!(pair[1].ssrc, pair[0].ssrc);
        assert_eq!(pair[1].timestamp.wrapping_sub(pair[0].timestamp) % FRAME as u32, 0);
    }
    // A machine that stalls makes gaps: the best half second of the last two is judged.
    let heard: Vec<i16> = packets[50..].iter().flat_map(|packet| packet.samples.iter().copied()).collect();
    let best = heard.chunks(4_000).map(|part| amplitude(1_000.0, part)).fold(0.0, f64::max);
    assert!(best > 7_000.0, "the tone comes back at {best}");
    assert!(amplitude(1_700.0, &heard) < 1_000.0);

    match event(&mut events).await {
        Some(MediaEvent::Latched { leg: LegSlot::CALLER, source }) => {
            assert_eq!(Some(source), peer.socket.local_addr().ok());
        }
        other => panic!("not latched: {other:?}"),
    }
    let counters = engine.counters();
    assert!(counters.received >= 100 && counters.sent >= 100 && counters.ticks >= 100, "{counters:?}");
    assert_eq!((counters.calls, counters.ports_in_use, counters.panics), (1, 1, 0));
}

#[tokio::test]
async fn a_closed_call_says_goodbye_and_gives_its_ports_back() {
    let engine = RtpEngine::start(config(21_020, 1)).expect("an engine");
    let (handle, mut events) = engine.open(CallMediaConfig::default(), None).expect("a call");
    let mut peer = Peer::call(&handle, Ipv4Addr::LOCALHOST.into());
    peer.receive();
    assert!(matches!(
        handle.open_leg(LegSlot::new(1).expect("a slot"), Ipv4Addr::LOCALHOST.into()),
        Err(PortError::Exhausted)
    ));
    handle.close();
    let mut quality = false;
    while let Some(event) = event(&mut events).await {
        quality |= matches!(event, MediaEvent::LegStopped { leg: LegSlot::CALLER, .. });
    }
    assert!(quality, "the leg's quality is reported before the events end");
    let deadline = Instant::now() + PATIENCE;
    while engine.counters().ports_in_use > 0 || engine.counters().calls > 0 {
        assert!(Instant::now() < deadline, "the ports are given back");
        tokio::task::yield_now().await;
    }
    let (handle, _events) = engine.open(CallMediaConfig::default(), None).expect("a call");
    assert_eq!(Peer::call(&handle, Ipv4Addr::LOCALHOST.into()).ours.rtp.port(), 21_020);
}

#[tokio::test]
async fn recorded_sound_reaches_the_tap_to_its_end() {
    let engine = RtpEngine::start(config(21_030, 1)).expect("an engine");
    let (sink, taps) = tap_channel(2);
    let (handle, _events) = engine.open(CallMediaConfig::default(), Some(Box::new(sink))).expect("a call");
    let mut peer = Peer::call(&handle, Ipv4Addr::LOCALHOST.into());
    handle.send(MediaCommand::RecordCall(RecordingSwitch::Start)).expect("room");
    let recorder = std::thread::spawn(move || {
        let (mut left, mut end) = (Vec::new(), None);
        while let Some(tap) = taps.receive() {
            assert_eq!((tap.stream, tap.start_sample as usize), (TapStream::Call, left.len()));
            left.extend(tap.samples.iter().step_by(2));
            end = end.or(tap.end);
            taps.give_back(tap.samples);
        }
        (left, end)
    });
    echo(&mut peer, 100);
    handle.close();
    let (left, end) = recorder.join().expect("no gap in the recording");
    assert_eq!(end, Some(left.len() as u64));
    assert!(left.len() >= 90 * FRAME, "{} samples", left.len());
    let best = left.chunks(4_000).map(|part| amplitude(1_000.0, part)).fold(0.0, f64::max);
    assert!(best > 7_000.0, "the caller's tone is recorded at {best}");
}

/// Blocks of 20 ms go out tick by tick, in order, beside a recording whose recorder takes nothing.
#[tokio::test]
async fn what_is_heard_is_handed_on_at_once() {
    let engine = RtpEngine::start(config(21_070, 2)).expect("an engine");
    let (sink, heard) = sync_channel(500);
    let (handle, mut events) = engine.open(CallMediaConfig::default(), Some(Box::new(EarOnly(sink)))).expect("a call");
    let mut peer = Peer::call(&handle, Ipv4Addr::LOCALHOST.into());
    handle.send(MediaCommand::RecordCall(RecordingSwitch::Start)).expect("room");
    handle.send(MediaCommand::Listen { leg: LegSlot::CALLER, on: true }).expect("room");
    let mut starts = Vec::new();
    for frame in 0..100 {
        peer.receive();
        peer.send(&tone(1_000.0, frame));
        let block = heard.recv_timeout(PATIENCE).expect("a block for each tick");
        assert_eq!((block.stream, block.samples.len()), (TapStream::Ear(LegSlot::CALLER), FRAME));
        starts.push(block.start_sample);
    }
    assert!(starts.windows(2).all(|pair| pair[1] == pair[0] + FRAME as u64), "{starts:?}");
    drop(handle);
    while event(&mut events).await.is_some() {}
    drop(engine);
}

/// A listener beside a recorder that never has room.
struct EarOnly(SyncSender<Tap>);

impl TapSink for EarOnly {
    fn put(&mut self, tap: Tap) -> Result<(), Tap> {
        match tap.stream {
            TapStream::Ear(_) => self.0.try_send(tap).map_err(|refused| match refused {
                TrySendError::Full(tap) | TrySendError::Disconnected(tap) => tap,
            }),
            _ => Err(tap),
        }
    }
}

#[tokio::test]
async fn limits_refuse_and_commands_are_bounded() {
    let engine = RtpEngine::start(RtpConfig { max_calls: 1, command_capacity: 4, ..config(21_040, 4) });
    let engine = engine.expect("an engine");
    let (handle, _events) = engine.open(CallMediaConfig::default(), None).expect("a call");
    assert_eq!(engine.open(CallMediaConfig::default(), None).err(), Some(OpenError::Full { limit: 1 }));
    let results: Vec<_> = (0..100_000).map(|_| handle.send(MediaCommand::Echo { on: true })).collect();
    assert!(results.contains(&Err(SendError::Full)) && results[0].is_ok());
    let near = IpAddr::V6(Ipv6Addr::LOCALHOST);
    assert!(matches!(handle.open_leg(LegSlot::CALLER, near), Err(PortError::Family { .. })));
}

#[tokio::test]
async fn stopping_ends_every_call() {
    let engine = RtpEngine::start(config(21_060, 4)).expect("an engine");
    let calls: Vec<_> = (0..3).map(|_| engine.open(CallMediaConfig::default(), None).expect("a call")).collect();
    for (handle, _) in &calls {
        Peer::call(handle, Ipv4Addr::LOCALHOST.into()).receive();
    }
    tokio::task::spawn_blocking(|| engine.stop()).await.expect("threads that end");
    for (handle, mut events) in calls {
        while event(&mut events).await.is_some() {}
        assert_eq!(handle.send(MediaCommand::Echo { on: true }), Err(SendError::Closed));
    }
}

#[tokio::test]
async fn a_leg_by_ipv6() {
    let host = IpAddr::V6(Ipv6Addr::LOCALHOST);
    if UdpSocket::bind(SocketAddr::new(host, 0)).is_err() {
        return;
    }
    let config = RtpConfig { bind: vec![Ipv6Addr::UNSPECIFIED.into()], ..config(21_080, 4) };
    let engine = RtpEngine::start(config).expect("an engine");
    let (handle, _events) = engine.open(CallMediaConfig::default(), None).expect("a call");
    let mut peer = Peer::call(&handle, host);
    assert_eq!(peer.ours.rtp.ip(), host, "bound to all addresses, it shows the one that is near");
    handle.send(MediaCommand::Echo { on: true }).expect("room");
    let packets = echo(&mut peer, 60);
    let best = packets.chunks(10).map(|part| {
        let heard: Vec<i16> = part.iter().flat_map(|packet| packet.samples.iter().copied()).collect();
        amplitude(1_000.0, &heard)
    });
    assert!(best.fold(0.0, f64::max) > 7_000.0);
}

#[test]
fn ports_of_other_programs_are_passed_over() {
    let taken = UdpSocket::bind("127.0.0.1:21101").expect("the port");
    let engine = RtpEngine::start(config(21_100, 2)).expect("an engine");
    let (handle, _events) = engine.open(CallMediaConfig::default(), None).expect("a call");
    let ports = handle.open_leg(LegSlot::CALLER, Ipv4Addr::LOCALHOST.into()).expect("the other pair");
    assert_eq!(ports.rtp.port(), 21_102);
    drop(taken);
    assert!(matches!(
        RtpEngine::start(RtpConfig { ports: 21_101..=21_102, ..RtpConfig::default() }),
        Err(StartError::NoPorts { .. })
    ));
    assert!(matches!(
        RtpEngine::start(RtpConfig { bind: vec!["192.0.2.77".parse().expect("an address")], ..config(21_104, 1) }),
        Err(StartError::Address { .. })
    ));
}
