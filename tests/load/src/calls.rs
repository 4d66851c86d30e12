//! Calls that stay.

use std::collections::HashMap;
use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::Args;
use media::codec::Codec;
use media::sdp::{self, SessionDescription};
use sip_core::message::StatusCode;
use sip_core::{Body, Event, LegHandle};
use tokio::sync::mpsc;
use tokio::time::Instant;
use transport::sip::SipHandle;

use crate::process::{Usage, usage, usage_of};
use crate::rtp::{self, Heard, Peer};
use crate::signalling::{self, Sound};

/// Sound before the measuring begins.
const WARM_UP: Duration = Duration::from_secs(3);
/// Calls placed a second.
const RAMP: u64 = 100;

#[derive(Debug, Args)]
pub struct CallsArgs {
    /// Whom to call
    #[arg(long, default_value = "sip:bench-echo@127.0.0.1:5060")]
    target: String,
    /// The server's process, to be watched; several with commas
    #[arg(long, value_delimiter = ',', required = true)]
    pid: Vec<u32>,
    /// Calls at a time
    #[arg(long, default_value_t = 100)]
    calls: u32,
    /// Seconds measured
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    #[command(flatten)]
    sound: Sound,
    /// Answer here the calls that the server places, in this codec: PCMU, PCMA, G722 or OPUS
    #[arg(long, value_parser = signalling::codec)]
    answer_in: Option<Codec>,
}

/// Where calls are answered: `tests/load/flows/bridge.yaml` transfers to it.
const CALLEE_PORT: u16 = 15_070;

#[derive(Debug, Args)]
pub struct FloorArgs {
    /// Calls whose packets are sent
    #[arg(long, default_value_t = 100)]
    calls: u32,
    /// Seconds measured
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

pub fn run(args: &CallsArgs) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let sockets = rtp::sockets()?;
    let ports = sockets.iter().map(|socket| Ok(socket.local_addr()?.port())).collect::<std::io::Result<Vec<_>>>()?;
    let idle = usage_of(&args.pid);
    let (sip, mut events) = runtime.block_on(signalling::line())?;
    let callee = args.answer_in.map(|codec| {
        let sound = Sound { codec, srtp: false };
        runtime.block_on(Callee::start(sound, ports.clone()))
    });
    let callee = callee.transpose()?;
    let (legs, mut peers, refused) = runtime.block_on(place(args, &sip, &mut events, &ports))?;
    if let Some(callee) = &callee {
        peers.extend(callee.peers.lock().map_err(|_| "the callee failed")?.iter().cloned());
    }
    let mut edges: Vec<(Usage, std::time::Instant)> = Vec::new();
    let heard = rtp::exchange(&sockets, &peers, WARM_UP, Duration::from_secs(args.seconds), |_| {
        edges.push((usage_of(&args.pid), std::time::Instant::now()));
    })?;
    let full = usage_of(&args.pid).resident_kib;
    runtime.block_on(async {
        for leg in &legs {
            let _ = sip.hangup(*leg).await;
        }
        let (mut ended, deadline) = (0, Instant::now() + Duration::from_secs(20));
        while ended < legs.len() {
            match tokio::time::timeout_at(deadline, events.recv()).await {
                Ok(Some(Event::Ended { .. })) => ended += 1,
                Ok(Some(_)) => {}
                _ => break,
            }
        }
    });
    let memory = full.saturating_sub(idle.resident_kib) as f64 / 1_024.0 / f64::from(args.calls.max(1));
    let srtp = if args.sound.srtp { " SRTP" } else { "" };
    let to = args.answer_in.map(|codec| format!(" to {}", codec.encoding_name())).unwrap_or_default();
    let what = format!("{} {}{to}{srtp}", args.target, args.sound.codec.encoding_name());
    print(&format!("{what} ({} answered, {refused} refused)", legs.len()), legs.len(), &edges, &heard);
    println!("    memory {memory:.3} MiB a call");
    Ok(())
}

/// Places the calls, and gives those that were answered, where their sound goes, and how many were refused.
async fn place(
    args: &CallsArgs,
    sip: &SipHandle,
    events: &mut mpsc::Receiver<Event>,
    ports: &[u16],
) -> Result<(Vec<LegHandle>, Vec<Peer>, u32), Box<dyn Error>> {
    let (mut legs, mut peers, mut refused, mut over) = (Vec::new(), Vec::new(), 0, 0);
    let mut placed = 0;
    let mut offers = HashMap::new();
    let deadline = Instant::now() + Duration::from_mins(1);
    let mut tick = tokio::time::interval(Duration::from_millis(1_000 / RAMP));
    while over < args.calls && Instant::now() < deadline {
        tokio::select! {
            _ = tick.tick(), if placed < args.calls => {
                let socket = placed as usize % ports.len();
                let local = args.sound.at(ports[socket]);
                let (call, offer) = signalling::offer(&args.target, &local)?;
                offers.insert(sip.invite(call).await?, (socket, local, offer));
                placed += 1;
            }
            event = events.recv() => match event {
                Some(Event::Answered { leg, body: Some(body) }) => {
                    let Some((socket, local, offer)) = offers.get(&leg) else { continue };
                    let answer = SessionDescription::parse(&body.data)?;
                    legs.push(leg);
                    peers.push(Peer::new(*socket, &sdp::complete(local, offer, &answer)?));
                    over += 1;
                }
                Some(Event::Ended { .. }) => { refused += 1; over += 1; }
                Some(_) => {}
                None => break,
            },
            () = tokio::time::sleep_until(deadline) => break,
        }
    }
    Ok((legs, peers, refused))
}

/// Answers what the server places.
struct Callee {
    peers: Arc<Mutex<Vec<Peer>>>,
}

impl Callee {
    async fn start(sound: Sound, ports: Vec<u16>) -> Result<Self, Box<dyn Error>> {
        let (sip, mut events) = signalling::line_at(CALLEE_PORT).await?;
        let peers = Arc::new(Mutex::new(Vec::new()));
        let answered = peers.clone();
        tokio::spawn(async move {
            let mut calls = 0;
            while let Some(event) = events.recv().await {
                let Event::IncomingCall(call) = event else { continue };
                let socket = calls % ports.len();
                calls += 1;
                let offer = call.offer.and_then(|offer| SessionDescription::parse(&offer.data).ok());
                let answer = offer.and_then(|offer| sdp::answer(&sound.at(ports[socket]), &offer).ok());
                let Some((answer, agreed)) = answer else {
                    let _ = sip.reject(call.leg, StatusCode::NOT_ACCEPTABLE_HERE, Vec::new()).await;
                    continue;
                };
                if let Ok(mut peers) = answered.lock() {
                    peers.push(Peer::new(socket, &agreed));
                }
                let _ = sip.accept(call.leg, Body::sdp(answer.to_string())).await;
            }
        });
        Ok(Self { peers })
    }
}

/// Where the server wants RTP.
pub fn address(body: &Body) -> Option<SocketAddr> {
    let answer = SessionDescription::parse(&body.data).ok()?;
    Some(SocketAddr::new(answer.audio_address()?, answer.media.first()?.port))
}

pub fn floor(args: &FloorArgs) -> Result<(), Box<dyn Error>> {
    let mut echo =
        Command::new(std::env::current_exe()?).arg("echo").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    BufReader::new(echo.stdout.take().ok_or("the echo has no output")?).read_line(&mut line)?;
    let peer = SocketAddr::new(crate::HERE, line.trim().parse()?);
    let sockets = rtp::sockets()?;
    let peers: Vec<_> = (0..args.calls as usize).map(|call| (call % sockets.len(), peer)).collect();
    let mut edges = Vec::new();
    let heard = rtp::exchange(&sockets, &peers, WARM_UP, Duration::from_secs(args.seconds), |_| {
        edges.push((usage(echo.id()), std::time::Instant::now()));
    })?;
    // The echo ends with its standard input.
    drop(echo.stdin.take());
    echo.wait()?;
    print("plain UDP echo", peers.len(), &edges, &heard);
    Ok(())
}

fn print(what: &str, calls: usize, edges: &[(Usage, std::time::Instant)], heard: &Heard) {
    let [(before, from), (after, to)] = edges else { return };
    let took = (*to - *from).as_secs_f64();
    let cores = after.cpu.saturating_sub(before.cpu).as_secs_f64() / took;
    println!(
        "{calls} calls, {what}: {cores:.3} core, {:.5} core a call; packets sent {}, heard {} ({:.2} %); spacing off 20 ms by p50 {:.2} p99 {:.2} p99.9 {:.2} max {:.2} ms",
        cores / calls.max(1) as f64,
        heard.sent,
        heard.received,
        heard.received as f64 * 100.0 / heard.sent.max(1) as f64,
        heard.deviation_ms(0.5),
        heard.deviation_ms(0.99),
        heard.deviation_ms(0.999),
        heard.deviation_ms(1.0),
    );
}
