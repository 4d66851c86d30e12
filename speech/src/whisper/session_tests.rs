//! A session in the time of its blocks: what is said, recognised and told, and when.

use call_model::SampleRate;

use super::frame::{Decoded, Job, Piece};
use super::queue::Urgency::{self, Early, Final, Partial};
use super::session::{Output, Session, SessionSettings};
use crate::{EarBlock, HearError, HearingEvent, ListenRequest};

/// A session, its clock, and what came out of it: events as text with the time at which they were told.
struct Bench {
    session: Session,
    now: u64,
    told: Vec<(u64, String)>,
    jobs: Vec<(Urgency, Job)>,
    promoted: Vec<u64>,
}

fn request() -> ListenRequest {
    ListenRequest {
        language: Some("en-GB".into()),
        hints: vec!["Northwind".into(), "Dental".into()],
        rate: SampleRate::Narrow,
        partials: true,
    }
}

/// Flags that end with the voice.
fn settings() -> SessionSettings {
    SessionSettings { hangover_ms: 0, ..SessionSettings::default() }
}

impl Bench {
    fn new() -> Self {
        Self::with(settings(), &request())
    }

    fn with(settings: SessionSettings, request: &ListenRequest) -> Self {
        let session = Session::new(settings, request, 30_000);
        Self { session, now: 0, told: Vec::new(), jobs: Vec::new(), promoted: Vec::new() }
    }

    fn drain(&mut self) {
        while let Some(output) = self.session.output() {
            match output {
                Output::Job(urgency, job) => self.jobs.push((urgency, job)),
                Output::Promote(number) => self.promoted.push(number),
                Output::Event(event) => self.told.push((self.now, show(&event))),
            }
        }
    }

    /// Blocks for so long, of this level; voiced where it is not 0.
    fn sound(&mut self, ms: u64, level: i16) -> &mut Self {
        for _ in 0..ms / 20 {
            let samples = (0..160).map(|n| if n % 2 == 0 { level } else { -level }).collect();
            self.session.block(EarBlock { at_ms: self.now, voiced: level != 0, samples });
            self.now += 20;
            self.drain();
        }
        self
    }

    fn speech(&mut self, ms: u64) -> &mut Self {
        self.sound(ms, 3_000)
    }

    fn silence(&mut self, ms: u64) -> &mut Self {
        self.sound(ms, 0)
    }

    fn answer(&mut self, number: u64, text: &str) -> &mut Self {
        let pieces = text.split_whitespace().map(|word| Piece {
            text: format!(" {word}").into(),
            from_ms: 0,
            to_ms: 0,
            probability: 0.9,
        });
        let heard = Decoded { language: Some("en".into()), no_speech: 0.0, timed: false, pieces: pieces.collect() };
        self.session.answer(number, Ok(heard));
        self.drain();
        self
    }

    /// Answers the last job.
    fn answer_last(&mut self, text: &str) -> &mut Self {
        let number = self.jobs.last().expect("a job").1.id;
        self.answer(number, text)
    }

    /// What was told since the last time.
    fn told(&mut self) -> Vec<String> {
        std::mem::take(&mut self.told).into_iter().map(|(_, event)| event).collect()
    }
}

fn show(event: &HearingEvent) -> String {
    match event {
        HearingEvent::SpeechStarted { at_ms } => format!("started {at_ms}"),
        HearingEvent::SpeechStopped { at_ms } => format!("stopped {at_ms}"),
        HearingEvent::Partial { text, .. } => format!("partial {text}"),
        HearingEvent::Final { from_ms, to_ms, text, .. } => format!("final {from_ms}-{to_ms} {text}"),
        HearingEvent::TurnLikely { text } => format!("likely {text}"),
        HearingEvent::TurnResumed => "resumed".into(),
        HearingEvent::TurnEnded { text } => format!("ended {text}"),
        HearingEvent::Recovered => "recovered".into(),
        HearingEvent::Failed { error, fatal } => format!("failed {error} {fatal}"),
    }
}

#[test]
fn an_utterance_from_start_to_end() {
    let mut bench = Bench::new();
    bench.silence(1_000).speech(900);
    assert_eq!(bench.told(), ["started 1000"]);
    let (urgency, job) = bench.jobs.last().cloned().expect("a partial");
    assert_eq!((urgency, job.language.as_deref(), job.hints.as_ref()), (Partial, Some("en"), "Northwind, Dental"));
    bench.answer_last("a table");
    bench.silence(200);
    // 140 ms of silence: it is recognised in case that it is over.
    assert_eq!(bench.jobs.last().expect("a job").0, Early);
    bench.answer_last("a table for two");
    assert_eq!(bench.told(), ["partial a table", "partial a table for two", "likely a table for two"]);
    let jobs = bench.jobs.len();
    bench.silence(480);
    assert_eq!(bench.told(), ["stopped 1900", "final 1000-1900 a table for two"]);
    bench.silence(40);
    assert_eq!(bench.told(), ["ended a table for two"]);
    bench.silence(2_000);
    assert_eq!((bench.jobs.len(), bench.told().len()), (jobs, 0));
}

#[test]
fn what_was_heard_before_the_onset_is_not_lost() {
    let mut bench = Bench::new();
    bench.silence(1_000).sound(60, 1).sound(500, 5_000).silence(300);
    let samples = &bench.jobs.last().expect("a job").1.samples;
    // 360 ms before speech was noticed, at 8 kHz.
    let loud = samples.iter().position(|sample| sample.unsigned_abs() > 2_500).expect("speech");
    assert!((300 * 8..400 * 8).contains(&loud), "{loud}");
}

#[test]
fn a_pause_in_mid_sentence_does_not_end_it() {
    let mut bench = Bench::new();
    bench.speech(600).silence(240);
    let early = bench.jobs.last().expect("a job").1.id;
    bench.answer(early, "I would like");
    bench.speech(600);
    bench.silence(140).answer_last("I would like a table");
    bench.silence(180);
    let expected = ["started 0", "partial I would like", "likely I would like", "resumed"];
    let told = bench.told();
    assert_eq!(told[..4], expected);
    assert_eq!(
        told[4..],
        [
            "partial I would like a table",
            "likely I would like a table",
            "stopped 1440",
            "final 0-1440 I would like a table"
        ]
    );
}

#[test]
fn a_turn_goes_on_over_two_utterances() {
    let mut bench = Bench::new();
    bench.speech(600).silence(400).answer_last("on Monday");
    assert_eq!(bench.told(), ["started 0", "stopped 600", "final 0-600 on Monday", "likely on Monday"]);
    bench.speech(500).silence(140).answer_last("at nine").silence(700);
    let told = bench.told();
    assert_eq!(told.iter().filter(|event| *event == "resumed").count(), 1);
    assert_eq!(told.last().map(String::as_str), Some("ended on Monday at nine"));
}

#[test]
fn words_that_come_late_hold_up_the_end_of_the_turn() {
    let mut bench = Bench::new();
    bench.speech(600).silence(2_000);
    assert_eq!(bench.told(), ["started 0", "stopped 600"]);
    assert_eq!(bench.promoted.len(), 1);
    bench.answer(bench.promoted[0], "yes please");
    assert_eq!(bench.told(), ["final 0-600 yes please", "ended yes please"]);
}

#[test]
fn finals_come_in_order() {
    let mut bench = Bench::new();
    bench.speech(400).silence(400).speech(400).silence(400);
    let [first, second] = bench.promoted[..] else { panic!("two finals") };
    bench.answer(second, "second");
    assert!(bench.told().iter().all(|event| !event.starts_with("final")));
    bench.answer(first, "first");
    let finals: Vec<_> = bench.told().into_iter().filter(|event| event.starts_with("final")).collect();
    assert_eq!(finals, ["final 0-400 first", "final 800-1200 second"]);
}

#[test]
fn a_click_is_neither_speech_nor_worth_recognising() {
    let mut bench = Bench::new();
    bench.silence(200).speech(20).silence(1_000);
    assert_eq!(bench.told(), Vec::<String>::new());
    // A cough of 60 ms is speech, but too short for words.
    bench.speech(60).silence(1_000);
    assert_eq!(bench.told(), ["started 1220", "stopped 1280", "ended "]);
    assert!(bench.jobs.is_empty());
}

#[test]
fn what_was_made_up_is_no_final() {
    let mut bench = Bench::new();
    bench.speech(500).silence(400).answer_last("Thanks for watching!");
    bench.silence(400);
    assert_eq!(bench.told(), ["started 0", "stopped 500", "ended "]);
}

#[test]
fn a_long_utterance_is_cut_at_its_quietest_place() {
    let settings = SessionSettings { longest_ms: 4_000, ..settings() };
    let mut bench = Bench::with(settings, &request());
    bench.speech(3_000).sound(120, 100).speech(1_500).silence(400);
    let finals: Vec<_> = bench.jobs.iter().filter(|(urgency, _)| *urgency == Final).map(|(_, job)| job.id).collect();
    assert_eq!(finals.len(), 1);
    let rest = bench.promoted[0];
    bench.answer(finals[0], "one two").answer(rest, "three four");
    bench.silence(400);
    let told: Vec<_> = bench.told().into_iter().filter(|event| !event.starts_with("partial")).collect();
    assert_eq!(told.len(), 6, "{told:?}");
    assert_eq!((told[0].as_str(), told[5].as_str()), ("started 0", "ended one two three four"));
    let cut: u64 =
        told.iter().find_map(|event| event.strip_prefix("final 0-")?.split(' ').next()?.parse().ok()).expect("a final");
    assert!((3_000..3_120).contains(&cut), "cut at {cut}");
}

#[test]
fn without_partials_only_finals_are_recognised_and_told() {
    let mut bench = Bench::with(settings(), &ListenRequest { partials: false, ..request() });
    bench.speech(2_000).silence(300);
    assert_eq!(bench.jobs.len(), 1);
    assert_eq!(bench.jobs[0].0, Final);
    bench.answer_last("good morning").silence(1_000);
    assert_eq!(bench.told(), ["started 0", "stopped 2000", "final 0-2000 good morning"]);
}

#[test]
fn a_lost_utterance_is_told_and_the_session_goes_on() {
    let mut bench = Bench::new();
    bench.speech(500).silence(400);
    let number = bench.promoted[0];
    bench.session.answer(number, Err(HearError::WorkerDied));
    bench.drain();
    assert_eq!(bench.told()[2], "failed the recogniser's process ended false");
    bench.speech(500).silence(140).answer_last("hello").silence(800);
    assert_eq!(bench.told().last().map(String::as_str), Some("ended hello"));
}

#[test]
fn answers_that_never_come_do_not_pile_up() {
    let mut bench = Bench::new();
    for _ in 0..12 {
        bench.speech(400).silence(400);
    }
    let refused = bench.told().iter().filter(|event| *event == "failed too much is waiting to be heard false").count();
    assert_eq!((refused, bench.promoted.len()), (4, 8));
    for number in bench.promoted.clone() {
        bench.answer(number, "yes");
    }
    assert_eq!(bench.told().iter().filter(|event| event.starts_with("final")).count(), 8);
}

#[test]
fn lost_blocks_leave_the_times_right() {
    let mut bench = Bench::new();
    bench.speech(400);
    bench.now += 200;
    bench.speech(400).silence(140).answer_last("mind the gap").silence(200);
    let told = bench.told();
    assert!(told.contains(&"final 0-1000 mind the gap".to_owned()), "{told:?}");
}

#[test]
fn the_end_of_the_audio_ends_the_utterance_and_the_turn() {
    let mut bench = Bench::new();
    bench.speech(500);
    bench.session.close();
    bench.drain();
    assert!(!bench.session.is_over());
    bench.answer_last("goodbye");
    assert_eq!(bench.told(), ["started 0", "stopped 500", "final 0-500 goodbye", "ended goodbye"]);
    assert!(bench.session.is_over());
}

#[test]
fn flags_that_hang_over_move_the_end_back() {
    let settings = SessionSettings { hangover_ms: 200, ..settings() };
    let mut bench = Bench::with(settings, &request());
    // 500 ms of speech, voiced for 700.
    bench.speech(700).silence(20);
    assert_eq!(bench.jobs.last().expect("a job").0, Early);
    bench.answer_last("yes").silence(100);
    let told = bench.told();
    assert!(told.ends_with(&["stopped 500".into(), "final 0-500 yes".into()]), "{told:?}");
}

#[test]
fn an_early_one_that_was_refused_is_tried_again_as_a_final() {
    let mut bench = Bench::new();
    bench.speech(500).silence(200);
    let number = bench.jobs.last().expect("a job").1.id;
    bench.session.answer(number, Err(HearError::Overloaded));
    bench.silence(200);
    assert_eq!(bench.jobs.last().expect("a job").0, Final);
    bench.answer_last("hello").silence(600);
    assert_eq!(bench.told(), ["started 0", "stopped 500", "final 0-500 hello", "likely hello", "ended hello"]);
}

#[test]
fn a_language_found_out_twice_is_kept() {
    let mut bench = Bench::with(settings(), &ListenRequest { language: None, ..request() });
    for expected in [None, None, Some("en")] {
        bench.speech(1_200).silence(140);
        assert_eq!(bench.jobs.last().expect("a job").1.language.as_deref(), expected);
        bench.answer_last("guten tag").silence(800);
    }
}
