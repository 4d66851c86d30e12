//! Callers are put through to a member's phone, a baresip.

use callwright_tests::baresip::Phone;
use callwright_tests::caller::{self, begin, config, heard, script, timeline};
use callwright_tests::signal::{Sound, read_wav};
use callwright_tests::{Api, Baresip, Server, wait};
use synthetic_caller::{Ending, Report, Step};
use tokio::task::JoinHandle;

use crate::flows::tone;

const CALLER_HZ: f64 = 700.0;
const MEMBER_HZ: f64 = 1_050.0;
const AFTER_HZ: f64 = 1_300.0;
const AWAY_HZ: f64 = 1_500.0;
const BUSY_HZ: f64 = 1_800.0;
const NOBODY_HZ: f64 = 2_100.0;

/// A flow that puts through to anna, with a tone for each way that it can go.
async fn desk(server: &Server, ring: &str, recording: &str) -> Api {
    let ends = [("after", AFTER_HZ), ("away", AWAY_HZ), ("busy", BUSY_HZ), ("nobody", NOBODY_HZ)].map(|(name, hz)| {
        tone(server, &format!("{name}.wav"), hz, 1.0);
        format!("  {name}:\n    play: {name}.wav\n    next: hangup\n")
    });
    let yaml = format!(
        "languages: [en]\nrecording: {recording}\nnodes:\n  desk:\n    transfer: {{to: anna, timeout: {ring}, \
         no_answer: away, busy: busy, unavailable: nobody}}\n    next: after\n{}",
        ends.concat()
    );
    let api = server.api();
    api.flow("desk", &yaml).await;
    api
}

/// Anna's phone.
async fn anna(server: &Server) -> Baresip {
    let phone = Phone { tone_hz: MEMBER_HZ, ..Phone::new("anna", server.sip(), &server.phone_password()) };
    Baresip::start(phone).await
}

/// A caller who speaks a tone all the time.
fn speaking_caller(server: &Server) -> JoinHandle<Report> {
    let voice = Sound::tone(CALLER_HZ, 60.0).written(server.folder(), "caller.wav");
    let steps = vec![caller::wait(0.1), Step::Play(voice)];
    begin(config("+12025550123"), script(server.address("desk"), steps))
}

async fn ended(calling: JoinHandle<Report>) -> Report {
    wait::done("the caller's call ends", calling).await.unwrap()
}

#[tokio::test]
async fn a_member_answers_and_both_hear_each_other() {
    let server = Server::start().await;
    let api = desk(&server, "30s", "announced").await;
    let mut phone = anna(&server).await;
    let calling = speaking_caller(&server);
    let ringing = phone.event("CALL_INCOMING").await;
    assert!(ringing["peeruri"].as_str().unwrap().contains("+12025550123"), "the member sees who calls: {ringing}");
    phone.command("accept", "").await;
    phone.event("CALL_RTPESTAB").await;
    // They talk for a while: measured by what the server has recorded of it.
    tokio::time::sleep(caller::seconds(2.5)).await;
    phone.command("hangup", "").await;
    let report = ended(calling).await;
    let by_caller = heard(&report);
    let member = by_caller.tone_seconds(MEMBER_HZ);
    assert!(member >= 1.5, "the caller heard the member for {member} s\n{}", timeline(&report));
    let after = by_caller.tone_seconds(AFTER_HZ);
    assert!(after >= 0.7, "the flow went on for {after} s after the talk\n{}", timeline(&report));
    assert_eq!(report.ending, Ending::ByThem);

    let by_member = phone.heard().await;
    let caller = by_member.tone_seconds(CALLER_HZ);
    assert!(caller >= 1.5, "the member heard the caller for {caller} s");

    let call = api.last_call().await;
    let roles: Vec<_> = call["legs"].as_array().unwrap().iter().map(|leg| leg["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["caller", "transfer"]);
    let channels = read_wav(&api.recording(call["id"].as_str().unwrap()).await);
    let (left, right) = (channels[0].tone_seconds(CALLER_HZ), channels[1].tone_seconds(MEMBER_HZ));
    assert!(left >= 1.5, "the caller is on the left for {left} s");
    assert!(right >= 1.5, "the member is on the right for {right} s");
}

#[tokio::test]
async fn the_caller_hears_ringing_until_somebody_answers() {
    let server = Server::start().await;
    desk(&server, "30s", "off").await;
    let mut phone = anna(&server).await;
    let calling = speaking_caller(&server);
    phone.event("CALL_INCOMING").await;
    // A ringback tone of the United States is two seconds long.
    tokio::time::sleep(caller::seconds(2.5)).await;
    phone.command("accept", "").await;
    phone.event("CALL_RTPESTAB").await;
    tokio::time::sleep(caller::seconds(2.0)).await;
    phone.command("hangup", "").await;
    let report = ended(calling).await;
    let heard = heard(&report);
    let answered = heard.tone_begins(MEMBER_HZ).expect("the member was heard");
    let ringing = heard.between(0.0, answered);
    // 440 and 480 Hz together: neither alone is nearly all.
    let shares = |window: &[i16]| {
        let window = Sound::new(window.to_vec(), heard.rate);
        (window.tone_share(440.0), window.tone_share(480.0))
    };
    let both = ringing.samples.chunks_exact(1_600).map(shares).filter(|(a, b)| *a > 0.3 && *b > 0.3).count();
    assert!(both >= 5, "ringback was heard for {} s\n{}", both as f64 * 0.2, timeline(&report));
    assert!(heard.between(answered + 0.2, answered + 0.8).tone_share(440.0) < 0.1, "and not after the answer");
}

#[tokio::test]
async fn a_caller_who_hangs_up_ends_the_members_call() {
    let server = Server::start().await;
    let api = desk(&server, "30s", "off").await;
    let mut phone = anna(&server).await;
    let steps = vec![caller::wait(4.0), Step::HangUp];
    let calling = begin(config("+12025550123"), script(server.address("desk"), steps));
    phone.answer().await;
    phone.event("CALL_CLOSED").await;
    assert_eq!(ended(calling).await.ending, Ending::ByUs);
    let call = api.last_call().await;
    assert_eq!((&call["cause"], &call["hung_up_by"]), (&"normal".into(), &"caller".into()));
}

#[tokio::test]
async fn a_busy_member_is_told_so() {
    let server = Server::start().await;
    desk(&server, "30s", "off").await;
    let mut phone = anna(&server).await;
    let calling = speaking_caller(&server);
    phone.event("CALL_INCOMING").await;
    // A phone that declines says 486.
    phone.command("hangup", "").await;
    let report = ended(calling).await;
    assert!(heard(&report).tone_seconds(BUSY_HZ) >= 0.7, "{}", timeline(&report));
}

#[tokio::test]
async fn no_answer_leads_on_and_the_phone_stops_ringing() {
    let server = Server::start().await;
    desk(&server, "2s", "off").await;
    let mut phone = anna(&server).await;
    let calling = speaking_caller(&server);
    phone.event("CALL_INCOMING").await;
    phone.event("CALL_CLOSED").await;
    let report = ended(calling).await;
    assert!(heard(&report).tone_seconds(AWAY_HZ) >= 0.7, "{}", timeline(&report));
}

#[tokio::test]
async fn nobody_registered_leads_on_at_once() {
    let server = Server::start().await;
    desk(&server, "30s", "off").await;
    let report = ended(speaking_caller(&server)).await;
    assert!(heard(&report).tone_seconds(NOBODY_HZ) >= 0.7, "{}", timeline(&report));
}

#[tokio::test]
async fn a_phone_that_is_gone_does_not_hold_the_caller_up() {
    let server = Server::start().await;
    desk(&server, "3s", "off").await;
    // The phone vanishes without saying so: its registration stays.
    drop(anna(&server).await);
    let report = ended(speaking_caller(&server)).await;
    let heard = heard(&report);
    let led_on = heard.tone_seconds(AWAY_HZ) + heard.tone_seconds(NOBODY_HZ);
    assert!(led_on >= 0.7, "{}", timeline(&report));
}

#[tokio::test]
async fn reception_rings_anna_and_hands_her_the_caller() {
    let server = Server::start().await;
    let mut phone = anna(&server).await;
    let steps = vec![Step::Speech, caller::press("4"), caller::wait(60.0)];
    let calling = begin(config("+12025550123"), script(server.address("reception"), steps));
    phone.answer().await;
    phone.event("CALL_RTPESTAB").await;
    tokio::time::sleep(caller::seconds(1.5)).await;
    phone.command("hangup", "").await;
    let report = ended(calling).await;
    assert!(heard(&report).tone_seconds(MEMBER_HZ) >= 0.7, "{}", timeline(&report));
    assert_eq!(server.api().entered("reception", "goodbye").await, 1, "{}", timeline(&report));
}
