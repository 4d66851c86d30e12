//! Callers who speak: to the assistant of the demo, to a model behind it, to a menu; and what is written down of it.

mod bad_line;

use callwright_tests::api::text;
use callwright_tests::caller::{self, heard, script, talk, timeline};
use callwright_tests::signal::{Sound, read_wav};
use callwright_tests::voice::{spoken, voice};
use callwright_tests::{Api, Server, Settings, wait};
use provider_doubles::{ChatAnswer, ChatDouble, DeepgramDouble, Fault, Heard, Script, Step as Answering};
use serde_json::Value;
use synthetic_caller::Step;

/// The caller says this, in the built-in voice.
fn say(text: &str) -> Step {
    Step::Say { text: text.into(), language: "en".into() }
}

/// The transcript of the newest call, once it is complete.
async fn transcript(api: &Api) -> (Value, Value) {
    let id = text(&api.last_call().await, "id");
    let call = api.call_when(&id, "the transcript is complete", |call| call["transcript"] == "ready").await;
    (api.get(&format!("/v1/calls/{id}/transcript")).await, call)
}

fn lines_of<'t>(transcript: &'t Value, speaker: &str) -> Vec<&'t Value> {
    let lines = transcript["lines"].as_array().unwrap();
    lines.iter().filter(|line| line["speaker"] == speaker).collect()
}

fn said(transcript: &Value, speaker: &str) -> String {
    lines_of(transcript, speaker).iter().map(|line| line["text"].as_str().unwrap()).collect::<Vec<_>>().join(" | ")
}

/// Speech is louder than this on a quiet line, root mean square.
const LOUD: f64 = 400.0;

/// Every line lies where its speaker is heard in the recording, and most of what is `loud` there lies in lines.
fn assert_aligned(transcript: &Value, call: &Value, channels: &[Sound], loud: f64) {
    let offset = call["recording"]["offset_ms"].as_i64().unwrap();
    for (channel, speaker) in channels.iter().zip(["caller", "us"]) {
        let mut inside = vec![false; (channel.seconds() * 100.0) as usize];
        for line in lines_of(transcript, speaker) {
            let place = |name: &str| (line[name].as_i64().unwrap() - offset) as f64 / 1_000.0;
            let (from, to) = (place("from_ms"), place("to_ms"));
            // What is said before the announcement is over is written down and not recorded.
            if from < 0.0 {
                continue;
            }
            assert!(channel.between(from, to).level() > loud / 4.0, "{speaker} is silent at {line}");
            // A quarter of a second on either side: word edges are soft.
            let edge = |seconds: f64| ((seconds.max(0.0) * 100.0) as usize).min(inside.len());
            let (from, to) = (edge(from - 0.25), edge(to + 0.25));
            inside[from..to.max(from)].fill(true);
        }
        let heard: Vec<bool> = channel
            .envelope()
            .iter()
            .zip(&inside)
            .filter(|(level, _)| **level > loud)
            .map(|(_, inside)| *inside)
            .collect();
        let covered = heard.iter().filter(|inside| **inside).count();
        assert!(covered * 10 >= heard.len() * 9, "{covered} of {} of {speaker} is written down", heard.len());
    }
}

#[tokio::test]
async fn the_assistant_hears_answers_and_writes_it_down() {
    let server = Server::start().await;
    let steps =
        vec![say("what are your opening hours"), Step::Turn, say("thank you goodbye"), Step::Turn, Step::HangUp];
    let report = talk(server.address("assistant"), steps).await;
    let api = server.api();
    let (transcript, call) = transcript(&api).await;
    let story = format!("{transcript:#}\n{}", timeline(&report));

    let asked = said(&transcript, "caller");
    assert!(asked.contains("hours"), "the caller is understood: {story}");
    let answered = said(&transcript, "us");
    assert!(answered.contains("Northwind Dental"), "greeted: {story}");
    assert!(answered.to_lowercase().contains("monday") || answered.contains("open"), "answered: {story}");
    assert!(!transcript["turns"].as_array().unwrap().is_empty(), "the stages of the turn are kept: {story}");

    let channels = read_wav(&api.recording(&text(&call, "id")).await);
    assert_aligned(&transcript, &call, &channels, LOUD);
    // What is written is what was heard: the greeting, on the caller's own side.
    let greeting = spoken(&voice().await, "en", "Northwind Dental, hello!").await;
    assert!(heard(&report).contains_speech(&greeting), "{story}");

    let found = api.list("/v1/transcripts/search?q=hours").await;
    assert!(found.iter().any(|hit| hit["call"] == call["id"]), "{found:?}");
    let vtt = api.bytes(&format!("/v1/calls/{}/transcript?format=vtt", text(&call, "id"))).await;
    assert!(String::from_utf8(vtt).unwrap().starts_with("WEBVTT"));
}

fn with_model(double: &ChatDouble) -> Settings {
    // What is made of the call afterwards is the rules' work: the model is asked by the agent alone.
    let after_call = "[after_call]\nbrain = \"rules\"";
    let brain = format!("brain = {{ url = \"{}\", model = \"double\" }}\n{after_call}", double.url("/v1"));
    Settings::default().config(&brain)
}

/// A recogniser that hears real speech by its energy, and understands what the test says was spoken.
pub(crate) async fn ears<const N: usize>(texts: [&str; N]) -> DeepgramDouble {
    DeepgramDouble::start(Heard::texts(texts)).await.unwrap()
}

pub(crate) fn hearing(settings: Settings, ears: &DeepgramDouble) -> Settings {
    let section = "[transcription]\nengine = \"deepgram\"\nmodel = \"flux-general-en\"\nkey = \"key\"";
    settings.config(&format!("{section}\nurl = \"{}\"", ears.ws_url("")))
}

#[tokio::test]
async fn one_line_of_configuration_lets_a_model_answer() {
    let double = ChatDouble::start(ChatAnswer::text("Yes. We have time for you on Thursday at ten.")).await.unwrap();
    let ears = ears(["I need an appointment."]).await;
    let server = Server::with(hearing(with_model(&double), &ears)).await;
    let steps = vec![say("i need an appointment"), Step::Turn, Step::HangUp];
    let report = talk(server.address("assistant"), steps).await;
    let (transcript, _) = transcript(&server.api()).await;
    let story = format!("{transcript:#}\n{}", timeline(&report));
    assert!(said(&transcript, "us").contains("Thursday at ten"), "{story}");
    let request = double.requests().last().unwrap().json();
    assert_eq!(request["model"], "double");
    let messages = request["messages"].to_string();
    assert!(messages.contains("appointment"), "the model sees what was heard: {messages}");
    let answer = spoken(&voice().await, "en", "We have time for you on Thursday at ten.").await;
    assert!(heard(&report).contains_speech(&answer), "{story}");
}

#[tokio::test]
async fn an_interrupted_answer_is_cut_to_what_was_heard() {
    let long = "I can tell you a lot about our practice and the people who work in it and the street it is in and the town \
                around it. There is a garden behind the house. It has apple trees.";
    let double = ChatDouble::start(ChatAnswer::text(long)).await.unwrap();
    let ears = ears(["What services do you offer?", "No thank you, I need an appointment, please."]).await;
    let server = Server::with(hearing(with_model(&double), &ears)).await;
    let steps = vec![
        say("what services do you offer"),
        // In the middle of the answer.
        Step::Speech,
        caller::wait(2.0),
        say("no thank you i need an appointment please"),
        caller::wait(4.0),
        Step::HangUp,
    ];
    let report = talk(server.address("assistant"), steps).await;
    let (transcript, _) = transcript(&server.api()).await;
    let story = format!("{transcript:#}\n{}", timeline(&report));
    let cut = lines_of(&transcript, "us").into_iter().find(|line| line["cut"] == true);
    let cut = cut.unwrap_or_else(|| panic!("nothing was cut: {story}"));
    let words = cut["text"].as_str().unwrap();
    assert!(!words.is_empty() && long.contains(words) && words.len() < long.len(), "{story}");
    // What was not heard is not what the model is told it said.
    let requests = double.requests();
    let last = requests.last().unwrap().json()["messages"].to_string();
    assert!(!last.contains("apple trees"), "{last}");
}

#[tokio::test]
async fn a_model_that_fails_is_replaced_before_the_caller_meets_silence() {
    let double = ChatDouble::start(Script::always(Answering::<ChatAnswer>::failing(Fault::Status(500)))).await.unwrap();
    let ears = ears(["What are your opening hours?"]).await;
    let server = Server::with(hearing(with_model(&double), &ears)).await;
    let steps = vec![say("what are your opening hours"), Step::Turn, Step::HangUp];
    let report = talk(server.address("assistant"), steps).await;
    let (transcript, _) = transcript(&server.api()).await;
    assert!(!double.requests().is_empty(), "the model was asked first");
    assert!(lines_of(&transcript, "us").len() >= 2, "{transcript:#}\n{}", timeline(&report));
}

#[tokio::test]
async fn a_menu_is_answered_by_voice() {
    let ears = ears(["Opening hours."]).await;
    let server = Server::with(hearing(Settings::default(), &ears)).await;
    let api = server.api();
    let flow = "languages: [en]\nrecording: off\nnodes:\n  ask:\n    menu:\n      say: Opening hours, or directions?\n      \
                options:\n        1: {next: hours, say: [opening hours, hours]}\n        2: {next: way, say: directions}\n  \
                hours: {hangup: {say: From nine to five.}}\n  way: {hangup: {say: It is behind the station.}}\n";
    api.flow("spoken", flow).await;
    let report = talk(server.address("spoken"), vec![Step::Turn, say("opening hours")]).await;
    let (transcript, _) = transcript(&api).await;
    assert_eq!(api.entered("spoken", "hours").await, 1, "{transcript:#}\n{}", timeline(&report));
    assert!(said(&transcript, "us").contains("From nine to five."), "{transcript:#}");
}

#[tokio::test]
async fn a_flow_hands_over_to_an_agent_and_the_call_is_one_transcript() {
    let ears = ears(["What are your opening hours?"]).await;
    let server = Server::with(hearing(Settings::default(), &ears)).await;
    let api = server.api();
    let flow = "languages: [en]\nrecording: off\nnodes:\n  hello: {say: One moment please., next: talk}\n  \
                talk: {agent: assistant, next: bye}\n  bye: {hangup: {say: Goodbye from the flow.}}\n";
    api.flow("front", flow).await;
    let steps = vec![Step::Turn, caller::silence(1.5), say("what are your opening hours"), Step::Turn, Step::HangUp];
    let report = talk(server.address("front"), steps).await;
    let (transcript, _) = transcript(&api).await;
    let ours = said(&transcript, "us");
    assert!(ours.contains("One moment please."), "{transcript:#}\n{}", timeline(&report));
    assert!(lines_of(&transcript, "us").len() >= 3, "the agent greets and answers: {transcript:#}");
}

#[tokio::test]
async fn the_hearing_worker_may_die_in_mid_call() {
    let server = Server::start().await;
    let steps = vec![say("what are your opening hours"), Step::Turn, say("where are you"), Step::Turn, Step::HangUp];
    let calling = caller::begin(caller::speaker("caller").await, script(server.address("assistant"), steps));
    let api = server.api();
    let id = api.newest_call().await;
    let path = format!("/v1/calls/{id}/transcript");
    wait::until("the caller was heard once", async || {
        let transcript = api.get(&path).await;
        (!lines_of(&transcript, "caller").is_empty()).then_some(())
    })
    .await;
    kill_hearing_workers(server.pid());
    let report = wait::done("the call ends", calling).await.unwrap();
    assert!(report.was_answered());
    let (transcript, _) = transcript(&api).await;
    assert!(lines_of(&transcript, "caller").len() >= 2, "heard again: {transcript:#}\n{}", timeline(&report));
}

/// Kills the workers that hear, children of this server.
fn kill_hearing_workers(server: u32) {
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
        let read = |name: &str| std::fs::read_to_string(entry.path().join(name)).unwrap_or_default();
        let parent =
            read("stat").rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
        if parent == Some(server) && read("cmdline").contains("hearing-worker") {
            rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), rustix::process::Signal::KILL)
                .unwrap();
        }
    }
}

#[tokio::test]
async fn what_is_said_is_followed_live() {
    let server = Server::start().await;
    let steps = vec![say("what are your opening hours"), Step::Turn, Step::HangUp];
    let calling = caller::begin(caller::speaker("caller").await, script(server.address("assistant"), steps));
    let api = server.api();
    let id = api.newest_call().await;
    let lines = api.live_lines(&format!("/v1/calls/{id}/live")).await;
    wait::done("the call ends", calling).await.unwrap();
    let (transcript, _) = transcript(&api).await;
    let filed: Vec<&str> =
        transcript["lines"].as_array().unwrap().iter().map(|line| line["text"].as_str().unwrap()).collect();
    assert!(!lines.is_empty() && lines.iter().all(|line| filed.contains(&line.as_str())), "{lines:?} {filed:?}");
}
