//! Keys by every way, and callers who press none, or a wrong one.

use callwright_tests::Server;
use callwright_tests::caller::{self, call_with, config, heard, press, script, timeline};
use callwright_tests::sipp::Sipp;
use callwright_tests::voice::{spoken, voice};
use synthetic_caller::{CallerConfig, Ending, KeyWay, Report, Script, Step};

use crate::flows::{ONE_HZ, PROMPT_HZ, SILENT_HZ, WRONG_HZ, menu};

/// Presses 1 while a prompt of 15 s is heard.
async fn press_one(way: KeyWay) -> Report {
    let server = Server::start().await;
    menu(&server, 15.0, "6s").await;
    let config = CallerConfig { telephone_event: way == KeyWay::Rfc4733, ..config("caller") };
    let steps = vec![Step::Speech, caller::wait(1.0), press("1")];
    let script = Script { keys: way, ..script(server.address("menu"), steps) };
    let report = call_with(config, script).await;
    assert_eq!(server.api().entered("menu", "one").await, 1);
    report
}

fn assert_interrupted(report: &Report) {
    let heard = heard(report);
    let (prompt, one) = (heard.tone_seconds(PROMPT_HZ), heard.tone_seconds(ONE_HZ));
    assert!((0.5..10.0).contains(&prompt), "the prompt was heard for {prompt} s\n{}", timeline(report));
    assert!(one >= 0.7, "what is behind the key was heard for {one} s\n{}", timeline(report));
    assert_eq!(report.ending, Ending::ByThem);
}

#[tokio::test]
async fn a_key_by_rfc_4733_interrupts_the_prompt() {
    assert_interrupted(&press_one(KeyWay::Rfc4733).await);
}

#[tokio::test]
async fn a_key_by_info_interrupts_the_prompt() {
    assert_interrupted(&press_one(KeyWay::Info).await);
}

#[tokio::test]
async fn a_key_in_the_sound_interrupts_the_prompt() {
    assert_interrupted(&press_one(KeyWay::Inband).await);
}

#[tokio::test]
async fn keys_by_info_from_sipp_are_understood_in_both_forms() {
    let server = Server::start().await;
    let api = menu(&server, 15.0, "6s").await;
    Sipp::calling("info_relay", &server.sip(), "menu").play().await;
    assert_eq!(api.entered("menu", "one").await, 1);
    Sipp::calling("info_plain", &server.sip(), "menu").play().await;
    assert_eq!(api.entered("menu", "one").await, 2);
}

#[tokio::test]
async fn a_key_pressed_before_the_question_is_kept_for_it() {
    let server = Server::start().await;
    // The greeting of reception is interrupted, and the key chooses directions.
    // That the call is recorded is said to its end before.
    let steps = vec![Step::Speech, press("2"), caller::wait(9.0), Step::HangUp];
    let report = caller::call(server.address("reception"), steps).await;
    let directions = spoken(&voice().await, "en", "You find us at 12 Harbour Street, on the second floor.").await;
    assert!(heard(&report).contains_speech(&directions), "{}", timeline(&report));
}

#[tokio::test]
async fn silence_is_asked_again_and_ends_politely() {
    let server = Server::start().await;
    let api = menu(&server, 0.5, "1s").await;
    let report = call_with(config("caller"), script(server.address("menu"), vec![])).await;
    let heard = heard(&report);
    let (asked, reminded) = (heard.tone_seconds(PROMPT_HZ), heard.tone_seconds(SILENT_HZ));
    assert!((1.1..1.6).contains(&asked), "asked three times: {asked} s\n{}", timeline(&report));
    assert!((0.7..1.3).contains(&reminded), "reminded twice: {reminded} s\n{}", timeline(&report));
    let end = heard.between(heard.seconds() - 3.0, heard.seconds());
    let tones = end.tone_seconds(PROMPT_HZ) + end.tone_seconds(SILENT_HZ);
    assert!(end.is_audible() && tones < 0.7, "something polite is said at the end\n{}", timeline(&report));
    assert_eq!(report.ending, Ending::ByThem, "with a BYE");
    let call = api.last_call().await;
    assert_eq!((&call["cause"], &call["hung_up_by"]), (&"normal".into(), &"us".into()));
}

#[tokio::test]
async fn a_wrong_key_is_told_and_asked_again() {
    let server = Server::start().await;
    menu(&server, 0.5, "8s").await;
    let steps = vec![press("7"), Step::Silence(caller::seconds(1.0)), press("1")];
    let report = call_with(config("caller"), script(server.address("menu"), steps)).await;
    let heard = heard(&report);
    let (wrong, asked) = (heard.tone_seconds(WRONG_HZ), heard.tone_seconds(PROMPT_HZ));
    assert!((0.3..0.9).contains(&wrong), "told once: {wrong} s\n{}", timeline(&report));
    assert!((0.7..1.2).contains(&asked), "asked twice: {asked} s\n{}", timeline(&report));
    assert!(heard.tone_seconds(ONE_HZ) >= 0.7, "the right key works then\n{}", timeline(&report));
}
