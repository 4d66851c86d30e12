//! The adapters against local servers, in both formats.

use std::sync::Arc;
use std::time::Duration;

use call_model::{ChatMessage, ThinkRequest, ToolCall};
use provider_doubles::{AnthropicDouble, ChatAnswer, ChatDouble, Double, Fault, Script, Step};
use serde_json::{Map, json};
use voice_agent::brain::{
    Anthropic, AnthropicSettings, Brain, BrainError, Chain, ChainSettings, Model, OpenAi, OpenAiSettings,
};

use crate::support::{pieces, read, request};

const KEY: &str = "sk-very-secret";

fn open_ai(url: &str) -> OpenAi {
    let key = Some(KEY.into());
    OpenAi::new(OpenAiSettings { key, ..OpenAiSettings::new("gpt", url, "small") }).unwrap()
}

fn anthropic(url: &str) -> Anthropic {
    let key = Some(KEY.into());
    Anthropic::new(AnthropicSettings { key, ..AnthropicSettings::new("claude", url, "small") }).unwrap()
}

/// A double in one of the formats, kept alive, with the model that asks it.
enum Server {
    Chat(ChatDouble),
    Anthropic(AnthropicDouble),
}

impl Server {
    /// One in each format, with the same script.
    async fn both(script: Script<ChatAnswer>) -> [(Self, Arc<dyn Model>); 2] {
        let chat = ChatDouble::start(script.clone()).await.unwrap();
        let messages = AnthropicDouble::start(script).await.unwrap();
        let models: (Arc<dyn Model>, Arc<dyn Model>) =
            (Arc::new(open_ai(&chat.url("/v1"))), Arc::new(anthropic(&messages.url(""))));
        [(Self::Chat(chat), models.0), (Self::Anthropic(messages), models.1)]
    }

    fn double(&self) -> &Double {
        match self {
            Self::Chat(double) => double,
            Self::Anthropic(double) => double,
        }
    }
}

/// A fault, what it is to be told as, and whether something is said before.
type Case = (Fault, fn(&BrainError) -> bool, bool);

fn ask(said: &str) -> Arc<ThinkRequest> {
    Arc::new(request(said))
}

#[tokio::test]
async fn text_tools_and_usage_are_read() {
    let answer = ChatAnswer::text("One moment, I put you through.")
        .calling("transfer", json!({ "to": "anna", "why": "a \"quoted\" wish, länger" }))
        .calling("hang_up", json!({}));
    for (server, model) in Server::both(Script::always(answer)).await {
        let (text, calls, end) = pieces(model.ask(ask("Anna please"))).await;
        assert_eq!(text, "One moment, I put you through.");
        assert_eq!(calls[0].name, "transfer");
        assert_eq!(calls[0].arguments, json!({ "to": "anna", "why": "a \"quoted\" wish, länger" }));
        assert_eq!((calls[1].name.as_str(), &calls[1].arguments), ("hang_up", &json!({})));
        let usage = end.unwrap();
        assert!(usage.input_tokens > 0 && usage.output_tokens > 0);
        drop(server);
    }
}

#[tokio::test]
async fn requests_have_the_documented_form() {
    let call = ToolCall { id: "c1".into(), name: "transfer".into(), arguments: json!({ "to": "anna" }) };
    let mut request = request("Hello?");
    request.messages = vec![
        ChatMessage::Agent { text: "Hello!".into(), calls: vec![] },
        ChatMessage::Caller { text: "Anna please".into() },
        ChatMessage::Agent { text: String::new(), calls: vec![call] },
        ChatMessage::Tool { id: "c1".into(), result: "busy".into() },
        ChatMessage::Caller { text: "Well?".into() },
    ];
    let [(chat, gpt), (messages, claude)] = Server::both(Script::always(ChatAnswer::text("Sorry."))).await;
    for model in [&gpt, &claude] {
        assert!(pieces(model.ask(Arc::new(request.clone()))).await.2.is_ok());
    }

    let sent = &chat.double().requests()[0];
    assert_eq!(sent.header("authorization"), format!("Bearer {KEY}"));
    let body = sent.json();
    assert_eq!(
        body["messages"],
        json!([
            { "role": "system", "content": "You answer the phone." },
            { "role": "user", "content": "[The call begins.]" },
            { "role": "assistant", "content": "Hello!" },
            { "role": "user", "content": "<caller>Anna please</caller>" },
            { "role": "assistant", "content": null, "tool_calls":
                [{ "id": "c1", "type": "function", "function": { "name": "transfer", "arguments": "{\"to\":\"anna\"}" } }] },
            { "role": "tool", "tool_call_id": "c1", "content": "busy" },
            { "role": "user", "content": "<caller>Well?</caller>" },
        ])
    );
    assert_eq!(body["max_tokens"], 200);
    assert_eq!(body["stream_options"]["include_usage"], true);
    assert_eq!(body["tools"][3]["function"]["name"], "hang_up");

    let sent = &messages.double().requests()[0];
    assert_eq!(sent.header("x-api-key"), KEY);
    assert_eq!(sent.header("anthropic-version"), "2023-06-01");
    let body = sent.json();
    assert_eq!(body["system"][0]["text"], "You answer the phone.");
    let roles: Vec<&str> = body["messages"].as_array().unwrap().iter().filter_map(|m| m["role"].as_str()).collect();
    assert_eq!(roles, ["user", "assistant", "user", "assistant", "user"]);
    let results = &body["messages"][4]["content"];
    assert_eq!(results[0], json!({ "type": "tool_result", "tool_use_id": "c1", "content": "busy" }));
    assert_eq!(results[1], json!({ "type": "text", "text": "<caller>Well?</caller>" }));
    assert_eq!(body["tools"][1]["input_schema"]["properties"]["to"]["enum"][1], "anna");
}

#[tokio::test]
async fn fields_can_be_added_and_taken_away() {
    let double = ChatDouble::start(ChatAnswer::text("Yes.")).await.unwrap();
    let mut settings = OpenAiSettings::new("gpt", &double.url("/v1"), "small");
    settings.extra =
        Map::from_iter([("temperature".into(), json!(0.2)), ("stream_options".into(), serde_json::Value::Null)]);
    let model = OpenAi::new(settings).unwrap();
    let (text, _, end) = pieces(model.ask(ask("Hello?"))).await;
    assert_eq!((text.as_str(), end.unwrap().input_tokens), ("Yes.", 0));
    let body = double.requests()[0].json();
    assert_eq!((&body["temperature"], body.get("stream_options")), (&json!(0.2), None));
}

#[tokio::test]
async fn every_failure_has_its_type() {
    const BUSY: BrainError = BrainError::Busy { retry_after: Some(Duration::from_secs(7)) };
    let all: [Case; 8] = [
        (Fault::TooMany { retry_after_s: 7 }, |e| *e == BUSY, false),
        (Fault::Status(500), |e| matches!(e, BrainError::Trouble { status: 500, .. }), false),
        (Fault::Status(529), |e| matches!(e, BrainError::Trouble { status: 529, .. }), false),
        (Fault::Status(401), |e| matches!(e, BrainError::Denied { status: 401 }), false),
        (Fault::Status(400), |e| matches!(e, BrainError::Refused { status: 400, .. }), false),
        (Fault::Cut { after: 4 }, |e| *e == BrainError::Cut, true),
        (Fault::Malformed { after: 4 }, |e| matches!(e, BrainError::Malformed { .. }), true),
        (Fault::Error { after: 4 }, |e| matches!(e, BrainError::Trouble { status: 200, .. }), true),
    ];
    for (fault, expected, some) in all {
        let step = Step::from(ChatAnswer::text("We are open from eight to twelve and from one to six.")).but(fault);
        for (server, model) in Server::both(Script::always(step)).await {
            let (text, calls, end) = pieces(model.ask(ask("When?"))).await;
            let error = end.unwrap_err();
            assert!(expected(&error), "{fault:?} {error:?}");
            assert_eq!(text.is_empty(), !some, "{fault:?}");
            assert!(calls.is_empty());
            drop(server);
        }
    }
}

#[tokio::test]
async fn nobody_at_the_address_and_an_empty_answer_are_failures() {
    let gone = ChatDouble::start(ChatAnswer::text("x")).await.unwrap();
    let url = gone.url("/v1");
    drop(gone);
    assert!(matches!(pieces(open_ai(&url).ask(ask("Hello?"))).await.2, Err(BrainError::Unreachable | BrainError::Cut)));
    for (server, model) in Server::both(Script::always(ChatAnswer::default())).await {
        assert!(matches!(pieces(model.ask(ask("Hello?"))).await.2, Err(BrainError::Empty { .. })));
        drop(server);
    }
}

#[tokio::test]
async fn a_dropped_answer_is_abandoned_at_the_server() {
    let step = Step::from(ChatAnswer::text("We are open from eight.")).but(Fault::Stall { after: 3 });
    for (server, model) in Server::both(Script::always(step)).await {
        let mut answer = model.ask(ask("When?"));
        assert!(answer.recv().await.is_some());
        drop(answer);
        server.double().wait_for_abandoned(1).await;
    }
}

#[tokio::test]
async fn connections_are_kept() {
    for (server, model) in Server::both(Script::always(ChatAnswer::text("Yes."))).await {
        for _ in 0..5 {
            assert!(pieces(model.ask(ask("Open?"))).await.2.is_ok());
        }
        assert!(server.double().connections() < 5);
    }
}

#[tokio::test]
async fn a_stalled_answer_fails_and_a_silent_server_is_passed_by() {
    let stalled = Step::from(ChatAnswer::text("We are open from eight.")).but(Fault::Stall { after: 4 });
    let settings = || ChainSettings {
        between_tokens: Duration::from_millis(150),
        first_token: Duration::from_millis(150),
        ..ChainSettings::default()
    };
    for (server, model) in Server::both(Script::always(stalled)).await {
        let answer = read(Chain::new(vec![model], settings()).unwrap().think(request("When?"))).await;
        assert!(answer.failed.unwrap().contains("stood still"));
        assert!(!answer.text.is_empty());
        drop(server);
    }
    let silent = Step::from(ChatAnswer::text("Yes.")).but(Fault::Stall { after: 0 });
    for (server, model) in Server::both(Script::always(silent)).await {
        let other = ChatDouble::start(ChatAnswer::text("We open at eight.")).await.unwrap();
        let second: Arc<dyn Model> = Arc::new(open_ai(&other.url("")));
        // The second one has all the time that it needs: the limit counts per model.
        let limits = ChainSettings { first_token: Duration::from_millis(400), ..settings() };
        let answer = read(Chain::new(vec![model, second], limits).unwrap().think(request("When?"))).await;
        assert_eq!((answer.text.as_str(), answer.brain.as_str()), ("We open at eight.", "gpt"));
        drop(server);
    }
}

#[tokio::test]
async fn nothing_secret_is_shown() {
    let double = ChatDouble::start(Script::always(Step::failing(Fault::Status(400)))).await.unwrap();
    let key = Some(KEY.into());
    let settings = OpenAiSettings { key, ..OpenAiSettings::new("gpt", &double.url("/v1?token=abc"), "small") };
    let shown = format!("{settings:?}");
    assert!(!shown.contains(KEY) && !shown.contains("abc"), "{shown}");
    let model = OpenAi::new(settings).unwrap();
    let (.., end) = pieces(model.ask(ask("my secret illness"))).await;
    let error = end.unwrap_err();
    let shown = format!("{error} {error:?} {:?}", request("my secret illness"));
    assert!(!shown.contains("illness") && !shown.contains(KEY), "{shown}");
}
