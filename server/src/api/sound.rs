//! Recordings and voicemails over HTTP, whole or in one range (RFC 9110 section 14).

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use recordings::{ByteRange, Folder, FolderError, Reading, RecordingPath};
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use super::problem::{Kind, Problem};

const CHUNK: usize = 64 * 1024;

/// Sends a file of the folder, or the part of it that the request asks for.
pub(super) async fn send(folder: &Folder, path: &str, headers: &HeaderMap, name: &str) -> Result<Response, Problem> {
    let gone = || Problem::new(Kind::NotFound, "the file is not in the folder of recordings any more");
    let path = RecordingPath::parse(path).ok_or_else(gone)?;
    let range = headers.get(header::RANGE).and_then(|value| value.to_str().ok()).and_then(range);
    let folder = folder.clone();
    let reading = tokio::task::spawn_blocking(move || folder.read(&path, range)).await;
    match reading {
        Ok(Ok(reading)) => Ok(answer(reading, range.is_some(), name)),
        Ok(Err(FolderError::Unsatisfiable { size })) => {
            let detail = format!("the file has {size} bytes: ask for a part of those");
            let problem = Problem::new(Kind::RangeNotSatisfiable, detail);
            Err(problem.with_header(header::CONTENT_RANGE, &format!("bytes */{size}")))
        }
        Ok(Err(FolderError::NotFound)) => Err(gone()),
        Ok(Err(error)) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a recording cannot be read");
            Err(Problem::new(Kind::Internal, "the file cannot be read: the log says why"))
        }
        Err(_) => Err(Problem::new(Kind::Internal, "the file cannot be read: ask again")),
    }
}

fn answer(reading: Reading, part: bool, name: &str) -> Response {
    let Reading { file, start, length, size, content_type } = reading;
    let file = tokio::fs::File::from_std(file).take(length);
    let mut response = Body::from_stream(ReaderStream::with_capacity(file, CHUNK)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // What a caller said is nobody else's to keep.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.extend(
        HeaderValue::try_from(format!("inline; filename=\"{name}\"")).map(|v| (header::CONTENT_DISPOSITION, v)),
    );
    if part {
        let last = (start + length).saturating_sub(1);
        headers
            .extend(HeaderValue::try_from(format!("bytes {start}-{last}/{size}")).map(|v| (header::CONTENT_RANGE, v)));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response
}

/// Removes a file whose row is gone already. One that stays is told of in the log.
pub(super) async fn remove(folder: &Folder, path: String) {
    let Some(path) = RecordingPath::parse(&path) else { return };
    let folder = folder.clone();
    let removed = tokio::task::spawn_blocking(move || folder.delete(&path)).await;
    match removed {
        Ok(Ok(()) | Err(FolderError::NotFound)) => {}
        Ok(Err(error)) => tracing::warn!(error = &error as &dyn std::error::Error, "a removed voicemail's file stays"),
        Err(error) => tracing::warn!(%error, "a removed voicemail's file stays"),
    }
}

/// Reads a `Range` of one part. What is not understood, and several parts, are as if not asked for (RFC 9110
/// section 14.2): the whole file is sent.
fn range(text: &str) -> Option<ByteRange> {
    let (unit, parts) = text.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = parts.trim().split_once('-')?;
    let number = |text: &str| -> Option<u64> {
        (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().unwrap_or(u64::MAX))
    };
    match (first, last) {
        ("", last) => number(last).map(ByteRange::Last),
        (first, "") => number(first).map(|first| ByteRange::From(first, None)),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(ByteRange::From(first, Some(last)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_and_odd_ones_are_as_if_absent() {
        assert_eq!(range("bytes=0-99"), Some(ByteRange::From(0, Some(99))));
        assert_eq!(range("Bytes=5-"), Some(ByteRange::From(5, None)));
        assert_eq!(range("bytes=-10"), Some(ByteRange::Last(10)));
        assert_eq!(range("bytes=99999999999999999999-"), Some(ByteRange::From(u64::MAX, None)));
        for odd in ["bytes=", "bytes=-", "bytes=5-4", "bytes=0-1,3-4", "lines=0-1", "bytes=+1-2", "bytes=a-b", ""] {
            assert_eq!(range(odd), None, "{odd}");
        }
    }
}
