//! Flows, numbers, trunks, members and webhooks.

use callwright::api::{BooksChange, Registration, TrunkState};
use serde_json::{Value, json};
use store::NodeCount;

use crate::support::{AGENT, FLOW, Surface, read, trunk_state};

#[tokio::test]
async fn a_flow_is_put_in_versions_and_a_wrong_one_is_refused_whole() {
    let surface = Surface::start().await;
    let put = |path: &'static str, yaml: String| {
        read(surface.request("PUT", path).header("content-type", "application/yaml").body(yaml))
    };
    let second = FLOW.replace("Hello.", "Good day.");
    let flow = put("/v1/flows/reception", second.clone()).await.ok(200);
    assert_eq!((&flow["version"], &flow["active"]), (&json!(2), &json!(true)));
    assert_eq!(put("/v1/flows/reception", second.clone()).await.ok(200)["version"], 2);
    put("/v1/flows/reception?dry_run=true", FLOW.to_owned()).await.ok(204);

    let refused = put("/v1/flows/reception", "start: nowhere\nnodes: 5\n".to_owned()).await;
    assert!(refused.problem(422).contains("line"));
    assert!(refused.body["faults"][0]["line"].is_u64(), "{}", refused.body);
    put("/v1/flows/Big%20Name", FLOW.to_owned()).await.problem(422);
    let binary = surface.request("PUT", "/v1/flows/reception").body(vec![0xff, 0xfe]);
    assert!(read(binary).await.problem(400).contains("UTF-8"));

    assert_eq!(surface.get("/v1/flows/reception").await.ok(200)["yaml"], second);
    assert_eq!(surface.get("/v1/flows/reception?version=1").await.ok(200)["yaml"], FLOW);
    surface.get("/v1/flows/reception?version=3").await.problem(404);
    let versions = surface.get("/v1/flows/reception/versions").await.ok(200);
    assert_eq!(versions["data"].as_array().unwrap().len(), 2);
    assert_eq!(surface.get("/v1/flows").await.ok(200)["data"][0]["name"], "reception");
    assert_eq!(*surface.calls.changes.lock().unwrap(), [BooksChange::Flows, BooksChange::Flows]);
}

#[tokio::test]
async fn a_flow_is_run_by_typing_without_being_kept() {
    let surface = Surface::start().await;
    let menu = "nodes:\n  ask:\n    menu:\n      say: Press 1.\n      options: {1: bye}\n  bye:\n    hangup: {say: Goodbye.}\n";
    let body = json!({"yaml": menu, "at": "2026-11-23T09:00:00Z", "inputs": ["7", "1", "1"]});
    let tried = surface.send("POST", "/v1/flows/new/try", &body).await.ok(200);
    assert_eq!((&tried["waits"], &tried["at"]), (&json!("nothing"), &json!("2026-11-23T09:00:00Z")));
    let turns = tried["turns"].as_array().unwrap();
    assert_eq!(turns.len(), 3, "what is typed after the end is left out: {tried}");
    let kinds = |turn: &Value| {
        let lines = turn["lines"].as_array().unwrap().iter();
        lines.map(|line| line["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // As it comes a call is recorded, and says so first.
    assert_eq!(kinds(&turns[0]), ["node", "answered", "said", "note", "said"]);
    let first = json!({"at_ms": 0, "kind": "said", "language": "en", "text": "This call is recorded."});
    assert_eq!(turns[0]["lines"][2], first);
    assert_eq!(turns[0]["lines"][3]["text"], "recording of the call: start");
    assert_eq!((&turns[0]["lines"][4]["kind"], &turns[0]["lines"][4]["text"]), (&json!("said"), &json!("Press 1.")));
    let last = kinds(&turns[2]);
    assert_eq!((&*last[0], &*last[last.len() - 1]), ("node", "ended"), "{tried}");

    let active = surface.send("POST", "/v1/flows/reception/try", &json!({})).await.ok(200);
    assert!(active.to_string().contains("Hello."), "{active}");
    let wrong = surface.send("POST", "/v1/flows/new/try", &json!({"yaml": "nodes: 5\n"})).await;
    wrong.problem(422);
    assert!(wrong.body["faults"][0]["line"].is_u64(), "{}", wrong.body);
    surface.send("POST", "/v1/flows/none/try", &json!({})).await.problem(404);
    let long = json!({"inputs": vec!["1"; 201]});
    surface.send("POST", "/v1/flows/reception/try", &long).await.problem(422);
    assert_eq!(surface.get("/v1/flows").await.ok(200)["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_flow_that_no_number_needs_is_removed() {
    let surface = Surface::start().await;
    let number = json!({"number": "desk", "flow": "reception"});
    let number = surface.send("POST", "/v1/numbers", &number).await.header("location").to_owned();
    assert!(surface.delete("/v1/flows/reception").await.problem(409).contains("number"));
    surface.delete(&number).await.ok(204);
    surface.delete("/v1/flows/reception").await.ok(204);
    surface.delete("/v1/flows/reception").await.problem(404);
    surface.get("/v1/flows/reception/versions").await.problem(404);
}

#[tokio::test]
async fn an_agent_is_put_in_versions_and_a_wrong_one_is_refused_with_its_line() {
    let surface = Surface::start().await;
    let put = |path: &'static str, yaml: String| {
        read(surface.request("PUT", path).header("content-type", "application/yaml").body(yaml))
    };
    let first = put("/v1/agents/assistant", AGENT.to_owned()).await.ok(200);
    assert_eq!((&first["version"], &first["active"]), (&json!(1), &json!(true)));
    put("/v1/agents/assistant?dry_run=true", AGENT.replace("dental", "other")).await.ok(204);
    assert_eq!(put("/v1/agents/assistant", AGENT.replace("dental", "medical")).await.ok(200)["version"], 2);
    let refused = put("/v1/agents/assistant", format!("{AGENT}persone: x\n")).await;
    assert!(refused.problem(422).contains("line 3"), "{}", refused.body);
    assert_eq!(refused.body["type"], "/problems/agent-refused");
    assert_eq!(refused.body["faults"][0]["line"], 3);
    put("/v1/agents/Big%20Name", AGENT.to_owned()).await.problem(422);

    assert_eq!(surface.get("/v1/agents/assistant?version=1").await.ok(200)["yaml"], AGENT);
    assert_eq!(surface.get("/v1/agents/assistant/versions").await.ok(200)["data"].as_array().unwrap().len(), 2);
    assert_eq!(surface.get("/v1/agents").await.ok(200)["data"][0]["version"], 2);
    assert_eq!(*surface.calls.changes.lock().unwrap(), [BooksChange::Agents, BooksChange::Agents]);

    let number = surface.send("POST", "/v1/numbers", &json!({"number": "desk", "agent": "assistant"})).await;
    let path = number.header("location").to_owned();
    let number = number.ok(201);
    assert_eq!((&number["agent"], &number["flow"]), (&json!("assistant"), &Value::Null));
    surface.delete("/v1/agents/assistant").await.problem(409);
    let changed = surface.send("PATCH", &path, &json!({"flow": "reception"})).await.ok(200);
    assert_eq!((&changed["agent"], &changed["flow"]), (&Value::Null, &json!("reception")));
    for (body, hint) in [
        (json!({"number": "d2"}), "either"),
        (json!({"number": "d2", "flow": "reception", "agent": "assistant"}), "either"),
        (json!({"number": "d2", "agent": "none"}), "/v1/agents"),
    ] {
        assert!(surface.send("POST", "/v1/numbers", &body).await.problem(422).contains(hint));
    }
    surface.delete("/v1/agents/assistant").await.ok(204);
    surface.get("/v1/agents/assistant").await.problem(404);
}

#[tokio::test]
async fn a_flow_shows_how_its_nodes_were_walked() {
    let surface = Surface::start().await;
    let (flow, node) = ("reception".into(), "hello".into());
    for count in [NodeCount::Entered, NodeCount::Entered, NodeCount::Left] {
        surface.store.count_node(&flow, 1, &node, count);
    }
    // Counts travel with the next write.
    surface.store.put_flow("other", FLOW, 0).await.unwrap();
    let nodes = surface.get("/v1/flows/reception/nodes").await.ok(200);
    assert_eq!(nodes["data"], json!([{"node": "hello", "entered": 2, "left": 1, "abandoned": 0}]));
    surface.get("/v1/flows/none/nodes").await.problem(404);
}

#[tokio::test]
async fn numbers_are_made_changed_and_removed() {
    let surface = Surface::start().await;
    let made = surface.send("POST", "/v1/numbers", &json!({"number": "030 90 18 20", "flow": "reception"})).await;
    let path = made.header("location").to_owned();
    let made = made.ok(201);
    assert_eq!((&made["number"], &made["recording"]), (&json!("+4930901820"), &Value::Null));
    surface.send("POST", "/v1/numbers", &json!({"number": "+4930901820", "flow": "reception"})).await.problem(409);
    for (body, hint) in [
        (json!({"number": "a b c", "flow": "reception"}), "E.164"),
        (json!({"number": "desk", "flow": "none"}), "/v1/flows"),
        (json!({"number": "desk", "flow": "reception", "trunk": "none"}), "/v1/trunks"),
        (json!({"number": "desk", "flow": "reception", "recording": "always"}), "announced"),
    ] {
        let detail = surface.send("POST", "/v1/numbers", &body).await.problem(422);
        assert!(detail.contains(hint), "{detail}");
    }
    let changed = surface.send("PATCH", &path, &json!({"recording": "consent", "language": "de"})).await.ok(200);
    assert_eq!((&changed["recording"], &changed["flow"]), (&json!("consent"), &json!("reception")));
    let changed = surface.send("PATCH", &path, &json!({"language": null})).await.ok(200);
    assert_eq!((&changed["language"], &changed["recording"]), (&Value::Null, &json!("consent")));
    assert_eq!(surface.get("/v1/numbers").await.ok(200)["data"].as_array().unwrap().len(), 1);
    surface.delete(&path).await.ok(204);
    surface.get(&path).await.problem(404);
    assert_eq!(surface.calls.changes.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn trunks_show_their_state_and_never_their_password() {
    let surface = Surface::start().await;
    let body = json!({"name": "carrier", "host": "sip.carrier.example", "user": "4930", "register": true, "password": "hush-hush"});
    let made = surface.send("POST", "/v1/trunks", &body).await;
    let path = made.header("location").to_owned();
    let made = made.ok(201);
    assert_eq!(
        (&made["has_password"], &made["state"], &made["transport"]),
        (&json!(true), &Value::Null, &json!("udp"))
    );
    let id = made["id"].as_str().unwrap().parse().unwrap();
    surface.calls.trunks.lock().unwrap().push(trunk_state(id));
    let list = surface.get("/v1/trunks").await.ok(200);
    assert_eq!(list["data"][0]["state"]["registration"], "registered");
    assert!(!list.to_string().contains("hush-hush"));

    for (body, hint) in [
        (json!({"name": "b", "host": "x.example", "colour": "red"}), "`colour`"),
        (json!({"name": "b", "host": ""}), "`host`"),
        (json!({"name": "b b", "host": "x.example"}), "`name`"),
        (json!({"name": "b", "host": "x.example", "register": true}), "`user`"),
        (json!({"name": "b", "host": "x.example", "allowed_prefixes": ["49"]}), "+49"),
    ] {
        let detail = surface.send("POST", "/v1/trunks", &body).await.problem(422);
        assert!(detail.contains(hint), "{detail}");
    }
    let changed = surface.send("PATCH", &path, &json!({"transport": "tcp", "max_calls": 30})).await.ok(200);
    assert_eq!(
        (&changed["transport"], &changed["user"], &changed["has_password"]),
        (&json!("tcp"), &json!("4930"), &json!(true))
    );
    assert_eq!(surface.store.trunk_secret(id).await.unwrap().as_deref(), Some("hush-hush"));

    let number = json!({"number": "+4930901820", "flow": "reception", "trunk": "carrier"});
    let number = surface.send("POST", "/v1/numbers", &number).await.header("location").to_owned();
    assert!(surface.delete(&path).await.problem(409).contains("1 numbers"));
    surface.delete(&number).await.ok(204);
    surface.delete(&path).await.ok(204);
    surface.delete(&path).await.problem(404);
}

#[tokio::test]
async fn members_have_passwords_that_are_never_shown() {
    let surface = Surface::start().await;
    surface.send("POST", "/v1/numbers", &json!({"number": "+4930901820", "flow": "reception"})).await.ok(201);
    let body = json!({"name": "anna", "display": "Anna", "password": "correct horse", "may_call_from": ["030901820"]});
    let made = surface.send("POST", "/v1/members", &body).await;
    let path = made.header("location").to_owned();
    let made = made.ok(201);
    assert_eq!((&made["has_password"], &made["may_call_from"]), (&json!(true), &json!(["+4930901820"])));
    assert!(!made.to_string().contains("horse"));
    let kept = surface.store.member_credentials().await.unwrap().remove(0);
    assert_eq!((kept.password.realm.as_str(), kept.password.ha1_md5.len()), ("callwright", 32));

    for (body, hint) in [
        (json!({"name": "Anna", "display": "x"}), "`name`"),
        (json!({"name": "ben", "display": "x", "password": "short"}), "`password`"),
        (json!({"name": "ben", "display": "x", "may_call_from": ["+4930111111"]}), "/v1/numbers"),
    ] {
        assert!(surface.send("POST", "/v1/members", &body).await.problem(422).contains(hint));
    }
    surface.send("POST", "/v1/members", &json!({"name": "anna", "display": "x"})).await.problem(409);
    let changed = surface.send("PATCH", &path, &json!({"display": "Anna B.", "may_call_from": []})).await.ok(200);
    assert_eq!((&changed["display"], &changed["has_password"]), (&json!("Anna B."), &json!(true)));
    assert!(surface.send("PATCH", &path, &json!({"name": "ann"})).await.problem(409).contains("password"));
    surface.delete(&path).await.ok(204);
    assert!(surface.get("/v1/members").await.ok(200)["data"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn webhooks_show_their_secret_once() {
    let surface = Surface::start().await;
    let made =
        surface.send("POST", "/v1/webhooks", &json!({"url": "https://example.org/a", "events": ["call.*"]})).await;
    let path = made.header("location").to_owned();
    let made = made.ok(201);
    let secret = made["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"));
    let got = surface.get(&path).await.ok(200);
    assert_eq!((&got["secret"], &got["events"], &got["enabled"]), (&Value::Null, &json!(["call.*"]), &json!(true)));
    for (body, hint) in [
        (json!({"url": "example.org"}), "absolute"),
        (json!({"url": "https://example.org", "events": []}), "call.ended"),
        (json!({"url": "https://example.org", "events": ["CALL"]}), "call.ended"),
        (json!({"url": "https://example.org", "secret": "mine"}), "whsec_"),
    ] {
        assert!(surface.send("POST", "/v1/webhooks", &body).await.problem(422).contains(hint));
    }
    let changed = surface.send("PATCH", &path, &json!({"enabled": false})).await.ok(200);
    assert_eq!((&changed["enabled"], &changed["events"]), (&json!(false), &json!(["call.*"])));
    let call = surface.ended_call(0).await;
    let events = surface.get(&format!("/v1/calls/{call}/events")).await.ok(200);
    let resend = json!({"event": events["data"][0]["id"]});
    assert!(surface.send("POST", &format!("{path}/deliveries"), &resend).await.problem(409).contains("PATCH"));
    surface.delete(&path).await.ok(204);
    surface.delete(&path).await.problem(404);
}

#[tokio::test]
async fn a_contact_has_a_pin_that_is_never_given_back() {
    let surface = Surface::start().await;
    let call = surface.open_call().await;
    let contact = surface.get(&format!("/v1/calls/{call}")).await.ok(200)["contact"].clone();
    let path = format!("/v1/contacts/{}", contact.as_str().unwrap());
    let pin = format!("{path}/pin");
    surface.send("PUT", &pin, &json!({"pin": "4711"})).await.ok(204);
    assert!(!surface.get(&path).await.ok(200).to_string().contains("4711"));
    assert!(surface.send("PUT", &pin, &json!({"pin": "47a1"})).await.problem(422).contains("digits"));
    surface.delete(&pin).await.ok(204);
    let nobody = "/v1/contacts/contact_00000000000000000000000000/pin";
    surface.send("PUT", nobody, &json!({"pin": "4711"})).await.problem(404);
}

#[tokio::test]
async fn who_said_no_is_not_freed_by_a_slip() {
    let surface = Surface::start().await;
    let list = "/v1/do-not-call/robinson";
    let put = async |text: &'static str| read(surface.request("PUT", list).body(text)).await;
    put("+4930901820").await.ok(200);
    for nothing in ["", "number\n", "\n# nobody\n"] {
        assert!(put(nothing).await.problem(422).contains("no number"), "{nothing:?}");
    }
    let lists = surface.get("/v1/do-not-call").await.ok(200);
    assert_eq!(lists["data"][0]["numbers"], 1, "the list is what it was");
    // An extension is part of what is other people's.
    assert!(surface.send("POST", "/v1/erasures", &json!({"number": "101"})).await.problem(422).contains("whole"));
    // Who refused is not called to be asked once more.
    let no = json!({"number": "+4930901821", "purpose": "survey", "state": "refused", "method": "form"});
    surface.send("POST", "/v1/consents", &no).await.ok(201);
    let ask = json!({"number": "+4930901821", "purpose": "survey", "wording": "May we ask you something?"});
    assert!(surface.send("POST", "/v1/consents/opt-in", &ask).await.problem(409).contains("refused"));
    let consents = surface.get("/v1/consents?number=%2B4930901821").await.ok(200);
    assert_eq!(consents["data"].as_array().unwrap().len(), 1, "nothing was asked");
}

#[tokio::test]
async fn what_is_wrong_with_trunks_and_numbers_is_told_in_words() {
    let surface = Surface::start().await;
    let body = json!({"name": "carrier", "host": "sip.carrier.example", "user": "4930", "register": true});
    let trunk = surface.send("POST", "/v1/trunks", &body).await.ok(201);
    let state = trunk_state(trunk["id"].as_str().unwrap().parse().unwrap());
    let refused = TrunkState { registration: Registration::Failed, last_error: Some("403 Forbidden".into()), ..state };
    surface.calls.trunks.lock().unwrap().push(refused);
    let number = json!({"number": "+4930901820", "flow": "reception", "trunk": "carrier"});
    surface.send("POST", "/v1/numbers", &number).await.ok(201);
    let told = surface.get("/v1/doctor").await.ok(200);
    let findings = told["findings"].as_array().unwrap();
    assert_eq!((&told["worst"], findings.len()), (&json!("fault"), 2));
    let (trunk, number) = (&findings[0], &findings[1]);
    assert_eq!((&trunk["code"], &trunk["about"]), (&json!("trunk_refused"), &json!("carrier")));
    assert!(trunk["found"].as_str().unwrap().contains("403 Forbidden") && trunk["advice"].is_string());
    assert_eq!((&number["code"], &number["weight"]), (&json!("number_trunk_down"), &json!("warning")));
    surface.calls.trunks.lock().unwrap().clear();
    assert_eq!(surface.get("/v1/doctor").await.ok(200), told, "the same is told for a while");
}
