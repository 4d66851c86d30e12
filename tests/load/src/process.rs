//! What a process has used.

use std::fs;
use std::time::Duration;

/// Clock ticks a second of `/proc`: 100 on every Linux that this runs on (`getconf CLK_TCK`).
const TICKS: u64 = 100;

/// A look at a process of this machine.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// Processor time, user and system.
    pub cpu: Duration,
    /// Memory held, KiB.
    pub resident_kib: u64,
}

/// Looks at several processes that serve together.
pub fn usage_of(pids: &[u32]) -> Usage {
    pids.iter().map(|pid| usage(*pid)).fold(Usage { cpu: Duration::ZERO, resident_kib: 0 }, |sum, one| Usage {
        cpu: sum.cpu + one.cpu,
        resident_kib: sum.resident_kib + one.resident_kib,
    })
}

/// Looks at a process; zero when it is gone.
pub fn usage(pid: u32) -> Usage {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name may hold spaces: fields are counted from behind it. utime and stime are fields 14 and 15.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 = [11, 12].iter().filter_map(|at| fields.get(*at)?.parse::<u64>().ok()).sum();
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let resident_kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok())
        .unwrap_or(0);
    Usage { cpu: Duration::from_millis(ticks * 1_000 / TICKS), resident_kib }
}
