//! Phones and callers of different codecs, people who are put on hold, and fax machines.

use callwright_tests::baresip::Phone;
use callwright_tests::caller::{self, begin, call_with, config, heard, script, timeline};
use callwright_tests::signal::{Sound, read_wav};
use callwright_tests::{Api, Baresip, Server, wait};
use media::codec::Codec;
use serde_json::json;
use synthetic_caller::{CallerConfig, Ending, Report, Step};
use tokio::task::JoinHandle;

use crate::flows::tone;

const CALLER_HZ: f64 = 700.0;
const PHONE_HZ: f64 = 1_050.0;
const OPUS: &str = "opus/48000/2";

/// A flow that puts through to anna.
async fn desk(server: &Server, recording: &str) -> Api {
    let yaml = format!(
        "languages: [en]\nrecording: {recording}\nnodes:\n  desk:\n    transfer: {{to: anna, timeout: 30s, \
         no_answer: hangup, busy: hangup, unavailable: hangup}}\n    next: \
         hangup\n"
    );
    let api = server.api();
    api.flow("desk", &yaml).await;
    api
}

async fn anna(server: &Server, codecs: Option<&'static str>) -> Baresip {
    let phone = Phone { tone_hz: PHONE_HZ, codecs, ..Phone::new("anna", server.sip(), &server.phone_password()) };
    Baresip::start(phone).await
}

/// A caller of that codec who speaks a tone all the time.
fn speaking(server: &Server, to: &str, codec: Codec) -> JoinHandle<Report> {
    let voice = Sound::tone(CALLER_HZ, 60.0).written(server.folder(), "caller.wav");
    let steps = vec![caller::wait(0.1), Step::Play(voice)];
    begin(CallerConfig { codecs: vec![codec], ..config("+12025550123") }, script(server.address(to), steps))
}

async fn ended(calling: JoinHandle<Report>) -> Report {
    wait::done("the caller's call ends", calling).await.unwrap()
}

fn codecs(call: &serde_json::Value) -> Vec<&str> {
    call["legs"].as_array().unwrap().iter().filter_map(|leg| leg["quality"]["codec"].as_str()).collect()
}

/// An Opus phone by somebody else calls a flow: what is played and what it says arrive.
#[tokio::test]
async fn a_phone_with_opus_talks_with_a_flow() {
    let server = Server::start().await;
    let api = server.api();
    tone(&server, "hello.wav", 1_300.0, 2.0);
    let yaml = "languages: [en]\nrecording: announced\nnodes:\n  hello:\n    play: hello.wav\n    next: hello\n";
    api.flow("hello", yaml).await;
    let mut phone = anna(&server, Some(OPUS)).await;
    phone.command("dial", &server.address("hello")).await;
    phone.event("CALL_ESTABLISHED").await;
    tokio::time::sleep(caller::seconds(5.0)).await;
    phone.command("hangup", "").await;
    let call = api.last_call().await;
    assert_eq!(codecs(&call), ["opus"]);
    let said = read_wav(&api.recording(call["id"].as_str().unwrap()).await)[0].tone_seconds(PHONE_HZ);
    assert!(said >= 2.0, "the phone was recorded for {said} s");
    let played = phone.heard().await.tone_seconds(1_300.0);
    assert!(played >= 1.5, "the phone heard the flow for {played} s");
}

/// One decode and one encode each way between two codecs.
#[tokio::test]
async fn a_phone_with_opus_and_a_caller_with_g711_hear_each_other() {
    let server = Server::start().await;
    let api = desk(&server, "off").await;
    let mut phone = anna(&server, Some(OPUS)).await;
    let calling = speaking(&server, "desk", Codec::Pcma);
    phone.answer().await;
    tokio::time::sleep(caller::seconds(3.0)).await;
    phone.command("hangup", "").await;
    let report = ended(calling).await;
    let by_caller = heard(&report).tone_seconds(PHONE_HZ);
    assert!(by_caller >= 1.5, "the caller heard the phone for {by_caller} s\n{}", timeline(&report));
    let call = api.last_call().await;
    assert_eq!(codecs(&call), ["PCMA", "opus"]);
    let by_phone = phone.heard().await.tone_seconds(CALLER_HZ);
    assert!(by_phone >= 1.5, "the phone heard the caller for {by_phone} s");
}

/// A phone that could speak both is offered the caller's codec first, and takes it: nothing is transcoded.
#[tokio::test]
async fn a_second_leg_is_offered_the_callers_codec_first() {
    let server = Server::start().await;
    let api = desk(&server, "off").await;
    let mut phone = anna(&server, Some("opus/48000/2,pcmu,pcma")).await;
    for (codec, names) in [(Codec::Pcmu, ["PCMU", "PCMU"]), (Codec::Opus, ["opus", "opus"])] {
        let calling = speaking(&server, "desk", codec);
        phone.answer().await;
        tokio::time::sleep(caller::seconds(2.0)).await;
        phone.command("hangup", "").await;
        let report = ended(calling).await;
        assert_eq!(codecs(&api.last_call().await), names);
        let heard = Sound::new(report.heard.clone(), report.rate).tone_seconds(PHONE_HZ);
        assert!(heard >= 0.8, "{codec:?}: the caller heard the phone for {heard} s\n{}", timeline(&report));
    }
}

/// A phone puts the caller on hold: there is music, no silence, and the call is not cut.
#[tokio::test]
async fn who_is_put_on_hold_hears_music() {
    let server = Server::start().await;
    desk(&server, "off").await;
    let mut phone = anna(&server, None).await;
    let calling = speaking(&server, "desk", Codec::Pcma);
    phone.answer().await;
    tokio::time::sleep(caller::seconds(1.0)).await;
    phone.command("hold", "").await;
    tokio::time::sleep(caller::seconds(3.0)).await;
    phone.command("resume", "").await;
    tokio::time::sleep(caller::seconds(1.5)).await;
    phone.command("hangup", "").await;
    let report = ended(calling).await;
    let heard = heard(&report);
    let first = heard.tone_begins(PHONE_HZ).expect("the phone was heard");
    // Windows of 200 ms in which something sounds that is not the phone.
    let window = |from: f64| heard.between(from, from + 0.2);
    let windows = (5..35).map(|n| window(first + f64::from(n) * 0.2));
    let music = windows.filter(|sound| sound.level() > 60.0 && sound.tone_share(PHONE_HZ) < 0.3).count();
    assert!(music >= 8, "music for {} s\n{}", music as f64 * 0.2, timeline(&report));
    let after = heard.between(heard.seconds() - 1.2, heard.seconds()).tone_seconds(PHONE_HZ);
    assert!(after >= 0.5, "and the phone again for {after} s\n{}", timeline(&report));
}

async fn fax_number(server: &Server, rule: &str) -> Api {
    let api = server.api();
    tone(server, "hello.wav", 1_300.0, 30.0);
    api.flow("office", "languages: [en]\nnodes:\n  hello:\n    play: hello.wav\n    next: hello\n").await;
    let numbers = api.get("/v1/numbers").await;
    let number =
        numbers["data"].as_array().unwrap().iter().find(|number| number["number"] == "office").unwrap().clone();
    let path = format!("/v1/numbers/{}", number["id"].as_str().unwrap());
    let changed = api.patch(&path, &json!({ "fax": rule })).await;
    assert_eq!(changed["fax"], rule);
    api
}

/// The answering tone of a fax machine or a modem, ITU-T T.30.
fn fax_call(server: &Server, longest: f64) -> (CallerConfig, synthetic_caller::Script) {
    let voice = Sound::tone(2_100.0, 4.0).written(server.folder(), "fax.wav");
    let steps = vec![caller::wait(0.5), Step::Play(voice), caller::wait(longest), Step::HangUp];
    (config("+12025550199"), script(server.address("office"), steps))
}

#[tokio::test]
async fn a_fax_machine_is_treated_by_the_numbers_rule() {
    let server = Server::start().await;
    let api = fax_number(&server, "hangup").await;
    let (caller, script) = fax_call(&server, 10.0);
    let report = call_with(caller, script).await;
    assert_eq!(report.ending, Ending::ByThem, "{}", timeline(&report));
    assert_eq!(api.last_call().await["hung_up_by"], "us");

    let server = Server::start().await;
    fax_number(&server, "transfer:anna").await;
    let mut machine = anna(&server, None).await;
    let (caller, script) = fax_call(&server, 3.0);
    let calling = begin(caller, script);
    machine.answer().await;
    let report = ended(calling).await;
    let heard = heard(&report).tone_seconds(PHONE_HZ);
    assert!(heard >= 1.0, "the fax was put through for {heard} s\n{}", timeline(&report));

    let server = Server::start().await;
    fax_number(&server, "ignore").await;
    let (caller, script) = fax_call(&server, 2.0);
    let report = call_with(caller, script).await;
    assert_eq!(report.ending, Ending::ByUs, "{}", timeline(&report));
}
