//! Conversations with an agent whose recogniser, model and voice are local servers of the providers' formats.
//!
//! The callers follow one script of eight turns, each with a hesitation in mid-sentence. Everything that is reported as a
//! delay is measured on a caller's own capture: when it sent the last packet of its speech, and when the first sample
//! that can be heard came, by the kernel's time stamps.

mod callers;
mod conversation;
mod house;
mod report;
mod share;
mod speech;

use std::collections::HashMap;
use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use sip_core::{Event, LegHandle};
use tokio::sync::mpsc;
use tokio::time::Instant;
use transport::sip::SipHandle;

use crate::calls::address;
use crate::process::{Usage, usage};
use crate::{rtp, signalling};
use callers::Callers;
use house::House;
use report::Totals;

/// From one caller's start to the next one's: turns are spread, as in life.
const APART: Duration = Duration::from_millis(70);

#[derive(Debug, Args)]
pub struct AgentArgs {
    /// The program
    #[arg(long, default_value = "target/release/callwright")]
    server: PathBuf,
    /// Conversations at a time, one row for each number
    #[arg(long, value_delimiter = ',', default_value = "1,50,100,200,400")]
    sessions: Vec<usize>,
    /// Turns of each conversation, the script's eight over and over
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=200))]
    turns: u8,
    /// Without answers that are prepared before the turn is over
    #[arg(long)]
    no_speculation: bool,
    /// The recogniser takes each hesitation for a likely end of turn, and takes that back
    #[arg(long)]
    doubtful: bool,
    /// How much audio the recogniser is sent at a time, ms, in place of what the vendor advises
    #[arg(long)]
    chunk_ms: Option<u64>,
}

pub fn run(args: &AgentArgs) -> Result<(), Box<dyn Error>> {
    for sessions in &args.sessions {
        // A server of its own for each row: memory and connections start from nothing.
        let house = House::start(&args.server, args)?;
        let row = row(&house, *sessions, usize::from(args.turns));
        if row.is_err() {
            house.complain();
        }
        let row = row?;
        report::print(*sessions, &manner(args), &row);
        if *sessions == 1 {
            share::print(&row.conversations[0].moments, &house.moments());
        }
    }
    Ok(())
}

/// How the conversations go, in words.
fn manner(args: &AgentArgs) -> String {
    let speculation = if args.no_speculation { "without speculation" } else { "with speculation" };
    let doubts = if args.doubtful { ", hesitations doubted" } else { "" };
    format!("{speculation}{doubts}")
}

fn row(house: &House, sessions: usize, turns: usize) -> Result<Totals, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let sockets = rtp::sockets()?;
    let ports = sockets.iter().map(|socket| Ok(socket.local_addr()?.port())).collect::<std::io::Result<Vec<_>>>()?;
    let idle = usage(house.pid());
    let (sip, mut events) = runtime.block_on(signalling::line())?;
    let callers = Callers::start(&sockets, turns)?;
    let legs = runtime.block_on(place(&sip, &mut events, house.target(), sessions, &ports, &callers))?;
    let full = (usage(house.pid()), std::time::Instant::now());
    let longest = Duration::from_secs(40 * turns as u64 + 60);
    let until = callers.wait_for_the_first_to_end(longest);
    let busy: (Usage, _) = (usage(house.pid()), until);
    callers.wait_for_all(longest);
    let answered = legs.len();
    runtime.block_on(async {
        for leg in legs {
            let _ = sip.hangup(leg).await;
        }
        let deadline = Instant::now() + Duration::from_secs(10);
        let mut ended = 0;
        while ended < answered {
            match tokio::time::timeout_at(deadline, events.recv()).await {
                Ok(Some(Event::Ended { .. })) => ended += 1,
                Ok(Some(_)) => {}
                _ => break,
            }
        }
    });
    let took = busy.1.saturating_duration_since(full.1).as_secs_f64();
    Ok(Totals {
        conversations: callers.stop()?,
        answered,
        cores: (took > 0.0).then(|| busy.0.cpu.saturating_sub(full.0.cpu).as_secs_f64() / took),
        memory_kib: busy.0.resident_kib.saturating_sub(idle.resident_kib),
        thoughts: house.thoughts(),
    })
}

/// Places the calls one after the other, and gives each answered one to the callers.
async fn place(
    sip: &SipHandle,
    events: &mut mpsc::Receiver<Event>,
    target: &str,
    sessions: usize,
    ports: &[u16],
    callers: &Callers,
) -> Result<Vec<LegHandle>, Box<dyn Error>> {
    let (mut legs, mut over, mut placed) = (Vec::new(), 0, 0);
    let mut socket_of: HashMap<LegHandle, usize> = HashMap::new();
    let deadline = Instant::now() + APART * sessions as u32 + Duration::from_secs(20);
    let mut tick = tokio::time::interval(APART);
    while over < sessions {
        tokio::select! {
            _ = tick.tick(), if placed < sessions => {
                let socket = placed % ports.len();
                let leg = sip.invite(signalling::invite(target, ports[socket])?).await?;
                socket_of.insert(leg, socket);
                placed += 1;
            }
            event = events.recv() => match event {
                Some(Event::Answered { leg, body }) => {
                    over += 1;
                    let peer: Option<SocketAddr> = body.and_then(|body| address(&body));
                    if let (Some(peer), Some(socket)) = (peer, socket_of.get(&leg)) {
                        callers.add(*socket, peer);
                        legs.push(leg);
                    }
                }
                Some(Event::Ended { .. }) => over += 1,
                Some(_) => {}
                None => break,
            },
            () = tokio::time::sleep_until(deadline) => break,
        }
    }
    Ok(legs)
}
