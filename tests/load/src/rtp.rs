//! The RTP side: a few sockets for all calls, so that the generator costs little. Calls are told apart by the port that
//! the server sends from.

use std::collections::HashMap;
use std::error::Error;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use media::codec::{Codec, Encoder};
use media::sdp::{Negotiated, Privacy};
use media::srtp::{MasterKey, Sealer};
use socket2::SockRef;
use transport::rtp::measure::{ReceiveBatch, Received, Sleeper, enable_time_stamps};

use crate::HERE;

/// Parts of the 20 ms that calls are spread over.
const SLOTS: usize = 20;
/// Silence in mu-law.
const SILENCE: u8 = 0xff;

/// What came back.
#[derive(Debug, Default)]
pub struct Heard {
    /// Packets sent and received within the window.
    pub sent: u64,
    pub received: u64,
    /// How far the spacing of consecutive packets of a call was from 20 ms, microseconds, sorted.
    pub deviations: Vec<u32>,
}

impl Heard {
    /// The deviation that this part of the packets stays within, ms.
    pub fn deviation_ms(&self, part: f64) -> f64 {
        let last = self.deviations.len().saturating_sub(1);
        let index = (self.deviations.len() as f64 * part) as usize;
        self.deviations.get(index.min(last)).map_or(0.0, |micros| f64::from(*micros) / 1e3)
    }
}

/// Where a call's packets go, and what they are like.
#[derive(Clone)]
pub struct Peer {
    socket: usize,
    address: SocketAddr,
    payload_type: u8,
    payload: Arc<[u8]>,
    /// What 20 ms are by the codec's clock.
    step: u32,
    /// What it is encrypted with.
    key: Option<MasterKey>,
}

/// Silence in mu-law, in the clear.
impl From<(usize, SocketAddr)> for Peer {
    fn from((socket, address): (usize, SocketAddr)) -> Self {
        Self { socket, address, payload_type: 0, payload: [SILENCE; 160].into(), step: 160, key: None }
    }
}

impl Peer {
    /// A tone as it was agreed on.
    pub fn new(socket: usize, agreed: &Negotiated) -> Self {
        let key = match agreed.shelter.privacy {
            Privacy::Keys(keys) => Some(keys.ours),
            _ => None,
        };
        Self {
            socket,
            address: agreed.remote_rtp,
            payload_type: agreed.payload_type,
            payload: tone(agreed.codec),
            step: agreed.codec.clock_rate() / 50,
            key,
        }
    }
}

/// 20 ms of a tone.
fn tone(codec: Codec) -> Arc<[u8]> {
    let rate = codec.sample_rate().hz() as f32;
    let samples: Vec<i16> = (0..rate as usize / 10)
        .map(|i| ((i as f32 * 500.0 / rate * std::f32::consts::TAU).sin() * 5_000.0) as i16)
        .collect();
    let (mut encoder, mut payload, mut length) = (Encoder::new(codec), vec![0; 1_500], 0);
    for frame in samples.chunks_exact(rate as usize / 50) {
        length = encoder.encode(frame, &mut payload);
    }
    payload[..length].into()
}

/// The sockets that all calls share: several, since the system bounds the buffer of each.
pub fn sockets() -> Result<Vec<UdpSocket>, Box<dyn Error>> {
    let open = || {
        let socket = UdpSocket::bind((HERE, 0))?;
        enable_time_stamps(&socket)?;
        SockRef::from(&socket).set_recv_buffer_size(16 << 20)?;
        Ok(socket)
    };
    (0..8).map(|_| open()).collect()
}

/// Sends 50 packets a second to each peer, by the socket of that place, and listens, until `window` has passed after `warm_up`. `at_start` and
/// `at_end` are called at the window's edges.
pub fn exchange<P: Clone + Into<Peer>>(
    sockets: &[UdpSocket],
    peers: &[P],
    warm_up: Duration,
    window: Duration,
    mut edge: impl FnMut(bool),
) -> Result<Heard, Box<dyn Error>> {
    let measuring = Arc::new(AtomicBool::new(false));
    let sent = Arc::new(AtomicU64::new(0));
    let stop = Arc::new(AtomicBool::new(false));
    let clones = || sockets.iter().map(UdpSocket::try_clone).collect::<Result<Vec<_>, _>>();
    let sender = {
        let (sockets, peers): (_, Vec<Peer>) = (clones()?, peers.iter().cloned().map(Into::into).collect());
        let (stop, sent, measuring) = (stop.clone(), sent.clone(), measuring.clone());
        thread::spawn(move || send(&sockets, &peers, &stop, &sent, &measuring))
    };
    let receiver = {
        let sockets = clones()?;
        let (stop, measuring) = (stop.clone(), measuring.clone());
        thread::spawn(move || receive(&sockets, &stop, &measuring))
    };
    thread::sleep(warm_up);
    edge(true);
    measuring.store(true, Ordering::Relaxed);
    thread::sleep(window);
    measuring.store(false, Ordering::Relaxed);
    edge(false);
    stop.store(true, Ordering::Relaxed);
    sender.join().map_err(|_| "the sender failed")?;
    let mut heard = receiver.join().map_err(|_| "the receiver failed")?;
    heard.sent = sent.load(Ordering::Relaxed);
    heard.deviations.sort_unstable();
    Ok(heard)
}

fn send(sockets: &[UdpSocket], peers: &[Peer], stop: &AtomicBool, sent: &AtomicU64, measuring: &AtomicBool) {
    let sleeper = Sleeper::new();
    let mut packet = Vec::with_capacity(2_048);
    let mut due = Instant::now();
    let (mut round, mut slot) = (0u32, 0);
    let mut sealers: Vec<_> = peers.iter().map(|peer| peer.key.map(Sealer::new)).collect();
    while !stop.load(Ordering::Relaxed) {
        for (index, (peer, sealer)) in peers.iter().zip(&mut sealers).enumerate().skip(slot).step_by(SLOTS) {
            packet.clear();
            packet.extend([0x80, peer.payload_type]);
            packet.extend((round as u16).to_be_bytes());
            packet.extend(round.wrapping_mul(peer.step).to_be_bytes());
            packet.extend((index as u32).to_be_bytes());
            packet.extend_from_slice(&peer.payload);
            if let Some(sealer) = sealer
                && sealer.rtp(&mut packet).is_err()
            {
                continue;
            }
            let went = sockets[peer.socket].send_to(&packet, peer.address).is_ok();
            if went && measuring.load(Ordering::Relaxed) {
                sent.fetch_add(1, Ordering::Relaxed);
            }
        }
        slot += 1;
        if slot == SLOTS {
            slot = 0;
            round = round.wrapping_add(1);
        }
        due += Duration::from_millis(20) / SLOTS as u32;
        sleeper.sleep_until(due);
    }
}

fn receive(sockets: &[UdpSocket], stop: &AtomicBool, measuring: &AtomicBool) -> Heard {
    let mut batch = ReceiveBatch::new();
    let mut last: HashMap<(SocketAddr, u32), Duration> = HashMap::new();
    let mut heard = Heard::default();
    let sleeper = Sleeper::new();
    while !stop.load(Ordering::Relaxed) {
        sleeper.sleep_until(Instant::now() + Duration::from_millis(2));
        for socket in sockets {
            while let Ok(count @ 1..) = batch.receive(socket) {
                for index in 0..count {
                    note(&batch.packet(index), &mut last, measuring.load(Ordering::Relaxed), &mut heard);
                }
            }
        }
    }
    heard
}

fn note(packet: &Received<'_>, last: &mut HashMap<(SocketAddr, u32), Duration>, measuring: bool, heard: &mut Heard) {
    let (Some(source), Some(stamp)) = (packet.source, packet.stamp) else { return };
    let Some(head) = packet.data.get(..12).and_then(|head| <[u8; 12]>::try_from(head).ok()) else { return };
    // RTCP has another payload type in the same place (RFC 5761).
    if (192..=223).contains(&head[1]) {
        return;
    }
    let before = last.insert((source, u32::from_be_bytes([head[8], head[9], head[10], head[11]])), stamp);
    if !measuring {
        return;
    }
    heard.received += 1;
    if let Some(before) = before {
        heard.deviations.push((stamp.saturating_sub(before).as_micros() as u32).abs_diff(20_000));
    }
}

/// A plain UDP echo: one socket, one call of the system to receive and one to send. Prints its port, and ends when its
/// standard input does.
pub fn echo() -> Result<(), Box<dyn Error>> {
    let socket = UdpSocket::bind((HERE, 0))?;
    SockRef::from(&socket).set_recv_buffer_size(16 << 20)?;
    println!("{}", socket.local_addr()?.port());
    thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    let mut buffer = [0; 2_048];
    loop {
        let (length, from) = socket.recv_from(&mut buffer)?;
        socket.send_to(&buffer[..length], from)?;
    }
}
