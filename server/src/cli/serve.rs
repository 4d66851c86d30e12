//! `callwright serve`.

use std::net::IpAddr;
use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::Failure;
use crate::config::{Config, LogFormat};
use crate::wiring::{self, Running};

/// How long calls that are ended by a second request to stop may take to say goodbye.
const AT_ONCE: Duration = Duration::from_secs(3);

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Start with the demo business, Northwind Dental, where its flows, numbers and members are missing
    #[arg(long)]
    demo: bool,
}

pub(super) fn run(args: &ServeArgs, config: Config) -> Result<(), Failure> {
    // One TLS back end for every client, chosen once.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let log = tracing_subscriber::EnvFilter::try_new(&config.log)?
        // It writes down what it is asked, with numbers and names.
        .add_directive("rmcp=warn".parse()?);
    let writer = tracing_subscriber::fmt().with_env_filter(log).with_writer(std::io::stderr);
    let _ = match config.telemetry.log_format {
        LogFormat::Text => writer.try_init(),
        LogFormat::Json => writer.json().flatten_event(true).with_span_list(false).try_init(),
    };
    let metrics = wiring::install_metrics().ok();
    let runtime = super::runtime()?;
    let outcome: Result<(), Failure> = runtime.block_on(async {
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let shown = (config.sip.port, config.http.listen, config.http.port, config.data.clone());
        let running = wiring::start(config, args.demo, metrics).await?;
        greet(&running, shown.0, shown.1, shown.2, &shown.3);
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!(calls = running.switchboard.live(), "stopping: no new calls, running ones may end");
        let switchboard = running.switchboard.clone();
        let again = async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            tracing::warn!(calls = switchboard.live(), "asked to stop again: running calls are ended");
            switchboard.end_all().await;
            tokio::time::sleep(AT_ONCE).await;
        };
        tokio::select! {
            () = running.stop() => {}
            () = again => tracing::warn!("not everything was finished: the next start files what is left"),
        }
        Ok(())
    });
    // What still runs beside the calls has had its time.
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
fn greet(running: &Running, sip_port: u16, http_host: IpAddr, http_port: u16, data: &std::path::Path) {
    let host = match running.host {
        IpAddr::V6(address) => format!("[{address}]"),
        IpAddr::V4(address) => address.to_string(),
    };
    let at = if sip_port == 5060 { host.clone() } else { format!("{host}:{sip_port}") };
    let local = if sip_port == 5060 { "127.0.0.1".to_owned() } else { format!("127.0.0.1:{sip_port}") };
    println!("Callwright {} answers.", env!("CARGO_PKG_VERSION"));
    println!();
    println!("  SIP      sip:{at} (UDP and TCP)");
    println!("  API      http://{http_host}:{http_port}/v1, described at http://{http_host}:{http_port}/docs");
    match &running.api_key {
        Some(key) => println!("  API key  {key} (kept in {})", data.join("api-key").display()),
        None => println!("  API key  the first one was revoked; the others hold"),
    }
    if let Some(link) = &running.first_link {
        let hours = link.holds.as_secs() / 3_600;
        println!("  Console  nobody can sign in yet. Open this once, within {hours} hours, to become the admin:");
        println!("           {}", link.url);
    }
    if running.interrupted > 0 {
        println!("  The last run was ended in mid-call: {} calls were closed as interrupted.", running.interrupted);
    }
    if let Some(password) = &running.demo_password {
        let program = std::env::args().next().unwrap_or_else(|| "callwright".into());
        println!();
        println!("Four things to try:");
        println!("  1. Call sip:assistant@{at} from any softphone and talk: ask when the practice is open, or leave a");
        println!("     message. From here:");
        println!("     {program} dial sip:assistant@{local} --say \"What are your opening hours?\" --record heard.wav");
        println!("  2. Read what was said (the call is the first of the list; /v1/calls/ID/transcript has the words):");
        println!(
            "     curl -s -H \"Authorization: Bearer $(cat {})\" http://{http_host}:{http_port}/v1/calls",
            data.join("api-key").display()
        );
        println!(
            "  3. Call sip:bookings@{at} and book a cleaning or a check-up, and move or cancel it in a later call."
        );
        println!("     sip:support@{at}, sip:plans@{at} and sip:feedback@{at} are agents with other work.");
        println!("  4. Call sip:reception@{at} (sip:rezeption@{at} in German) for a menu by keys. A softphone");
        println!("     registered as sip:anna@{at} with the password {password} rings when 4 is pressed there.");
    }
    println!();
    println!("Ctrl-C ends it.");
}
