//! What happens inside a dialog: hold and resume in both forms, and calls given up while they ring.

use std::time::Duration;

use callwright_tests::baresip::Phone;
use callwright_tests::caller::{self, call_with, config, heard, script, timeline};
use callwright_tests::sipp::Sipp;
use callwright_tests::wire::{Wire, offer};
use callwright_tests::{Baresip, Server, Settings};
use sip_core::message::{HeaderName, Response};
use synthetic_caller::Step;
use tokio::net::UdpSocket;

use crate::flows::{LINE_HZ, line};

/// A dialog that was set up by hand.
struct Dialog {
    wire: Wire,
    uri: String,
    to: String,
    call_id: String,
    cseq: u32,
}

impl Dialog {
    async fn begin(server: &Server, user: &str, sdp: &str) -> (Self, Response) {
        let wire = Wire::to(&server.sip()).await;
        let uri = server.address(user);
        let (invite, call_id) = wire.compose("INVITE", &uri, "Content-Type: application/sdp\r\n", sdp);
        wire.send(invite.as_bytes()).await;
        let response = wire.final_response(&call_id).await;
        assert_eq!(response.status.code(), 200);
        let to = response.headers.get(&HeaderName::To).unwrap().to_owned();
        let uri = response.headers.contacts().unwrap()[0].uri.to_string();
        let mut dialog = Self { wire, uri, to, call_id, cseq: 1 };
        dialog.send("ACK", "").await;
        (dialog, response)
    }

    /// Sends a request of the dialog; an ACK keeps the number of its INVITE.
    async fn send(&mut self, method: &str, sdp: &str) {
        if method != "ACK" {
            self.cseq += 1;
        }
        let (local, id) = (self.wire.local(), callwright_tests::wire::fresh());
        let tag = self.call_id.trim_start_matches("call-").trim_end_matches("@wire");
        let kind = if sdp.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let text = format!(
            "{method} {} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bK-wire-{id};rport\r\nMax-Forwards: 70\r\n\
             From: <sip:tester@{local}>;tag=from-{tag}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {} {method}\r\n\
             Contact: <sip:tester@{local}>\r\n{kind}Content-Length: {}\r\n\r\n{sdp}",
            self.uri,
            self.to,
            self.call_id,
            self.cseq,
            sdp.len(),
        );
        self.wire.send(text.as_bytes()).await;
    }

    /// A re-INVITE to its end; gives the answer's SDP.
    async fn reinvite(&mut self, sdp: &str) -> String {
        self.send("INVITE", sdp).await;
        let cseq = self.cseq;
        loop {
            let response = self.wire.final_response(&self.call_id).await;
            if response.headers.cseq().unwrap().seq == cseq {
                assert_eq!(response.status.code(), 200);
                self.send("ACK", "").await;
                return String::from_utf8(response.body.to_vec()).unwrap();
            }
        }
    }

    async fn hang_up(mut self) {
        self.send("BYE", "").await;
        let response = self.wire.final_response(&self.call_id).await;
        assert_eq!(response.status.code(), 200);
    }
}

/// How many RTP packets come within a time.
async fn packets(rtp: &UdpSocket, time: Duration) -> u32 {
    let mut count = 0;
    let mut buffer = [0; 2_048];
    let counting = async {
        loop {
            rtp.recv(&mut buffer).await.unwrap();
            count += 1;
        }
    };
    let _ = tokio::time::timeout(time, counting).await;
    count
}

/// Waits until RTP comes, or until it comes no more for 300 ms.
async fn until_sounding(rtp: &UdpSocket, sounding: bool) {
    callwright_tests::wait::until(&format!("sound is sent: {sounding}"), async || {
        ((packets(rtp, Duration::from_millis(300)).await > 0) == sounding).then_some(())
    })
    .await;
}

async fn hold_and_resume(hold: impl Fn(&str) -> String, answers: &[&str]) {
    let server = Server::start().await;
    line(&server, "off").await;
    let rtp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let here = rtp.local_addr().unwrap();
    let talk = offer(here, "sendrecv");
    let (mut dialog, _) = Dialog::begin(&server, "line", &talk).await;
    until_sounding(&rtp, true).await;

    let held = dialog.reinvite(&hold(&talk.replace("o=tester 1 1", "o=tester 1 2"))).await;
    assert!(answers.iter().any(|direction| held.contains(direction)), "the answer to a hold: {held}");
    until_sounding(&rtp, false).await;

    let resumed = dialog.reinvite(&talk.replace("o=tester 1 1", "o=tester 1 3")).await;
    let directions = ["a=recvonly", "a=sendonly", "a=inactive"];
    assert!(!directions.iter().any(|direction| resumed.contains(direction)), "the answer to a resume: {resumed}");
    until_sounding(&rtp, true).await;
    dialog.hang_up().await;
    assert_eq!(server.api().last_call().await["cause"], "normal");
}

#[tokio::test]
async fn hold_by_direction_and_resume() {
    hold_and_resume(|sdp| sdp.replace("a=sendrecv", "a=sendonly"), &["a=recvonly"]).await;
}

#[tokio::test]
async fn hold_by_inactivity_and_resume() {
    hold_and_resume(|sdp| sdp.replace("a=sendrecv", "a=inactive"), &["a=inactive"]).await;
}

#[tokio::test]
async fn hold_by_the_address_zero_and_resume() {
    // As RFC 2543 did it: answered by any direction, but nothing is sent to nowhere.
    hold_and_resume(|sdp| sdp.replace("IN IP4 127.0.0.1\r\nt=", "IN IP4 0.0.0.0\r\nt="), &["m=audio"]).await;
}

#[tokio::test]
async fn a_held_caller_hears_nothing_and_then_the_line_again() {
    let server = Server::start().await;
    line(&server, "off").await;
    let steps = vec![
        Step::Speech,
        caller::wait(1.5),
        Step::Hold(true),
        caller::wait(1.5),
        Step::Hold(false),
        caller::wait(1.5),
        Step::HangUp,
    ];
    let report = call_with(config("caller"), script(server.address("line"), steps)).await;
    let heard = heard(&report);
    let begins = heard.tone_begins(LINE_HZ).expect("the line is heard");
    let sounds: Vec<bool> = heard
        .between(begins, heard.seconds())
        .samples
        .chunks_exact(800)
        .map(|window| callwright_tests::signal::Sound::new(window.to_vec(), heard.rate).tone_share(LINE_HZ) > 0.8)
        .collect();
    let pause = sounds.split(|sounds| *sounds).map(<[bool]>::len).max().unwrap_or(0);
    assert!(pause >= 8, "the hold is silent for {pause} tenths of a second\n{}", timeline(&report));
    assert!(sounds.iter().rev().take(10).filter(|sounds| **sounds).count() >= 6, "and then not\n{}", timeline(&report));
}

#[tokio::test]
async fn a_call_that_is_cancelled_stops_the_phone_ringing() {
    let server = Server::start().await;
    let password = server.phone_password();
    let mut ben = Baresip::start(Phone::new("ben", server.sip(), &password)).await;
    let sipp = Sipp::calling("cancel", &server.sip(), "ben").with(&["-au", "anna", "-ap", &password]);
    let ((), ()) = tokio::join!(
        async {
            ben.event("CALL_INCOMING").await;
            ben.event("CALL_CLOSED").await;
        },
        sipp.play(),
    );
    let call = server.api().last_call().await;
    assert_eq!((&call["cause"], &call["hung_up_by"]), (&"cancelled".into(), &"caller".into()));
    assert_eq!(call["member"], "anna");
}

/// Lets `early` play for some seconds before it answers, and then as `line` does.
async fn early(server: &Server, seconds: f64) {
    crate::flows::tone(server, "early.wav", EARLY_HZ, seconds);
    crate::flows::tone(server, "line.wav", LINE_HZ, 90.0);
    let yaml = "languages: [en]\nrecording: off\nnodes:\n  wait: {play: early.wav, unanswered: true, next: line}\n  \
                line: {play: line.wav, interrupt: false, next: hangup}\n";
    server.api().flow("early", yaml).await;
}

/// The tone of [`early`] before the answer.
const EARLY_HZ: f64 = 700.0;

/// RFC 3262 and RFC 3960: confirmed by PRACK, and heard.
#[tokio::test]
async fn early_media_is_confirmed_by_sipp() {
    let server = Server::start().await;
    early(&server, 2.0).await;
    Sipp::calling("early_media", &server.sip(), "early").play().await;
    let call = server.api().last_call().await;
    assert_eq!((&call["cause"], &call["hung_up_by"]), (&"normal".into(), &"caller".into()));
}

/// A caller who knows nothing of PRACK hears it too.
#[tokio::test]
async fn sound_comes_before_the_answer() {
    let server = Server::start().await;
    early(&server, 60.0).await;
    let rtp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let wire = Wire::to(&server.sip()).await;
    let sdp = offer(rtp.local_addr().unwrap(), "sendrecv");
    let (invite, _) = wire.compose("INVITE", &server.address("early"), "Content-Type: application/sdp\r\n", &sdp);
    wire.send(invite.as_bytes()).await;
    let progress = loop {
        if let sip_core::message::Message::Response(response) = wire.receive().await
            && response.status.code() > 100
        {
            break response;
        }
    };
    assert_eq!(progress.status.code(), 183);
    assert!(progress.headers.require().is_empty() && !progress.body.is_empty());
    until_sounding(&rtp, true).await;
    wire.send(invite.replace("INVITE sip", "CANCEL sip").replace("1 INVITE", "1 CANCEL").as_bytes()).await;
    until_sounding(&rtp, false).await;
    assert_eq!(server.api().last_call().await["cause"], "cancelled");
}

/// RFC 3311, before the answer and after it.
#[tokio::test]
async fn the_session_is_changed_by_update_from_sipp() {
    let server = Server::start().await;
    early(&server, 3.0).await;
    Sipp::calling("update", &server.sip(), "early").play().await;
    assert_eq!(server.api().last_call().await["cause"], "normal");
}

/// RFC 4028 with an interval of 4 s in place of half an hour.
#[tokio::test]
async fn sessions_are_refreshed_in_the_way_that_sipp_knows() {
    let settings = Settings::default().set("SIP__SESSION_EXPIRES_S", 4).set("SIP__MIN_SE_S", 2);
    let server = Server::with(settings).await;
    line(&server, "off").await;
    for scenario in ["refresh_by_update", "refresh_by_reinvite"] {
        Sipp::calling(scenario, &server.sip(), "line").play().await;
        assert_eq!(server.api().last_call().await["cause"], "normal", "{scenario}");
    }
}

#[tokio::test]
async fn a_session_that_sipp_does_not_refresh_is_ended() {
    let settings = Settings::default().set("SIP__SESSION_EXPIRES_S", 4).set("SIP__MIN_SE_S", 2);
    let server = Server::with(settings).await;
    line(&server, "off").await;
    Sipp::calling("session_expires", &server.sip(), "line").play().await;
    let call = server.api().last_call().await;
    assert_eq!((&call["cause"], &call["hung_up_by"]), (&"network_failure".into(), &"system".into()));
}

#[tokio::test]
async fn too_brief_a_session_is_refused_with_what_is_allowed() {
    let server = Server::start().await;
    let wire = Wire::to(&server.sip()).await;
    let extra = "Supported: timer\r\nSession-Expires: 60\r\n";
    let refused = wire.ask("INVITE", &server.address("reception"), extra, "").await;
    assert_eq!((refused.status.code(), refused.headers.min_se()), (422, Some(90)));
}

/// The answer of a phone that said in a reliable 183 how it sounds.
#[tokio::test]
async fn a_callee_with_early_media_is_talked_to() {
    let server = Server::start().await;
    let sipp = Sipp::called("callee_early");
    let call = serde_json::json!({ "to": sipp.address("anna"), "say": "Hello Anna." });
    let api = server.api();
    let ((), placed) = tokio::join!(sipp.play(), api.post("/v1/calls", &call));
    let call = api.ended_call(placed["id"].as_str().unwrap()).await;
    assert_eq!((&call["cause"], &call["hung_up_by"]), (&"normal".into(), &"us".into()));
}
