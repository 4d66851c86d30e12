//! Bodies in several parts (RFC 2046 section 5.1, RFC 5621): the session description among them.

use bytes::Bytes;
use memchr::{memchr, memmem};

use crate::message::MediaType;

/// The first part of this type (in lower case) in a `multipart` body. Parts inside of parts are not looked at.
pub(super) fn find_part(outer: &MediaType, body: &Bytes, wanted: &str) -> Option<Bytes> {
    let boundary = outer.params.get_unquoted("boundary").filter(|boundary| !boundary.is_empty())?;
    let delimiter = format!("--{boundary}");
    let at_line_start = |at: &usize| *at == 0 || body[at - 1] == b'\n';
    let mut starts = memmem::find_iter(body, delimiter.as_bytes()).filter(at_line_start);
    let mut start = starts.next()?;
    for next in starts {
        if let Some(content) = content_of(&body.slice(start + delimiter.len()..next), wanted) {
            return Some(content);
        }
        start = next;
    }
    None
}

/// The content of a part of this type, without the line break that belongs to the next delimiter.
fn content_of(part: &Bytes, wanted: &str) -> Option<Bytes> {
    let mut at = memchr(b'\n', part)? + 1;
    let mut fits = false;
    loop {
        let line = &part[at..at + memchr(b'\n', &part[at..])?];
        at += line.len() + 1;
        let line = line.trim_ascii();
        if line.is_empty() {
            break;
        }
        fits |= is_type(line, wanted);
    }
    let content = &part[at..];
    let end = content.strip_suffix(b"\n").map_or(content.len(), |cut| cut.strip_suffix(b"\r").unwrap_or(cut).len());
    fits.then(|| part.slice(at..at + end))
}

/// Is this line a Content-Type of that kind?
fn is_type(line: &[u8], wanted: &str) -> bool {
    let Some((name, value)) = std::str::from_utf8(line).ok().and_then(|line| line.split_once(':')) else {
        return false;
    };
    let named = name.trim_end().eq_ignore_ascii_case("Content-Type");
    named && MediaType::parse(value.trim()).is_ok_and(|it| it.essence == wanted)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn find(body: &str) -> Option<String> {
        let outer = MediaType::parse("multipart/mixed;boundary=\"cut here\"").unwrap();
        let found = find_part(&outer, &Bytes::copy_from_slice(body.as_bytes()), "application/sdp")?;
        Some(String::from_utf8(found.to_vec()).unwrap())
    }

    #[test]
    fn the_session_description_is_found() {
        let body = "--cut here\r\nContent-Type: text/plain\r\n\r\nv=1 --cut here\r\n--cut here\r\ncontent-type : \
                    Application/SDP;x=y\r\nContent-Disposition: session\r\n\r\nv=0\r\ns=-\r\n\r\n--cut here--\r\n";
        assert_eq!(find(body).as_deref(), Some("v=0\r\ns=-\r\n"));
        assert_eq!(find(&body.replace("\r\n", "\n")).as_deref(), Some("v=0\ns=-\n"));
    }

    #[test]
    fn what_is_broken_has_no_parts() {
        for body in [
            "",
            "--cut here",
            "--cut here\r\n\r\n--cut here",
            "x--cut here\r\n\r\nv=0--cut here",
            "--cut here--cut here",
        ] {
            assert_eq!(find(body), None, "{body:?}");
        }
    }
}
