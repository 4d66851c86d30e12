//! Running the program: limits, a second start, stopping, backing up, and a configuration that is wrong.

use callwright_tests::api::Api;
use callwright_tests::caller::{self, begin, config, heard, script, timeline};
use callwright_tests::sipp::Sipp;
use callwright_tests::wire::{Wire, offer};
use callwright_tests::{Server, Settings, wait};
use reqwest::{Method, StatusCode};
use serde_json::json;
use synthetic_caller::{Ending, Report, Step};
use tokio::task::JoinHandle;

use crate::flows::{LINE_HZ, line};

/// A caller who listens to the line until hung up on.
async fn listening(server: &Server, api: &Api) -> (JoinHandle<Report>, String) {
    let calling = begin(config("+12025550123"), script(server.address("line"), vec![]));
    let id = api.newest_call().await;
    api.call_when(&id, "the call is answered", |call| call["state"] == "active").await;
    (calling, id)
}

async fn invite(server: &Server) -> sip_core::message::Response {
    let wire = Wire::to(&server.sip()).await;
    let body = offer("127.0.0.1:9".parse().unwrap(), "sendrecv");
    wire.ask("INVITE", &server.address("line"), "Content-Type: application/sdp\r\n", &body).await
}

#[tokio::test]
async fn above_the_limit_a_call_is_sent_away_and_the_running_one_goes_on() {
    let server = Server::with(Settings::default().set("LIMITS__MAX_CALLS", 1)).await;
    let api = line(&server, "off").await;
    let (calling, id) = listening(&server, &api).await;
    for _ in 0..3 {
        let refusal = invite(&server).await;
        assert_eq!(refusal.status.code(), 503);
        assert!(refusal.headers.retry_after().is_some_and(|seconds| seconds > 0), "with Retry-After");
    }
    Sipp::calling("overload", &server.sip(), "line").play().await;
    // Placing one is refused too.
    let call = json!({ "to": "sip:a@127.0.0.1:9", "flow": "line" });
    let answer = api.ask(Method::POST, "/v1/calls", Some(&call), &[]).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.json());
    assert!(answer.header("retry-after").is_some());

    tokio::time::sleep(caller::seconds(1.0)).await;
    assert_eq!(api.get(&format!("/v1/calls/{id}")).await["state"], "active");
    api.delete(&format!("/v1/calls/{id}")).await;
    let report = wait::done("the call ends", calling).await.unwrap();
    let heard = heard(&report);
    let end = heard.between(heard.seconds() - 1.0, heard.seconds());
    assert!(end.tone_seconds(LINE_HZ) >= 0.7, "the running call was not disturbed\n{}", timeline(&report));
    // There is room again.
    api.ended_call(&id).await;
    wait::until("there is room again", async || (invite(&server).await.status.code() == 200).then_some(())).await;
}

#[tokio::test]
async fn a_second_start_on_the_same_ports_is_refused_with_a_reason() {
    let server = Server::start().await;
    for (what, sip, http) in
        [("SIP", server.ports.sip(), server.ports.http() + 1), ("HTTP", server.ports.sip() + 1, server.ports.http())]
    {
        let mut second = server.command(&["serve", "--demo"]);
        second.env("CALLWRIGHT_DATA", server.folder().join("second"));
        second.env("CALLWRIGHT_SIP__PORT", sip.to_string()).env("CALLWRIGHT_HTTP__PORT", http.to_string());
        let output = tokio::task::spawn_blocking(move || second.output().unwrap());
        let output = wait::done("the second start ends", output).await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr).to_lowercase();
        assert!(!output.status.success(), "{what}: {said}");
        let reason = said.contains("in use") || said.contains("taken by another program");
        assert!(reason && said.contains("port"), "{what}: {said}");
    }
    assert_eq!(server.api_without_key().get("/healthz").await["status"], "ok");
}

#[tokio::test]
async fn a_second_program_on_the_same_data_does_no_harm() {
    let server = Server::start().await;
    let api = line(&server, "off").await;
    let (calling, id) = listening(&server, &api).await;
    let mut second = server.command(&["serve", "--demo"]);
    let (sip, http) = (server.ports.sip() + 1, server.ports.http() + 1);
    second.env("CALLWRIGHT_SIP__PORT", sip.to_string()).env("CALLWRIGHT_HTTP__PORT", http.to_string());
    let mut child = second.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
    let refused = wait::until("it is refused, or it runs", async || match child.try_wait().unwrap() {
        Some(status) => Some(!status.success()),
        None => Api::new(http, None).is_ready().await.then_some(false),
    })
    .await;
    let _ = child.kill();
    let _ = child.wait();
    assert!(refused, "two programs on the same books would close each other's calls");
    assert_eq!(api.get(&format!("/v1/calls/{id}")).await["state"], "active");
    calling.abort();
}

#[tokio::test]
async fn a_stop_lets_running_calls_end() {
    let mut server = Server::start().await;
    let api = line(&server, "off").await;
    let steps = vec![Step::Speech, caller::wait(4.0), Step::HangUp];
    let calling = begin(config("+12025550123"), script(server.address("line"), steps));
    let id = api.newest_call().await;
    api.call_when(&id, "the call is answered", |call| call["state"] == "active").await;
    server.ask_to_stop();
    wait::until("it takes no more calls", async || (!api.is_ready().await).then_some(())).await;
    assert_eq!(invite(&server).await.status.code(), 503);
    let report = wait::done("the call ends", calling).await.unwrap();
    assert_eq!(report.ending, Ending::ByUs, "the caller ends it\n{}", timeline(&report));
    assert!(heard(&report).tone_seconds(LINE_HZ) >= 3.0, "{}", timeline(&report));
    assert!(server.ended().await.success());
    server.begin().await;
    let call = server.api().get(&format!("/v1/calls/{id}")).await;
    assert_eq!((&call["state"], &call["cause"]), (&"ended".into(), &"normal".into()));
    assert!(!server.printed().contains("interrupted"), "{}", server.printed());
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let mut server = Server::with(Settings::default().set("LIMITS__DRAIN_S", 1)).await;
    let api = line(&server, "off").await;
    let (calling, _) = listening(&server, &api).await;
    server.ask_to_stop();
    let report = wait::done("the call is ended with a BYE", calling).await.unwrap();
    assert_eq!(report.ending, Ending::ByThem);
    assert!(server.ended().await.success());
}

#[tokio::test]
async fn a_backup_of_a_running_program_is_whole() {
    let server = Server::start().await;
    let api = line(&server, "off").await;
    let (calling, id) = listening(&server, &api).await;
    let copy = server.folder().join("copy");
    std::fs::create_dir_all(&copy).unwrap();
    let file = copy.join("callwright.db");
    let mut backup = server.command(&["backup", &file.display().to_string()]);
    let output = tokio::task::spawn_blocking(move || backup.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // A file that exists is not overwritten.
    let mut again = server.command(&["backup", &file.display().to_string()]);
    assert!(!tokio::task::spawn_blocking(move || again.output().unwrap()).await.unwrap().status.success());
    assert_eq!(api.get(&format!("/v1/calls/{id}")).await["state"], "active");
    calling.abort();

    // A program that starts on the copy knows the call.
    let second = Server::with(Settings::default().set("DATA", copy.display())).await;
    let key = std::fs::read_to_string(copy.join("api-key")).unwrap();
    let call = Api::new(second.ports.http(), Some(key.trim())).get(&format!("/v1/calls/{id}")).await;
    assert_eq!((&call["state"], &call["cause"]), (&"ended".into(), &"interrupted".into()));
}

#[tokio::test]
async fn a_wrong_configuration_names_the_nearest_right_key() {
    for (settings, place) in [
        (Settings::default().config("[sip]\nrelm = \"x\""), "line 2"),
        (Settings::default().set("SIP__RELM", "x"), "CALLWRIGHT_SIP__RELM"),
    ] {
        let server = Server::prepared(settings);
        let mut command = server.command(&["serve"]);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = wait::done("it ends", output).await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success());
        assert!(said.contains(place) && said.contains("`realm`"), "{said}");
    }
}

#[tokio::test]
async fn variables_that_are_no_settings_are_left_alone() {
    // The log's filter has a variable of its own.
    let server = Server::with(Settings::default().set("LOG", "warn")).await;
    assert!(!server.printed().contains("INFO"), "{}", server.printed());
}

#[tokio::test]
async fn a_second_start_keeps_the_data() {
    let mut server = Server::start().await;
    let (key, password) = (std::fs::read_to_string(server.data().join("api-key")).unwrap(), server.phone_password());
    let api = line(&server, "off").await;
    let (_, id) = listening(&server, &api).await;
    api.delete(&format!("/v1/calls/{id}")).await;
    api.ended_call(&id).await;
    server.restart().await;
    assert_eq!(std::fs::read_to_string(server.data().join("api-key")).unwrap(), key);
    assert_eq!(server.phone_password(), password);
    let call = server.api().get(&format!("/v1/calls/{id}")).await;
    assert_eq!(call["state"], "ended");
    let flows = server.api().list("/v1/flows").await;
    let reception = flows.iter().find(|flow| flow["name"] == "reception").unwrap();
    assert_eq!(reception["version"], 1, "the demo is not written anew");
}
