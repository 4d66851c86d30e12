//! Who calls, by trunks that say it in different ways, and whether it is proved.

use std::path::Path;

use callwright_tests::sipp::Sipp;
use callwright_tests::{Api, Server, Settings};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256,
};
use serde_json::{Value, json};

use crate::flows::line;

/// Our number.
const OURS: &str = "+12015550100";
/// Somebody else's.
const THEIRS: &str = "+12025550199";
/// Where our certificate is for others.
const CERTIFICATE: &str = "https://cert.example/ours.pem";

/// Our number, answered by `line`, and a trunk at `host` with more settings.
async fn business(host: &str, trunk: &str, more: &str) -> Server {
    let config = format!(
        "{more}\n[[trunks]]\nname = \"carrier\"\nhost = \"{host}\"\n{trunk}\n\
         [[numbers]]\nnumber = \"{OURS}\"\nflow = \"echo\"\ntrunk = \"carrier\"\n"
    );
    let server = Server::with(Settings::default().config(&config)).await;
    line(&server, "off").await;
    reroute(&server.api(), OURS, "line").await;
    server
}

/// Lets the number be answered by another flow.
async fn reroute(api: &Api, number: &str, flow: &str) {
    let numbers = api.list("/v1/numbers").await;
    let found = numbers.iter().find(|it| it["number"] == number).expect("a number of the configuration");
    let path = format!("/v1/numbers/{}", found["id"].as_str().unwrap());
    let answer = api.ask(reqwest::Method::PATCH, &path, Some(&json!({ "flow": flow })), &[]).await;
    assert_eq!(answer.status, reqwest::StatusCode::OK, "{}", answer.json());
}

/// `host:port` of a SIPp that waits for a call.
fn host(sipp: &Sipp) -> String {
    sipp.address("x").rsplit_once('@').unwrap().1.to_owned()
}

#[tokio::test]
async fn a_caller_withheld_by_privacy_stays_so_and_the_way_of_the_call_is_known() {
    let server = business("127.0.0.1:9", "quirks = { options_ping = false }", "").await;
    Sipp::calling("withheld", &server.sip(), OURS).play().await;
    let call = server.api().last_call().await;
    assert_eq!((&call["from"], &call["contact"], &call["trunk"]), (&Value::Null, &Value::Null, &"carrier".into()));
    let way = json!([
        { "by": Value::Null, "reason": "no-answer" },
        { "by": "+12015550188", "reason": "user-busy" },
    ]);
    assert_eq!(call["origin"]["diversions"], way);
    assert_eq!(call["origin"]["verification"]["result"], "none");
    let events = server.api().list(&format!("/v1/calls/{}/events", call["id"].as_str().unwrap())).await;
    let told = events.iter().find(|event| event["type"] == "call.ended").unwrap();
    assert_eq!(told["data"]["call"]["origin"]["diversions"], way, "{told}");
    assert!(!told.to_string().contains("0177") && !told.to_string().contains("0199"), "{told}");
    assert!(!server.printed().contains("0177"), "the log holds no numbers");
}

#[tokio::test]
async fn a_call_goes_out_as_its_trunk_wants_it() {
    let proxy = Sipp::called("proxied");
    let trunk = format!(
        "outbound_proxy = \"{}\"\nidentity = \"pai\"\nquirks = {{ number_format = \"national\", user_phone = true, \
         from_domain = \"customer.example\", ptime_ms = 40, max_forwards = 40, options_ping = false }}\n\
         caller_id = \"{OURS}\"",
        host(&proxy)
    );
    let server = business("carrier.example", &trunk, "").await;
    let call = json!({ "to": THEIRS, "flow": "line", "withheld": true });
    let playing = tokio::spawn(proxy.play());
    let placed = server.api().post("/v1/calls", &call).await;
    let id = placed["id"].as_str().unwrap();
    server.api().call_when(id, "it is answered", |call| call["state"] == "active").await;
    server.api().delete(&format!("/v1/calls/{id}")).await;
    playing.await.unwrap();
}

#[tokio::test]
async fn a_call_that_is_sent_on_says_by_whom_it_went() {
    let carrier = Sipp::called("forwarded");
    let trunk = "diversion = \"both\"\nquirks = { options_ping = false }";
    let server = business(&host(&carrier), trunk, "").await;
    let yaml = format!(
        "languages: [en]\nrecording: off\nnodes:\n  on:\n    transfer: {{to: \"{THEIRS}\", no_answer: hangup}}\n    next: hangup\n"
    );
    server.api().flow("onwards", &yaml).await;
    reroute(&server.api(), OURS, "onwards").await;
    let playing = tokio::spawn(carrier.play());
    Sipp::calling("withheld", &server.sip(), OURS).play().await;
    playing.await.unwrap();
}

/// A root, and a carrier's certificate and key under it, as files of a folder.
fn certificates(folder: &Path) {
    let mut root = CertificateParams::new(Vec::new()).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    root.distinguished_name.push(DnType::CommonName, "Test root");
    let root_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let mut leaf = CertificateParams::new(Vec::new()).unwrap();
    leaf.distinguished_name.push(DnType::CommonName, "SHAKEN 1234");
    // TNAuthList with the carrier's code.
    let carrier = vec![0x30, 0x08, 0xa0, 0x06, 0x16, 0x04, b'1', b'2', b'3', b'4'];
    leaf.custom_extensions = vec![CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 26], carrier)];
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let signed = leaf.signed_by(&key, &Issuer::from_params(&root, &root_key)).unwrap();
    let write = |name: &str, text: String| std::fs::write(folder.join(name), text).unwrap();
    write("root.pem", root.self_signed(&root_key).unwrap().pem());
    write("ours.pem", signed.pem());
    write("key.pem", key.serialize_pem());
}

#[tokio::test]
async fn a_number_that_is_signed_is_proved_on_the_other_side() {
    let folder = tempfile::tempdir().unwrap();
    certificates(folder.path());
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (root, ours, key) = (file("root.pem"), file("ours.pem"), file("key.pem"));
    let far = format!(
        "[stir]\nroots = [\"{root}\"]\ncertificates = {{ \"{CERTIFICATE}\" = \"{ours}\" }}\n\
         [[numbers]]\nnumber = \"{THEIRS}\"\nflow = \"echo\"\n"
    );
    let far = Server::with(Settings::default().at("127.0.0.2").config(&far)).await;
    line(&far, "off").await;
    reroute(&far.api(), THEIRS, "line").await;
    let stir = format!("[stir]\nkey_file = \"{key}\"\nurl = \"{CERTIFICATE}\"\nattest = \"B\"");
    let near = business(&far.sip(), &format!("sign = true\ncaller_id = \"{OURS}\""), &stir).await;
    let placed = near.api().post("/v1/calls", &json!({ "to": THEIRS, "flow": "line" })).await;
    let id = placed["id"].as_str().unwrap();
    near.api().call_when(id, "it is answered", |call| call["state"] == "active").await;
    let call = far.api().newest_call().await;
    let call = far.api().call_when(&call, "the far side is answered", |call| call["state"] == "active").await;
    assert_eq!(call["from"], OURS);
    assert_eq!(call["origin"]["verification"], json!({ "result": "verified", "attestation": "B" }));
    near.api().delete(&format!("/v1/calls/{id}")).await;
}

#[tokio::test]
async fn a_trunk_may_refuse_what_is_not_proved() {
    let folder = tempfile::tempdir().unwrap();
    certificates(folder.path());
    let stir = format!("[stir]\nroots = [\"{}\"]", folder.path().join("root.pem").display());
    let trunk = "proof = \"reject\"\nquirks = { options_ping = false }";
    let server = business("127.0.0.1:9", trunk, &stir).await;
    Sipp::calling("unproved", &server.sip(), OURS).play().await;
    // Unsigned calls are let through.
    Sipp::calling("answer", &server.sip(), OURS).play().await;
    let calls = server.api().list("/v1/calls").await;
    assert_eq!(calls.len(), 1, "a refused call is in no books");
    assert_eq!(server.api().last_call().await["origin"]["verification"]["result"], "none");
}
