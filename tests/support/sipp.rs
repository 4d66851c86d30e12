//! SIPp, which plays a scenario to the letter and fails when anything else comes.

use std::path::Path;
use std::process::Command;

use crate::ports::Ports;
use crate::wait;

/// A run of SIPp.
pub struct Sipp {
    arguments: Vec<String>,
    ports: Ports,
}

impl Sipp {
    /// Calls a user at `HOST:PORT` by a scenario of `tests/scenarios/sipp`.
    pub fn calling(scenario: &str, server: &str, user: &str) -> Self {
        let mut sipp = Self::new(scenario, "127.0.0.1");
        sipp.arguments.extend([server.to_owned(), "-s".into(), user.into()]);
        sipp
    }

    /// Waits for a call, by a scenario of `tests/scenarios/sipp`.
    pub fn called(scenario: &str) -> Self {
        Self::new(scenario, "127.0.0.1")
    }

    fn new(scenario: &str, address: &str) -> Self {
        let ports = Ports::take();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/sipp").join(format!("{scenario}.xml"));
        let arguments = [
            "-sf",
            &path.display().to_string(),
            "-m",
            "1",
            "-i",
            address,
            "-mi",
            address,
            "-nostdin",
            "-p",
            &ports.sip().to_string(),
            "-mp",
            &ports.first_rtp().to_string(),
            "-timeout",
            "40",
            "-timeout_error",
        ];
        Self { arguments: arguments.map(str::to_owned).to_vec(), ports }
    }

    /// Further arguments, such as `-t t1` for TCP.
    #[must_use]
    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    /// Uses IPv6.
    #[must_use]
    pub fn ipv6(mut self) -> Self {
        for argument in &mut self.arguments {
            if argument == "127.0.0.1" {
                "::1".clone_into(argument);
            }
        }
        self
    }

    /// Where it is called.
    pub fn address(&self, user: &str) -> String {
        format!("sip:{user}@127.0.0.1:{}", self.ports.sip())
    }

    /// Plays the scenario to its end; panics with SIPp's own words when it did not go as written.
    pub async fn play(self) {
        let folder = tempfile::tempdir().unwrap();
        let errors = folder.path().join("errors");
        let mut command = Command::new("sipp");
        command.args(&self.arguments).args(["-trace_err", "-error_file", &errors.display().to_string()]);
        command.current_dir(folder.path()).env("TERM", "dumb").stdin(std::process::Stdio::null());
        let work = tokio::task::spawn_blocking(move || {
            command.output().expect("SIPp is installed: apt-get install sip-tester")
        });
        let output = wait::done("SIPp ends", work).await.unwrap();
        let said = std::fs::read_to_string(errors).unwrap_or_default();
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "SIPp: {}\n{said}\n{shown}", output.status);
        drop(self.ports);
    }
}
