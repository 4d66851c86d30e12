//! SIP messages as far as watching them needs: what they are, and a copy without secrets.

use std::borrow::Cow;

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head<'a> {
    /// Its first line.
    pub first_line: &'a str,
    /// Call-ID; empty where there is none.
    pub call_id: &'a str,
    /// The method of CSeq, which is that of the request for a response too; empty where there is none.
    pub method: &'a str,
    /// The status of a response.
    pub status: Option<u16>,
}

/// Reads the head of a message. `None`: it is not text, or has no first line.
pub fn head(data: &[u8]) -> Option<Head<'_>> {
    let end = data.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(data.len());
    // A body may be anything; a header that is no UTF-8 is of no use here.
    let text = std::str::from_utf8(&data[..end]).ok()?;
    let mut lines = text.split("\r\n");
    let first_line = lines.next().filter(|line| !line.trim().is_empty())?;
    let (mut call_id, mut method) = ("", "");
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let name = name.trim();
        if call_id.is_empty() && (name.eq_ignore_ascii_case("call-id") || name.eq_ignore_ascii_case("i")) {
            call_id = value.trim();
        } else if method.is_empty() && name.eq_ignore_ascii_case("cseq") {
            method = value.split_whitespace().nth(1).unwrap_or_default();
        }
    }
    let status = first_line.strip_prefix("SIP/2.0 ").and_then(|rest| rest.get(..3)?.parse().ok());
    Some(Head { first_line, call_id, method, status })
}

/// What stands in place of a secret.
const BLANK: &str = "[blanked]";

/// Header fields whose value proves who somebody is, in small letters.
const SECRET_FIELDS: [&str; 4] = ["authorization", "proxy-authorization", "authentication-info", "identity"];

/// A copy of a message without credentials and keys of media (`a=crypto` and MIKEY's `a=key-mgmt`), cut to so many
/// bytes.
pub fn without_secrets(data: &[u8], most: usize) -> String {
    let text = String::from_utf8_lossy(data);
    let mut copy = String::with_capacity(text.len().min(most));
    let mut folded_secret = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\r', '\n']);
        let end = &line[bare.len()..];
        // A line that begins with a space goes on with the field before (RFC 3261 section 7.3.1).
        if folded_secret && bare.starts_with([' ', '\t']) {
            continue;
        }
        let clean = clean(bare);
        folded_secret = matches!(clean, Cow::Owned(_));
        copy.push_str(&clean);
        copy.push_str(end);
        if copy.len() >= most {
            break;
        }
    }
    while copy.len() > most {
        copy.pop();
    }
    copy
}

fn clean(line: &str) -> Cow<'_, str> {
    if let Some(rest) = line.strip_prefix("a=crypto:") {
        let mut words = rest.split(' ');
        let (tag, suite) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        return format!("a=crypto:{tag} {suite} inline:{BLANK}").into();
    }
    if line.starts_with("a=key-mgmt:") {
        return format!("a=key-mgmt:{BLANK}").into();
    }
    let Some((name, value)) = line.split_once(':') else { return line.into() };
    let field = name.trim().to_ascii_lowercase();
    if !SECRET_FIELDS.contains(&field.as_str()) && field != "y" {
        return line.into();
    }
    let scheme = value.split_whitespace().next().filter(|word| word.eq_ignore_ascii_case("digest"));
    format!("{name}: {}{BLANK}", scheme.map(|word| format!("{word} ")).unwrap_or_default()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVITE: &str = "INVITE sip:a@b SIP/2.0\r\ni: 77@x\r\nCSeq: 2 INVITE\r\nAuthorization: Digest username=\"anna\",\r\n \
        response=\"0123456789abcdef\"\r\nContent-Length: 9\r\n\r\nv=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0|2^20\r\na=sendrecv\r\n";

    #[test]
    fn the_head_names_call_and_method_in_both_directions() {
        let head = head(INVITE.as_bytes()).unwrap();
        assert_eq!((head.call_id, head.method, head.status), ("77@x", "INVITE", None));
        let response = b"SIP/2.0 486 Busy Here\r\nCALL-ID: 1\r\ncseq: 1 BYE\r\n\r\n\xff\xfe";
        let head = super::head(response).unwrap();
        assert_eq!(
            (head.first_line, head.call_id, head.method, head.status),
            ("SIP/2.0 486 Busy Here", "1", "BYE", Some(486))
        );
        assert_eq!(super::head(b"\r\n\r\n"), None);
        assert_eq!(super::head(b"\xff\xfe"), None);
    }

    #[test]
    fn credentials_and_keys_are_not_in_the_copy_and_everything_else_is() {
        let copy = without_secrets(INVITE.as_bytes(), 4_096);
        for secret in ["anna", "0123456789abcdef", "c2VjcmV0"] {
            assert!(!copy.contains(secret), "{copy}");
        }
        for kept in ["INVITE sip:a@b", "Authorization: Digest [blanked]\r\n", "AES_CM_128_HMAC_SHA1_80", "a=sendrecv"] {
            assert!(copy.contains(kept), "{kept} in {copy}");
        }
        assert_eq!(without_secrets("é".repeat(10).as_bytes(), 5), "éé");
    }
}
