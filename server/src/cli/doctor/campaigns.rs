//! Campaigns that run and call nobody.

use serde_json::Value;

use super::Patient;
use crate::doctor::Finding;

const CHECK: &str = "campaigns";

/// What keeps the campaigns of the running server from calling.
pub(super) async fn campaigns(patient: &Patient<'_>) -> Vec<Finding> {
    if !patient.runs {
        return Vec::new();
    }
    let Ok(page) = patient.house.json("/v1/campaigns?state=running&limit=200").await else { return Vec::new() };
    let mut findings = Vec::new();
    for campaign in page["data"].as_array().into_iter().flatten() {
        let path = format!("/v1/campaigns/{}/progress", campaign["id"].as_str().unwrap_or_default());
        let Ok(progress) = patient.house.json(&path).await else { continue };
        findings.push(judge(campaign["name"].as_str().unwrap_or_default(), &progress));
    }
    findings
}

fn judge(name: &str, progress: &Value) -> Finding {
    let waiting = &progress["waiting"];
    match (progress["held"]["reason"].as_str(), progress["held"]["detail"].as_str()) {
        (Some(reason), Some(detail)) => {
            let found = format!("`{name}` runs, {waiting} contacts wait and nobody is called ({reason})");
            // What passes by itself is no fault.
            let passes = ["no_lines", "draining", "no_member_free", "callers_first"].contains(&reason);
            if passes { Finding::warning(CHECK, found, detail) } else { Finding::fault(CHECK, found, detail) }
        }
        _ => Finding::ok(CHECK, format!("`{name}` runs, {waiting} contacts wait for their time")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::doctor::Weight;

    #[test]
    fn a_campaign_without_a_trunk_is_a_fault_that_says_what_to_do() {
        let held = |reason| json!({ "waiting": 7, "held": { "reason": reason, "detail": "add one" } });
        let fault = judge("reminders", &held("no_trunk"));
        assert_eq!((fault.weight, fault.advice.as_deref()), (Weight::Fault, Some("add one")));
        assert!(fault.found.contains("`reminders`") && fault.found.contains("no_trunk"), "{}", fault.found);
        for passes in ["no_lines", "no_member_free"] {
            assert_eq!(judge("reminders", &held(passes)).weight, Weight::Warning, "{passes}");
        }
        assert_eq!(judge("reminders", &held("no_phone")).weight, Weight::Fault);
        assert_eq!(judge("reminders", &json!({ "waiting": 7, "held": null })).weight, Weight::Ok);
    }
}
