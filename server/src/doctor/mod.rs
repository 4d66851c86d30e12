//! What can be wrong here, in words for people, with what to do about it. `callwright doctor` looks at all of it from
//! outside; a running server looks at what it can ask of itself (`GET /v1/doctor`).

mod address;
mod certificates;
mod machine;
mod numbers;
mod trunks;

use std::path::Path;

use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use address::{Address, address};
pub(crate) use certificates::certificates;
pub(crate) use machine::{clock, descriptors, disk};
pub(crate) use numbers::{NumberCase, numbers};
pub(crate) use trunks::{TrunkCase, trunk};

use crate::config::Config;

/// How a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// As it should be.
    Ok,
    /// It works, and may not for long or not for all.
    Warning,
    /// Calls fail by it.
    Fault,
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    /// What was looked at: `trunk`, `number`, `address`, `clock`, `time`, `disk`, `descriptors`, `certificates`, ...
    #[schema(example = "trunk")]
    pub check: &'static str,
    /// How it weighs.
    pub weight: Weight,
    /// Which of the things that can be found, where it is about a trunk or a number: `trunk_refused`, `trunk_silent`,
    /// `trunk_unknown`, `number_app`, `number_trunk_missing`, `number_trunk_down`, `number_without_trunk`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "trunk_silent")]
    pub code: Option<&'static str>,
    /// Name of the trunk, or the number, that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "carrier")]
    pub about: Option<String>,
    /// What was found.
    pub found: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl Finding {
    pub(crate) fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, weight: Weight::Ok, code: None, about: None, found: found.into(), advice: None }
    }

    pub(crate) fn warning(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { weight: Weight::Warning, advice: Some(advice.into()), ..Self::ok(check, found) }
    }

    pub(crate) fn fault(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { weight: Weight::Fault, ..Self::warning(check, found, advice) }
    }

    /// The same about a trunk or a number.
    #[must_use]
    fn about(self, about: &str, code: &'static str) -> Self {
        Self { about: Some(about.to_owned()), code: Some(code), ..self }
    }
}

/// What a running server can find out about itself and its machine, besides its trunks and numbers. Asks nobody outside.
pub(crate) async fn house(config: &Config) -> Vec<Finding> {
    let mut findings = clock().await;
    let settings = config.clone();
    let looked = tokio::task::spawn_blocking(move || {
        let mut findings = disk(&settings.data);
        findings.push(descriptors(settings.limits.max_calls));
        findings.extend(certificates(&settings));
        findings.push(address(&settings).finding);
        findings
    });
    findings.extend(looked.await.unwrap_or_default());
    findings
}

/// Where a path is shown to a person.
pub(crate) fn show(path: &Path) -> std::path::Display<'_> {
    path.display()
}
