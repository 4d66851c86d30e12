//! Kamailio and rtpengine as the carrier's border: digest, Record-Route, and media that is anchored there.

use callwright_tests::baresip::Phone;
use callwright_tests::border::{Accounts, Border};
use callwright_tests::caller::{self, begin, call, heard, timeline};
use callwright_tests::signal::{Sound, read_wav};
use callwright_tests::{Baresip, Server, Settings, wait};
use serde_json::json;
use synthetic_caller::Step;

const OURS: &str = "+12015550100";
const THEIRS: &str = "+12025550199";
const PASSWORD: &str = "carrier-secret";

/// A business whose trunk registers at the border.
async fn business(border: &Border) -> Server {
    business_with(border, "").await
}

/// The same with further settings of the trunk.
async fn business_with(border: &Border, settings: &str) -> Server {
    let trunk = format!(
        "[[trunks]]\nname = \"carrier\"\nhost = \"{}\"\nuser = \"{OURS}\"\npassword = \"{PASSWORD}\"\nregister = true\n\
         caller_id = \"{OURS}\"\n{settings}\n[[numbers]]\nnumber = \"{OURS}\"\nflow = \"echo\"\ntrunk = \"carrier\"\n",
        border.host()
    );
    let server = Server::with(Settings::default().config(&trunk)).await;
    let api = server.api();
    wait::until("the trunk is registered", async || {
        let trunk = api.list("/v1/trunks").await.into_iter().next()?;
        (trunk["state"]["registration"] == "registered").then_some(())
    })
    .await;
    server
}

/// A phone behind the border, and the border.
async fn carrier() -> (Baresip, Border) {
    carrier_by("").await
}

/// The same with media to us by these flags of rtpengine.
async fn carrier_by(media: &'static str) -> (Baresip, Border) {
    let phone =
        Phone { password: None, auto_answer: true, tone_hz: 1_050.0, ..Phone::new(THEIRS, "127.0.0.1".into(), "") };
    let phone = Baresip::start(phone).await;
    let outside = phone.address("x").trim_start_matches("sip:x@").to_owned();
    let accounts = Accounts { user: OURS.into(), password: PASSWORD.into(), outside, media };
    (phone, Border::start(&accounts).await)
}

#[tokio::test]
async fn a_call_comes_in_through_the_border_and_is_heard_both_ways() {
    let (_phone, border) = carrier().await;
    let ours = business(&border).await;
    // The flow echoes what is said: both directions of the media pass the border.
    let voice = Sound::tone(700.0, 2.0).written(ours.folder(), "voice.wav");
    let steps = vec![Step::Silence(caller::seconds(1.0)), Step::Play(voice), caller::wait(2.5), Step::HangUp];
    let report = call(border.address(OURS), steps).await;
    assert!(heard(&report).tone_seconds(700.0) >= 1.5, "{}", timeline(&report));
    let record = ours.api().last_call().await;
    assert_eq!((&record["trunk"], &record["number"]), (&"carrier".into(), &OURS.into()));
    assert_eq!((&record["cause"], &record["hung_up_by"]), (&"normal".into(), &"caller".into()));
    let peers = border.media_log().matches("Confirmed peer address").count();
    assert!(peers >= 2, "the media of both sides went through rtpengine: {peers}");
}

#[tokio::test]
async fn a_caller_who_gives_up_before_the_answer_ends_the_call_everywhere() {
    let (_phone, border) = carrier().await;
    let ours = business(&border).await;
    let calling = begin(caller::config("impatient"), caller::script(border.address(OURS), vec![Step::HangUp]));
    wait::done("the call ends", calling).await.unwrap();
    let record = ours.api().last_call().await;
    assert_eq!(record["hung_up_by"], "caller", "{record}");
}

#[tokio::test]
async fn a_call_goes_out_through_the_border_with_digest_and_ends_there() {
    let (mut phone, border) = carrier().await;
    let ours = business(&border).await;
    let api = ours.api();
    let placed = api.post("/v1/calls", &json!({ "to": THEIRS, "flow": "echo" })).await;
    assert_eq!(placed["trunk"], "carrier", "{placed}");
    phone.event("CALL_RTPESTAB").await;
    let id = placed["id"].as_str().unwrap();
    api.call_when(id, "answered", |call| call["state"] == "active").await;
    // The flow speaks and then echoes the phone's own tone.
    tokio::time::sleep(caller::seconds(6.0)).await;
    phone.command("hangup", "").await;
    let call = api.ended_call(id).await;
    assert_eq!((&call["cause"], &call["hung_up_by"]), (&"normal".into(), &"caller".into()), "{call}");
    assert!(phone.heard().await.tone_seconds(1_050.0) >= 1.0, "its own voice came back through the border");
}

#[tokio::test]
async fn hold_and_resume_pass_the_border() {
    let (mut phone, border) = carrier().await;
    let ours = business(&border).await;
    let api = ours.api();
    Sound::tone(1_000.0, 60.0).written(&ours.data().join("media"), "line.wav");
    api.flow("line", "languages: [en]\nrecording: announced\nnodes:\n  line:\n    play: line.wav\n    next: hangup\n")
        .await;
    let placed = api.post("/v1/calls", &json!({ "to": THEIRS, "flow": "line" })).await;
    let id = placed["id"].as_str().unwrap();
    phone.event("CALL_RTPESTAB").await;
    tokio::time::sleep(caller::seconds(6.0)).await;
    phone.command("hold", "").await;
    tokio::time::sleep(caller::seconds(2.0)).await;
    phone.command("resume", "").await;
    tokio::time::sleep(caller::seconds(4.0)).await;
    assert_eq!(api.get(&format!("/v1/calls/{id}")).await["state"], "active");
    phone.command("hangup", "").await;
    assert_eq!(api.ended_call(id).await["cause"], "normal");
    // baresip keeps nothing of what it hears after a hold; our recording tells whether its voice came again.
    let caller = read_wav(&api.recording(id).await).swap_remove(0);
    let last = caller.between(caller.seconds() - 3.0, caller.seconds());
    assert!(last.tone_seconds(1_050.0) >= 2.0, "its voice came again after the hold");
}

/// rtpengine encrypts towards us and not towards the caller, by each way to agree on keys.
#[tokio::test]
async fn media_that_the_border_encrypts_is_heard_both_ways() {
    for media in ["RTP/SAVP DTLS=off", "UDP/TLS/RTP/SAVP DTLS-fingerprint=sha-256"] {
        let (_phone, border) = carrier_by(media).await;
        let ours = business_with(&border, "srtp = \"required\"").await;
        let voice = Sound::tone(700.0, 2.0).written(ours.folder(), "voice.wav");
        let steps = vec![Step::Silence(caller::seconds(1.0)), Step::Play(voice), caller::wait(2.5), Step::HangUp];
        let report = call(border.address(OURS), steps).await;
        assert!(heard(&report).tone_seconds(700.0) >= 1.5, "{media}: {}", timeline(&report));
    }
}
