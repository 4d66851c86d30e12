//! `callwright bans`: what the running Callwright does not listen to.

use clap::{Subcommand, ValueEnum};
use serde_json::Value;

use super::Failure;
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum BansCommand {
    /// List the sources that are not listened to
    List,
    /// Lift the ban of an address or network, or all bans
    Clear {
        /// An address or a network, such as 203.0.113.0/24; all where it is not said
        source: Option<String>,
    },
    /// Print the sources for a firewall
    Export {
        /// `text`: one a line; `nftables`: two sets for `nft -f -`
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Nftables,
}

#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
pub(super) fn run(command: BansCommand, config: &Config) -> Result<(), Failure> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    super::runtime()?.block_on(async {
        match command {
            BansCommand::List => {
                let answer: Value = serde_json::from_str(&ask(config, reqwest::Method::GET, "/v1/bans").await?)?;
                let bans = answer["data"].as_array().cloned().unwrap_or_default();
                for ban in &bans {
                    let text = |name: &str| ban[name].as_str().unwrap_or_default().to_owned();
                    println!(
                        "{:<24} {:<16} {:>3}x until {}",
                        text("source"),
                        text("reason"),
                        ban["times"],
                        text("until")
                    );
                }
                if bans.is_empty() {
                    println!("No source is banned.");
                }
            }
            BansCommand::Clear { source } => {
                // Networks hold nothing that a query would have to escape but the slash, which may stand there.
                let query = source.map(|source| format!("?source={source}")).unwrap_or_default();
                let answer = ask(config, reqwest::Method::DELETE, &format!("/v1/bans{query}")).await?;
                println!("Lifted: {}", serde_json::from_str::<Value>(&answer)?["lifted"]);
            }
            BansCommand::Export { format } => {
                let word = if format == Format::Text { "text" } else { "nftables" };
                print!("{}", ask(config, reqwest::Method::GET, &format!("/v1/bans?format={word}")).await?);
            }
        }
        Ok(())
    })
}

/// Asks the Callwright that runs with this configuration, with its first key.
async fn ask(config: &Config, method: reqwest::Method, path: &str) -> Result<String, Failure> {
    let key_file = config.data.join("api-key");
    let key = std::fs::read_to_string(&key_file)
        .map_err(|error| format!("{} cannot be read ({error}): run this where Callwright runs", key_file.display()))?;
    let host = if config.http.listen.is_unspecified() { "127.0.0.1".into() } else { config.http.listen.to_string() };
    let host = if host.contains(':') { format!("[{host}]") } else { host };
    let url = format!("http://{host}:{}{path}", config.http.port);
    let client = reqwest::Client::builder().no_proxy().build()?;
    let answer = client.request(method, &url).bearer_auth(key.trim()).send().await;
    let answer = answer.map_err(|error| format!("Callwright does not answer at {url} ({error}): is it running?"))?;
    let status = answer.status();
    let text = answer.text().await?;
    if status.is_success() { Ok(text) } else { Err(format!("{status}: {text}").into()) }
}
