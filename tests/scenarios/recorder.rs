//! A recorder of record elsewhere (RFC 7865, 7866): judged by what it hears on each stream and by what it is told.

use callwright_tests::baresip::Phone;
use callwright_tests::caller::{self, begin, config, heard, script, timeline};
use callwright_tests::recorder::{Manner, Recorder};
use callwright_tests::signal::Sound;
use callwright_tests::{Api, Baresip, Server, Settings, wait};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use synthetic_caller::{Ending, Report, Step};
use tokio::task::JoinHandle;

use crate::flows::{LINE_HZ, line, tone};

const CALLER_HZ: f64 = 700.0;
const MEMBER_HZ: f64 = 1_050.0;

/// A server whose calls go to this recorder.
async fn server(recorder: &Recorder, more: &str) -> Server {
    Server::with(Settings::default().config(&recorder.settings(more))).await
}

/// A caller who speaks a tone all the time.
fn speaking(server: &Server, user: &str) -> JoinHandle<Report> {
    let voice = Sound::tone(CALLER_HZ, 60.0).written(server.folder(), "caller.wav");
    begin(config("+12025550123"), script(server.address(user), vec![caller::wait(0.1), Step::Play(voice)]))
}

async fn ended(calling: JoinHandle<Report>) -> Report {
    wait::done("the caller's call ends", calling).await.unwrap()
}

/// The part of what is heard now on each stream that is this tone: the caller's voice, and what the caller hears.
async fn shares(recorder: &Recorder, hz: [f64; 2]) -> [f64; 2] {
    let [heard, said] = [recorder.hears(0, 0.5).await, recorder.hears(1, 0.5).await];
    [heard.tone_share(hz[0]), said.tone_share(hz[1])]
}

/// Waits until each stream carries this tone and nothing else.
async fn carries(recorder: &Recorder, what: &str, hz: [f64; 2]) {
    wait::until(what, async || shares(recorder, hz).await.iter().all(|share| *share > 0.9).then_some(())).await;
}

/// The address of who has this voice, by the metadata: that of stream 1 is the caller's.
fn voice_of(metadata: &str, label: &str) -> String {
    let part = |text: &str, before: &str, after: &str| -> String {
        text.split(before).nth(1).and_then(|rest| rest.split(after).next()).unwrap_or_default().to_owned()
    };
    let stream = metadata.split("<stream ").skip(1).find(|it| part(it, "<label>", "<") == label).unwrap_or_default();
    let stream = part(stream, "stream_id=\"", "\"");
    let speaks = format!("<send>{stream}</send>");
    let speaker = metadata.split("<participantstreamassoc ").skip(1);
    let speaker = speaker.map(|it| it.split("</participantstreamassoc>").next().unwrap_or_default());
    let speaker = speaker.into_iter().find(|it| it.contains(&speaks)).unwrap_or_default();
    let person = format!("<participant participant_id=\"{}\"", part(speaker, "participant_id=\"", "\""));
    part(metadata.split(&person).nth(1).unwrap_or_default(), "aor=\"", "\"")
}

async fn switch(api: &Api, id: &str, action: &str) {
    let path = format!("/v1/calls/{id}/recording");
    let answer = api.ask(Method::POST, &path, Some(&json!({ "action": action })), &[]).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.json());
}

async fn failures(api: &Api) -> Vec<Value> {
    api.list("/v1/events?type=recorder.failed").await
}

#[tokio::test]
async fn each_voice_is_in_its_stream_and_the_session_ends_with_the_call() {
    let recorder = Recorder::start(Manner::Takes).await;
    let server = server(&recorder, "").await;
    let api = line(&server, "announced").await;
    let calling = speaking(&server, "line");
    let id = api.newest_call().await;
    let told = recorder.told_when("the recorder is called", |_| true).await;
    assert!(told.head.contains("Require: siprec") && told.head.contains(";+sip.src"), "{}", told.head);
    let labels: Vec<_> = told.description.lines().filter(|line| line.starts_with("a=label:")).collect();
    assert_eq!(labels, ["a=label:1", "a=label:2"], "{}", told.description);
    assert_eq!(told.description.matches("a=sendonly").count(), 2, "{}", told.description);
    assert!(told.metadata.contains("urn:ietf:params:xml:ns:recording:1") && told.metadata.contains(&id));
    assert!(voice_of(&told.metadata, "1").contains("+12025550123"), "{}", told.metadata);
    assert!(voice_of(&told.metadata, "2").contains("line"), "{}", told.metadata);
    carries(&recorder, "each voice in its stream", [CALLER_HZ, LINE_HZ]).await;
    api.delete(&format!("/v1/calls/{id}")).await;
    ended(calling).await;
    wait::until("the session ends with the call", async || (recorder.byes() == 1).then_some(())).await;
    assert_eq!(api.last_call().await["recording"]["state"], "ready", "our own recording is kept, too");
    assert!(failures(&api).await.is_empty());
}

#[tokio::test]
async fn a_pause_is_silent_there_too_and_is_told() {
    let recorder = Recorder::start(Manner::Takes).await;
    let server = server(&recorder, "").await;
    let api = line(&server, "announced").await;
    let calling = speaking(&server, "line");
    let id = api.newest_call().await;
    carries(&recorder, "both voices", [CALLER_HZ, LINE_HZ]).await;
    switch(&api, &id, "pause").await;
    recorder.told_when("the pause is told", |told| told.description.matches("a=inactive").count() == 2).await;
    // What was said before may still be on its way: it is looked at what comes when the pause is over.
    let before = [0, 1].map(|stream| recorder.heard(stream).seconds());
    tokio::time::sleep(caller::seconds(1.5)).await;
    switch(&api, &id, "resume").await;
    recorder.told_when("its end is told", |told| told.description.matches("a=sendonly").count() == 2).await;
    carries(&recorder, "both voices again", [CALLER_HZ, LINE_HZ]).await;
    for stream in [0, 1] {
        let pause = recorder.heard(stream).between(before[stream] + 0.1, before[stream] + 1.3);
        assert!(pause.level() < 20.0, "stream {stream}: silence of the pause's length, not {}", pause.level());
    }
    api.delete(&format!("/v1/calls/{id}")).await;
    ended(calling).await;
}

#[tokio::test]
async fn a_transfer_is_told_with_the_new_voice() {
    let recorder = Recorder::start(Manner::Takes).await;
    let server = server(&recorder, "").await;
    let api = server.api();
    tone(&server, "line.wav", LINE_HZ, 1.0);
    let yaml = "languages: [en]\nrecording: announced\nnodes:\n  desk:\n    play: line.wav\n    next: anna\n  anna:\n    \
                transfer: {to: anna, timeout: 30s, no_answer: hangup, busy: hangup, unavailable: hangup}\n    next: hangup\n";
    api.flow("desk", yaml).await;
    let phone = Phone { tone_hz: MEMBER_HZ, ..Phone::new("anna", server.sip(), &server.phone_password()) };
    let mut phone = Baresip::start(phone).await;
    let calling = speaking(&server, "desk");
    phone.answer().await;
    phone.event("CALL_RTPESTAB").await;
    let is_new = |metadata: &str| voice_of(metadata, "2").contains("anna");
    let told = recorder.told_when("the member is told of", |told| is_new(&told.metadata)).await;
    assert!(voice_of(&told.metadata, "1").contains("+12025550123"));
    assert_eq!(told.metadata.matches("<disassociate-time>").count(), 1, "the line has left: {}", told.metadata);
    let first = recorder.told().remove(0);
    let session = |metadata: &str| metadata.split("session_id=\"").nth(1).map(|it| it[..24].to_owned());
    assert_eq!(session(&told.metadata), session(&first.metadata), "one session");
    carries(&recorder, "the member's voice", [CALLER_HZ, MEMBER_HZ]).await;
    phone.command("hangup", "").await;
    ended(calling).await;
    wait::until("the session ends", async || (recorder.byes() == 1).then_some(())).await;
}

#[tokio::test]
async fn without_it_a_call_goes_on_and_the_operator_is_told() {
    let recorder = Recorder::start(Manner::Refuses(503)).await;
    let server = server(&recorder, "retry_s = 1").await;
    let api = line(&server, "announced").await;
    let calling = speaking(&server, "line");
    let id = api.newest_call().await;
    wait::until("the failure is told", async || (!failures(&api).await.is_empty()).then_some(())).await;
    assert_eq!(failures(&api).await[0]["data"]["call"], *id);
    // It comes to its senses.
    recorder.becomes(Manner::Takes);
    carries(&recorder, "it is tried again", [CALLER_HZ, LINE_HZ]).await;
    api.delete(&format!("/v1/calls/{id}")).await;
    let report = ended(calling).await;
    assert!(heard(&report).tone_seconds(LINE_HZ) >= 1.0, "the caller noticed nothing\n{}", timeline(&report));
}

#[tokio::test]
async fn a_recorder_that_drops_a_call_is_called_again_while_the_call_goes_on() {
    let recorder = Recorder::start(Manner::Takes).await;
    let server = server(&recorder, "retry_s = 1").await;
    let api = line(&server, "announced").await;
    let calling = speaking(&server, "line");
    let id = api.newest_call().await;
    carries(&recorder, "both voices", [CALLER_HZ, LINE_HZ]).await;
    let sessions = recorder.told().len();
    recorder.drop_session().await;
    wait::until("it is called again", async || (recorder.told().len() > sessions).then_some(())).await;
    carries(&recorder, "both voices again", [CALLER_HZ, LINE_HZ]).await;
    recorder.hears(1, 1.0).await;
    assert_eq!(failures(&api).await.len(), 1);
    api.delete(&format!("/v1/calls/{id}")).await;
    let report = ended(calling).await;
    // From when the line is on, it is heard without a gap to the end.
    let line = heard(&report);
    let begins = line.tone_begins(LINE_HZ).expect("the line's tone") + 0.3;
    let tone = line.between(begins, line.seconds() - 0.3);
    let gap = tone.envelope().iter().filter(|level| **level < 100.0).count();
    assert!(tone.seconds() > 2.0 && gap < 10, "{gap} silent windows of 10 ms\n{}", timeline(&report));
}

#[tokio::test]
async fn no_call_without_it_where_that_is_the_rule() {
    for manner in [Manner::Refuses(486), Manner::Silent] {
        let recorder = Recorder::start(manner).await;
        let server = server(&recorder, "unreachable = \"refuse\"\npatience_ms = 500").await;
        let api = line(&server, "announced").await;
        let report = ended(speaking(&server, "line")).await;
        assert_eq!(report.ending, Ending::NotAnswered { status: Some(503) }, "{manner:?}");
        assert!(!heard(&report).is_audible(), "nothing was said without it");
        let call = api.last_call().await;
        assert_eq!((&call["recording"], &call["answered_at"]), (&Value::Null, &Value::Null), "{call}");
        recorder.becomes(Manner::Takes);
        let calling = speaking(&server, "line");
        carries(&recorder, "it takes calls now", [CALLER_HZ, LINE_HZ]).await;
        // It dies at once: so does the call, since it cannot be had again.
        recorder.becomes(Manner::Refuses(503));
        recorder.drop_session().await;
        let report = ended(calling).await;
        assert_eq!(report.ending, Ending::ByThem, "{}", timeline(&report));
    }
}

#[tokio::test]
async fn who_does_not_agree_is_not_heard_there() {
    let recorder = Recorder::start(Manner::Takes).await;
    let server = server(&recorder, "unreachable = \"refuse\"").await;
    // The demo's German number asks for consent.
    let steps = vec![Step::Speech, caller::silence(1.0), caller::press("2"), caller::silence(1.0), Step::HangUp];
    caller::call_with(config("+491701234567"), script(server.address("rezeption"), steps)).await;
    let told = recorder.told();
    assert!(!told.is_empty() && told.iter().all(|told| told.description.matches("a=inactive").count() == 2));
    assert!((0..2).all(|stream| !recorder.heard(stream).is_audible()));
}

#[tokio::test]
async fn calls_without_a_rule_go_there_alone_where_that_is_asked_for() {
    let recorder = Recorder::start(Manner::Takes).await;
    let server = server(&recorder, "unrecorded = \"announced\"\nnumbers = [\"line\"]").await;
    let api = line(&server, "off").await;
    let calling = speaking(&server, "line");
    let id = api.newest_call().await;
    carries(&recorder, "both voices", [CALLER_HZ, LINE_HZ]).await;
    api.delete(&format!("/v1/calls/{id}")).await;
    ended(calling).await;
    assert_eq!(api.last_call().await["recording"], Value::Null, "we keep nothing");
    // Another number is not its business.
    api.flow(
        "other",
        "languages: [en]\nrecording: announced\nnodes:\n  other:\n    play: line.wav\n    next: hangup\n",
    )
    .await;
    let sessions = recorder.told().len();
    let calling = speaking(&server, "other");
    let first = id;
    let id = wait::until("the next call", async || Some(api.newest_call().await).filter(|id| *id != first)).await;
    api.call_when(&id, "it is recorded here", |call| call["recording"]["state"] == "recording").await;
    api.delete(&format!("/v1/calls/{id}")).await;
    ended(calling).await;
    assert_eq!(recorder.told().len(), sessions);
}
