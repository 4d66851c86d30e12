//! Two minutes of what `make soak` does for half an hour, and the smallest part of `load machines`.

use std::path::Path;

use callwright_tests::{Server, Settings, wait};
use serde_json::json;
use tokio::process::Command;

#[tokio::test]
async fn two_minutes_of_mixed_calls_over_a_bad_line_lose_nothing_and_leave_nothing() {
    let server = Server::with(Settings::default().set("LOG", "warn")).await;
    let api = server.api();
    for name in ["echo", "prompt", "recorded", "ends", "key"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("flows").join(name).with_extension("yaml");
        api.flow(&format!("bench-{name}"), &std::fs::read_to_string(path).unwrap()).await;
    }
    let soak = Command::new(env!("CARGO_BIN_EXE_load"))
        .args(["soak", "--server", &server.sip(), "--pid", &server.pid().to_string()])
        .args(["--calls", "40", "--seconds", "60"])
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(2 * wait::PATIENCE, soak).await.expect("the soak ends").unwrap();
    let [said, faults] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{said}\n{faults}");
    assert_eq!(api.get("/v1/calls?state=active").await["data"], json!([]), "no call is left in the books");
}

#[tokio::test]
async fn who_answers_is_told_as_well_as_it_should_be() {
    let machines = Command::new(env!("CARGO_BIN_EXE_load")).args(["machines", "--takes", "1", "--check"]).output();
    let output = machines.await.unwrap();
    let [said, faults] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{said}\n{faults}");
}
