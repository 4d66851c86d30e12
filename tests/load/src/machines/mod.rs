//! `load machines`: how well and how soon it is told who answered a call, on made material for five languages. It needs
//! no server: the classifier alone is judged, by its sound and with the words of a recogniser that takes 400 ms.

mod chance;
mod material;
mod texts;

use std::collections::BTreeMap;
use std::error::Error;

use call_model::{AnswerSign, Answered, AnsweredBy, AudioFrame, SampleRate};
use clap::Args;
use media::answering::{AnsweringConfig, Classifier, Finding, clue};
use media::vad::{Vad, VadConfig};

use material::{Made, Part, Studio};

#[derive(Debug, Args)]
pub struct MachinesArgs {
    /// Calls made of each greeting
    #[arg(long, default_value_t = 4)]
    takes: usize,
    /// The part that was tuned on, in place of the other
    #[arg(long)]
    tuning: bool,
    /// Print every call that is told wrongly
    #[arg(long)]
    wrong: bool,
    /// Fail when it is worse than it should be
    #[arg(long)]
    check: bool,
}

/// Who answers a made call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Somebody at home.
    Person,
    /// Somebody of a business, who says more.
    Desk,
    Machine,
    Screening,
    /// An announcement of a network, without tones.
    Network,
    Fax,
    /// Special information tones.
    Special,
    Busy,
    Silence,
}

impl Kind {
    const fn expected(self) -> AnsweredBy {
        match self {
            Self::Person | Self::Desk => AnsweredBy::Person,
            Self::Machine => AnsweredBy::Machine,
            Self::Screening => AnsweredBy::Screening,
            Self::Fax => AnsweredBy::Fax,
            Self::Network | Self::Special | Self::Busy => AnsweredBy::Unobtainable,
            Self::Silence => AnsweredBy::Silence,
        }
    }
}

/// What the classifier made of one call.
struct Judged {
    first: Option<Answered>,
    /// When it was our turn, ms after the answer, and whether by a tone.
    turns: Vec<(usize, bool)>,
}

/// What it made of all.
#[derive(Default)]
struct Score {
    table: BTreeMap<(Kind, &'static str), usize>,
    languages: BTreeMap<&'static str, (usize, usize)>,
    /// From the end of a person's greeting to the verdict, ms.
    after_hello: Vec<i64>,
    /// From the answer to the verdict on a machine, ms.
    machine: Vec<i64>,
    latest: u64,
    /// Tones: all, told within half a second of their end, told where there was none.
    beeps: (usize, usize, usize),
    beep_delay: Vec<i64>,
}

pub fn run(args: &MachinesArgs) -> Result<(), Box<dyn Error>> {
    let part = if args.tuning { Part::Tuning } else { Part::Report };
    let calls = Studio::open().calls(part, args.takes)?;
    println!(
        "{} calls of the part that was {}",
        calls.len(),
        if args.tuning { "tuned on" } else { "kept for the report" }
    );
    for with_words in [false, true] {
        let mut score = Score::default();
        for call in &calls {
            let judged = judge(call, with_words);
            if args.wrong && judged.first.is_none_or(|first| first.by != call.kind.expected()) {
                println!("  wrong ({with_words}): {:?} {} -> {:?}", call.kind, call.label, judged.first);
            }
            score.count(call, &judged);
        }
        println!("\n{}", if with_words { "With the words of a recogniser" } else { "By the sound alone" });
        score.print();
        if args.check {
            score.check(with_words)?;
        }
    }
    Ok(())
}

fn judge(call: &Made, with_words: bool) -> Judged {
    let (mut classifier, mut vad) = (Classifier::new(AnsweringConfig::default()), Vad::new(VadConfig::default()));
    classifier.answered();
    let mut frame = AudioFrame::silence(SampleRate::Narrow);
    let mut words = call.words.iter().filter(|_| with_words).peekable();
    let mut judged = Judged { first: None, turns: Vec::new() };
    for (n, samples) in call.samples.chunks_exact(SampleRate::Narrow.frame_samples()).enumerate() {
        let now = (n + 1) * 20;
        while let Some((_, text)) = words.next_if(|(at, _)| *at <= now) {
            if let Some(clue) = clue(text) {
                classifier.understood(clue);
            }
        }
        frame.samples_mut().copy_from_slice(samples);
        vad.process(&frame, true);
        match classifier.process(&frame, vad.is_voiced()) {
            Some(Finding::Answered(answered)) => {
                // Assistants and networks are told from machines by words that may come after the first verdict.
                let by_words = matches!(answered.by, AnsweredBy::Screening | AnsweredBy::Unobtainable);
                let better = judged.first.is_none() || by_words;
                if better {
                    judged.first = Some(answered);
                }
            }
            Some(Finding::Ready { beep }) => judged.turns.push((now, beep)),
            None => {}
        }
    }
    judged
}

impl Score {
    fn count(&mut self, call: &Made, judged: &Judged) {
        let told = judged.first.map_or("none", |first| first.by.as_str());
        *self.table.entry((call.kind, told)).or_default() += 1;
        let right = judged.first.is_some_and(|first| first.by == call.kind.expected());
        let language = self.languages.entry(call.language).or_default();
        language.0 += usize::from(right);
        language.1 += 1;
        let Some(first) = judged.first else { return };
        if first.sign != AnswerSign::Words {
            self.latest = self.latest.max(first.after_ms);
        }
        let after = first.after_ms as i64;
        match (call.kind, first.by) {
            (Kind::Person | Kind::Desk, AnsweredBy::Person) => self.after_hello.push(after - call.greeted_ms as i64),
            (Kind::Machine, AnsweredBy::Machine) => self.machine.push(after),
            _ => {}
        }
        let beeps: Vec<i64> = judged.turns.iter().filter(|(_, beep)| *beep).map(|(at, _)| *at as i64).collect();
        let is_ours = |at: &i64| call.beep_ms.is_some_and(|beep| (-20..500).contains(&(at - beep as i64)));
        if let Some(beep) = call.beep_ms {
            self.beeps.0 += 1;
            if let Some(at) = beeps.iter().find(|at| is_ours(at)) {
                self.beeps.1 += 1;
                self.beep_delay.push(at - beep as i64);
            }
        }
        if matches!(call.kind, Kind::Person | Kind::Desk | Kind::Machine | Kind::Screening | Kind::Network) {
            self.beeps.2 += beeps.iter().filter(|at| !is_ours(at)).count();
        }
    }

    fn print(&self) {
        let columns = ["person", "machine", "screening", "fax", "unobtainable", "silence", "unsure", "none"];
        print!("{:<11}", "");
        for column in columns {
            print!("{column:>13}");
        }
        println!();
        let kinds: std::collections::BTreeSet<Kind> = self.table.keys().map(|(kind, _)| *kind).collect();
        for kind in kinds {
            print!("{:<11}", format!("{kind:?}").to_lowercase());
            for column in columns {
                print!("{:>13}", self.table.get(&(kind, column)).unwrap_or(&0));
            }
            println!();
        }
        let languages = self.languages.iter().filter(|(language, _)| **language != "-");
        let shares: Vec<String> =
            languages.map(|(language, (right, all))| format!("{language} {right}/{all}")).collect();
        println!("right by language: {}", shares.join(", "));
        println!("person, from the end of the first greeting to the verdict: {}", spread(&self.after_hello));
        println!("machine, from the answer to the verdict: {}", spread(&self.machine));
        println!("latest verdict: {} ms after the answer", self.latest);
        let (all, told, wrong) = self.beeps;
        println!(
            "tones of machines: {told} of {all} told, {wrong} where there was none; from their end: {}",
            spread(&self.beep_delay)
        );
    }

    fn share(&self, kinds: &[Kind]) -> f64 {
        let of = |right: bool| -> usize {
            let mine = self
                .table
                .iter()
                .filter(|((kind, told), _)| kinds.contains(kind) && (!right || *told == kind.expected().as_str()));
            mine.map(|(_, count)| *count).sum()
        };
        of(true) as f64 / of(false).max(1) as f64
    }

    /// Bounds that hold on a small part too.
    fn check(&self, with_words: bool) -> Result<(), Box<dyn Error>> {
        let mut bounds = vec![
            ("persons", self.share(&[Kind::Person]), 0.95),
            ("desks", self.share(&[Kind::Desk]), 0.6),
            ("machines", self.share(&[Kind::Machine]), 0.8),
            ("tones", self.share(&[Kind::Fax, Kind::Special, Kind::Busy, Kind::Silence]), 0.98),
            ("beeps", self.beeps.1 as f64 / self.beeps.0.max(1) as f64, 0.95),
        ];
        if with_words {
            bounds.push(("assistants", self.share(&[Kind::Screening]), 0.95));
            bounds.push(("networks", self.share(&[Kind::Network]), 0.95));
        }
        for (what, share, least) in bounds {
            if share < least {
                return Err(format!("{what}: {share:.3} are right, and {least} should be").into());
            }
        }
        let slowest = self.after_hello.iter().max().copied().unwrap_or(0);
        if slowest > 1_400 || self.latest > 4_600 {
            return Err(format!("a person waits for {slowest} ms, a verdict came after {} ms", self.latest).into());
        }
        Ok(())
    }
}

/// The median, nine of ten, and the most.
fn spread(values: &[i64]) -> String {
    let mut values = values.to_vec();
    values.sort_unstable();
    let at = |share: f64| values.get(((values.len() - 1) as f64 * share) as usize).copied().unwrap_or_default();
    if values.is_empty() {
        return "none".into();
    }
    format!("median {} ms, 90 % within {} ms, at most {} ms", at(0.5), at(0.9), at(1.0))
}
