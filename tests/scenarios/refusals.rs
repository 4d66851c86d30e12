//! What is not supported gets the right refusal, sent raw over UDP.

use callwright_tests::Server;
use callwright_tests::wire::{Wire, offer};
use sip_core::message::{HeaderName, Response};

struct Line {
    server: Server,
    wire: Wire,
}

impl Line {
    async fn new() -> Self {
        let server = Server::start().await;
        let wire = Wire::to(&server.sip()).await;
        Self { server, wire }
    }

    fn uri(&self) -> String {
        self.server.address("reception")
    }

    async fn ask(&self, method: &str, extra: &str, body: &str) -> Response {
        self.wire.ask(method, &self.uri(), extra, body).await
    }

    async fn invite(&self, extra: &str, body: &str) -> Response {
        self.ask("INVITE", &format!("Content-Type: application/sdp\r\n{extra}"), body).await
    }

    fn offer() -> String {
        offer("127.0.0.1:9".parse().unwrap(), "sendrecv")
    }
}

#[tokio::test]
async fn a_method_that_is_not_for_us_is_not_allowed() {
    let line = Line::new().await;
    for method in ["PUBLISH", "MESSAGE"] {
        let response = line.ask(method, "", "").await;
        assert_eq!(response.status.code(), 405, "{method}");
        assert!(!response.headers.allow().is_empty(), "{method}: with Allow");
    }
}

#[tokio::test]
async fn a_method_that_nobody_knows_is_not_implemented() {
    let line = Line::new().await;
    assert_eq!(line.ask("JUGGLE", "", "").await.status.code(), 501);
}

#[tokio::test]
async fn a_body_that_is_no_sdp_is_not_supported() {
    let line = Line::new().await;
    let response = line.ask("INVITE", "Content-Type: application/x-unheard-of\r\n", "hello").await;
    assert_eq!(response.status.code(), 415);
    let accepted = response.headers.accept().expect("with Accept");
    assert!(accepted.iter().any(|kind| kind.to_string().starts_with("application/sdp")), "{accepted:?}");
}

#[tokio::test]
async fn another_scheme_is_not_supported() {
    let line = Line::new().await;
    let (text, call_id) = line.wire.compose("OPTIONS", &line.uri(), "", "");
    let text = text.replacen(&format!("OPTIONS {}", line.uri()), "OPTIONS mailto:someone@example.com", 1);
    assert_eq!(line.wire.ask_with(&text, &call_id).await.status.code(), 416);
}

#[tokio::test]
async fn an_extension_that_is_required_and_not_known_is_named() {
    let line = Line::new().await;
    let response = line.invite("Require: telepathy\r\n", &Line::offer()).await;
    assert_eq!(response.status.code(), 420);
    assert_eq!(response.headers.get(&HeaderName::Unsupported), Some("telepathy"));
}

#[tokio::test]
async fn a_request_of_a_dialog_that_does_not_exist_is_told_so() {
    let line = Line::new().await;
    for method in ["BYE", "INFO"] {
        let (text, call_id) = line.wire.compose(method, &line.uri(), "", "");
        let to = format!("To: <{}>", line.uri());
        let text = text.replace(&to, &format!("{to};tag=nobody-knows-it"));
        assert_eq!(line.wire.ask_with(&text, &call_id).await.status.code(), 481, "{method}");
    }
    let response = line.ask("CANCEL", "", "").await;
    assert_eq!(response.status.code(), 481, "CANCEL");
}

#[tokio::test]
async fn an_offer_without_a_codec_of_ours_is_not_acceptable() {
    let line = Line::new().await;
    let body =
        Line::offer().replace("RTP/AVP 8 101", "RTP/AVP 97").replace("a=rtpmap:8 PCMA/8000", "a=rtpmap:97 iLBC/8000");
    assert_eq!(line.invite("", &body).await.status.code(), 488);
    let video = Line::offer().replace("m=audio", "m=video");
    assert_eq!(line.invite("", &video).await.status.code(), 488);
    assert_eq!(line.server.api().last_call().await["cause"], "incompatible");
}

#[tokio::test]
async fn too_many_hops_are_refused() {
    let line = Line::new().await;
    let (text, call_id) = line.wire.compose("INVITE", &line.uri(), "", "");
    let text = text.replace("Max-Forwards: 70", "Max-Forwards: 0");
    // We are the end of the way: RFC 3261 8.2 does not look at it, and 483 is for those who forward.
    let status = line.wire.ask_with(&text, &call_id).await.status.code();
    assert!(matches!(status, 200 | 483), "{status}");
}

#[tokio::test]
async fn another_version_of_sip_is_refused() {
    let line = Line::new().await;
    let (text, call_id) = line.wire.compose("OPTIONS", &line.uri(), "", "");
    let text = text.replacen("SIP/2.0\r\n", "SIP/7.0\r\n", 1);
    assert_eq!(line.wire.ask_with(&text, &call_id).await.status.code(), 505);
}

#[tokio::test]
async fn an_accept_without_sdp_is_not_acceptable() {
    let line = Line::new().await;
    let response = line.invite("Accept: text/x-nobody-reads-this\r\n", &Line::offer()).await;
    assert_eq!(response.status.code(), 406);
}

#[tokio::test]
async fn a_registration_for_somebody_elses_domain_is_not_taken() {
    let line = Line::new().await;
    let response = line.ask("REGISTER", "Expires: 60\r\n", "").await;
    let status = response.status.code();
    assert!(matches!(status, 401 | 403 | 404), "{status}");
}
