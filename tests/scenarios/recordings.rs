//! Recordings: both sides, aligned, steered by API, and only where they may be.

use callwright_tests::api::text;
use callwright_tests::caller::{self, begin, call_with, config, heard, press, said, script, timeline};
use callwright_tests::signal::{Likeness, RATE, Sound, read_wav};
use callwright_tests::{Server, wait};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use synthetic_caller::Step;

use crate::flows::{LINE_HZ, line};

const CALLER_HZ: f64 = 700.0;

/// A caller who speaks two different noises, with a hold between them where `hold` says so.
fn speaker(server: &Server, hold: bool) -> (Vec<Step>, [Sound; 2]) {
    let noises = [Sound::noise(11, 1.5), Sound::noise(23, 1.5)];
    let files = [(0, "first.wav"), (1, "second.wav")].map(|(i, name)| noises[i].written(server.folder(), name));
    let [first, second] = files.map(Step::Play);
    let mut steps = vec![Step::Speech, caller::wait(3.0), first];
    if hold {
        steps.extend([Step::Hold(true), caller::wait(1.0), Step::Hold(false)]);
    }
    steps.extend([caller::wait(0.5), second, caller::wait(0.5), Step::HangUp]);
    (steps, noises)
}

/// Where the noise begins in a sound, by that piece of it which came through best: a line may cut or stretch another.
fn beginning(whole: &Sound, noise: &Sound) -> Likeness {
    let pieces = [0.2, 0.5, 0.8, 1.1].map(|from| {
        let found = whole.find_exactly(&noise.between(from, from + 0.3), 0..whole.samples.len() as i64);
        Likeness { at: found.at - (from * f64::from(whole.rate)) as i64, ..found }
    });
    pieces.into_iter().max_by(|a, b| a.score.total_cmp(&b.score)).unwrap()
}

/// How far apart two sounds are in a third one, in samples of 8 kHz, and how surely they were found.
fn distance(whole: &Sound, parts: &[Sound; 2]) -> (i64, f64) {
    let found = parts.each_ref().map(|part| beginning(whole, part));
    (found[1].at - found[0].at, found[0].score.min(found[1].score))
}

async fn assert_aligned(hold: bool) {
    let server = Server::start().await;
    let api = line(&server, "announced").await;
    let (steps, noises) = speaker(&server, hold);
    let report = call_with(config("+12025550123"), script(server.address("line"), steps)).await;
    let call = api.last_call().await;
    let bytes = api.recording(&text(&call, "id")).await;
    let channels = read_wav(&bytes);
    assert_eq!(channels.len(), 2, "stereo");
    assert_eq!(channels[0].rate, RATE);

    // Left: the caller, in the same distances as spoken.
    let (spoken, _) = distance(&said(&report), &noises);
    let (kept, score) = distance(&channels[0], &noises);
    assert!(score > 0.9, "the caller is on the left ({score:.2})\n{}", timeline(&report));
    assert!((spoken - kept).abs() <= 480, "said {spoken} samples apart, kept {kept}\n{}", timeline(&report));
    // Right: the line.
    assert!(channels[1].tone_seconds(LINE_HZ) >= 2.0, "{}", timeline(&report));
    assert!(channels[0].tone_seconds(LINE_HZ) < 0.2, "each on its own side");
    // Both sides to each other: from the line's first sound to the caller's first word, as the caller heard it.
    let (there, here) = (
        between_sides(&heard(&report), &said(&report), &noises[0]),
        between_sides(&channels[1], &channels[0], &noises[0]),
    );
    assert!((there - here).abs() < 0.3, "{there:.3} s for the caller, {here:.3} s in the recording");

    let duration = call["recording"]["duration_ms"].as_f64().unwrap() / 1_000.0;
    assert!((duration - channels[0].seconds()).abs() < 0.02, "{duration} s in the books");
    assert_eq!(call["recording"]["bytes"].as_u64().unwrap(), bytes.len() as u64);
}

/// From the beginning of the line's tone on one side to the caller's noise on the other, seconds.
fn between_sides(line: &Sound, caller: &Sound, noise: &Sound) -> f64 {
    let tone = line.tone_begins(LINE_HZ).expect("the line's tone");
    beginning(caller, noise).at as f64 / f64::from(caller.rate) - tone
}

#[tokio::test]
async fn both_sides_are_recorded_in_time_with_each_other() {
    assert_aligned(false).await;
}

#[tokio::test]
async fn a_hold_does_not_shift_the_recording() {
    assert_aligned(true).await;
}

#[tokio::test]
async fn a_recording_is_fetched_in_ranges() {
    let server = Server::start().await;
    let api = line(&server, "announced").await;
    let steps = vec![Step::Speech, caller::wait(2.0), Step::HangUp];
    caller::call(server.address("line"), steps).await;
    let id = text(&api.last_call().await, "id");
    let whole = api.recording(&id).await;
    let path = format!("/v1/calls/{id}/recording");
    let half = whole.len() / 2;
    let mut parts = Vec::new();
    for range in [format!("bytes=0-{}", half - 1), format!("bytes={half}-")] {
        let answer = api.ask(Method::GET, &path, None, &[("range", &range)]).await;
        assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT);
        assert!(answer.header("content-range").unwrap().ends_with(&format!("/{}", whole.len())));
        parts.extend(answer.body);
    }
    assert_eq!(parts, whole);
    let beyond = format!("bytes={}-", whole.len());
    let answer = api.ask(Method::GET, &path, None, &[("range", &beyond)]).await;
    assert_eq!(answer.status, StatusCode::RANGE_NOT_SATISFIABLE);
    // Without a key nothing is heard.
    let answer = server.api_without_key().ask(Method::GET, &path, None, &[]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_pause_by_api_is_silence_in_the_file() {
    let server = Server::start().await;
    let api = line(&server, "announced").await;
    let voice = Sound::tone(CALLER_HZ, 60.0).written(server.folder(), "caller.wav");
    let steps = vec![caller::wait(0.1), Step::Play(voice)];
    let calling = begin(config("+12025550123"), script(server.address("line"), steps));
    let id = api.newest_call().await;
    api.call_when(&id, "it is recorded", |call| call["recording"]["state"] == "recording").await;
    wait::until("the line is heard", async || (api.entered("line", "line").await == 1).then_some(())).await;
    let switch = async |action: &str| {
        let path = format!("/v1/calls/{id}/recording");
        let answer = api.ask(Method::POST, &path, Some(&json!({ "action": action })), &[]).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.json());
    };
    tokio::time::sleep(caller::seconds(1.5)).await;
    switch("pause").await;
    tokio::time::sleep(caller::seconds(2.0)).await;
    switch("resume").await;
    tokio::time::sleep(caller::seconds(1.5)).await;
    api.delete(&format!("/v1/calls/{id}")).await;
    let report = wait::done("the call ends", calling).await.unwrap();

    let call = api.last_call().await;
    let channels = read_wav(&api.recording(&id).await);
    for (channel, hz) in channels.iter().zip([CALLER_HZ, LINE_HZ]) {
        let sounds: Vec<bool> = channel.envelope().iter().map(|level| *level > 100.0).collect();
        let longest = sounds.split(|sounds| *sounds).map(<[bool]>::len).max().unwrap_or(0) as f64 / 100.0;
        assert!((1.4..4.0).contains(&longest), "{hz} Hz: paused for {longest} s\n{}", timeline(&report));
        let end = channel.between(channel.seconds() - 1.0, channel.seconds());
        assert!(end.tone_seconds(hz) >= 0.4, "{hz} Hz is back\n{}", timeline(&report));
    }
    let heard = heard(&report).tone_seconds(LINE_HZ);
    let recorded = call["recording"]["duration_ms"].as_f64().unwrap() / 1_000.0;
    assert!(recorded >= heard - 0.5, "the pause counts: {recorded} s recorded, {heard} s of the line heard");
}

/// Calls the German number and presses a key when asked.
async fn german(server: &Server, answer: Option<&str>) -> Value {
    let mut steps = vec![Step::Speech];
    match answer {
        Some(key) => steps.extend([caller::silence(1.0), press(key), caller::silence(1.0), Step::HangUp]),
        None => steps.extend([caller::silence(1.0), caller::silence(1.0), Step::HangUp]),
    }
    call_with(config("+491701234567"), script(server.address("rezeption"), steps)).await;
    server.api().last_call().await
}

#[tokio::test]
async fn who_agrees_by_key_is_recorded() {
    let server = Server::start().await;
    let call = german(&server, Some("1")).await;
    assert_eq!(call["recording"]["state"], "ready", "{call}");
    let recording = read_wav(&server.api().recording(&text(&call, "id")).await);
    assert!(recording[1].is_audible());
}

#[tokio::test]
async fn who_does_not_agree_is_not_recorded() {
    let server = Server::start().await;
    for answer in [Some("2"), None] {
        let call = german(&server, answer).await;
        assert_eq!(call["recording"], Value::Null, "{answer:?}: {call}");
        let path = format!("/v1/calls/{}/recording", text(&call, "id"));
        let found = server.api().ask(Method::GET, &path, None, &[]).await;
        assert_eq!(found.status, StatusCode::NOT_FOUND);
    }
    // And nothing of it is on the disk.
    let files = walk(&server.data().join("recordings"));
    assert!(files.is_empty(), "{files:?}");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
