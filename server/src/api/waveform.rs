//! How loud a recording is from moment to moment, to be drawn.

use std::sync::{Arc, LazyLock};

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use call_model::CallId;
use recordings::{FolderError, Peaks, RecordingPath};
use serde::Serialize;
use store::RecordingState;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use super::calls::no_such_call;
use super::extract::Id;
use super::problem::{Kind, Problem};
use super::state::ApiState;

/// Files that are read at a time for the first time: the sound of calls comes first.
static READERS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(2)));

/// How loud both voices of a recording are from moment to moment.
#[derive(Serialize, ToSchema)]
pub(super) struct Waveform {
    /// Length of the sound, ms.
    duration_ms: u64,
    /// Place of the first value, in ms from the answer of the call; null where it is not known.
    offset_ms: Option<i64>,
    /// Values of a second: 50, fewer for long recordings.
    per_second: u32,
    /// The caller: the greatest deflection of each moment, 0 to 255.
    caller: Vec<u8>,
    /// Our side.
    us: Vec<u8>,
}

/// How loud both voices of the recording are from moment to moment. What is silenced in the recording is silent here.
#[utoipa::path(get, path = "/v1/calls/{id}/waveform", tag = "calls", operation_id = "getCallWaveform",
    params(("id" = String, Path, description = "Id of the call")),
    responses((status = 200, body = Waveform)))]
pub(super) async fn get(State(state): State<ApiState>, Id(id): Id<CallId>) -> Result<impl IntoResponse, Problem> {
    state.store().call(id).await?.ok_or_else(no_such_call)?;
    let none = || Problem::new(Kind::NotFound, "this call has no recording");
    let recording = state.store().call_recording(id).await?.ok_or_else(none)?;
    match recording.state {
        RecordingState::Ready | RecordingState::Cut => {}
        RecordingState::Failed => return Err(none()),
        RecordingState::Recording | RecordingState::Held | RecordingState::HeldCut => {
            let detail = "the recording is not ready: wait for the event recording.ready";
            return Err(Problem::new(Kind::Conflict, detail));
        }
    }
    let gone = || Problem::new(Kind::NotFound, "the file is not in the folder of recordings any more");
    let path = RecordingPath::parse(&recording.path).ok_or_else(gone)?;
    let folder = state.recordings().clone();
    let busy = || Problem::new(Kind::Overloaded, "ask again").retry_after(1);
    let turn = Arc::clone(&READERS).acquire_owned().await.map_err(|_| busy())?;
    // It is read to its end when nobody waits for it any more: the turn is its own.
    let read = move || {
        let peaks = folder.peaks(&path);
        drop(turn);
        peaks
    };
    let peaks = tokio::task::spawn_blocking(read).await;
    let Peaks { duration_ms, per_second, channels } = match peaks {
        Ok(Ok(peaks)) => peaks,
        Ok(Err(FolderError::NotFound)) => return Err(gone()),
        Ok(Err(error)) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a recording cannot be read");
            return Err(Problem::new(Kind::Internal, "the file cannot be read: the log says why"));
        }
        Err(_) => return Err(busy()),
    };
    let mut channels = channels.into_iter();
    let (caller, us) = (channels.next().unwrap_or_default(), channels.next().unwrap_or_default());
    let waveform = Waveform { duration_ms, offset_ms: recording.offset_ms, per_second, caller, us };
    // What a caller said is nobody else's to keep.
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Json(waveform)))
}
