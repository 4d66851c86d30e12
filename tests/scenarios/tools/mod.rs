//! What agents get done in real calls: a model calls the tools, a recogniser hears that something is wanted, and what
//! comes of it is in the books, in the transcript, and in other people's systems.

mod desk;
mod http;
mod mcp;
mod traced;
mod typed;

use callwright_tests::api::text;
use callwright_tests::caller::{self, begin, script, speaker, timeline};
use callwright_tests::{Server, Settings, wait};
use provider_doubles::{Actor, ChatAnswer, ChatDouble, DeepgramDouble, Heard, play};
use serde_json::{Value, json};
use synthetic_caller::{Ending, Report, Step};

const CALLER: &str = "+12025550123";
/// What the recogniser understands, whatever the caller says.
const WISH: &str = "Could you help me with this please?";
/// The words of it that the model goes by.
const ASKS: &[&str] = &["help me with this"];
const BUSINESS: &str = include_str!("../../../demo/business.yaml");

/// The file of an agent with these tools (YAML, each line indented by two).
fn agent(tools: &str) -> String {
    format!(
        "languages: [en]\npersona: You help callers.\ngreeting: Hello.\ndisclosure: \"off\"\n\
         question: How can I help?\nrecording: off\ntools:\n{tools}\n"
    )
}

/// The model behind it, without its lines.
fn model() -> Actor {
    Actor::of(&["You help callers."])
}

/// A call of a tool, without words.
fn calls(tool: &str, arguments: Value) -> ChatAnswer {
    ChatAnswer::default().calling(tool, arguments)
}

/// The last words of a talk.
fn goodbye(words: &str) -> ChatAnswer {
    ChatAnswer::text(format!("{words} Goodbye!")).calling("hang_up", json!({}))
}

/// A business whose agent answers at the number `desk`.
struct House {
    server: Server,
    model: ChatDouble,
    _ears: DeepgramDouble,
}

/// Starts one. `tools`: name and text of the business's own tools by HTTP.
async fn house(settings: Settings, tools: &[(&str, String)], agent: &str, part: Actor) -> House {
    let model = ChatDouble::start(play(vec![part])).await.unwrap();
    let ears = DeepgramDouble::start(Heard::texts([WISH])).await.unwrap();
    // What is made of the call afterwards is the rules' work: the model is asked by the agent alone.
    let config = format!(
        "brain = {{ url = \"{}\", model = \"double\" }}\n[business]\nfolder = \"business\"\n\
         [after_call]\nbrain = \"rules\"\n\
         [transcription]\nengine = \"deepgram\"\nmodel = \"flux-general-en\"\nkey = \"key\"\nurl = \"{}\"\n{}",
        model.url("/v1"),
        ears.ws_url(""),
        settings.config
    );
    let mut server = Server::prepared(Settings { config, ..settings });
    let folder = server.folder().join("business");
    std::fs::create_dir_all(folder.join("tools")).unwrap();
    std::fs::write(folder.join("business.yaml"), BUSINESS).unwrap();
    for (name, yaml) in tools {
        std::fs::write(folder.join("tools").join(format!("{name}.yaml")), yaml).unwrap();
    }
    server.begin().await;
    server.api().agent("desk", agent).await;
    House { server, model, _ears: ears }
}

/// Until we have said all that we say: our sentences are less far from each other.
const fn ours() -> Step {
    caller::silence(1.5)
}

/// A caller who says what he wants when he was greeted.
fn wish() -> Vec<Step> {
    vec![ours(), Step::Say { text: "could you help me with this please".into(), language: "en".into() }]
}

impl House {
    /// Somebody calls, does these steps, and listens until the agent hangs up.
    async fn call(&self, mut steps: Vec<Step>) -> Talk {
        steps.push(caller::wait(80.0));
        let calling = begin(speaker(CALLER).await, script(self.server.address("desk"), steps));
        self.over(wait::done("the agent ends the call", calling).await.unwrap()).await
    }

    /// What is in the books when such a call is over.
    async fn over(&self, report: Report) -> Talk {
        let api = self.server.api();
        let id = text(&api.last_call().await, "id");
        let call = api.call_when(&id, "the transcript is complete", |call| call["transcript"] == "ready").await;
        let transcript = api.get(&format!("/v1/calls/{id}/transcript")).await;
        let talk = Talk { report, call, transcript };
        assert_eq!(talk.report.ending, Ending::ByThem, "{}", talk.story());
        talk
    }

    /// What tools gave back, as the model was told in its last request.
    fn told(&self) -> Vec<String> {
        let request = self.model.requests().pop().expect("the model was asked").json();
        let messages = request["messages"].as_array().cloned().unwrap_or_default();
        let results = messages.iter().filter(|message| message["role"] == "tool");
        results.map(|message| message["content"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Everything that the model was ever asked.
    fn asked(&self) -> String {
        self.model.requests().iter().map(|request| request.json().to_string()).collect()
    }
}

/// A call that is over.
struct Talk {
    report: Report,
    call: Value,
    transcript: Value,
}

impl Talk {
    fn id(&self) -> String {
        text(&self.call, "id")
    }

    /// All of it, for messages.
    fn story(&self) -> String {
        format!("{:#}\n{}", self.transcript, timeline(&self.report))
    }

    /// The uses of tools in the transcript.
    fn uses(&self) -> &[Value] {
        self.transcript["tools"].as_array().expect("uses of tools")
    }

    /// The names of the tools that were used.
    fn used(&self) -> Vec<&str> {
        self.uses().iter().map(|used| used["tool"].as_str().unwrap()).collect()
    }

    /// What we said.
    fn said(&self) -> String {
        said(&self.transcript)
    }
}

fn said(transcript: &Value) -> String {
    let lines = transcript["lines"].as_array().expect("lines");
    let ours = lines.iter().filter(|line| line["speaker"] == "us");
    ours.map(|line| line["text"].as_str().unwrap()).collect::<Vec<_>>().join(" | ")
}
