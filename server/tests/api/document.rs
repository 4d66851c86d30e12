//! The OpenAPI document, the page, and what operators ask for.

use std::collections::BTreeSet;

use callwright::api::{ApiConfig, document};
use serde_json::Value;

use crate::support::{Surface, read};

/// Every path that is served, with its methods. A new one is added here and documented.
const SERVED: &[(&str, &[&str])] = &[
    ("/v1/agents", &["get"]),
    ("/v1/agents/{name}", &["get", "put", "delete"]),
    ("/v1/agents/{name}/rehearsal-scripts", &["get"]),
    ("/v1/agents/{name}/rehearsal-scripts/{script}", &["put", "delete"]),
    ("/v1/agents/{name}/rehearsals", &["get", "post"]),
    ("/v1/agents/{name}/rehearsals/{id}", &["get", "delete"]),
    ("/v1/agents/{name}/versions", &["get"]),
    ("/v1/appointments", &["get", "post"]),
    ("/v1/appointments/{id}", &["get", "patch", "delete"]),
    ("/v1/appointments/{id}/ics", &["get"]),
    ("/v1/calendar", &["get"]),
    ("/v1/calendar/slots", &["get"]),
    ("/v1/calendar/{person}/feed", &["post"]),
    ("/v1/bans", &["get", "delete"]),
    ("/v1/audit", &["get"]),
    ("/v1/session", &["get", "post", "delete"]),
    ("/v1/session/link", &["post"]),
    ("/v1/session/openid", &["get"]),
    ("/v1/session/openid/code", &["post"]),
    ("/v1/session/openid/return", &["get"]),
    ("/v1/session/options", &["get"]),
    ("/v1/session/password", &["post"]),
    ("/v1/session/second-factor", &["put", "post", "delete"]),
    ("/v1/session/user", &["patch"]),
    ("/v1/sessions", &["get"]),
    ("/v1/sessions/{id}", &["delete"]),
    ("/v1/users", &["get", "post"]),
    ("/v1/users/{id}", &["get", "patch", "delete"]),
    ("/v1/users/{id}/link", &["post"]),
    ("/v1/campaigns", &["get", "post"]),
    ("/v1/campaigns/{id}", &["get", "put", "delete"]),
    ("/v1/campaigns/{id}/contacts", &["get", "post"]),
    ("/v1/campaigns/{id}/dry-run", &["get"]),
    ("/v1/campaigns/{id}/pace", &["put"]),
    ("/v1/campaigns/{id}/pause", &["post"]),
    ("/v1/campaigns/{id}/preview", &["get"]),
    ("/v1/campaigns/{id}/progress", &["get"]),
    ("/v1/campaigns/{id}/results", &["get"]),
    ("/v1/campaigns/{id}/resume", &["post"]),
    ("/v1/campaigns/{id}/start", &["post"]),
    ("/v1/campaigns/{id}/stop", &["post"]),
    ("/v1/campaigns/{id}/test", &["post"]),
    ("/v1/campaigns/{id}/trigger", &["post"]),
    ("/v1/calls", &["get", "post"]),
    ("/v1/calls/{id}", &["get", "delete"]),
    ("/v1/calls/{id}/events", &["get"]),
    ("/v1/calls/{id}/insights", &["get"]),
    ("/v1/calls/{id}/insights/again", &["post"]),
    ("/v1/calls/{id}/live", &["get"]),
    ("/v1/calls/{id}/recording", &["get", "post"]),
    ("/v1/calls/{id}/capture", &["get", "post", "delete"]),
    ("/v1/calls/{id}/signalling", &["get"]),
    ("/v1/calls/{id}/transcript", &["get"]),
    ("/v1/calls/{id}/waveform", &["get"]),
    ("/v1/calls/{id}/tags", &["get", "put"]),
    ("/v1/calls/{id}/notes", &["get", "post"]),
    ("/v1/calls/{id}/notes/{note}", &["patch", "delete"]),
    ("/v1/calls/{id}/corrections", &["get"]),
    ("/v1/calls/{id}/corrections/{seq}", &["put", "delete"]),
    ("/v1/consents", &["get", "post"]),
    ("/v1/consents/opt-in", &["post"]),
    ("/v1/consents/{id}", &["get"]),
    ("/v1/consents/{id}/answer", &["post"]),
    ("/v1/consents/{id}/withdraw", &["post"]),
    ("/v1/contacts", &["get", "post"]),
    ("/v1/contacts/duplicates", &["get"]),
    ("/v1/contacts/export", &["get"]),
    ("/v1/contacts/import", &["post"]),
    ("/v1/contacts/{id}", &["get", "patch", "delete"]),
    ("/v1/contacts/{id}/archive", &["get"]),
    ("/v1/contacts/{id}/merge", &["post"]),
    ("/v1/contacts/{id}/merges", &["get"]),
    ("/v1/contacts/{id}/notes", &["get", "post"]),
    ("/v1/contacts/{id}/notes/{note}", &["delete"]),
    ("/v1/do-not-call", &["get"]),
    ("/v1/do-not-call/{name}", &["put", "delete"]),
    ("/v1/doctor", &["get"]),
    ("/v1/erasures", &["get", "post"]),
    ("/v1/erasures/{id}", &["get"]),
    ("/v1/merges/{id}/undo", &["post"]),
    ("/v1/segments", &["get"]),
    ("/v1/segments/{name}", &["get", "put", "delete"]),
    ("/v1/segments/{name}/contacts", &["get"]),
    ("/v1/standing", &["get"]),
    ("/v1/suppressions", &["get", "post", "delete"]),
    ("/v1/contacts/{id}/pin", &["put", "delete"]),
    ("/v1/contacts/{id}/timeline", &["get"]),
    ("/v1/costs", &["get"]),
    ("/v1/events", &["get"]),
    ("/v1/events/{id}", &["get"]),
    ("/v1/flows", &["get"]),
    ("/v1/flows/{name}", &["get", "put", "delete"]),
    ("/v1/flows/{name}/nodes", &["get"]),
    ("/v1/flows/{name}/try", &["post"]),
    ("/v1/flows/{name}/versions", &["get"]),
    ("/v1/follow-ups", &["get"]),
    ("/v1/follow-ups/{id}", &["get", "patch"]),
    ("/v1/keys", &["get", "post"]),
    ("/v1/keys/{name}", &["delete"]),
    ("/v1/knowledge", &["get"]),
    ("/v1/knowledge-gaps", &["get"]),
    ("/v1/knowledge-gaps/{id}", &["post"]),
    ("/v1/knowledge/{name}", &["get", "put", "delete"]),
    ("/v1/knowledge/{name}/passages", &["get"]),
    ("/v1/live", &["get"]),
    ("/v1/members", &["get", "post"]),
    ("/v1/members/{id}", &["get", "patch", "delete"]),
    ("/v1/numbers", &["get", "post"]),
    ("/v1/numbers/{id}", &["get", "patch", "delete"]),
    ("/v1/calls/{id}/supervision", &["delete", "patch", "post"]),
    ("/v1/campaigns/{id}/preview/accept", &["post"]),
    ("/v1/campaigns/{id}/preview/next", &["post"]),
    ("/v1/campaigns/{id}/preview/skip", &["post"]),
    ("/v1/campaigns/{id}/rounds", &["get"]),
    ("/v1/phone/registration", &["post", "delete"]),
    ("/v1/phone/script", &["get"]),
    ("/v1/phone/sip", &["get"]),
    ("/v1/presence", &["get", "put"]),
    ("/v1/queues", &["get"]),
    ("/v1/reports", &["get"]),
    ("/v1/settings", &["get"]),
    ("/v1/settings/{section}", &["put", "delete"]),
    ("/v1/tags", &["get"]),
    ("/v1/tickets", &["get", "post"]),
    ("/v1/tickets/{id}", &["get", "patch"]),
    ("/v1/transcripts/search", &["get"]),
    ("/v1/trunks", &["get", "post"]),
    ("/v1/trunks/{id}", &["get", "patch", "delete"]),
    ("/v1/voicemails", &["get"]),
    ("/v1/voicemails/{id}", &["get", "patch", "delete"]),
    ("/v1/voicemails/{id}/audio", &["get"]),
    ("/v1/webhooks", &["get", "post"]),
    ("/v1/webhooks/{id}", &["get", "patch", "delete"]),
    ("/v1/webhooks/{id}/deliveries", &["get", "post"]),
    ("/v1/webhooks/{id}/deliveries/{event}/again", &["post"]),
    ("/calendar/{feed}", &["get"]),
    ("/docs", &["get"]),
    ("/healthz", &["get"]),
    ("/metrics", &["get"]),
    ("/openapi.json", &["get"]),
    ("/readyz", &["get"]),
];

/// What needs no key under `/v1`: ways to sign in.
const OPEN: &[(&str, &str)] = &[
    ("/v1/session", "post"),
    ("/v1/session/link", "post"),
    ("/v1/session/openid", "get"),
    ("/v1/session/openid/code", "post"),
    ("/v1/session/openid/return", "get"),
    ("/v1/session/options", "get"),
];

const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

fn described() -> Value {
    serde_json::from_str(&document().to_json().unwrap()).unwrap()
}

#[tokio::test]
async fn the_document_names_every_path_that_is_served_and_no_other() {
    let document = described();
    let paths = document["paths"].as_object().unwrap();
    let named: BTreeSet<(String, String)> = paths
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| (path.clone(), method.clone())))
        .collect();
    let served: BTreeSet<(String, String)> = SERVED
        .iter()
        .flat_map(|(path, methods)| methods.iter().map(move |method| ((*path).to_owned(), (*method).to_owned())))
        .collect();
    assert_eq!(named, served);

    // Asked without a key: what is served refuses for the key, what is not served for the method.
    let surface = Surface::start().await;
    for (path, methods) in SERVED.iter().filter(|(path, _)| path.starts_with("/v1/")) {
        let url = format!("{}{}", surface.base, path.replace("{id}", "x").replace("{name}", "x"));
        for method in METHODS {
            let request = surface.http.request(method.to_uppercase().parse().unwrap(), &url);
            if OPEN.contains(&(*path, method)) {
                continue;
            }
            let status = if methods.contains(&method) { 401 } else { 405 };
            assert_eq!(request.send().await.unwrap().status(), status, "{method} {path}");
        }
    }
}

#[test]
fn every_operation_is_described_with_its_errors_and_every_reference_leads_somewhere() {
    let document = described();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{name}: its id is taken");
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
            let problem = &operation["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(problem, "#/components/schemas/Problem", "{name}");
            let open = operation["security"].is_array();
            let kept = path.starts_with("/v1/") && !OPEN.contains(&(path.as_str(), method.as_str()));
            assert_eq!(open, !kept, "{name}: a key is needed under /v1 and nowhere else");
        }
    }
    assert_eq!(document["components"]["securitySchemes"]["key"]["scheme"], "bearer");
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "there is no schema {name}");
    }
}

#[tokio::test]
async fn the_document_and_its_page_are_open_to_all() {
    let surface = Surface::start().await;
    let get = |path: &str| read(surface.http.get(format!("{}{path}", surface.base)));
    let served = get("/openapi.json").await;
    assert_eq!(served.header("content-type"), "application/json");
    assert_eq!(served.ok(200)["paths"].as_object().unwrap().len(), SERVED.len());
    let page = get("/docs").await;
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    let html = page.ok(200);
    let html = html.as_str().unwrap();
    assert!(html.contains("/openapi.json") && !html.contains("https://"), "nothing is asked of others");
    assert_eq!(get("/healthz").await.ok(200)["status"], "ok");
    let ready = get("/readyz").await.ok(200);
    assert_eq!((&ready["status"], ready["checks"].as_array().unwrap().len()), (&"ready".into(), 2));
    get("/metrics").await.ok(200);
    *surface.calls.not_ready.lock().unwrap() = Some("port 5060 is taken: stop what holds it".to_owned());
    let unready = get("/readyz").await;
    assert!(unready.problem(503).contains("sip"));
    assert_eq!(unready.body["checks"][1]["detail"], "port 5060 is taken: stop what holds it");
}

#[tokio::test]
async fn metrics_can_ask_for_a_key() {
    let surface = Surface::start_with(ApiConfig { metrics_need_key: true, ..ApiConfig::default() }).await;
    read(surface.http.get(format!("{}/metrics", surface.base))).await.problem(401);
    surface.get("/metrics").await.ok(200);
    read(surface.http.get(format!("{}/healthz", surface.base))).await.ok(200);
}
