//! Watching calls by WebSocket.

use std::time::Duration;

use call_model::{CallId, HangupCause, HangupParty, Speaker, TurnReport};
use calls::live::{LiveKind, LiveState};
use callwright::api::ApiConfig;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use store::{CampaignState, CampaignStep, NewCampaign, NewCampaignContact};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::support::{KEY, NOW, Surface, line};

struct Watch(WebSocketStream<TcpStream>);

impl Watch {
    async fn open(surface: &Surface, path: &str, header: (&'static str, String)) -> Result<(Self, Response), u16> {
        let host = surface.base.strip_prefix("http://").unwrap();
        let mut request = format!("ws://{host}{path}").into_client_request().unwrap();
        request.headers_mut().insert(header.0, header.1.parse().unwrap());
        let stream = TcpStream::connect(host).await.unwrap();
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, response)) => Ok((Self(socket), response)),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    async fn with_key(surface: &Surface, path: &str) -> Self {
        Self::open(surface, path, ("authorization", format!("Bearer {KEY}"))).await.map(|(watch, _)| watch).unwrap()
    }

    /// The next message that says something.
    async fn next(&mut self) -> Value {
        loop {
            match self.0.next().await.unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(frame) => return json!({ "closed": frame.map(|frame| frame.code == CloseCode::Normal) }),
                _ => {}
            }
        }
    }
}

fn tell(surface: &Surface, call: CallId, kind: LiveKind) {
    surface.calls.hub().tell(call, || kind);
}

#[tokio::test]
async fn a_watcher_gets_what_was_said_and_then_what_is_said_until_the_call_is_filed() {
    let surface = Surface::start().await;
    let (call, other) = (surface.open_call().await, surface.open_call().await);
    let hello = line(call, Speaker::Us, 100, "Hello");
    surface.store.append_line(hello.clone()).await.unwrap();
    let mut watch = Watch::with_key(&surface, &format!("/v1/calls/{call}/live")).await;
    let first = watch.next().await;
    assert_eq!((&first["type"], &first["line"]["text"]), (&json!("line"), &json!("Hello")));
    assert_eq!(first["call"], call.to_string());

    tell(&surface, call, LiveKind::Line(hello));
    tell(&surface, other, LiveKind::Partial { speaker: Speaker::Caller, text: "not for us".to_owned() });
    tell(&surface, call, LiveKind::Partial { speaker: Speaker::Caller, text: "I want".to_owned() });
    let wanted = json!({"type": "partial", "call": call.to_string(), "speaker": "caller", "text": "I want"});
    assert_eq!(watch.next().await, wanted, "neither what was told already nor what is another call's");
    tell(&surface, call, LiveKind::TurnReport(TurnReport { total: Some(700), ..Default::default() }));
    assert_eq!(watch.next().await["turn"]["total"], 700);
    let ended = LiveState::Ended { by: HangupParty::Caller, cause: HangupCause::Normal };
    tell(&surface, call, LiveKind::State(ended));
    tell(&surface, call, LiveKind::State(LiveState::Filed));
    let wanted =
        json!({"type": "state", "call": call.to_string(), "state": "ended", "by": "caller", "cause": "normal"});
    assert_eq!(watch.next().await, wanted);
    assert_eq!(watch.next().await, json!({"type": "state", "call": call.to_string(), "state": "filed"}));
    assert_eq!(watch.next().await, json!({"closed": true}));
}

#[tokio::test]
async fn who_watches_with_a_key_watches_until_it_is_revoked() {
    let surface = Surface::start().await;
    let key = surface.send("POST", "/v1/keys", &json!({"name": "desk", "scopes": ["live:read"]})).await.ok(201);
    let header = ("authorization", format!("Bearer {}", key["key"].as_str().unwrap()));
    let (mut watch, _) = Watch::open(&surface, "/v1/live", header).await.unwrap();
    let mut other = Watch::with_key(&surface, "/v1/live").await;
    surface.delete("/v1/keys/desk").await.ok(204);
    assert_eq!(watch.next().await, json!({"closed": false}));
    let call = surface.open_call().await;
    tell(&surface, call, LiveKind::State(LiveState::Answered));
    assert_eq!(other.next().await["state"], "answered", "others go on");
}

#[tokio::test]
async fn a_browser_offers_its_key_among_the_protocols() {
    let surface = Surface::start().await;
    let call = surface.open_call().await;
    let offer = |key: &str| ("sec-websocket-protocol", format!("callwright, bearer.{key}"));
    let (mut watch, response) = Watch::open(&surface, "/v1/live", offer(KEY)).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "callwright", "the key is not sent back");
    tell(&surface, call, LiveKind::State(LiveState::Answered));
    assert_eq!(watch.next().await["state"], "answered");
    assert_eq!(Watch::open(&surface, "/v1/live", offer("cw_wrong")).await.err(), Some(401));
    assert_eq!(Watch::open(&surface, "/v1/live", ("x-none", "1".to_owned())).await.err(), Some(401));
    // Only for WebSockets: elsewhere a key belongs into `Authorization`.
    let plain = surface.http.get(format!("{}/v1/calls", surface.base)).header("sec-websocket-protocol", offer(KEY).1);
    assert_eq!(plain.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn what_cannot_be_watched_says_why() {
    let surface = Surface::start_with(ApiConfig { max_watchers: 1, ..ApiConfig::default() }).await;
    let over = surface.ended_call(0).await;
    let bearer = || ("authorization", format!("Bearer {KEY}"));
    assert_eq!(Watch::open(&surface, &format!("/v1/calls/{over}/live"), bearer()).await.err(), Some(409));
    let unknown = "/v1/calls/call_00000000000000000000000000/live";
    assert_eq!(Watch::open(&surface, unknown, bearer()).await.err(), Some(404));
    assert!(surface.get("/v1/live").await.problem(426).contains("WebSocket"));

    let mut one = Watch::with_key(&surface, "/v1/live").await;
    assert_eq!(Watch::open(&surface, "/v1/live", bearer()).await.err(), Some(503), "one too many");
    one.0.send(Message::Close(None)).await.unwrap();
    let again = surface.until(async || Watch::open(&surface, "/v1/live", bearer()).await.ok()).await;
    drop(again);
}

#[tokio::test]
async fn a_watcher_that_is_too_slow_is_told_what_it_missed_and_holds_nothing_up() {
    let surface = Surface::start().await;
    let call = surface.open_call().await;
    let mut slow = Watch::with_key(&surface, "/v1/live").await;
    // Sent without a pause: the watcher's task does not run in between, and its queue holds eight.
    for turn in 0..20 {
        tell(&surface, call, LiveKind::Partial { speaker: Speaker::Caller, text: turn.to_string() });
    }
    let mut missed = 0;
    let mut seen = Vec::new();
    while seen.last().is_none_or(|last| last != "19") {
        let message = tokio::time::timeout(Duration::from_secs(20), slow.next()).await.unwrap();
        match message["type"].as_str() {
            Some("missed") => missed += message["events"].as_u64().unwrap(),
            _ => seen.push(message["text"].as_str().unwrap().to_owned()),
        }
    }
    assert_eq!((missed, seen.len()), (12, 8));
}

#[tokio::test]
async fn a_watcher_of_all_sees_campaigns_as_they_stand_and_as_they_change() {
    let surface = Surface::start().await;
    let store = &surface.store;
    let add = async |name: &str| {
        let yaml = format!("name: {name}\npurpose: reminder\nflow: reception\n");
        let campaign = store.add_campaign(NewCampaign { name: name.into(), yaml }, NOW).await.unwrap();
        let contact = NewCampaignContact { number: "+4930901820".into(), ..NewCampaignContact::default() };
        store.add_campaign_contacts(campaign.id, vec![contact], NOW).await.unwrap();
        campaign.id
    };
    let step = async |id, to| {
        let from = &[CampaignState::Draft, CampaignState::Running];
        store.step_campaign(CampaignStep { id, from, to, reason: None, now_ms: NOW }).await.unwrap().unwrap();
    };
    let (first, second) = (add("first").await, add("second").await);
    step(first, CampaignState::Running).await;
    let mut watch = Watch::with_key(&surface, "/v1/live").await;
    let now = watch.next().await;
    assert_eq!((&now["type"], &now["name"], &now["state"]), (&json!("campaign"), &json!("first"), &json!("running")));
    assert_eq!((&now["id"], &now["contacts"], &now["waiting"]), (&json!(first.to_string()), &json!(1), &json!(1)));
    // What begins is told of, and what ends once more.
    let until = async |watch: &mut Watch, name: &str, state: &str| {
        loop {
            let told = watch.next().await;
            if told["name"] == name && told["state"] == state {
                return;
            }
        }
    };
    step(second, CampaignState::Running).await;
    until(&mut watch, "second", "running").await;
    step(first, CampaignState::Stopped).await;
    until(&mut watch, "first", "stopped").await;
}
