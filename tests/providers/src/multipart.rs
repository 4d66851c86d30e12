//! Just enough of RFC 7578 to see what a form holds.

use bytes::Bytes;

/// One part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub body: Bytes,
}

impl Part {
    /// What it holds, as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub(crate) fn parts(content_type: &str, body: &Bytes) -> Vec<Part> {
    let Some((_, boundary)) = content_type.split_once("boundary=") else { return Vec::new() };
    let mark = format!("--{}", boundary.trim_matches('"'));
    let starts = all(body, mark.as_bytes());
    let between = starts.windows(2).map(|pair| body.slice(pair[0] + mark.len()..pair[1]));
    between.filter_map(|part| read(&part)).collect()
}

fn read(part: &Bytes) -> Option<Part> {
    let head_end = *all(part, b"\r\n\r\n").first()?;
    let head = String::from_utf8_lossy(&part[..head_end]).into_owned();
    let (_, name) = head.split_once("name=\"")?;
    let (name, _) = name.split_once('"')?;
    let body = part.slice(head_end + 4..part.len().saturating_sub(2).max(head_end + 4));
    Some(Part { name: name.to_owned(), body })
}

fn all(bytes: &[u8], wanted: &[u8]) -> Vec<usize> {
    let last = bytes.len().saturating_sub(wanted.len());
    (0..=last).filter(|at| bytes[*at..].starts_with(wanted)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read() {
        let body = Bytes::from_static(
            b"--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n\
              --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\nRIFF\r\n\r\n--\r\n--x--\r\n",
        );
        let parts = parts("multipart/form-data; boundary=x", &body);
        assert_eq!(parts.len(), 2);
        assert_eq!((parts[0].name.as_str(), parts[0].text().as_str()), ("model", "whisper-1"));
        assert_eq!((parts[1].name.as_str(), parts[1].text().as_str()), ("file", "RIFF\r\n\r\n--"));
        assert_eq!(super::parts("text/plain", &body), []);
    }
}
