//! A flood of INVITEs from strangers while calls run, bounded in time and on loopback only. The strangers are addresses of
//! 127.0.0.0/8 other than 127.0.0.1, which the server trusts.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use clap::Args;
use sip_core::{Event, LegHandle};
use tokio::sync::mpsc;
use transport::sip::SipHandle;

use crate::calls::address;
use crate::process::usage;
use crate::rtp::{self, Heard};
use crate::signalling;

/// The longest flood.
const LONGEST: u64 = 120;
/// The greatest flood, INVITEs a second.
const MOST: u32 = 20_000;

#[derive(Debug, Args)]
pub struct FloodArgs {
    /// Whom the running calls call
    #[arg(long, default_value = "sip:bench-echo@127.0.0.1:5060")]
    target: String,
    /// Whom the strangers call
    #[arg(long, default_value = "0044123456789")]
    victim: String,
    /// The server's process, to be watched
    #[arg(long)]
    pid: u32,
    /// Calls that run
    #[arg(long, default_value_t = 50)]
    calls: usize,
    /// INVITEs a second
    #[arg(long, default_value_t = 5_000)]
    rate: u32,
    /// Addresses that they come from
    #[arg(long, default_value_t = 500)]
    sources: u16,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

/// Calls that run.
struct Running {
    sip: SipHandle,
    events: mpsc::Receiver<Event>,
    legs: Vec<LegHandle>,
    /// The socket of each, and where its RTP goes.
    peers: Vec<(usize, SocketAddr)>,
}

pub fn run(args: &FloodArgs) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let sockets = rtp::sockets()?;
    let ports = sockets.iter().map(|socket| Ok(socket.local_addr()?.port())).collect::<std::io::Result<Vec<_>>>()?;
    let mut running = runtime.block_on(begin(args, &ports))?;
    let window = Duration::from_secs(args.seconds.clamp(1, LONGEST));
    let measure = |what: &str| -> Result<Heard, Box<dyn Error>> {
        let mut edges = Vec::new();
        let heard =
            rtp::exchange(&sockets, &running.peers, Duration::from_secs(2), window, |_| edges.push(usage(args.pid)))?;
        let cores = edges
            .last()
            .zip(edges.first())
            .map_or(0.0, |(after, before)| after.cpu.saturating_sub(before.cpu).as_secs_f64() / window.as_secs_f64());
        let memory = edges.last().map_or(0, |edge| edge.resident_kib) as f64 / 1_024.0;
        println!(
            "{what}: {} calls, packets heard {:.2} %, spacing off 20 ms by p50 {:.2} p99 {:.2} p99.9 {:.2} max {:.2} ms; {cores:.2} core, {memory:.1} MiB",
            running.peers.len(),
            heard.received as f64 * 100.0 / heard.sent.max(1) as f64,
            heard.deviation_ms(0.5),
            heard.deviation_ms(0.99),
            heard.deviation_ms(0.999),
            heard.deviation_ms(1.0),
        );
        Ok(heard)
    };
    measure("without a flood")?;
    let flood = Flood::begin(args)?;
    let measured = measure(&format!("with {} INVITEs a second from {} addresses", args.rate, args.sources));
    let (sent, answered) = flood.end()?;
    measured?;
    measure("afterwards")?;
    let lost = runtime.block_on(end(&mut running));
    println!("    {sent} INVITEs were sent, {answered} answers came; calls lost: {lost}");
    Ok(())
}

async fn begin(args: &FloodArgs, ports: &[u16]) -> Result<Running, Box<dyn Error>> {
    let (sip, mut events) = signalling::line().await?;
    let (mut legs, mut peers) = (Vec::new(), Vec::new());
    for call in 0..args.calls {
        let socket = call % ports.len();
        let leg = sip.invite(signalling::invite(&args.target, ports[socket])?).await?;
        loop {
            match tokio::time::timeout(Duration::from_secs(20), events.recv()).await? {
                Some(Event::Answered { leg: it, body }) if it == leg => {
                    let peer = body.and_then(|body| address(&body)).ok_or("an answer without an address")?;
                    legs.push(leg);
                    peers.push((socket, peer));
                    break;
                }
                Some(Event::Ended { status, .. }) => return Err(format!("a call was refused: {status:?}").into()),
                Some(_) => {}
                None => return Err("the line is closed".into()),
            }
        }
    }
    Ok(Running { sip, events, legs, peers })
}

/// Hangs up; gives how many calls had ended before.
async fn end(running: &mut Running) -> usize {
    let mut lost = 0;
    while let Ok(event) = running.events.try_recv() {
        lost += usize::from(matches!(event, Event::Ended { .. }));
    }
    for leg in &running.legs {
        let _ = running.sip.hangup(*leg).await;
    }
    let mut left = running.legs.len().saturating_sub(lost);
    while left > 0 {
        match tokio::time::timeout(Duration::from_secs(20), running.events.recv()).await {
            Ok(Some(Event::Ended { .. })) => left -= 1,
            Ok(Some(_)) => {}
            _ => return lost + left,
        }
    }
    lost
}

/// A flood under way.
struct Flood {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<(u64, u64)>,
}

impl Flood {
    fn begin(args: &FloodArgs) -> Result<Self, Box<dyn Error>> {
        let server: SocketAddr = args.target.rsplit('@').next().unwrap_or_default().parse()?;
        if !server.ip().is_loopback() {
            return Err("a flood stays on loopback: the target is an address of 127.0.0.0/8".into());
        }
        let source = |number: u16| {
            let [high, low] = number.to_be_bytes();
            let socket = UdpSocket::bind((Ipv4Addr::new(127, 9, high, low.max(1)), 0))?;
            socket.set_nonblocking(true)?;
            Ok::<_, std::io::Error>(socket)
        };
        let sockets = (0..args.sources.clamp(1, 2_000)).map(source).collect::<Result<Vec<_>, _>>()?;
        let (stop, rate, victim) = (Arc::new(AtomicBool::new(false)), args.rate.clamp(1, MOST), args.victim.clone());
        let stopping = stop.clone();
        let thread = thread::spawn(move || flood(&sockets, server, &victim, rate, &stopping));
        Ok(Self { stop, thread })
    }

    /// Ends it; gives how many INVITEs were sent and answers came.
    fn end(self) -> Result<(u64, u64), Box<dyn Error>> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| "the flood failed".into())
    }
}

fn flood(sockets: &[UdpSocket], server: SocketAddr, victim: &str, rate: u32, stop: &AtomicBool) -> (u64, u64) {
    let (began, mut sent, mut answers) = (Instant::now(), 0_u64, 0_u64);
    let mut buffer = [0; 2_048];
    while !stop.load(Ordering::Relaxed) && began.elapsed() < Duration::from_secs(LONGEST) {
        let due = (began.elapsed().as_secs_f64() * f64::from(rate)) as u64;
        while sent < due {
            let socket = &sockets[(sent % sockets.len() as u64) as usize];
            let Ok(local) = socket.local_addr() else { continue };
            // What the kernel has no room for is lost, as on any line.
            let _ = socket.send_to(invite(victim, server, local, sent).as_bytes(), server);
            sent += 1;
            while socket.recv(&mut buffer).is_ok() {
                answers += 1;
            }
        }
        thread::sleep(Duration::from_millis(1));
    }
    (sent, answers)
}

/// An INVITE as scanners send it.
fn invite(victim: &str, server: SocketAddr, local: SocketAddr, number: u64) -> String {
    let body = format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8\r\n",
        ip = local.ip()
    );
    format!(
        "INVITE sip:{victim}@{server} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bK-flood-{number};rport\r\n\
         Max-Forwards: 70\r\nFrom: <sip:100@{local}>;tag=f{number}\r\nTo: <sip:{victim}@{server}>\r\n\
         Call-ID: flood-{number}@{local}\r\nCSeq: 1 INVITE\r\nContact: <sip:100@{local}>\r\n\
         Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}
