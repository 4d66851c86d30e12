//! The machine: its clock, its disk, its limits.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

use super::{Finding, show};
use crate::wiring::{descriptors as descriptors_of_process, space};

/// How long the two clocks are compared.
const WATCH: Duration = Duration::from_millis(300);
/// How far they may come apart meanwhile.
const APART: Duration = Duration::from_millis(20);
/// 2025-01-01: whoever is before has no time.
const EARLIEST_S: u64 = 1_735_689_600;

/// Whether time goes on evenly, and whether somebody keeps it right.
pub(crate) async fn clock() -> Vec<Finding> {
    let (wall, steady) = (SystemTime::now(), Instant::now());
    tokio::time::sleep(WATCH).await;
    let by_wall = wall.elapsed().unwrap_or_default();
    let apart = by_wall.abs_diff(steady.elapsed());
    let unix = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let mut findings = Vec::new();
    if unix.as_secs() < EARLIEST_S {
        let advice = "set the clock: certificates, webhooks' signatures and the times in the books depend on it";
        findings.push(Finding::fault("clock", "the wall clock is years behind", advice));
    } else if apart > APART {
        let found = format!("the wall clock moved {apart:?} against the steady one within {WATCH:?}");
        findings.push(Finding::warning("clock", found, "let one program keep the time (chrony or systemd-timesyncd)"));
    } else {
        findings.push(Finding::ok("clock", "the wall clock goes as the steady one"));
    }
    // Another program is asked.
    findings.push(match tokio::task::spawn_blocking(synchronised).await.unwrap_or_default() {
        Some(true) => Finding::ok("time", "kept by NTP"),
        Some(false) => Finding::warning("time", "is not kept by NTP", "switch it on: `timedatectl set-ntp true`"),
        None => Finding::warning(
            "time",
            "whether NTP keeps the time is not known here",
            "see to it on the host: a container has the host's clock",
        ),
    });
    findings
}

/// Whether the kernel's clock is kept by NTP; `None`: nobody says.
fn synchronised() -> Option<bool> {
    if Path::new("/run/systemd/timesync/synchronized").exists() {
        return Some(true);
    }
    let mut asked = std::process::Command::new("timedatectl");
    asked.args(["show", "--property=NTPSynchronized", "--value"]).stdin(Stdio::null()).stderr(Stdio::null());
    let answer = asked.output().ok().filter(|answer| answer.status.success())?;
    match String::from_utf8_lossy(&answer.stdout).trim() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// Free space below which recordings will soon fail.
const LITTLE: u64 = 1 << 30;
const NOTHING: u64 = 100 << 20;
/// Flushes to disk that are timed.
const FLUSHES: usize = 8;

/// Whether the data folder can be written, how much room there is, and how fast it is safe on disk.
pub(crate) fn disk(data: &Path) -> Vec<Finding> {
    // What does not exist yet is made at the first start, on the disk of the nearest folder that does.
    let there = data.ancestors().find(|folder| folder.exists() || folder.as_os_str().is_empty());
    let folder = match there {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut findings = Vec::new();
    if let Some((free, _)) = space(folder) {
        let found = format!("{} MiB are free for {}", free >> 20, show(data));
        let advice = "make room or move `data`: a call of an hour takes 110 MiB with its recording";
        findings.push(match free {
            ..NOTHING => Finding::fault("disk", found, advice),
            NOTHING..LITTLE => Finding::warning("disk", found, advice),
            _ => Finding::ok("disk", found),
        });
    }
    findings.push(match flush_time(folder) {
        Err(error) => Finding::fault(
            "disk",
            format!("nothing can be written into {} ({error})", show(folder)),
            "give the folder to the user that Callwright runs as, or set `data`",
        ),
        Ok(time) => {
            let found = format!("what is written is safe within {:.1} ms", time.as_secs_f64() * 1_000.0);
            let advice = "use a local disk: every call's begin and end waits for it";
            match time.as_millis() {
                0..50 => Finding::ok("disk", found),
                50..1_000 => Finding::warning("disk", found, advice),
                _ => Finding::fault("disk", found, advice),
            }
        }
    });
    findings
}

/// The median time of making a small write safe.
fn flush_time(folder: &Path) -> std::io::Result<Duration> {
    let mut file = tempfile::tempfile_in(folder)?;
    let mut times = Vec::with_capacity(FLUSHES);
    for _ in 0..FLUSHES {
        let begun = Instant::now();
        file.write_all(&[0; 4_096])?;
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    times.sort();
    Ok(times[FLUSHES / 2])
}

/// Whether there are enough file descriptors: a bridged call needs four sockets and its recording.
pub(crate) fn descriptors(max_calls: usize) -> Finding {
    let needed = max_calls as u64 * 6 + 512;
    match descriptors_of_process().1 {
        Some(limit) if limit < needed => Finding::warning(
            "descriptors",
            format!("{limit} file descriptors may be open, {needed} are needed for `limits.max_calls`"),
            format!("`LimitNOFILE={}` in the unit, or `ulimit -n`", needed.next_power_of_two()),
        ),
        Some(limit) => Finding::ok("descriptors", format!("{limit} may be open")),
        None => Finding::ok("descriptors", "any number may be open"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Weight;
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_written_is_a_fault_that_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        // A file in place of the folder: not even root can write into it.
        let findings = disk(&file);
        let fault = findings.iter().find(|finding| finding.weight == Weight::Fault).unwrap();
        assert!(fault.found.contains("nothing can be written") && fault.advice.is_some(), "{fault:?}");
        assert!(
            disk(&folder.path().join("not/there/yet")).iter().all(|finding| !finding.found.contains("nothing can"))
        );
    }

    #[test]
    fn too_few_descriptors_are_told_with_the_number_to_set() {
        let finding = descriptors(usize::MAX >> 8);
        assert_eq!(finding.weight, Weight::Warning);
        assert!(finding.advice.unwrap().contains("LimitNOFILE="));
        assert_eq!(descriptors(1).weight, Weight::Ok);
    }
}
