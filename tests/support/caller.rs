//! Synthetic callers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use media::codec::Codec;
use media::rtp::JitterConfig;
use synthetic_caller::{CallerConfig, Report, Script, Step, SyntheticCaller};

use crate::signal::Sound;
use crate::voice::voice;

/// Seconds.
pub const fn seconds(seconds: f64) -> Duration {
    Duration::from_millis((seconds * 1_000.0) as u64)
}

/// A pause of so many seconds.
pub const fn wait(length: f64) -> Step {
    Step::Wait(seconds(length))
}

/// Until the other side has spoken and been silent for so many seconds.
pub const fn silence(length: f64) -> Step {
    Step::Silence(seconds(length))
}

/// Keys.
pub fn press(keys: &str) -> Step {
    Step::Press(keys.into())
}

/// How long packets wait at both ends, ms, so that what is heard does not depend on the machine, which may stand still
/// for as long. That as much as a line needs comes by itself is tested in virtual time (`media/tests/rtp_network.rs`).
pub const PATIENCE_MS: u16 = 120;

/// A caller who speaks G.711 A, so that what is heard can be compared to the sample.
pub fn config(user: &str) -> CallerConfig {
    let jitter = JitterConfig { min_delay_ms: PATIENCE_MS, ..JitterConfig::default() };
    CallerConfig { user: user.into(), codecs: vec![Codec::Pcma], jitter, ..CallerConfig::default() }
}

/// The same who can speak.
pub async fn speaker(user: &str) -> CallerConfig {
    CallerConfig { voice: Some(Arc::new(voice().await)), ..config(user) }
}

/// A script that ends when the other side hangs up, or by a step.
pub fn script(target: String, steps: Vec<Step>) -> Script {
    Script { steps, linger: None, longest: Duration::from_secs(100), ..Script::new(target) }
}

/// A line of its own seed: no two calls of a test are alike.
pub async fn line(config: CallerConfig) -> SyntheticCaller {
    static SEED: AtomicU64 = AtomicU64::new(1);
    SyntheticCaller::start(config, SEED.fetch_add(1, Ordering::Relaxed)).await.unwrap()
}

/// Calls as somebody, by a script.
pub async fn call_with(config: CallerConfig, script: Script) -> Report {
    line(config).await.call(&script).await.unwrap()
}

/// Calls an address and does these steps.
pub async fn call(target: String, steps: Vec<Step>) -> Report {
    call_with(config("caller"), script(target, steps)).await
}

/// Calls an address and talks.
pub async fn talk(target: String, steps: Vec<Step>) -> Report {
    call_with(speaker("caller").await, script(target, steps)).await
}

/// Begins a call that goes on beside the test. The call is given up when the handle is aborted.
pub fn begin(config: CallerConfig, script: Script) -> tokio::task::JoinHandle<Report> {
    tokio::spawn(call_with(config, script))
}

/// What was heard.
pub fn heard(report: &Report) -> Sound {
    Sound::new(report.heard.clone(), report.rate)
}

/// What was said.
pub fn said(report: &Report) -> Sound {
    Sound::new(report.said.clone(), report.rate)
}

/// The timeline in words, for messages.
pub fn timeline(report: &Report) -> String {
    let lines: Vec<_> =
        report.timeline.iter().map(|moment| format!("{:>8} ms {}", moment.at_ms, moment.what)).collect();
    lines.join("\n")
}
