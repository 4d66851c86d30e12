//! Two hosts with a NAT of the kernel's between them: who is behind it registers, is called and calls, is found again
//! after the NAT forgot it, and is heard wherever its sound comes from.

use callwright_tests::baresip::Phone;
use callwright_tests::caller::{self, call_with, config, heard, script, timeline};
use callwright_tests::lab::{self, INTERNET, NAT, OFFICE, OFFICE_REST};
use callwright_tests::signal::{Sound, read_wav};
use callwright_tests::{Baresip, Server, Settings, wait};
use serde_json::{Value, json};
use synthetic_caller::{CallerConfig, Report, Step};

const OURS: &str = "+12015550100";
const THEIRS: &str = "+12025550199";
const PASSWORD: &str = "carrier-secret";

/// A carrier on the internet: our account, and a number that echoes.
async fn carrier() -> Server {
    let account = |name: &str, rights: &str| {
        format!("[[members]]\nname = \"{name}\"\ndisplay = \"{name}\"\npassword = \"{PASSWORD}\"\n{rights}\n")
    };
    let echo = format!("[[numbers]]\nnumber = \"{THEIRS}\"\nflow = \"echo\"\n");
    let settings = Settings::default().at(INTERNET).set("SIP__T1_MS", 50);
    Server::with(settings.config(&(account(OURS, "") + &account("somebody", "") + &echo))).await
}

/// A business in the office, whose trunk registers at the carrier through the NAT.
async fn business(carrier: &Server) -> Server {
    let trunk = format!(
        "[[trunks]]\nname = \"carrier\"\nhost = \"{}\"\nuser = \"{OURS}\"\npassword = \"{PASSWORD}\"\nregister = true\n\
         caller_id = \"{OURS}\"\n[[numbers]]\nnumber = \"{OURS}\"\nflow = \"echo\"\ntrunk = \"carrier\"\n",
        carrier.sip()
    );
    let settings = Settings::default().within(OFFICE, OFFICE_REST).config(&trunk).set("SIP__TRUNK_CHECK_S", 1);
    let server = Server::with(settings.set("MEDIA__RTP_TIMEOUT_S", 2)).await;
    trunk_when(&server, "the trunk is registered", |state| state["registration"] == "registered").await;
    server
}

async fn trunk_when(server: &Server, what: &str, is: impl Fn(&Value) -> bool) {
    let api = server.api();
    wait::until(what, async || {
        let trunk = api.list("/v1/trunks").await.into_iter().next()?;
        is(&trunk["state"]).then_some(())
    })
    .await;
}

/// Somebody on the internet calls the business, whose flow sends back what is said.
async fn call_the_business(carrier: &Server) -> Report {
    let voice = Sound::tone(700.0, 2.0).written(carrier.folder(), "voice.wav");
    let steps = vec![Step::Silence(caller::seconds(1.0)), Step::Play(voice), caller::wait(2.5), Step::HangUp];
    let caller = CallerConfig { password: Some(PASSWORD.into()), ..config("somebody") };
    call_with(caller, script(carrier.address(OURS), steps)).await
}

#[test]
fn a_business_behind_a_nat_is_called_and_calls() {
    lab::run("nat::a_business_behind_a_nat_is_called_and_calls", async || {
        let carrier = carrier().await;
        let ours = business(&carrier).await;
        let report = call_the_business(&carrier).await;
        assert!(heard(&report).tone_seconds(700.0) >= 1.5, "{}", timeline(&report));

        // Out: the carrier sends our tone back, and the recording has it on the caller's side.
        Sound::tone(1_000.0, 60.0).written(&ours.data().join("media"), "line.wav");
        let yaml = "languages: [en]\nrecording: announced\nnodes:\n  line:\n    play: line.wav\n    next: hangup\n";
        let api = ours.api();
        api.flow("line", yaml).await;
        let placed = api.post("/v1/calls", &json!({ "to": THEIRS, "flow": "line" })).await;
        let id = placed["id"].as_str().unwrap();
        api.call_when(id, "answered", |call| call["state"] == "active").await;
        tokio::time::sleep(caller::seconds(9.0)).await;
        api.delete(&format!("/v1/calls/{id}")).await;
        api.ended_call(id).await;
        let recording = read_wav(&api.recording(id).await);
        assert!(recording[0].tone_seconds(1_000.0) >= 2.0, "the echo came back through the NAT");
    });
}

#[test]
fn a_business_is_found_again_after_its_nat_forgot_it() {
    lab::run("nat::a_business_is_found_again_after_its_nat_forgot_it", async || {
        let carrier = carrier().await;
        let _ours = business(&carrier).await;
        lab::restart_nat();
        // The carrier calls an address that nobody has any more, until the business learns by a sign of life that it
        // is seen elsewhere. Its registration would be refreshed after eight minutes only.
        wait::until("calls come in again", async || {
            let report = call_the_business(&carrier).await;
            (heard(&report).tone_seconds(700.0) >= 1.5).then_some(())
        })
        .await;
    });
}

#[test]
fn a_call_whose_sound_is_cut_off_is_ended_on_both_sides() {
    lab::run("nat::a_call_whose_sound_is_cut_off_is_ended_on_both_sides", async || {
        let carrier = carrier().await;
        let ours = business(&carrier).await;
        let api = ours.api();
        let placed = api.post("/v1/calls", &json!({ "to": THEIRS, "flow": "echo" })).await;
        let id = placed["id"].as_str().unwrap();
        api.call_when(id, "answered", |call| call["state"] == "active").await;
        let rtp = carrier.ports.first_rtp()..=carrier.ports.last_rtp();
        let (first, last) = (rtp.start(), rtp.end());
        lab::masquerade(&format!("udp dport {first}-{last} drop; udp sport {first}-{last} drop"));
        let call = api.ended_call(id).await;
        assert_eq!(call["cause"], "media_timeout", "{call}");
        // The BYE passes, and ends it at the carrier too.
        let theirs = carrier.api().last_call().await;
        assert_eq!(theirs["hung_up_by"], "caller", "{theirs}");
    });
}

#[test]
fn a_phone_behind_a_nat_registers_is_called_and_calls() {
    lab::run("nat::a_phone_behind_a_nat_registers_is_called_and_calls", async || {
        let carrier = carrier().await;
        let phone =
            Phone { in_office: true, auto_answer: true, tone_hz: 1_050.0, ..Phone::new(OURS, carrier.sip(), PASSWORD) };
        let mut phone = Baresip::start(phone).await;
        let voice = Sound::tone(700.0, 3.0).written(carrier.folder(), "voice.wav");
        let steps = vec![caller::wait(0.5), Step::Play(voice), caller::wait(1.0), Step::HangUp];
        let caller = CallerConfig { password: Some(PASSWORD.into()), ..config("somebody") };
        let report = call_with(caller, script(carrier.address(OURS), steps)).await;
        assert!(heard(&report).tone_seconds(1_050.0) >= 2.0, "{}", timeline(&report));
        let incoming = phone.event("CALL_CLOSED").await;
        assert!(!incoming.to_string().contains(NAT), "it knows nothing of its outer address");

        phone.command("dial", &carrier.address(THEIRS)).await;
        phone.event("CALL_RTPESTAB").await;
        tokio::time::sleep(caller::seconds(6.0)).await;
        phone.command("hangup", "").await;
        carrier.api().last_call().await;
        assert!(phone.heard().await.tone_seconds(1_050.0) >= 1.0, "its own voice came back");
    });
}
