//! What is made of a call when it is over, by rules and by a model; what is not kept of it; and that nothing of it is
//! lost.

use callwright_tests::api::text;
use callwright_tests::caller::{call_with, heard, script, speaker, timeline};
use callwright_tests::receiver::Receiver;
use callwright_tests::signal::{Sound, read_wav};
use callwright_tests::{Api, Server, Settings, wait};
use provider_doubles::{
    ChatAnswer, ChatDouble, DeepgramDouble, EarTiming, Fault, Heard, Manner, Script, SpokenTurn, Step as Answering,
};
use serde_json::{Value, json};
use synthetic_caller::{Report, Step};

const CALLER: &str = "+12025550123";
/// It answers by itself: a model is asked about its calls when they are over, and never before.
const AGENT: &str = "languages: [en]\npersona: You answer for the practice.\nbrain: builtin\nknowledge: knowledge\n\
                     greeting: Hello.\ndisclosure: \"off\"\nquestion: How can I help?\n";
const CARD: &str = "My card is 4111 1111 1111 1111 thank you";
/// A margin of silence before and after what is taken out, seconds.
const MARGIN: f64 = 0.15;

/// What callers say is heard as these texts, one after the other, whatever it is.
async fn ears(texts: &[&str]) -> DeepgramDouble {
    // A breath is not the end of a sentence.
    let timing = EarTiming { end_ms: 700, ..EarTiming::default() };
    let turns = texts.iter().map(|text| SpokenTurn::new(*text)).collect();
    DeepgramDouble::start(Heard { turns, timing }).await.unwrap()
}

/// A house that hears so, with this in `[after_call]`.
fn settings(ears: &DeepgramDouble, model: Option<&ChatDouble>, after_call: &str) -> Settings {
    let brain = model.map(|double| format!("brain = {{ url = \"{}\", model = \"double\" }}", double.url("/v1")));
    let hearing = "[transcription]\nengine = \"deepgram\"\nmodel = \"flux-general-en\"\nkey = \"key\"";
    Settings::default()
        .config(&brain.unwrap_or_default())
        .config(&format!("{hearing}\nurl = \"{}\"", ears.ws_url("")))
        .config(&format!("[after_call]\n{after_call}"))
}

/// Calls the number and says these, each in its turn.
async fn call(server: &Server, number: &str, said: &[&str]) -> Report {
    let mut steps = Vec::new();
    for text in said {
        steps.extend([Step::Say { text: (*text).into(), language: "en".into() }, Step::Turn]);
    }
    steps.push(Step::HangUp);
    call_with(speaker(CALLER).await, script(server.address(number), steps)).await
}

/// The newest call, once what is made of it is filed.
async fn analysed(api: &Api) -> (String, Value) {
    let id = api.newest_call().await;
    let path = format!("/v1/calls/{id}/insights");
    let made = wait::until("the call is gone through", async || {
        Some(api.get(&path).await).filter(|made| made["state"] == "done" || made["state"] == "failed")
    })
    .await;
    assert_eq!(made["state"], "done", "{made:#}");
    (id, made["insights"].clone())
}

/// The kinds of events of a call, in their order.
async fn told(api: &Api, call: &str) -> Vec<String> {
    let events = api.list(&format!("/v1/calls/{call}/events?limit=200")).await;
    let mut told: Vec<(String, String)> = events.iter().map(|event| (text(event, "id"), text(event, "type"))).collect();
    told.sort();
    told.into_iter().map(|(_, kind)| kind).collect()
}

fn place(told: &[String], kind: &str) -> usize {
    told.iter().position(|known| known == kind).unwrap_or_else(|| panic!("no {kind}: {told:?}"))
}

#[tokio::test]
async fn what_a_call_came_to_is_found_by_rules() {
    let heard = [
        "Hello, this is Lisa Miller, my invoice is wrong, that is terrible.",
        "You can write to lisa at example dot org, that would be great, thank you.",
        "Please call me back tomorrow at ten.",
    ];
    let ears = ears(&heard).await;
    let rules = "topics = { billing = [\"invoice\"] }\n[after_call.contact]\nname = \"name\"\nemail = \"email\"";
    let server = Server::with(settings(&ears, None, rules)).await;
    let (api, receiver) = (server.api(), Receiver::start().await);
    api.post("/v1/webhooks", &json!({ "url": receiver.url, "events": ["call.analysed"] })).await;
    api.agent("desk", AGENT).await;
    let report = call(&server, "desk", &["my invoice is wrong", "you can write to me", "please call me back"]).await;
    let (id, made) = analysed(&api).await;
    let story = format!("{made:#}\n{}", timeline(&report));

    assert_eq!((&made["made_by"], &made["outcome"]), (&json!("rules"), &json!("callback_requested")), "{story}");
    assert!(made["summary"].as_str().unwrap().contains("Lisa Miller"), "{story}");
    assert_eq!(made["topics"][0], "billing", "{story}");
    let curve: Vec<f64> =
        made["sentiment_curve"].as_array().unwrap().iter().map(|feeling| feeling["value"].as_f64().unwrap()).collect();
    assert!(curve.len() == 3 && curve[0] < -0.2 && curve[1] > 0.2, "{story}");
    assert_eq!((&made["fields"]["name"], &made["fields"]["time"]), (&json!("Lisa Miller"), &json!("10:00")), "{story}");

    let contact = text(&api.ended_call(&id).await, "contact");
    let contact = api.get(&format!("/v1/contacts/{contact}")).await;
    assert_eq!((&contact["name"], &contact["fields"]["email"]), (&"Lisa Miller".into(), &"lisa@example.org".into()));
    let noted = api.list(&format!("/v1/follow-ups?call={id}")).await;
    assert_eq!(noted.len(), 1, "{noted:?}");
    assert_eq!((&noted[0]["kind"], &noted[0]["state"]), (&json!("callback"), &json!("open")));
    assert!(!noted[0]["due_at"].is_null(), "{noted:?}");
    let found = api.list("/v1/calls?outcome=callback_requested&topic=billing").await;
    assert_eq!(found.iter().map(|call| text(call, "id")).collect::<Vec<_>>(), [id.as_str()]);
    assert!(api.list("/v1/calls?outcome=appointment_booked").await.is_empty());
    let delivery = receiver.delivery("call.analysed", |delivery| delivery.kind() == "call.analysed").await.json();
    assert_eq!(delivery["data"]["insights"]["outcome"], "callback_requested", "{delivery:#}");
}

const REPORT: &str = "Lisa Miller has not got her invoice. It is to be sent again.";

/// The report of a model on the call, that claims an appointment too.
fn reported() -> ChatAnswer {
    ChatAnswer::default().calling(
        "file_report",
        json!({
            "outcome": "appointment_booked",
            "summary": REPORT,
            "topics": ["invoice"],
            "sentiment": 0.25,
            "fields": { "insurance": "Acme Health", "name": "Somebody Else" },
            "follow_ups": [{ "kind": "task", "text": "Send the invoice again", "due": "2030-12-02T10:00" }],
        }),
    )
}

const INSURANCE: &str = "[after_call.fields]\ninsurance = \"Name of the caller's insurance company\"\n\
                         [after_call.contact]\ninsurance = \"insurance\"";

/// What the model was asked about ended calls.
fn asked(model: &ChatDouble) -> Vec<String> {
    let bodies = model.requests().into_iter().map(|request| request.json().to_string());
    bodies.filter(|body| body.contains("file_report")).collect()
}

#[tokio::test]
async fn a_model_reports_on_a_call_and_cannot_claim_what_was_not_done() {
    let ears = ears(&["Hello, this is Lisa Miller, I did not get my invoice."]).await;
    let model = ChatDouble::start(reported()).await.unwrap();
    let server = Server::with(settings(&ears, Some(&model), INSURANCE)).await;
    let api = server.api();
    api.agent("desk", AGENT).await;
    call(&server, "desk", &["i did not get my invoice"]).await;
    let (id, made) = analysed(&api).await;
    assert_eq!((&made["made_by"], &made["summary"]), (&json!("double"), &json!(REPORT)), "{made:#}");
    assert_ne!(made["outcome"], "appointment_booked", "{made:#}");
    assert_eq!((&made["topics"], &made["sentiment"]), (&json!(["invoice"]), &json!(0.25)), "{made:#}");
    // Fields that the caller said stand before those that a model says he said.
    assert_eq!(made["fields"]["name"], "Lisa Miller", "{made:#}");
    let contact = text(&api.ended_call(&id).await, "contact");
    assert_eq!(api.get(&format!("/v1/contacts/{contact}")).await["fields"]["insurance"], "Acme Health");
    let noted = api.list(&format!("/v1/follow-ups?call={id}")).await;
    assert_eq!(noted.len(), 1, "{noted:?}");
    // Ten o'clock in Berlin, where the business is.
    assert!(text(&noted[0], "due_at").starts_with("2030-12-02T09:00:00"), "{noted:?}");
    assert!(asked(&model)[0].contains("I did not get my invoice"), "it is shown what was said");
}

#[tokio::test]
async fn a_model_that_fails_leaves_the_report_to_the_rules() {
    for fault in [Fault::Status(500), Fault::Cut { after: 2 }] {
        let ears = ears(&["This is Lisa Miller, please call me back tomorrow."]).await;
        let model = ChatDouble::start(Script::always(Answering::from(reported()).but(fault))).await.unwrap();
        let server = Server::with(settings(&ears, Some(&model), "")).await;
        let api = server.api();
        api.agent("desk", AGENT).await;
        call(&server, "desk", &["please call me back tomorrow"]).await;
        let (id, made) = analysed(&api).await;
        assert!(!asked(&model).is_empty(), "{fault:?}: it was asked first");
        let outcome = (&made["made_by"], &made["outcome"]);
        assert_eq!(outcome, (&json!("rules"), &json!("callback_requested")), "{fault:?}: {made:#}");
        assert_eq!(api.list(&format!("/v1/follow-ups?call={id}")).await.len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn the_end_of_a_call_waits_for_nothing_and_a_kill_before_the_report_loses_it_not() {
    let ears = ears(&["This is Lisa Miller, please call me back tomorrow."]).await;
    // The first answer does not come before the kill.
    let slow = Answering::from(reported()).in_manner(Manner::slow(50_000, 100.0));
    let model = ChatDouble::start(Script::in_order(vec![slow, reported().into()])).await.unwrap();
    let mut server = Server::with(settings(&ears, Some(&model), INSURANCE)).await;
    let api = server.api();
    api.agent("desk", AGENT).await;
    call(&server, "desk", &["please call me back tomorrow"]).await;
    wait::done("the model is asked", model.wait_for_requests(1)).await;
    let id = api.newest_call().await;
    let ended = api.get(&format!("/v1/calls/{id}")).await;
    assert_eq!((&ended["state"], &ended["transcript"]), (&json!("ended"), &json!("ready")));
    let made = api.get(&format!("/v1/calls/{id}/insights")).await;
    assert_eq!((&made["state"], &made["insights"]), (&json!("running"), &Value::Null));
    assert!(!told(&api, &id).await.contains(&"call.analysed".to_owned()));

    server.kill();
    server.begin().await;
    let api = server.api();
    let (again, made) = analysed(&api).await;
    assert_eq!((again.as_str(), &made["made_by"]), (id.as_str(), &json!("double")), "{made:#}");
    let told = told(&api, &id).await;
    assert!(place(&told, "call.ended") < place(&told, "call.analysed"), "{told:?}");
    assert_eq!(told.iter().filter(|kind| *kind == "call.analysed").count(), 1, "{told:?}");
    assert_eq!(api.list(&format!("/v1/follow-ups?call={id}")).await.len(), 1, "done once");
    assert_eq!(asked(&model).len(), 2, "once before the kill, once after it");
}

/// Whether a part of the number is in a text: digits in a row that are no time, id or length.
fn holds_card(text: &str) -> bool {
    ["\"4111", " 4111", "\"1111", " 1111", "1111 1111", "11111111"].iter().any(|part| text.contains(part))
}

/// The longest stretch without any sound at all between two moments: its beginning and its end, seconds. A telephone's
/// silence is not that silent.
fn silenced(sound: &Sound, from: f64, to: f64) -> (f64, f64) {
    let place = |seconds: f64| ((seconds.max(0.0) * f64::from(sound.rate)) as usize).min(sound.samples.len());
    let (mut best, mut begin) = ((0, 0), None);
    for at in place(from)..=place(to) {
        match (sound.samples.get(at).filter(|_| at < place(to)), begin) {
            (Some(0), None) => begin = Some(at),
            (Some(0), Some(_)) | (_, None) => {}
            (_, Some(since)) => {
                best = if at - since > best.1 - best.0 { (since, at) } else { best };
                begin = None;
            }
        }
    }
    (best.0 as f64 / f64::from(sound.rate), best.1 as f64 / f64::from(sound.rate))
}

/// The line with the number in it, and its mark: from when to when it was said, ms from the answer.
fn redacted_line(transcript: &Value) -> (&Value, [f64; 2]) {
    let lines = transcript["lines"].as_array().unwrap();
    let line = lines.iter().find(|line| line["text"].as_str().unwrap().contains("[card number]"));
    let line = line.unwrap_or_else(|| panic!("no mark: {transcript:#}"));
    let mark = line["words"].as_array().unwrap().iter().find(|word| word["text"] == "[card number]");
    let mark = mark.unwrap_or_else(|| panic!("no word with the mark: {line:#}"));
    (line, ["from_ms", "to_ms"].map(|name| mark[name].as_f64().unwrap()))
}

const LONG: &str = "my card number is written here please take it down for me and then charge it thank you very much";

#[tokio::test]
async fn a_card_number_is_nowhere_and_the_recording_is_silent_there_alone() {
    let ears = ears(&[CARD]).await;
    let model = ChatDouble::start(reported()).await.unwrap();
    let redact = format!("redact = \"text_and_audio\"\n{INSURANCE}");
    let server = Server::with(settings(&ears, Some(&model), &redact)).await;
    let (api, receiver) = (server.api(), Receiver::start().await);
    api.post("/v1/webhooks", &json!({ "url": receiver.url })).await;
    api.agent("desk", &format!("{AGENT}recording: announced\n")).await;
    let report = call(&server, "desk", &[LONG]).await;
    let (id, _) = analysed(&api).await;

    let transcript = api.get(&format!("/v1/calls/{id}/transcript")).await;
    let (line, [from_ms, to_ms]) = redacted_line(&transcript);
    assert_eq!(line["text"], "My card is [card number] thank you");
    for form in ["json", "text", "vtt"] {
        let bytes = api.bytes(&format!("/v1/calls/{id}/transcript?format={form}")).await;
        let said = String::from_utf8(bytes).unwrap();
        assert!(said.contains("[card number]") && !holds_card(&said), "{form}: {said}");
    }
    assert!(api.list("/v1/transcripts/search?q=1111").await.is_empty());
    assert_eq!(api.list("/v1/transcripts/search?q=card").await.len(), 1, "the line is found by its other words");
    let asked = asked(&model);
    assert!(asked.len() == 1 && asked[0].contains("card number)") && !holds_card(&asked[0]), "{asked:?}");
    receiver.delivery("call.analysed", |delivery| delivery.kind() == "call.analysed").await;
    for delivery in receiver.deliveries() {
        let body = String::from_utf8(delivery.body).unwrap();
        assert!(!holds_card(&body), "{body}");
    }

    let told = told(&api, &id).await;
    assert!(place(&told, "transcript.ready") < place(&told, "recording.ready"), "{told:?}");
    let offset = api.ended_call(&id).await["recording"]["offset_ms"].as_f64().unwrap();
    let channels = read_wav(&api.recording(&id).await);
    let at = |ms: f64| (ms - offset) / 1_000.0;
    let (begin, end) = (at(line["from_ms"].as_f64().unwrap()), at(line["to_ms"].as_f64().unwrap()));
    let (from, to) = silenced(&channels[0], begin, end);
    let (wanted_from, wanted_to) = (at(from_ms) - MARGIN, at(to_ms) + MARGIN);
    let story = format!("silent {from:.3}-{to:.3}, wanted {wanted_from:.3}-{wanted_to:.3}\n{}", timeline(&report));
    assert!((from - wanted_from).abs() < 0.005 && (to - wanted_to).abs() < 0.005, "{story}");
    // Before and after it the caller is as he spoke, and our own side is whole.
    let spoken = Sound::new(report.said.clone(), report.rate);
    for (from, to) in [(begin + 0.2, from - 0.05), (to + 0.05, end - 0.2)] {
        let part = channels[0].between(from, to.min(from + 0.2));
        let found = spoken.find_exactly(&part, 0..spoken.samples.len() as i64);
        assert!(found.score > 0.95, "{from:.3}: {found:?}, {story}");
    }
    assert!(channels[1].is_audible() && heard(&report).is_audible());
}

const MAILBOX: &str = "languages: [en]\nrecording: off\nnodes:\n  leave:\n    voicemail: {mailbox: anna, say: Please \
                       speak., review: false}\n    next: hangup\n";

#[tokio::test]
async fn a_card_number_in_a_message_is_silent_before_anybody_hears_it() {
    let ears = ears(&[CARD]).await;
    let server = Server::with(settings(&ears, None, "redact = \"text_and_audio\"")).await;
    let (api, receiver) = (server.api(), Receiver::start().await);
    api.post("/v1/webhooks", &json!({ "url": receiver.url, "events": ["voicemail.received"] })).await;
    api.flow("mailbox", MAILBOX).await;
    let report = call_with(
        speaker(CALLER).await,
        script(
            server.address("mailbox"),
            vec![
                Step::Speech,
                Step::Silence(std::time::Duration::from_millis(1_200)),
                Step::Say { text: LONG.into(), language: "en".into() },
                Step::Wait(std::time::Duration::from_millis(1_500)),
                Step::HangUp,
            ],
        ),
    )
    .await;
    let (id, made) = analysed(&api).await;
    assert_eq!(made["outcome"], "voicemail", "{made:#}\n{}", timeline(&report));
    receiver.delivery("voicemail.received", |delivery| delivery.kind() == "voicemail.received").await;
    let told = told(&api, &id).await;
    assert!(place(&told, "transcript.ready") < place(&told, "voicemail.received"), "{told:?}");
    let transcript = api.get(&format!("/v1/calls/{id}/transcript")).await;
    let (line, [from_ms, to_ms]) = redacted_line(&transcript);

    let voicemail = api.list(&format!("/v1/voicemails?call={id}")).await.swap_remove(0);
    assert_eq!(voicemail["held"], false);
    let kept = read_wav(&api.bytes(&text(&voicemail, "url")).await).swap_remove(0);
    let begin = kept.envelope().iter().position(|level| *level > 400.0).unwrap() as f64 / 100.0;
    let (from, to) = silenced(&kept, begin, kept.seconds());
    let story = format!("silent {from:.3}-{to:.3}, speech from {begin:.3}, {line:#}\n{}", timeline(&report));
    assert!((to - from - (to_ms - from_ms) / 1_000.0 - 2.0 * MARGIN).abs() < 0.005, "{story}");
    // As far from the first word as it was said.
    let wanted = (from_ms - line["from_ms"].as_f64().unwrap()) / 1_000.0 - MARGIN;
    assert!((from - begin - wanted).abs() < 0.15, "{story}");
    let spoken = Sound::new(report.said.clone(), report.rate);
    for from in [begin + 0.1, to + 0.05] {
        let found = spoken.find_exactly(&kept.between(from, from + 0.2), 0..spoken.samples.len() as i64);
        assert!(found.score > 0.95, "{from:.3}: {found:?}, {story}");
    }
}
