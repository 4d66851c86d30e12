//! The SIP messages of a call: as JSON, as a ladder in text, or as a file for Wireshark.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use call_model::CallId;
use serde::Serialize;
use store::CallState;
use telemetry::signalling::{Kept, Seen, Way};
use telemetry::{ladder, pcap};
use utoipa::ToSchema;

use super::calls::no_such_call;
use super::extract::Id;
use super::problem::{Kind, Problem};
use super::state::ApiState;

/// The SIP messages of a call, the oldest first.
#[derive(Serialize, ToSchema)]
pub(super) struct Signalling {
    /// The call.
    call: String,
    /// Messages that there was no room for.
    dropped: u64,
    /// The messages.
    messages: Vec<Message>,
}

/// A SIP message.
#[derive(Serialize, ToSchema)]
pub(super) struct Message {
    /// When it passed.
    #[schema(example = "2026-11-21T15:04:05.678901Z")]
    at: String,
    /// `in` or `out`.
    direction: &'static str,
    /// `UDP`, `TCP`, `TLS`, `WS` or `WSS`.
    transport: &'static str,
    /// Our address.
    local: String,
    /// The other's.
    remote: String,
    /// Its first line.
    first_line: String,
    /// The message, without credentials and keys, cut to its bound.
    #[serde(rename = "message")]
    text: String,
}

impl From<&Seen> for Message {
    fn from(seen: &Seen) -> Self {
        Self {
            at: jiff::Timestamp::from_microsecond(seen.at_us).unwrap_or_default().to_string(),
            direction: match seen.way {
                Way::In => "in",
                Way::Out => "out",
            },
            transport: seen.transport,
            local: seen.local.to_string(),
            remote: seen.remote.to_string(),
            first_line: seen.first_line().to_owned(),
            text: seen.text.to_string(),
        }
    }
}

/// The SIP messages of a call and all its legs, as long as they are kept (`telemetry.signalling_minutes`). With
/// `Accept: text/plain` as a ladder, with `Accept: application/vnd.tcpdump.pcap` as a file for Wireshark.
#[utoipa::path(get, path = "/v1/calls/{id}/signalling", tag = "calls", operation_id = "getCallSignalling",
    params(("id" = String, Path, description = "Id of the call")),
    responses((status = 200, description = "The messages", content(
        (Signalling = "application/json"), (String = "text/plain"), (Vec<u8> = "application/vnd.tcpdump.pcap")))))]
pub(super) async fn get(
    State(state): State<ApiState>,
    Id(id): Id<CallId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let kept = kept(&state, id)
        .await?
        .ok_or_else(|| Problem::new(Kind::NotFound, "no signalling is kept: set `telemetry.signalling_mib` above 0"))?;
    let wanted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if wanted.contains("text/plain") {
        return Ok(ladder::draw(&kept.messages).into_response());
    }
    if wanted.contains("pcap") {
        return Ok(file(&kept, id));
    }
    let messages = kept.messages.iter().map(Message::from).collect();
    Ok(Json(Signalling { call: id.to_string(), dropped: kept.dropped, messages }).into_response())
}

/// What is kept of a call's signalling; `None`: nothing is.
pub(super) async fn kept(state: &ApiState, id: CallId) -> Result<Option<Kept>, Problem> {
    let call = state.store().call(id).await?.ok_or_else(no_such_call)?;
    let legs = if call.state == CallState::Ended {
        call.legs.iter().map(|leg| leg.sip_call_id.clone()).collect()
    } else {
        state.calls().sip_calls(id).await
    };
    Ok(state.calls().signalling(&legs))
}

/// The messages as records of a pcap file.
pub(super) fn records(kept: &Kept, bytes: &mut Vec<u8>) {
    for seen in &kept.messages {
        let (from, to) = match seen.way {
            Way::In => (seen.remote, seen.local),
            Way::Out => (seen.local, seen.remote),
        };
        pcap::datagram(bytes, seen.at_us, from, to, seen.text.as_bytes(), seen.text.len());
    }
}

fn file(kept: &Kept, id: CallId) -> Response {
    let mut bytes = pcap::header();
    records(kept, &mut bytes);
    let headers = [
        (header::CONTENT_TYPE, "application/vnd.tcpdump.pcap".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{id}.pcap\"")),
    ];
    (headers, bytes).into_response()
}
