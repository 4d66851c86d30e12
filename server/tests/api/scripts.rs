//! What members follow who talk with somebody.

use call_model::{CallId, MemberId};
use serde_json::{Value, json};
use store::{CampaignState, CampaignStep, NewAttempt, NewCall, NewCampaign, NewCampaignContact, NewMember, fresh_id};

use crate::access::{Browser, House, house};
use crate::support::{CALLER, NOW, Surface, inbound};

const DESK: &str =
    "Good morning, {{ name }}!\n\n- Ask for contract {{ fields.contract }}\n- {{ fields.unknown }}Goodbye";

fn paragraph(text: &str) -> Value {
    json!({"kind": "paragraph", "text": text})
}

fn point(text: &str) -> Value {
    json!({"kind": "point", "text": text})
}

/// A caller whom the business knows, who came by a queue.
async fn queued(surface: &Surface, queue: &str) -> CallId {
    let call = surface.open_call().await;
    surface.calls.queues.lock().unwrap().insert(call, queue.to_owned());
    let contact = surface.get(&format!("/v1/calls/{call}")).await.ok(200)["contact"].clone();
    let known = json!({"name": "Lisa Miller", "fields": {"contract": 17}});
    surface.send("PATCH", &format!("/v1/contacts/{}", contact.as_str().unwrap()), &known).await.ok(200);
    call
}

/// A user of this name and role with a phone of their own.
async fn with_phone(house: &House, admin: &Browser, name: &str, role: &str) -> (Browser, MemberId) {
    let new = NewMember { name: name.into(), display: name.into(), ..NewMember::default() };
    let member = house.surface.store.add_member(new, NOW).await.unwrap().id;
    let user = json!({"name": name, "role": role, "member": member.to_string()});
    (house.invited(admin, &user).await, member)
}

/// A campaign that calls the caller of these tests: the id of that call.
async fn campaign_call(surface: &Surface, yaml: &str) -> CallId {
    let store = &surface.store;
    let name = yaml.lines().next().unwrap().trim_start_matches("name: ").to_owned();
    let campaign = store.add_campaign(NewCampaign { name, yaml: yaml.into() }, NOW).await.unwrap();
    let details = json!({"name": "Eva Berg", "fields": {"contract": "K-9"}});
    let Value::Object(details) = details else { unreachable!() };
    let contact = NewCampaignContact { number: CALLER.into(), details, ..NewCampaignContact::default() };
    store.add_campaign_contacts(campaign.id, vec![contact], NOW).await.unwrap();
    let (from, to) = (&[CampaignState::Draft], CampaignState::Running);
    store.step_campaign(CampaignStep { id: campaign.id, from, to, reason: None, now_ms: NOW }).await.unwrap();
    let call: CallId = fresh_id(NOW);
    let attempt = NewAttempt {
        contact: store.waiting_contacts(campaign.row, 0, 1).await.unwrap()[0].row,
        number: CALLER.into(),
        call,
        trunk: None,
        shown: None,
        variant: None,
        rate: None,
        message_for_machines: false,
        unsure_is_machine: false,
        number_index: 0,
        reason: None,
        now_ms: NOW,
    };
    assert_eq!(store.begin_attempts(vec![attempt]).await.unwrap(), [true]);
    store.begin_call(NewCall { id: call, ..inbound(NOW) }).await.unwrap();
    call
}

async fn script_of(surface: &Surface, call: CallId) -> Value {
    surface.get(&format!("/v1/phone/script?call={call}")).await.ok(200)
}

#[tokio::test]
async fn who_has_the_call_reads_the_script_of_its_queue_and_nobody_else_does() {
    let house = house().await;
    let admin = house.admin().await;
    let surface = &house.surface;
    surface.send("PUT", "/v1/settings/scripts", &json!({"desk": DESK})).await.ok(204);
    let call = queued(surface, "desk").await;
    let (anna, member) = with_phone(&house, &admin, "anna2", "member").await;
    let (boss, _) = with_phone(&house, &admin, "boss", "manager").await;
    let reviewer = house.invited(&admin, &json!({"name": "rita", "role": "reviewer"})).await;
    surface.calls.taking_part.lock().unwrap().push((member, call));
    let path = format!("/v1/phone/script?call={call}");
    let steps = [paragraph("Good morning, Lisa Miller!"), point("Ask for contract 17"), point("Goodbye")];
    assert_eq!(house.get(&anna, &path).await.ok(200), json!({"title": "desk", "steps": steps}));
    for other in [&boss, &admin] {
        house.get(other, &path).await.problem(404);
    }
    house.get(&reviewer, &path).await.problem(403);
    house.get(&anna, &format!("/v1/phone/script?call={}", fresh_id::<CallId>(NOW))).await.problem(404);
    house.get(&anna, "/v1/phone/script").await.problem(400);
}

#[tokio::test]
async fn a_call_that_came_by_no_queue_with_a_script_has_none() {
    let surface = Surface::start().await;
    let none = json!({"title": null, "steps": []});
    let (call, plain) = (queued(&surface, "desk").await, surface.open_call().await);
    assert_eq!(script_of(&surface, call).await, none);
    surface.send("PUT", "/v1/settings/scripts", &json!({"desk": "Hello", "sales": "Hi"})).await.ok(204);
    assert_eq!(script_of(&surface, call).await["steps"], json!([paragraph("Hello")]));
    assert_eq!(script_of(&surface, plain).await, none);
    surface.delete("/v1/settings/scripts").await.ok(204);
    assert_eq!(script_of(&surface, call).await, none);
}

#[tokio::test]
async fn the_script_of_a_campaign_goes_before_that_of_its_queue() {
    let surface = Surface::start().await;
    surface.send("PUT", "/v1/settings/scripts", &json!({"team": "Queue: {{ name }}"})).await.ok(204);
    let pace = "purpose: service\npace: {kind: progressive, queue: team}\n";
    let own =
        format!("name: renewals\n{pace}script: |\n  Hello {{{{ name }}}}\n\n  - Contract {{{{ fields.contract }}}}\n");
    let own = campaign_call(&surface, &own).await;
    let steps = [paragraph("Hello Eva Berg"), point("Contract K-9")];
    assert_eq!(script_of(&surface, own).await, json!({"title": "renewals", "steps": steps}));
    let without = campaign_call(&surface, &format!("name: others\n{pace}")).await;
    let steps = [paragraph("Queue: Eva Berg")];
    assert_eq!(script_of(&surface, without).await, json!({"title": "team", "steps": steps}));
}

#[tokio::test]
async fn a_script_that_cannot_be_used_is_told_by_its_queue_and_changes_nothing() {
    let surface = Surface::start().await;
    surface.send("PUT", "/v1/settings/scripts", &json!({"desk": "Hello"})).await.ok(204);
    let scripts = json!({"desk": "Hi\n{{ nam }}", "sales": "x".repeat(8 * 1024 + 1)});
    let refused = surface.send("PUT", "/v1/settings/scripts", &scripts).await;
    refused.problem(422);
    let faults = &refused.body["faults"];
    assert_eq!((&faults[0]["field"], &faults[1]["field"]), (&json!("desk"), &json!("sales")));
    assert!(faults[0]["message"].as_str().unwrap().starts_with("line 2: there is no `nam`"), "{faults}");
    let now = surface.get("/v1/settings").await.ok(200);
    assert_eq!(now["scripts"], json!({"value": {"desk": "Hello"}, "from": "books"}));
}
