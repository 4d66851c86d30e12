//! Members' phones: registering, with the right and with a wrong password, and calling each other.

use callwright_tests::baresip::Phone;
use callwright_tests::caller::{self, call_with, config, script, timeline};
use callwright_tests::wire::Wire;
use callwright_tests::{Baresip, Server};
use synthetic_caller::{CallerConfig, Ending, Step};

#[tokio::test]
async fn a_phone_with_the_right_password_registers_by_udp_and_tcp() {
    let server = Server::start().await;
    for tcp in [false, true] {
        let phone = Phone { tcp, ..Phone::new("anna", server.sip(), &server.phone_password()) };
        let phone = Baresip::start_unregistered(phone).await;
        phone.registered().await;
    }
}

#[tokio::test]
async fn a_phone_with_a_wrong_password_does_not() {
    let server = Server::start().await;
    let mut phone = Baresip::start_unregistered(Phone::new("anna", server.sip(), "not-the-password")).await;
    phone.event("REGISTER_FAIL").await;
}

#[tokio::test]
async fn a_stranger_learns_nothing_about_who_is_a_member() {
    let server = Server::start().await;
    let wire = Wire::to(&server.sip()).await;
    let uri = format!("sip:{}", server.sip());
    for user in ["anna", "nobody-here"] {
        let (text, call_id) = wire.compose("REGISTER", &uri, "Expires: 60\r\n", "");
        let text = text.replace(&format!("To: <{uri}>"), &format!("To: <sip:{user}@{}>", server.sip()));
        let response = wire.ask_with(&text, &call_id).await;
        assert_eq!(response.status.code(), 401, "{user}");
        assert!(!response.headers.www_authenticate().is_empty(), "{user}");
    }
}

#[tokio::test]
async fn a_member_calls_another_one() {
    let server = Server::start().await;
    let password = server.phone_password();
    let phone = Phone { auto_answer: true, ..Phone::new("ben", server.sip(), &password) };
    let _ben = Baresip::start(phone).await;
    let anna = CallerConfig { password: Some(password), ..config("anna") };
    let steps = vec![Step::Speech, caller::wait(1.5), Step::HangUp];
    let report = call_with(anna, script(server.address("ben"), steps)).await;
    assert!(caller::heard(&report).tone_seconds(440.0) >= 0.9, "{}", timeline(&report));
    assert_eq!(server.api().last_call().await["member"], "anna");
}

#[tokio::test]
async fn a_phone_rings_after_a_restart_without_registering_again() {
    let mut server = Server::start().await;
    let password = server.phone_password();
    let _ben = Baresip::start(Phone { auto_answer: true, ..Phone::new("ben", server.sip(), &password) }).await;
    for kill in [false, true] {
        if kill {
            // What a kill may lose is what came in the last seconds.
            server.kill();
            server.begin().await;
        } else {
            server.restart().await;
        }
        let anna = CallerConfig { password: Some(password.clone()), ..config("anna") };
        let steps = vec![Step::Speech, caller::wait(1.5), Step::HangUp];
        let report = call_with(anna, script(server.address("ben"), steps)).await;
        assert!(caller::heard(&report).tone_seconds(440.0) >= 0.9, "killed: {kill}\n{}", timeline(&report));
    }
}

#[tokio::test]
async fn a_wrong_password_calls_nobody() {
    let server = Server::start().await;
    let anna = CallerConfig { password: Some("not-the-password".into()), ..config("anna") };
    let report = call_with(anna, script(server.address("ben"), vec![])).await;
    let Ending::NotAnswered { status: Some(status) } = report.ending else { panic!("answered: {}", timeline(&report)) };
    assert!(matches!(status, 401 | 403 | 407), "refused with {status}");
}
