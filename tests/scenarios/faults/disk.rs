//! A full disk: who talks goes on, who calls is sent elsewhere, and nothing is lost that there was room for.

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use callwright_tests::signal::read_wav;
use callwright_tests::{Server, Settings, lab, wait};
use reqwest::Method;

use super::{assert_undisturbed, counted, invited, listening, metrics};
use crate::flows::{LINE_HZ, line};

/// Writes until nothing more fits.
fn fill(folder: &Path) {
    let mut file = std::fs::File::create(folder.join("filler")).unwrap();
    for size in [1 << 20, 1 << 12, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}

#[test]
fn a_full_disk_refuses_new_calls_and_loses_nothing_of_the_running_one() {
    lab::with_disks("faults::disk::a_full_disk_refuses_new_calls_and_loses_nothing_of_the_running_one", full);
}

async fn full() {
    let disk = lab::Disk::of(64);
    let mut server = Server::prepared(Settings::default());
    std::os::unix::fs::symlink(disk.path(), server.data()).unwrap();
    server.begin().await;
    let api = line(&server, "announced").await;
    let (calling, id) = listening(&server, &api, 30.0).await;
    api.call_when(&id, "it is recorded", |call| !call["recording"].is_null()).await;
    let filled = Instant::now();
    fill(disk.path());

    // What is bigger than the room that the books have of old.
    let stuffing = format!(
        "languages: [en]\nnodes:\n  line:\n    play: line.wav\n    next: hangup\n{}",
        format!("# {}\n", "stuffing ".repeat(100)).repeat(240)
    );
    let asked = api.clone();
    let writing =
        tokio::spawn(async move { asked.put_text("/v1/flows/stuffing", "application/yaml", &stuffing).await });
    // The operator is told: by the log, by readiness, by metrics.
    let problem = wait::until("readiness says so", async || {
        let answer = api.ask(Method::GET, "/readyz", None, &[]).await;
        (answer.status == 503).then(|| answer.json())
    })
    .await;
    assert!(problem.to_string().contains("look at the disk"), "{problem:#}");
    assert!(server.printed().contains("the books cannot be written"), "{}", server.printed());
    // A new caller is sent elsewhere, and soon.
    let begun = Instant::now();
    assert_eq!(invited(&server).await, 503);
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    wait::until("the recording is told of", async || {
        server.printed().contains("a recording cannot be written").then_some(())
    })
    .await;
    let text = metrics(&api).await;
    assert!(counted(&text, "callwright_store_retries_total", &[]) >= 1.0, "{text}");
    assert!(counted(&text, "callwright_recordings_failed_total", &[]) >= 1.0, "{text}");
    assert!(counted(&text, "callwright_disk_free_bytes", &[]) < 1e6, "{text}");

    // Somebody makes room.
    tokio::time::sleep_until((filled + Duration::from_secs(10)).into()).await;
    std::fs::remove_file(disk.path().join("filler")).unwrap();
    wait::until("it is ready again by itself", async || api.is_ready().await.then_some(())).await;
    wait::until("calls are taken again", async || (invited(&server).await == 200).then_some(())).await;
    // What waited is written, or was refused: nobody hears of it too late.
    let _ = wait::done("who asked for it has an answer", writing).await;

    // Who talked has noticed nothing, and what the disk had room for is kept and says that it is not all.
    // The announcement that it is recorded comes before the line.
    assert_undisturbed(&wait::done("the call ends", calling).await.unwrap(), 25.0);
    let call = api.ended_call(&id).await;
    assert_eq!(call["cause"], "normal");
    let call = api.call_when(&id, "the recording is filed", |call| call["recording"]["state"] != "recording").await;
    let recording = &call["recording"];
    assert_eq!(recording["state"], "cut", "{recording:#}");
    let sound = read_wav(&api.recording(&id).await);
    assert!(recording["duration_ms"].as_u64().unwrap() >= 24_000, "{recording:#}");
    let heard = sound[1].tone_seconds(LINE_HZ);
    assert!((6.0..24.0).contains(&heard), "{heard} s of the line are kept: it goes on when there is room");
    assert!(sound[1].between(22.0, 24.0).tone_seconds(LINE_HZ) > 1.5, "the end is there again");
    assert!(!server.printed().contains("panicked"), "{}", server.printed());
}
