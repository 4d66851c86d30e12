//! All callers on one thread: their packets out, the agent's in.

use std::collections::HashMap;
use std::error::Error;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use transport::rtp::measure::{ReceiveBatch, Sleeper};

use super::conversation::{Conversation, Noticed};
use super::speech::{FRAME, first_audible, voice};

/// Parts of the 20 ms that calls are spread over.
const SLOTS: usize = 20;
const RTP_HEADER: usize = 12;
/// Silence in mu-law.
const SILENCE: [u8; FRAME] = [0xff; FRAME];

/// The callers, at work.
pub struct Callers {
    new: Sender<(usize, SocketAddr)>,
    added: AtomicUsize,
    over: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Noticed>>,
}

impl Callers {
    /// Starts their thread.
    pub fn start(sockets: &[UdpSocket], turns: usize) -> Result<Self, Box<dyn Error>> {
        let sockets = sockets.iter().map(UdpSocket::try_clone).collect::<Result<Vec<_>, _>>()?;
        let (new, coming) = channel();
        let (over, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let thread = {
            let (over, stop) = (over.clone(), stop.clone());
            thread::spawn(move || Line::new(sockets, turns).run(&coming, &over, &stop))
        };
        Ok(Self { new, added: AtomicUsize::new(0), over, stop, thread })
    }

    /// One more caller, by the socket of that place, to that address.
    pub fn add(&self, socket: usize, peer: SocketAddr) {
        // The thread ends only when it is stopped.
        let _ = self.new.send((socket, peer));
        self.added.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits until the first caller has said everything, and says when that was.
    pub fn wait_for_the_first_to_end(&self, longest: Duration) -> Instant {
        self.wait(1, longest);
        Instant::now()
    }

    /// Waits until all have.
    pub fn wait_for_all(&self, longest: Duration) {
        self.wait(self.added.load(Ordering::Relaxed), longest);
    }

    fn wait(&self, over: usize, longest: Duration) {
        let deadline = Instant::now() + longest;
        while self.over.load(Ordering::Relaxed) < over && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends them and gives what they noticed.
    pub fn stop(self) -> Result<Vec<Noticed>, Box<dyn Error>> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| "the callers' thread failed".into())
    }
}

struct Caller {
    socket: usize,
    peer: SocketAddr,
    sequence: u16,
    conversation: Conversation,
}

struct Line {
    sockets: Vec<UdpSocket>,
    turns: usize,
    callers: Vec<Caller>,
    by_peer: HashMap<SocketAddr, usize>,
    voice: Vec<[u8; FRAME]>,
}

impl Line {
    fn new(sockets: Vec<UdpSocket>, turns: usize) -> Self {
        Self { sockets, turns, callers: Vec::new(), by_peer: HashMap::new(), voice: voice() }
    }

    fn run(mut self, coming: &Receiver<(usize, SocketAddr)>, over: &AtomicUsize, stop: &AtomicBool) -> Vec<Noticed> {
        let sleeper = Sleeper::new();
        let mut batch = ReceiveBatch::new();
        let mut due = Instant::now();
        let mut slot = 0;
        while !stop.load(Ordering::Relaxed) {
            for (socket, peer) in coming.try_iter() {
                let conversation = Conversation::new(now(), self.turns);
                self.by_peer.insert(peer, self.callers.len());
                self.callers.push(Caller { socket, peer, sequence: 0, conversation });
            }
            self.listen(&mut batch);
            for index in (slot..self.callers.len()).step_by(SLOTS) {
                self.speak(index, over);
            }
            slot = (slot + 1) % SLOTS;
            due += Duration::from_millis(20) / SLOTS as u32;
            sleeper.sleep_until(due);
        }
        self.callers.into_iter().map(|caller| caller.conversation.noticed()).collect()
    }

    fn listen(&mut self, batch: &mut ReceiveBatch) {
        for socket in &self.sockets {
            while let Ok(count @ 1..) = batch.receive(socket) {
                for index in 0..count {
                    let packet = batch.packet(index);
                    let (Some(source), Some(stamp)) = (packet.source, packet.stamp) else { continue };
                    // RTCP comes from the port above, which is nobody's here.
                    let Some(caller) = self.by_peer.get(&source) else { continue };
                    let Some(first) = packet.data.get(RTP_HEADER..).and_then(first_audible) else { continue };
                    // The packet holds the 20 ms that are played from its arrival on: eight samples a millisecond.
                    let at = stamp + Duration::from_micros(first as u64 * 125);
                    self.callers[*caller].conversation.heard(at);
                }
            }
        }
    }

    fn speak(&mut self, index: usize, over: &AtomicUsize) {
        let caller = &mut self.callers[index];
        let was_over = caller.conversation.is_over();
        let frame = caller.conversation.next_frame(now());
        if !was_over && caller.conversation.is_over() {
            over.fetch_add(1, Ordering::Relaxed);
        }
        let payload = frame.map_or(&SILENCE, |frame| &self.voice[frame as usize % self.voice.len()]);
        let mut packet = [0; RTP_HEADER + FRAME];
        packet[0] = 0x80;
        packet[2..4].copy_from_slice(&caller.sequence.to_be_bytes());
        packet[4..8].copy_from_slice(&(u32::from(caller.sequence).wrapping_mul(FRAME as u32)).to_be_bytes());
        packet[8..12].copy_from_slice(&(index as u32 + 1).to_be_bytes());
        packet[RTP_HEADER..].copy_from_slice(payload);
        caller.sequence = caller.sequence.wrapping_add(1);
        // A lost packet is one that the network lost.
        let _ = self.sockets[caller.socket].send_to(&packet, caller.peer);
    }
}

/// The clock of the kernel's time stamps.
fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
