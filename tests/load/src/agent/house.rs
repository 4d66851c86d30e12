//! The server with its providers, all on this machine.

use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use provider_doubles::{
    ChatAnswer, ChatDouble, DeepgramDouble, EarTiming, ElevenDouble, Heard, Hesitation, Manner, SpokenTurn, Step,
    VoiceAnswer,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::AgentArgs;
use super::speech::TURNS;
use crate::HERE;

/// What the model says to request number `at`: about twelve seconds of speech, no sentence of which was said before, so
/// that the voice is asked for each.
fn answer(at: usize) -> String {
    let syllable = |at: usize| {
        [['b', 'd', 'f', 'g', 'k', 'l', 'm', 'n', 'r', 's'][at / 5 % 10], ['a', 'e', 'i', 'o', 'u'][at % 5]]
    };
    let name: String = [at / 2_500, at / 50, at].into_iter().flat_map(|part| syllable(part % 50)).collect();
    format!(
        "Yes, {name} is no problem at all. We have time for {name} on Tuesday and on Thursday, in the morning and in the \
         afternoon. Just tell me which of the two {name} would like, and I will write it down for you."
    )
}

/// A server, its providers, and its folder.
pub struct House {
    server: Child,
    folder: TempDir,
    target: String,
    chat: ChatDouble,
    ears: DeepgramDouble,
    voice: ElevenDouble,
    _runtime: Runtime,
}

impl House {
    /// Starts providers and server. The recogniser says that a turn is over 350 ms after its speech, with an early sign
    /// 200 ms before; the model takes 400 ms to its first token, then 60 a second; the voice 150 ms to its first byte.
    pub fn start(program: &Path, manner: &AgentArgs) -> Result<Self, Box<dyn Error>> {
        let (speculation, doubtful) = (!manner.no_speculation, manner.doubtful);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let (chat, ears, voice) = runtime.block_on(async {
            let model = provider_doubles::Script::by(|_, at| {
                Step::from(ChatAnswer::text(answer(at))).in_manner(Manner::slow(400, 60.0))
            });
            let turns = TURNS.iter().map(|turn| {
                // The second part must have begun: a little less than the whole, so that its end is the turn's.
                SpokenTurn::lasting(turn.text, (turn.length().as_millis() as u64).saturating_sub(200))
            });
            let hesitation = if doubtful { Hesitation::Doubtful } else { Hesitation::Understood };
            let timing = EarTiming { eager_ms: speculation.then_some(150), hesitation, ..EarTiming::default() };
            let heard = Heard { turns: turns.collect(), timing };
            let spoken = Step::from(VoiceAnswer::Tones { ms_per_char: 60 })
                .in_manner(Manner { first_byte: Duration::from_millis(150), ..Manner::default() });
            Ok::<_, std::io::Error>((
                ChatDouble::start(model).await?,
                DeepgramDouble::start(heard).await?,
                ElevenDouble::start(provider_doubles::Script::always(spoken)).await?,
            ))
        })?;
        let folder = tempfile::tempdir()?;
        let (sip, http) = (free_port()?, free_port()?);
        write_business(folder.path(), &chat, &ears, &voice, (sip, http), manner.chunk_ms)?;
        let log = std::fs::File::create(folder.path().join("log"))?;
        let mut server = Command::new(program.canonicalize()?)
            .args(["serve", "--config"])
            .arg(folder.path().join("callwright.toml"))
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        if let Err(error) = wait_until_ready(http) {
            let _ = server.kill();
            eprint_log(folder.path());
            return Err(error);
        }
        let target = format!("sip:bench@{HERE}:{sip}");
        Ok(Self { server, folder, target, chat, ears, voice, _runtime: runtime })
    }

    pub fn pid(&self) -> u32 {
        self.server.id()
    }

    pub fn target(&self) -> &str {
        &self.target
    }

    /// Requests to the model so far.
    pub fn thoughts(&self) -> usize {
        self.chat.requests().len()
    }

    /// When the last sound of each turn reached the recogniser, and when the voice sent the first of each text.
    pub fn moments(&self) -> (Vec<SystemTime>, Vec<SystemTime>) {
        (self.ears.moments(), self.voice.moments())
    }

    /// Shows what the server said.
    pub fn complain(&self) {
        eprint_log(self.folder.path());
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn eprint_log(folder: &Path) {
    let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
    // Nothing is lost when nobody reads it.
    let _ = std::io::stderr().write_all(log.as_bytes());
}

fn write_business(
    folder: &Path,
    chat: &ChatDouble,
    ears: &DeepgramDouble,
    voice: &ElevenDouble,
    (sip, http): (u16, u16),
    chunk_ms: Option<u64>,
) -> std::io::Result<()> {
    let chunk_ms = chunk_ms.map(|ms| format!("chunk_ms = {ms}")).unwrap_or_default();
    std::fs::create_dir_all(folder.join("business/flows"))?;
    std::fs::create_dir_all(folder.join("business/agents"))?;
    std::fs::write(folder.join("business/business.yaml"), "name: Bench\ntime_zone: UTC\n")?;
    std::fs::write(
        folder.join("business/agents/bench.yaml"),
        "languages: [en]\npersona: You answer the telephone of a practice.\ngreeting: Hello, what can I do for you?\n\
         recording: off\nvoices: {en: \"eleven:anna\"}\n",
    )?;
    let config = format!(
        r#"log = "warn"
data = "data"
brain = {{ url = "{}", model = "bench" }}
numbers = [{{ number = "bench", agent = "bench" }}]

[business]
folder = "business"

[sip]
port = {sip}
listen = ["127.0.0.1"]

[http]
port = {http}

[limits]
max_calls = 2000

[after_call]
brain = "rules"

[transcription]
engine = "deepgram"
model = "flux-general-en"
url = "{}"
key = "bench"
{chunk_ms}

[[speech.providers]]
name = "eleven"
kind = "elevenlabs"
url = "{}"
key = "bench"
voices = {{ anna = "anna" }}
"#,
        chat.url("/v1"),
        ears.ws_url(""),
        voice.ws_url(""),
    );
    std::fs::write(folder.join("callwright.toml"), config)
}

/// A port that was free a moment ago, for UDP and TCP.
fn free_port() -> std::io::Result<u16> {
    loop {
        let port = TcpListener::bind((HERE, 0))?.local_addr()?.port();
        if UdpSocket::bind((HERE, port)).is_ok() {
            return Ok(port);
        }
    }
}

fn wait_until_ready(http: u16) -> Result<(), Box<dyn Error>> {
    let deadline = Instant::now() + Duration::from_mins(1);
    while Instant::now() < deadline {
        if is_ready(SocketAddr::new(HERE, http)).unwrap_or(false) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err("the server did not become ready".into())
}

fn is_ready(address: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}
