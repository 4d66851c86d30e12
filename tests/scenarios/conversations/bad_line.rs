//! A conversation over a bad line, proven from end to end: the caller speaks through noise, packets are lost, late and
//! overtaken both ways; what is written down, what is recorded and what both sides heard agree in words and in time.

use callwright_tests::api::text;
use callwright_tests::caller::{self, call_with, heard, said as sent, script, timeline};
use callwright_tests::signal::{Sound, Trace, read_wav};
use callwright_tests::voice::{spoken, voice};
use callwright_tests::{Api, Server};
use media::codec::Codec;
use serde_json::Value;
use synthetic_caller::{CallerConfig, Line, Passage, Report, Step};

use super::{assert_aligned, lines_of, said, say, transcript};

/// What the caller asks, and a word of it that must be heard.
const QUESTIONS: [(&str, &str); 2] =
    [("what are your opening hours", "opening hours"), ("do you have parking", "parking")];
/// From one end's mouth to the other's ear: packets, jitter and its buffer, in seconds.
const DELAY: std::ops::Range<f64> = 0.0..0.35;

/// How far a question's line may begin and end from where it was asked, seconds: noise next to it counts as voice.
const ASTRAY: f64 = 1.6;

/// A line as bad as a telephone's may be and still be used.
fn line(seed: u64) -> Line {
    Line { loss: 0.04, burst: 1.5, jitter_ms: 30, noise_db: Some(20.0), seed, ..Line::default() }
}

/// A call over a bad line and all that is left of it.
struct Conversation {
    report: Report,
    call: Value,
    transcript: Value,
    /// The server's: the caller, and our side.
    recorded: [Sound; 2],
    /// All of it in words, for messages.
    story: String,
}

impl Conversation {
    async fn hold(server: &Server, config: CallerConfig) -> Self {
        let [first, second] = QUESTIONS.map(|(question, _)| say(question));
        // Noise may be taken for more to come: an answer is waited for however late it begins.
        let listen = |seconds| [Step::Speech, caller::silence(seconds)];
        let [before, between, after] = [listen(2.0), listen(2.0), listen(6.0)];
        let steps = before.into_iter().chain([first]).chain(between).chain([second]).chain(after);
        let steps = steps.chain([Step::HangUp]).collect();
        let report = call_with(config, script(server.address("assistant"), steps)).await;
        let api: Api = server.api();
        let (transcript, call) = transcript(&api).await;
        let recorded = read_wav(&api.recording(&text(&call, "id")).await).try_into().unwrap();
        let story = format!("{transcript:#}\n{}\n{:?}", timeline(&report), report.line);
        Self { report, call, transcript, recorded, story }
    }

    /// From the answer to the recording's first sample, seconds.
    fn offset(&self) -> f64 {
        self.call["recording"]["offset_ms"].as_f64().unwrap() / 1_000.0
    }

    /// What is louder is no noise: 12 dB above it. Until the greeting is over the caller's line brings nothing else.
    fn loud(&self) -> f64 {
        4.0 * sent(&self.report).between(0.2, 1.0).level()
    }

    /// Both questions are understood, and both are answered.
    fn assert_words(&self) {
        let (asked, story) = (said(&self.transcript, "caller"), &self.story);
        for (_, word) in QUESTIONS {
            assert!(asked.contains(word), "`{word}` is heard: {story}");
        }
        let answered = said(&self.transcript, "us");
        assert!(answered.contains("Monday"), "the hours are told: {story}");
        assert!(answered.contains("parking behind the house"), "the way is told: {story}");
    }

    /// What was recorded of one side is what it said, piece by piece, when it said it.
    fn assert_sound(&self) {
        let [caller, us] = &self.recorded;
        let offset = self.offset();
        // The caller's clock begins at the answer, the recording's at its offset.
        let there = sent(&self.report).between(offset, f64::MAX).trace(caller, DELAY);
        let back = us.trace(&heard(&self.report).between(offset, f64::MAX), DELAY);
        for (trace, way) in [(&there, "said"), (&back, "heard")] {
            assert_came_through(trace, way, &self.story);
        }
    }

    /// What the caller heard is what the transcript says, when it says it.
    async fn assert_heard(&self) {
        let voice = voice().await;
        // A few words that were cut off are like many others.
        for line in lines_of(&self.transcript, "us").into_iter().filter(|line| line["cut"] != true) {
            let part = spoken(&voice, "en", line["text"].as_str().unwrap()).await;
            let found = heard(&self.report).find_speech(&part);
            let late = found.at as f64 / f64::from(self.report.rate) - line["from_ms"].as_f64().unwrap() / 1_000.0;
            assert!(found.score > 0.7, "{} of {line} is heard: {}", found.score, self.story);
            assert!(DELAY.contains(&late), "{late} s after {line}: {}", self.story);
        }
    }

    /// What the caller said stands in the transcript when it was said.
    async fn assert_said(&self) {
        let voice = voice().await;
        for (question, word) in QUESTIONS {
            let part = spoken(&voice, "en", question).await;
            let found = sent(&self.report).find_speech(&part);
            let from = found.at as f64 / f64::from(self.report.rate);
            let to = from + part.seconds();
            let lines = lines_of(&self.transcript, "caller");
            let line = lines.into_iter().find(|line| line["text"].as_str().unwrap().contains(word)).unwrap();
            let place = |name: &str| line[name].as_f64().unwrap() / 1_000.0;
            let (begin, end) = (place("from_ms") - from, place("to_ms") - to);
            assert!(found.score > 0.8, "{question} is said: {}", self.story);
            assert!(begin.abs() < ASTRAY && end.abs() < ASTRAY, "{begin} and {end} s off {line}: {}", self.story);
        }
    }

    /// Each end counts as lost what the line took.
    fn assert_losses(&self) {
        let toll = self.report.line.unwrap();
        let quality = &self.call["legs"][0]["quality"];
        let counted = |name: &str| quality[name].as_u64().unwrap();
        for (passage, received, lost) in [
            (toll.said, counted("received"), counted("lost")),
            (toll.heard, self.report.packets.0, self.report.packets.1),
        ] {
            let Passage { passed, lost: taken } = passage;
            let share = taken as f64 / (passed + taken) as f64;
            assert!((0.02..0.07).contains(&share), "{share} of the packets are lost: {}", self.story);
            // What is on its way when the call ends arrives nowhere.
            assert!(lost.abs_diff(taken) <= 3, "{lost} counted of {taken}: {}", self.story);
            assert!(received.abs_diff(passed) <= 10, "{received} counted of {passed}: {}", self.story);
        }
    }
}

/// Nearly all pieces are there, as they were sent, and at one distance in time.
fn assert_came_through(trace: &Trace, way: &str, story: &str) {
    assert!(trace.pieces >= 25, "{way}: {} pieces of speech: {story}", trace.pieces);
    assert!(trace.found >= 0.8, "{way}: {trace:?}: {story}");
    assert!(trace.latest - trace.earliest < 0.12, "{way}: {trace:?}: {story}");
}

async fn proven(codec: Codec, seed: u64) {
    let server = Server::start().await;
    let config = CallerConfig { codecs: vec![codec], line: line(seed), ..caller::speaker("caller").await };
    let conversation = Conversation::hold(&server, config).await;
    conversation.assert_words();
    assert_aligned(&conversation.transcript, &conversation.call, &conversation.recorded, conversation.loud());
    conversation.assert_sound();
    conversation.assert_heard().await;
    conversation.assert_said().await;
    conversation.assert_losses();
}

#[tokio::test]
async fn a_conversation_over_a_bad_line_agrees_in_words_and_in_time() {
    proven(Codec::Pcma, 1).await;
}

#[tokio::test]
async fn and_so_it_does_in_the_other_g711() {
    proven(Codec::Pcmu, 2).await;
}
