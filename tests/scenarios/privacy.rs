//! Encrypted sound: keys in the session description and by DTLS, with callers of ours and phones by others, and what
//! is refused. That it is sound is proved by what was heard.

use callwright_tests::baresip::Phone;
use callwright_tests::caller::{self, call_with, config, heard, script, timeline};
use callwright_tests::{Baresip, Server, Settings};
use media::sdp::KeyExchange;
use serde_json::json;
use synthetic_caller::{CallerConfig, Ending, Step};

const OURS: &str = "+12015550100";
const THEIRS: &str = "+12025550199";

/// A number that gives back what is said.
const ECHO: &str = "[[numbers]]\nnumber = \"mirror\"\nflow = \"echo\"\n";

#[tokio::test]
async fn a_caller_who_encrypts_is_answered_encrypted() {
    let server = Server::start().await;
    for exchange in [KeyExchange::Sdes, KeyExchange::Dtls] {
        let caller = CallerConfig { srtp: Some(exchange), ..config("caller") };
        let steps = vec![Step::Speech, caller::wait(1.0), Step::HangUp];
        let report = call_with(caller, script(server.address("reception"), steps)).await;
        assert!(heard(&report).is_audible(), "{exchange:?}: {}", timeline(&report));
        let encrypted = report.timeline.iter().any(|moment| moment.what == "the sound is encrypted");
        assert!(encrypted, "{exchange:?}: {}", timeline(&report));
        assert_eq!(server.api().last_call().await["cause"], "normal");
    }
}

/// baresip hears its own tone again: both ways, by every way that it knows to agree on keys.
#[tokio::test]
async fn a_phone_by_others_speaks_encrypted() {
    let server = Server::with(Settings::default().config(ECHO)).await;
    for (encryption, ice) in
        [("srtp", false), ("srtp-mand", false), ("srtp-mandf", false), ("dtls_srtp", false), ("dtls_srtp", true)]
    {
        let phone =
            Phone { encryption: Some(encryption), ice, ..Phone::new("anna", server.sip(), &server.phone_password()) };
        let mut phone = Baresip::start(phone).await;
        phone.command("dial", &server.address("mirror")).await;
        phone.event("CALL_ESTABLISHED").await;
        // It is told that it will hear itself, and then does.
        let id = server.api().newest_call().await;
        server.api().call_when(&id, "it is answered", |call| call["state"] == "active").await;
        tokio::time::sleep(caller::seconds(6.0)).await;
        let sound = phone.heard().await;
        assert!(sound.tone_seconds(440.0) >= 1.0, "{encryption}, ICE {ice}");
    }
}

/// A call between two members is encrypted on each leg by its own keys.
#[tokio::test]
async fn where_it_is_required_phones_are_called_encrypted() {
    let server = Server::with(Settings::default().set("MEDIA__SRTP", "required")).await;
    let password = server.phone_password();
    let ben = Phone { encryption: Some("srtp-mand"), auto_answer: true, ..Phone::new("ben", server.sip(), &password) };
    let _ben = Baresip::start(ben).await;
    let anna = CallerConfig { password: Some(password), srtp: Some(KeyExchange::Dtls), ..config("anna") };
    let steps = vec![Step::Speech, caller::wait(1.5), Step::HangUp];
    let report = call_with(anna, script(server.address("ben"), steps)).await;
    assert!(heard(&report).tone_seconds(440.0) >= 0.9, "{}", timeline(&report));
}

/// Another Callwright is the carrier: it offers keys beside plain RTP, or none.
#[tokio::test]
async fn a_trunk_that_requires_it_takes_no_call_in_the_clear() {
    for (theirs, cause) in [("optional", None), ("required", None), ("off", Some("incompatible"))] {
        let mut carrier = Server::prepared(Settings::default().at("127.0.0.2"));
        let trunk = format!("[[trunks]]\nname = \"carrier\"\nhost = \"{}\"\nsrtp = \"required\"\n", carrier.sip());
        let number = format!("[[numbers]]\nnumber = \"{OURS}\"\nflow = \"echo\"\ntrunk = \"carrier\"\n");
        let ours = Server::with(Settings::default().config(&trunk).config(&number)).await;
        carrier.configure(&format!(
            "[[trunks]]\nname = \"acme\"\nhost = \"{}\"\nsrtp = \"{theirs}\"\n\
             [[numbers]]\nnumber = \"{THEIRS}\"\nflow = \"echo\"\n",
            ours.sip()
        ));
        carrier.begin().await;
        let order = json!({ "to": OURS, "from": THEIRS, "flow": "echo" });
        let placed = carrier.api().post("/v1/calls", &order).await;
        let id = placed["id"].as_str().unwrap();
        if let Some(cause) = cause {
            assert_eq!(carrier.api().ended_call(id).await["cause"], cause, "{theirs}");
        } else {
            carrier.api().call_when(id, "it is answered", |call| call["state"] == "active").await;
            tokio::time::sleep(caller::seconds(1.0)).await;
            carrier.api().delete(&format!("/v1/calls/{id}")).await;
            // Each heard the other's voice, which only the right keys let through.
            let call = carrier.api().ended_call(id).await;
            assert!(call["legs"][0]["quality"]["received"].as_u64() > Some(0), "{theirs}: {call}");
        }
    }
}

#[tokio::test]
async fn what_the_setting_does_not_allow_is_refused() {
    for (setting, srtp) in [("required", None), ("off", Some(KeyExchange::Sdes)), ("off", Some(KeyExchange::Dtls))] {
        let server = Server::with(Settings::default().set("MEDIA__SRTP", setting)).await;
        let caller = CallerConfig { srtp, ..config("caller") };
        let report = call_with(caller, script(server.address("reception"), vec![])).await;
        let refused = matches!(report.ending, Ending::NotAnswered { status: Some(488) });
        assert!(refused, "{setting}, {srtp:?}: {}", timeline(&report));
    }
}
