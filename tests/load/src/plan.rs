//! The planner of campaigns alone: contacts planned in a second, and memory for each, with nobody dialled.

use std::collections::VecDeque;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use campaigns::{
    Candidate, CandidateId, Capacity, Finished, Outcome, Phone, Planner, PlannerSettings, Spec, Standing, TrunkRoom,
};
use clap::Args;
use jiff::Timestamp;
use permission::{Place, Purpose, Rules};

use crate::process::usage;

/// How many contacts.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Contacts in the campaign
    #[arg(long, default_value_t = 1_000_000)]
    contacts: u64,
    /// Calls that are dialled and told of at least, once each
    #[arg(long, default_value_t = 200_000)]
    dials: u64,
}

const CAMPAIGN: &str = "
name: bench
purpose: service
flow: bench
pace: { per_second: 0, at_once: 0 }
";

/// Zones with a prefix of each, around the earth: some sleep, some do not.
const ZONES: [(&str, &str); 6] = [
    ("Europe/Berlin", "+4930"),
    ("Europe/London", "+4420"),
    ("America/New_York", "+1212"),
    ("America/Los_Angeles", "+1213"),
    ("Asia/Tokyo", "+813"),
    ("Asia/Kolkata", "+9111"),
];

/// Lines that are free whenever it is planned.
const LINES: u32 = 500;

pub fn run(args: &PlanArgs) -> Result<(), Box<dyn Error>> {
    let spec = Spec::parse(CAMPAIGN).map_err(|faults| faults[0].to_string())?;
    let rules = spec.rules(&Rules::new(Purpose::Service))?;
    let places: Vec<Place> = ZONES
        .iter()
        .map(|(zone, prefix)| Place::new(&format!("{prefix}1234567"), Some(zone), None, None))
        .collect::<Result<_, _>>()?;
    let mut planner = Planner::new(PlannerSettings::default());
    let key = planner.open(Arc::new(spec), rules).ok_or("no campaign fits")?;
    let mut now: Timestamp = "2026-12-01T10:00:00Z".parse()?;

    let before = usage(std::process::id()).resident_kib;
    let begun = Instant::now();
    for id in 0..args.contacts {
        let place = (id % ZONES.len() as u64) as usize;
        let number = Phone::parse(&format!("{}{id:07}", ZONES[place].1))?;
        planner.add(key, Candidate::new(CandidateId(id), number, Standing::nothing(places[place].clone())), now);
    }
    let added = begun.elapsed();
    let resident = usage(std::process::id()).resident_kib.saturating_sub(before) * 1_024;
    println!("contacts             {:>12}", args.contacts);
    println!("added a second       {:>12.0}", args.contacts as f64 / added.as_secs_f64());
    println!(
        "bytes a contact      {:>12.1}  (by the planner's own count)",
        planner.bytes() as f64 / args.contacts as f64
    );
    println!("bytes a contact      {:>12.1}  (resident)", resident as f64 / args.contacts as f64);

    let capacity = Capacity {
        lines: LINES,
        trunks: vec![TrunkRoom { name: "main".to_owned(), free: LINES, per_second: 0 }],
        members: Vec::new(),
    };
    let (mut dialled, mut plans, mut longest) = (0_u64, 0_u64, Duration::ZERO);
    let mut flying = VecDeque::new();
    let begun = Instant::now();
    while dialled < args.dials {
        let one = Instant::now();
        let plan = planner.plan(now, &capacity);
        longest = longest.max(one.elapsed());
        plans += 1;
        dialled += plan.dials.len() as u64;
        flying.extend(plan.dials);
        // A second on, and a third of those who fly are told of.
        let over = flying.len() / 3 + usize::from(!flying.is_empty());
        for dial in flying.drain(..over) {
            let outcome = if dial.candidate.0 % 3 == 0 { Outcome::NoAnswer } else { Outcome::Reached };
            planner.finished(key, dial.candidate, &Finished::from(outcome), now);
        }
        let Some(wake) = planner.next_wake(now) else { break };
        now = wake.max(now);
    }
    let spent = begun.elapsed();
    let progress = planner.progress(key).ok_or("the campaign is gone")?;
    println!("dialled              {dialled:>12}  in {plans} plans");
    println!(
        "planned a second     {:>12.0}  (dialled, told of, or put off and looked at again)",
        dialled as f64 / spent.as_secs_f64()
    );
    println!("longest plan      ms {:>12.1}", longest.as_secs_f64() * 1_000.0);
    println!("bytes a contact      {:>12.1}  (with what was called)", planner.bytes() as f64 / args.contacts as f64);
    println!("waiting {}, flying {}, ended {}", progress.waiting, progress.flying, progress.ended);
    Ok(())
}
