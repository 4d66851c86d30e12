//! Faults of the world around: what the caller hears, what the books say, and what the operator sees.

mod clock;
mod disk;
mod network;

use std::time::Duration;

use callwright_tests::caller::{self, begin, call_with, config, heard, script, speaker, timeline};
use callwright_tests::signal::read_wav;
use callwright_tests::wire::{Wire, offer};
use callwright_tests::{Api, Server, Settings, wait};
use provider_doubles::{ChatAnswer, ChatDouble, Fault, Script, Step as Answering};
use reqwest::Method;
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use synthetic_caller::{Ending, Report, Step};
use tokio::task::JoinHandle;

use crate::flows::{LINE_HZ, PROMPT_HZ, line, tone};

const CALLER: &str = "+12025550123";

pub(crate) async fn metrics(api: &Api) -> String {
    String::from_utf8(api.ask(Method::GET, "/metrics", None, &[]).await.body).unwrap()
}

/// The sum of a metric over the lines that hold all of these.
pub(crate) fn counted(text: &str, name: &str, labels: &[&str]) -> f64 {
    let lines = text.lines().filter(|line| line.starts_with(name) && labels.iter().all(|label| line.contains(label)));
    lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

/// A caller who listens to the line for so long and hangs up.
async fn listening(server: &Server, api: &Api, seconds: f64) -> (JoinHandle<Report>, String) {
    let steps = vec![Step::Speech, caller::wait(seconds), Step::HangUp];
    let calling = begin(config(CALLER), script(server.address("line"), steps));
    let id = api.newest_call().await;
    api.call_when(&id, "the call is answered", |call| call["state"] == "active").await;
    (calling, id)
}

/// The final status of an INVITE.
async fn invited(server: &Server) -> u16 {
    let wire = Wire::to(&server.sip()).await;
    let body = offer("127.0.0.1:9".parse().unwrap(), "sendrecv");
    wire.ask("INVITE", &server.address("line"), "Content-Type: application/sdp\r\n", &body).await.status.code()
}

/// He heard the line to his end, without a gap.
fn assert_undisturbed(report: &Report, seconds: f64) {
    assert_eq!(report.ending, Ending::ByUs, "{}", timeline(report));
    let line = heard(report).tone_seconds(LINE_HZ);
    assert!(line >= seconds - 0.5, "the line was heard for {line:.2} s of {seconds}\n{}", timeline(report));
}

/// Neither what the caller is told nor what the caller says meanwhile.
#[tokio::test]
async fn a_machine_that_stands_still_for_a_second_swallows_nothing() {
    let server = Server::start().await;
    tone(&server, "told.wav", LINE_HZ, 4.0);
    tone(&server, "said.wav", PROMPT_HZ, 15.0);
    let yaml = "languages: [en]\nrecording: announced\nnodes:\n  line:\n    play: told.wav\n    interrupt: false\n    \
                next: hangup\n";
    let api = server.api();
    api.flow("line", yaml).await;
    let says = vec![Step::Speech, Step::Play(server.data().join("media/said.wav"))];
    let calling = begin(config(CALLER), script(server.address("line"), says));
    let id = api.newest_call().await;
    api.call_when(&id, "it is recorded", |call| !call["recording_id"].is_null()).await;
    tokio::time::sleep(caller::seconds(0.7)).await;
    server.stand_still(1.0).await;
    let report = calling.await.unwrap();
    assert_eq!(report.ending, Ending::ByThem, "{}", timeline(&report));
    let told = heard(&report).tone_seconds(LINE_HZ);
    let [caller, ours] = &read_wav(&api.recording(&id).await)[..] else { panic!("two voices") };
    let (recorded, said) = (ours.tone_seconds(LINE_HZ), caller.tone_seconds(PROMPT_HZ));
    assert!(told > 3.6, "{told} s of 4 were heard\n{}", timeline(&report));
    assert!(recorded > 3.6, "{recorded} s of 4 are in the recording");
    let whole = caller.seconds();
    assert!(whole > 4.7 && said > whole - 0.4, "of {whole} s {said} s are recorded\n{}", timeline(&report));
}

#[tokio::test]
async fn a_caller_whose_network_dies_in_mid_call_is_let_go() {
    let server = Server::with(Settings::default().set("MEDIA__RTP_TIMEOUT_S", 2).set("SIP__T1_MS", 50)).await;
    let api = line(&server, "off").await;
    // A telephone that answers the 200 with its ACK and is never heard of again.
    let wire = Wire::to(&server.sip()).await;
    let rtp = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let body = offer(rtp.local_addr().unwrap(), "sendrecv");
    let address = server.address("line");
    let (text, call_id) = wire.compose("INVITE", &address, "Content-Type: application/sdp\r\n", &body);
    wire.send(text.as_bytes()).await;
    let answer = wire.final_response(&call_id).await;
    assert_eq!(answer.status.code(), 200);
    let field = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    let to = answer.headers.get(&sip_core::message::HeaderName::To).unwrap_or_default();
    let contact = answer.headers.get(&sip_core::message::HeaderName::Contact).unwrap_or_default();
    let uri = contact.split('<').nth(1).and_then(|rest| rest.split('>').next()).unwrap_or(&address);
    let ack = format!(
        "ACK {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {};branch=z9hG4bK-ack\r\nMax-Forwards: 70\r\n{}\r\nTo: {to}\r\n{}\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n",
        wire.local(),
        field("From:"),
        field("Call-ID:"),
    );
    wire.send(ack.as_bytes()).await;
    let id = api.newest_call().await;
    let call = api.ended_call(&id).await;
    assert_eq!((&call["cause"], &call["hung_up_by"]), (&json!("media_timeout"), &json!("system")));
    // The operator sees it, and nothing is left of it.
    let event = api.event("call.ended").await;
    assert_eq!(event["data"]["call"]["cause"], "media_timeout", "{event:#}");
    wait::until("nothing is left of it", async || {
        let text = metrics(&api).await;
        let ended = counted(&text, "callwright_calls_total", &["media_timeout"]);
        let left = counted(&text, "callwright_rtp_ports_in_use", &[]) + counted(&text, "callwright_calls_live", &[]);
        (ended >= 1.0 && left < 0.5).then_some(())
    })
    .await;
    assert!(server.printed().contains("no sound came for too long"), "{}", server.printed());
}

#[tokio::test]
async fn a_carrier_whose_name_is_not_known_fails_quickly_and_says_so() {
    let trunk = "[[trunks]]\nname = \"far\"\nhost = \"carrier.invalid\"\nuser = \"x\"\npassword = \"x\"\nregister = true\ncaller_id = \"+12015550100\"\n";
    let server = Server::with(Settings::default().config(trunk).set("SIP__TRUNK_CHECK_S", 1)).await;
    let api = line(&server, "off").await;
    // Calls that need no names go on.
    let (calling, _) = listening(&server, &api, 2.0).await;
    let begun = std::time::Instant::now();
    let placed = api.ask(Method::POST, "/v1/calls", Some(&json!({ "to": "+12025550199", "say": "hello" })), &[]).await;
    if placed.status.is_success() {
        let id = placed.json()["id"].as_str().unwrap().to_owned();
        let call = api.ended_call(&id).await;
        assert_eq!(call["cause"], "network_failure", "{call:#}");
    } else {
        assert!(placed.status.is_client_error() || placed.status.is_server_error(), "{}", placed.json());
    }
    assert!(begun.elapsed() < Duration::from_secs(40), "it fails in a time that somebody waits");
    let state = wait::until("the trunk says what is wrong", async || {
        let trunk = api.list("/v1/trunks").await.into_iter().next()?;
        trunk["state"]["last_error"].is_string().then(|| trunk["state"].clone())
    })
    .await;
    assert_ne!(state["registration"], "registered", "{state}");
    let text = metrics(&api).await;
    assert!(text.contains("callwright_trunk_registered{trunk=\"far\"} 0"), "an alert has something to see\n{text}");
    assert!(server.printed().contains("a trunk's host could not be looked up"), "{}", server.printed());
    assert_undisturbed(&wait::done("the call ends", calling).await.unwrap(), 2.0);
}

#[tokio::test]
async fn books_that_somebody_else_holds_hold_up_nobody_who_talks() {
    let server = Server::start().await;
    let api = line(&server, "off").await;
    let (calling, id) = listening(&server, &api, 32.0).await;
    let held = std::time::Instant::now();
    let books = SqliteConnectOptions::new().filename(server.data().join("callwright.db"));
    let mut other = books.connect().await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    // A caller does not wait for the books for ever: after some seconds he gets a busy signal.
    assert_eq!(invited(&server).await, 503);
    wait::until("the operator is told", async || {
        let is_told = server.printed().contains("the books cannot be written");
        (is_told && !api.is_ready().await).then_some(())
    })
    .await;
    assert_undisturbed(&wait::done("the call ends", calling).await.unwrap(), 32.0);
    assert!(held.elapsed() >= Duration::from_secs(30));
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    let call = api.ended_call(&id).await;
    assert_eq!((&call["state"], &call["cause"]), (&json!("ended"), &json!("normal")));
    wait::until("calls are taken again", async || (invited(&server).await == 200).then_some(())).await;
    wait::until("no refused call is left open", async || {
        let open = api.list("/v1/calls?state=ringing").await;
        open.is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn without_file_descriptors_new_calls_are_refused_and_running_ones_go_on() {
    let server = Server::start().await;
    let api = line(&server, "off").await;
    let (calling, id) = listening(&server, &api, 6.0).await;
    let pid = Pid::from_raw(i32::try_from(server.pid()).unwrap());
    let before = prlimit(pid, Resource::Nofile, getrlimit(Resource::Nofile)).unwrap();
    // Not one more, whatever it closes: the three that every program has are below.
    prlimit(pid, Resource::Nofile, Rlimit { current: Some(3), maximum: before.maximum }).unwrap();
    // Signalling needs no new descriptor: it can still say no.
    let refused = invited(&server).await;
    assert_eq!(refused, 503);
    assert_undisturbed(&wait::done("the call ends", calling).await.unwrap(), 6.0);
    prlimit(pid, Resource::Nofile, before).unwrap();
    assert_eq!(api.ended_call(&id).await["cause"], "normal");
    wait::until("calls are taken again", async || (invited(&server).await == 200).then_some(())).await;
    let calls = api.list("/v1/calls?limit=50").await;
    assert!(
        calls.iter().any(|call| call["cause"] == "overload"),
        "the refused call is in the books as such: {calls:#?}"
    );
    assert!(server.printed().contains("refused for want of media"), "{}", server.printed());
}

#[tokio::test]
async fn a_brain_whose_line_is_cut_does_not_leave_the_caller_in_silence() {
    let double =
        ChatDouble::start(Script::always(Answering::<ChatAnswer>::failing(Fault::Cut { after: 1 }))).await.unwrap();
    let brain = format!("brain = {{ url = \"{}\", model = \"double\" }}\n", double.url("/v1"));
    let server = Server::with(Settings { config: brain, ..Settings::default() }).await;
    let say = Step::Say { text: "what are your opening hours".into(), language: "en".into() };
    let steps = vec![Step::Turn, say, Step::Turn, caller::wait(0.5), Step::HangUp];
    let report = call_with(speaker(CALLER).await, script(server.address("assistant"), steps)).await;
    let api = server.api();
    let id = api.newest_call().await;
    api.call_when(&id, "the transcript is complete", |call| call["transcript"] == "ready").await;
    let transcript = api.get(&format!("/v1/calls/{id}/transcript")).await;
    let ours: Vec<&Value> =
        transcript["lines"].as_array().unwrap().iter().filter(|line| line["speaker"] == "us").collect();
    assert!(ours.len() >= 2, "he is answered by what comes after the model: {transcript:#}\n{}", timeline(&report));
    assert!(!double.requests().is_empty());
    assert_eq!(api.get(&format!("/v1/calls/{id}")).await["cause"], "normal");
}
