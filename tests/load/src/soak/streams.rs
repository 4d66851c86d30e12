//! The sound of all calls on one thread: their packets out, over a line that loses and repeats some, and the server's
//! in.

use std::collections::HashMap;
use std::error::Error;
use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use transport::rtp::measure::{ReceiveBatch, Sleeper};

use super::chance::Chance;
use crate::rtp::sockets;

/// Parts of the 20 ms that calls are spread over.
const SLOTS: usize = 20;
/// A voice in mu-law: loud enough that nobody takes it for silence.
const VOICE: u8 = 0x9a;
/// Packets of a key press: 100 ms, and its end three times (RFC 4733 section 2.5.1.4).
const KEY_PACKETS: u16 = 8;
/// The payload type of telephone-event in our offers.
const TELEPHONE_EVENT: u8 = 101;

enum Order {
    Add { id: u64, socket: usize, peer: SocketAddr, key_after: Option<u32> },
    Remove { id: u64 },
    Stop,
}

/// How a call's sound went.
#[derive(Debug, Clone, Copy)]
pub struct Exchanged {
    /// Which call.
    pub id: u64,
    /// Packets that came from the server.
    pub received: u32,
    /// For how long it was listened.
    pub lasted: Duration,
}

/// The handle of the thread.
pub struct Streams {
    orders: Sender<Order>,
    thread: JoinHandle<()>,
    ports: Vec<u16>,
}

impl Streams {
    /// Starts the thread. `loss` is the part of packets that is lost on the way to the server, 0 to 1; a tenth of that
    /// is sent twice.
    pub fn start(loss: f64, chance: Chance) -> Result<(Self, Receiver<Exchanged>), Box<dyn Error>> {
        let sockets = sockets()?;
        let ports = sockets.iter().map(|socket| Ok(socket.local_addr()?.port())).collect::<std::io::Result<_>>()?;
        let (orders, coming) = channel();
        let (tell, told) = channel();
        let thread = thread::spawn(move || Line::new(sockets, loss, chance).run(&coming, &tell));
        Ok((Self { orders, thread, ports }, told))
    }

    /// The port by which a call is to hear.
    pub fn port(&self, id: u64) -> u16 {
        self.ports[self.place(id)]
    }

    fn place(&self, id: u64) -> usize {
        (id % self.ports.len() as u64) as usize
    }

    /// A call was answered: its sound begins. After so many packets it presses key 1.
    pub fn add(&self, id: u64, peer: SocketAddr, key_after: Option<u32>) {
        let _ = self.orders.send(Order::Add { id, socket: self.place(id), peer, key_after });
    }

    /// A call is over: how it went comes by the channel.
    pub fn remove(&self, id: u64) {
        let _ = self.orders.send(Order::Remove { id });
    }

    /// Ends the thread.
    pub fn stop(self) {
        let _ = self.orders.send(Order::Stop);
        let _ = self.thread.join();
    }
}

struct Stream {
    socket: usize,
    peer: SocketAddr,
    began: Instant,
    sent: u32,
    sequence: u16,
    key_after: Option<u32>,
    received: u32,
}

struct Line {
    sockets: Vec<UdpSocket>,
    loss: f64,
    chance: Chance,
    streams: HashMap<u64, Stream>,
    by_source: HashMap<(usize, SocketAddr), u64>,
    /// The calls whose packets go out in each part of the 20 ms.
    slots: [Vec<u64>; SLOTS],
}

impl Line {
    fn new(sockets: Vec<UdpSocket>, loss: f64, chance: Chance) -> Self {
        Self { sockets, loss, chance, streams: HashMap::new(), by_source: HashMap::new(), slots: Default::default() }
    }

    fn run(mut self, orders: &Receiver<Order>, tell: &Sender<Exchanged>) {
        let (sleeper, mut batch) = (Sleeper::new(), ReceiveBatch::new());
        let (mut due, mut slot) = (Instant::now(), 0);
        loop {
            while let Ok(order) = orders.try_recv() {
                match order {
                    Order::Add { id, socket, peer, key_after } => self.add(id, socket, peer, key_after),
                    Order::Remove { id } => self.remove(id, tell),
                    Order::Stop => return,
                }
            }
            for place in 0..self.slots[slot].len() {
                self.send(self.slots[slot][place]);
            }
            if slot.is_multiple_of(4) {
                self.receive(&mut batch);
            }
            slot = (slot + 1) % SLOTS;
            due += Duration::from_millis(20) / SLOTS as u32;
            sleeper.sleep_until(due);
        }
    }

    fn add(&mut self, id: u64, socket: usize, peer: SocketAddr, key_after: Option<u32>) {
        let began = Instant::now();
        let stream = Stream { socket, peer, began, sent: 0, sequence: id as u16, key_after, received: 0 };
        self.streams.insert(id, stream);
        self.by_source.insert((socket, peer), id);
        self.slots[(id % SLOTS as u64) as usize].push(id);
    }

    fn remove(&mut self, id: u64, tell: &Sender<Exchanged>) {
        let Some(stream) = self.streams.remove(&id) else { return };
        self.by_source.remove(&(stream.socket, stream.peer));
        self.slots[(id % SLOTS as u64) as usize].retain(|it| *it != id);
        let _ = tell.send(Exchanged { id, received: stream.received, lasted: stream.began.elapsed() });
    }

    fn send(&mut self, id: u64) {
        let Some(stream) = self.streams.get_mut(&id) else { return };
        let mut packet = [VOICE; 172];
        packet[0] = 0x80;
        packet[1] = 0;
        stream.sequence = stream.sequence.wrapping_add(1);
        packet[2..4].copy_from_slice(&stream.sequence.to_be_bytes());
        packet[8..12].copy_from_slice(&(id as u32).to_be_bytes());
        let pressed = stream.key_after.and_then(|after| stream.sent.checked_sub(after));
        let (length, begun) = match pressed.and_then(|since| u16::try_from(since).ok()) {
            Some(since) if since < KEY_PACKETS => {
                // All packets of a press have the time of its beginning.
                let ending = since + 3 >= KEY_PACKETS;
                packet[1] = TELEPHONE_EVENT | if since == 0 { 0x80 } else { 0 };
                let length = 160 * (since.min(KEY_PACKETS - 3) + 1);
                packet[12..16].copy_from_slice(&[
                    1,
                    if ending { 0x8a } else { 0x0a },
                    (length >> 8) as u8,
                    length as u8,
                ]);
                (16, stream.sent - u32::from(since))
            }
            _ => (172, stream.sent),
        };
        packet[4..8].copy_from_slice(&begun.wrapping_mul(160).to_be_bytes());
        stream.sent += 1;
        let (socket, peer) = (&self.sockets[stream.socket], stream.peer);
        if self.chance.happens(self.loss) {
            return;
        }
        let _ = socket.send_to(&packet[..length], peer);
        if self.chance.happens(self.loss / 10.0) {
            let _ = socket.send_to(&packet[..length], peer);
        }
    }

    fn receive(&mut self, batch: &mut ReceiveBatch) {
        for (place, socket) in self.sockets.iter().enumerate() {
            while let Ok(count @ 1..) = batch.receive(socket) {
                for index in 0..count {
                    let packet = batch.packet(index);
                    let id = packet.source.and_then(|source| self.by_source.get(&(place, source)));
                    let is_rtcp = packet.data.get(1).is_some_and(|kind| (192..=223).contains(kind));
                    if let (Some(stream), false) = (id.and_then(|id| self.streams.get_mut(id)), is_rtcp) {
                        stream.received += 1;
                    }
                }
            }
        }
    }
}
