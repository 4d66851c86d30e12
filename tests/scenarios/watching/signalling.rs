//! The SIP messages of a call: by the API, as a ladder, for Wireshark, and at Homer.

use std::collections::BTreeMap;

use callwright_tests::caller::{self, call_with, config, script};
use callwright_tests::{Server, Settings, wait};
use reqwest::Method;
use synthetic_caller::Step;
use tokio::net::UdpSocket;

use crate::flows::line;

/// The packets of a pcap file with raw IP: source, target and payload of each datagram.
pub(super) fn packets(file: &[u8]) -> Vec<(u16, u16, Vec<u8>)> {
    let le = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    assert_eq!((le(0), le(20)), (0xa1b2_c3d4, 101), "classic pcap of raw IP");
    let (mut at, mut found) = (24, Vec::new());
    while at < file.len() {
        let length = le(at + 8) as usize;
        let packet = &file[at + 16..at + 16 + length];
        assert_eq!((packet[0], packet[9]), (0x45, 17), "UDP in IPv4");
        let port = |at: usize| u16::from_be_bytes([packet[at], packet[at + 1]]);
        found.push((port(20), port(22), packet[28..].to_vec()));
        at += 16 + length;
    }
    found
}

#[tokio::test]
async fn a_calls_signalling_is_shown_while_it_runs_and_after_it() {
    let server = Server::start().await;
    let api = line(&server, "off").await;
    let calling = caller::begin(
        config("+12025550123"),
        script(server.address("line"), vec![Step::Speech, caller::wait(2.0), Step::HangUp]),
    );
    let id = api.newest_call().await;
    api.call_when(&id, "the call is answered", |call| call["state"] == "active").await;
    let path = format!("/v1/calls/{id}/signalling");
    let first = |value: &serde_json::Value| {
        let messages = value["messages"].as_array().cloned().unwrap_or_default();
        messages
            .iter()
            .map(|it| format!("{} {}", it["direction"].as_str().unwrap(), it["first_line"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    let running = first(&api.get(&path).await);
    assert!(running[0].starts_with("in INVITE sip:line@"), "{running:?}");
    wait::done("the call ends", calling).await.unwrap();
    api.ended_call(&id).await;
    let all = wait::until("the BYE is shown too", async || {
        let all = first(&api.get(&path).await);
        all.iter().any(|line| line.starts_with("in BYE")).then_some(all)
    })
    .await;
    assert!(
        all.iter().any(|line| line == "out SIP/2.0 200 OK") && all.iter().any(|line| line.starts_with("in ACK")),
        "{all:?}"
    );

    let ladder = api.ask(Method::GET, &path, None, &[("accept", "text/plain")]).await;
    let ladder = String::from_utf8(ladder.body).unwrap();
    assert!(
        ladder.contains("callwright") && ladder.contains("INVITE +SDP") && ladder.contains("200 OK (1 INVITE) +SDP"),
        "{ladder}"
    );

    let file = api.ask(Method::GET, &path, None, &[("accept", "application/vnd.tcpdump.pcap")]).await.body;
    let packets = packets(&file);
    assert!(packets.len() >= all.len());
    let (_, to, invite) = &packets[0];
    assert_eq!(*to, server.ports.sip());
    assert!(invite.starts_with(b"INVITE sip:line@"));
}

#[tokio::test]
async fn credentials_are_not_in_what_is_kept() {
    let server = Server::start().await;
    let api = line(&server, "off").await;
    let password = server.phone_password();
    let anna = synthetic_caller::CallerConfig { password: Some(password.clone()), ..config("anna") };
    call_with(anna, script(server.address("line"), vec![Step::Speech, Step::HangUp])).await;
    let id = api.newest_call().await;
    api.ended_call(&id).await;
    let text = api.get(&format!("/v1/calls/{id}/signalling")).await.to_string();
    assert!(text.contains("INVITE"), "{text}");
    assert!(!text.contains("response=") && !text.contains(&password), "{text}");
}

#[tokio::test]
async fn homer_gets_every_message_as_hep3() {
    let homer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let settings = Settings::default().config(&format!(
        "[telemetry]\nhep = \"{}\"\nhep_id = 77\nhep_password = \"myhep\"\n",
        homer.local_addr().unwrap()
    ));
    let server = Server::with(settings).await;
    line(&server, "off").await;
    call_with(config("+12025550123"), script(server.address("line"), vec![Step::Speech, Step::HangUp])).await;
    let mut seen: Vec<BTreeMap<u16, Vec<u8>>> = Vec::new();
    let mut buffer = vec![0; 65_536];
    while !seen.iter().any(|chunks| chunks[&15].starts_with(b"BYE ")) {
        let length = wait::done("the call's messages come", homer.recv(&mut buffer)).await.unwrap();
        seen.push(chunks(&buffer[..length]));
    }
    let invite = seen.iter().find(|chunks| chunks[&15].starts_with(b"INVITE ")).unwrap();
    assert_eq!(
        (&invite[&1][..], &invite[&2][..], &invite[&11][..]),
        (&[2][..], &[17][..], &[1][..]),
        "SIP over UDP over IPv4"
    );
    assert_eq!((&invite[&3][..], &invite[&4][..]), (&[127, 0, 0, 1][..], &[127, 0, 0, 1][..]));
    assert_eq!(invite[&8], server.ports.sip().to_be_bytes());
    assert_eq!((&invite[&12][..], &invite[&14][..]), (&[0, 0, 0, 77][..], &b"myhep"[..]));
    let call_id = String::from_utf8_lossy(&invite[&15])
        .lines()
        .find_map(|line| line.strip_prefix("Call-ID: ").map(str::to_owned));
    assert_eq!(invite[&17], call_id.unwrap().into_bytes(), "the Call-ID ties a call together");
    let answer = seen.iter().find(|chunks| chunks[&15].starts_with(b"SIP/2.0 200")).unwrap();
    assert_eq!((&answer[&7], &answer[&17]), (&invite[&8], &invite[&17]), "from us, of the same call");
}

/// The chunks of a HEP3 packet by type, as its specification says.
fn chunks(packet: &[u8]) -> BTreeMap<u16, Vec<u8>> {
    let number = |at: usize| u16::from_be_bytes([packet[at], packet[at + 1]]);
    assert_eq!((&packet[..4], usize::from(number(4))), (&b"HEP3"[..], packet.len()));
    let (mut at, mut chunks) = (6, BTreeMap::new());
    while at < packet.len() {
        let length = usize::from(number(at + 4));
        chunks.insert(number(at + 2), packet[at + 6..at + length].to_vec());
        at += length;
    }
    chunks
}
