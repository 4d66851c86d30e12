//! What is typed and never spoken: it reaches the tool, and nothing and nobody else.

use std::path::Path;

use callwright_tests::api::text;
use callwright_tests::caller::{self, begin, call_with, config, said, script, speaker};
use callwright_tests::signal::{AUDIBLE, Sound, read_wav};
use callwright_tests::{Endpoint, Reply, Settings, wait};
use provider_doubles::ChatAnswer;
use reqwest::Method;
use serde_json::{Value, json};
use synthetic_caller::{CallerConfig, KeyWay, Script, Step};

use super::{ASKS, CALLER, House, Talk, agent, calls, goodbye, house, model, ours, wish};

const PIN: &str = "739164";
const CARD: &str = "4929608537152643";

/// Takes a payment, of callers who have typed their PIN, by the card that they type.
fn charge(bank: &Endpoint) -> (&'static str, String) {
    let yaml = format!(
        "about: Takes a payment by card.\nmethod: POST\nurl: {}/charges\nneeds: pin\n\
         parameters: {{type: object, required: [amount], properties: {{amount: {{type: number}}}}}}\n\
         body: {{amount: \"{{{{ args.amount }}}}\", card: \"{{{{ keys.card }}}}\"}}\n",
        bank.url
    );
    ("charge", yaml)
}

/// A house that verifies the caller, whose PIN it knows, and takes his card. The bank is loud about the card.
async fn bank_house() -> (House, Endpoint) {
    let loud = json!({ "charged": true, "card": CARD, "note": format!("card {CARD} was charged") });
    let bank = Endpoint::start(vec![Reply::Json(200, loud)]).await;
    let part = model()
        .on(ASKS, goodbye("That is all I can do."))
        .after("it is paid")
        .on(ASKS, calls("verify", json!({})))
        .back("verify", "\"verified\":true", calls("charge", json!({ "amount": 5 })))
        .back("verify", "", goodbye("You are not verified."))
        .back("charge", "\"charged\":true", ChatAnswer::text("It is paid. What else can I do?"))
        .back("charge", "", goodbye("It is not paid."))
        .otherwise(goodbye("That is all I can do."));
    let tools = "  verify: {}\n  charge:\n    ask_keys: {name: card, digits: 16, say: Please type your card number.}";
    let yaml = agent(tools).replace("recording: off", "recording: announced");
    let house = house(Settings::default().set("LOG", "debug"), &[charge(&bank)], &yaml, part).await;
    // A first call makes the contact known.
    let steps = vec![Step::Speech, Step::HangUp];
    call_with(config(CALLER), script(house.server.address("desk"), steps)).await;
    let api = house.server.api();
    let contact = text(&api.last_call().await, "contact");
    let set = api.ask(Method::PUT, &format!("/v1/contacts/{contact}/pin"), Some(&json!({ "pin": PIN })), &[]).await;
    assert!(set.status.is_success(), "{set:?}");
    (house, bank)
}

/// In how many windows of 50 ms keys sound.
fn key_tones(sound: &Sound) -> usize {
    const ROWS: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
    const COLUMNS: [f64; 3] = [1_209.0, 1_336.0, 1_477.0];
    let is_key = |window: &&[i16]| {
        let window = Sound::new(window.to_vec(), sound.rate);
        let most = |tones: &[f64]| tones.iter().map(|hz| window.tone_share(*hz)).fold(0.0, f64::max);
        let (row, column) = (most(&ROWS), most(&COLUMNS));
        window.level() > AUDIBLE && row > 0.2 && column > 0.2 && row + column > 0.85
    };
    sound.samples.chunks_exact(sound.rate as usize / 20).filter(is_key).count()
}

/// The files under a folder that hold this text.
fn files_with(folder: &Path, text: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files_with(&path, text, found);
        } else {
            let bytes = std::fs::read(&path).unwrap_or_default();
            if bytes.windows(text.len()).any(|part| part == text.as_bytes()) {
                found.push(path.display().to_string());
            }
        }
    }
}

/// What was typed is in no file, no answer of the API, no word to the model.
async fn assert_nowhere(house: &House, talk: &Talk, typed: &str) {
    let api = house.server.api();
    let events = Value::from(api.list("/v1/events?limit=200").await).to_string();
    assert!(events.contains(&talk.id()), "the events are read");
    let texts = [
        ("transcript", talk.transcript.to_string()),
        ("call", talk.call.to_string()),
        ("events", events),
        ("log", house.server.printed()),
        ("model", house.asked()),
    ];
    for (place, text) in texts {
        assert!(!text.contains(typed), "what was typed is in the {place}: {text}");
    }
    let mut files = Vec::new();
    files_with(&house.server.data(), typed, &mut files);
    assert!(files.is_empty(), "what was typed is in {files:?}");
    // The search finds what is there.
    files_with(&house.server.data(), &talk.id(), &mut files);
    assert!(!files.is_empty(), "the books are searched");
}

/// Types a PIN and a card number by this way, and is heard afterwards.
async fn types(way: KeyWay, pin: &str) {
    let (house, bank) = bank_house().await;
    let mut steps = wish();
    steps.extend([Step::Speech, ours(), caller::press(pin), ours(), caller::press(CARD), ours()]);
    // He is heard again after the typing: he speaks, or presses a key that nobody asked for and that may be recorded.
    if way == KeyWay::Inband {
        steps.push(caller::press("5"));
    } else {
        steps.extend(wish().pop());
    }
    steps.push(caller::wait(80.0));
    let who = CallerConfig { telephone_event: way == KeyWay::Rfc4733, ..speaker(CALLER).await };
    let script = Script { keys: way, ..script(house.server.address("desk"), steps) };
    let talk = house.over(wait::done("the agent ends the call", begin(who, script)).await.unwrap()).await;

    assert_eq!(talk.used(), ["verify", "charge", "hang_up"], "{}", talk.story());
    assert_eq!(talk.uses()[0]["result"], json!({ "verified": true, "typed": "6 digits" }), "{}", talk.story());
    let charged = &talk.uses()[1]["result"];
    let wanted =
        json!({ "charged": true, "card": "[typed]", "note": "card [typed] was charged", "typed": "16 digits" });
    assert_eq!(charged, &wanted, "{}", talk.story());
    let asked = bank.asked();
    assert_eq!(asked.len(), 1, "{}", talk.story());
    assert_eq!(asked[0].body, json!({ "amount": 5, "card": CARD }), "the bank gets it");
    let heard = talk.transcript["lines"].as_array().unwrap().iter().filter(|line| line["speaker"] == "caller").count();
    assert_eq!(heard, 2, "he is heard before and after: {}", talk.story());

    assert_nowhere(&house, &talk, PIN).await;
    assert_nowhere(&house, &talk, CARD).await;
    let channels = read_wav(&house.server.api().recording(&talk.id()).await);
    assert!(channels.iter().all(Sound::is_audible), "both sides are recorded otherwise: {}", talk.story());
    let [callers, agents] = [0, 1].map(|side| key_tones(&channels[side]));
    assert_eq!(agents, 0, "{}", talk.story());
    if way == KeyWay::Inband {
        let sent = key_tones(&said(&talk.report));
        assert!(sent > PIN.len() + CARD.len(), "the tones were in the sound: {sent}\n{}", talk.story());
        assert!((1..=3).contains(&callers), "one key sounds in the recording, not {callers}: {}", talk.story());
    } else {
        assert_eq!(callers, 0, "{}", talk.story());
    }
}

#[tokio::test]
async fn keys_by_rfc_4733_reach_the_tool_and_nothing_else() {
    types(KeyWay::Rfc4733, &format!("{PIN}#")).await;
}

#[tokio::test]
async fn keys_in_the_sound_reach_the_tool_and_nothing_else() {
    types(KeyWay::Inband, &format!("{PIN}#")).await;
}
