//! Press or say: menus, entries and confirmations that are answered by voice; and agents that have the call for a while.

use crate::support;

use support::Call;

const MENU: &str = "
languages: [en, de]
recording: off
nodes:
  main:
    menu:
      say: {en: Hours or a person?, de: Zeiten oder jemand?}
      options:
        1: {next: hours, say: {en: [opening hours, hours], de: Öffnungszeiten}}
        2: {next: person, say: {en: a person, de: [einen Menschen, jemanden]}}
        3: quiet
  hours: {say: {en: Nine to five., de: Neun bis fünf.}, next: main}
  person: {hangup: {say: {en: One moment., de: Einen Moment.}}}
  quiet: {hangup: {say: {en: Bye., de: Tschüss.}}}
";

#[test]
fn an_option_is_said_by_its_phrase_or_its_number_or_pressed() {
    assert!(Call::flow(MENU).start().then("say what are your opening hours").heard().contains("Nine to five."));
    assert!(Call::flow(MENU).start().then("say three please").heard().contains("Bye."));
    assert!(Call::flow(MENU).start().then("2").heard().contains("One moment."));
    let german = Call::flow(MENU).language("de").start().then("say ich möchte einen Menschen sprechen");
    assert!(german.heard().contains("Einen Moment."), "{}", german.transcript());
}

#[test]
fn what_is_not_understood_is_asked_again_and_silence_while_speaking_does_not_count() {
    let call = Call::flow(MENU).start().then("say the weather is lovely");
    assert!(!call.is_over());
    let asked = call.heard().matches("Hours or a person?").count();
    assert_eq!(asked, 2, "{}", call.transcript());
    assert!(call.then("say hours").heard().contains("Nine to five."));
}

#[test]
fn it_listens_only_while_it_asks() {
    let call = Call::flow(MENU).start().then("1");
    assert_eq!(call.transcript().matches("(it listens").count(), 2, "once for each time it asks");
    let deaf = Call::flow(
        "
nodes:
  main:
    menu: {say: Press one., options: {1: hangup}}
",
    )
    .start()
    .then("say one");
    assert!(deaf.transcript().contains("nobody listens"), "{}", deaf.transcript());
}

const ENTRY: &str = "
nodes:
  ask:
    gather:
      say: Your customer number?
      speech: true
      length: 6
      into: number
      confirm: You said {{ value|digits }}. Is that right?
    next: done
  done: {hangup: {say: \"Number {{ vars.number }}, thank you.\"}}
";

#[test]
fn an_entry_is_dictated_in_pieces_and_confirmed_by_voice() {
    let call = Call::flow(ENTRY).start().then("say four two").then("say double seven").then("say nine one");
    let call = call.then("say yes that is right");
    assert!(call.heard().contains("Number 427791"), "{}", call.transcript());
}

#[test]
fn keys_and_speech_may_be_mixed_and_no_means_again() {
    let call = Call::flow(ENTRY).start().then("123").then("say four five six").then("say no");
    assert_eq!(call.heard().matches("Your customer number?").count(), 2, "{}", call.transcript());
    assert!(call.then("654321").then("1").heard().contains("Number 654321"));
}

#[test]
fn an_agent_has_the_call_until_it_gives_it_back() {
    let flow = "
nodes:
  talk: {agent: {agent: assistant, with: {topic: hours}, into: result}, next: after}
  after: {hangup: {say: \"It went {{ vars.result.mood }}.\"}}
";
    let call = Call::flow(flow).start();
    assert!(call.transcript().contains("assistant has the call"), "{}", call.transcript());
    assert!(call.then("return {\"mood\": \"well\"}").heard().contains("It went well."));
}

#[test]
fn a_phrase_without_words_and_a_wrong_language_are_refused() {
    let context = ivr::ParseContext { name: "main".into(), ..ivr::ParseContext::default() };
    for (said, message) in [("'...'", "without words"), ("{fr: oui}", "language")] {
        let yaml = format!(
            "nodes:\n  main:\n    menu:\n      say: Press one.\n      options:\n        1: {{next: hangup, say: {said}}}\n"
        );
        let faults = ivr::Flow::parse(&yaml, &context).unwrap_err();
        assert!(faults.iter().any(|fault| fault.to_string().contains(message) && fault.line == 6), "{faults:?}");
    }
}
