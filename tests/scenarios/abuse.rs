//! Abuse against the whole program: strangers are other addresses of 127.0.0.0/8 than 127.0.0.1, which is trusted.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::process::Command;

use callwright_tests::caller::{self, begin, config, script};
use callwright_tests::wire::{Wire, fresh};
use callwright_tests::{Server, Settings, wait};
use reqwest::Method;
use serde_json::{Value, json};
use sip_core::message::HeaderName;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};

/// A stranger's request with an answer, or `None` when the next question of a friend is answered before.
async fn answer(server: &Server, stranger: &Wire, text: &str) -> Option<u16> {
    stranger.send(text.as_bytes()).await;
    let friend = Wire::to(&server.sip()).await;
    friend.ask("OPTIONS", &server.address("reception"), "", "").await;
    // The server answers in the order in which it reads: the stranger's answer is on its way by now, or never.
    match stranger.receive_within(std::time::Duration::from_millis(500)).await {
        Some(sip_core::message::Message::Response(response)) => Some(response.status.code()),
        _ => None,
    }
}

/// A stranger's connection. That it is where it says is certain, which no datagram shows.
async fn connect(address: &str, server: &Server) -> TcpStream {
    let address: IpAddr = address.parse().unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((address, 0).into()).unwrap();
    socket.connect(server.sip().parse().unwrap()).await.unwrap()
}

async fn bans(server: &Server) -> Vec<Value> {
    server.api().list("/v1/bans").await
}

#[tokio::test]
async fn scanners_are_silenced_listed_kept_and_forgiven() {
    let mut server = Server::start().await;
    let stranger = Wire::at("127.0.0.9", &server.sip()).await;
    let target = server.address("reception");
    let (honest, _) = stranger.compose("OPTIONS", &target, "User-Agent: phone\r\n", "");
    assert_eq!(answer(&server, &stranger, &honest).await, Some(200));
    let (scan, _) = stranger.compose("OPTIONS", &target, "User-Agent: friendly-scanner\r\n", "");
    assert_eq!(answer(&server, &stranger, &scan).await, None, "a scanner gets no answer");
    let (honest, _) = stranger.compose("OPTIONS", &target, "", "");
    assert_eq!(answer(&server, &stranger, &honest).await, Some(200), "its address may have been made up");
    let mut connection = connect("127.0.0.9", &server).await;
    connection.write_all(scan.replace("SIP/2.0/UDP", "SIP/2.0/TCP").as_bytes()).await.unwrap();
    let listed =
        wait::until("the scanner is banned", async || Some(bans(&server).await).filter(|it| !it.is_empty())).await;
    assert_eq!(listed.len(), 1, "{listed:?}");
    let (honest, _) = stranger.compose("OPTIONS", &target, "", "");
    assert_eq!(answer(&server, &stranger, &honest).await, None, "and none from then on");
    assert_eq!((&listed[0]["source"], &listed[0]["reason"]), (&json!("127.0.0.9"), &json!("scanner")));
    // A restart forgives nothing.
    server.restart().await;
    let stranger = Wire::at("127.0.0.9", &server.sip()).await;
    let (honest, _) = stranger.compose("OPTIONS", &server.address("reception"), "", "");
    assert_eq!(answer(&server, &stranger, &honest).await, None);
    let set = String::from_utf8(server.api().bytes("/v1/bans?format=nftables").await).unwrap();
    assert!(set.contains("callwright_bans4 { 127.0.0.9 timeout"), "{set}");
    let run = |arguments: &[&str]| {
        let mut command: Command = server.command(arguments);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(run(&["bans", "export"]), "127.0.0.9\n");
    assert!(run(&["bans", "list"]).contains("127.0.0.9"));
    assert_eq!(run(&["bans", "clear", "127.0.0.0/24"]).trim(), "Lifted: 1");
    assert_eq!(answer(&server, &stranger, &honest.replace("z9hG4bK", "z9hG4bK-again")).await, Some(200));
}

#[tokio::test]
async fn guessing_passwords_and_calling_abroad_end_in_a_ban() {
    let server = Server::start().await;
    for (address, kind) in
        [("127.0.0.11", "unknown_user"), ("127.0.0.12", "wrong_password"), ("127.0.0.13", "foreign_number")]
    {
        let stranger = Wire::at(address, &server.sip()).await;
        let mut connection = connect(address, &server).await;
        let nonce = nonce(&server, &stranger).await;
        let banned = async {
            for round in 0..40 {
                if kind == "foreign_number" {
                    let text = stranger.compose("INVITE", &server.address("90046812345678"), "", "").0;
                    // It is closed once the source is banned.
                    let _ = connection.write_all(text.replace("SIP/2.0/UDP", "SIP/2.0/TCP").as_bytes()).await;
                } else {
                    let user = if kind == "unknown_user" { "nobody" } else { "anna" };
                    stranger.send(guess(&server, &stranger, user, &nonce, round).as_bytes()).await;
                }
                let friend = Wire::to(&server.sip()).await;
                friend.ask("OPTIONS", &server.address("reception"), "", "").await;
                if bans(&server).await.iter().any(|ban| ban["source"] == address) {
                    return true;
                }
            }
            false
        };
        assert!(banned.await, "{kind}");
        let reason = bans(&server).await.into_iter().find(|ban| ban["source"] == address).unwrap();
        assert_eq!(reason["reason"], kind);
    }
    // Whoever makes up the source of datagrams does not get it banned: it was given no nonce.
    let innocent = Wire::at("127.0.0.14", &server.sip()).await;
    for round in 0..20 {
        let foreign = innocent.compose("INVITE", &server.address("90046812345678"), "", "").0;
        for text in [foreign, guess(&server, &innocent, "anna", "made-up", round), format!("nonsense {round}")] {
            innocent.send(text.as_bytes()).await;
        }
    }
    Wire::to(&server.sip()).await.ask("OPTIONS", &server.address("reception"), "", "").await;
    assert!(!bans(&server).await.iter().any(|ban| ban["source"] == "127.0.0.14"));
    // Its own phones are not touched by what strangers do.
    let answer = server.api().ask(Method::DELETE, "/v1/bans?source=elsewhere", None, &[]).await;
    assert_eq!(answer.status.as_u16(), 422, "{answer:?}");
}

/// A nonce that is sealed for the address of this socket.
async fn nonce(server: &Server, wire: &Wire) -> String {
    let refused = wire.ask("REGISTER", &format!("sip:{}", server.host()), "", "").await;
    let challenge = refused.headers.get(&HeaderName::WwwAuthenticate).unwrap_or_default();
    challenge.split("nonce=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned()
}

/// A REGISTER with made-up credentials.
fn guess(server: &Server, wire: &Wire, user: &str, nonce: &str, round: u32) -> String {
    let uri = format!("sip:{}", server.host());
    let login = format!(
        "Authorization: Digest username=\"{user}\", realm=\"callwright\", nonce=\"{nonce}\", uri=\"{uri}\", \
         response=\"{round:032x}\", algorithm=MD5\r\n"
    );
    wire.compose("REGISTER", &uri, &login, "").0
}

#[tokio::test]
async fn who_is_denied_gets_no_answer_and_rules_bind_strangers_only() {
    let rules = "[abuse]\ndeny = [\"127.0.0.20/31\"]\nallow = [\"127.0.0.21\"]\nstrangers_call = false\nstrangers_options = false\n";
    let server = Server::with(Settings::default().config(rules)).await;
    let from = async |address: &str, method: &str, user: &str| {
        let wire = Wire::at(address, &server.sip()).await;
        let (text, _) = wire.compose(method, &server.address(user), "", "");
        answer(&server, &wire, &text).await
    };
    assert_eq!(from("127.0.0.20", "OPTIONS", "reception").await, None, "denied");
    assert_eq!(from("127.0.0.21", "OPTIONS", "reception").await, Some(200), "allowed within what is denied");
    assert_eq!(from("127.0.0.22", "OPTIONS", "reception").await, None, "strangers' questions are not answered");
    let wire = Wire::at("127.0.0.23", &server.sip()).await;
    let refusal = wire.ask("INVITE", &server.address("reception"), "", "").await;
    assert_eq!(refusal.status.code(), 404, "strangers do not call");
    // A member is asked who it is.
    let (text, call_id) = wire.compose("INVITE", &server.address("reception"), "", "");
    let text = text.replace("sip:tester@", "sip:anna@");
    let challenge = wire.ask_with(&text, &call_id).await;
    assert_eq!(challenge.status.code(), 401);
    assert!(challenge.headers.get(&HeaderName::WwwAuthenticate).is_some());
}

#[tokio::test]
async fn answers_to_strangers_are_few_and_short() {
    let server = Server::with(Settings::default().set("SIP__T1_MS", 20)).await;
    for (method, user) in [("INVITE", "nobody"), ("REGISTER", "anna"), ("OPTIONS", "reception"), ("BYE", "reception")] {
        let wire = Wire::at("127.0.0.30", &server.sip()).await;
        let (text, _) = wire.compose(method, &server.address(user), "", "");
        wire.send(text.as_bytes()).await;
        let mut answers = Vec::new();
        // Longer than all repetitions take: 64 times T1.
        while let Ok(datagram) = tokio::time::timeout(std::time::Duration::from_secs(2), wire.datagram()).await {
            answers.push(datagram.len());
        }
        assert!((1..=4).contains(&answers.len()), "{method}: {answers:?}");
        assert!(answers.iter().all(|length| *length <= text.len() + 600), "{method}: {answers:?} to {}", text.len());
    }
}

#[tokio::test]
async fn a_flood_of_strangers_loses_no_call_and_little_memory() {
    const CALLS: usize = 3;
    const INVITES: u32 = 20_000;
    let server = Server::start().await;
    let calls: Vec<_> = (0..CALLS)
        .map(|_| begin(config("caller"), script(server.address("reception"), vec![caller::wait(60.0)])))
        .collect();
    let running = async || {
        let calls = server.api().list("/v1/calls").await;
        calls.iter().filter(|call| call["answered_at"].is_string() && call["ended_at"].is_null()).count()
    };
    wait::until("all calls run", async || (running().await == CALLS).then_some(())).await;
    let before = resident_kib(server.pid());
    let target = server.sip();
    let victim = server.address("0044123456789");
    let flood = tokio::task::spawn_blocking(move || {
        let source = |number: u8| UdpSocket::bind((Ipv4Addr::new(127, 9, 0, number), 0)).unwrap();
        let sockets: Vec<_> = (1..=200).map(source).collect();
        for number in 0..INVITES {
            let socket = &sockets[number as usize % sockets.len()];
            let local = socket.local_addr().unwrap();
            let text = format!(
                "INVITE {victim} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bK-{number};rport\r\nMax-Forwards: 70\r\n\
                 From: <sip:1@{local}>;tag={number}\r\nTo: <{victim}>\r\nCall-ID: {number}-{}@flood\r\nCSeq: 1 INVITE\r\n\
                 Contact: <sip:1@{local}>\r\nContent-Length: 0\r\n\r\n",
                fresh()
            );
            // What the kernel has no room for is lost, as on any line.
            let _ = socket.send_to(text.as_bytes(), &target);
        }
    });
    flood.await.unwrap();
    // It has read what came when it answers a friend, who repeats what the kernel had no room for.
    let friend = Wire::to(&server.sip()).await;
    let (options, _) = friend.compose("OPTIONS", &server.address("reception"), "", "");
    wait::until("it answers a friend", async || {
        friend.send(options.as_bytes()).await;
        friend.receive_within(caller::seconds(0.5)).await
    })
    .await;
    let grown = resident_kib(server.pid()).saturating_sub(before);
    assert_eq!(running().await, CALLS, "no call is lost");
    assert!(grown < 64 * 1_024, "memory grew by {grown} KiB");
    for call in calls {
        call.abort();
    }
}

fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}
