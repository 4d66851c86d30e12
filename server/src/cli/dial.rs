//! `callwright dial`: a synthetic caller in the terminal.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{ArgMatches, Args, ValueEnum};
use media::sdp::KeyExchange;
use speech::{PicoPool, PicoSettings, WorkerCommand};
use synthetic_caller::{CallerConfig, KeyWay, Line, Passage, Report, Script, Step, SyntheticCaller};

use super::Failure;

/// Steps are done in the order in which they are written. One that says, plays or presses waits for its turn (the
/// other side has spoken, and is silent) unless a wait is right before it.
#[derive(Debug, Args)]
pub(super) struct DialArgs {
    /// The address to call: sip:reception@127.0.0.1
    target: String,
    /// Speak a text with the built-in voice
    #[arg(long, value_name = "TEXT", help_heading = "Steps")]
    say: Vec<String>,
    /// Play a sound file (wav, mp3, flac, ogg)
    #[arg(long, value_name = "FILE", help_heading = "Steps")]
    play: Vec<PathBuf>,
    /// Press keys: 0-9, *, #, A-D, and a comma for a pause
    #[arg(long, value_name = "KEYS", help_heading = "Steps")]
    press: Vec<String>,
    /// Wait so many seconds
    #[arg(long, value_name = "SECONDS", help_heading = "Steps", value_parser = seconds)]
    wait: Vec<Duration>,
    /// Wait until so many seconds after the answer
    #[arg(long, value_name = "SECONDS", help_heading = "Steps", value_parser = seconds)]
    at: Vec<Duration>,
    /// Wait until the other side has spoken and been silent for so many seconds
    #[arg(long, value_name = "SECONDS", help_heading = "Steps", value_parser = seconds)]
    wait_silence: Vec<Duration>,
    /// Wait until the other side begins to speak (1)
    #[arg(long, value_name = "1", help_heading = "Steps", num_args = 0..=1, default_missing_value = "1")]
    wait_prompt: Vec<u8>,
    /// Put the call on hold for so many seconds, then take it back
    #[arg(long, value_name = "SECONDS", help_heading = "Steps", value_parser = seconds)]
    hold: Vec<Duration>,
    /// Write what was heard as a mono WAV
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Write both voices as a stereo WAV: left what was heard, right what was said
    #[arg(long, value_name = "FILE")]
    record_both: Option<PathBuf>,
    /// By which way keys are sent
    #[arg(long, value_enum, default_value_t = Keys::Rfc4733)]
    keys: Keys,
    /// Language of the texts
    #[arg(long, default_value = "en")]
    language: String,
    /// Who calls: the user part of the address
    #[arg(long, default_value = "caller")]
    user: String,
    /// The caller's password; better in the variable CALLWRIGHT_DIAL_PASSWORD
    #[arg(long, value_name = "PASSWORD")]
    password: Option<String>,
    /// SIP over TCP
    #[arg(long)]
    tcp: bool,
    /// The only codec to offer: PCMA, PCMU or G722
    #[arg(long, value_name = "NAME")]
    codec: Option<String>,
    /// Encrypt the sound, with keys that are agreed on in this way
    #[arg(long, value_enum, value_name = "WAY")]
    srtp: Option<Srtp>,
    /// Hang up after the last step when the other side has been silent for so many seconds
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    linger: Duration,
    /// After the last step stay until the other side hangs up
    #[arg(long)]
    stay: bool,
    /// The longest call, seconds
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    longest: Duration,
    /// The longest ringing, seconds
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    ring: Duration,
    #[command(flatten)]
    line: LineArgs,
    /// Print the timeline as JSON
    #[arg(long)]
    json: bool,
    /// The steps in their order: read from the command line as a whole
    #[arg(skip)]
    steps: Vec<Step>,
}

/// How bad the line is, both ways.
#[derive(Debug, Args)]
#[command(next_help_heading = "A bad line")]
struct LineArgs {
    /// Lose so many of 100 RTP packets, at most 50
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0, value_parser = percent)]
    loss: f64,
    /// So many in a row, on average
    #[arg(long, value_name = "PACKETS", default_value_t = 1.0)]
    burst: f64,
    /// Delay each packet by 0 to so many ms; above 20 they overtake each other
    #[arg(long, value_name = "MS", default_value_t = 0)]
    jitter: u16,
    /// Noise so many dB below what is said: 10 is hard to understand, 30 is hardly noticed
    #[arg(long, value_name = "DB")]
    noise: Option<f64>,
    /// Which packets are lost and how late the others are: the same for the same number
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    line_seed: u64,
}

impl LineArgs {
    fn line(&self) -> Line {
        Line {
            loss: self.loss / 100.0,
            burst: self.burst,
            jitter_ms: u64::from(self.jitter),
            noise_db: self.noise,
            seed: self.line_seed,
            ..Line::default()
        }
    }
}

fn percent(text: &str) -> Result<f64, String> {
    let known = text.parse::<f64>().ok().filter(|percent| (0.0..=50.0).contains(percent));
    known.ok_or_else(|| "write a number from 0 to 50".to_owned())
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Srtp {
    /// In the session description (RFC 4568)
    Sdes,
    /// By a DTLS handshake (RFC 5763)
    Dtls,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Keys {
    /// RTP telephone-event
    Rfc4733,
    /// SIP INFO
    Info,
    /// Tones in the sound
    Inband,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "write seconds, such as 1.5".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|_| "write seconds, such as 1.5".to_owned())
}

impl DialArgs {
    /// Puts the steps into the order of the command line, which only the raw matches know.
    pub(super) fn order(&mut self, matches: &ArgMatches) {
        let mut steps: Vec<(usize, Vec<Step>)> = Vec::new();
        let language = self.language.clone();
        place(matches, "say", &self.say, &mut steps, |text| {
            vec![Step::Say { text: text.clone(), language: language.clone() }]
        });
        place(matches, "play", &self.play, &mut steps, |path| vec![Step::Play(path.clone())]);
        place(matches, "press", &self.press, &mut steps, |keys| vec![Step::Press(keys.clone())]);
        place(matches, "wait", &self.wait, &mut steps, |time| vec![Step::Wait(*time)]);
        place(matches, "at", &self.at, &mut steps, |time| vec![Step::At(*time)]);
        place(matches, "wait_silence", &self.wait_silence, &mut steps, |time| vec![Step::Silence(*time)]);
        place(matches, "wait_prompt", &self.wait_prompt, &mut steps, |_| vec![Step::Speech]);
        place(matches, "hold", &self.hold, &mut steps, |time| {
            vec![Step::Hold(true), Step::Wait(*time), Step::Hold(false)]
        });
        steps.sort_by_key(|(index, _)| *index);
        self.steps = steps.into_iter().flat_map(|(_, steps)| steps).collect();
    }
}

fn place<T>(
    matches: &ArgMatches,
    id: &str,
    values: &[T],
    steps: &mut Vec<(usize, Vec<Step>)>,
    make: impl Fn(&T) -> Vec<Step>,
) {
    let indices = matches.indices_of(id).into_iter().flatten();
    steps.extend(indices.zip(values).map(|(index, value)| (index, make(value))));
}

pub(super) fn run(args: &DialArgs) -> Result<(), Failure> {
    let report = super::runtime()?.block_on(call(args))?;
    if let Some(path) = &args.record {
        report.write_heard(path)?;
    }
    if let Some(path) = &args.record_both {
        report.write_both(path)?;
    }
    print(args, &report)?;
    if report.was_answered() { Ok(()) } else { Err("the call was not answered".into()) }
}

async fn call(args: &DialArgs) -> Result<Report, Failure> {
    let codecs = match &args.codec {
        None => media::codec::Codec::FIXED.to_vec(),
        Some(name) => {
            let known =
                media::codec::Codec::ALL.into_iter().find(|codec| codec.encoding_name().eq_ignore_ascii_case(name));
            vec![known.ok_or_else(|| format!("`{name}` is not one of PCMA, PCMU and G722"))?]
        }
    };
    let speaks = args.steps.iter().any(|step| matches!(step, Step::Say { .. }));
    let mut config = CallerConfig {
        user: args.user.clone(),
        password: args.password.clone().or_else(|| std::env::var("CALLWRIGHT_DIAL_PASSWORD").ok()),
        tcp: args.tcp,
        codecs,
        telephone_event: matches!(args.keys, Keys::Rfc4733),
        line: args.line.line(),
        srtp: args.srtp.map(|way| match way {
            Srtp::Sdes => KeyExchange::Sdes,
            Srtp::Dtls => KeyExchange::Dtls,
        }),
        ..CallerConfig::default()
    };
    if speaks {
        config.voice = Some(Arc::new(
            PicoPool::start(PicoSettings { workers: 1, ..PicoSettings::new(WorkerCommand::own()?) }).await?,
        ));
    }
    let mut seed = [0; 8];
    getrandom::fill(&mut seed)?;
    let mut caller = SyntheticCaller::start(config, u64::from_le_bytes(seed)).await?;
    let script = Script {
        target: args.target.clone(),
        steps: args.steps.clone(),
        keys: match args.keys {
            Keys::Rfc4733 => KeyWay::Rfc4733,
            Keys::Info => KeyWay::Info,
            Keys::Inband => KeyWay::Inband,
        },
        linger: (!args.stay).then_some(args.linger),
        ring: args.ring,
        longest: args.longest,
    };
    Ok(caller.call(&script).await?)
}

#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
fn print(args: &DialArgs, report: &Report) -> Result<(), Failure> {
    if args.json {
        println!("{}", serde_json::to_string_pretty(report)?);
        return Ok(());
    }
    for moment in &report.timeline {
        println!("{:>8.3}  {}", moment.at_ms as f64 / 1_000.0, moment.what);
    }
    if let Some(mos) = report.mos {
        let (received, lost) = report.packets;
        println!("          {received} packets heard, {lost} lost, MOS {mos:.2}");
    }
    if let Some(toll) = report.line {
        let of = |passage: Passage| format!("{} of {}", passage.lost, passage.lost + passage.passed);
        println!("          the line lost {} packets that we sent and {} of theirs", of(toll.said), of(toll.heard));
    }
    Ok(())
}
