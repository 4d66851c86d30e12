//! linphone's command line calls: by TLS, with SRTP, in Opus.

use callwright_tests::certificate::certify;
use callwright_tests::linphone::{Linphone, Setup};
use callwright_tests::{Server, Settings, caller};

/// Calls the flow that echoes, lets it run, and gives what linphone heard of its own voice, seconds.
async fn echoed(server: &Server, setup: &Setup, uri: &str) -> (f64, String) {
    let mut phone = Linphone::start(setup);
    phone.command(&format!("call {uri}"));
    phone.says("connected").await;
    tokio::time::sleep(caller::seconds(8.0)).await;
    phone.command("terminate");
    let call = server.api().last_call().await;
    assert_eq!((&call["cause"], &call["hung_up_by"]), (&"normal".into(), &"caller".into()), "{call}");
    let log = phone.log();
    (phone.heard().await.tone_seconds(setup.tone_hz), log)
}

#[tokio::test]
async fn a_call_over_tcp_in_g711_is_heard_both_ways() {
    let server = Server::with(Settings::default()).await;
    let setup = Setup { codec: Some(("PCMA", 8_000)), tone_hz: 700.0, ..Setup::default() };
    let (seconds, _) = echoed(&server, &setup, &format!("{};transport=tcp", server.address("echo"))).await;
    assert!(seconds >= 1.0, "{seconds} s of its own voice");
}

#[tokio::test]
async fn a_call_over_tls_with_srtp_in_opus_is_heard_both_ways() {
    let mut server = Server::prepared(Settings::default());
    let (named, certificate) = certify(server.folder(), "localhost");
    let port = server.ports.sip() + 1;
    server.configure(&format!(
        "[sip]\ntls_port = {port}\n[sip.tls]\n{named}[media]\ncodecs = [\"OPUS\", \"PCMA\"]\nsrtp = \"required\"\n"
    ));
    server.begin().await;
    let setup = Setup { codec: Some(("opus", 48_000)), srtp: true, root: Some(certificate), tone_hz: 700.0 };
    let (seconds, log) = echoed(&server, &setup, &format!("sip:echo@localhost:{port};transport=tls")).await;
    assert!(seconds >= 1.0, "{seconds} s of its own voice");
    // What it says of the connection and of the answer.
    assert!(log.contains("opus/48000"), "Opus was answered");
    assert!(log.contains("RTP/SAVP"), "the sound was encrypted");
}
