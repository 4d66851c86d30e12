//! Settings that are changed while the program runs.

use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::extract::Body;
use super::now_ms;
use super::problem::{Kind, Problem};
use super::state::ApiState;
use crate::access::Principal;
use crate::settings::{Section, SettingError, Settings, Standing};

/// A section of the settings.
#[derive(Serialize, ToSchema)]
pub(super) struct Setting {
    /// What holds. `hours`: by weekday, such as `{"monday": "08:00-12:00, 13:00-17:30", "sunday": "closed"}`; `holidays`:
    /// a list of `{name, date | date and until | easter, hours}` as in business.yaml; `retention`: `{events_days,
    /// calls_days, tags}`, 0 for ever; `redaction`: `{redact: off | text | text_and_audio, patterns: [{name, regex}]}`;
    /// `scripts`: texts by queue, each of at most 8 KiB, such as `{"desk": "Hello {{ name }}"}`.
    #[schema(value_type = Object)]
    value: Value,
    /// Where that is from: `file`, or `books` where it was set here.
    #[schema(example = "file")]
    from: &'static str,
}

/// The settings.
#[derive(Serialize, ToSchema)]
pub(super) struct AllSettings {
    /// Opening hours.
    hours: Option<Setting>,
    /// Days on which other hours hold.
    holidays: Option<Setting>,
    /// How long things are kept.
    retention: Option<Setting>,
    /// What is taken out of what was said.
    redaction: Option<Setting>,
    /// What members follow who talk with the callers of a queue, by queue; no file has them.
    scripts: Option<Setting>,
}

/// The settings that can be changed while the program runs.
#[utoipa::path(get, path = "/v1/settings", tag = "settings", operation_id = "getSettings",
    responses((status = 200, body = AllSettings)))]
pub(super) async fn get(State(state): State<ApiState>) -> Result<Json<AllSettings>, Problem> {
    let mut all = AllSettings { hours: None, holidays: None, retention: None, redaction: None, scripts: None };
    for Standing { section, value, in_books } in settings(&state)?.all().await? {
        let place = match section {
            Section::Hours => &mut all.hours,
            Section::Holidays => &mut all.holidays,
            Section::Retention => &mut all.retention,
            Section::Redaction => &mut all.redaction,
            Section::Scripts => &mut all.scripts,
        };
        *place = Some(Setting { value, from: if in_books { "books" } else { "file" } });
    }
    Ok(Json(all))
}

/// Sets a section: it goes before the file, and holds at once. What is wrong is told by field, as `faults`.
#[utoipa::path(put, path = "/v1/settings/{section}", tag = "settings", operation_id = "putSetting",
    params(("section" = String, Path, description = "`hours`, `holidays`, `retention`, `redaction` or `scripts`")),
    request_body(content = Object, description = "The value, as `GET /v1/settings` shows it"),
    responses((status = 204, description = "It holds")))]
pub(super) async fn put(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Path(section): Path<String>,
    Body(value): Body<Value>,
) -> Result<StatusCode, Problem> {
    let section = Section::of(&section).ok_or_else(no_such_section)?;
    match settings(&state)?.put(section, value, who.name(), now_ms()).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(SettingError::Store(error)) => Err(error.into()),
        Err(SettingError::Faults(faults)) => {
            let told: Vec<String> =
                faults.iter().map(|fault| format!("`{}`: {}", fault.field, fault.message)).collect();
            Err(Problem::invalid(told.join("; ")).with("faults", faults))
        }
    }
}

/// Takes a section back: what the file says holds again.
#[utoipa::path(delete, path = "/v1/settings/{section}", tag = "settings", operation_id = "deleteSetting",
    params(("section" = String, Path, description = "`hours`, `holidays`, `retention`, `redaction` or `scripts`")),
    responses((status = 204, description = "What the file says holds")))]
pub(super) async fn delete(State(state): State<ApiState>, Path(section): Path<String>) -> Result<StatusCode, Problem> {
    let section = Section::of(&section).ok_or_else(no_such_section)?;
    settings(&state)?.delete(section).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn settings(state: &ApiState) -> Result<&Settings, Problem> {
    state.settings().ok_or_else(|| Problem::new(Kind::NotFound, "there are no settings to be changed in this program"))
}

fn no_such_section() -> Problem {
    Problem::no_such("section", "/v1/settings")
}
