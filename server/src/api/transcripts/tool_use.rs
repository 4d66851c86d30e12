//! Uses of tools in a transcript.

use call_model::{ToolFailure, ToolReport};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A tool that an agent used.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct ToolUse {
    /// When it began, in ms from the answer of the call.
    #[schema(example = 12_400)]
    at_ms: u64,
    /// How long it took, ms.
    #[schema(example = 180)]
    took_ms: u64,
    /// The tool.
    #[schema(example = "find_slots")]
    tool: String,
    /// Its arguments; null where nothing of the call was written down at that moment. What the caller typed for it is
    /// never here.
    arguments: Value,
    /// What it gave back; null where it failed.
    result: Value,
    /// Why it failed; null where it did not.
    failure: Option<Failure>,
}

/// Why a tool failed.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Failure {
    /// `invalid` (its arguments did not fit), `refused`, `timed_out` (whether it happened is not known) or `failed`.
    #[schema(value_type = String, example = "invalid")]
    kind: &'static str,
    /// In words.
    message: String,
}

impl From<ToolReport> for ToolUse {
    fn from(report: ToolReport) -> Self {
        let ToolReport { at_ms, name, arguments, result, took_ms } = report;
        let (result, failure) = match result {
            Ok(result) => (result, None),
            Err(failure) => (Value::Null, Some(failure.into())),
        };
        Self { at_ms, took_ms, tool: name, arguments, result, failure }
    }
}

impl From<ToolFailure> for Failure {
    fn from(failure: ToolFailure) -> Self {
        let kind = match &failure {
            ToolFailure::Invalid { .. } => "invalid",
            ToolFailure::Refused { .. } => "refused",
            ToolFailure::TimedOut => "timed_out",
            ToolFailure::Failed { .. } => "failed",
        };
        Self { kind, message: failure.to_string() }
    }
}

/// A use of a tool on one line: its name, its arguments, and what came of it.
pub(super) fn summary(report: &ToolReport) -> String {
    let came = match &report.result {
        Ok(result) => result.to_string(),
        Err(failure) => failure.to_string(),
    };
    format!("{} {} => {came}", report.name, report.arguments)
}
