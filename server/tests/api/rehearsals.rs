//! Agents rehearsed by REST: what is kept, the table, and the bounds.

use serde_json::{Value, json};

use crate::support::{AGENT, NOW, Surface, read};

const HELLO: &str = "about: Says hello.\nagent: desk\ncaller: [Hello]\nchecks: [{outcome: hung_up}]\n";
const PATH: &str = "/v1/agents/desk/rehearsals";
const SCRIPTS: &str = "/v1/agents/desk/rehearsal-scripts";

async fn surface() -> Surface {
    let surface = Surface::start().await;
    surface.store.put_agent("desk", AGENT, NOW).await.unwrap();
    surface
}

async fn put(surface: &Surface, name: &str, yaml: &str) -> crate::support::Answer {
    read(surface.request("PUT", &format!("{SCRIPTS}/{name}")).body(yaml.to_owned())).await
}

/// The run when it is over.
async fn over(surface: &Surface, run: &Value) -> Value {
    let path = format!("{PATH}/{}", run["id"].as_str().unwrap());
    surface.until(async || Some(surface.get(&path).await.ok(200)).filter(|run| run["state"] != "running")).await
}

#[tokio::test]
async fn what_is_kept_is_run_and_makes_a_table_that_says_what_failed() {
    let surface = surface().await;
    let folder = surface.folder.path().join("rehearsals");
    std::fs::create_dir(&folder).unwrap();
    let hopes = "agent: desk\ncaller: [Hello]\nchecks:\n  - said: goodbye\n";
    std::fs::write(folder.join("hopes.yaml"), hopes).unwrap();
    std::fs::write(folder.join("others.yaml"), HELLO.replace("desk", "sales")).unwrap();
    assert_eq!(put(&surface, "hello", HELLO).await.ok(200)["from"], "books");
    let scripts = surface.get(SCRIPTS).await.ok(200);
    let told: Vec<_> = scripts["data"].as_array().unwrap().iter().map(|one| (&one["name"], &one["from"])).collect();
    assert_eq!(told, [(&json!("hello"), &json!("books")), (&json!("hopes"), &json!("file"))]);

    let begun = read(surface.request("POST", PATH)).await;
    let place = begun.header("location").to_owned();
    let run = over(&surface, &begun.ok(202)).await;
    assert_eq!(place, format!("{PATH}/{}", run["id"].as_str().unwrap()));
    assert_eq!(
        (&run["state"], &run["total"], &run["passed"], &run["failed"]),
        (&json!("done"), &json!(2), &json!(1), &json!(1))
    );
    let (hello, hopes) = (&run["rows"][0], &run["rows"][1]);
    assert_eq!(
        (&hello["state"], &hello["about"], &hello["turns"]),
        (&json!("passed"), &json!("Says hello."), &json!(1))
    );
    assert_eq!((&hello["thinking_ms"], &hello["longest_thinking_ms"]), (&json!(120), &json!(400)));
    assert_eq!(hello["said"][1], json!({"at_ms": 2_000, "who": "caller", "text": "Hello", "cut": false}));
    assert_eq!((&hopes["state"], &hopes["outcome"]), (&json!("failed"), &json!("hung_up")));
    let fault = &hopes["failed"][0];
    assert_eq!((&fault["check"], &fault["line"]), (&json!("said"), &json!(4)));
    assert!(fault["text"].as_str().unwrap().contains("never said") && !fault["excerpt"].as_str().unwrap().is_empty());

    let listed = surface.get(PATH).await.ok(200);
    assert_eq!((&listed["data"][0]["failed"], &listed["data"][0]["rows"][0].get("said")), (&json!(1), &None));
    assert_eq!(surface.get("/v1/calls").await.ok(200)["data"], json!([]), "no call is in the books");
    let log = surface.get("/v1/audit?action=agent.rehearse").await.ok(200);
    assert_eq!(log["data"][0]["object"], "desk");

    surface.delete(&format!("{SCRIPTS}/hello")).await.ok(204);
    surface.delete(&format!("{SCRIPTS}/hopes")).await.problem(404);
}

#[tokio::test]
async fn runs_are_bounded_in_number_and_can_be_stopped() {
    let surface = surface().await;
    let waits = json!({"given": [{"name": "hello", "yaml": HELLO}, {"name": "waits", "yaml": HELLO}]});
    let first = surface.send("POST", PATH, &waits).await.ok(202);
    surface.send("POST", PATH, &waits).await.ok(202);
    let third = surface.send("POST", PATH, &waits).await;
    assert!(third.problem(503).contains("`rehearsals.runs`"));
    assert_eq!(third.header("retry-after"), "10");
    let path = format!("{PATH}/{}", first["id"].as_str().unwrap());
    surface.until(async || Some(surface.get(&path).await.ok(200)).filter(|run| run["done"] == 1)).await;
    surface.delete(&path).await.ok(204);
    let stopped = surface.get(&path).await.ok(200);
    assert_eq!((&stopped["state"], &stopped["done"], &stopped["passed"]), (&json!("stopped"), &json!(1), &json!(1)));
    assert_eq!((&stopped["rows"][0]["state"], &stopped["rows"][1]["state"]), (&json!("passed"), &json!("left_out")));
    surface.send("POST", PATH, &waits).await.ok(202);
    surface.get("/v1/agents/other/rehearsals/x").await.problem(404);
    let many: Vec<_> = (0..51).map(|at| json!({"name": format!("one-{at}"), "yaml": HELLO})).collect();
    assert!(surface.send("POST", PATH, &json!({"given": many})).await.problem(422).contains("at most 50"));
}

#[tokio::test]
async fn a_run_that_may_cost_no_more_ends_with_the_reason() {
    let surface = surface().await;
    let wanted = json!({"given": [{"name": "hello", "yaml": HELLO}, {"name": "spends", "yaml": HELLO}]});
    let run = surface.send("POST", PATH, &wanted).await.ok(202);
    assert_eq!(run["reason"], Value::Null);
    let run = over(&surface, &run).await;
    assert_eq!((&run["state"], &run["reason"]), (&json!("refused"), &json!("it has cost enough")));
    assert_eq!(run["rows"][1]["state"], "left_out");
    assert!(run["ended_at"].is_string());
}

#[tokio::test]
async fn what_cannot_be_rehearsed_is_refused_with_what_to_do() {
    let surface = surface().await;
    surface.send("POST", "/v1/agents/nobody/rehearsals", &json!({})).await.problem(404);
    assert!(surface.send("POST", PATH, &json!({})).await.problem(422).contains("write a rehearsal"));
    let wrong = put(&surface, "wrong", "agent: desk\ncaler: [Hello]\n").await;
    wrong.problem(422);
    assert_eq!(wrong.body["script"], "wrong");
    let at_line_2 = |fault: &Value| fault["line"] == 2 && fault["message"].as_str().unwrap().contains("`caler`");
    assert!(wrong.body["faults"].as_array().unwrap().iter().any(at_line_2), "{}", wrong.body);
    let other = put(&surface, "other", &HELLO.replace("desk", "sales")).await;
    assert!(other.problem(422).contains("write `agent: desk`"));
    let telephone = put(&surface, "phone", &format!("modes: [audio]\n{HELLO}")).await;
    assert!(telephone.problem(422).contains("--audio"));
    put(&surface, "No name", HELLO).await.problem(422);
    surface.send("POST", PATH, &json!({"scripts": ["none"]})).await.problem(404);
    let draft = |yaml: &str| json!({"given": [{"name": "hello", "yaml": HELLO}], "agent": yaml});
    surface.send("POST", PATH, &draft("persna: You sell.\n")).await.problem(422);
    assert_eq!(surface.rooms.opened.lock().unwrap().len(), 0);
    let begun = surface.send("POST", PATH, &draft(AGENT)).await.ok(202);
    assert_eq!((&begun["draft"], surface.rooms.opened.lock().unwrap()[0].as_deref()), (&json!(true), Some(AGENT)));
}
