//! Campaigns, as far as they need nobody who calls.

use call_model::CallId;
use serde_json::json;
use store::{CallWalk, CampaignState, CampaignStep, NewAttempt, NewCampaign, NewCampaignContact, WalkedNode, fresh_id};

use crate::support::{NOW, Surface, read};

const YAML: &str = "name: reminders\npurpose: reminder\nflow: reception\n";

/// A form of these parts.
async fn form(surface: &Surface, parts: &[(&str, &str)]) -> crate::support::Answer {
    let part = |(name, value): &(&str, &str)| {
        format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"x\"\r\n\r\n{value}\r\n")
    };
    let body = parts.iter().map(part).collect::<String>() + "--edge--\r\n";
    let request = surface.request("POST", "/v1/campaigns").header("content-type", "multipart/form-data; boundary=edge");
    read(request.body(body)).await
}

#[tokio::test]
async fn a_form_makes_a_campaign_and_says_what_is_wrong_with_it() {
    let surface = Surface::start().await;
    let unknown = form(&surface, &[("campaign", YAML), ("table", "x")]).await.problem(422);
    assert!(unknown.contains("`table`") && unknown.contains("`contacts`"), "{unknown}");
    assert!(form(&surface, &[("keep_good", "true")]).await.problem(422).contains("`campaign`"));
    assert!(form(&surface, &[("campaign", YAML), ("campaign", YAML)]).await.problem(422).contains("two parts"));
    assert!(form(&surface, &[("campaign", YAML), ("keep_good", "yes")]).await.problem(422).contains("`true`"));
    let large = "x".repeat((1 << 20) + 1);
    assert!(form(&surface, &[("campaign", &large)]).await.problem(413).contains("http.max_body"));
    let plain = surface.request("POST", "/v1/campaigns").header("content-type", "application/yaml");
    read(plain.body(large)).await.problem(413);
    let faults = form(&surface, &[("campaign", "name: x\n")]).await;
    assert!(faults.body["faults"][0]["line"].is_u64(), "{}", faults.body);
    assert!(surface.get("/v1/campaigns").await.ok(200)["data"].as_array().unwrap().is_empty(), "nothing by halves");

    let made = form(&surface, &[("campaign", YAML), ("keep_good", "true")]).await.ok(201);
    assert_eq!((&made["name"], &made["state"], made.get("contacts")), (&json!("reminders"), &json!("draft"), None));
}

#[tokio::test]
async fn a_campaign_over_a_segment_takes_nobody_from_elsewhere() {
    let surface = Surface::start().await;
    let vip = "'vip' in contact.tags";
    for (segment, why) in [("contact.tags >", "cannot be read"), ("vip", "no segment `vip`")] {
        let refused = form(&surface, &[("campaign", YAML), ("segment", segment)]).await.problem(422);
        assert!(refused.contains(why), "{refused}");
    }
    let both = form(&surface, &[("campaign", YAML), ("segment", vip), ("contacts", "number\n+4930901820\n")]).await;
    assert!(both.problem(422).contains("`segment`"), "{}", both.body);
    let made = form(&surface, &[("campaign", YAML), ("segment", vip)]).await.ok(201);
    assert_eq!(made["yaml"], format!("{YAML}segment: '''vip'' in contact.tags'\n"));
    let table = surface.request("POST", "/v1/campaigns/reminders/contacts").header("content-type", "text/csv");
    assert!(read(table.body("number\n+4930901820\n".to_owned())).await.problem(422).contains("segment"));
    // One that is kept is taken by its name.
    surface.store.put_segment("vip", vip, NOW).await.unwrap();
    let named = YAML.replace("reminders", "others");
    form(&surface, &[("campaign", &named), ("segment", "vip")]).await.ok(201);
}

#[tokio::test]
async fn a_text_that_misspells_is_refused_with_the_line() {
    let surface = Surface::start().await;
    let yaml = format!("{YAML}machines:\n  message: \"Hello {{{{ name }}}}, {{{{ appointment|dat }}}}\"\n");
    let made = form(&surface, &[("campaign", &yaml)]).await;
    made.problem(422);
    let fault = &made.body["faults"][0];
    assert_eq!((&fault["line"], &fault["suggestion"]), (&json!(5), &json!("did you mean `date`?")), "{fault}");
}

#[tokio::test]
async fn results_say_who_got_where_and_what_was_pressed() {
    let surface = Surface::start().await;
    let store = &surface.store;
    let new = NewCampaign { name: "reminders".into(), yaml: YAML.into() };
    let campaign = store.add_campaign(new, NOW).await.unwrap();
    let contact = NewCampaignContact { number: "+4930901820".into(), ..NewCampaignContact::default() };
    store.add_campaign_contacts(campaign.id, vec![contact], NOW).await.unwrap();
    let (from, to) = (&[CampaignState::Draft], CampaignState::Running);
    store.step_campaign(CampaignStep { id: campaign.id, from, to, reason: None, now_ms: NOW }).await.unwrap();
    let call: CallId = fresh_id(NOW);
    let attempt = NewAttempt {
        contact: store.waiting_contacts(campaign.row, 0, 1).await.unwrap()[0].row,
        number: "+4930901820".into(),
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
    let node = |node: &str, abandoned| WalkedNode { flow: "reception".into(), node: node.into(), abandoned };
    let walk = CallWalk { nodes: vec![node("hello", false), node("menu", true)], keys: vec![(1, '2')] };
    assert!(store.add_walk(call, walk.clone()).await.unwrap());
    assert!(!store.add_walk(fresh_id(NOW), walk).await.unwrap(), "no campaign made that call");
    let results = surface.get("/v1/campaigns/reminders/results").await.ok(200);
    let nodes = json!([
        { "flow": "reception", "node": "hello", "calls": 1, "left": 0 },
        { "flow": "reception", "node": "menu", "calls": 1, "left": 1 },
    ]);
    let keys = json!([{ "flow": "reception", "node": "menu", "key": "2", "pressed": 1 }]);
    assert_eq!((&results["nodes"], &results["keys"], &results["held"]), (&nodes, &keys, &json!(null)));
}
