//! Trunks: the carrier is a second Callwright at an address of its own.

use callwright_tests::baresip::Phone;
use callwright_tests::caller::{self, begin, call_with, config, heard, script, timeline};
use callwright_tests::signal::Sound;
use callwright_tests::voice::{spoken, voice};
use callwright_tests::{Api, Baresip, Server, Settings, wait};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use synthetic_caller::{CallerConfig, Ending, Step};

use crate::faults::{counted, metrics};
use crate::flows::{LINE_HZ, line, tone};

/// Our number, which is also the name of our account at the carrier.
const OURS: &str = "+12015550100";
/// Somebody else's number at the carrier.
const THEIRS: &str = "+12025550199";
const ACCOUNT_PASSWORD: &str = "carrier-secret";
const THEIR_PASSWORD: &str = "outside-secret";

/// A carrier with an account for us and a phone of somebody else.
async fn carrier() -> Server {
    let account = |name: &str, password: &str| {
        format!("[[members]]\nname = \"{name}\"\ndisplay = \"{name}\"\npassword = \"{password}\"\n")
    };
    let settings = Settings::default().at("127.0.0.2");
    let accounts = account(OURS, ACCOUNT_PASSWORD) + &account(THEIRS, THEIR_PASSWORD);
    Server::with(settings.config(&accounts)).await
}

/// Our side: a trunk by registration, and our number on it.
async fn business(carrier: &Server, password: &str) -> Server {
    Server::with(our_side(carrier, password)).await
}

fn our_side(carrier: &Server, password: &str) -> Settings {
    let trunk = format!(
        "[[trunks]]\nname = \"carrier\"\nhost = \"{}\"\nuser = \"{OURS}\"\npassword = \"{password}\"\nregister = true\n\
         caller_id = \"{OURS}\"\nallowed_prefixes = [\"+1\"]\n\
         [[numbers]]\nnumber = \"{OURS}\"\nflow = \"reception\"\ntrunk = \"carrier\"\n",
        carrier.sip()
    );
    Settings::default().config(&trunk).set("SIP__TRUNK_CHECK_S", 1)
}

/// Lets anna call the outside from our number.
async fn allow_anna(api: &Api) {
    let members = api.list("/v1/members").await;
    let anna = members.iter().find(|member| member["name"] == "anna").unwrap();
    let path = format!("/v1/members/{}", anna["id"].as_str().unwrap());
    let change = json!({ "may_call_from": [OURS] });
    assert_eq!(api.ask(Method::PATCH, &path, Some(&change), &[]).await.status, StatusCode::OK);
}

/// The trunk's state, once it is as it should be.
async fn trunk_when(api: &Api, what: &str, is: impl Fn(&Value) -> bool) -> Value {
    wait::until(what, async || {
        let trunk = api.list("/v1/trunks").await.into_iter().next()?;
        is(&trunk["state"]).then_some(trunk)
    })
    .await
}

async fn registered(server: &Server) {
    trunk_when(&server.api(), "the trunk is registered", |state| state["registration"] == "registered").await;
}

#[tokio::test]
async fn a_trunk_registers_and_is_watched() {
    let mut carrier = carrier().await;
    let ours = business(&carrier, ACCOUNT_PASSWORD).await;
    let api = ours.api();
    let is_well = |state: &Value| state["registration"] == "registered" && state["reachable"] == true;
    let trunk = trunk_when(&api, "the trunk is registered and reachable", is_well).await;
    assert!(trunk["state"]["rtt_ms"].is_u64(), "{trunk}");
    assert!(trunk.get("password").is_none() && trunk["has_password"] == true, "{trunk}");
    // OPTIONS find out that the carrier is gone.
    carrier.kill();
    trunk_when(&api, "the trunk is not reachable", |state| state["reachable"] == false).await;
}

#[tokio::test]
async fn a_trunk_with_a_wrong_password_says_so() {
    let carrier = carrier().await;
    let ours = business(&carrier, "not-the-password").await;
    let failed = |state: &Value| state["registration"] == "failed";
    let trunk = trunk_when(&ours.api(), "the registration has failed", failed).await;
    assert!(trunk["state"]["last_error"].as_str().is_some_and(|error| !error.is_empty()), "{trunk}");
}

#[tokio::test]
async fn a_member_calls_the_outside_through_a_trunk_with_digest() {
    let carrier = carrier().await;
    let ours = business(&carrier, ACCOUNT_PASSWORD).await;
    registered(&ours).await;
    let phone = Phone { auto_answer: true, tone_hz: 1_050.0, ..Phone::new(THEIRS, carrier.sip(), THEIR_PASSWORD) };
    let mut phone = Baresip::start(phone).await;

    allow_anna(&ours.api()).await;
    let voice = Sound::tone(700.0, 2.5).written(ours.folder(), "anna.wav");
    let config = CallerConfig { password: Some(ours.phone_password()), ..config("anna") };
    let steps = vec![caller::wait(0.1), Step::Play(voice), caller::wait(2.5), Step::HangUp];
    let calling = begin(config, script(ours.address(THEIRS), steps));
    let incoming = phone.event("CALL_ESTABLISHED").await;
    assert!(incoming["peeruri"].as_str().unwrap().contains(OURS), "our number is shown: {incoming}");
    phone.event("CALL_RTPESTAB").await;
    let report = wait::done("the call ends", calling).await.unwrap();
    phone.event("CALL_CLOSED").await;
    assert!(heard(&report).tone_seconds(1_050.0) >= 1.5, "{}", timeline(&report));
    assert!(phone.heard().await.tone_seconds(700.0) >= 1.5, "both hear each other through two servers");
    assert_eq!(ours.api().last_call().await["member"], "anna");
}

#[tokio::test]
async fn a_call_to_our_number_comes_in_by_the_registration() {
    let carrier = carrier().await;
    let ours = business(&carrier, ACCOUNT_PASSWORD).await;
    registered(&ours).await;
    let api = ours.api();
    line(&ours, "off").await;
    reroute(&api, "line").await;
    let config = CallerConfig { password: Some(THEIR_PASSWORD.into()), ..config(THEIRS) };
    let steps = vec![Step::Speech, caller::wait(2.0), Step::HangUp];
    let report = call_with(config, script(carrier.address(OURS), steps)).await;
    assert!(heard(&report).tone_seconds(LINE_HZ) >= 1.5, "{}", timeline(&report));
    let call = api.last_call().await;
    assert_eq!((&call["trunk"], &call["number"]), (&"carrier".into(), &OURS.into()));
    assert_eq!(call["from"], THEIRS, "the caller's number is known");
}

/// Lets our number be answered by another flow.
async fn reroute(api: &Api, flow: &str) {
    let numbers = api.list("/v1/numbers").await;
    let number = numbers.iter().find(|number| number["number"] == OURS).expect("the number of the configuration");
    let path = format!("/v1/numbers/{}", number["id"].as_str().unwrap());
    let answer = api.ask(Method::PATCH, &path, Some(&json!({ "flow": flow })), &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
}

#[tokio::test]
async fn a_call_of_ours_goes_out_by_the_trunk_and_passes_the_gate() {
    let carrier = carrier().await;
    let ours = business(&carrier, ACCOUNT_PASSWORD).await;
    registered(&ours).await;
    let api = line(&ours, "off").await;
    let phone = Phone { auto_answer: true, ..Phone::new(THEIRS, carrier.sip(), THEIR_PASSWORD) };
    let mut phone = Baresip::start(phone).await;
    let placed = api.post("/v1/calls", &json!({ "to": "(202) 555-0199", "flow": "line" })).await;
    assert_eq!((&placed["trunk"], &placed["to"]), (&"carrier".into(), &THEIRS.into()));
    phone.event("CALL_RTPESTAB").await;
    let trunk = api.list("/v1/trunks").await.swap_remove(0);
    assert_eq!(trunk["state"]["calls"], 1);
    tokio::time::sleep(caller::seconds(2.0)).await;
    phone.command("hangup", "").await;
    let call = api.ended_call(placed["id"].as_str().unwrap()).await;
    assert_eq!((&call["cause"], &call["hung_up_by"]), (&"normal".into(), &"caller".into()));
    assert!(phone.heard().await.tone_seconds(LINE_HZ) >= 0.5);

    // +49 is not among the prefixes that the trunk may call: nothing is dialled.
    let forbidden = json!({ "to": "+4930901820", "flow": "line" });
    let answer = api.ask(Method::POST, "/v1/calls", Some(&forbidden), &[]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.json());
    assert_eq!(answer.json()["reason"], "destination");
    // Nor is anybody called for advertising who has not agreed to it.
    let advertising = json!({ "to": THEIRS, "flow": "line", "purpose": "marketing" });
    let answer = api.ask(Method::POST, "/v1/calls", Some(&advertising), &[]).await;
    assert_eq!((answer.status, &answer.json()["reason"]), (StatusCode::FORBIDDEN, &"no_consent".into()));
}

#[tokio::test]
async fn whoever_is_called_says_no_by_key_and_is_not_called_again() {
    let carrier = carrier().await;
    let ours = business(&carrier, ACCOUNT_PASSWORD).await;
    registered(&ours).await;
    let api = line(&ours, "off").await;
    let phone = Phone { auto_answer: true, ..Phone::new(THEIRS, carrier.sip(), THEIR_PASSWORD) };
    let mut phone = Baresip::start(phone).await;
    let reminder = json!({ "to": THEIRS, "flow": "line", "purpose": "reminder" });
    let placed = api.post("/v1/calls", &reminder).await;
    phone.event("CALL_RTPESTAB").await;
    phone.press('9').await;
    phone.event("CALL_CLOSED").await;
    let call = api.ended_call(placed["id"].as_str().unwrap()).await;
    assert_eq!((&call["cause"], &call["remembered"]["result"]), (&"normal".into(), &"opted_out".into()));
    let voice = voice().await;
    let goodbye = "All right. That is noted: we will not call you again. Goodbye.";
    assert!(phone.heard().await.contains_speech(&spoken(&voice, "en", goodbye).await), "the goodbye is heard");
    let answer = api.ask(Method::POST, "/v1/calls", Some(&reminder), &[]).await;
    assert_eq!((answer.status, &answer.json()["reason"]), (StatusCode::FORBIDDEN, &"suppressed".into()));
}

#[tokio::test]
async fn a_carrier_known_by_its_address_needs_no_account() {
    // The carrier sends to our address; there are no passwords on either side.
    let mut carrier = Server::prepared(Settings::default().at("127.0.0.2"));
    let trunk = format!("[[trunks]]\nname = \"carrier\"\nhost = \"{}\"\n", carrier.sip());
    let number = format!("[[numbers]]\nnumber = \"{OURS}\"\nflow = \"echo\"\ntrunk = \"carrier\"\n");
    let ours = Server::with(Settings::default().config(&trunk).config(&number)).await;
    line(&ours, "off").await;
    reroute(&ours.api(), "line").await;

    carrier.configure(&format!(
        "[[trunks]]\nname = \"acme\"\nhost = \"{}\"\n[[numbers]]\nnumber = \"{THEIRS}\"\nflow = \"echo\"\n\
         [[members]]\nname = \"outside\"\ndisplay = \"Outside\"\npassword = \"{THEIR_PASSWORD}\"\n\
         may_call_from = [\"{THEIRS}\"]\n",
        ours.sip()
    ));
    carrier.begin().await;
    // The carrier knows 127.0.0.1 as our address: its own phone calls from another one.
    let placed = carrier.api().post("/v1/calls", &json!({ "to": OURS, "from": THEIRS, "flow": "echo" })).await;
    let id =
        carrier.api().call_when(placed["id"].as_str().unwrap(), "answered", |call| call["state"] == "active").await;
    let call = ours.api().newest_call().await;
    let call = ours.api().call_when(&call, "our side is answered", |call| call["state"] == "active").await;
    assert_eq!((&call["trunk"], &call["number"]), (&"carrier".into(), &OURS.into()));
    assert_eq!(call["from"], THEIRS);
    carrier.api().delete(&format!("/v1/calls/{}", id["id"].as_str().unwrap())).await;
    assert_eq!(ours.api().last_call().await["hung_up_by"], "caller");
}

/// A carrier with an account for us, where a flow answers somebody else's number.
async fn exchange(nodes: &str) -> Server {
    let account = format!("[[members]]\nname = \"{OURS}\"\ndisplay = \"ours\"\npassword = \"{ACCOUNT_PASSWORD}\"\n");
    let carrier = Server::with(Settings::default().at("127.0.0.2").config(&account)).await;
    tone(&carrier, "line.wav", LINE_HZ, 90.0);
    tone(&carrier, "notice.wav", LINE_HZ, 2.0);
    let api = carrier.api();
    api.flow("theirs", &format!("languages: [en]\nrecording: off\nnodes:\n  {nodes}\n")).await;
    let number = json!({ "number": THEIRS, "flow": "theirs" });
    let made = api.ask(Method::POST, "/v1/numbers", Some(&number), &[]).await.status;
    assert!(matches!(made, StatusCode::CREATED | StatusCode::CONFLICT), "{made}");
    carrier
}

#[tokio::test]
async fn what_a_carrier_says_before_it_refuses_is_heard() {
    let carrier = exchange("notice: {play: notice.wav, unanswered: true, next: no}\n  no: {reject: busy}").await;
    let ours = business(&carrier, ACCOUNT_PASSWORD).await;
    registered(&ours).await;
    allow_anna(&ours.api()).await;
    let config = CallerConfig { password: Some(ours.phone_password()), ..config("anna") };
    let report = call_with(config, script(ours.address(THEIRS), vec![Step::Speech])).await;
    assert_eq!(report.ending, Ending::NotAnswered { status: Some(486) }, "{}", timeline(&report));
    assert!(heard(&report).tone_seconds(LINE_HZ) > 1.2, "the carrier's words are heard\n{}", timeline(&report));
    assert_eq!(ours.api().last_call().await["cause"], "busy");
}

#[tokio::test]
async fn a_carrier_that_dies_in_mid_call_leaves_nobody_in_silence() {
    let mut carrier = exchange("line: {play: line.wav, interrupt: false, next: hangup}").await;
    let ours = Server::with(our_side(&carrier, ACCOUNT_PASSWORD).set("MEDIA__RTP_TIMEOUT_S", 2)).await;
    registered(&ours).await;
    let api = ours.api();
    allow_anna(&api).await;
    let config = CallerConfig { password: Some(ours.phone_password()), ..config("anna") };
    // Longer than the test may take: that she is let go is what ends it.
    let calling = begin(config, script(ours.address(THEIRS), vec![Step::Speech, caller::wait(60.0)]));
    let id = api.newest_call().await;
    wait::until("the two have talked for more than a second", async || {
        let received = counted(&metrics(&api).await, "callwright_rtp_threads_total", &["\"received\""]);
        (received > 200.0).then_some(())
    })
    .await;
    carrier.kill();
    let report = wait::done("the call ends", calling).await.unwrap();
    assert_eq!(report.ending, Ending::ByThem, "{}", timeline(&report));
    assert!(heard(&report).tone_seconds(LINE_HZ) > 0.5, "{}", timeline(&report));
    // The books say why, the operator sees which trunk it was.
    let call = api.ended_call(&id).await;
    let far_leg = call["legs"].as_array().unwrap().iter().find(|leg| leg["role"] == "transfer").unwrap();
    assert!(far_leg["ended_at"].is_string() && call["ended_at"].is_string(), "{call:#}");
    assert_eq!(call["cause"], "network_failure", "{call:#}");
    trunk_when(&api, "the trunk is not reachable", |state| state["reachable"] == false).await;
}
