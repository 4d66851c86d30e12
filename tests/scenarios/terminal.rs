//! The commands of the terminal: a synthetic caller, and flows without a phone.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use callwright_tests::server::{command, run};
use callwright_tests::signal::read_wav;
use callwright_tests::voice::{spoken, voice};
use callwright_tests::{Server, wait};

fn demo(flow: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/flows").join(format!("{flow}.yaml"))
}

#[tokio::test]
async fn dial_calls_speaks_presses_and_records() {
    let server = Server::start().await;
    let file = server.folder().join("caller.wav");
    let output = run(&[
        "dial",
        &server.address("reception"),
        "--wait-prompt",
        "--say",
        "hello",
        "--press",
        "2",
        "--wait-silence",
        "1.2",
        "--record",
        &file.display().to_string(),
        "--linger",
        "0.1",
    ])
    .await;
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for moment in ["calling sip:reception@", "200 OK", "first sound", "we say \"hello\"", "we press 2", "MOS"] {
        assert!(said.contains(moment), "no `{moment}` in\n{said}");
    }
    let heard = read_wav(&std::fs::read(file).unwrap()).swap_remove(0);
    let voice = voice().await;
    assert!(heard.contains_speech(&spoken(&voice, "en", "Northwind Dental, hello!").await), "{said}");
    let way = spoken(&voice, "en", "You find us at 12 Harbour Street, on the second floor.").await;
    assert!(heard.contains_speech(&way), "{said}");
}

#[tokio::test]
async fn dial_tells_a_machine_as_json_and_fails_when_nobody_answers() {
    let server = Server::start().await;
    let output = run(&["dial", &server.address("nobody-here"), "--json"]).await;
    assert!(!output.status.success());
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["ending"]["ended"], &report["ending"]["status"]), (&"not_answered".into(), &404.into()));
}

#[tokio::test]
async fn flow_check_takes_the_demo_and_refuses_a_wrong_flow_whole() {
    for flow in ["reception", "reminder", "one-time-code", "announcement", "survey", "opt-in", "echo"] {
        let output = run(&["flow", "check", &demo(flow).display().to_string()]).await;
        assert!(output.status.success(), "{flow}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wrong.yaml");
    let yaml = "languages: [en]\nrecording: off\nnodes:\n  main:\n    menu:\n      say: Press 1.\n      optoins: {1: hours}\n  \
                hour:\n    say: We are open.\n    next: nowhere\n";
    std::fs::write(&path, yaml).unwrap();
    let output = run(&["flow", "check", &path.display().to_string()]).await;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains('7') && said.contains("options"), "the line and the right word: {said}");
    assert!(said.contains("nowhere"), "every fault at once: {said}");
}

#[tokio::test]
async fn flow_run_plays_a_flow_in_text() {
    let mut child = command(&["flow", "run", &demo("reception").display().to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"2\nhangup\n").unwrap();
    let work = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap());
    let output = wait::done("it ends", work).await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    for text in ["Northwind Dental, hello!", "For our opening hours, press 1.", "12 Harbour Street"] {
        assert!(said.contains(text), "no `{text}` in\n{said}");
    }
}
