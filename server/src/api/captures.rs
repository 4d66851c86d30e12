//! Captures of calls: signalling and, where it is asked for, sound, as a file for Wireshark.

use std::time::Duration;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use call_model::CallId;
use serde::{Deserialize, Serialize};
use telemetry::pcap;
use utoipa::ToSchema;

use super::calls::no_such_call;
use super::extract::{Body, Id};
use super::gate::KeyName;
use super::problem::{Kind, Problem};
use super::signalling;
use super::state::{ApiState, CaptureError};

/// What is to be captured.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCapture {
    /// With the RTP packets of all legs; else signalling alone. Keys that are pressed are blanked, and what is said while
    /// the recording is paused is left out, as is the sound of a leg whose keys are heard in it.
    #[serde(default)]
    rtp: bool,
    /// For so long, at most `telemetry.capture_seconds`.
    #[schema(example = 60, minimum = 1)]
    seconds: Option<u64>,
}

/// A capture that has begun.
#[derive(Serialize, ToSchema)]
pub(super) struct BegunCapture {
    /// The call.
    call: String,
    /// Whether RTP is captured too.
    rtp: bool,
}

fn permit(state: &ApiState, KeyName(key): &KeyName) -> Result<(), Problem> {
    if state.config().capture_keys.iter().any(|name| **name == **key) {
        return Ok(());
    }
    let detail = format!("the key `{key}` may not capture calls: name it in `telemetry.capture_keys`");
    Err(Problem::new(Kind::Forbidden, detail))
}

/// Begins to capture a running call, in memory, within the bounds of `telemetry.capture_mib` and `capture_seconds`. Only
/// keys that `telemetry.capture_keys` names may.
#[utoipa::path(post, path = "/v1/calls/{id}/capture", tag = "calls", operation_id = "beginCapture",
    params(("id" = String, Path, description = "Id of the call")), request_body = NewCapture,
    responses((status = 202, body = BegunCapture),
              (status = 403, description = "The key may not", body = Problem),
              (status = 409, description = "It is captured already, or does not run", body = Problem),
              (status = 429, description = "Too many captures run", body = Problem)))]
pub(super) async fn begin(
    State(state): State<ApiState>,
    Extension(key): Extension<KeyName>,
    Id(id): Id<CallId>,
    Body(new): Body<NewCapture>,
) -> Result<impl IntoResponse, Problem> {
    permit(&state, &key)?;
    if new.seconds == Some(0) {
        return Err(Problem::invalid("`seconds` is at least 1"));
    }
    state.store().call(id).await?.ok_or_else(no_such_call)?;
    let time = new.seconds.map(Duration::from_secs);
    state.calls().capture(id, new.rtp, time).await.map_err(|error| match error {
        CaptureError::TooMany(_) => Problem::new(Kind::TooManyRequests, error.to_string()).retry_after(10),
        CaptureError::Running | CaptureError::Call(_) => Problem::new(Kind::Conflict, error.to_string()),
    })?;
    tracing::warn!(call = %id, key = %key.0, rtp = new.rtp, "the packets of a call are captured");
    Ok((StatusCode::ACCEPTED, Json(BegunCapture { call: id.to_string(), rtp: new.rtp })))
}

/// What was captured so far, as a file for Wireshark: the kept signalling of the call, and the RTP packets since the
/// capture began. The header `Capture-State` says `running` or `done`, `Capture-Dropped` how many packets there was no
/// room for. It is forgotten `telemetry.capture_minutes` after its end, and with the program.
#[utoipa::path(get, path = "/v1/calls/{id}/capture", tag = "calls", operation_id = "getCapture",
    params(("id" = String, Path, description = "Id of the call")),
    responses((status = 200, description = "The packets", content((Vec<u8> = "application/vnd.tcpdump.pcap"))),
              (status = 403, description = "The key may not", body = Problem)))]
pub(super) async fn get(
    State(state): State<ApiState>,
    Extension(key): Extension<KeyName>,
    Id(id): Id<CallId>,
) -> Result<Response, Problem> {
    permit(&state, &key)?;
    let captured = state.calls().captured(id).ok_or_else(no_capture)?;
    let mut messages = Vec::new();
    if let Some(kept) = signalling::kept(&state, id).await? {
        signalling::records(&kept, &mut messages);
    }
    let headers: [(HeaderName, String); 5] = [
        (header::CONTENT_TYPE, "application/vnd.tcpdump.pcap".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{id}.pcap\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (HeaderName::from_static("capture-state"), if captured.running { "running" } else { "done" }.to_owned()),
        (HeaderName::from_static("capture-dropped"), captured.dropped.to_string()),
    ];
    Ok((headers, in_order(&messages, &captured.records)).into_response())
}

/// Ends a capture and forgets what it has.
#[utoipa::path(delete, path = "/v1/calls/{id}/capture", tag = "calls", operation_id = "endCapture",
    params(("id" = String, Path, description = "Id of the call")),
    responses((status = 204, description = "It is forgotten"),
              (status = 403, description = "The key may not", body = Problem)))]
pub(super) async fn end(
    State(state): State<ApiState>,
    Extension(key): Extension<KeyName>,
    Id(id): Id<CallId>,
) -> Result<StatusCode, Problem> {
    permit(&state, &key)?;
    if state.calls().forget_capture(id) { Ok(StatusCode::NO_CONTENT) } else { Err(no_capture()) }
}

fn no_capture() -> Problem {
    Problem::new(Kind::NotFound, "nothing was captured of this call: begin by POST while it runs")
}

/// A file with all records, the earliest first.
fn in_order(messages: &[u8], packets: &[u8]) -> Vec<u8> {
    let mut records: Vec<_> = pcap::records(messages).chain(pcap::records(packets)).collect();
    records.sort_by_key(|(at_us, _)| *at_us);
    let mut file = pcap::header();
    file.reserve(messages.len() + packets.len());
    for (_, record) in records {
        file.extend_from_slice(record);
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signalling_and_sound_are_in_the_order_of_time() {
        let at = "192.0.2.1:5060".parse().unwrap();
        let (mut messages, mut packets) = (Vec::new(), Vec::new());
        for (at_us, part) in [(1_000_000, 0), (3_000_000, 0), (2_000_000, 1), (2_500_000, 1)] {
            pcap::datagram(if part == 0 { &mut messages } else { &mut packets }, at_us, at, at, b"x", 1);
        }
        let file = in_order(&messages, &packets);
        let times: Vec<i64> = pcap::records(&file[24..]).map(|(at_us, _)| at_us).collect();
        assert_eq!(times, [1_000_000, 2_000_000, 2_500_000, 3_000_000]);
    }
}
