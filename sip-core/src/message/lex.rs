//! The small pieces of SIP's grammar that several headers share (RFC 3261 25.1).

use std::borrow::Cow;

/// What may stand in a token.
const TOKEN: [bool; 256] = table(b"-.!%*_+`'~");
/// What may stand unescaped in the user part of a URI: unreserved and user-unreserved.
const USER: [bool; 256] = table(b"-_.!~*'()&=+$,;?/");

const fn table(extra: &[u8]) -> [bool; 256] {
    let mut out = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        out[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let mut index = 0;
    while index < extra.len() {
        out[extra[index] as usize] = true;
        index += 1;
    }
    out
}

/// Is this a non-empty token?
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| TOKEN[byte as usize])
}

/// May this byte stand in a token?
pub(crate) const fn is_token_byte(byte: u8) -> bool {
    TOKEN[byte as usize]
}

/// Linear white space once it is unfolded.
pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Cuts white space off both ends.
pub(crate) fn trim(text: &str) -> &str {
    let (start, end) = trimmed(text.as_bytes());
    &text[start..end]
}

/// Where the text without white space at both ends begins and ends.
pub(crate) fn trimmed(bytes: &[u8]) -> (usize, usize) {
    let start = bytes.iter().position(|&byte| !is_space(byte)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|&byte| !is_space(byte)).map_or(start, |last| last + 1);
    (start, end)
}

/// The index just behind the quoted string that opens at `start`; `None` if it never closes.
pub(crate) fn end_of_quoted(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

/// The first of `wanted` outside quoted strings; `None` if there is none or a quoted string never closes.
pub(crate) fn find_unquoted(text: &str, wanted: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == wanted {
            return Some(at);
        }
        at = if byte == b'"' { end_of_quoted(bytes, at)? } else { at + 1 };
    }
    None
}

/// The values of a comma-separated list, trimmed, empty ones included. Commas within quotes and angle brackets part
/// nothing.
pub(crate) fn split_list(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (value, next) = match end_of_value(text.as_bytes()) {
            Some(comma) => (&text[..comma], Some(&text[comma + 1..])),
            None => (text, None),
        };
        rest = next;
        Some(trim(value))
    })
}

/// Where the first value of a list ends: its comma, if it has one.
pub(crate) fn end_of_value(bytes: &[u8]) -> Option<usize> {
    let (mut at, mut in_brackets) = (0, false);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' if !in_brackets => {
                at = end_of_quoted(bytes, at)?;
                continue;
            }
            b'<' => in_brackets = true,
            b'>' => in_brackets = false,
            b',' if !in_brackets => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Takes the quotes and the backslashes off a quoted string; other text is returned as it is.
pub(crate) fn unquote(text: &str) -> Cow<'_, str> {
    let Some(inner) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else {
        return Cow::Borrowed(text);
    };
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(char) = chars.next() {
        out.push(if char == '\\' { chars.next().unwrap_or('\\') } else { char });
    }
    Cow::Owned(out)
}

/// Writes `text` as a quoted string. Line breaks become spaces: they cannot be told in one.
pub(crate) fn write_quoted(out: &mut impl std::fmt::Write, text: &str) -> std::fmt::Result {
    out.write_char('"')?;
    for char in text.chars() {
        match char {
            '"' | '\\' => {
                out.write_char('\\')?;
                out.write_char(char)?;
            }
            '\r' | '\n' => out.write_char(' ')?,
            _ => out.write_char(char)?,
        }
    }
    out.write_char('"')
}

/// Decodes `%HH` once (RFC 3261 19.1.2). A broken escape stays as it is; bytes that are not UTF-8 become U+FFFD.
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let decoded = (byte == b'%').then(|| hex_pair(bytes.get(at + 1..at + 3)?)).flatten();
        out.push(decoded.unwrap_or(byte));
        at += if decoded.is_some() { 3 } else { 1 };
    }
    Cow::Owned(String::from_utf8(out).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    let digit = |byte: u8| (byte as char).to_digit(16);
    Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8)
}

/// Writes `text` as the user part of a URI: what may not stand there is escaped.
pub(crate) fn escape_user(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if USER[byte as usize] {
            out.push(byte as char);
        } else {
            out.push('%');
            out.push(HEX[(byte >> 4) as usize] as char);
            out.push(HEX[(byte & 15) as usize] as char);
        }
    }
    out
}

/// A decimal number of any length; what does not fit is `T`'s largest value.
pub(crate) fn saturating_u32(text: &str) -> Option<u32> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(u32::MAX))
}
