//! Leads: how well somebody who is interested fits, by budget, authority, need and time.

use call_model::{ToolFailure, ToolRequest, ToolSpec};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use crate::Tool;
use crate::caller::{self, failed, text};
use crate::house::House;

/// From this score on a lead is hot: somebody talks with it at once.
const HOT: u32 = 70;
/// The longest text of an answer, characters.
const MAX_TEXT: usize = 1_000;

/// Keeps what a lead said on the call and the contact, with a score from 0 to 100.
pub struct QualifyLead(pub House);

/// Points by question and answer: 30 for budget, 30 for authority, 20 for need, 20 for time.
const POINTS: [(&str, &[(&str, u32)]); 3] = [
    ("budget", &[("large", 30), ("medium", 20), ("small", 10), ("none", 0)]),
    ("authority", &[("decides", 30), ("shares", 20), ("none", 0)]),
    ("timing", &[("now", 20), ("quarter", 15), ("year", 5), ("open", 0)]),
];
const NEED: u32 = 20;

/// The score of these answers: 0 to 100. What was not answered gives no points.
fn score(arguments: &Value) -> u32 {
    let points = |(question, values): &(&str, &[(&str, u32)])| {
        let answer = arguments.get(question).and_then(Value::as_str).unwrap_or_default();
        values.iter().find(|(value, _)| *value == answer).map_or(0, |(_, points)| *points)
    };
    let need = arguments.get("need").and_then(Value::as_str).is_some_and(|need| need.trim().len() > 2);
    POINTS.iter().map(points).sum::<u32>() + if need { NEED } else { 0 }
}

impl Tool for QualifyLead {
    fn spec(&self, _language: &str) -> ToolSpec {
        let text = |about: &str| json!({ "type": "string", "description": about });
        let one = |question: usize, about: &str| {
            let values: Vec<&str> = POINTS[question].1.iter().map(|(value, _)| *value).collect();
            json!({ "type": "string", "enum": values, "description": about })
        };
        let parameters = json!({ "type": "object", "additionalProperties": false, "properties": {
            "need": text("What the caller needs it for, in his words"),
            "budget": one(0, "How much money there is for it, as the instructions divide it"),
            "authority": one(1, "`decides`: the caller decides alone; `shares`: with others; `none`: somebody else does"),
            "timing": one(2, "`now`: within weeks; `quarter`: within three months; `year`: within a year; `open`: later"),
            "company": text("The company"),
            "name": text("The caller's name"),
        } });
        let about = "Writes down how well an interested caller fits, when the questions are answered, and gives the score. \
                     When the result says `hot`, put the caller through at once.";
        ToolSpec { name: "qualify_lead".to_owned(), description: about.to_owned(), parameters }
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        async move {
            let score = score(&request.arguments);
            let hot = score >= HOT;
            let store = self.0.store();
            let mut lead = json!({ "score": score, "hot": hot });
            for name in ["need", "budget", "authority", "timing", "company", "name"] {
                if let Some(answer) = text(&request, name) {
                    lead[name] = answer.chars().take(MAX_TEXT).collect::<String>().into();
                }
            }
            if let Some(me) = caller::contact(store, &request).await? {
                let now = self.0.now_ms();
                for (field, value) in [("lead_score", json!(score)), ("company", lead["company"].clone())] {
                    if !value.is_null() {
                        store.set_contact_field(me.id, field, value, now).await.map_err(|error| failed(&error))?;
                    }
                }
            }
            store.remember(request.call, "lead", lead).await.map_err(|error| failed(&error))?;
            Ok(json!({ "score": score, "hot": hot }))
        }
        .boxed()
    }

    fn has_effect(&self) -> bool {
        true
    }

    fn repeats_safely(&self) -> bool {
        true
    }

    /// The answers before these hold again when they are given again.
    fn undoes(&self) -> &[&str] {
        &["qualify_lead"]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_is_hot_when_most_of_it_fits() {
        let lead = |budget: &str, authority: &str, timing: &str| {
            score(&json!({ "need": "fifty people", "budget": budget, "authority": authority, "timing": timing }))
        };
        assert_eq!(lead("large", "decides", "now"), 100);
        assert!(lead("medium", "decides", "quarter") >= HOT);
        assert!(lead("large", "none", "year") < HOT);
        assert_eq!(score(&json!({})), 0);
    }
}
