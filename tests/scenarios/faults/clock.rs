//! The clock of the machine is set by hours while calls run.

use callwright_tests::baresip::Phone;
use callwright_tests::receiver::Receiver;
use callwright_tests::{Api, Baresip, Clock, Server, Settings, wait};
use serde_json::Value;

use super::{assert_undisturbed, counted, invited, listening, metrics};
use crate::flows::line;

const HOUR_MS: i64 = 3_600_000;
const TALK_S: f64 = 12.0;
/// The announcement that the call is recorded comes before the line and before the recording, seconds.
const BEFORE_S: f64 = 6.0;

/// A moment as the API writes it, ms since the Unix epoch.
fn moment(value: &Value) -> i64 {
    value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// A call lasts as long as it lasted.
fn assert_length(call: &Value) {
    let [started, answered, ended] = ["started_at", "answered_at", "ended_at"].map(|name| moment(&call[name]));
    assert!(started <= answered, "{call:#}");
    let talked = ended - answered;
    assert!((11_000..17_000).contains(&talked), "{talked} ms of talk\n{call:#}");
    let leg = &call["legs"][0];
    assert!(moment(&leg["answered_at"]) <= moment(&leg["ended_at"]), "{call:#}");
}

async fn set_in_mid_call(offset_ms: i64, direction: &str) {
    let (clock, receiver) = (Clock::right(), Receiver::start().await);
    let webhook =
        format!("[[webhooks]]\nurl = \"{}\"\nsecret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"\n", receiver.url);
    let server = Server::with(clock.given_to(Settings::default().config(&webhook))).await;
    let api: Api = line(&server, "announced").await;
    let phone = Baresip::start(Phone::new("anna", server.sip(), &server.phone_password())).await;
    let (calling, id) = listening(&server, &api, TALK_S).await;
    clock.set(offset_ms);
    // The operator sees it.
    wait::until("it is noticed", async || {
        let steps = counted(&metrics(&api).await, "callwright_clock_steps_total", &[direction]);
        (steps >= 1.0).then_some(())
    })
    .await;
    let told = format!("the clock of this machine was set {direction}");
    assert!(server.printed().contains(&told), "{}", server.printed());
    // The caller does not; nor does who calls now, and phones stay where they are.
    assert_eq!(invited(&server).await, 200);
    assert_undisturbed(&wait::done("the call ends", calling).await.unwrap(), TALK_S - BEFORE_S);
    let call = api.ended_call(&id).await;
    assert_eq!(call["cause"], "normal", "{call:#}");
    assert_length(&call);
    let call = api.call_when(&id, "the recording is filed", |call| call["recording"]["state"] == "ready").await;
    let kept = call["recording"]["duration_ms"].as_i64().unwrap();
    assert!((6_000..17_000).contains(&kept), "{kept} ms\n{call:#}");
    let bindings = counted(&metrics(&api).await, "callwright_sip_table", &["bindings"]);
    assert!(bindings >= 1.0, "the phone is still registered");
    drop(phone);
    // What is to be done for the call is done now, not when the clock has come round.
    let is_its = |json: &Value| json.to_string().contains(&id);
    receiver.delivery("the end is told", |it| it.kind() == "call.ended" && is_its(&it.json())).await;
    wait::until("the work after the call is done", async || {
        let done = counted(&metrics(&api).await, "callwright_after_call_total", &["done"]);
        (done >= 1.0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_is_set_forward_by_hours_harms_no_call() {
    set_in_mid_call(5 * HOUR_MS, "forward").await;
}

#[tokio::test]
async fn a_clock_that_is_set_back_by_hours_harms_no_call() {
    set_in_mid_call(-5 * HOUR_MS, "back").await;
}
