//! Contacts by the file, who said no, and a person erased.

use std::path::Path;

use callwright_tests::api::text;
use callwright_tests::baresip::Phone;
use callwright_tests::caller::{self, call_with, config, script};
use callwright_tests::{Api, Baresip, Server, Settings, wait};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use synthetic_caller::Step;

use crate::flows::line;

const NUMBER: &str = "+12025550123";
const NAME: &str = "Wilhelmina Oberhuber";

/// Runs a command of the terminal against the server, and gives what it wrote and whether it went well.
async fn contacts(server: &Server, arguments: &[&str]) -> (bool, String) {
    let mut command = server.command(&[&["contacts"], arguments].concat());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = wait::done("the command ends", output).await.unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn file(server: &Server, name: &str, text: &str) -> String {
    let path = server.folder().join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

async fn standing(api: &Api, number: &str, purpose: &str) -> Value {
    api.get(&format!("/v1/standing?number={}&purpose={purpose}", number.replace('+', "%2B"))).await
}

#[tokio::test]
async fn a_file_with_bad_rows_is_kept_only_when_asked() {
    let server = Server::start().await;
    let api = server.api();
    let csv = file(
        &server,
        "people.csv",
        "Phone,Name,Language,Tags,Plan\n(202) 555-0123,Anna Berg,en,vip,gold\n12,Ben,en,,\n202-555-0123,Anna,,,\n\
         202 555 0124,Carla,xx1,,\n+12025550125,Dora,it,,\n",
    );
    let (good, said) = contacts(&server, &["import", &csv]).await;
    assert!(!good, "{said}");
    for told in ["line 3, Phone", "line 4: the number is that of line 2", "line 5, Language", "--keep-good"] {
        assert!(said.contains(told), "no `{told}` in\n{said}");
    }
    assert!(api.list("/v1/contacts").await.is_empty(), "nothing was kept");

    let (good, said) = contacts(&server, &["import", &csv, "--keep-good", "--tag", "spring"]).await;
    assert!(good && said.contains("2 made"), "{said}");
    let anna = api.list("/v1/contacts?number=2025550123").await.remove(0);
    assert_eq!((&anna["name"], &anna["fields"]["Plan"]), (&json!("Anna Berg"), &json!("gold")));
    assert_eq!(anna["tags"], json!(["spring", "vip"]));

    let (good, said) = contacts(&server, &["segment", "vip", "'vip' in contact.tags"]).await;
    assert!(good && said.contains("Anna Berg") && !said.contains("Dora"), "{said}");
    let (good, said) = contacts(&server, &["segment", "odd", "contact.tags in"]).await;
    assert!(!good && said.contains("cannot be read"), "{said}");
    let out = server.folder().join("vip.csv").display().to_string();
    let (good, said) = contacts(&server, &["export", &out, "--segment", "vip"]).await;
    assert!(good, "{said}");
    let (good, said) = contacts(&server, &["import", &out]).await;
    assert!(good && said.contains("1 as they were"), "what was exported is imported as it was: {said}");
}

#[tokio::test]
async fn a_no_survives_removal_and_import_and_lists_count_by_purpose() {
    let server = Server::start().await;
    let api = server.api();
    let csv = file(&server, "people.csv", &format!("number,name\n{NUMBER},Anna\n"));
    assert!(contacts(&server, &["import", &csv]).await.0);
    let (good, said) = contacts(&server, &["suppress", NUMBER, "--said", "never again"]).await;
    assert!(good, "{said}");
    let id = text(&api.list("/v1/contacts").await[0], "id");
    api.delete(&format!("/v1/contacts/{id}")).await;
    assert!(contacts(&server, &["import", &csv]).await.0);
    let now = standing(&api, NUMBER, "reminder").await;
    assert_eq!(now["suppressed"]["said"], "never again");
    assert_ne!(now["contact"], json!(id));
    assert_eq!(api.event("contact.suppressed").await["data"]["contact"], json!(id));

    let numbers: Vec<String> = (0..20_000).map(|n| format!("+1202{:07}", 2_000_000 + n)).collect();
    let list = file(&server, "list.txt", &format!("number\n{}\nnobody\n", numbers.join("\n")));
    let (good, said) = contacts(&server, &["do-not-call", "registry", &list]).await;
    assert!(good && said.contains("20000 numbers; 1 lines"), "{said}");
    assert_eq!(standing(&api, "+12022000007", "marketing").await["do_not_call"], json!(["registry"]));
    assert_eq!(standing(&api, "+12022000007", "reminder").await["do_not_call"], json!([]));

    let consent = json!({"number": NUMBER, "purpose": "marketing", "method": "form", "wording": "Yes."});
    let consent = api.post("/v1/consents", &consent).await;
    assert_eq!(standing(&api, NUMBER, "marketing").await["consent"]["holds"], true);
    let (good, said) = contacts(&server, &["consent", consent["id"].as_str().unwrap(), "--withdraw"]).await;
    assert!(good, "{said}");
    assert_eq!(standing(&api, NUMBER, "marketing").await["consent"]["holds"], false);
    assert!(contacts(&server, &["suppress", NUMBER, "--lift"]).await.0);
    assert_eq!(standing(&api, NUMBER, "reminder").await["suppressed"], Value::Null);
}

/// The files below a folder that hold this text.
fn files_with(folder: &Path, text: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files_with(&path, text, found);
        } else if let Ok(bytes) = std::fs::read(&path)
            && bytes.windows(text.len()).any(|window| window == text.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
}

fn on_disk(server: &Server, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    files_with(&server.data(), text, &mut found);
    found
}

fn sounds(server: &Server) -> usize {
    fn count(folder: &Path) -> usize {
        let entries = std::fs::read_dir(folder).unwrap().flatten();
        let one = |path: std::path::PathBuf| {
            if path.is_dir() { count(&path) } else { usize::from(path.extension().is_some_and(|end| end == "wav")) }
        };
        entries.map(|entry| one(entry.path())).sum()
    }
    count(&server.data().join("recordings"))
}

#[tokio::test]
async fn who_is_erased_is_in_no_file_and_still_not_called() {
    let mut server = Server::with(Settings::default()).await;
    let api = line(&server, "announced").await;
    for user in [NUMBER, "+12025550124"] {
        let steps = vec![Step::Speech, caller::wait(2.0), Step::HangUp];
        call_with(config(user), script(server.address("line"), steps)).await;
        api.last_call().await;
    }
    let path = format!("/v1/contacts/{}", text(&api.list("/v1/contacts?number=2025550123").await[0], "id"));
    api.patch(&path, &json!({"name": NAME, "fields": {"email": "w.oberhuber@example.org"}})).await;
    api.post(&format!("{path}/notes"), &json!({"text": "always in a hurry"})).await;
    let ticket = json!({"subject": "Heating", "text": format!("{NAME} is cold"), "contact": path.rsplit('/').next()});
    api.post("/v1/tickets", &ticket).await;
    api.post("/v1/suppressions", &json!({"number": NUMBER, "said": format!("do not call {NAME}")})).await;
    let archive = api.bytes(&format!("{path}/archive")).await;
    assert!(archive.starts_with(b"PK") && archive.len() > 1_000, "a ZIP with sound: {}", archive.len());
    assert_eq!(sounds(&server), 2);
    assert!(!on_disk(&server, NAME).is_empty() && !on_disk(&server, NUMBER).is_empty());

    // It is asked for, and the program dies before it could be done.
    let order = json!({"contact": path.rsplit('/').next(), "reason": "asked by mail"});
    let begun = api.ask(Method::POST, "/v1/erasures", Some(&order), &[]).await;
    assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.json());
    server.kill();
    server.begin().await;
    let api = server.api();
    let id = text(&begun.json(), "id");
    let done = wait::until("the erasure is done", async || {
        let now = api.get(&format!("/v1/erasures/{id}")).await;
        (now["state"] == "done").then_some(now)
    })
    .await;
    assert_eq!((&done["removed"]["contacts"], &done["removed"]["tickets"]), (&json!(1), &json!(1)), "{done}");
    for word in [NUMBER, &NUMBER[1..], NAME, "Oberhuber", "oberhuber", "in a hurry", path.rsplit('/').next().unwrap()] {
        assert_eq!(on_disk(&server, word), Vec::<String>::new(), "{word}");
    }
    let audit = api.list(&format!("/v1/audit?object={id}")).await;
    assert!(audit.iter().any(|entry| text(entry, "action").starts_with("contact")), "what was done stays: {audit:#?}");
    assert_eq!(sounds(&server), 1, "the other caller's recording stays");
    assert_eq!(api.list("/v1/contacts").await.len(), 1);
    assert_eq!(api.list("/v1/erasures?number=2025550123").await.len(), 1);
    assert!(api.list("/v1/erasures?number=2025550124").await.is_empty());
    let no = standing(&api, NUMBER, "reminder").await;
    assert!(text(&no["suppressed"], "number").starts_with('#') && no["suppressed"]["said"].is_null(), "{no}");
}

#[tokio::test]
async fn a_consent_is_asked_for_by_a_call_and_the_key_is_its_evidence() {
    // At any hour: what is looked at here is the answer.
    let settings = Settings::default().set("OUTREACH__WINDOW", "always").set("OUTREACH__HOLIDAYS", "false");
    let server = Server::with(settings).await;
    let api = server.api();
    let phone = Phone { password: None, auto_answer: true, ..Phone::new("customer", server.sip(), "") };
    let mut phone = Baresip::start(phone).await;
    let order = json!({
        "number": phone.address("customer"), "purpose": "marketing", "language": "en",
        "wording": "May we call you about our offers?", "source": "the form on our site",
    });
    let asked = api.post("/v1/consents/opt-in", &order).await;
    assert_eq!((&asked["state"], &asked["holds"]), (&json!("asked"), &json!(false)), "{asked}");
    phone.event("CALL_ESTABLISHED").await;
    let call = api.newest_call().await;
    phone.press('1').await;
    api.ended_call(&call).await;
    let given = api.get(&format!("/v1/consents/{}", text(&asked, "id"))).await;
    assert_eq!(
        (&given["state"], &given["holds"], &given["said"]),
        (&json!("given"), &json!(true), &json!("1")),
        "{given}"
    );
    assert_eq!((&given["call"], &given["method"]), (&json!(call), &json!("key")));
    assert_eq!(given["wording"], order["wording"]);
    let recording = api.bytes(given["recording_url"].as_str().unwrap()).await;
    assert!(recording.starts_with(b"RIFF"), "the recording of that call can be heard");
}
