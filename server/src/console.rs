//! The console's files: from inside the program, or, in a debug build, from `console/dist`.
//!
//! `/` and every page of the console give its `index.html`, which finds out by itself which page is meant. All of it is
//! open: it holds nothing of the business, and what it shows it asks for by the API.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Component, Path};
use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

mod files {
    include!(concat!(env!("OUT_DIR"), "/console_files.rs"));
}

const INDEX: &str = "index.html";

/// What is served where the console was not built.
const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Callwright</title>\n\
    <h1>Callwright is running</h1>\n<p>Its console is not part of this build: <code>make console</code> builds it, \
    then build the program again.</p>\n<p><a href=\"/docs\">The API</a></p>\n</html>\n";

/// What the console's pages may do (W3C, Content Security Policy Level 3).
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
    media-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; \
    object-src 'none'";

/// First parts of paths that are never a page.
const NOT_PAGES: [&str; 9] =
    ["v1", "assets", "openapi.json", "docs", "metrics", "mcp", "healthz", "readyz", "calendar"];

/// Where files lie whose names change with what is in them.
const HASHED: &str = "assets/";

const YEAR: &str = "public, max-age=31536000, immutable";

/// The files by their paths, with the tag of each.
static TABLE: LazyLock<HashMap<&'static str, (&'static [u8], String)>> =
    LazyLock::new(|| files::FILES.iter().map(|(path, bytes)| (*path, (*bytes, tag(bytes)))).collect());

/// What the console answers to a request that nothing else answers; `None`: it is no file and no page of the console.
pub(crate) async fn answer(method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
    if method != Method::GET && method != Method::HEAD {
        return None;
    }
    let path = uri.path().trim_start_matches('/');
    let found = match file(path, headers).await {
        Some(found) => found,
        None if is_page(path, headers) => match file(INDEX, headers).await {
            Some(found) => found,
            None => Found { path: INDEX, bytes: NOT_BUILT.as_bytes().into(), tag: "none".into(), coding: None },
        },
        None => return None,
    };
    Some(found.send(headers))
}

/// Whether somebody who reads goes there, and not a program.
fn is_page(path: &str, headers: &HeaderMap) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    let file = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    path.is_empty() || !file && !NOT_PAGES.contains(&first) && accepted.into_iter().any(|a| a.contains("text/html"))
}

/// A file that was found.
struct Found<'p> {
    /// Its path, which tells what it is.
    path: &'p str,
    bytes: Cow<'static, [u8]>,
    tag: String,
    /// How it is compressed.
    coding: Option<&'static str>,
}

/// A file, compressed as the asker likes it best where it is there so.
async fn file<'p>(path: &'p str, headers: &HeaderMap) -> Option<Found<'p>> {
    if path.is_empty() || path.rsplit('.').next().is_some_and(|ending| matches!(ending, "br" | "gz")) {
        return None;
    }
    for (coding, ending) in [("br", ".br"), ("gzip", ".gz")] {
        if takes(headers, coding)
            && let Some((bytes, tag)) = read(&format!("{path}{ending}")).await
        {
            return Some(Found { path, bytes, tag, coding: Some(coding) });
        }
    }
    let (bytes, tag) = read(path).await?;
    Some(Found { path, bytes, tag, coding: None })
}

async fn read(path: &str) -> Option<(Cow<'static, [u8]>, String)> {
    let Some(folder) = files::FOLDER else {
        return TABLE.get(path).map(|(bytes, tag)| (Cow::Borrowed(*bytes), tag.clone()));
    };
    read_from(Path::new(folder), path).await
}

/// Reads a file inside a folder; one outside of it is not there.
async fn read_from(folder: &Path, path: &str) -> Option<(Cow<'static, [u8]>, String)> {
    let inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    let bytes = if inside { tokio::fs::read(folder.join(path)).await.ok()? } else { return None };
    let tag = tag(&bytes);
    Some((Cow::Owned(bytes), tag))
}

/// Whether a content coding is taken (RFC 9110 section 12.5.3).
fn takes(headers: &HeaderMap, coding: &str) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, "q=1"));
        let weight: f32 = weight.trim().trim_start_matches("q=").parse().unwrap_or(1.0);
        name.trim().eq_ignore_ascii_case(coding) && weight > 0.0
    })
}

fn tag(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().take(12).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Found<'_> {
    fn send(self, headers: &HeaderMap) -> Response {
        let tag = format!("\"{}\"", self.tag);
        let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let unchanged = known.flat_map(|value| value.split(',')).any(|known| {
            let known = known.trim();
            known == "*" || known.trim_start_matches("W/") == tag
        });
        // The server leaves the body out of an answer to HEAD, and keeps its length.
        let mut response = if unchanged {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let body = match self.bytes {
                Cow::Borrowed(bytes) => bytes.into_response(),
                Cow::Owned(bytes) => bytes.into_response(),
            };
            (StatusCode::OK, body).into_response()
        };
        let fields = response.headers_mut();
        let cache = if self.path.starts_with(HASHED) { YEAR } else { "no-cache" };
        for (name, value) in [
            (header::CONTENT_TYPE, media_type(self.path)),
            (header::CACHE_CONTROL, cache),
            (header::VARY, "accept-encoding"),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::X_FRAME_OPTIONS, "DENY"),
            (
                HeaderName::from_static("permissions-policy"),
                "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
            ),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        ] {
            fields.insert(name, HeaderValue::from_static(value));
        }
        if let Ok(tag) = HeaderValue::try_from(tag) {
            fields.insert(header::ETAG, tag);
        }
        if let Some(coding) = self.coding {
            fields.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        response
    }
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(fields: &[(HeaderName, &'static str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn pages_are_where_readers_go() {
        let reader = asking(&[(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")]);
        for page in ["", "calls", "calls/call_01", "settings/users", "agents/reception"] {
            assert!(is_page(page, &reader), "{page}");
        }
        for other in ["v1", "v1/nothing", "docs/x", "mcp", "assets/gone.js", "favicon.ico", "calendar/x", "a/b.map"] {
            assert!(!is_page(other, &reader), "{other}");
        }
        let program = asking(&[(header::ACCEPT, "*/*")]);
        assert!(is_page("", &program) && !is_page("calls", &program), "a program is told that there is nothing");
    }

    #[test]
    fn codings_are_taken_by_their_weight() {
        let headers = asking(&[(header::ACCEPT_ENCODING, "gzip;q=0.5, BR , deflate;q=0")]);
        assert!(takes(&headers, "br") && takes(&headers, "gzip") && !takes(&headers, "deflate"));
        assert!(!takes(&asking(&[(header::ACCEPT_ENCODING, "br;q=0")]), "br"));
        assert!(!takes(&HeaderMap::new(), "br"));
    }

    #[tokio::test]
    async fn nothing_outside_of_the_folder_is_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("dist")).unwrap();
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        std::fs::write(folder.path().join("dist/app.js"), "y").unwrap();
        let dist = folder.path().join("dist");
        assert_eq!(read_from(&dist, "app.js").await.unwrap().0.as_ref(), b"y");
        for outside in ["../secret", "a/../../secret", "/etc/hostname", "./../secret", ""] {
            assert!(read_from(&dist, outside).await.is_none(), "{outside}");
        }
    }

    #[test]
    fn what_is_known_is_not_sent_again_and_hashed_names_are_kept() {
        let found = |path| Found { path, bytes: b"body".as_slice().into(), tag: tag(b"body"), coding: Some("br") };
        let fresh = found("assets/app-1a2b.js").send(&HeaderMap::new());
        assert_eq!(fresh.status(), StatusCode::OK);
        assert_eq!(fresh.headers()[header::CACHE_CONTROL], YEAR);
        assert_eq!(fresh.headers()[header::CONTENT_ENCODING], "br");
        assert_eq!(fresh.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
        let mut known = HeaderMap::new();
        known.insert(header::IF_NONE_MATCH, fresh.headers()[header::ETAG].clone());
        assert_eq!(found("assets/app-1a2b.js").send(&known).status(), StatusCode::NOT_MODIFIED);
        let index = found(INDEX).send(&asking(&[(header::IF_NONE_MATCH, "\"other\"")]));
        assert_eq!(
            (index.status(), &index.headers()[header::CACHE_CONTROL]),
            (StatusCode::OK, &"no-cache".parse().unwrap())
        );
        assert_eq!(index.headers()[header::CONTENT_SECURITY_POLICY], POLICY);
    }
}
