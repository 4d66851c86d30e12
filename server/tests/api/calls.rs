//! Placing, listing and ending calls; contacts and voicemails.

use call_model::{CallId, HangupCause, HangupParty, LegId, RecordingSwitch};
use callwright::api::{PlaceCallError, Speech};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::{
    AnswerCall, EndCall, LegQuality, LegRecord, LegRole, NewRecording, NewVoicemail, RecordingEnd, RecordingState,
    fresh_id,
};

use crate::support::{CALLER, NOW, Surface, inbound, read};

#[tokio::test]
async fn a_call_is_placed_with_a_flow_and_variables() {
    let surface = Surface::start().await;
    let body = json!({
        "to": "030 901820", "flow": "reception", "variables": {"code": "1234"}, "language": "de", "from": "+4930111222",
        "trunk": "carrier", "ring_timeout_s": 20, "webhook": "https://example.org/one"
    });
    let answer = surface.send("POST", "/v1/calls", &body).await;
    let location = answer.header("location").to_owned();
    let placed = answer.ok(201);
    assert_eq!(location, format!("/v1/calls/{}", placed["id"].as_str().unwrap()));
    assert_eq!(
        (&placed["to"], &placed["state"], &placed["direction"]),
        (&json!(CALLER), &json!("ringing"), &json!("outbound"))
    );
    assert!(placed["webhook"]["secret"].as_str().unwrap().starts_with("whsec_"));
    let call = surface.calls.placed.lock().unwrap()[0].clone();
    assert_eq!(call.speech, Speech::Flow("reception".to_owned()));
    assert_eq!((call.variables["code"].as_str(), call.trunk.as_deref()), (Some("1234"), Some("carrier")));
    assert_eq!(call.ring_timeout.map(|t| t.as_secs()), Some(20));
    assert_eq!(surface.get(&location).await.ok(200)["variables"], json!({"code": "1234"}));

    let again = surface.send("POST", "/v1/calls", &body).await.ok(201);
    assert_eq!(again["webhook"]["id"], placed["webhook"]["id"]);
    assert_eq!(again["webhook"]["secret"], Value::Null, "the secret is shown once");
}

#[tokio::test]
async fn what_cannot_be_placed_says_why() {
    let surface = Surface::start().await;
    for (body, hint) in [
        (json!({"to": "+4930901820"}), "one of"),
        (json!({"to": "+4930901820", "flow": "reception", "say": "x"}), "one of"),
        (json!({"to": "+4930901820", "agent": "assistant", "say": "x"}), "one of"),
        (json!({"to": "+4930901820", "agent": "none"}), "/v1/agents"),
        (json!({"to": " ", "say": "x"}), "`to`"),
        (json!({"to": "+4930901820", "say": "  "}), "`say`"),
        (json!({"to": "+4930901820", "flow": "none"}), "/v1/flows"),
        (json!({"to": "+4930901820", "say": "x", "ring_timeout_s": 1}), "5 to 300"),
        (json!({"to": "+4930901820", "say": "x", "webhook": "ftp://example.org"}), "https"),
        (json!({"to": "+4930901820", "say": "x", "webhook": "https://me:secret@example.org"}), "user name"),
    ] {
        let detail = surface.send("POST", "/v1/calls", &body).await.problem(422);
        assert!(detail.contains(hint), "{body}: {detail}");
    }
    assert!(surface.calls.placed.lock().unwrap().is_empty());
    let body = json!({"to": "+4930901820", "say": "x"});
    for (error, status) in [
        (PlaceCallError::Overloaded { reason: "full".to_owned(), retry_after_s: 10 }, 503),
        (PlaceCallError::Invalid("no trunk".to_owned()), 422),
        (PlaceCallError::Forbidden("not to this country".to_owned()), 403),
        (PlaceCallError::Failed("no ports".to_owned()), 500),
    ] {
        *surface.calls.refuse.lock().unwrap() = Some(error);
        let answer = surface.send("POST", "/v1/calls", &body).await;
        answer.problem(status);
        assert_eq!(answer.header("retry-after"), if status == 503 { "10" } else { "" });
    }
}

#[tokio::test]
async fn an_idempotency_key_places_one_call() {
    let surface = Surface::start().await;
    let post = |key: &str, say: &str| {
        let body = json!({"to": CALLER, "say": say});
        read(surface.request("POST", "/v1/calls").header("idempotency-key", key).json(&body))
    };
    *surface.calls.refuse.lock().unwrap() = Some(PlaceCallError::Failed("first".to_owned()));
    post("k1", "one").await.problem(500);
    *surface.calls.refuse.lock().unwrap() = None;
    let first = post("k1", "one").await.ok(201);
    let same = post("k1", "one").await.ok(200);
    assert_eq!(first["id"], same["id"]);
    assert!(post("k1", "two").await.problem(422).contains("Idempotency-Key"));
    assert_ne!(post("k2", "one").await.ok(201)["id"], first["id"]);
    assert_eq!(surface.calls.placed.lock().unwrap().len(), 2);
    post(&"k".repeat(256), "one").await.problem(400);

    // A key whose call was never placed: held while it may still be, free again later.
    let body = json!({"to": CALLER, "say": "one"}).to_string();
    let request: [u8; 32] = Sha256::digest(&body).into();
    let now = jiff::Timestamp::now().as_millisecond();
    for (key, call, status) in [("k3", CallId::from_parts(NOW as u64, 7), 201), ("k4", fresh_id::<CallId>(now), 409)] {
        surface.store.reserve_key("test", key, request, call, now).await.unwrap();
        let request = surface.request("POST", "/v1/calls").header("idempotency-key", key).body(body.clone());
        assert_eq!(read(request).await.status, status);
    }
}

#[tokio::test]
async fn calls_are_listed_page_by_page_with_filters() {
    let surface = Surface::start().await;
    let mut ids = Vec::new();
    for turn in 0..5 {
        ids.push(surface.ended_call(NOW + turn * 60_000).await.to_string());
    }
    ids.reverse();
    let (mut seen, mut path) = (Vec::new(), "/v1/calls?limit=2".to_owned());
    loop {
        let page = surface.get(&path).await.ok(200);
        seen.extend(page["data"].as_array().unwrap().iter().map(|call| call["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/calls?limit=2&cursor={next}");
    }
    assert_eq!(seen, ids);
    let from = "2025-06-15T15:07:40Z";
    let page = surface.get(&format!("/v1/calls?state=ended&direction=inbound&number=reception&from={from}")).await;
    assert_eq!(page.ok(200)["data"].as_array().unwrap().len(), 4);
    assert_eq!(surface.get("/v1/calls?state=active").await.ok(200), json!({"data": [], "next": null}));
}

#[tokio::test]
async fn one_call_shows_its_legs_recording_and_events() {
    let surface = Surface::start().await;
    let call = inbound(NOW);
    let id = call.id;
    surface.store.begin_call(call).await.unwrap();
    surface.store.answer_call(AnswerCall { id, at_ms: NOW + 500 }).await.unwrap();
    let recording = NewRecording { id: fresh_id(NOW), call: id, path: "2025/06/15/a.wav".to_owned(), started_ms: NOW };
    surface.store.begin_recording(recording.clone()).await.unwrap();
    let quality = LegQuality { codec: "G722".to_owned(), received: 500, lost: 2, mos: Some(4.2), ..Default::default() };
    let leg = LegRecord {
        id: fresh_id::<LegId>(NOW),
        role: LegRole::Caller,
        peer: Some(CALLER.to_owned()),
        sip_call_id: "a@b".to_owned(),
        started_ms: NOW,
        answered_ms: Some(NOW + 500),
        ended_ms: Some(NOW + 10_500),
        status: Some(200),
        quality: Some(quality),
        user_agent: Some("baresip".to_owned()),
    };
    let (cause, by) = (HangupCause::Normal, HangupParty::Us);
    surface
        .store
        .end_call(EndCall { id, at_ms: NOW + 10_500, cause, by, legs: vec![leg], language: None })
        .await
        .unwrap();
    let end =
        RecordingEnd { id: recording.id, state: RecordingState::Ready, bytes: 9, duration_ms: 10_000, at_ms: NOW };
    surface.store.end_recording(end).await.unwrap();

    let call = surface.get(&format!("/v1/calls/{id}")).await.ok(200);
    assert_eq!(
        (&call["duration_ms"], &call["cause"], &call["hung_up_by"]),
        (&json!(10_000), &json!("normal"), &json!("us"))
    );
    assert_eq!(call["started_at"], "2025-06-15T15:06:40Z");
    assert_eq!(
        (&call["legs"][0]["quality"]["codec"], &call["legs"][0]["quality"]["lost"]),
        (&json!("G722"), &json!(2))
    );
    assert_eq!(call["recording"]["url"], format!("/v1/calls/{id}/recording"));
    assert_eq!(call["recording_id"], recording.id.to_string());

    let events = surface.get(&format!("/v1/calls/{id}/events")).await.ok(200);
    let kinds: Vec<_> = events["data"].as_array().unwrap().iter().map(|event| event["type"].clone()).collect();
    assert_eq!(kinds, ["recording.ready", "call.ended", "call.answered", "call.ringing"]);
    let event = &events["data"][1];
    assert_eq!(event["data"]["call"]["ended_at"], call["ended_at"]);
    assert_eq!(&surface.get(&format!("/v1/events/{}", event["id"].as_str().unwrap())).await.ok(200), event);
    let filtered = surface.get("/v1/events?type=call.ended&limit=1").await.ok(200);
    assert_eq!(&filtered["data"][0], event);
}

#[tokio::test]
async fn a_running_call_is_ended_and_its_recording_switched() {
    let surface = Surface::start().await;
    let call = inbound(NOW);
    let id = call.id;
    surface.store.begin_call(call).await.unwrap();
    let path = format!("/v1/calls/{id}/recording");
    surface.send("POST", &path, &json!({"action": "pause"})).await.ok(204);
    surface.send("POST", &path, &json!({"action": "resume"})).await.ok(204);
    assert_eq!(*surface.calls.switched.lock().unwrap(), [RecordingSwitch::Pause, RecordingSwitch::Resume]);
    assert!(surface.send("POST", &path, &json!({"action": "stop"})).await.problem(422).contains("pause"));
    *surface.calls.not_now.lock().unwrap() = Some("the call is not recorded".to_owned());
    assert_eq!(surface.send("POST", &path, &json!({"action": "pause"})).await.problem(409), "the call is not recorded");

    surface.delete(&format!("/v1/calls/{id}")).await.ok(204);
    assert_eq!(*surface.calls.hung_up.lock().unwrap(), [id]);
    let ended = surface.ended_call(NOW).await;
    surface.delete(&format!("/v1/calls/{ended}")).await.ok(204);
    assert_eq!(surface.calls.hung_up.lock().unwrap().len(), 1, "what is over is left as it is");
    surface.send("POST", &format!("/v1/calls/{ended}/recording"), &json!({"action": "pause"})).await.problem(409);
}

#[tokio::test]
async fn a_contact_shows_its_timeline_and_is_changed() {
    let surface = Surface::start().await;
    let call = surface.ended_call(NOW).await;
    let voicemail = NewVoicemail {
        id: fresh_id(NOW + 500),
        mailbox: "reception".to_owned(),
        call,
        path: "2025/06/15/v.wav".to_owned(),
        bytes: 100,
        duration_ms: 2_000,
        offset_ms: None,
        created_ms: NOW + 500,
    };
    let voicemail = surface.store.add_voicemail(voicemail).await.unwrap().id;
    surface.ended_call(NOW + 60_000).await;

    let found = surface.get("/v1/contacts?number=030%20901820").await.ok(200);
    let id = found["data"][0]["id"].as_str().unwrap().to_owned();
    let contact = surface.get(&format!("/v1/contacts/{id}")).await.ok(200);
    let kinds: Vec<_> = contact["timeline"]["data"].as_array().unwrap().iter().map(|h| h["type"].clone()).collect();
    assert_eq!(kinds, ["call", "voicemail", "call"]);
    assert_eq!(contact["timeline"]["data"][1]["voicemail"]["id"], voicemail.to_string());
    let page = surface.get(&format!("/v1/contacts/{id}/timeline?limit=1")).await.ok(200);
    let rest = surface.get(&format!("/v1/contacts/{id}/timeline?cursor={}", page["next"].as_str().unwrap())).await;
    assert_eq!(rest.ok(200)["data"].as_array().unwrap().len(), 2);

    let change = json!({"name": "Ada", "language": "de", "fields": {"plan": "gold"}, "notes": "Early."});
    let changed = surface.send("PATCH", &format!("/v1/contacts/{id}"), &change).await.ok(200);
    assert_eq!((&changed["name"], &changed["fields"]["plan"]), (&json!("Ada"), &json!("gold")));
    let changed = surface.send("PATCH", &format!("/v1/contacts/{id}"), &json!({"name": null})).await.ok(200);
    assert_eq!((&changed["name"], &changed["language"]), (&Value::Null, &json!("de")));
    surface.send("PATCH", &format!("/v1/contacts/{id}"), &json!({"nam": "x"})).await.problem(422);
    assert_eq!(surface.get("/v1/contacts?search=901820").await.ok(200)["data"].as_array().unwrap().len(), 1);

    let path = format!("/v1/voicemails/{voicemail}");
    assert_eq!(
        surface.get("/v1/voicemails?heard=false&mailbox=reception").await.ok(200)["data"][0]["id"],
        voicemail.to_string()
    );
    assert!(surface.send("PATCH", &path, &json!({"heard": true})).await.ok(200)["heard_at"].is_string());
    assert_eq!(surface.send("PATCH", &path, &json!({"heard": false})).await.ok(200)["heard_at"], Value::Null);
    surface.delete(&path).await.ok(204);
    surface.delete(&path).await.problem(404);
}
