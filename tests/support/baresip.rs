//! baresip, a phone by somebody else: it registers, rings, answers, and keeps what it hears as a file.

use std::fmt::Write as _;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::lab;
use crate::ports::Ports;
use crate::signal::{Sound, read_wav};
use crate::wait;

/// How a phone is set up.
#[derive(Debug, Clone)]
pub struct Phone {
    /// User part of its address.
    pub user: String,
    /// Where it registers, `HOST:PORT`.
    pub server: String,
    /// Its password; none: it does not register.
    pub password: Option<String>,
    /// It answers by itself.
    pub auto_answer: bool,
    /// The tone that its user speaks, Hz.
    pub tone_hz: f64,
    /// SIP over TCP.
    pub tcp: bool,
    /// SIP over TLS, where this file says whom it believes.
    pub tls: Option<PathBuf>,
    /// How it encrypts its sound, such as `srtp-mand` or `dtls_srtp`; in the clear where it does not.
    pub encryption: Option<&'static str>,
    /// It does ICE.
    pub ice: bool,
    /// The codecs that it speaks, such as `opus/48000/2`; G.711 where it is not told.
    pub codecs: Option<&'static str>,
    /// In the office of [`lab`](crate::lab), behind the NAT.
    pub in_office: bool,
}

impl Phone {
    /// A phone that registers and waits.
    pub fn new(user: &str, server: String, password: &str) -> Self {
        Self {
            user: user.into(),
            server,
            password: Some(password.into()),
            auto_answer: false,
            tone_hz: 440.0,
            tcp: false,
            tls: None,
            encryption: None,
            ice: false,
            codecs: None,
            in_office: false,
        }
    }
}

impl Phone {
    /// Where it talks, and where it takes commands.
    fn hosts(&self) -> (&'static str, &'static str) {
        if self.in_office { (lab::OFFICE_ADDRESS, lab::OFFICE_REST) } else { ("127.0.0.1", "127.0.0.1") }
    }
}

/// A running phone.
pub struct Baresip {
    child: Child,
    folder: TempDir,
    control: TcpStream,
    buffer: Vec<u8>,
    /// Events that nobody has waited for yet.
    events: Vec<Value>,
    ports: Ports,
}

impl Baresip {
    /// Starts a phone; a registering one is registered when this returns.
    pub async fn start(phone: Phone) -> Self {
        let registers = phone.password.is_some();
        let started = Self::start_unregistered(phone).await;
        if registers {
            started.registered().await;
        }
        started
    }

    /// Waits until it is registered. By its log: the event may come before anybody can listen to its events.
    pub async fn registered(&self) {
        let log = self.folder.path().join("log");
        let is_bound = async || std::fs::read_to_string(&log).ok().filter(|text| text.contains(" binding"));
        wait::until("the phone is registered", is_bound).await;
    }

    /// Starts a phone and does not wait for its registration.
    pub async fn start_unregistered(phone: Phone) -> Self {
        let (folder, ports) = (tempfile::tempdir().unwrap(), Ports::take());
        Sound::tone(phone.tone_hz, 120.0).write(&folder.path().join("voice.wav"));
        let mut settings = configuration(&folder, &ports, phone.hosts());
        if let Some(trusting) = &phone.tls {
            settings.extend(["sip_cafile ", &trusting.display().to_string(), "\n"]);
        }
        std::fs::write(folder.path().join("config"), settings).unwrap();
        std::fs::write(folder.path().join("accounts"), account(&phone)).unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        let mut command = Command::new("baresip");
        command.args(["-f", &folder.path().display().to_string()]).envs(std::env::vars_os());
        if phone.in_office {
            command = lab::within(lab::OFFICE, &command);
        }
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect("baresip is installed: apt-get install baresip");
        let control = (phone.hosts().1, ports.http());
        let control = wait::until("baresip takes commands", async || TcpStream::connect(control).await.ok()).await;
        Self { child, folder, control, buffer: Vec::new(), events: Vec::new(), ports }
    }

    /// Its SIP address without a registrar.
    pub fn address(&self, user: &str) -> String {
        format!("sip:{user}@127.0.0.1:{}", self.ports.sip())
    }

    /// Waits for an event, such as `CALL_INCOMING`; those before it are forgotten.
    pub async fn event(&mut self, kind: &str) -> Value {
        let search = async {
            loop {
                if let Some(place) = self.events.iter().position(|event| event["type"] == kind) {
                    return self.events.drain(..=place).next_back().unwrap_or_default();
                }
                self.read().await;
            }
        };
        if let Ok(event) = tokio::time::timeout(wait::PATIENCE, search).await {
            return event;
        }
        panic!("baresip never told of {kind}; it told of {:?}", self.told());
    }

    fn told(&self) -> Vec<&str> {
        self.events.iter().filter_map(|event| event["type"].as_str()).collect()
    }

    async fn read(&mut self) {
        let read = self.control.read_buf(&mut self.buffer).await.unwrap();
        assert!(read > 0, "baresip has ended");
        // Netstrings: `LENGTH:BYTES,`.
        while let Some(colon) = self.buffer.iter().position(|byte| *byte == b':') {
            let length: usize = std::str::from_utf8(&self.buffer[..colon]).unwrap().parse().unwrap();
            if self.buffer.len() < colon + length + 2 {
                return;
            }
            let message = self.buffer.drain(..colon + length + 2).collect::<Vec<_>>();
            self.events.extend(serde_json::from_slice::<Value>(&message[colon + 1..=colon + length]));
        }
    }

    /// Gives a command, such as `accept`, `hangup` or `dial`.
    pub async fn command(&mut self, command: &str, params: &str) {
        let text = json!({ "command": command, "params": params }).to_string();
        self.control.write_all(format!("{}:{text},", text.len()).as_bytes()).await.unwrap();
    }

    /// Waits for a call and takes it.
    pub async fn answer(&mut self) {
        self.event("CALL_INCOMING").await;
        self.command("accept", "").await;
        self.event("CALL_ESTABLISHED").await;
    }

    /// Presses a key in its call.
    pub async fn press(&mut self, key: char) {
        self.command("sndcode", key.encode_utf8(&mut [0; 4])).await;
    }

    /// Ends the phone and gives what it heard in its last call.
    pub async fn heard(mut self) -> Sound {
        self.end().await;
        let files = std::fs::read_dir(self.folder.path()).unwrap().filter_map(|entry| Some(entry.ok()?.path()));
        let mut heard: Vec<PathBuf> = files.filter(|path| path.to_string_lossy().ends_with("-dec.wav")).collect();
        heard.sort();
        let path = heard.last().expect("baresip has kept what it heard");
        read_wav(&std::fs::read(path).unwrap()).swap_remove(0)
    }

    async fn end(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let ending = async {
            while self.child.try_wait().unwrap().is_none() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        wait::done("baresip ends", ending).await;
    }
}

impl Drop for Baresip {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            // Its counters are rewritten in place.
            let lines = log.lines().map(|line| line.rsplit('\r').next().unwrap_or(line));
            eprintln!("--- baresip's log\n{}\n---", lines.collect::<Vec<_>>().join("\n"));
        }
    }
}

fn account(phone: &Phone) -> String {
    let transport = match (&phone.tls, phone.tcp) {
        (Some(_), _) => ";transport=tls",
        (None, true) => ";transport=tcp",
        (None, false) => "",
    };
    let mut line = format!("<sip:{}@{}{transport}>", phone.user, phone.server);
    match &phone.password {
        Some(password) => drop(write!(line, ";auth_pass={password};regint=60")),
        None => line.push_str(";regint=0"),
    }
    if let Some(encryption) = phone.encryption {
        line.push_str(";mediaenc=");
        line.push_str(encryption);
    }
    if phone.ice {
        line.push_str(";medianat=ice");
    }
    if let Some(codecs) = phone.codecs {
        line.push_str(";audio_codecs=");
        line.push_str(codecs);
    }
    if phone.auto_answer {
        line.push_str(";answermode=auto");
    }
    line + "\n"
}

fn configuration(folder: &TempDir, ports: &Ports, (host, control_host): (&str, &str)) -> String {
    let path = folder.path().display();
    let modules = ["/usr/lib/baresip/modules", "/usr/local/lib/baresip/modules", "/usr/lib64/baresip/modules"];
    let modules = modules.into_iter().find(|path| std::path::Path::new(path).exists()).unwrap_or_default();
    format!(
        "poll_method epoll\nsip_listen {host}:{sip}\nnet_interface {host}\ncall_local_timeout 120\n\
         call_max_calls 4\naudio_source aufile,{path}/voice.wav\naudio_player aubridge,ear\naudio_alert aubridge,bell\n\
         ausrc_srate 8000\nauplay_srate 8000\nausrc_channels 1\nauplay_channels 1\nrtp_ports {first}-{last}\n\
         module_path {modules}\nmodule g711.so\nmodule opus.so\nmodule srtp.so\nmodule dtls_srtp.so\nmodule ice.so\nmodule sndfile.so\nmodule aufile.so\nmodule aubridge.so\n\
         module_tmp uuid.so\nmodule_tmp account.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so\n\
         ctrl_tcp_listen {control_host}:{control}\nsnd_path {path}\n",
        sip = ports.sip(),
        first = ports.first_rtp(),
        last = ports.last_rtp(),
        control = ports.http(),
    )
}
