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

/// SDP attributes whose value is secret, in small letters: MIKEY's keys, and what ICE's checks prove themselves with.
const SECRET_ATTRIBUTES: [&str; 2] = ["key-mgmt", "ice-pwd"];

/// A copy of a message without credentials, keys of media and keys that were pressed (the body of
/// `application/dtmf...`: they may be a PIN), cut to so many bytes.
pub fn without_secrets(data: &[u8], most: usize) -> String {
    let text = String::from_utf8_lossy(data);
    let mut copy = String::with_capacity(text.len().min(most));
    let mut folded_secret = false;
    let (mut is_body, mut secret_body) = (false, false);
    // The header field so far: one that is folded is read as one.
    let mut field = String::new();
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\r', '\n']);
        let end = &line[bare.len()..];
        if is_body && secret_body {
            copy.push_str(BLANK);
            break;
        }
        is_body |= bare.is_empty() && !copy.is_empty();
        // A line that begins with a space goes on with the field before (RFC 3261 section 7.3.1).
        let goes_on = bare.starts_with([' ', '\t']);
        if !is_body {
            if !goes_on {
                field.clear();
            }
            field.push_str(bare);
            secret_body |= tells_pressed_keys(&field);
        }
        if folded_secret && goes_on {
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

/// Whether a header field says that the body is keys of a telephone.
fn tells_pressed_keys(line: &str) -> bool {
    let Some((name, value)) = line.split_once(':') else { return false };
    let name = name.trim();
    let kind = value.trim_start().get(.."application/dtmf".len());
    (name.eq_ignore_ascii_case("content-type") || name.eq_ignore_ascii_case("c"))
        && kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/dtmf"))
}

fn clean(line: &str) -> Cow<'_, str> {
    if line.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("k=")) {
        return format!("k={BLANK}").into();
    }
    let Some((name, value)) = line.split_once(':') else { return line.into() };
    let field = name.trim().to_ascii_lowercase();
    if let Some(attribute) = field.strip_prefix("a=").map(str::trim) {
        if attribute == "crypto" {
            let mut words = value.split_ascii_whitespace().take_while(|word| !word.contains(':'));
            let (tag, suite) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            return format!("a=crypto:{tag} {suite} inline:{BLANK}").into();
        }
        let is_secret = SECRET_ATTRIBUTES.contains(&attribute);
        return if is_secret { format!("{name}:{BLANK}").into() } else { line.into() };
    }
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

    #[test]
    fn keys_that_were_pressed_are_not_in_the_copy() {
        for field in [
            "Content-Type: application/dtmf-relay",
            "c:application/DTMF",
            "CONTENT-TYPE : Application/Dtmf;x=1",
            "Content-Type:\r\n application/dtmf-relay",
            "c\r\n\t:\r\n \t\r\n application/dtmf",
        ] {
            let info = format!(
                "INFO sip:a@b SIP/2.0\r\n{field}\r\nContent-Length: 24\r\n\r\nSignal=7\r\nDuration=160\r\n\r\n"
            );
            let copy = without_secrets(info.as_bytes(), 4_096);
            assert!(copy.contains(field) && copy.ends_with("\r\n\r\n[blanked]"), "{copy}");
            assert!(!copy.contains("Signal"), "{copy}");
        }
        let other =
            "MESSAGE sip:a@b SIP/2.0\r\nContent-Type: text/plain\r\n\r\nContent-Type: application/dtmf\r\nSignal=7\r\n";
        assert_eq!(without_secrets(other.as_bytes(), 4_096), other, "only a header field says so");
    }

    #[test]
    fn secrets_of_a_description_are_known_however_they_are_written() {
        for line in [
            "a=CRYPTO:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0",
            "a=Crypto:1\tAES_CM_128_HMAC_SHA1_80\tinline:c2VjcmV0",
            "a=crypto:1 inline:c2VjcmV0",
            "a=KEY-mgmt:mikey c2VjcmV0",
            "a=ice-pwd:c2VjcmV0",
            "a=Ice-Pwd:c2VjcmV0",
            "k=base64:c2VjcmV0",
            "K=c2VjcmV0",
        ] {
            let message = format!("INVITE sip:a@b SIP/2.0\r\n\r\nv=0\r\n{line}\r\na=ice-ufrag:abcd\r\n");
            let copy = without_secrets(message.as_bytes(), 4_096);
            assert!(!copy.contains("c2VjcmV0") && copy.contains(BLANK), "{copy}");
            assert!(copy.ends_with("\r\na=ice-ufrag:abcd\r\n"), "{copy}");
        }
    }
}
