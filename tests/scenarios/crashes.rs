//! What was promised is on disk first: a kill at any moment loses no finished call and at most the last second of a
//! running one.

use std::time::{SystemTime, UNIX_EPOCH};

use callwright_tests::api::{Api, text};
use callwright_tests::caller::{self, begin, call_with, config, script};
use callwright_tests::signal::{Sound, read_wav};
use callwright_tests::{Server, wait};
use serde_json::Value;
use synthetic_caller::Step;

use crate::flows::{LINE_HZ, line};

const CALLER_HZ: f64 = 700.0;
const CALLERS: usize = 3;

fn now_s() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

/// Seconds since the Unix epoch of a moment as the API writes it, such as `2026-03-05T14:30:00.125Z`.
fn moment(value: &Value) -> f64 {
    let text = value.as_str().unwrap().trim_end_matches('Z');
    let (date, time) = text.split_once('T').unwrap();
    let parts: Vec<i64> = date.split('-').map(|part| part.parse().unwrap()).collect();
    // Days since the epoch by the civil calendar.
    let (year, month, day) = (if parts[1] <= 2 { parts[0] - 1 } else { parts[0] }, (parts[1] + 9) % 12, parts[2]);
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (month * 306 + 5) / 10 + day - 1 - 719_468;
    let clock: f64 = time.split(':').fold(0.0, |sum, part| sum * 60.0 + part.parse::<f64>().unwrap());
    days as f64 * 86_400.0 + clock
}

/// Every call of the books.
async fn all_calls(api: &Api) -> Vec<Value> {
    api.list("/v1/calls?limit=200").await
}

#[tokio::test]
async fn ten_kills_in_a_row_lose_nothing_but_the_last_second() {
    let mut server = Server::start().await;
    let mut api = line(&server, "announced").await;
    let voice = Sound::tone(CALLER_HZ, 60.0).written(server.folder(), "caller.wav");
    let mut known = 0;
    for round in 0..10_u32 {
        // One call that is finished, and some that run.
        let short = vec![Step::Speech, caller::wait(0.2), Step::HangUp];
        call_with(config("+12025550100"), script(server.address("line"), short)).await;
        let finished = text(&api.last_call().await, "id");
        let finished = api.call_when(&finished, "it is filed", |call| call["transcript"] == "ready").await;
        let steps = vec![caller::wait(0.1), Step::Play(voice.clone())];
        let calling: Vec<_> = (0..CALLERS)
            .map(|i| begin(config(&format!("+1202555012{i}")), script(server.address("line"), steps.clone())))
            .collect();
        wait::until("all are recorded", async || {
            let calls = api.list("/v1/calls?state=active").await;
            let recorded = calls.iter().filter(|call| !call["recording_id"].is_null()).count();
            (recorded == CALLERS).then_some(())
        })
        .await;
        // At another moment of the writers' second each time.
        tokio::time::sleep(caller::seconds(1.2 + 0.13 * f64::from(round))).await;
        let killed = now_s();
        server.kill();
        calling.iter().for_each(tokio::task::JoinHandle::abort);

        server.begin().await;
        api = server.api();
        let calls = all_calls(&api).await;
        known += CALLERS + 1;
        assert_eq!(calls.len(), known, "round {round}: no call is lost");
        for call in &calls {
            assert_eq!(call["state"], "ended", "round {round}: {call}");
        }
        let kept = api.get(&format!("/v1/calls/{}", text(&finished, "id"))).await;
        assert_eq!(kept, finished, "round {round}: a finished call stays as it was");
        for call in &calls[..CALLERS] {
            assert_eq!(
                (&call["cause"], &call["hung_up_by"]),
                (&"interrupted".into(), &"system".into()),
                "round {round}"
            );
            assert_whole(&api, call, killed, round).await;
        }
    }
}

/// The recording of a call that was killed is readable and ends at most a second before the kill.
async fn assert_whole(api: &Api, call: &Value, killed: f64, round: u32) {
    let call = api.get(&format!("/v1/calls/{}", text(call, "id"))).await;
    let recording = &call["recording"];
    assert_eq!(recording["state"], "ready", "round {round}: {call}");
    let bytes = api.recording(&text(&call, "id")).await;
    let channels = read_wav(&bytes);
    let promised = killed - moment(&recording["started_at"]);
    let kept = channels[0].seconds();
    assert!(kept >= promised - 1.0, "round {round}: {kept:.2} s of {promised:.2} s are kept");
    assert!(kept <= promised + 0.5, "round {round}: {kept:.2} s are kept of a call of {promised:.2} s");
    assert!((recording["duration_ms"].as_f64().unwrap() / 1_000.0 - kept).abs() < 0.02, "round {round}: {recording}");
    let (left, right) = (channels[0].tone_seconds(CALLER_HZ), channels[1].tone_seconds(LINE_HZ));
    assert!(left > 0.3 && right > 0.1, "round {round}: {left} s of the caller, {right} s of the line are heard");
    // What is served is the file as it lies there.
    assert_eq!(recording["bytes"].as_u64().unwrap(), bytes.len() as u64, "round {round}");
}

#[tokio::test]
async fn a_kill_while_it_rings_closes_the_call() {
    use callwright_tests::Baresip;
    use callwright_tests::baresip::Phone;
    use serde_json::json;

    let mut server = Server::start().await;
    let phone = Phone { password: None, ..Phone::new("customer", server.sip(), "") };
    let mut phone = Baresip::start(phone).await;
    let placed = server.api().post("/v1/calls", &json!({ "to": phone.address("customer"), "say": "Hello." })).await;
    phone.event("CALL_INCOMING").await;
    server.kill();
    server.begin().await;
    let call = server.api().get(&format!("/v1/calls/{}", text(&placed, "id"))).await;
    assert_eq!((&call["state"], &call["cause"]), (&"ended".into(), &"interrupted".into()));
    assert_eq!(call["answered_at"], Value::Null);
}

#[tokio::test]
async fn a_voice_that_is_killed_is_heard_again() {
    let server = Server::start().await;
    // Its worker processes are children of the program, by their argument.
    let workers = children(server.pid());
    assert!(!workers.is_empty(), "the voice runs in processes of its own");
    for worker in workers {
        rustix::process::kill_process(rustix::process::Pid::from_raw(worker).unwrap(), rustix::process::Signal::KILL)
            .unwrap();
    }
    let steps = vec![Step::Speech, caller::wait(2.5), Step::HangUp];
    let report = caller::call(server.address("reception"), steps).await;
    let voice = callwright_tests::voice::voice().await;
    let greeting = callwright_tests::voice::spoken(&voice, "en", "Northwind Dental, hello!").await;
    assert!(caller::heard(&report).contains_speech(&greeting), "{}", caller::timeline(&report));
}

/// The voice's processes of a program.
fn children(parent: u32) -> Vec<i32> {
    let processes =
        std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let is_worker = |pid: &i32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        after_name.split_whitespace().nth(1) == Some(&parent.to_string()) && command.contains("speech-worker")
    };
    processes.filter(is_worker).collect()
}
