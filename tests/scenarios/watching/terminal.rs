//! `callwright doctor` and `callwright calls`.

use std::process::{Output, Stdio};

use callwright_tests::caller::{call_with, config, script};
use callwright_tests::{Server, Settings, wait};
use serde_json::Value;
use synthetic_caller::Step;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::flows::line;

async fn run(server: &Server, arguments: &[&str]) -> Output {
    let mut command = server.command(arguments);
    let work = tokio::task::spawn_blocking(move || command.output().unwrap());
    wait::done("the command ends", work).await.unwrap()
}

fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test]
async fn the_doctor_finds_nothing_wrong_with_a_running_server() {
    let server = Server::start().await;
    let output = run(&server, &["doctor"]).await;
    let text = printed(&output);
    assert!(output.status.success(), "{text}");
    for told in [
        "runs and answers at",
        "is the running server's",
        "the built-in voice speaks",
        "whole and up to date",
        "MiB are free",
    ] {
        assert!(text.contains(told), "{told} in\n{text}");
    }
}

#[tokio::test]
async fn the_doctor_names_what_is_wrong_and_what_to_do() {
    let running = Server::start().await;
    // Another configuration on the port of the first, with a secret that is nowhere and a model that was never fetched.
    let mut settings = Settings::default().config(
        "[transcription]\nengine = \"whisper\"\nmodel = \"base.en\"\n[[trunks]]\nname = \"far\"\nhost = \"127.0.0.1:9\"\npassword_file = \"/nowhere/secret\"\n",
    );
    settings = settings.set("SIP__PORT", running.ports.sip());
    let other = Server::prepared(settings);
    let output = run(&other, &["doctor", "--json"]).await;
    assert!(!output.status.success());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", printed(&output)));
    assert_eq!(report["worst"], "fault");
    let findings = report["findings"].as_array().unwrap();
    let has = |check: &str, weight: &str, found: &str| {
        findings
            .iter()
            .any(|it| it["check"] == check && it["weight"] == weight && it["found"].as_str().unwrap().contains(found))
    };
    assert!(has("sip", "fault", "taken by another program"), "{report:#}");
    assert!(has("hearing", "fault", "base.en"), "{report:#}");
    assert!(has("secrets", "fault", "/nowhere/secret"), "{report:#}");
    assert!(has("trunk", "warning", "far does not answer"), "{report:#}");
    assert!(
        findings.iter().all(|it| it["weight"] == "ok" || it["advice"].is_string()),
        "what is wrong comes with advice: {report:#}"
    );
}

#[tokio::test]
async fn calls_are_listed_shown_and_watched_in_a_terminal() {
    let server = Server::start().await;
    let api = line(&server, "off").await;
    let mut watching = server.command(&["calls", "watch"]);
    watching.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut watching = tokio::process::Command::from(watching).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(watching.stdout.take().unwrap()).lines();
    // It watches from some time on: calls are made until one is seen.
    let mut seen = Vec::new();
    while !seen.iter().any(|line: &String| line.contains("ended=normal")) {
        call_with(config("+12025550123"), script(server.address("line"), vec![Step::Speech, Step::HangUp])).await;
        let next = async {
            while let Ok(Some(line)) = lines.next_line().await {
                let ended = line.contains("ended=");
                seen.push(line);
                if ended {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(caller_patience(), next).await;
    }
    assert!(seen.iter().any(|line| line.contains("from +12025550123") && line.contains("line")), "{seen:?}");
    let _ = watching.kill().await;

    let id = api.newest_call().await;
    api.ended_call(&id).await;
    let list = printed(&run(&server, &["calls", "list", "--limit", "5"]).await);
    assert!(list.lines().next().unwrap().starts_with("ID") && list.contains(&id) && list.contains("normal"), "{list}");
    let show = printed(&run(&server, &["calls", "show", &id]).await);
    assert!(show.contains("cause        normal") && show.contains("INVITE +SDP"), "{show}");
    let json: Value = serde_json::from_slice(&run(&server, &["calls", "show", &id, "--json"]).await.stdout).unwrap();
    assert_eq!(json["id"], id);
    let wrong = run(&server, &["calls", "show", "../keys"]).await;
    assert!(!wrong.status.success() && printed(&wrong).contains("is not the id of a call"));
}

const fn caller_patience() -> std::time::Duration {
    std::time::Duration::from_secs(5)
}
