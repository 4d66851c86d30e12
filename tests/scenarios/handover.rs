//! Callers of an agent are handed over to members, whose phones are baresips: each rule, and each way of it.

use callwright_tests::baresip::Phone;
use callwright_tests::caller::{self, begin, config, heard, script, speaker, timeline};
use callwright_tests::signal::{Sound, read_wav};
use callwright_tests::voice::{spoken, voice};
use callwright_tests::{Api, Baresip, Server, Settings, wait};
use provider_doubles::{ChatAnswer, ChatDouble, DeepgramDouble, EarTiming, Heard, SpokenTurn};
use serde_json::{Value, json};
use synthetic_caller::{Report, Step};
use tokio::task::JoinHandle;

const ANNA_HZ: f64 = 1_050.0;
const BEN_HZ: f64 = 1_350.0;
const CALLER: &str = "+12025550123";
/// What whoever answers a warm transfer hears last.
const KEYS: &str = "Press 1 to take the call, or 2 to decline it.";

/// An agent with these lines in its file. It ends the call soon when nobody speaks.
fn agent(lines: &str) -> String {
    format!(
        "languages: [en]\npersona: You help.\ngreeting: Hello.\ndisclosure: \"off\"\nquestion: How can I help?\n\
         recording: announced\nlimits: {{silence: 4s, prompts: 0}}\n{lines}\n"
    )
}

/// The same with a transfer to anna and these rules, whatever the hour is.
fn with_rules(rules: &str) -> String {
    agent(&format!("tools:\n  transfer:\n    desk: {{to: [anna], ring: 20s}}\nhandover:\n  closed: ring\n  {rules}"))
}

/// A server whose recogniser understands these texts, one after the other, and whose number `desk` is the agent's.
async fn hearing(texts: &[&str], yaml: &str, settings: Settings) -> (Server, DeepgramDouble) {
    let turns = texts.iter().map(|text| SpokenTurn::new(*text)).collect();
    let ears = DeepgramDouble::start(Heard { turns, timing: EarTiming::default() }).await.unwrap();
    let section = "[transcription]\nengine = \"deepgram\"\nmodel = \"flux-general-en\"\nkey = \"key\"";
    let server = Server::with(settings.config(&format!("{section}\nurl = \"{}\"", ears.ws_url("")))).await;
    server.api().agent("desk", yaml).await;
    (server, ears)
}

/// A server whose number `desk` is the agent's.
async fn desk(yaml: &str) -> Server {
    let server = Server::start().await;
    server.api().agent("desk", yaml).await;
    server
}

async fn phone(server: &Server, user: &str, tone_hz: f64) -> Baresip {
    Baresip::start(Phone { tone_hz, ..Phone::new(user, server.sip(), &server.phone_password()) }).await
}

/// A caller who says so many things, each when it is his turn, and then listens.
async fn speaks(server: &Server, times: usize) -> JoinHandle<Report> {
    let mut steps = vec![Step::Turn];
    for _ in 0..times {
        // What is understood is the double's: this is only the sound of it.
        steps.extend([
            Step::Say { text: "could you help me with this please".into(), language: "en".into() },
            Step::Turn,
        ]);
    }
    steps.push(caller::wait(80.0));
    begin(speaker(CALLER).await, script(server.address("desk"), steps))
}

/// A caller who presses a key when he was greeted, and then does this.
fn presses(server: &Server, user: &str, key: &str, then: Vec<Step>) -> JoinHandle<Report> {
    let mut steps = vec![Step::Turn, caller::press(key)];
    steps.extend(then);
    steps.push(caller::wait(80.0));
    begin(config(user), script(server.address("desk"), steps))
}

async fn ended(calling: JoinHandle<Report>) -> Report {
    wait::done("the caller's call ends", calling).await.unwrap()
}

/// The member has the caller now: they talk, and the member hangs up.
async fn talk(phone: &mut Baresip) {
    tokio::time::sleep(caller::seconds(2.0)).await;
    phone.command("hangup", "").await;
}

fn assert_talked(report: &Report, hz: f64) {
    let talked = heard(report).tone_seconds(hz);
    assert!(talked >= 1.0, "the caller heard the member for {talked} s\n{}", timeline(report));
}

/// What the newest call kept of its handing over, when it is over.
async fn story(api: &Api) -> Value {
    let call = api.last_call().await;
    call["remembered"]["handover"].clone()
}

/// The rule of this reason brings the caller to anna, who takes him.
async fn reaches_anna(server: &Server, calling: JoinHandle<Report>, reason: &str) {
    let mut anna = phone(server, "anna", ANNA_HZ).await;
    anna.answer().await;
    talk(&mut anna).await;
    assert_talked(&ended(calling).await, ANNA_HZ);
    let story = story(&server.api()).await;
    assert_eq!(
        (&story["reason"], &story["to"], &story["outcome"]),
        (&json!(reason), &json!("desk"), &json!("completed"))
    );
}

#[tokio::test]
async fn who_asks_for_a_person_gets_one() {
    let (server, _ears) =
        hearing(&["Let me talk to a person please."], &with_rules("asked: desk"), Settings::default()).await;
    reaches_anna(&server, speaks(&server, 1).await, "asked").await;
}

#[tokio::test]
async fn so_does_who_presses_the_key_for_it() {
    let server = desk(&with_rules("asked: {to: desk, key: 0}")).await;
    reaches_anna(&server, presses(&server, CALLER, "0", vec![]), "asked").await;
}

#[tokio::test]
async fn who_gets_no_answer_again_and_again_gets_a_person() {
    let texts = ["What does a giraffe weigh?", "And what about the tides of the moon?"];
    let yaml = format!("{}\nknowledge: knowledge", with_rules("not_understood: {to: desk, after: 2}"));
    let (server, _ears) = hearing(&texts, &yaml, Settings::default()).await;
    reaches_anna(&server, speaks(&server, 2).await, "not_understood").await;
}

#[tokio::test]
async fn who_is_angry_gets_a_person() {
    let (server, _ears) = hearing(&["This is ridiculous."], &with_rules("anger: desk"), Settings::default()).await;
    reaches_anna(&server, speaks(&server, 1).await, "anger").await;
}

#[tokio::test]
async fn a_topic_that_people_see_to_gets_a_person() {
    let rules = "topics: {bill: {to: desk, about: A mistake in a bill., examples: [there is a mistake in my bill]}}";
    let (server, _ears) =
        hearing(&["I found a mistake in my last bill."], &with_rules(rules), Settings::default()).await;
    reaches_anna(&server, speaks(&server, 1).await, "topic").await;
}

#[tokio::test]
async fn brains_that_fail_get_a_person() {
    // The model calls a tool that there is not, again and again, until the answer is given up.
    let calls = ChatAnswer::text("").calling("no_such_tool", json!({}));
    let double = ChatDouble::start(calls).await.unwrap();
    let model = format!("brain = {{ url = \"{}\", model = \"double\" }}", double.url("/v1"));
    let rules = with_rules("failures: {to: desk, after: 1}");
    let (server, _ears) = hearing(&["When are you open?"], &rules, Settings::default().config(&model)).await;
    reaches_anna(&server, speaks(&server, 1).await, "failures").await;
}

#[tokio::test]
async fn an_important_caller_is_put_through_at_once() {
    let server = desk(&with_rules("vip: {to: desk, field: gold}")).await;
    let api = server.api();
    // A first call makes the contact known.
    let report = ended(begin(config(CALLER), script(server.address("desk"), vec![Step::Turn, Step::HangUp]))).await;
    assert!(report.was_answered());
    let contact = api.last_call().await["contact"].as_str().map(str::to_owned).expect("a contact");
    api.patch(&format!("/v1/contacts/{contact}"), &json!({ "fields": { "gold": true } })).await;
    let calling = begin(config(CALLER), script(server.address("desk"), vec![caller::wait(80.0)]));
    reaches_anna(&server, calling, "vip").await;
}

/// An agent with a warm transfer to anna and then ben.
fn warm() -> String {
    agent(
        "brain: builtin\ntools:\n  transfer:\n    desk: {to: [anna, ben], strategy: hunt, warm: true, ring: 20s}\n\
         handover:\n  closed: ring\n  asked: {to: desk, key: 0}",
    )
}

async fn keys_spoken() -> Sound {
    spoken(&voice().await, "en", KEYS).await
}

#[tokio::test]
async fn a_member_hears_who_it_is_and_takes_the_caller_by_key() {
    let server = desk(&warm()).await;
    let mut anna = phone(&server, "anna", ANNA_HZ).await;
    let calling = presses(&server, CALLER, "0", vec![]);
    anna.answer().await;
    // The announcement takes about ten seconds.
    tokio::time::sleep(caller::seconds(12.0)).await;
    anna.press('1').await;
    talk(&mut anna).await;
    let report = ended(calling).await;
    assert_talked(&report, ANNA_HZ);
    let announced = keys_spoken().await;
    assert!(anna.heard().await.contains_speech(&announced), "the member heard which keys there are");
    assert!(!heard(&report).contains_speech(&announced), "and the caller did not\n{}", timeline(&report));
    // Nor had the caller the member's tone before the key.
    let tone = heard(&report).tone_seconds(ANNA_HZ);
    assert!(tone < 5.0, "{tone} s\n{}", timeline(&report));

    let api = server.api();
    let call = api.last_call().await;
    let id = call["id"].as_str().unwrap();
    for channel in read_wav(&api.recording(id).await) {
        assert!(!channel.contains_speech(&announced), "the recording has nothing of it");
    }
    let transcript = api.get(&format!("/v1/calls/{id}/transcript")).await.to_string();
    assert!(!transcript.contains("Press 1 to take"), "{transcript}");
}

#[tokio::test]
async fn a_member_declines_by_key_and_the_next_one_has_the_caller() {
    let server = desk(&warm()).await;
    let (mut anna, mut ben) = (phone(&server, "anna", ANNA_HZ).await, phone(&server, "ben", BEN_HZ).await);
    let calling = presses(&server, CALLER, "0", vec![]);
    anna.answer().await;
    tokio::time::sleep(caller::seconds(2.0)).await;
    anna.press('2').await;
    anna.event("CALL_CLOSED").await;
    ben.answer().await;
    tokio::time::sleep(caller::seconds(2.0)).await;
    ben.press('1').await;
    talk(&mut ben).await;
    let report = ended(calling).await;
    assert_talked(&report, BEN_HZ);
    assert!(heard(&report).tone_seconds(ANNA_HZ) < 0.3, "{}", timeline(&report));
}

#[tokio::test]
async fn in_turn_each_member_has_a_caller() {
    let way = "tools:\n  transfer:\n    desk: {to: [anna, ben], strategy: turn, ring: 20s}\n\
               handover:\n  closed: ring\n  asked: {to: desk, key: 0}";
    let server = desk(&agent(way)).await;
    let (mut anna, mut ben) = (phone(&server, "anna", ANNA_HZ).await, phone(&server, "ben", BEN_HZ).await);
    for (phone, hz) in [(&mut anna, ANNA_HZ), (&mut ben, BEN_HZ)] {
        let calling = presses(&server, CALLER, "0", vec![]);
        phone.answer().await;
        talk(phone).await;
        assert_talked(&ended(calling).await, hz);
    }
}

#[tokio::test]
async fn who_has_the_skill_is_rung_unless_away() {
    let way = "tools:\n  transfer:\n    desk: {to: [anna, ben], skills: [billing], ring: 20s}\n  take_message: {}\n\
               handover:\n  closed: ring\n  asked: {to: desk, key: 0}";
    let server = desk(&agent(way)).await;
    let api = server.api();
    let members = api.list("/v1/members").await;
    let ben = members.iter().find(|member| member["name"] == "ben").expect("ben");
    let path = format!("/v1/members/{}", ben["id"].as_str().unwrap());
    api.patch(&path, &json!({ "skills": ["billing"], "languages": ["de"] })).await;
    let (_anna, mut phone) = (phone(&server, "anna", ANNA_HZ).await, phone(&server, "ben", BEN_HZ).await);
    let calling = presses(&server, CALLER, "0", vec![]);
    phone.answer().await;
    talk(&mut phone).await;
    assert_talked(&ended(calling).await, BEN_HZ);

    api.patch(&path, &json!({ "away": true })).await;
    ended(presses(&server, CALLER, "0", vec![])).await;
    assert_eq!(story(&api).await["outcome"], "unavailable");
}

/// An agent with a queue in front of anna.
fn queue() -> String {
    agent(
        "tools:\n  transfer:\n    desk: {to: [anna], ring: 20s, queue: {name: desk, wait: 2m, waiting: 3}}\n\
         handover:\n  closed: ring\n  asked: {to: desk, key: 0}",
    )
}

async fn waiting(api: &Api, count: u64) {
    wait::until("so many wait", async || {
        let queues = api.list("/v1/queues").await;
        let callers = |queue: &Value| queue["callers"].as_array().map_or(0, Vec::len) as u64;
        let so_many = |queue: &Value| queue["waiting"] == count && callers(queue) == count;
        queues.iter().any(|queue| queue["name"] == "desk" && so_many(queue)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_caller_waits_in_line_until_the_member_is_free() {
    let server = desk(&queue()).await;
    let api = server.api();
    let mut anna = phone(&server, "anna", ANNA_HZ).await;
    let first = presses(&server, CALLER, "0", vec![]);
    anna.answer().await;
    let second = presses(&server, "+12025550124", "0", vec![]);
    waiting(&api, 1).await;
    // Long enough to hear one's place.
    tokio::time::sleep(caller::seconds(6.0)).await;
    anna.command("hangup", "").await;
    anna.answer().await;
    talk(&mut anna).await;
    let report = ended(second).await;
    assert_talked(&report, ANNA_HZ);
    let place = spoken(&voice().await, "en", "You are number 1 in line.").await;
    assert!(heard(&report).contains_speech(&place), "{}", timeline(&report));
    ended(first).await;
    let queues = api.list("/v1/queues").await;
    assert_eq!((&queues[0]["served"], &queues[0]["entered"], &queues[0]["waiting"]), (&json!(2), &json!(2), &json!(0)));
}

#[tokio::test]
async fn a_caller_in_line_may_be_called_back_instead() {
    let server = desk(&queue()).await;
    let api = server.api();
    let mut anna = phone(&server, "anna", ANNA_HZ).await;
    let first = presses(&server, CALLER, "0", vec![]);
    anna.answer().await;
    let second = presses(&server, "+12025550124", "0", vec![caller::wait(8.0), caller::press("1")]);
    let report = ended(second).await;
    let noted = spoken(&voice().await, "en", "Good, we will call you back.").await;
    assert!(heard(&report).contains_speech(&noted), "{}", timeline(&report));
    let call = api.last_call().await;
    assert_eq!(call["remembered"]["handover"]["outcome"], "cancelled");
    assert!(call["remembered"]["callback"].is_object(), "{call:#}");
    anna.command("hangup", "").await;
    ended(first).await;
}

#[tokio::test]
async fn when_nobody_is_there_a_message_is_offered() {
    let yaml = agent(
        "tools:\n  transfer:\n    desk: {to: [anna], ring: 20s}\n  take_message: {mailbox: reception}\n\
         handover:\n  closed: ring\n  asked: {to: desk, key: 0}",
    );
    let server = desk(&yaml).await;
    // Nobody has registered.
    let report = ended(presses(&server, CALLER, "0", vec![])).await;
    let offered = spoken(&voice().await, "en", "Would you like to leave a message?").await;
    assert!(heard(&report).contains_speech(&offered), "{}", timeline(&report));
    assert_eq!(story(&server.api()).await["outcome"], "unavailable");
}

#[tokio::test]
async fn out_of_hours_nobody_is_rung() {
    let folder = tempfile::tempdir().unwrap();
    // Open for a minute in the week, in the night.
    std::fs::write(
        folder.path().join("business.yaml"),
        "name: Night\ntime_zone: Europe/Berlin\nhours:\n  monday: 03:00-03:01\n",
    )
    .unwrap();
    let business = format!("[business]\nfolder = \"{}\"", folder.path().display());
    let server = Server::with(Settings::default().config(&business)).await;
    let yaml = agent(
        "tools:\n  transfer:\n    desk: {to: [anna], ring: 20s}\n  take_message: {mailbox: reception}\n\
         handover:\n  asked: {to: desk, key: 0}",
    );
    server.api().agent("desk", &yaml).await;
    let _anna = phone(&server, "anna", ANNA_HZ).await;
    let report = ended(presses(&server, CALLER, "0", vec![])).await;
    let closed = "I am sorry, we are closed at the moment, and nobody can take your call.";
    assert!(heard(&report).contains_speech(&spoken(&voice().await, "en", closed).await), "{}", timeline(&report));
    let call = server.api().last_call().await;
    assert_eq!(call["remembered"]["handover"]["outcome"], "closed");
    assert_eq!(call["legs"].as_array().unwrap().len(), 1, "nobody was rung: {call:#}");
}

#[tokio::test]
async fn one_agent_hands_over_to_another_with_what_it_knows() {
    let arguments = json!({ "agent": "billing", "summary": "The bill of October is wrong." });
    let hands = ChatAnswer::text("I will hand you to my colleague.").calling("hand_to_agent", arguments);
    let double = ChatDouble::start(hands).await.unwrap();
    let model = format!("brain = {{ url = \"{}\", model = \"double\" }}", double.url("/v1"));
    let yaml = agent("tools:\n  hand_to_agent:\n    billing: {when: It is about a bill.}");
    let (server, _ears) = hearing(&["My bill is wrong."], &yaml, Settings::default().config(&model)).await;
    server.api().agent("billing", &agent("")).await;
    let report = ended(speaks(&server, 1).await).await;
    let voice = voice().await;
    let taken = spoken(&voice, "en", "I have been told what it is about.").await;
    assert!(heard(&report).contains_speech(&taken), "{}", timeline(&report));
    let api = server.api();
    let id = api.newest_call().await;
    let transcript = api.get(&format!("/v1/calls/{id}/transcript")).await.to_string();
    assert_eq!(transcript.matches("This call is recorded.").count(), 1, "{transcript}");
}
