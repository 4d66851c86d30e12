//! Captures of calls: signalling and sound for Wireshark, and never a key that was pressed.

use callwright_tests::caller::{self, begin, config, press, script};
use callwright_tests::{Server, Settings, wait};
use reqwest::Method;
use serde_json::json;
use synthetic_caller::Step;

use super::signalling::packets;
use crate::flows::line;

#[tokio::test]
async fn a_call_is_captured_with_its_sound_and_without_its_keys() {
    let config_of_it = "[telemetry]\ncapture_keys = [\"first\"]\ncapture_seconds = 60\n";
    let server = Server::with(Settings::default().config(config_of_it)).await;
    let api = line(&server, "off").await;
    let steps = vec![Step::Speech, caller::wait(1.0), press("7391"), caller::wait(6.0), Step::HangUp];
    let calling = begin(config("+12025550123"), script(server.address("line"), steps));
    let id = api.newest_call().await;
    api.call_when(&id, "the call is answered", |call| call["state"] == "active").await;
    let path = format!("/v1/calls/{id}/capture");
    let asked = api.ask(Method::POST, &path, Some(&json!({ "rtp": true })), &[]).await;
    assert_eq!(asked.status, 202, "{}", asked.json());
    let twice = api.ask(Method::POST, &path, Some(&json!({ "rtp": true })), &[]).await;
    assert_eq!(twice.status, 409, "{}", twice.json());
    assert!(server.printed().contains("the packets of a call are captured"), "{}", server.printed());
    wait::done("the call ends", calling).await.unwrap();
    api.ended_call(&id).await;
    let file = wait::until("the capture ends with its call", async || {
        let answer = api.ask(Method::GET, &path, None, &[]).await;
        (answer.header("capture-state") == Some("done")).then_some(answer)
    })
    .await;
    assert_eq!(file.header("capture-dropped"), Some("0"));
    let packets = packets(&file.body);
    assert!(packets.iter().any(|(_, to, data)| *to == server.ports.sip() && data.starts_with(b"INVITE sip:line@")));
    assert!(packets.iter().any(|(_, to, data)| *to == server.ports.sip() && data.starts_with(b"BYE ")));
    let ours = server.ports.first_rtp()..=server.ports.last_rtp();
    let rtp = |is: &dyn Fn(u16, u16) -> bool, kind: u8| -> Vec<&[u8]> {
        let of_it = packets.iter().filter(|(from, to, data)| is(*from, *to) && data.len() > 12 && data[0] >> 6 == 2);
        of_it.filter(|(_, _, data)| data[1] & 0x7f == kind).map(|(_, _, data)| &data[12..]).collect()
    };
    let (inward, outward) = (|_: u16, to: u16| ours.contains(&to), |from: u16, _: u16| ours.contains(&from));
    // Half a minute of G.711 A would be 1,500: here are some seconds of each way.
    let (said, heard) = (rtp(&inward, 8), rtp(&outward, 8));
    assert!(said.len() > 100 && heard.len() > 100, "{} and {} packets", said.len(), heard.len());
    assert!(heard.iter().any(|payload| payload.iter().any(|byte| *byte != 0xd5)), "the sound itself is there");
    let keys = rtp(&inward, 101);
    assert!(keys.len() > 10, "{} packets of keys passed", keys.len());
    assert!(keys.iter().all(|payload| payload.iter().all(|byte| *byte == 0xff)), "{keys:?}");
    api.delete(&path).await;
    assert_eq!(api.ask(Method::GET, &path, None, &[]).await.status, 404);
}

#[tokio::test]
async fn nobody_captures_whom_the_operator_has_not_named() {
    let server = Server::start().await;
    let api = line(&server, "off").await;
    let path = "/v1/calls/call_01k2x3y4z5a6b7c8d9e0f1g2h3/capture";
    for (method, body) in [(Method::POST, Some(json!({}))), (Method::GET, None), (Method::DELETE, None)] {
        let refused = api.ask(method.clone(), path, body.as_ref(), &[]).await;
        assert_eq!(refused.status, 403, "{method}");
        assert!(refused.json()["detail"].as_str().unwrap().contains("telemetry.capture_keys"), "{}", refused.json());
    }
}
