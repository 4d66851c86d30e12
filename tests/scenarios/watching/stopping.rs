//! Stopping and starting: what carriers see of it, a second request to stop, and a second start.

use std::time::Duration;

use callwright_tests::caller::{self, begin, config, script};
use callwright_tests::wire::{Wire, offer};
use callwright_tests::{Api, Server, Settings, wait};
use reqwest::{Method, StatusCode};
use sip_core::message::{Message, Request};
use synthetic_caller::{Ending, Step};
use tokio::net::UdpSocket;

use crate::flows::line;

/// A carrier by hand: accepts every registration, answers every OPTIONS, and tells of each REGISTER when it expires.
async fn carrier() -> (String, tokio::sync::mpsc::UnboundedReceiver<u32>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let place = socket.local_addr().unwrap().to_string();
    let (told, expires) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut buffer = vec![0; 65_536];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let limits = sip_core::message::Limits::default();
            let Ok(Message::Request(request)) = sip_core::message::parse_datagram(&buffer[..length], &limits) else {
                continue;
            };
            if request.method.as_str() == "REGISTER" {
                let _ = told.send(expiry(&request));
            }
            let _ = socket.send_to(&accepted(&request), from).await;
        }
    });
    (place, expires)
}

/// What a REGISTER asks for: the parameter of its Contact, or its Expires.
fn expiry(request: &Request) -> u32 {
    let bytes = request.to_bytes();
    let text = String::from_utf8_lossy(&bytes).to_lowercase();
    let field = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    let number = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok();
    let by_contact = field("contact:").split("expires=").nth(1).and_then(number);
    by_contact.or_else(|| number(field("expires:").trim_start_matches("expires:").trim())).unwrap_or(0)
}

fn accepted(request: &Request) -> Vec<u8> {
    let bytes = request.to_bytes();
    let text = String::from_utf8_lossy(&bytes);
    let mut answer = "SIP/2.0 200 OK\r\n".to_owned();
    for line in text.lines().skip(1).take_while(|line| !line.is_empty()) {
        let name = line.split(':').next().unwrap_or_default().to_lowercase();
        match name.as_str() {
            "via" | "from" | "call-id" | "cseq" => answer.extend([line, "\r\n"]),
            "contact" if request.method.as_str() == "REGISTER" => answer.extend([line, "\r\n"]),
            "to" => answer.extend([line, ";tag=carrier\r\n"]),
            _ => {}
        }
    }
    answer += "Content-Length: 0\r\n\r\n";
    answer.into_bytes()
}

#[tokio::test]
async fn while_it_drains_carriers_are_sent_elsewhere_and_the_running_call_goes_on() {
    let (place, mut registers) = carrier().await;
    let settings = Settings::default().config(&format!(
        "[[trunks]]\nname = \"carrier\"\nhost = \"{place}\"\nuser = \"line\"\npassword = \"x\"\nregister = true\n"
    ));
    let mut server = Server::with(settings).await;
    let api = line(&server, "off").await;
    assert!(wait::done("it registers", registers.recv()).await.unwrap() > 0);
    let calling = begin(
        config("+12025550123"),
        script(server.address("line"), vec![Step::Speech, caller::wait(3.0), Step::HangUp]),
    );
    let id = api.newest_call().await;
    api.call_when(&id, "the call is answered", |call| call["state"] == "active").await;
    let wire = Wire::to(&server.sip()).await;
    let address = server.address("line");
    assert_eq!(wire.ask("OPTIONS", &address, "", "").await.status.code(), 200);

    server.ask_to_stop();
    let ready = wait::until("it says that it drains", async || {
        let answer = api.ask(Method::GET, "/readyz", None, &[]).await;
        (answer.status == StatusCode::SERVICE_UNAVAILABLE).then(|| answer.json())
    })
    .await;
    assert!(ready.to_string().contains("being stopped"), "{ready}");
    let options = wait::until("OPTIONS is refused", async || {
        let answer = wire.ask("OPTIONS", &address, "", "").await;
        (answer.status.code() == 503).then_some(answer)
    })
    .await;
    assert!(options.headers.retry_after().is_some());
    let invite = wire
        .ask(
            "INVITE",
            &address,
            "Content-Type: application/sdp\r\n",
            &offer("127.0.0.1:9".parse().unwrap(), "sendrecv"),
        )
        .await;
    assert_eq!(invite.status.code(), 503);
    while wait::done("it unregisters", registers.recv()).await.unwrap() > 0 {}
    // All of that did not touch the caller.
    let report = wait::done("the call ends", calling).await.unwrap();
    assert_eq!(report.ending, Ending::ByUs);
    assert!(server.ended().await.success());
}

#[tokio::test]
async fn a_second_request_to_stop_ends_everything_at_once() {
    let mut server = Server::with(Settings::default().set("LIMITS__DRAIN_S", 600)).await;
    let api = line(&server, "off").await;
    let calling = begin(config("+12025550123"), script(server.address("line"), vec![caller::wait(90.0)]));
    let id = api.newest_call().await;
    api.call_when(&id, "the call is answered", |call| call["state"] == "active").await;
    server.ask_to_stop();
    wait::until("it drains", async || (!api.is_ready().await).then_some(())).await;
    server.ask_to_stop();
    let report = wait::done("the caller gets a BYE", calling).await.unwrap();
    assert_eq!(report.ending, Ending::ByThem);
    let ended = tokio::time::timeout(Duration::from_secs(30), server.ended()).await;
    assert!(ended.expect("it ends at once").success());
}

#[tokio::test]
async fn a_second_start_on_the_same_data_names_the_first() {
    let server = Server::start().await;
    let mut second = server.command(&["serve", "--demo"]);
    let (sip, http) = (server.ports.sip() + 1, server.ports.http() + 1);
    second.env("CALLWRIGHT_SIP__PORT", sip.to_string()).env("CALLWRIGHT_HTTP__PORT", http.to_string());
    let output = tokio::task::spawn_blocking(move || second.output().unwrap());
    let output = wait::done("the second start ends", output).await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("in use by another process"), "{said}");
    assert!(said.contains(&format!("process {}", server.pid())), "{said}");
    assert!(!Api::new(http, None).is_ready().await);
}
