//! What was said: in its forms, and found again.

use call_model::{Speaker, ToolFailure, ToolReport, TranscriptLine, TurnReport};
use serde_json::{Value, json};
use store::{NewRecording, fresh_id};

use crate::support::{AGENT, NOW, Surface, line, read};

#[tokio::test]
async fn a_transcript_is_given_as_json_webvtt_or_text() {
    let surface = Surface::start().await;
    let call = surface.open_call().await;
    let hello = TranscriptLine { cut: true, ..line(call, Speaker::Us, 500, "Northwind Dental, how can I") };
    surface.store.append_line(line(call, Speaker::Caller, 1_600, "I need <help>")).await.unwrap();
    surface.store.append_line(hello).await.unwrap();
    let turn = TurnReport { speech_ended_ms: 2_600, total: Some(640), brain: Some("m".into()), ..Default::default() };
    surface.store.append_turn(call, turn).await.unwrap();
    let recording = NewRecording { id: fresh_id(NOW), call, path: "a.wav".to_owned(), started_ms: NOW };
    let recording_id = recording.id;
    surface.store.begin_recording(recording).await.unwrap();
    surface.store.set_recording_offset(recording_id, 250).await.unwrap();

    let path = format!("/v1/calls/{call}/transcript");
    let whole = surface.get(&path).await.ok(200);
    assert_eq!((&whole["state"], &whole["recording"]["offset_ms"]), (&json!("open"), &json!(250)));
    let first = &whole["lines"][0];
    assert_eq!((&first["seq"], &first["speaker"], &first["cut"]), (&json!(2), &json!("us"), &json!(true)));
    assert_eq!(first["words"][1], json!({"text": "Dental,", "from_ms": 750, "to_ms": 950}));
    assert_eq!((&whole["turns"][0]["total"], &whole["turns"][0]["first_token"]), (&json!(640), &Value::Null));

    let failed = ToolReport {
        at_ms: 3_000,
        name: "find_slots".into(),
        arguments: json!({"day": "2026-11-23"}),
        result: Err(ToolFailure::Invalid { message: "`service` is missing".into() }),
        took_ms: 2,
    };
    let found = ToolReport { at_ms: 4_000, result: Ok(json!({"slots": []})), ..failed.clone() };
    surface.store.append_tool_use(call, failed).await.unwrap();
    surface.store.append_tool_use(call, found).await.unwrap();
    let tools = surface.get(&path).await.ok(200)["tools"].clone();
    let wanted = json!({"at_ms": 3_000, "took_ms": 2, "tool": "find_slots", "arguments": {"day": "2026-11-23"},
        "result": null, "failure": {"kind": "invalid", "message": "the arguments do not fit: `service` is missing"}});
    assert_eq!(tools[0], wanted);
    assert_eq!((&tools[1]["result"], &tools[1]["failure"]), (&json!({"slots": []}), &Value::Null));

    let vtt = surface.get(&format!("{path}?format=vtt")).await;
    assert_eq!(vtt.header("content-type"), "text/vtt; charset=utf-8");
    let vtt = vtt.ok(200);
    let vtt = vtt.as_str().unwrap();
    assert!(vtt.starts_with("WEBVTT\n\n2\n00:00:00.250 --> 00:00:01.250\n<v Us>Northwind Dental, how can I—"), "{vtt}");
    assert!(vtt.contains("<v Caller>I need &lt;help&gt;"), "{vtt}");
    let text = read(surface.request("GET", &path).header("accept", "text/plain, */*;q=0.1")).await;
    assert_eq!((text.header("content-type"), text.header("vary")), ("text/plain; charset=utf-8", "accept"));
    let wanted = "[00:00:00] Us: Northwind Dental, how can I—\n[00:00:01] Caller: I need <help>\n\
        [00:00:03] Tool: find_slots {\"day\":\"2026-11-23\"} => the arguments do not fit: `service` is missing\n\
        [00:00:04] Tool: find_slots {\"day\":\"2026-11-23\"} => {\"slots\":[]}\n";
    assert_eq!(text.ok(200), wanted);
    let image = read(surface.request("GET", &path).header("accept", "image/png")).await;
    assert!(image.problem(406).contains("text/vtt"));
    surface.get(&format!("{path}?format=srt")).await.problem(400);
    surface.get("/v1/calls/call_00000000000000000000000000/transcript").await.problem(404);

    surface.store.transcript_ready(call, NOW).await.unwrap();
    assert_eq!(surface.get(&path).await.ok(200)["state"], "ready");
    assert_eq!(surface.get(&format!("/v1/calls/{call}")).await.ok(200)["transcript"], "ready");
    let events = surface.get(&format!("/v1/calls/{call}/events")).await.ok(200);
    assert_eq!(events["data"][0]["type"], "transcript.ready");
    assert_eq!(events["data"][0]["data"]["transcript"]["lines"], 2);
}

#[tokio::test]
async fn lines_are_found_by_their_words() {
    let surface = Surface::start().await;
    let (one, two) = (surface.open_call().await, surface.open_call().await);
    for (call, text) in [(one, "I want an appointment"), (two, "The appointment is on Monday"), (two, "Thank you")] {
        surface.store.append_line(line(call, Speaker::Caller, 0, text)).await.unwrap();
    }
    let first = surface.get("/v1/transcripts/search?q=APPOINT*&limit=1").await.ok(200);
    let hit = &first["data"][0];
    assert_eq!((&hit["call"], &hit["line"]["seq"]), (&json!(two.to_string()), &json!(1)));
    let pieces = json!([
        {"text": "The ", "hit": false}, {"text": "appointment", "hit": true}, {"text": " is on Monday", "hit": false}
    ]);
    assert_eq!(hit["snippet"], pieces);
    let next = format!("/v1/transcripts/search?q=appoint*&cursor={}", first["next"].as_str().unwrap());
    let second = surface.get(&next).await.ok(200);
    assert_eq!((&second["data"][0]["call"], &second["next"]), (&json!(one.to_string()), &Value::Null));
    for harmless in ["%22", "*", "a%20OR%20(", "text%3Ax%20NEAR(%22"] {
        surface.get(&format!("/v1/transcripts/search?q={harmless}")).await.ok(200);
    }
    surface.get("/v1/transcripts/search").await.problem(400);
    surface.get("/v1/transcripts/search?q=%20").await.problem(400);
}

#[tokio::test]
async fn a_call_is_placed_with_an_agent() {
    let surface = Surface::start().await;
    surface.store.put_agent("assistant", AGENT, NOW).await.unwrap();
    let placed = surface.send("POST", "/v1/calls", &json!({"to": "+4930901820", "agent": "assistant"})).await.ok(201);
    assert_eq!((&placed["agent"], &placed["flow"]), (&json!("assistant"), &Value::Null));
}
