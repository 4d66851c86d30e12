//! `callwright doctor`: what is wrong here, and what to do about it. Needs no running server; asks it where there is one.

mod campaigns;
mod network;
mod parts;
mod stun;
mod trunks;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::Failure;
use super::running::RunningHouse;
use crate::config::Config;
use crate::doctor::{Finding, Weight, certificates, clock, descriptors, disk};

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Ask nobody outside: no trunk, no name server, no STUN server
    #[arg(long)]
    offline: bool,
    /// A STUN server that says how the outside sees us, such as stun.example.org:3478
    #[arg(long, value_name = "HOST:PORT")]
    stun: Option<String>,
}

/// What the checks look at.
struct Patient<'a> {
    config: &'a Config,
    /// The file of the configuration, where there is one.
    file: Option<PathBuf>,
    house: RunningHouse,
    /// A server runs with this configuration.
    runs: bool,
    offline: bool,
    stun: Option<String>,
}

/// Looks at everything. Fails (1) where a fault was found, not for warnings.
pub(super) fn run(args: &DoctorArgs, config: &Config, file: Option<PathBuf>) -> Result<ExitCode, Failure> {
    let findings = super::runtime()?.block_on(async {
        let house = RunningHouse::new(config)?;
        let runs = house.lives().await;
        let file = file.or_else(|| Some(PathBuf::from("callwright.toml")).filter(|path| path.exists()));
        let patient = Patient { config, file, house, runs, offline: args.offline, stun: args.stun.clone() };
        Ok::<_, Failure>(examine(&patient).await)
    })?;
    let worst = findings.iter().map(|finding| finding.weight).max().unwrap_or(Weight::Ok);
    let text = if args.json {
        format!("{:#}\n", serde_json::json!({ "worst": worst, "findings": findings }))
    } else {
        tell(&findings)
    };
    // Whoever reads may have seen enough.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(if worst == Weight::Fault { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn examine(patient: &Patient<'_>) -> Vec<Finding> {
    let mut findings = vec![if patient.runs {
        Finding::ok("server", format!("runs and answers at {}", patient.house.place))
    } else {
        Finding::ok("server", "does not run: its ports are looked at as they are")
    }];
    findings.extend(network::ports(patient));
    findings.extend(network::addresses(patient).await);
    findings.extend(clock().await);
    findings.extend(certificates(patient.config));
    findings.extend(disk(&patient.config.data));
    findings.push(descriptors(patient.config.limits.max_calls));
    findings.extend(parts::secrets(patient.config, patient.file.as_deref()));
    findings.extend(parts::books(patient.config).await);
    findings.extend(parts::speech(patient.config).await);
    findings.extend(trunks::names(patient).await);
    findings.extend(trunks::trunks(patient).await);
    findings.extend(campaigns::campaigns(patient).await);
    findings
}

fn tell(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let weight = match finding.weight {
            Weight::Ok => "ok",
            Weight::Warning => "warning",
            Weight::Fault => "fault",
        };
        let _ = writeln!(text, "{weight:<8} {:<13} {}", finding.check, finding.found);
        if let Some(advice) = &finding.advice {
            let _ = writeln!(text, "{:<8} {:<13} -> {advice}", "", "");
        }
    }
    let count = |weight| findings.iter().filter(|finding| finding.weight == weight).count();
    let (faults, warnings) = (count(Weight::Fault), count(Weight::Warning));
    text + &match (faults, warnings) {
        (0, 0) => "\nNothing is wrong.\n".to_owned(),
        (faults, warnings) => format!("\nFaults: {faults}, warnings: {warnings}.\n"),
    }
}
