//! How much of a delay is ours: from the caller's last packet until the recogniser has its sound, and from the voice's
//! first byte until the caller can hear it.

use std::time::{Duration, SystemTime};

/// Prints both for one conversation: `turns` are its moments, `providers` when the recogniser had the last sound of each
/// turn and when the voice sent the first of each text.
pub fn print(turns: &[(Duration, Duration)], providers: &(Vec<SystemTime>, Vec<SystemTime>)) {
    let (ears, voice) = (since_epoch(&providers.0), since_epoch(&providers.1));
    let after = |moments: &[Duration], from: Duration| moments.iter().copied().find(|at| *at >= from);
    let inward = turns.iter().filter_map(|(spoken, _)| after(&ears, *spoken)?.checked_sub(*spoken)).collect();
    let outward = turns.iter().filter_map(|(spoken, heard)| heard.checked_sub(after(&voice, *spoken)?)).collect();
    line("last packet to recogniser", inward);
    line("voice's first byte to the caller's ear", outward);
}

fn since_epoch(moments: &[SystemTime]) -> Vec<Duration> {
    let mut since: Vec<Duration> =
        moments.iter().filter_map(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok()).collect();
    since.sort_unstable();
    since
}

fn line(what: &str, mut delays: Vec<Duration>) {
    delays.sort_unstable();
    let at = |part: f64| {
        let index = (delays.len() as f64 * part) as usize;
        delays.get(index.min(delays.len().saturating_sub(1))).map_or(0.0, |delay| delay.as_secs_f64() * 1e3)
    };
    println!(
        "    ours, {what}: p50 {:.1} p90 {:.1} p99 {:.1} max {:.1} ms of {}",
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0),
        delays.len()
    );
}
