//! How a campaign stands and what came of it, in lines for people.

use serde_json::Value;

use super::word;

/// How wide the bar is, characters.
const BAR: usize = 40;

/// How a campaign stands, in one line.
pub(super) fn line(progress: &Value, with_bar: bool) -> String {
    let number = |name: &str| progress[name].as_u64().unwrap_or(0);
    let (all, done) = (number("contacts"), number("done"));
    let share = if all == 0 { 0.0 } else { done as f64 / all as f64 };
    let filled = ((share * BAR as f64).round() as usize).min(BAR);
    let bar = format!("[{}{}] {:>3.0}% ", "#".repeat(filled), "-".repeat(BAR - filled), share * 100.0);
    let outcomes: Vec<String> = progress["outcomes"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(outcome, count)| format!("{outcome} {count}"))
        .collect();
    let reason = progress["reason"].as_str().map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!(
        "{}{}{reason}: {done}/{all} done, {} calling, {} waiting  {}",
        if with_bar { &bar } else { "" },
        word(&progress["state"]),
        number("calling"),
        number("waiting"),
        outcomes.join("  ")
    )
    .trim_end()
    .to_owned()
}

/// Why nobody is called although it runs.
pub(super) fn held(progress: &Value) -> Option<String> {
    let held = &progress["held"];
    Some(format!("Nobody is called ({}): {}", word(&held["reason"]), held["detail"].as_str()?))
}

/// What came of asking a segment: nothing where none was asked.
pub(super) fn asked(segment: &Value) -> Vec<String> {
    let Some(at) = segment["asked_at"].as_str() else { return Vec::new() };
    let list = |name: &str| segment[name].as_array().cloned().unwrap_or_default();
    let doubles = list("duplicates");
    let mut lines = vec![format!(
        "The segment at {at}: {} can be called, {} cannot, {} have a number that another has",
        segment["contacts"],
        segment["bad"],
        doubles.len()
    )];
    lines.extend(list("faults").iter().map(|it| format!("{}: {}", word(&it["contact"]), word(&it["message"]))));
    lines.extend(doubles.iter().map(|it| format!("{} has the number of {}", word(&it["contact"]), word(&it["of"]))));
    lines
}

/// What came of a campaign, for people.
pub(super) fn story(name: &str, results: &Value) -> String {
    let mut lines = vec![format!("{name}: {}", line(results, false)), String::new()];
    for step in results["funnel"].as_array().into_iter().flatten() {
        lines.push(format!("{:>10}  {}", step["contacts"].as_u64().unwrap_or(0), word(&step["step"])));
    }
    let attempts = &results["attempts"];
    let cost = attempts["cost"].as_u64().unwrap_or(0);
    lines.push(String::new());
    lines.push(format!(
        "{} attempts, {} dialled, {} answered, {:.1} minutes, cost {}.{:02}",
        attempts["attempts"],
        attempts["dialled"],
        attempts["answered"],
        attempts["talked_s"].as_f64().unwrap_or(0.0) / 60.0,
        cost / 1_000_000,
        cost % 1_000_000 / 10_000
    ));
    lines.extend(walks(results));
    for variant in results["variants"].as_array().into_iter().flatten() {
        lines.push(format!(
            "variant {}: {} contacts, {}",
            word(&variant["variant"]),
            variant["contacts"],
            variant["outcomes"]
        ));
    }
    lines.join("\n")
}

/// Who came to which node, who hung up there, and what they pressed there.
fn walks(results: &Value) -> Vec<String> {
    let list = |name: &str| results[name].as_array().cloned().unwrap_or_default();
    let (nodes, keys) = (list("nodes"), list("keys"));
    let mut lines = Vec::new();
    if !nodes.is_empty() {
        lines.extend([String::new(), format!("{:>10} {:>10}  node", "calls", "hung up")]);
    }
    for node in &nodes {
        let here = |key: &&Value| key["flow"] == node["flow"] && key["node"] == node["node"];
        let pressed = keys.iter().filter(here).map(|it| format!("  key {}: {}", word(&it["key"]), it["pressed"]));
        let (calls, left) = (node["calls"].as_u64().unwrap_or(0), node["left"].as_u64().unwrap_or(0));
        let place = format!("{}/{}", word(&node["flow"]), word(&node["node"]));
        lines.push(format!("{calls:>10} {left:>10}  {place}{}", pressed.collect::<String>()));
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_bar_shows_how_much_is_done() {
        let progress = json!({ "state": "running", "contacts": 4, "done": 1, "calling": 2, "waiting": 1,
            "outcomes": { "reached": 1 } });
        let line = line(&progress, true);
        assert!(line.starts_with("[##########------------------------------]  25% running: 1/4 done"), "{line}");
        assert!(line.ends_with("2 calling, 1 waiting  reached 1"), "{line}");
        assert_eq!(held(&progress), None);
        let stuck = json!({ "held": { "reason": "no_trunk", "detail": "add one" } });
        assert_eq!(held(&stuck).as_deref(), Some("Nobody is called (no_trunk): add one"));
    }

    #[test]
    fn whom_a_segment_cannot_give_is_told_by_contact() {
        let fault = json!({ "contact": "contact_1", "message": "there is no number" });
        let double = json!({ "contact": "contact_3", "of": "contact_2" });
        let segment = json!({ "asked_at": "2026-12-01T08:00:00Z", "contacts": 2, "bad": 1, "faults": [fault],
            "duplicates": [double] });
        let lines = asked(&segment);
        assert_eq!(
            lines[0],
            "The segment at 2026-12-01T08:00:00Z: 2 can be called, 1 cannot, 1 have a number that another has"
        );
        assert_eq!(lines[1..], ["contact_1: there is no number", "contact_3 has the number of contact_2"]);
        assert!(asked(&json!(null)).is_empty());
    }

    #[test]
    fn results_show_who_got_where_and_what_was_pressed() {
        let node = |node: &str, calls, left| json!({ "flow": "f", "node": node, "calls": calls, "left": left });
        let keys = json!([{ "flow": "f", "node": "menu", "key": "1", "pressed": 3 }]);
        let lines = walks(&json!({ "nodes": [node("menu", 5, 1), node("end", 3, 0)], "keys": keys }));
        assert_eq!(lines[2..], ["         5          1  f/menu  key 1: 3", "         3          0  f/end"]);
        assert!(walks(&json!({})).is_empty());
    }
}
