//! `/metrics`, and that dashboards and alert rules speak of what is there.

use std::collections::BTreeSet;

use callwright_tests::caller::{talk, wait as pause};
use callwright_tests::certificate::certify;
use callwright_tests::receiver::Receiver;
use callwright_tests::{Api, Server, Settings, wait};
use reqwest::Method;
use serde_json::{Value, json};
use synthetic_caller::Step;

const DASHBOARD: &str = include_str!("../../../docs/observability/grafana.json");
const ALERTS: &str = include_str!("../../../docs/observability/alerts.yaml");

async fn metrics(api: &Api) -> String {
    String::from_utf8(api.ask(Method::GET, "/metrics", None, &[]).await.body).unwrap()
}

/// Every word of a text that names a metric of ours.
fn named(text: &str) -> BTreeSet<String> {
    let is_part = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let words = text.split(|char| !is_part(char)).filter(|word| word.starts_with("callwright_"));
    words.map(str::to_owned).collect()
}

/// The value of a line that begins so.
fn value(text: &str, begin: &str) -> f64 {
    let line = text.lines().find(|line| line.starts_with(begin));
    let number = line.and_then(|line| line.rsplit(' ').next()?.parse().ok());
    number.unwrap_or_else(|| panic!("no `{begin}` in\n{text}"))
}

fn say(text: &str) -> Step {
    Step::Say { text: text.into(), language: "en".into() }
}

#[tokio::test]
async fn every_metric_of_the_dashboard_and_the_alerts_is_there_and_counts() {
    let receiver = Receiver::start().await;
    let mut server = Server::prepared(Settings::default());
    // A carrier that answers OPTIONS: the server itself.
    let own = server.sip();
    let (certificate, file) = certify(server.folder(), "pbx.example");
    server.configure(&format!(
        "[sip]\ntls_port = {}\n[sip.tls]\n{certificate}[[trunks]]\nname = \"own\"\nhost = \"{own}\"\nuser = \"x\"\npassword = \"x\"\nregister = true\n[[webhooks]]\nurl = \"{}\"\nsecret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"\n",
        server.ports.sip() + 1,
        receiver.url
    ));
    server.begin().await;
    let api = server.api();
    let steps = vec![
        say("what are your opening hours"),
        Step::Turn,
        say("thank you goodbye"),
        Step::Turn,
        pause(0.5),
        Step::HangUp,
    ];
    talk(server.address("assistant"), steps).await;
    api.last_call().await;
    receiver.delivery("the end of the call is told", |delivery| delivery.kind() == "call.ended").await;
    let text = wait::until("the trunk and the work after the call are measured", async || {
        let text = metrics(&api).await;
        let there = text.contains("callwright_trunk_reachable{trunk=\"own\"}")
            && text.contains("callwright_webhook_seconds_count")
            && text.contains("callwright_trunk_registered{trunk=\"own\"}");
        there.then_some(text)
    })
    .await;
    let there = named(&text);
    let spoken_of: BTreeSet<String> = named(DASHBOARD).union(&named(ALERTS)).cloned().collect();
    assert!(spoken_of.len() > 40, "{spoken_of:?}");
    let missing: Vec<&String> = spoken_of.difference(&there).collect();
    assert!(missing.is_empty(), "{missing:?} are not in\n{text}");

    assert!(value(&text, "callwright_calls_total{direction=\"inbound\",outcome=\"normal\"") >= 0.0);
    let ended: f64 = text
        .lines()
        .filter(|line| line.starts_with("callwright_calls_total{direction=\"inbound\""))
        .map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap())
        .sum();
    assert!((ended - 1.0).abs() < f64::EPSILON, "one call is over\n{text}");
    assert!(value(&text, "callwright_sip_requests_total{direction=\"in\",method=\"INVITE\"}") >= 1.0);
    assert!(value(&text, "callwright_sip_responses_total{direction=\"out\",method=\"INVITE\",class=\"2xx\"}") >= 1.0);
    assert!(value(&text, "callwright_rtp_mos_count") >= 1.0);
    assert!(value(&text, "callwright_turn_seconds_count{stage=\"total\"}") >= 1.0);
    assert!(value(&text, "callwright_disk_free_bytes") > 1e6);
    assert!(value(&text, "callwright_sip_bans") < 0.5);
    let days = value(&text, &format!("callwright_certificate_days{{file=\"{}\"}}", file.display()));
    assert!(days > 300.0, "{days} days are left");
    // A private thing in a label would be kept for years by whoever collects this.
    assert!(!text.contains("caller@") && !text.contains("+1202"), "{text}");
}

#[test]
fn the_dashboard_is_whole() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<u64> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len());
    for panel in panels.iter().filter(|panel| panel["type"] != json!("row")) {
        let targets = panel["targets"].as_array().unwrap();
        assert!(
            !targets.is_empty() && targets.iter().all(|target| !named(&target["expr"].to_string()).is_empty()),
            "{panel}"
        );
    }
    let alerts = ALERTS.matches("- alert:").count();
    assert_eq!(alerts, ALERTS.matches("action:").count(), "every alert says what to do");
}
