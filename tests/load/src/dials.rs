//! The carrier of a campaign: takes every call that the server places, and tells how many it placed in a second.

use std::error::Error;
use std::time::Duration;

use clap::Args;
use media::sdp::{self, SessionDescription};
use sip_core::message::StatusCode;
use sip_core::{Body, Event, IncomingCall};
use tokio::time::Instant;
use transport::sip::SipHandle;

use crate::process::usage;
use crate::signalling::{self, Sound};

/// What a carrier does, and for how many calls.
#[derive(Debug, Args)]
pub struct DialsArgs {
    /// Its port on loopback
    #[arg(long, default_value_t = 15_070)]
    port: u16,
    /// The server's process, to be watched
    #[arg(long)]
    pid: u32,
    /// Calls to take before it ends
    #[arg(long, default_value_t = 5_000)]
    calls: u32,
    /// Refuses each as busy; without it each is answered, and the server hangs up
    #[arg(long)]
    busy: bool,
    /// Seconds after which it ends in any case
    #[arg(long, default_value_t = 240)]
    longest: u64,
}

/// Nobody listens at that port: the calls are over before a sound is sent there.
const NO_RTP: u16 = 9;

pub fn run(args: &DialsArgs) -> Result<(), Box<dyn Error>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(take_calls(args))
}

async fn take_calls(args: &DialsArgs) -> Result<(), Box<dyn Error>> {
    let (sip, mut events) = signalling::line_at(args.port).await?;
    let deadline = Instant::now() + Duration::from_secs(args.longest);
    let (mut came, mut ended) = (Vec::with_capacity(args.calls as usize), 0);
    let mut before = usage(args.pid);
    while came.len() < args.calls as usize || ended < args.calls {
        let Ok(Some(event)) = tokio::time::timeout_at(deadline, events.recv()).await else { break };
        match event {
            Event::IncomingCall(call) => {
                if came.is_empty() {
                    before = usage(args.pid);
                }
                came.push(Instant::now());
                take(&sip, *call, args.busy).await?;
            }
            Event::Ended { .. } => ended += 1,
            _ => {}
        }
    }
    let after = usage(args.pid);
    let (Some(first), Some(last)) = (came.first(), came.last()) else { return Err("no call came".into()) };
    let took = first.elapsed().as_secs_f64();
    let placing = last.duration_since(*first).as_secs_f64();
    let cpu = after.cpu.saturating_sub(before.cpu).as_secs_f64();
    let count = came.len() as f64;
    println!(
        "{} calls of {} came, each {}, {ended} ended: {:.0} dialled a second (in the slowest whole second {}); server {:.2} core, {:.0} us a call; memory {:+} KiB",
        came.len(),
        args.calls,
        if args.busy { "refused as busy" } else { "answered and ended by the server" },
        count / placing.max(f64::MIN_POSITIVE),
        slowest_second(&came),
        cpu / took,
        cpu * 1e6 / count,
        after.resident_kib.cast_signed() - before.resident_kib.cast_signed(),
    );
    Ok(())
}

async fn take(sip: &SipHandle, call: IncomingCall, busy: bool) -> Result<(), Box<dyn Error>> {
    if busy {
        sip.reject(call.leg, StatusCode::BUSY_HERE, Vec::new()).await?;
        return Ok(());
    }
    let offer = SessionDescription::parse(&call.offer.ok_or("a call came without an offer")?.data)?;
    let local = Sound { codec: media::codec::Codec::Pcmu, srtp: false }.at(NO_RTP);
    let (answer, _) = sdp::answer(&local, &offer)?;
    sip.accept(call.leg, Body::sdp(answer.to_string())).await?;
    Ok(())
}

/// The fewest calls that came in a whole second between the first and the last.
fn slowest_second(came: &[Instant]) -> usize {
    let Some(first) = came.first() else { return 0 };
    let mut seconds = vec![0];
    for at in came {
        let second = at.duration_since(*first).as_secs() as usize;
        seconds.resize(seconds.len().max(second + 1), 0);
        seconds[second] += 1;
    }
    // The last second is not whole.
    let whole = seconds.len().saturating_sub(1).max(1);
    seconds[..whole].iter().copied().min().unwrap_or(0)
}
