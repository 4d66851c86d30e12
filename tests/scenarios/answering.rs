//! A stranger calls, and is answered.

use callwright_tests::caller::{self, call, call_with, config, heard, script, timeline};
use callwright_tests::sipp::Sipp;
use callwright_tests::voice::{spoken, voice};
use callwright_tests::wire::Wire;
use callwright_tests::{Server, Settings};
use media::codec::Codec;
use sip_core::message::Method;
use synthetic_caller::{CallerConfig, Ending, Step};

const GREETING: &str = "Northwind Dental, hello!";

#[tokio::test]
async fn a_stranger_hears_whom_they_reached_and_that_they_are_recorded() {
    let server = Server::start().await;
    let report = call(server.address("reception"), vec![Step::Turn, Step::HangUp]).await;
    assert_eq!(report.ending, Ending::ByUs);

    let (voice, heard) = (voice().await, heard(&report));
    assert!(heard.contains_speech(&spoken(&voice, "en", GREETING).await), "{}", timeline(&report));
    let menu = spoken(&voice, "en", "For our opening hours, press 1.").await;
    assert!(heard.contains_speech(&menu), "{}", timeline(&report));

    let call = server.api().last_call().await;
    assert_eq!((&call["cause"], &call["hung_up_by"]), (&"normal".into(), &"caller".into()));
    assert_eq!(call["recording"]["state"], "ready", "the call was announced as recorded");
    assert_eq!(call["legs"][0]["quality"]["codec"], "PCMA");
}

#[tokio::test]
async fn the_greeting_is_heard_within_a_second() {
    let server = Server::start().await;
    let steps = || vec![Step::Speech, caller::wait(0.5), Step::HangUp];
    // The best of a few calls: other work on this machine is not what is judged.
    let mut best = u64::MAX;
    for _ in 0..4 {
        let report = call(server.address("reception"), steps()).await;
        best = best.min(report.first_sound_ms.unwrap_or(u64::MAX));
    }
    assert!(best < 1_000, "from the INVITE to the first sound: {best} ms");
}

#[tokio::test]
async fn every_codec_is_spoken() {
    let server = Server::start().await;
    let greeting = spoken(&voice().await, "en", GREETING).await;
    for codec in Codec::ALL {
        let config = CallerConfig { codecs: vec![codec], ..config("caller") };
        let steps = vec![Step::Speech, caller::wait(3.0), Step::HangUp];
        let report = call_with(config, script(server.address("reception"), steps)).await;
        assert!(report.was_answered(), "{codec:?}: {}", timeline(&report));
        if report.rate == callwright_tests::signal::RATE {
            assert!(heard(&report).contains_speech(&greeting), "{codec:?}: {}", timeline(&report));
        } else {
            assert!(heard(&report).is_audible(), "{codec:?}");
        }
        let call = server.api().last_call().await;
        assert_eq!(call["legs"][0]["quality"]["codec"], codec.encoding_name());
    }
}

#[tokio::test]
async fn a_call_by_tcp_is_answered() {
    let server = Server::start().await;
    let config = CallerConfig { tcp: true, ..config("caller") };
    let steps = vec![Step::Speech, caller::wait(0.5), Step::HangUp];
    let report = call_with(config, script(format!("{};transport=tcp", server.address("reception")), steps)).await;
    assert!(heard(&report).is_audible(), "{}", timeline(&report));
    Sipp::calling("answer", &server.sip(), "reception").with(&["-t", "t1"]).play().await;
}

#[tokio::test]
async fn a_call_by_ipv6_is_answered() {
    let server = Server::with(Settings::default().at("::1")).await;
    let steps = vec![Step::Speech, caller::wait(0.5), Step::HangUp];
    let report = call(server.address("reception"), steps).await;
    assert!(heard(&report).is_audible(), "{}", timeline(&report));
    Sipp::calling("answer", &server.sip(), "reception").ipv6().play().await;
}

#[tokio::test]
async fn sipp_is_answered_and_hangs_up() {
    let server = Server::start().await;
    Sipp::calling("answer", &server.sip(), "reception").play().await;
    let call = server.api().last_call().await;
    assert_eq!((&call["state"], &call["hung_up_by"]), (&"ended".into(), &"caller".into()));
}

#[tokio::test]
async fn a_call_without_an_offer_gets_ours() {
    let server = Server::start().await;
    Sipp::calling("late_offer", &server.sip(), "reception").play().await;
    assert_eq!(server.api().last_call().await["cause"], "normal");
}

#[tokio::test]
async fn options_say_what_we_can() {
    let server = Server::start().await;
    let wire = Wire::to(&server.sip()).await;
    let response = wire.ask("OPTIONS", &server.address("reception"), "", "").await;
    assert_eq!(response.status.code(), 200);
    let allowed = response.headers.allow();
    for method in [Method::Invite, Method::Ack, Method::Bye, Method::Cancel, Method::Options, Method::Info] {
        assert!(allowed.contains(&method), "{method:?} is missing in Allow");
    }
    assert!(response.headers.accept().is_some_and(|types| !types.is_empty()));
}

#[tokio::test]
async fn a_user_who_does_not_exist_is_not_found() {
    let server = Server::start().await;
    let report = call(server.address("nobody-here"), vec![]).await;
    assert_eq!(report.ending, Ending::NotAnswered { status: Some(404) });
    // Members are nobody's business but members'.
    let report = call(server.address("anna"), vec![]).await;
    assert_eq!(report.ending, Ending::NotAnswered { status: Some(404) });
}
