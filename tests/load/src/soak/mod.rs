//! Many calls of several kinds, over a bad line, for long: none may be lost, nothing may be left behind.

mod chance;
mod streams;

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use clap::Args;
use sip_core::{EndedBy, Event, LegHandle};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior};
use transport::sip::SipHandle;

use self::chance::Chance;
use self::streams::{Exchanged, Streams};
use crate::calls::address;
use crate::process::usage;
use crate::signalling;

#[derive(Debug, Args)]
pub struct SoakArgs {
    /// The server's SIP address, without a user
    #[arg(long, default_value = "127.0.0.1:5060")]
    server: String,
    /// Its process, to be watched
    #[arg(long)]
    pid: u32,
    /// Calls at a time
    #[arg(long, default_value_t = 400)]
    calls: usize,
    /// Seconds of steady load
    #[arg(long, default_value_t = 1_800)]
    seconds: u64,
    /// The part of packets that is lost on the way to the server, 0 to 1
    #[arg(long, default_value_t = 0.03)]
    loss: f64,
    /// By which the same calls are made again
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Load before anything is measured, so that all pools and caches are what they will be.
const WARM_UP: Duration = Duration::from_secs(20);
/// Calls placed a second, at most.
const RAMP_PER_S: u64 = 50;
/// How long anything that must happen may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// Descriptors that may be open at the end beyond those after the warm-up: connections of pools.
const SPARE_DESCRIPTORS: usize = 8;
/// How much more memory may be held in the last quarter than in the second: a part of it, and MiB.
const GROWTH: (f64, f64) = (0.10, 16.0);

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    /// It stays, and we hang up.
    Echo,
    Prompt,
    Recorded,
    /// The server hangs up.
    Ends,
    /// It presses a key, for which the server hangs up.
    Key,
    /// It is given up before or at its answer.
    GivenUp,
}

impl Kind {
    fn by(chance: &mut Chance) -> Self {
        match chance.part() {
            ..0.25 => Self::Echo,
            ..0.50 => Self::Prompt,
            ..0.75 => Self::Recorded,
            ..0.85 => Self::Ends,
            ..0.95 => Self::Key,
            _ => Self::GivenUp,
        }
    }

    const fn user(self) -> &'static str {
        match self {
            Self::Echo | Self::GivenUp => "bench-echo",
            Self::Prompt => "bench-prompt",
            Self::Recorded => "bench-recorded",
            Self::Ends => "bench-ends",
            Self::Key => "bench-key",
        }
    }

    const fn we_hang_up(self) -> bool {
        matches!(self, Self::Echo | Self::Prompt | Self::Recorded)
    }
}

struct Call {
    id: u64,
    kind: Kind,
    placed: Instant,
    answered: bool,
    /// When we hang up, or when it is overdue.
    due: Instant,
    hung_up: bool,
}

/// What became of all calls.
#[derive(Debug, Default)]
struct Tally {
    placed: u64,
    well: u64,
    lost: Vec<String>,
    packets: u64,
    expected: f64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heard = self.packets as f64 * 100.0 / self.expected.max(1.0);
        let Self { placed, well, lost, .. } = self;
        write!(f, "{placed} calls placed, {well} went well, {} lost; {heard:.2} % of packets heard", lost.len())
    }
}

pub fn run(args: &SoakArgs) -> Result<(), Box<dyn Error>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run_async(args))
}

async fn run_async(args: &SoakArgs) -> Result<(), Box<dyn Error>> {
    let (sip, events) = signalling::line().await?;
    let (streams, exchanged) = Streams::start(args.loss, Chance::new(args.seed + 1))?;
    let mut soak = Soak {
        server: args.server.clone(),
        sip,
        events,
        streams,
        exchanged,
        chance: Chance::new(args.seed),
        calls: HashMap::new(),
        ended: HashMap::new(),
        tally: Tally::default(),
        next: 0,
    };
    soak.load(args.calls, WARM_UP, || {}).await?;
    let open_before = descriptors(args.pid);
    println!("after the warm-up: {}; {open_before} descriptors", soak.tally);
    let (began, mut memory) = (Instant::now(), Vec::new());
    let cpu = usage(args.pid).cpu;
    soak.load(args.calls, Duration::from_secs(args.seconds), || {
        memory.push(usage(args.pid).resident_kib as f64 / 1_024.0);
    })
    .await?;
    let cores = usage(args.pid).cpu.saturating_sub(cpu).as_secs_f64() / began.elapsed().as_secs_f64();
    let open_after = descriptors(args.pid);
    let Soak { tally, streams, .. } = soak;
    streams.stop();
    let quarter = |part: usize| median(&memory[memory.len() * part / 4..memory.len() * (part + 1) / 4]);
    let (early, late) = (quarter(1), quarter(3));
    println!("{tally}");
    println!("server {cores:.2} core; memory {early:.0} MiB in the second quarter, {late:.0} MiB in the last");
    println!("descriptors {open_before} -> {open_after}");
    for lost in tally.lost.iter().take(20) {
        println!("lost: {lost}");
    }
    let mut faults = Vec::new();
    if !tally.lost.is_empty() {
        faults.push("calls were lost");
    }
    if open_after > open_before + SPARE_DESCRIPTORS {
        faults.push("descriptors were left open");
    }
    if late > early * (1.0 + GROWTH.0) + GROWTH.1 {
        faults.push("memory grew");
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ").into()) }
}

struct Soak {
    server: String,
    sip: SipHandle,
    events: mpsc::Receiver<Event>,
    streams: Streams,
    exchanged: Receiver<Exchanged>,
    chance: Chance,
    calls: HashMap<LegHandle, Call>,
    /// Calls that are over and whose sound is not known yet: whether it must have been whole.
    ended: HashMap<u64, Kind>,
    tally: Tally,
    next: u64,
}

impl Soak {
    /// Keeps so many calls up for so long, then lets all end.
    async fn load(&mut self, wanted: usize, length: Duration, mut sample: impl FnMut()) -> Result<(), Box<dyn Error>> {
        let until = Instant::now() + length;
        let mut tick = tokio::time::interval(Duration::from_millis(1_000 / RAMP_PER_S));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sampled = Instant::now();
        loop {
            tokio::select! {
                now = tick.tick() => {
                    if now < until && self.calls.len() < wanted {
                        self.place().await?;
                    }
                    self.due(now).await;
                    if now >= sampled && now < until {
                        sample();
                        sampled = now + Duration::from_secs(1);
                    }
                    if now >= until && self.calls.is_empty() && self.ended.is_empty() {
                        return Ok(());
                    }
                }
                event = self.events.recv() => self.hear(event.ok_or("the line is gone")?),
            }
            while let Ok(exchanged) = self.exchanged.try_recv() {
                self.weigh(exchanged);
            }
        }
    }

    async fn place(&mut self) -> Result<(), Box<dyn Error>> {
        let (id, kind, placed) = (self.next, Kind::by(&mut self.chance), Instant::now());
        self.next += 1;
        self.tally.placed += 1;
        let target = format!("sip:{}@{}", kind.user(), self.server);
        let leg = self.sip.invite(signalling::invite(&target, self.streams.port(id))?).await?;
        let due = match kind {
            Kind::GivenUp => placed + Duration::from_secs_f64(self.chance.between(0.0, 0.02)),
            _ => placed + PATIENCE,
        };
        self.calls.insert(leg, Call { id, kind, placed, answered: false, due, hung_up: false });
        Ok(())
    }

    /// Hangs up what has lasted long enough, and gives up what should have ended by itself.
    async fn due(&mut self, now: Instant) {
        for (leg, call) in &mut self.calls {
            if now < call.due {
                continue;
            }
            let expected = call.kind == Kind::GivenUp || (call.answered && call.kind.we_hang_up());
            if call.hung_up || !expected {
                let state = if call.answered { "answered" } else { "not answered" };
                self.tally.lost.push(format!("{:?}: {state}, not over after {:?}", call.kind, call.placed.elapsed()));
            }
            call.hung_up = true;
            call.due = now + PATIENCE;
            let _ = self.sip.hangup(*leg).await;
        }
    }

    fn hear(&mut self, event: Event) {
        match event {
            Event::Answered { leg, body } => {
                let Some(call) = self.calls.get_mut(&leg) else { return };
                call.answered = true;
                if call.kind == Kind::GivenUp {
                    return;
                }
                if call.kind.we_hang_up() {
                    call.due = Instant::now() + Duration::from_secs_f64(self.chance.between(2.0, 25.0));
                }
                match body.as_ref().and_then(address) {
                    Some(peer) => self.streams.add(call.id, peer, (call.kind == Kind::Key).then_some(100)),
                    // It is then lost, whatever comes after.
                    None => call.answered = false,
                }
            }
            Event::Ended { leg, by, status, .. } => {
                let Some(call) = self.calls.remove(&leg) else { return };
                self.streams.remove(call.id);
                let well = match call.kind {
                    Kind::GivenUp => true,
                    kind if kind.we_hang_up() => call.answered && call.hung_up,
                    _ => call.answered && by == EndedBy::Remote && !call.hung_up,
                };
                if well && call.kind == Kind::GivenUp {
                    self.tally.well += 1;
                } else if well {
                    self.ended.insert(call.id, call.kind);
                } else {
                    let after = call.placed.elapsed();
                    self.tally.lost.push(format!("{:?}: ended by {by:?} with {status:?} after {after:?}", call.kind));
                }
            }
            _ => {}
        }
    }

    /// A call is whole when its sound came for as long as it lasted.
    fn weigh(&mut self, exchanged: Exchanged) {
        let Some(kind) = self.ended.remove(&exchanged.id) else { return };
        let expected = (exchanged.lasted.as_secs_f64() * 50.0 - 25.0).max(0.0);
        self.tally.packets += u64::from(exchanged.received);
        self.tally.expected += exchanged.lasted.as_secs_f64() * 50.0;
        if f64::from(exchanged.received) < expected * 0.9 {
            self.tally.lost.push(format!("{kind:?}: {} packets in {:?}", exchanged.received, exchanged.lasted));
        } else {
            self.tally.well += 1;
        }
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// Descriptors that a process has open.
fn descriptors(pid: u32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}
