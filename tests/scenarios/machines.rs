//! Calls that we place and that are screened: answered by persons, machines, assistants, fax machines and networks.

use callwright_tests::api::text;
use callwright_tests::caller::{self, heard, line, said, script, timeline};
use callwright_tests::signal::Sound;
use callwright_tests::voice::{spoken, voice};
use callwright_tests::{Server, Settings};
use provider_doubles::{DeepgramDouble, Heard};
use serde_json::{Value, json};
use synthetic_caller::{Ending, Report, Step, Taking};

const MESSAGE: &str = "Your order is ready. Please call us back.";
const BEEP_HZ: f64 = 1_000.0;

fn say(text: &str) -> Step {
    Step::Say { text: text.into(), language: "en".into() }
}

fn play(server: &Server, name: &str, sound: &Sound) -> Step {
    Step::Play(sound.written(server.folder(), name))
}

fn beep(server: &Server) -> Step {
    play(server, "beep.wav", &Sound::tone(BEEP_HZ, 0.4))
}

/// Special information tones.
fn special() -> Sound {
    let samples = [950.0, 1_400.0, 1_800.0].map(|hz| Sound::tone(hz, 0.33).samples).concat();
    Sound::new(samples, callwright_tests::signal::RATE)
}

/// Places a call to somebody who does these steps; gives what they heard and what the books say.
async fn placed(server: &Server, machine: Value, taking: Taking, steps: Vec<Step>) -> (Report, Value) {
    let mut phone = line(caller::speaker("customer").await).await;
    let call = json!({ "to": phone.address(), "say": "Hello, this is a call from Northwind Dental.", "language": "en",
        "machine_detection": machine });
    let script = script(phone.address(), steps);
    let api = server.api();
    let (report, placed) = tokio::join!(phone.answer(&script, &taking), api.post("/v1/calls", &call));
    let report = report.unwrap();
    let call = server.api().ended_call(&text(&placed, "id")).await;
    (report, call)
}

fn message() -> Value {
    json!({ "on_machine": "message", "message": MESSAGE })
}

#[tokio::test]
async fn a_person_is_told_from_a_machine_and_hears_us_soon_after_hello() {
    let server = Server::start().await;
    let steps = vec![caller::wait(0.6), say("Hello?")];
    let (report, call) = placed(&server, message(), Taking::default(), steps).await;
    assert_eq!((&call["answered_by"], &call["cause"]), (&json!("person"), &json!("normal")), "{}", timeline(&report));
    let voice = voice().await;
    assert!(
        heard(&report).contains_speech(&spoken(&voice, "en", "Hello, this is a call from Northwind Dental.").await)
    );
    let hello = said(&report).envelope().iter().rposition(|level| *level > 300.0).unwrap();
    let first = heard(&report).envelope().iter().position(|level| *level > 150.0).unwrap();
    assert!(first > hello && (first - hello) * 10 < 2_000, "{} ms from the end of hello", (first - hello) * 10);
    let events = server.api().list(&format!("/v1/calls/{}/events", text(&call, "id"))).await;
    let told = events.iter().find(|event| event["type"] == "call.answered_by").expect("an event");
    assert_eq!(told["data"]["call"]["answered_by"], "person");
    assert!(told["data"]["call"]["answered_how"]["after_ms"].as_u64().is_some_and(|ms| ms < 3_000), "{told}");
}

const GREETING: &str = "Hi, you have reached the Millers. We are not at home, please leave a message after the tone.";

#[tokio::test]
async fn a_machine_gets_the_message_after_its_tone() {
    let server = Server::start().await;
    let steps = vec![caller::wait(0.3), say(GREETING), caller::wait(0.3), beep(&server)];
    let (report, call) = placed(&server, message(), Taking::default(), steps).await;
    assert_eq!((&call["answered_by"], &call["cause"]), (&json!("machine"), &json!("normal")), "{}", timeline(&report));
    let beeped = said(&report).tone_begins(BEEP_HZ).unwrap() + 0.4;
    let heard = heard(&report);
    assert!(!heard.between(0.0, beeped).is_audible(), "nothing is said into the greeting");
    assert!(heard.between(beeped, heard.seconds()).contains_speech(&spoken(&voice().await, "en", MESSAGE).await));
    assert_eq!(report.ending, Ending::ByThem);
}

#[tokio::test]
async fn a_machine_without_a_tone_gets_it_when_it_is_silent() {
    let server = Server::start().await;
    let steps = vec![caller::wait(0.3), say(GREETING)];
    let (report, call) = placed(&server, message(), Taking::default(), steps).await;
    assert_eq!(call["answered_by"], "machine", "{}", timeline(&report));
    assert!(heard(&report).contains_speech(&spoken(&voice().await, "en", MESSAGE).await));
}

#[tokio::test]
async fn a_tone_within_the_message_begins_it_again() {
    let server = Server::start().await;
    let machine = json!({ "on_machine": "message", "message": MESSAGE, "greeting_silence_ms": 1500 });
    let steps = vec![caller::wait(0.3), say(GREETING), Step::Speech, caller::wait(0.7), beep(&server)];
    let (report, call) = placed(&server, machine, Taking::default(), steps).await;
    assert_eq!(call["answered_by"], "machine", "{}", timeline(&report));
    let beeped = said(&report).tone_begins(BEEP_HZ).unwrap() + 0.4;
    let (heard, whole) = (heard(&report), spoken(&voice().await, "en", MESSAGE).await);
    assert!(heard.between(0.0, beeped).is_audible(), "it had begun before: {}", timeline(&report));
    assert!(heard.between(beeped, heard.seconds()).contains_speech(&whole), "all of it comes after the tone");
}

#[tokio::test]
async fn machines_fax_machines_and_networks_are_hung_up_on() {
    let server = Server::start().await;
    let fax = play(&server, "ced.wav", &Sound::tone(2_100.0, 3.0));
    let sit = play(&server, "sit.wav", &special());
    for (steps, by, cause) in [
        (vec![caller::wait(0.3), say(GREETING)], "machine", "normal"),
        (vec![caller::wait(0.3), fax], "fax", "normal"),
        (vec![caller::wait(0.3), sit], "unobtainable", "not_found"),
    ] {
        let (report, call) = placed(&server, json!({}), Taking::default(), steps).await;
        assert_eq!((&call["answered_by"], &call["cause"]), (&json!(by), &json!(cause)), "{}", timeline(&report));
        assert!(!heard(&report).is_audible(), "{by}: nothing is said");
        assert_eq!(call["hung_up_by"], "us");
    }
}

#[tokio::test]
async fn who_says_nothing_is_taken_for_a_person_or_not_as_planned() {
    let server = Server::start().await;
    let (report, call) = placed(&server, json!({}), Taking::default(), vec![]).await;
    assert_eq!(call["answered_by"], "silence", "{}", timeline(&report));
    assert!(heard(&report).is_audible(), "it is spoken to");
    let (report, call) = placed(&server, json!({ "unsure": "hang_up" }), Taking::default(), vec![]).await;
    assert_eq!(call["answered_by"], "silence");
    assert!(!heard(&report).is_audible(), "{}", timeline(&report));
}

#[tokio::test]
async fn an_assistant_is_told_who_calls_and_why_and_then_the_person_is_talked_to() {
    let words = ["Hello, please state your name and why you are calling.", "Hello?"];
    let ears = DeepgramDouble::start(Heard::texts(words)).await.unwrap();
    let section = "[transcription]\nengine = \"deepgram\"\nmodel = \"flux-general-en\"\nkey = \"key\"";
    let settings = Settings::default().config(&format!("{section}\nurl = \"{}\"", ears.ws_url("")));
    let server = Server::with(settings).await;
    let steps = vec![
        caller::wait(0.3),
        say("Hello, please state your name and why you are calling."),
        caller::silence(1.0),
        caller::wait(0.5),
        say("Hello?"),
    ];
    let machine = json!({ "on_machine": "message", "message": MESSAGE, "why": "your order" });
    let (report, call) = placed(&server, machine, Taking::default(), steps).await;
    let (heard, voice) = (heard(&report), voice().await);
    let introduction =
        heard.find_speech(&spoken(&voice, "en", "This is Northwind Dental. It is about your order.").await);
    let talk = heard.find_speech(&spoken(&voice, "en", "Hello, this is a call from Northwind Dental.").await);
    assert!(introduction.score > 0.8 && talk.score > 0.8 && talk.at > introduction.at, "{}", timeline(&report));
    assert_eq!(call["answered_by"], "person");
    let lines = server.api().get(&format!("/v1/calls/{}/transcript", text(&call, "id"))).await;
    assert!(lines.to_string().contains("state your name"), "what was heard meanwhile is written down: {lines}");
    let events = server.api().list(&format!("/v1/calls/{}/events", text(&call, "id"))).await;
    let told = events.iter().filter(|event| event["type"] == "call.answered_by");
    let told: Vec<&Value> = told.map(|event| &event["data"]["call"]["answered_by"]).collect();
    assert_eq!(told, ["person", "screening"], "newest first");
}

#[tokio::test]
async fn what_a_network_says_before_the_answer_is_no_answer() {
    let server = Server::start().await;
    let sit = play(&server, "sit.wav", &special());
    let early = vec![caller::wait(0.5), sit, caller::wait(1.0)];
    let (report, call) = placed(&server, json!({}), Taking { early, refuse: Some(404) }, vec![]).await;
    assert_eq!(
        (&call["answered_by"], &call["cause"]),
        (&json!("unobtainable"), &json!("not_found")),
        "{}",
        timeline(&report)
    );
    assert_eq!(call["answered_at"], Value::Null);
    let early = vec![caller::wait(0.3), say("The person you are calling cannot be reached, please try later.")];
    let (_, call) = placed(&server, json!({}), Taking { early, refuse: Some(480) }, vec![]).await;
    assert_eq!((&call["answered_by"], &call["cause"]), (&Value::Null, &json!("no_answer")));
}

#[tokio::test]
async fn a_plan_that_cannot_be_is_refused_with_advice() {
    let server = Server::start().await;
    let api = server.api();
    for machine in [
        json!({ "on_machine": "message" }),
        json!({ "message": "Call us." }),
        json!({ "on_machine": "message", "message": "a", "message_flow": "reminder" }),
        json!({ "on_machine": "message", "message_flow": "no-such-flow" }),
        json!({ "max_ms": 100 }),
    ] {
        let call = json!({ "to": "sip:a@127.0.0.1:9", "say": "Hello.", "machine_detection": machine });
        let answer = api.ask(reqwest::Method::POST, "/v1/calls", Some(&call), &[]).await;
        assert_eq!(answer.status.as_u16(), 422, "{call}: {}", answer.json());
    }
    assert!(api.list("/v1/calls").await.is_empty());
}
