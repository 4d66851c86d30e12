//! The demo business talks as it should.

use crate::support;

use support::{Call, MONDAY_NOON, business, demo};

#[test]
fn every_demo_flow_is_without_fault_and_without_warning() {
    for name in ["reception", "reminder", "one-time-code", "announcement", "survey", "echo"] {
        let flow = demo(name);
        assert_eq!(flow.warnings(), [], "{name}");
        assert_eq!(flow.languages(), ["en", "de"], "{name}");
    }
    assert!(business().groups.contains_key("team"));
}

#[test]
fn the_reception_says_whom_one_reached_that_it_is_recorded_and_what_there_is() {
    let mut call = Call::to("reception").start();
    let heard = call.heard();
    assert!(heard.starts_with("Northwind Dental, hello!"), "{heard}");
    assert!(heard.contains("This call is recorded."));
    assert!(heard.contains("To leave a message, 3."));
    assert!(call.did("de: Für Deutsch drücken Sie die 9."));
    assert!(!call.did("For English"));
    assert!(call.did("recording of the call: start"));
}

#[test]
fn the_opening_hours_follow_the_clock_and_the_holidays() {
    let open = Call::to("reception").at(MONDAY_NOON - 3_600_000).start().then("1").heard();
    assert!(open.contains("We are open now, until 12:00."), "{open}");
    let evening = Call::to("reception").at(MONDAY_NOON + 8 * 3_600_000).start().then("1").heard();
    assert!(evening.contains("We are closed at the moment. We open again tomorrow at 08:00."), "{evening}");
    // The Thursday before Easter.
    let easter = Call::to("reception").on("2026-04-02T19:00:00Z").start().then("1").heard();
    assert!(easter.contains("We open again on Tuesday at 08:00."), "{easter}");
    assert!(easter.contains("On 2026-04-03, Good Friday, we are closed."), "{easter}");
    let friday = Call::to("reception").on("2026-04-03T09:00:00Z").start().then("1").heard();
    assert!(friday.contains("closed at the moment: it is Good Friday."), "{friday}");
}

#[test]
fn the_reception_rings_anna_then_the_team_then_offers_a_message() {
    let mut call = Call::to("reception").start().then("4");
    assert!(call.did("ringing anna for 20 s"));
    let mut call = call.then("busy");
    assert!(call.did("ringing ben for 15 s"));
    let call = call.then("no_answer").then("1").then("say This is Sam. Please call me back.").then("3");
    let lines = call.transcript();
    assert!(lines.contains("the message is saved for reception"), "{lines}");
    assert!(lines.contains("We will call you back."), "{lines}");
    assert!(call.is_over());
}

#[test]
fn nobody_free_leads_back_to_the_menu() {
    let mut call = Call::to("reception").start().then("4").then("unavailable").then("unavailable");
    call.clear();
    let call = call.then("2");
    assert!(call.heard().contains("To speak to reception, 4."), "{}", call.transcript());
}

#[test]
fn a_silent_caller_is_asked_again_and_then_let_go() {
    let mut call = Call::to("reception").start();
    for _ in 0..3 {
        call = call.then("");
    }
    assert_eq!(call.transcript().matches("Are you still there?").count(), 2);
    assert!(call.is_over() && call.heard().ends_with("Thank you for calling. Goodbye."), "{}", call.transcript());
}

#[test]
fn the_language_key_leads_to_german_where_recording_waits_for_consent() {
    let mut call = Call::to("reception").start().then("9");
    let lines = call.transcript();
    assert!(lines.contains("recording of the call: pause"), "{lines}");
    assert!(lines.contains("de: Zahnarztpraxis Northwind, guten Tag!"), "{lines}");
    assert!(lines.contains("Dürfen wir dieses Gespräch aufzeichnen?"), "{lines}");
    call.clear();
    let agreed = call.then("1");
    assert!(agreed.transcript().contains("recording of the call: resume"), "{}", agreed.transcript());
    assert!(agreed.heard().contains("Für unsere Öffnungszeiten"));
}

#[test]
fn a_german_call_that_is_not_agreed_to_is_not_recorded() {
    let call = Call::to("reception").language("de").start().then("2");
    let lines = call.transcript();
    assert!(!lines.contains("recording of the call: start"), "{lines}");
    assert!(lines.contains("es wird nichts aufgezeichnet"), "{lines}");
    let agreed = Call::to("reception").language("de").start().then("1").transcript();
    assert!(agreed.contains("recording of the call: start"), "{agreed}");
}

#[test]
fn a_reminder_is_personal_and_takes_an_answer() {
    let call =
        || Call::to("reminder").outbound().var("name", "Ms Miller").var("appointment", "2026-03-05T14:30").start();
    let heard = call().heard();
    assert!(heard.contains("Hello Ms Miller, this is Northwind Dental."), "{heard}");
    assert!(heard.contains("on Thursday, 2026-03-05, at 14:30."), "{heard}");
    assert!(call().then("1").did("remembers outcome = \"confirmed\""));
    assert!(call().then("2").did("remembers outcome = \"move\""));
    let mut never = call().then("9");
    assert!(never.did("the contact's do_not_call = true") && never.is_over());
}

#[test]
fn a_one_time_code_is_read_digit_by_digit_twice() {
    let call = Call::to("one-time-code").outbound().var("code", "0427").start();
    assert_eq!(call.heard().matches("0 4 2 7").count(), 2, "{}", call.heard());
}

#[test]
fn an_announcement_speaks_its_text_without_any_marks_from_it() {
    let call = Call::to("announcement").outbound().var("text", "Water <break/> is off & cold").start();
    // Read out as words; as a mark it would be heard as a pause.
    assert_eq!(call.heard(), "Water <break/> is off & cold");
    assert!(call.is_over());
}

#[test]
fn the_survey_keeps_three_answers() {
    let mut call = Call::to("survey").outbound().language("de").start().then("4").then("2").then("10#");
    assert!(call.did("remembers satisfaction = 4"), "{}", call.transcript());
    assert!(call.did("remembers waiting = \"no\""), "{}", call.transcript());
    assert!(call.did("remembers recommend = 10"), "{}", call.transcript());
    assert!(call.is_over());
}

#[test]
fn the_echo_ends_by_its_key() {
    let mut call = Call::to("echo").start();
    assert!(call.did("echo on"));
    assert!(call.then("#").did("echo off"));
}
