//! What people make of calls, the list of calls, waveforms and reports over HTTP.

use call_model::{CallId, Speaker};
use serde_json::{Map, Value, json};
use store::{AnswerCall, EndCall, NewInsights, NewRecording, RecordingEnd, RecordingState, fresh_id};

use crate::support::{CALLER, NOW, Surface, inbound, line, read};

impl Surface {
    /// A call that was talked in for a minute, with two lines and what was made of it.
    async fn analysed_call(&self) -> CallId {
        let call = inbound(NOW);
        let id = call.id;
        self.store.begin_call(call).await.unwrap();
        self.store.answer_call(AnswerCall { id, at_ms: NOW + 2_000 }).await.unwrap();
        self.store.append_line(line(id, Speaker::Us, 100, "What can I do for you")).await.unwrap();
        self.store.append_line(line(id, Speaker::Caller, 2_000, "I need a crown")).await.unwrap();
        let (cause, by) = (call_model::HangupCause::Normal, call_model::HangupParty::Caller);
        let end = EndCall { id, at_ms: NOW + 62_000, cause, by, legs: Vec::new(), language: None };
        self.store.end_call(end).await.unwrap();
        self.store.transcript_ready(id, NOW).await.unwrap();
        let made = NewInsights {
            call: id,
            outcome: "message_taken".to_owned(),
            sentiment: Some(-0.4),
            score: None,
            summary: "About a crown.".to_owned(),
            topics: vec!["teeth".to_owned()],
            data: Map::new(),
            made_by: "rules".to_owned(),
            tokens: 0,
            contact: Map::new(),
        };
        self.store.file_insights(made, NOW).await.unwrap();
        id
    }
}

#[tokio::test]
async fn a_list_shows_what_is_known_of_each_call_and_narrows_by_it() {
    let surface = Surface::start().await;
    let id = surface.analysed_call().await;
    surface.ended_call(NOW + 1).await;
    surface.send("PUT", &format!("/v1/calls/{id}/tags"), &json!({"tags": ["vip", "  two   words "]})).await.ok(200);
    let contact = surface.store.contact_by_address(&surface.store.address(CALLER)).await.unwrap().unwrap().id;
    for query in [
        "words=crown",
        "words=CAN%20what",
        "tag=vip",
        "topic=teeth&sentiment=negative",
        "outcome=message_taken&min_s=60",
        "min_s=60",
        "tag=two%20words&number=reception&direction=inbound",
    ] {
        let list = surface.get(&format!("/v1/calls?{query}")).await.ok(200);
        let found = list["data"].as_array().unwrap();
        assert_eq!(found.len(), 1, "{query}: {list}");
        let call = &found[0];
        assert_eq!(call["id"], id.to_string());
        assert_eq!(call["tags"], json!(["two words", "vip"]));
        assert_eq!((&call["summary"], &call["outcome"]), (&json!("About a crown."), &json!("message_taken")));
        assert_eq!((&call["sentiment"], &call["duration_ms"]), (&json!("negative"), &json!(60_000)));
        assert_eq!(call["contact"], json!({"id": contact.to_string(), "name": null}));
        assert_eq!((&call["has_recording"], &call["has_transcript"]), (&json!(false), &json!(true)));
    }
    for query in ["words=bicycle", "tag=other", "min_s=61", "member=anna", "agent=maria", "campaign=none", "words=%2D"]
    {
        let list = surface.get(&format!("/v1/calls?{query}")).await.ok(200);
        assert_eq!(list["data"], json!([]), "{query}");
    }
    assert_eq!(surface.get("/v1/calls?words=").await.ok(200)["data"].as_array().unwrap().len(), 2);
    surface.get(&format!("/v1/calls?words={}", "x".repeat(513))).await.problem(400);
}

#[tokio::test]
async fn tags_are_put_counted_and_checked() {
    let surface = Surface::start().await;
    let id = surface.ended_call(NOW).await;
    let path = format!("/v1/calls/{id}/tags");
    let put = surface.send("PUT", &path, &json!({"tags": ["b", "a", "b"]})).await.ok(200);
    assert_eq!(put, json!({"tags": ["a", "b"]}));
    assert_eq!(surface.get(&path).await.ok(200), put);
    let all = surface.get("/v1/tags").await.ok(200);
    assert_eq!(all["data"], json!([{"name": "a", "calls": 1}, {"name": "b", "calls": 1}]));
    for wrong in [json!(["  "]), json!(["x".repeat(65)]), json!((0..33).map(|n| n.to_string()).collect::<Vec<_>>())] {
        surface.send("PUT", &path, &json!({"tags": wrong})).await.problem(422);
    }
    surface.send("PUT", "/v1/calls/call_00000000000000000000000000/tags", &json!({"tags": []})).await.problem(404);
}

#[tokio::test]
async fn notes_stand_at_moments_of_a_call() {
    let surface = Surface::start().await;
    let id = surface.ended_call(NOW).await;
    let path = format!("/v1/calls/{id}/notes");
    let made = surface.send("POST", &path, &json!({"text": " Listen here ", "at_ms": 1_500})).await;
    let place = made.header("location").to_owned();
    let note = made.ok(201);
    assert_eq!(
        (&note["text"], &note["at_ms"], &note["author"]),
        (&json!("Listen here"), &json!(1_500), &json!("test"))
    );
    let changed = surface.send("PATCH", &place, &json!({"text": "Listen there"})).await.ok(200);
    assert_eq!((&changed["text"], &changed["at_ms"]), (&json!("Listen there"), &json!(1_500)));
    assert_eq!(surface.send("PATCH", &place, &json!({"at_ms": null})).await.ok(200)["at_ms"], Value::Null);
    assert_eq!(surface.get(&path).await.ok(200)["data"].as_array().unwrap().len(), 1);
    for wrong in [json!({"text": ""}), json!({"text": "x".repeat(4_001)}), json!({"text": "x", "at_ms": 86_400_001})] {
        surface.send("POST", &path, &wrong).await.problem(422);
    }
    surface.delete(&place).await.ok(204);
    surface.delete(&place).await.problem(404);
    surface.send("PATCH", &format!("{path}/x"), &json!({"text": "x"})).await.problem(404);
    surface.send("POST", "/v1/calls/call_00000000000000000000000000/notes", &json!({"text": "x"})).await.problem(404);
}

#[tokio::test]
async fn a_corrected_line_is_shown_beside_what_was_heard_and_exported_if_asked_for() {
    let surface = Surface::start().await;
    let id = surface.analysed_call().await;
    let path = format!("/v1/calls/{id}/corrections");
    let put = surface.send("PUT", &format!("{path}/2"), &json!({"text": "I need a clown"})).await.ok(200);
    assert_eq!((&put["seq"], &put["text"], &put["by"]), (&json!(2), &json!("I need a clown"), &json!("test")));
    let transcript = surface.get(&format!("/v1/calls/{id}/transcript")).await.ok(200);
    assert_eq!(transcript["lines"][0].get("corrected"), None);
    assert_eq!(transcript["lines"][1]["text"], "I need a crown");
    assert_eq!(transcript["lines"][1]["corrected"]["text"], "I need a clown");
    assert_eq!(transcript["lines"][1]["corrected"]["by"], "test");
    for format in ["vtt", "text"] {
        let export = async |more: &str| {
            let answer = surface.get(&format!("/v1/calls/{id}/transcript?format={format}{more}")).await;
            answer.ok(200).as_str().unwrap().to_owned()
        };
        assert!(export("").await.contains("a crown") && export("&corrected=false").await.contains("a crown"));
        let corrected = export("&corrected=true").await;
        assert!(corrected.contains("a clown") && !corrected.contains("a crown"), "{corrected}");
    }
    let found = surface.get("/v1/transcripts/search?q=clown").await.ok(200);
    assert_eq!(found["data"][0]["call"], id.to_string());
    assert_eq!(surface.get(&path).await.ok(200)["data"].as_array().unwrap().len(), 1);
    surface.send("PUT", &format!("{path}/9"), &json!({"text": "x"})).await.problem(404);
    surface.send("PUT", &format!("{path}/2"), &json!({"text": " "})).await.problem(422);
    surface.delete(&format!("{path}/2")).await.ok(204);
    surface.delete(&format!("{path}/2")).await.problem(404);
    let open = surface.open_call().await;
    surface.store.append_line(line(open, Speaker::Us, 0, "Hello")).await.unwrap();
    let early = surface.send("PUT", &format!("/v1/calls/{open}/corrections/1"), &json!({"text": "x"})).await;
    assert!(early.problem(409).contains("transcript.ready"));
}

#[tokio::test]
async fn both_voices_of_a_recording_can_be_drawn() {
    let surface = Surface::start().await;
    let id = surface.ended_call(NOW).await;
    let path = format!("/v1/calls/{id}/waveform");
    surface.get(&path).await.problem(404);
    let file = "2025/06/15/wave.wav";
    let recording = NewRecording { id: fresh_id(NOW), call: id, path: file.to_owned(), started_ms: NOW };
    surface.store.begin_recording(recording.clone()).await.unwrap();
    surface.store.set_recording_offset(recording.id, -40).await.unwrap();
    surface.get(&path).await.problem(409);
    let end = RecordingEnd { id: recording.id, state: RecordingState::Ready, bytes: 444, duration_ms: 12, at_ms: NOW };
    surface.store.end_recording(end).await.unwrap();
    surface.get(&path).await.problem(404);
    let place = surface.folder.path().join("recordings").join(file);
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    let format = recordings::Format { channels: recordings::Channels::Stereo, rate: call_model::SampleRate::Narrow };
    let frames = [[0_i16, 16_384]; 800].into_iter().chain([[-32_768, 0]; 800]);
    let sound: Vec<u8> = frames.flatten().flat_map(i16::to_le_bytes).collect();
    let head = recordings::wav::header(format, sound.len() as u64);
    std::fs::write(&place, [head.as_slice(), &sound].concat()).unwrap();
    let drawn = surface.get(&path).await;
    assert_eq!(drawn.header("cache-control"), "private, no-store");
    let drawn = drawn.ok(200);
    assert_eq!(
        (&drawn["duration_ms"], &drawn["per_second"], &drawn["offset_ms"]),
        (&json!(200), &json!(50), &json!(-40))
    );
    assert_eq!(drawn["caller"], json!([0, 0, 0, 0, 0, 255, 255, 255, 255, 255]));
    assert_eq!(drawn["us"], json!([128, 128, 128, 128, 128, 0, 0, 0, 0, 0]));
}

#[tokio::test]
async fn a_report_is_given_as_json_and_as_a_table() {
    let surface = Surface::start().await;
    surface.analysed_call().await;
    surface.ended_call(NOW + 1).await;
    let path = "/v1/reports?from=2025-06-14&to=2025-06-17&zone=Europe/Berlin";
    let report = surface.get(path).await.ok(200);
    let calls: Vec<_> = report["rows"].as_array().unwrap().iter().map(|row| (&row["key"], &row["calls"])).collect();
    let day = |day: &str| json!(format!("2025-06-{day}"));
    assert_eq!(calls, [(&day("14"), &json!(0)), (&day("15"), &json!(2)), (&day("16"), &json!(0))]);
    let sum = &report["sum"];
    assert_eq!((&sum["calls"], &sum["answered"], &sum["abandoned"]), (&json!(2), &json!(1), &json!(1)));
    assert_eq!(
        (&sum["wait_ms_avg"], &sum["talk_ms_sum"], &sum["contained"]),
        (&json!(2_000), &json!(60_000), &json!(1))
    );
    assert_eq!((&sum["inbound"], &sum["outbound"], &sum["negative"]), (&json!(2), &json!(0), &json!(1)));
    let hours = surface.get(&format!("{path}&by=hour")).await.ok(200);
    assert_eq!(hours["rows"].as_array().unwrap().len(), 72);
    for (by, first) in [("outcome", Value::Null), ("topic", json!("teeth")), ("number", json!("reception"))] {
        let report = surface.get(&format!("{path}&by={by}")).await.ok(200);
        assert_eq!(report["rows"][0]["key"], first, "{by}");
    }
    let table = read(surface.request("GET", path).header("accept", "text/csv")).await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    let table = table.ok(200).as_str().unwrap().to_owned();
    assert!(table.contains("\n2025-06-15,2025-06-15,2,2,0,1,1,2000,60000,1,0,0,0,1\n"), "{table}");
    assert_eq!(surface.get(&format!("{path}&format=csv")).await.ok(200), table);
    for wrong in ["zone=Nowhere", "by=moon", "from=yesterday", "from=2025-06-18", "from=2025-01-01&by=hour"] {
        surface.get(&format!("/v1/reports?to=2025-06-17&{wrong}")).await.problem(400);
    }
}

#[tokio::test]
async fn a_delivery_is_sent_once_more() {
    let surface = Surface::start().await;
    let hook = json!({"url": "https://example.org/hook", "events": ["call.ended"]});
    let hook = surface.send("POST", "/v1/webhooks", &hook).await.ok(201)["id"].as_str().unwrap().to_owned();
    surface.ended_call(NOW).await;
    let path = format!("/v1/webhooks/{hook}/deliveries");
    let event = surface.get(&path).await.ok(200)["data"][0]["event"].as_str().unwrap().to_owned();
    surface.send("POST", &format!("{path}/{event}/again"), &Value::Null).await.ok(202);
    surface.send("POST", &format!("{path}/x/again"), &Value::Null).await.problem(404);
    surface.send("PATCH", &format!("/v1/webhooks/{hook}"), &json!({"enabled": false})).await.ok(200);
    surface.send("POST", &format!("{path}/{event}/again"), &Value::Null).await.problem(409);
}
