//! Rehearsals by telephone: a server of its own, on loopback and with books that are thrown away, called by a caller who
//! speaks G.711.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use media::codec::Codec;
use rehearsal::suite::Stage;
use rehearsal::{Player, Record, Rehearsal};
use speech::{PicoPool, PicoSettings, Synthesizer, WorkerCommand};
use synthetic_caller::{CallerConfig, Ending, Script, SyntheticCaller};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::sync::OnceCell;
use voice_agent::Agent;
use voice_agent::brain::Brain;

use super::partner::{Api, Caller, number};
use super::text::agent_file;
use crate::config::Config;

/// Ports that one server uses: SIP, HTTP, then RTP.
const BLOCK: u16 = 200;
const FIRST: u16 = 20_000;
const LAST: u16 = 29_800;
/// How long a server may take to start.
const START: Duration = Duration::from_mins(2);

/// How a server for rehearsals is started.
#[derive(Clone)]
pub struct AudioSettings {
    /// The configuration, as this program read it.
    pub config: Arc<Config>,
    /// The file that it came from.
    pub file: Option<PathBuf>,
    /// In place of the agent that a rehearsal names: its text.
    pub agent: Option<String>,
    /// Plays personas.
    pub model: Option<Arc<dyn Brain>>,
}

/// Holds rehearsals by telephone. The server starts with the first one and ends with this.
pub struct AudioStage {
    settings: AudioSettings,
    house: OnceCell<House>,
    seed: AtomicU64,
}

struct House {
    api: Api,
    sip: u16,
    voice: Arc<dyn Synthesizer>,
    log: PathBuf,
    _child: Child,
    _folder: TempDir,
}

impl AudioStage {
    /// A stage whose server has not been started.
    pub fn new(settings: AudioSettings) -> Self {
        Self { settings, house: OnceCell::new(), seed: AtomicU64::new(1) }
    }

    async fn held(&self, rehearsal: &Rehearsal) -> Result<Record, String> {
        if !rehearsal.before.is_empty() || !rehearsal.stubs.is_empty() || !rehearsal.contact.is_empty() {
            return Err("`before`, `contact` and `tools` are for text: add `modes: [text]`".to_owned());
        }
        let house = self.house.get_or_try_init(|| self.open()).await?;
        let yaml = match &self.settings.agent {
            Some(yaml) => yaml.clone(),
            None => agent_file(&self.settings.config, &rehearsal.agent)?,
        };
        let agent = Agent::parse(&yaml, &rehearsal.agent)
            .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
        if self.settings.agent.is_some() {
            house.api.put_yaml(&format!("/v1/agents/{}", rehearsal.agent), yaml).await?;
        }
        let language = rehearsal.language.clone().unwrap_or_else(|| agent.languages()[0].clone());
        let called = format!("rehearsal-{}", rehearsal.name);
        house.api.post("/v1/numbers", &number(&called, &rehearsal.agent, Some(&language))).await?;
        let player = Player::new(rehearsal, &language, self.settings.model.clone());
        let mut caller = Caller::new(house.api.clone(), called.clone(), language, player, rehearsal.turns);
        let user = rehearsal.number.clone().unwrap_or_else(|| "anonymous".to_owned());
        let config = CallerConfig {
            user,
            codecs: vec![Codec::Pcma],
            ports: 30_000..=39_999,
            voice: Some(house.voice.clone()),
            ..CallerConfig::default()
        };
        let seed = rehearsal.seed ^ self.seed.fetch_add(1, Ordering::Relaxed);
        let mut line = SyntheticCaller::start(config, seed).await.map_err(|error| causes(&error))?;
        let target = format!("sip:{called}@127.0.0.1:{}", house.sip);
        let script = Script { longest: rehearsal.duration, ..Script::new(target) };
        let report = line.converse(&script, &mut caller).await.map_err(|error| causes(&error))?;
        if let Ending::NotAnswered { status } = report.ending {
            let why = status.map_or_else(String::new, |status| format!(" ({status})"));
            return Err(format!("the call was not answered{why}; the server's log: {}", end_of(&house.log)));
        }
        caller.record(report.ending == Ending::ByUs).await
    }

    /// Starts the server.
    async fn open(&self) -> Result<House, String> {
        let failed = |what: &str, error: &dyn std::error::Error| format!("{what}: {error}");
        let folder = tempfile::tempdir().map_err(|error| failed("no folder for the books", &error))?;
        let base = free_ports().ok_or("no free ports on this machine")?;
        let own = WorkerCommand::own().map_err(|error| failed("this program is not found", &error))?;
        let log = folder.path().join("log");
        let out = std::fs::File::create(&log).map_err(|error| failed("no log", &error))?;
        let mut command = Command::new(&own.program);
        if let Some(file) = &self.settings.file {
            command.arg("--config").arg(file);
        }
        command.arg("serve");
        match &self.settings.config.business.folder {
            Some(folder) => drop(command.env("CALLWRIGHT_BUSINESS__FOLDER", folder)),
            None => drop(command.arg("--demo")),
        }
        let set: [(&str, String); 7] = [
            ("DATA", folder.path().join("data").display().to_string()),
            ("SIP__PORT", base.to_string()),
            ("SIP__LISTEN", "[\"127.0.0.1\"]".to_owned()),
            ("HTTP__PORT", (base + 1).to_string()),
            ("HTTP__LISTEN", "127.0.0.1".to_owned()),
            ("MEDIA__FIRST_PORT", (base + 2).to_string()),
            ("MEDIA__LAST_PORT", (base + BLOCK - 1).to_string()),
        ];
        for (name, value) in set {
            command.env(format!("CALLWRIGHT_{name}"), value);
        }
        let error_log = out.try_clone().map_err(|error| failed("no log", &error))?;
        command.stdin(Stdio::null()).stdout(out).stderr(error_log).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| failed("the server does not start", &error))?;
        // The process may have chosen a provider before: then that one stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build();
        let client = client.map_err(|error| failed("no client", &error))?;
        ready(&client, base + 1, &mut child, &log).await?;
        let key = std::fs::read_to_string(folder.path().join("data/api-key"));
        let key = key.map_err(|error| failed("the server's key", &error))?.trim().to_owned();
        let voice = PicoPool::start(PicoSettings { workers: 1, ..PicoSettings::new(own) });
        let voice = voice.await.map_err(|error| failed("the caller has no voice", &error))?;
        let api = Api::new(client, base + 1, key);
        Ok(House { api, sip: base, voice: Arc::new(voice), log, _child: child, _folder: folder })
    }
}

impl Stage for AudioStage {
    fn hold<'a>(&'a self, rehearsal: &'a Rehearsal) -> BoxFuture<'a, Result<Record, String>> {
        self.held(rehearsal).boxed()
    }
}

/// Waits until the server takes calls.
async fn ready(client: &reqwest::Client, port: u16, child: &mut Child, log: &Path) -> Result<(), String> {
    let asked = async {
        loop {
            let answer = client.get(format!("http://127.0.0.1:{port}/readyz")).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        () = asked => Ok(()),
        _ = child.wait() => Err(format!("the server ended at its start: {}", end_of(log))),
        () = tokio::time::sleep(START) => Err(format!("the server did not start: {}", end_of(log))),
    }
}

/// The last lines of a log.
fn end_of(log: &Path) -> String {
    const LINES: usize = 8;
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

/// The first port of a block that is free.
fn free_ports() -> Option<u16> {
    let blocks = u32::from((LAST - FIRST) / BLOCK);
    let start = std::process::id() % blocks;
    (0..blocks).map(|at| FIRST + ((start + at) % blocks) as u16 * BLOCK).find(|base| {
        let tcp = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
        let udp = |port| UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
        tcp(*base) && udp(*base) && tcp(base + 1) && udp(base + 2) && udp(base + BLOCK - 1)
    })
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.extend([": ", &error.to_string()]);
        cause = error.source();
    }
    text
}
