//! What the media threads cost beside a plain UDP echo of the same packets, and how evenly they send.
//!
//! `cargo run --release -p transport --example rtp_floor -- [CALLS] [SECONDS] [THREADS]`; by default 100 calls, 4 s for
//! each half, and one media thread. Both halves get one G.711 packet each 20 ms for each call, from threads of their
//! own; only the processor time of the echoing threads is counted, as the kernel's scheduler accounts it. Sending over
//! loopback includes the receiving side of the network stack, for both alike.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use media::rtp::SessionConfig;
use media::sdp::{LocalMedia, answer, offer};
use media::{CallMediaConfig, LegSlot, MediaCommand, codec::Codec};
use transport::rtp::measure::{ReceiveBatch, Sleeper, enable_time_stamps};
use transport::rtp::{LATENESS_BOUNDS_US, RtpConfig, RtpEngine};

const TICK: Duration = Duration::from_millis(20);
const SLOTS: usize = 10;
const CALLS_PER_SOCKET: usize = 25;

/// Left out at the start of each half, until everything runs.
const WARM_UP: Duration = Duration::from_millis(600);

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let calls = numbers.next().transpose()?.unwrap_or(100) as usize;
    let seconds = Duration::from_secs(numbers.next().transpose()?.unwrap_or(4));
    let threads = numbers.next().transpose()?.unwrap_or(1) as usize;

    println!("{calls} calls, {} s each, {threads} media thread(s)", seconds.as_secs());
    let floor = measure_floor(calls, seconds)?;
    floor.print("plain UDP echo");
    let engine = measure_engine(calls, seconds, threads)?;
    engine.print("media threads, echoing");
    println!("the media threads take {:.2} times the floor", engine.core_per_call / floor.core_per_call);
    Ok(())
}

/// What one half came to.
struct Outcome {
    core_per_call: f64,
    microseconds_per_pair: f64,
    sent: u64,
    returned: u64,
    /// Between packets of the same call, microseconds, in order.
    spacings: Vec<u32>,
}

impl Outcome {
    fn print(&self, name: &str) {
        let at = |part: f64| {
            let index = (self.spacings.len() as f64 * part) as usize;
            f64::from(self.spacings.get(index.min(self.spacings.len().saturating_sub(1))).copied().unwrap_or(0)) / 1e3
        };
        println!("{name}:");
        println!("  {:.5} core a call, {:.2} us a packet pair", self.core_per_call, self.microseconds_per_pair);
        println!("  {} packets sent, {} came back", self.sent, self.returned);
        println!(
            "  spacing ms: p1 {:.2}, p50 {:.2}, p99 {:.2}, p99.9 {:.2}, max {:.2}",
            at(0.01),
            at(0.5),
            at(0.99),
            at(0.999),
            at(1.0)
        );
    }
}

/// One socket, one thread, one receive and one send for each packet.
fn measure_floor(calls: usize, seconds: Duration) -> Result<Outcome, Box<dyn Error>> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.set_read_timeout(Some(Duration::from_millis(100)))?;
    let target = socket.local_addr()?;
    let stop = Arc::new(AtomicBool::new(false));
    let echo = thread::Builder::new().name("plain-echo".into()).spawn({
        let stop = Arc::clone(&stop);
        move || {
            let mut buffer = [0; 2_048];
            while !stop.load(Relaxed) {
                if let Ok((length, source)) = socket.recv_from(&mut buffer) {
                    let _ = socket.send_to(&buffer[..length], source);
                }
            }
        }
    })?;
    let load = Load::new(&vec![target; calls])?;
    let outcome = load.run(seconds, "plain-echo")?;
    stop.store(true, Relaxed);
    echo.join().map_err(|_| "the echo panicked")?;
    Ok(outcome)
}

/// The engine with every call in echo mode.
fn measure_engine(calls: usize, seconds: Duration, threads: usize) -> Result<Outcome, Box<dyn Error>> {
    let engine =
        RtpEngine::start(RtpConfig { threads, bind: vec![Ipv4Addr::LOCALHOST.into()], ..RtpConfig::default() })?;
    let mut handles = Vec::new();
    let mut targets = Vec::new();
    for _ in 0..calls {
        let (handle, events) = engine.open(CallMediaConfig::default(), None)?;
        targets.push(handle.open_leg(LegSlot::CALLER, Ipv4Addr::LOCALHOST.into())?);
        handles.push((handle, events));
    }
    let rtp: Vec<_> = targets.iter().map(|ports| ports.rtp).collect();
    let load = Load::new(&rtp)?;
    for (index, (handle, _)) in handles.iter().enumerate() {
        let peer = load.address_of(index)?;
        let mut theirs = LocalMedia::new(peer.ip(), peer.port(), 1);
        theirs.codecs = vec![Codec::Pcmu];
        let (_, negotiated) = answer(&LocalMedia::new(rtp[index].ip(), rtp[index].port(), 2), &offer(&theirs))?;
        let session = SessionConfig::new(index as u64);
        handle.send(MediaCommand::StartLeg { leg: LegSlot::CALLER, session, negotiated })?;
        handle.send(MediaCommand::Echo { on: true })?;
    }
    let outcome = load.run(seconds, "media-")?;
    let counters = engine.counters();
    println!("lateness of slots: {}", lateness(&counters.lateness));
    println!(
        "wakes {}, ticks {}, made up {}, skipped {}, busiest thread {} permille",
        counters.wakes, counters.ticks, counters.made_up, counters.skipped, counters.busiest_permille
    );
    drop(handles);
    engine.stop();
    Ok(outcome)
}

fn lateness(classes: &[u64]) -> String {
    let bounds = LATENESS_BOUNDS_US.iter().map(|bound| format!("<{bound} us")).chain(["more".to_owned()]);
    bounds.zip(classes).map(|(bound, count)| format!("{bound} {count}")).collect::<Vec<_>>().join(", ")
}

/// The other end: sends to every target each 20 ms, and times what comes back by the kernel's stamps.
struct Load {
    targets: Vec<SocketAddr>,
    sockets: Vec<Arc<UdpSocket>>,
}

impl Load {
    fn new(targets: &[SocketAddr]) -> Result<Self, Box<dyn Error>> {
        let sockets = (0..targets.len().div_ceil(CALLS_PER_SOCKET))
            .map(|_| {
                let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
                enable_time_stamps(&socket)?;
                Ok(Arc::new(socket))
            })
            .collect::<Result<_, std::io::Error>>()?;
        Ok(Self { targets: targets.to_vec(), sockets })
    }

    fn address_of(&self, call: usize) -> Result<SocketAddr, std::io::Error> {
        self.sockets[call / CALLS_PER_SOCKET].local_addr()
    }

    /// Runs for so long and accounts the threads whose names begin with `name`.
    fn run(self, seconds: Duration, name: &str) -> Result<Outcome, Box<dyn Error>> {
        let stop = Arc::new(AtomicBool::new(false));
        let sent = Arc::new(AtomicU64::new(0));
        let calls = self.targets.len();
        let receiver = thread::Builder::new().name("load-receive".into()).spawn({
            let (sockets, stop) = (self.sockets.clone(), Arc::clone(&stop));
            move || receive(&sockets, &stop)
        })?;
        let sender = thread::Builder::new().name("load-send".into()).spawn({
            let (stop, sent) = (Arc::clone(&stop), Arc::clone(&sent));
            move || self.send(&stop, &sent)
        })?;
        thread::sleep(WARM_UP);
        let (cpu_before, sent_before, began) = (cpu_of(name)?, sent.load(Relaxed), Instant::now());
        thread::sleep(seconds);
        let cpu = cpu_of(name)?.saturating_sub(cpu_before);
        let (pairs, took) = (sent.load(Relaxed) - sent_before, began.elapsed());
        stop.store(true, Relaxed);
        sender.join().map_err(|_| "the sender panicked")?;
        let (returned, mut spacings) = receiver.join().map_err(|_| "the receiver panicked")?;
        spacings.sort_unstable();
        Ok(Outcome {
            core_per_call: cpu.as_secs_f64() / took.as_secs_f64() / calls as f64,
            microseconds_per_pair: cpu.as_secs_f64() * 1e6 / pairs as f64,
            sent: sent.load(Relaxed),
            returned,
            spacings,
        })
    }

    fn send(&self, stop: &AtomicBool, sent: &AtomicU64) {
        let sleeper = Sleeper::new();
        let began = Instant::now();
        let mut packet = [0xFF_u8; 172];
        packet[..2].copy_from_slice(&[0x80, 0]);
        for step in 0_u32.. {
            if stop.load(Relaxed) {
                return;
            }
            sleeper.sleep_until(began + TICK * step / SLOTS as u32);
            let (tick, slot) = (step / SLOTS as u32, step as usize % SLOTS);
            packet[2..4].copy_from_slice(&(tick as u16).to_be_bytes());
            packet[4..8].copy_from_slice(&(tick * 160).to_be_bytes());
            for call in (slot..self.targets.len()).step_by(SLOTS) {
                packet[8..12].copy_from_slice(&(call as u32 + 1).to_be_bytes());
                if self.sockets[call / CALLS_PER_SOCKET].send_to(&packet, self.targets[call]).is_ok() {
                    sent.fetch_add(1, Relaxed);
                }
            }
        }
    }
}

/// Takes what comes back, and how far apart the packets of each call were. The streams of the plain echo share one
/// address and are told apart by their SSRC, those of the engine by their ports.
fn receive(sockets: &[Arc<UdpSocket>], stop: &AtomicBool) -> (u64, Vec<u32>) {
    let mut batch = ReceiveBatch::new();
    let mut last: HashMap<(SocketAddr, u32), Duration> = HashMap::new();
    let mut spacings = Vec::new();
    let mut returned = 0;
    let began = Instant::now();
    while !stop.load(Relaxed) {
        thread::sleep(Duration::from_millis(2));
        for socket in sockets {
            while let Ok(count @ 1..) = batch.receive(socket) {
                returned += count as u64;
                for index in 0..count {
                    let packet = batch.packet(index);
                    let (Some(source), Some(stamp)) = (packet.source, packet.stamp) else { continue };
                    let ssrc = packet
                        .data
                        .get(8..12)
                        .map_or(0, |ssrc| u32::from_be_bytes([ssrc[0], ssrc[1], ssrc[2], ssrc[3]]));
                    let before = last.insert((source, ssrc), stamp);
                    if let Some(before) = before.filter(|_| began.elapsed() > WARM_UP) {
                        spacings.push(stamp.saturating_sub(before).as_micros() as u32);
                    }
                }
            }
        }
    }
    (returned, spacings)
}

/// The time that the threads of this process whose names begin like this have run on a processor.
fn cpu_of(name: &str) -> Result<Duration, Box<dyn Error>> {
    let mut sum = Duration::ZERO;
    for task in fs::read_dir("/proc/self/task")? {
        let task = task?.path();
        let comm = fs::read_to_string(task.join("comm"))?;
        if comm.starts_with(name) && !comm.starts_with("media-janitor") {
            let accounted = fs::read_to_string(task.join("schedstat"))?;
            let nanoseconds = accounted.split_whitespace().next().unwrap_or("0").parse()?;
            sum += Duration::from_nanos(nanoseconds);
        }
    }
    Ok(sum)
}
