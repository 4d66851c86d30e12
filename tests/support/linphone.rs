//! linphone's command line: a softphone by somebody else that speaks TLS, SRTP and Opus.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use tempfile::TempDir;

use crate::ports::Ports;
use crate::signal::Sound;
use crate::wait;

/// How the phone is set up.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// The codec that it offers, such as `opus` at 48000; none: all of its own.
    pub codec: Option<(&'static str, u32)>,
    /// It insists on SRTP, with keys by SDES.
    pub srtp: bool,
    /// The file of the authority whose certificates it believes.
    pub root: Option<PathBuf>,
    /// The tone that its user speaks, Hz.
    pub tone_hz: f64,
}

/// A running phone.
pub struct Linphone {
    child: Child,
    commands: ChildStdin,
    folder: TempDir,
    _ports: Ports,
}

impl Linphone {
    /// Starts a phone that speaks and hears by files.
    pub fn start(setup: &Setup) -> Self {
        let (folder, ports) = (tempfile::tempdir().unwrap(), Ports::take());
        let path = folder.path();
        // It does not start without a folder for its books.
        std::fs::create_dir_all(path.join(".local/share/linphone")).unwrap();
        std::fs::write(path.join("settings"), configuration(setup, &ports)).unwrap();
        Sound::tone(setup.tone_hz, 60.0).write(&path.join("voice.wav"));
        let screen = File::create(path.join("screen")).unwrap();
        let mut child = Command::new("linphonec")
            .args(["-c", "settings", "-d", "6", "-l", "log"])
            .current_dir(path)
            .env("HOME", path)
            .env("XDG_DATA_HOME", path.join(".local/share"))
            .stdin(Stdio::piped())
            .stdout(screen.try_clone().unwrap())
            .stderr(screen)
            .spawn()
            .expect("linphone is installed: apt-get install linphone-cli");
        let commands = child.stdin.take().unwrap();
        let mut phone = Self { child, commands, folder, _ports: ports };
        phone.command("soundcard use files");
        phone.command(&format!("play {}", phone.file("voice.wav").display()));
        phone.command(&format!("record {}", phone.file("heard.wav").display()));
        phone
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Gives a command, such as `call sip:...` or `terminate`.
    pub fn command(&mut self, command: &str) {
        writeln!(self.commands, "{command}").unwrap();
    }

    /// Waits until its screen says this.
    pub async fn says(&self, words: &str) {
        let screen = self.file("screen");
        wait::until(&format!("linphone says: {words}"), async || {
            std::fs::read_to_string(&screen).is_ok_and(|text| text.contains(words)).then_some(())
        })
        .await;
    }

    /// All that it has written down: every SIP message, and what it thinks of it.
    pub fn log(&self) -> String {
        std::fs::read(self.file("log")).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Ends the phone and gives what it heard.
    pub async fn heard(mut self) -> Sound {
        self.command("quit");
        wait::until("linphone ends", async || self.child.try_wait().unwrap()).await;
        // The length in the header counts the header itself: the samples are what follows it.
        let wav = std::fs::read(self.file("heard.wav")).unwrap();
        let (header, samples) = wav.split_at(44);
        let rate = u32::from_le_bytes(header[24..28].try_into().unwrap());
        Sound::new(samples.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect(), rate)
    }
}

impl Drop for Linphone {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- linphone's log\n{}\n---", self.log());
        }
    }
}

fn configuration(setup: &Setup, ports: &Ports) -> String {
    let encryption = if setup.srtp { "media_encryption=srtp\nmedia_encryption_mandatory=1\n" } else { "" };
    let root = setup.root.as_deref().map(Path::display).map(|path| format!("root_ca={path}\n")).unwrap_or_default();
    let codecs = setup.codec.map(|(name, rate)| {
        let channels = if name == "opus" { 2 } else { 1 };
        let wanted = format!("[audio_codec_0]\nmime={name}\nrate={rate}\nchannels={channels}\nenabled=1\n");
        // The others would be added by themselves, enabled.
        let others =
            [("opus", 48_000, 2), ("speex", 16_000, 1), ("speex", 8_000, 1), ("PCMU", 8_000, 1), ("PCMA", 8_000, 1)];
        let others = others.iter().filter(|(other, ..)| *other != name).enumerate();
        let off = |(index, (name, rate, channels)): (usize, &(&str, u32, u32))| {
            format!("[audio_codec_{}]\nmime={name}\nrate={rate}\nchannels={channels}\nenabled=0\n", index + 1)
        };
        wanted + &others.map(off).collect::<Vec<_>>().concat()
    });
    format!(
        "[sip]\nsip_port=-1\nsip_tcp_port=-1\nsip_tls_port=-1\nuse_ipv6=0\nipv6_migration_done=1\nguess_hostname=0\n\
         contact=\"Test\" <sip:linphone@127.0.0.1>\n{encryption}{root}[rtp]\naudio_rtp_port={}\n[sound]\n\
         echocancellation=0\n{}",
        ports.first_rtp(),
        codecs.unwrap_or_default()
    )
}
