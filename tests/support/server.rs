//! The program under test: the real binary, in a folder of its own and on ports of its own.

use std::fs::File;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::api::Api;
use crate::caller::PATIENCE_MS;
use crate::lab;
use crate::ports::Ports;
use crate::wait;

/// The binary: `CALLWRIGHT_BIN`, or else what was built together with this test.
pub fn program() -> PathBuf {
    if let Some(path) = std::env::var_os("CALLWRIGHT_BIN") {
        return path.into();
    }
    let test = std::env::current_exe().expect("the test knows where it is");
    let found = test.ancestors().skip(1).take(2).map(|folder| folder.join("callwright")).find(|path| path.is_file());
    found.expect("the program is not built: build the whole workspace, or name it in CALLWRIGHT_BIN")
}

/// The program with arguments, and nothing in its environment but where to find things.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(arguments).env_clear().stdin(Stdio::null());
    for name in ["PATH", "HOME", "TMPDIR", "LLVM_PROFILE_FILE"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// Runs the program to its end.
pub async fn run(arguments: &[&str]) -> Output {
    let mut command = command(arguments);
    let work = tokio::task::spawn_blocking(move || command.output().unwrap());
    wait::done("a command of the program ends", work).await.unwrap()
}

/// How a server is started.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// `callwright.toml`.
    pub config: String,
    /// Variables such as `SIP__T1_MS`, without their prefix.
    pub variables: Vec<(String, String)>,
    /// Variables that are no settings, such as secrets.
    pub environment: Vec<(String, String)>,
    /// Where it listens and is called: 127.0.0.1 (with all other addresses of the machine) when it is not said.
    pub address: Option<IpAddr>,
    /// The network namespace that it runs in, and the address there at which its REST surface is reached.
    pub namespace: Option<(String, IpAddr)>,
}

impl Settings {
    /// Sets a variable, such as `LIMITS__MAX_CALLS`.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "numbers and literals are given")]
    pub fn set(mut self, name: &str, value: impl ToString) -> Self {
        self.variables.push((name.to_owned(), value.to_string()));
        self
    }

    /// Sets a variable that is no setting.
    #[must_use]
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds to `callwright.toml`.
    #[must_use]
    pub fn config(mut self, toml: &str) -> Self {
        self.config.push_str(toml);
        self.config.push('\n');
        self
    }

    /// Listens on this address alone.
    #[must_use]
    pub fn at(mut self, address: &str) -> Self {
        self.address = Some(address.parse().unwrap());
        self
    }

    /// Runs in a network namespace of [`lab`](crate::lab), where its REST surface is at this address.
    #[must_use]
    pub fn within(mut self, namespace: &str, http: &str) -> Self {
        self.namespace = Some((namespace.into(), http.parse().unwrap()));
        self.set("HTTP__LISTEN", http)
    }
}

/// A running server with the demo business. It is killed when this is dropped; its log is shown when the test fails.
pub struct Server {
    child: Option<Child>,
    folder: TempDir,
    /// Its ports.
    pub ports: Ports,
    settings: Settings,
    starts: u32,
}

impl Server {
    /// Starts one with everything as it comes.
    pub async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    /// Starts one, and waits until it is ready.
    pub async fn with(settings: Settings) -> Self {
        let mut server = Self::prepared(settings);
        server.begin().await;
        server
    }

    /// A server that has not been started.
    pub fn prepared(settings: Settings) -> Self {
        let folder = tempfile::Builder::new().prefix("callwright-test-").tempdir().unwrap();
        Self { child: None, folder, ports: Ports::take(), settings, starts: 0 }
    }

    /// Adds to the `callwright.toml` of a server that is not running.
    pub fn configure(&mut self, toml: &str) {
        self.settings.config.push_str(toml);
    }

    /// Starts it (again) and waits until it is ready.
    pub async fn begin(&mut self) {
        self.starts += 1;
        let log = File::create(self.log()).unwrap();
        let mut command = self.command(&["serve", "--demo"]);
        command.stdout(log.try_clone().unwrap()).stderr(log);
        self.child = Some(command.spawn().unwrap());
        let api = self.api_without_key();
        for _ in 0..2_400 {
            if let Some(status) = self.child.as_mut().unwrap().try_wait().unwrap() {
                panic!("the server ended at its start with {status}");
            }
            if api.is_ready().await {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("the server did not become ready");
    }

    /// The program with this server's settings.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = match &self.settings.namespace {
            None => command(arguments),
            Some((namespace, _)) => lab::within(namespace, &command(arguments)),
        };
        std::fs::write(self.folder.path().join("callwright.toml"), &self.settings.config).unwrap();
        command.current_dir(self.folder.path());
        let mut set = |name: &str, value: String| {
            command.env(format!("CALLWRIGHT_{name}"), value);
        };
        set("DATA", self.data().display().to_string());
        set("SIP__PORT", self.ports.sip().to_string());
        set("HTTP__PORT", self.ports.http().to_string());
        set("MEDIA__FIRST_PORT", self.ports.first_rtp().to_string());
        set("MEDIA__LAST_PORT", self.ports.last_rtp().to_string());
        if let Some(address) = self.settings.address {
            set("SIP__LISTEN", format!("[\"{address}\"]"));
        }
        set("MEDIA__JITTER_MIN_MS", PATIENCE_MS.to_string());
        // Tests run at any hour, and call the same numbers again and again.
        for (name, value) in [
            ("WINDOW", "always"),
            ("HOLIDAYS", "false"),
            ("ATTEMPTS_PER_DAY", "0"),
            ("ATTEMPTS_PER_30_DAYS", "0"),
            ("RING_S", "0"),
        ] {
            set(&format!("OUTREACH__{name}"), value.to_owned());
        }
        for (name, value) in &self.settings.variables {
            set(name, value.clone());
        }
        command.envs(self.settings.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder for the test's own files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join(format!("log-{}", self.starts))
    }

    /// What it has written to its terminal since it was last started.
    pub fn printed(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// The host that it is called at.
    pub fn host(&self) -> String {
        match self.settings.address {
            Some(IpAddr::V6(address)) => format!("[{address}]"),
            Some(address) => address.to_string(),
            None => "127.0.0.1".into(),
        }
    }

    /// `HOST:PORT` of SIP.
    pub fn sip(&self) -> String {
        format!("{}:{}", self.host(), self.ports.sip())
    }

    /// The SIP address of a user.
    pub fn address(&self, user: &str) -> String {
        format!("sip:{user}@{}", self.sip())
    }

    /// The REST surface, with the first key.
    pub fn api(&self) -> Api {
        let key = std::fs::read_to_string(self.data().join("api-key")).unwrap();
        Api::at(&self.http(), Some(key.trim()))
    }

    /// The REST surface, without a key.
    pub fn api_without_key(&self) -> Api {
        Api::at(&self.http(), None)
    }

    /// `HOST:PORT` of HTTP.
    fn http(&self) -> String {
        let host = self.settings.namespace.as_ref().map_or(IpAddr::from([127, 0, 0, 1]), |(_, address)| *address);
        format!("{host}:{}", self.ports.http())
    }

    /// The password of the demo members' phones.
    pub fn phone_password(&self) -> String {
        std::fs::read_to_string(self.data().join("demo-phone-password")).unwrap().trim().to_owned()
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("the server runs").id()
    }

    /// Asks it to stop (SIGTERM).
    pub fn ask_to_stop(&self) {
        let child = self.child.as_ref().expect("the server runs");
        kill_process(Pid::from_child(child), Signal::TERM).unwrap();
    }

    /// Waits until it has ended by itself.
    pub async fn ended(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("the server runs");
        let work = tokio::task::spawn_blocking(move || {
            let status = child.wait();
            (child, status)
        });
        let (_, status) = wait::done("the server ends", work).await.unwrap();
        status.unwrap()
    }

    /// Lets it stand still for so long, as a machine does whose host has other work.
    pub async fn stand_still(&self, seconds: f64) {
        let process = Pid::from_child(self.child.as_ref().expect("the server runs"));
        kill_process(process, Signal::STOP).unwrap();
        tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
        kill_process(process, Signal::CONT).unwrap();
    }

    /// Kills it (SIGKILL), in the midst of whatever it does.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Lets it stop and starts it again, on the same data.
    pub async fn restart(&mut self) {
        self.ask_to_stop();
        self.ended().await;
        self.begin().await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- the server's log\n{}\n---", self.printed());
        }
    }
}
