//! Every verb that does not ask for keys, and what holds for all.

use crate::support;

use call_model::{
    CallApp, CallCommand, CallEvent, Direction, HangupCause, HttpFailure, HttpMethod, HttpReply, PromptItem,
    RecordingSwitch, RequestId, RingStrategy, ToolFailure, ToolUseId, TransferOutcome, TransferSettings, Verified,
};
use ivr::{Flow, ParseContext, RecordingMode};
use serde_json::json;
use support::raw::Raw;
use support::{facts, parse};

#[test]
fn a_call_can_be_refused_before_it_is_answered() {
    let yaml = "
nodes:
  who:
    branch:
      - {when: call.caller == '+4930123456', next: refuse}
      - else: hello
  refuse: {reject: busy}
  hello: {say: Hello., next: hangup}
";
    let mut call = Raw::new(yaml, facts());
    call.event(&CallEvent::Started);
    assert_eq!(call.hung_up_with(), Some(HangupCause::Busy));
    assert!(!call.commands.contains(&CallCommand::Answer));

    let mut welcome = Raw::new(yaml, call_model::CallFacts { caller: None, ..facts() });
    welcome.event(&CallEvent::Started);
    assert_eq!(welcome.commands.last(), Some(&CallCommand::Answer));
}

#[test]
fn an_outbound_call_begins_when_the_other_side_answers() {
    let yaml = "recording: off\nnodes:\n  a: {say: Hello., next: hangup}\n";
    let mut call = Raw::new(yaml, call_model::CallFacts { direction: Direction::Outbound, ..facts() });
    call.event(&CallEvent::Started).seconds(90);
    assert_eq!(call.take(), []);
    call.event(&CallEvent::Answered);
    assert_eq!(call.said(), "Hello.");
}

#[test]
fn what_is_said_unanswered_does_not_answer() {
    let yaml = "
recording: off
nodes:
  wait: {say: One moment., unanswered: true, next: music}
  music: {play: music.wav, unanswered: true, next: hello}
  hello: {say: Hello., next: hangup}
";
    let mut call = Raw::new(yaml, facts());
    call.event(&CallEvent::Started);
    assert_eq!(call.said(), "One moment.");
    assert!(!call.commands.contains(&CallCommand::Answer));
    call.played().played();
    assert_eq!(call.commands.last(), Some(&CallCommand::Answer), "the next one does");
    call.event(&CallEvent::Answered);
    assert_eq!(call.said(), "Hello.");
}

#[test]
fn texts_come_in_the_language_with_voice_sounds_and_pauses() {
    let yaml = "
languages: [en, de]
recording: off
voices: {de: anton}
nodes:
  a:
    say: [{play: ding.wav}, {en: Hello., de: Hallo.}, {pause: 500ms}]
    next: b
  b: {play: {en: music.wav, de: musik.wav}, next: c}
  c: {pause: 2s, next: hangup}
";
    let mut call = Raw::new(yaml, call_model::CallFacts { language: "de-AT".to_owned(), ..facts() });
    call.event(&CallEvent::Started).event(&CallEvent::Answered);
    let Some(CallCommand::Play { items, .. }) = call.commands.last() else { panic!() };
    let say = PromptItem::Say { text: "Hallo.".into(), language: "de".into(), voice: Some("anton".into()) };
    assert_eq!(items, &[PromptItem::File { path: "ding.wav".into() }, say, PromptItem::Pause { duration_ms: 500 }]);
    call.played();
    let Some(CallCommand::Play { items, .. }) = call.commands.last() else { panic!() };
    assert_eq!(items, &[PromptItem::File { path: "musik.wav".into() }]);
    call.played();
    let Some(CallCommand::Play { items, .. }) = call.commands.last() else { panic!() };
    assert_eq!(items, &[PromptItem::Pause { duration_ms: 2_000 }]);
}

#[test]
fn set_and_branch_work_on_values_with_types() {
    let mut call = Raw::answered(
        "
vars: {n: 1}
nodes:
  add: {set: {n: \"{{ vars.n + 1 }}\", list: [a, \"{{ vars.n }}\"]}, next: enough}
  enough:
    branch:
      - {when: vars.n < 4, next: add}
      - {when: \"vars.list == ['a', 3]\", next: done}
      - else: hangup
  done: {say: \"{{ vars.n }} {{ vars.list|length }}\", next: hangup}
",
    );
    assert_eq!(call.said(), "4 2");
}

#[test]
fn hours_follow_the_business() {
    let yaml = "nodes:\n  a: {hours: {open: o, closed: c}}\n  o: {say: open, next: hangup}\n  c: {say: closed, next: hangup}\n";
    // Monday, 12:00: the lunch break begins.
    assert_eq!(Raw::answered(yaml).said(), "closed");
}

#[test]
fn what_is_remembered_goes_to_the_call_and_the_contact() {
    let mut call = Raw::answered(
        "
nodes:
  a: {remember: {why: \"{{ number }}\"}, next: b}
  b: {contact: {name: Sam}, next: c}
  c: {say: \"{{ contact.name }}\", next: hangup}
",
    );
    assert!(call.commands.contains(&CallCommand::Remember { key: "why".into(), value: json!("reception") }));
    assert!(call.commands.contains(&CallCommand::SetContact { field: "name".into(), value: json!("Sam") }));
    assert_eq!(call.said(), "Sam");
}

#[test]
fn who_wants_no_further_calls_is_told_of_before_anything_is_said() {
    let yaml =
        |purpose: &str| format!("nodes:\n  a: {{opt_out: {purpose}, next: b}}\n  b: {{say: Noted., next: hangup}}\n");
    for (written, purpose) in [("", None), ("marketing", Some("marketing"))] {
        let call = Raw::answered(&yaml(written));
        let at = |what: fn(&CallCommand) -> bool| call.commands.iter().position(what).unwrap();
        let purpose = purpose.map(str::to_owned);
        assert!(call.commands.contains(&CallCommand::OptOut { purpose, said: None }));
        assert!(
            at(|command| matches!(command, CallCommand::OptOut { .. }))
                < at(|command| matches!(command, CallCommand::Play { .. }))
        );
    }
    let context = ParseContext { name: "main".into(), ..ParseContext::default() };
    let faults = Flow::parse(&yaml("adverts"), &context).unwrap_err();
    assert!(faults.iter().any(|fault| fault.to_string().contains("no purpose `adverts`")));
}

#[test]
fn a_key_that_is_asked_for_is_the_flow_s_own() {
    let mut call = Raw::answered(
        "
nodes:
  hello: {say: Hello., next: choose}
  choose: {menu: {say: Choose., options: {1: again, 9: number}}}
  number: {gather: {say: Your number., into: n, length: 4}, next: hangup}
",
    );
    let wants = |call: &Raw, keys: &str| keys.chars().filter(|key| call.app.wants_key(*key)).collect::<String>();
    assert_eq!(wants(&call, "159"), "", "a text asks for none");
    call.played();
    assert_eq!(wants(&call, "159"), "19");
    call.key('9');
    assert_eq!(wants(&call, "159"), "159", "any key may be part of a number");
}

const HTTP: &str = "
vars: {q: \"a&b\"}
nodes:
  ask:
    http:
      say: One moment.
      url: \"https://example.com/find?q={{ vars.q }}\"
      headers: {X-Call: \"{{ call.id }}\"}
      json: {q: \"{{ vars.q }}\", n: [1, \"{{ 1 + 1 }}\"]}
      timeout: 3s
      into: found
      fallback: {name: nobody}
    next: tell
  tell: {say: \"{{ vars.found.name }}\", next: hangup}
";

#[test]
fn a_tool_of_the_house_is_used_and_its_result_kept_or_its_failure_followed() {
    let yaml = "
vars: {service: cleaning, day: ''}
nodes:
  find:
    tool: {name: find_slots, with: {service: '{{ vars.service }}', date: '{{ vars.day }}'}, into: free, failed: none}
    next: offer
  offer: {say: '{{ vars.free.slots|length }} times', next: hangup}
  none: {say: nothing, next: hangup}
";
    let free = json!({"slots": [{"start": "2026-03-05T14:30"}, {"start": "2026-03-05T15:30"}]});
    let away = ToolFailure::Failed { message: "away".into() };
    for (result, said) in [(Some(Ok(free)), "2 times"), (Some(Err(away)), "nothing"), (None, "nothing")] {
        let mut call = Raw::answered(yaml);
        let used = call.commands.iter().find_map(|command| match command {
            CallCommand::UseTool { tool, request } => Some((*tool, request.clone())),
            _ => None,
        });
        let (tool, request) = used.unwrap();
        assert_eq!((request.name.as_str(), &request.arguments), ("find_slots", &json!({"service": "cleaning"})));
        assert_eq!(request.verified, Verified::No, "nobody is known by that number");
        call.take();
        match result {
            Some(result) => {
                call.event(&CallEvent::ToolDone { tool: ToolUseId(99), result: result.clone() });
                assert_eq!(call.take(), [], "another use");
                call.event(&CallEvent::ToolDone { tool, result });
            }
            None => drop(call.seconds(13)),
        }
        let told =
            call.commands.iter().filter(|it| matches!(it, CallCommand::ToolReport(it) if it.name == "find_slots"));
        assert_eq!(told.count(), 1, "the transcript tells of it once");
        assert_eq!(call.said(), said);
    }
}

#[test]
fn a_request_is_made_while_a_text_is_heard_and_its_reply_is_used() {
    let mut call = Raw::answered(HTTP);
    let request = call.commands.iter().find_map(|command| match command {
        CallCommand::Http { request, http } => Some((*request, http.clone())),
        _ => None,
    });
    let (request, http) = request.unwrap();
    assert_eq!((http.method, http.timeout_ms), (HttpMethod::Post, 3_000));
    assert_eq!(http.url, "https://example.com/find?q=a%26b");
    assert_eq!(http.body.as_deref(), Some("{\"q\":\"a&b\",\"n\":[1,2]}"));
    assert!(http.headers.contains(&("Content-Type".into(), "application/json".into())));
    assert_eq!(call.said(), "One moment.");
    let reply = HttpReply { status: 200, body: "{\"name\": \"<Sam>\"}".into() };
    call.event(&CallEvent::HttpReplied { request: RequestId(99), result: Ok(reply.clone()) });
    assert_eq!(call.take(), [], "the reply to something else");
    call.event(&CallEvent::HttpReplied { request, result: Ok(reply) });
    assert_eq!(call.said(), "&lt;Sam&gt;");
}

#[test]
fn a_request_without_a_good_answer_falls_back() {
    let failed = |result: Option<Result<HttpReply, HttpFailure>>| {
        let mut call = Raw::answered(HTTP);
        call.said();
        match result {
            Some(result) => call.event(&CallEvent::HttpReplied { request: RequestId(1), result }),
            None => call.seconds(5),
        };
        call.said()
    };
    assert_eq!(failed(Some(Ok(HttpReply { status: 500, body: String::new() }))), "nobody");
    assert_eq!(failed(Some(Err(HttpFailure::Unreachable))), "nobody");
    assert_eq!(failed(None), "nobody", "no answer at all");
}

const TRANSFER: &str = "
nodes:
  try:
    transfer:
      say: One moment.
      to: [anna, team, \"{{ contact.agent }}\"]
      ring: hunt
      timeout: 10s
      caller_id: \"{{ number }}\"
      busy: busy
      no_answer: no_answer
      unavailable: unavailable
    next: after
  busy: {say: busy, next: hangup}
  no_answer: {say: no answer, next: hangup}
  unavailable: {say: unavailable, next: hangup}
  after: {say: after, next: hangup}
";

#[test]
fn a_transfer_rings_members_and_groups_and_goes_on_by_its_outcome() {
    let mut call = Raw::answered(TRANSFER);
    assert_eq!(call.said(), "One moment.");
    call.played();
    let settings = TransferSettings {
        strategy: RingStrategy::Hunt,
        caller_id: Some("reception".into()),
        language: Some("en".into()),
        ..TransferSettings::to(vec!["anna".into(), "ben".into()], 10_000)
    };
    assert_eq!(call.take(), [CallCommand::Transfer(settings)]);
    let ended = |outcome| {
        let mut call = Raw::answered(TRANSFER);
        call.played().take();
        call.event(&CallEvent::TransferEnded { outcome });
        call.said()
    };
    assert_eq!(ended(TransferOutcome::Busy), "busy");
    assert_eq!(ended(TransferOutcome::Declined), "busy");
    assert_eq!(ended(TransferOutcome::NoAnswer), "no answer");
    assert_eq!(ended(TransferOutcome::Unavailable), "unavailable");
    assert_eq!(ended(TransferOutcome::Failed), "unavailable");
    assert_eq!(ended(TransferOutcome::Completed), "after");
}

#[test]
fn a_transfer_may_be_warm_and_wait_in_a_queue_with_music() {
    let yaml = "nodes:\n  a:\n    transfer: {to: anna, ring: fewest, skills: [law], warm: A caller., \
                queue: {name: desk, wait: 1m, waiting: 4}, music: {play: song.wav}, timeout: 10s, no_answer: b}\n    \
                next: b\n  b: {hangup: {say: over}}\n";
    let mut call = Raw::answered(yaml);
    let music = |command: &CallCommand| match command {
        CallCommand::Play { playback, repeat: true, .. } => Some(*playback),
        _ => None,
    };
    let commands: Vec<_> = call.take().into_iter().skip_while(|command| music(command).is_none()).collect();
    let first = music(&commands[0]).unwrap_or_else(|| panic!("{commands:?}"));
    let CallCommand::Transfer(settings) = &commands[1] else { panic!("{commands:?}") };
    let announcement = settings.announcement.as_ref().expect("an announcement");
    assert_eq!(announcement.text, "A caller. Press 1 to take the call, or 2 to decline it.");
    assert_eq!((settings.strategy, settings.skills.join(" ")), (RingStrategy::FewestCalls, "law".to_owned()));
    let queue = settings.queue.as_ref().expect("a queue");
    assert_eq!((queue.name.as_str(), queue.max_wait_ms, queue.max_waiting), ("desk", 60_000, 4));

    call.event(&CallEvent::Queued { position: 2 });
    let commands = call.take();
    assert_eq!(commands[0], CallCommand::StopPlaying { playback: Some(first) });
    assert!(format!("{:?}", commands[1]).contains("You are number 2 in line."), "{commands:?}");
    let second = music(&commands[2]).expect("music again");
    // Waiting is not given up before its own time.
    call.seconds(70);
    assert_eq!(call.take(), []);
    call.event(&CallEvent::TransferEnded { outcome: TransferOutcome::NoAnswer });
    assert!(call.take().contains(&CallCommand::StopPlaying { playback: Some(second) }));
}

#[test]
fn a_transfer_that_is_never_heard_of_again_is_given_up_but_not_a_talk() {
    let mut call = Raw::answered(TRANSFER);
    call.played().take();
    call.seconds(34);
    assert_eq!(call.take(), []);
    call.seconds(2);
    assert_eq!(call.take(), [CallCommand::CancelTransfer]);
    call.seconds(6);
    assert_eq!(call.said(), "no answer");

    let mut talk = Raw::answered(TRANSFER);
    talk.played().take();
    talk.event(&CallEvent::TransferAnswered { target: "anna".into() }).seconds(7_200);
    assert_eq!(talk.take(), []);
}

#[test]
fn a_flow_calls_another_with_arguments_and_gets_a_value_back() {
    let main = parse(
        "main",
        "recording: off\nnodes:\n  a: {call: {flow: sub, with: {x: 20}, into: y}, next: b}\n  b: {say: \"{{ vars.y }}\", next: hangup}\n",
    );
    let sub = parse(
        "sub",
        "vars: {x: 0}\nnodes:\n  s: {say: \"in {{ vars.x }}\", next: t}\n  t: {return: \"{{ vars.x * 2 }}\"}\n",
    );
    let mut call = Raw::of(vec![main, sub], facts(), None);
    call.event(&CallEvent::Started).event(&CallEvent::Answered);
    assert_eq!(call.said(), "in 20");
    call.played();
    let left: Vec<_> = call.commands.iter().filter(|c| matches!(c, CallCommand::NodeLeft { .. })).cloned().collect();
    let node =
        |flow: &str, node: &str| CallCommand::NodeLeft { flow: flow.into(), node: node.into(), abandoned: false };
    assert_eq!(left, [node("sub", "s"), node("sub", "t"), node("main", "a")]);
    assert_eq!(call.said(), "40");
}

#[test]
fn echo_sends_the_sound_back_until_its_key_or_its_end() {
    let yaml = "nodes:\n  a: {echo: {max: 20s}, next: b}\n  b: {hangup: }\n";
    let mut call = Raw::answered(yaml);
    assert_eq!(call.commands.last(), Some(&CallCommand::Echo(true)));
    call.key('1');
    assert!(!call.commands.contains(&CallCommand::Echo(false)));
    call.key('#');
    assert!(call.commands.contains(&CallCommand::Echo(false)) && call.hung_up_with().is_some());
    let mut long = Raw::answered(yaml);
    long.seconds(20);
    assert!(long.commands.contains(&CallCommand::Echo(false)));
}

#[test]
fn keys_are_sent_and_the_language_is_told() {
    let mut call = Raw::answered(
        "languages: [en, de]\nnodes:\n  a: {send_digits: \"12#\", next: b}\n  b: {language: de, next: c}\n  c: {say: {en: Hi, de: Hallo}, next: hangup}\n",
    );
    assert!(call.commands.contains(&CallCommand::SendDigits { digits: "12#".into() }));
    assert!(call.commands.contains(&CallCommand::SetLanguage { language: "de".into() }));
    assert_eq!(call.said(), "Hallo");
}

const RECORDED: &str = "
languages: [en, de]
recording: {en: announced, de: consent}
nodes:
  a: {say: {en: Hello., de: Hallo.}, next: b}
  b: {recording: pause, next: c}
  c: {say: {en: Card., de: Karte.}, next: d}
  d: {recording: resume, next: e}
  e: {say: {en: Bye., de: Ende.}, next: hangup}
";

fn switches(call: &Raw) -> Vec<RecordingSwitch> {
    let switches = call.commands.iter().filter_map(|command| match command {
        CallCommand::Recording { switch } => Some(*switch),
        _ => None,
    });
    switches.collect()
}

fn recorded(language: &str, rule: Option<RecordingMode>) -> Raw {
    let facts = call_model::CallFacts { language: language.to_owned(), ..facts() };
    let mut call = Raw::of(vec![parse("main", RECORDED)], facts, rule);
    call.event(&CallEvent::Started).event(&CallEvent::Answered);
    call
}

#[test]
fn a_recording_is_announced_before_it_begins_and_can_be_paused() {
    let mut call = recorded("en", None);
    assert_eq!(switches(&call), []);
    assert_eq!(call.said(), "This call is recorded.");
    call.played();
    assert_eq!(switches(&call), [RecordingSwitch::Start]);
    call.played().played();
    assert_eq!(switches(&call), [RecordingSwitch::Start, RecordingSwitch::Pause, RecordingSwitch::Resume]);
}

#[test]
fn what_could_not_be_announced_is_not_recorded() {
    let mut call = recorded("en", None);
    call.played_as(call_model::PlaybackEnd::Failed("no voice".into())).played().played();
    assert_eq!(switches(&call), []);
}

#[test]
fn consent_is_a_key_pressed_after_the_question() {
    let mut call = recorded("de", None);
    assert!(call.said().starts_with("Dürfen wir"));
    call.key('1');
    assert_eq!(switches(&call), [RecordingSwitch::Start]);
    for no in ['2', '5'] {
        let mut call = recorded("de", None);
        call.key(no).played().played().played();
        assert_eq!(switches(&call), [], "{no}");
    }
    let mut silent = recorded("de", None);
    silent.played().seconds(6).played().seconds(6).played().played();
    assert_eq!(switches(&silent), []);
    assert!(silent.said().contains("Hallo."));
}

#[test]
fn the_rule_of_the_number_goes_before_the_flow() {
    assert_eq!(recorded("de", Some(RecordingMode::Off)).said(), "Hallo.");
    assert_eq!(recorded("de", Some(RecordingMode::Announced)).said(), "Dieses Gespräch wird aufgezeichnet.");
    assert!(recorded("en", Some(RecordingMode::Consent)).said().starts_with("May we record"));
}

#[test]
fn a_circle_that_takes_no_time_ends_with_an_apology() {
    let mut call = Raw::answered(
        "vars: {x: true}\nnodes:\n  z: {say: Hello., next: a}\n  a:\n    branch:\n      - {when: vars.x, next: b}\n      - else: hangup\n  b: {set: {y: 1}, next: a}\n",
    );
    call.played();
    assert!(call.said().contains("something went wrong"));
    call.played();
    assert_eq!(call.hung_up_with(), Some(HangupCause::InternalError));
}

#[test]
fn a_call_without_a_sign_of_life_ends_politely() {
    let mut call = Raw::answered("nodes:\n  a: {say: Listen., next: again}\n");
    for _ in 0..9 {
        call.seconds(65).played();
    }
    assert_eq!(call.hung_up_with(), None);
    call.seconds(65);
    assert!(call.said().ends_with("Thank you for calling. Goodbye."));
    call.played();
    assert_eq!(call.hung_up_with(), Some(HangupCause::Normal));
}

#[test]
fn a_template_that_fails_is_left_out_and_remembered_without_its_value() {
    let mut call = Raw::answered(
        "vars: {x: 0}\nnodes:\n  a: {say: \"One. {{ 1 // vars.x }}\", next: b}\n  b: {say: Two., next: hangup}\n",
    );
    let problem = call.commands.iter().find_map(|command| match command {
        CallCommand::Remember { key, value } if key == "flow_problem" => value.as_str().map(str::to_owned),
        _ => None,
    });
    assert!(problem.unwrap().starts_with("main/a: "));
    assert_eq!(call.said(), "Two.");
}

#[test]
fn where_a_caller_hangs_up_is_counted() {
    let mut call = Raw::answered("nodes:\n  a: {say: Long., next: b}\n  b: {hangup: {say: Bye.}}\n");
    call.take();
    call.hang_up();
    let left = |node: &str, abandoned| CallCommand::NodeLeft { flow: "main".into(), node: node.into(), abandoned };
    assert_eq!(call.take(), [left("a", true)]);
    call.key('1').seconds(900);
    assert_eq!(call.take(), []);

    let mut end = Raw::answered("nodes:\n  a: {hangup: {say: Bye.}}\n");
    end.take();
    end.hang_up();
    assert_eq!(end.take(), [left("a", false)], "the last words are no place to be lost at");
}
