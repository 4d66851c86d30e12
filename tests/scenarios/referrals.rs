//! Calls that the phones and carriers themselves hand over: REFER and Replaces (RFC 3515, 3891), judged by who hears
//! whom.

use callwright_tests::baresip::Phone;
use callwright_tests::caller::{self, begin, config, heard, script, timeline};
use callwright_tests::handset::Handset;
use callwright_tests::signal::Sound;
use callwright_tests::sipp::Sipp;
use callwright_tests::{Api, Baresip, Server, Settings, wait};
use serde_json::{Value, json};
use synthetic_caller::{CallerConfig, Report, Step};
use tokio::task::JoinHandle;

const CALLER_HZ: f64 = 700.0;
const ANNA_HZ: f64 = 1_050.0;
const BEN_HZ: f64 = 1_600.0;

/// A flow that puts through to this target, and hangs up.
async fn desk(server: &Server, to: &str) -> Api {
    let api = server.api();
    let yaml = format!(
        "languages: [en]\nrecording: off\nnodes:\n  desk:\n    transfer: {{to: \"{to}\", timeout: 30s, no_answer: hangup, \
         busy: hangup, unavailable: hangup}}\n    next: hangup\n"
    );
    api.flow("desk", &yaml).await;
    api
}

/// A caller who speaks a tone all the time.
fn speaking(server: &Server, config: CallerConfig, target: String) -> JoinHandle<Report> {
    let voice = Sound::tone(CALLER_HZ, 60.0).written(server.folder(), "caller.wav");
    begin(config, script(target, vec![caller::wait(0.1), Step::Play(voice)]))
}

async fn phone(server: &Server, name: &str, tone_hz: f64) -> Baresip {
    let phone = Phone { tone_hz, ..Phone::new(name, server.sip(), &server.phone_password()) };
    Baresip::start(phone).await
}

/// The call of the desk; others are those that phones made.
async fn desk_call(api: &Api) -> Value {
    let over = wait::until("the desk's call is over", async || {
        let calls = api.list("/v1/calls").await;
        calls.into_iter().find(|call| call["number"] == "desk" && call["state"] == "ended")
    })
    .await;
    api.get(&format!("/v1/calls/{}", over["id"].as_str().unwrap())).await
}

/// Who was brought into a call, in order.
fn peers(call: &Value) -> Vec<String> {
    let legs = call["legs"].as_array().unwrap().iter().skip(1);
    legs.map(|leg| leg["peer"].as_str().unwrap_or_default().to_owned()).collect()
}

/// How calls were handed over, as the events tell it.
async fn transfers(api: &Api) -> Vec<(String, String, String)> {
    let word = |event: &Value, name: &str| event["data"][name].as_str().unwrap_or_default().to_owned();
    let events = api.list("/v1/events?type=call.transferred").await;
    events.iter().map(|event| (word(event, "by"), word(event, "to"), word(event, "how"))).collect()
}

#[tokio::test]
async fn a_phone_hands_its_caller_to_a_colleague() {
    let server = Server::start().await;
    let api = desk(&server, "anna").await;
    let (mut anna, mut ben) = (phone(&server, "anna", ANNA_HZ).await, phone(&server, "ben", BEN_HZ).await);
    let calling = speaking(&server, config("+12025550123"), server.address("desk"));
    anna.answer().await;
    anna.event("CALL_RTPESTAB").await;
    // They talk for a while: measured by what the caller has heard.
    tokio::time::sleep(caller::seconds(1.5)).await;
    anna.command("transfer", &server.address("ben")).await;
    ben.answer().await;
    anna.event("CALL_CLOSED").await;
    ben.event("CALL_RTPESTAB").await;
    tokio::time::sleep(caller::seconds(2.0)).await;
    ben.command("hangup", "").await;
    let report = wait::done("the caller's call ends", calling).await.unwrap();
    let by_caller = heard(&report);
    let (first, second) = (by_caller.tone_seconds(ANNA_HZ), by_caller.tone_seconds(BEN_HZ));
    assert!(first >= 0.7 && second >= 1.2, "anna {first} s, ben {second} s\n{}", timeline(&report));
    let begins = by_caller.tone_begins(BEN_HZ).unwrap();
    assert!(by_caller.between(begins, begins + 1.0).tone_share(ANNA_HZ) < 0.1, "anna is out of it");
    assert!(ben.heard().await.tone_seconds(CALLER_HZ) >= 1.2, "ben heard the caller");
    assert_eq!(peers(&desk_call(&api).await), ["anna", "ben"]);
    assert_eq!(transfers(&api).await, [("anna".into(), "ben".into(), "blind".into())]);
}

#[tokio::test]
async fn a_phone_asks_a_colleague_and_then_joins_the_two() {
    let server = Server::start().await;
    let api = desk(&server, "anna").await;
    let mut anna = Handset::start("anna", server.sip(), &server.phone_password()).await;
    let mut ben = phone(&server, "ben", BEN_HZ).await;
    let calling = speaking(&server, config("+12025550123"), server.address("desk"));
    let theirs = anna.answer().await;
    let answering = async {
        ben.answer().await;
        ben.event("CALL_RTPESTAB").await;
    };
    let (asks, ()) = tokio::join!(anna.call("ben"), answering);
    // They talk for a while: the phone names what it keeps by the second.
    tokio::time::sleep(caller::seconds(1.5)).await;
    assert_eq!(anna.hand_over(theirs, "ben", Some(asks)).await, Some(200));
    anna.ended(asks).await;
    anna.ended(theirs).await;
    tokio::time::sleep(caller::seconds(2.0)).await;
    ben.command("hangup", "").await;
    let report = wait::done("the caller's call ends", calling).await.unwrap();
    let second = heard(&report).tone_seconds(BEN_HZ);
    assert!(second >= 1.2, "the caller heard ben for {second} s\n{}", timeline(&report));
    let by_ben = ben.heard().await.tone_seconds(CALLER_HZ);
    assert!(by_ben >= 1.2, "ben heard the caller for {by_ben} s");
    assert_eq!(peers(&desk_call(&api).await), ["anna", "ben"]);
    assert_eq!(transfers(&api).await, [("anna".into(), "ben".into(), "attended".into())]);
}

/// SIPp is a stranger whose REFER is refused, in its own call and outside of any.
#[tokio::test]
async fn a_stranger_hands_nobody_over() {
    let server = Server::start().await;
    crate::flows::line(&server, "off").await;
    Sipp::calling("refer_refused", &server.sip(), "line").play().await;
    assert_eq!(server.api().last_call().await["cause"], "normal");
}

/// SIPp is a carrier that is asked to put its caller through, tells how that goes on, and is left by us.
#[tokio::test]
async fn a_carrier_is_asked_to_put_its_caller_through() {
    let trunk = "[[trunks]]\nname = \"carrier\"\nhost = \"127.0.0.1:9\"\ntransfer = \"refer\"\n\
                 quirks = { options_ping = false }\n";
    let server = Server::with(Settings::default().config(trunk)).await;
    let api = desk(&server, "+12025550199").await;
    Sipp::calling("referred", &server.sip(), "desk").play().await;
    let call = desk_call(&api).await;
    assert_eq!((&call["cause"], call["legs"].as_array().unwrap().len()), (&"normal".into(), 1));
    assert_eq!(transfers(&api).await, [("desk".into(), "+12025550199".into(), "refer".into())]);
}

/// Two servers: the carrier's own phone calls our number, which puts it through to another phone of the carrier by
/// REFER. The sound leaves us: from then on it goes through the carrier alone.
#[tokio::test]
async fn the_sound_leaves_us_when_the_carrier_takes_the_caller() {
    const OURS: &str = "+12015550100";
    const THEIRS: &str = "+12025550199";
    const OTHER: &str = "+12025550177";
    let account = |name: &str| format!("[[members]]\nname = \"{name}\"\ndisplay = \"x\"\npassword = \"secret\"\n");
    let accounts = account(OURS) + &account(THEIRS) + &account(OTHER);
    let carrier = Server::with(Settings::default().at("127.0.0.2").config(&accounts)).await;
    let trunk = format!(
        "[[trunks]]\nname = \"carrier\"\nhost = \"{}\"\nuser = \"{OURS}\"\npassword = \"secret\"\nregister = true\n\
         transfer = \"refer\"\n",
        carrier.sip()
    );
    let ours = Server::with(Settings::default().config(&trunk)).await;
    let api = desk(&ours, OTHER).await;
    api.post("/v1/numbers", &json!({ "number": OURS, "flow": "desk" })).await;
    wait::until("the trunk is registered", async || {
        let trunk = api.list("/v1/trunks").await.into_iter().next()?;
        (trunk["state"]["registration"] == "registered").then_some(())
    })
    .await;
    let other = Phone { tone_hz: BEN_HZ, ..Phone::new(OTHER, carrier.sip(), "secret") };
    let mut other = Baresip::start(other).await;
    let config = CallerConfig { password: Some("secret".into()), ..config(THEIRS) };
    let calling = speaking(&carrier, config, carrier.address(OURS));
    other.answer().await;
    other.event("CALL_RTPESTAB").await;
    let left = wait::until("our call is over", async || {
        let call = api.list("/v1/calls").await.into_iter().next()?;
        (call["state"] == "ended").then_some(call)
    })
    .await;
    assert_eq!((&left["cause"], &left["hung_up_by"]), (&"normal".into(), &"us".into()));
    assert_eq!(transfers(&api).await, [(OURS.into(), OTHER.into(), "refer".into())]);
    tokio::time::sleep(caller::seconds(2.0)).await;
    other.command("hangup", "").await;
    let report = wait::done("the caller's call ends", calling).await.unwrap();
    let second = heard(&report).tone_seconds(BEN_HZ);
    assert!(second >= 1.2, "the caller heard the other for {second} s\n{}", timeline(&report));
    assert!(other.heard().await.tone_seconds(CALLER_HZ) >= 1.2, "and was heard");
    assert_eq!(transfers(&carrier.api()).await.len(), 1, "the carrier has handed it over");
}
