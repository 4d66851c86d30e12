//! Calls answered and ended at once.

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use clap::Args;
use sip_core::Event;
use tokio::time::{Instant, MissedTickBehavior};

use crate::process::usage_of;
use crate::signalling;

#[derive(Debug, Args)]
pub struct RateArgs {
    /// Whom to call
    #[arg(long, default_value = "sip:bench-echo@127.0.0.1:5060")]
    target: String,
    /// The server's process, to be watched; several with commas
    #[arg(long, value_delimiter = ',', required = true)]
    pid: Vec<u32>,
    /// Calls a second
    #[arg(long, default_value_t = 500)]
    rate: u32,
    /// Seconds
    #[arg(long, default_value_t = 10)]
    seconds: u32,
}

pub fn run(args: &RateArgs) -> Result<(), Box<dyn Error>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run_async(args))
}

#[derive(Default)]
struct Tally {
    answered: u32,
    ended: u32,
    refused: u32,
    answer_times: Vec<Duration>,
}

async fn run_async(args: &RateArgs) -> Result<(), Box<dyn Error>> {
    let (sip, mut events) = signalling::line().await?;
    let wanted = args.rate.saturating_mul(args.seconds).min(200_000);
    let before = usage_of(&args.pid);
    let began = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_millis(5));
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut placed, mut over) = (0, 0);
    let mut started = HashMap::new();
    let mut tally = Tally::default();
    let deadline = began + Duration::from_secs(u64::from(args.seconds) + 40);
    while over < wanted && Instant::now() < deadline {
        tokio::select! {
            _ = tick.tick(), if placed < wanted => {
                let due = (began.elapsed().as_secs_f64() * f64::from(args.rate)) as u32;
                while placed < due.min(wanted) {
                    // Nobody listens at that port: nothing is sent to it before the call is over.
                    match sip.invite(signalling::invite(&args.target, 9)?).await {
                        Ok(leg) => drop(started.insert(leg, Instant::now())),
                        Err(_) => over += 1,
                    }
                    placed += 1;
                }
            }
            event = events.recv() => match event {
                Some(Event::Answered { leg, .. }) => {
                    tally.answered += 1;
                    tally.answer_times.extend(started.get(&leg).map(Instant::elapsed));
                    sip.hangup(leg).await?;
                }
                Some(Event::Ended { leg, status, .. }) => {
                    over += 1;
                    started.remove(&leg);
                    if status.is_some_and(|status| status.code() >= 300) { tally.refused += 1 } else { tally.ended += 1 }
                }
                Some(_) => {}
                None => break,
            },
            () = tokio::time::sleep_until(deadline) => break,
        }
    }
    let took = began.elapsed().as_secs_f64();
    let after = usage_of(&args.pid);
    tally.answer_times.sort_unstable();
    let at = |part: f64| {
        let index = (tally.answer_times.len() as f64 * part) as usize;
        tally
            .answer_times
            .get(index.min(tally.answer_times.len().saturating_sub(1)))
            .map_or(0.0, |t| t.as_secs_f64() * 1e3)
    };
    println!(
        "rate {}/s for {} s: placed {placed}, answered {}, ended well {}, refused {}, unfinished {}; {:.0} calls/s; server {:.2} core, {:.0} us a call; INVITE to 200 p50 {:.1} ms, p99 {:.1} ms; memory {:+} KiB",
        args.rate,
        args.seconds,
        tally.answered,
        tally.ended,
        tally.refused,
        placed - over,
        f64::from(tally.ended) / took,
        after.cpu.saturating_sub(before.cpu).as_secs_f64() / took,
        after.cpu.saturating_sub(before.cpu).as_secs_f64() * 1e6 / f64::from(tally.answered.max(1)),
        at(0.5),
        at(0.99),
        after.resident_kib.cast_signed() - before.resident_kib.cast_signed(),
    );
    Ok(())
}
