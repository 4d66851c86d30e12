//! Asking for keys: menu and gather, and keys pressed early.

use crate::support;

use std::time::Duration;

use call_model::{CallCommand, CallEvent, HangupCause, PlaybackId};
use support::raw::Raw;

const MENU: &str = "
nodes:
  main:
    menu:
      say: Press one or two.
      options: {1: one, 2: two, \"*\": again}
      timeout: 5s
      tries: 3
      no_input: {say: Hello?, later: Still there?, next: silent}
      no_match: {say: Wrong.}
  one: {say: First., next: main}
  two: {hangup: {say: Second.}}
  silent: {hangup: {say: Nobody.}}
";

#[test]
fn a_key_during_the_prompt_stops_it_at_once() {
    let mut call = Raw::answered(MENU);
    let play = call.take();
    assert!(matches!(play.last(), Some(CallCommand::Play { .. })));
    call.key('1');
    assert_eq!(call.commands[0], CallCommand::StopPlaying { playback: Some(PlaybackId(1)) });
    assert_eq!(call.entered(), ["one"]);
}

#[test]
fn a_late_end_of_a_stopped_prompt_changes_nothing() {
    let mut call = Raw::answered(MENU);
    call.key('1').take();
    let end = call_model::PlaybackEnd::Stopped;
    call.event(&CallEvent::PlaybackEnded { playback: PlaybackId(1), end, played_ms: 40 });
    assert_eq!(call.take(), []);
}

#[test]
fn silence_is_asked_about_twice_and_then_leads_away() {
    let mut call = Raw::answered(MENU);
    assert_eq!(call.said(), "Press one or two.");
    call.played().seconds(4);
    assert_eq!(call.take(), []);
    call.seconds(1);
    assert_eq!(call.said(), "Hello? Press one or two.");
    call.played().seconds(5);
    assert_eq!(call.said(), "Still there? Press one or two.");
    call.played().seconds(5);
    assert_eq!(call.said(), "Nobody.");
    call.played();
    assert_eq!(call.hung_up_with(), Some(HangupCause::Normal));
}

#[test]
fn wrong_keys_are_told_and_end_politely() {
    let mut call = Raw::answered(MENU);
    call.said();
    call.key('7');
    assert_eq!(call.said(), "Wrong. Press one or two.");
    call.key('8');
    assert_eq!(call.said(), "Wrong. Press one or two.");
    call.key('9');
    assert_eq!(call.said(), "Thank you for calling. Goodbye.");
}

#[test]
fn again_is_an_option_like_any_other() {
    let mut call = Raw::answered(MENU);
    call.said();
    call.key('*');
    assert_eq!(call.said(), "Press one or two.");
}

#[test]
fn keys_pressed_early_answer_the_next_question_without_its_prompt() {
    let mut call = Raw::answered(
        "
nodes:
  hello: {say: Hello., next: more}
  more: {say: And welcome., next: main}
  main:
    gather: {say: Your number., into: n, length: 3}
    next: done
  done: {say: \"{{ vars.n }}\", interrupt: false, next: check}
  check:
    menu: {say: Right?, options: {1: hello}, flush: true}
",
    );
    assert_eq!(call.said(), "Hello.");
    call.keys("12");
    // The greeting stops, the rest of it is passed over, and the entry waits for its last key.
    assert_eq!(call.said(), "");
    call.key('3');
    assert_eq!(call.said(), "123");
    // What may not be interrupted goes on, and a question that flushes forgets.
    call.key('1');
    assert_eq!(call.take(), []);
    call.played();
    assert_eq!(call.said(), "Right?");
}

const GATHER: &str = "
nodes:
  ask:
    gather:
      say: Number?
      into: n
      min: 2
      max: 4
      timeout: 6s
      key_timeout: 2s
      tries: 2
      no_match: {say: No., next: wrong}
      no_input: {next: silent}
      valid: value != '99'
    next: ok
  ok: {hangup: {say: \"ok {{ vars.n|digits }}\"}}
  wrong: {hangup: {say: wrong}}
  silent: {hangup: {say: silent}}
";

#[test]
fn an_entry_ends_by_length_terminator_or_pause() {
    let entry = |keys: &str, pause: u64| {
        let mut call = Raw::answered(GATHER);
        call.said();
        call.played().keys(keys).seconds(pause);
        call.said()
    };
    let ok = |digits: &str| format!("ok <say-as interpret-as=\"digits\">{digits}</say-as>");
    assert_eq!(entry("1234", 0), ok("1234"));
    assert_eq!(entry("12#", 0), ok("12"));
    assert_eq!(entry("123", 2), ok("123"));
    assert_eq!(entry("55*12#", 0), ok("12"), "the star takes an entry back");
    assert_eq!(entry("1", 2), "No. Number?");
    assert_eq!(entry("#", 0), "No. Number?");
    assert_eq!(entry("99#", 0), "No. Number?", "the condition");
    assert_eq!(entry("99#1#", 0), "No. Number? wrong");
    assert_eq!(entry("", 6), "Sorry, I did not hear a key. Number?");
}

#[test]
fn a_terminator_after_a_full_entry_is_not_for_the_next_question() {
    let mut call = Raw::answered(
        "
nodes:
  ask:
    gather: {say: Number?, into: n, length: 2}
    next: main
  main:
    menu: {say: Hash?, options: {\"#\": ask, 1: ask}}
",
    );
    call.said();
    call.keys("12#");
    assert_eq!(call.said(), "Hash?");
}

#[test]
fn an_entry_can_be_read_back() {
    let flow = "
nodes:
  ask:
    gather: {say: Number?, into: n, length: 2, confirm: true}
    next: ok
  ok: {hangup: {say: \"{{ vars.n }}\"}}
";
    let mut call = Raw::answered(flow);
    call.said();
    call.keys("12");
    assert!(call.said().starts_with("You entered <say-as interpret-as=\"digits\">12</say-as>."));
    call.key('2');
    assert_eq!(call.said(), "Number?");
    call.keys("34").said();
    call.key('1');
    assert_eq!(call.said(), "34");
}

#[test]
fn global_keys_work_in_menus_and_texts_but_digits_stay_digits_in_entries() {
    let mut call = Raw::answered(
        "
keys: {0: person}
nodes:
  hello: {say: Hello., next: main}
  main:
    menu: {say: One?, options: {1: entry}}
  entry:
    gather: {say: Number?, into: n, length: 2}
    next: quiet
  quiet: {say: Quiet., global_keys: false, next: main}
  person: {hangup: {say: A person.}}
",
    );
    call.said();
    let mut text = call;
    text.key('0');
    assert_eq!(text.said(), "A person.");

    let mut menu = Raw::answered(
        "keys: {0: person}\nnodes:\n  main:\n    menu: {say: One?, options: {1: entry}}\n  entry:\n    gather: {say: Number?, into: n, length: 2}\n    next: person\n  person: {hangup: {say: \"{{ vars.n }} person\"}}\n",
    );
    menu.said();
    menu.keys("100");
    assert_eq!(menu.said(), "Number? 00 person");
}

#[test]
fn time_on_hold_does_not_count() {
    let mut call = Raw::answered(MENU);
    call.said();
    call.played().seconds(4);
    call.event(&CallEvent::Held(true)).seconds(60);
    assert_eq!(call.take(), []);
    call.event(&CallEvent::Held(false)).wait(Duration::from_millis(900));
    assert_eq!(call.take(), []);
    call.seconds(1);
    assert_eq!(call.said(), "Hello? Press one or two.");
}

#[test]
fn typed_ahead_keys_are_bounded_and_counted() {
    let mut call = Raw::answered("nodes:\n  a: {say: Long., interrupt: false, next: hangup}\n");
    call.keys(&"1".repeat(40));
    assert_eq!(call.app.dropped_keys(), 8);
}

#[test]
fn a_survey_remembers_every_answer() {
    let mut call = Raw::answered(
        "
nodes:
  ask:
    survey:
      questions:
        - {name: stars, ask: Stars?, range: 1-5}
        - {name: again, ask: Again?, keys: {1: true, 2: false}, optional: true, tries: 1}
        - {name: age, ask: Age?, range: 0-120}
      thanks: Thanks.
    next: hangup
",
    );
    assert_eq!(call.said(), "Stars?");
    call.key('6');
    assert!(call.said().ends_with("Stars?"), "6 is no answer");
    call.key('5');
    let remembered = |key: &str, value: serde_json::Value| CallCommand::Remember { key: key.to_owned(), value };
    assert!(call.take().contains(&remembered("stars", 5.into())));
    call.played().seconds(8);
    assert_eq!(call.said(), "Age?", "an optional question may be passed over");
    call.keys("121");
    assert!(call.said().ends_with("Age?"));
    call.keys("42#");
    assert!(call.commands.contains(&remembered("age", 42.into())));
    assert_eq!(call.said(), "Thanks.");
}
