//! Answers to the questions of a survey: kept on the call.

use call_model::{ToolFailure, ToolRequest, ToolSpec};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use crate::Tool;
use crate::caller::{failed, text};
use crate::house::House;

const MAX_ANSWER: usize = 2_000;

/// Keeps an answer on the call, under `survey_` and the question's key; a second answer replaces the first.
pub struct RecordSurveyAnswer(pub House);

impl Tool for RecordSurveyAnswer {
    fn spec(&self, _language: &str) -> ToolSpec {
        let parameters = json!({ "type": "object", "required": ["question", "answer"], "additionalProperties": false,
            "properties": {
                "question": { "type": "string", "pattern": "^[a-z0-9_]{1,40}$",
                    "description": "Key of the question, as the instructions name it" },
                "answer": { "type": "string", "description": "The caller's answer, in his words" },
                "score": { "type": "number", "description": "The number, where the question asks for one" },
            } });
        let about = "Writes down the caller's answer to a question of the survey.";
        ToolSpec { name: "record_survey_answer".to_owned(), description: about.to_owned(), parameters }
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        async move {
            let key = format!("survey_{}", text(&request, "question").unwrap_or_default());
            let answer: String = text(&request, "answer").unwrap_or_default().chars().take(MAX_ANSWER).collect();
            let mut kept = json!({ "answer": answer });
            if let Some(score) = request.arguments.get("score").filter(|score| score.is_number()) {
                kept["score"] = score.clone();
            }
            self.0.store().remember(request.call, &key, kept).await.map_err(|error| failed(&error))?;
            Ok(json!({ "recorded": true }))
        }
        .boxed()
    }

    fn has_effect(&self) -> bool {
        true
    }

    fn repeats_safely(&self) -> bool {
        true
    }

    /// An answer that was replaced is kept again when it is given again.
    fn undoes(&self) -> &[&str] {
        &["record_survey_answer"]
    }
}
