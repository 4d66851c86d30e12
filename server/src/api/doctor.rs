//! What is wrong here, in words, with what to do about it.

use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use call_model::TrunkId;
use serde::Serialize;
use tokio::sync::Mutex;
use utoipa::ToSchema;

use super::now_ms;
use super::problem::{Kind, Problem};
use super::state::{ApiState, Registration, TrunkState};
use super::wire::Time;
use crate::doctor::{self, Finding, NumberCase, TrunkCase, Weight};

/// For how long the same is told again.
const FRESH: Duration = Duration::from_secs(10);
/// The longest that looking may take.
const LONGEST: Duration = Duration::from_secs(15);

/// What was found last, and when. Held while it is looked: whoever else asks waits for the same.
#[derive(Default)]
pub(super) struct LastExamination(Mutex<Option<(Instant, Examination)>>);

/// What is wrong, and what is as it should be.
#[derive(Serialize, ToSchema)]
pub(super) struct Examination {
    /// The heaviest of what was found.
    worst: Weight,
    /// When it was looked.
    looked_at: Time,
    /// Trunks and numbers first, then the machine.
    findings: Vec<Finding>,
}

/// What a running server can find out about itself: trunks, numbers, its address, clock, disk, limits and certificates.
/// Nobody outside is asked. The same is told for ten seconds. `callwright doctor` looks at more.
#[utoipa::path(get, path = "/v1/doctor", tag = "operation", operation_id = "examine",
    responses((status = 200, body = Examination)))]
pub(super) async fn examine(State(state): State<ApiState>) -> Result<Response, Problem> {
    let mut last = state.last_examination().0.lock().await;
    if let Some((at, found)) = &*last
        && at.elapsed() < FRESH
    {
        return Ok(Json(found).into_response());
    }
    let found = match tokio::time::timeout(LONGEST, look(&state)).await {
        Ok(found) => found?,
        Err(_) => return Err(Problem::new(Kind::TimedOut, "it took too long to look: ask again").retry_after(10)),
    };
    let answer = Json(&found).into_response();
    *last = Some((Instant::now(), found));
    Ok(answer)
}

async fn look(state: &ApiState) -> Result<Examination, Problem> {
    let states = state.calls().trunk_states().await;
    let records = state.store().trunks().await?;
    let standing = |id: TrunkId| states.iter().find(|state| state.id == id);
    let mut findings: Vec<Finding> =
        records.iter().map(|trunk| doctor::trunk(&case(&trunk.name, standing(trunk.id)))).collect();
    let numbers = state.store().numbers().await?;
    let cases: Vec<NumberCase<'_>> = numbers
        .iter()
        .map(|number| NumberCase {
            number: &number.number,
            app_fault: state.calls().app_fault(&number.app),
            trunk: number.trunk.as_deref(),
        })
        .collect();
    let of_numbers = doctor::numbers(&cases, &findings);
    findings.extend(of_numbers);
    findings.extend(state.calls().examine().await);
    let worst = findings.iter().map(|finding| finding.weight).max().unwrap_or(Weight::Ok);
    Ok(Examination { worst, looked_at: Time(now_ms()), findings })
}

fn case<'a>(name: &'a str, state: Option<&'a TrunkState>) -> TrunkCase<'a> {
    let registration = |state: &TrunkState| match state.registration {
        Registration::None => "none",
        Registration::Trying => "trying",
        Registration::Registered => "registered",
        Registration::Failed => "failed",
    };
    TrunkCase {
        name,
        registration: state.map(registration),
        reachable: state.and_then(|state| state.reachable),
        rtt_ms: state.and_then(|state| state.rtt_ms),
        problem: state.and_then(|state| state.last_error.as_deref()),
    }
}
