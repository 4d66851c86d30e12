//! A first look at a datagram, before it is read: what it would begin, and what sent it. It finds in some hundred bytes
//! what decides whether the rest is worth reading; what it does not understand, the reader judges.

/// What a datagram would be for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A REGISTER.
    Login,
    /// An OPTIONS outside of any dialog.
    Question,
    /// Another request outside of any dialog, such as an INVITE.
    New,
    /// Something that belongs to what is there already, or cannot be told.
    Other,
}

/// How many header lines are looked at.
const MOST_LINES: usize = 64;

/// What a message is, by its first line and its To.
pub(crate) fn kind(data: &[u8]) -> Kind {
    let data = data.trim_ascii_start();
    let end = data.iter().take(32).position(|byte| *byte == b' ').unwrap_or(0);
    let method = &data[..end];
    match method {
        b"REGISTER" => Kind::Login,
        // What follows a request, or a response: cheap for us, and running calls need it.
        b"ACK" | b"CANCEL" | b"PRACK" | b"SIP/2.0" => Kind::Other,
        _ if header(data, &[b"to", b"t"]).is_some_and(|to| contains(to, b"tag=")) => Kind::Other,
        b"OPTIONS" => Kind::Question,
        _ => Kind::New,
    }
}

/// Whether it is a response: if not to us, the endpoint passes it over.
pub(crate) fn is_response(data: &[u8]) -> bool {
    data.trim_ascii_start().starts_with(b"SIP/2.0 ")
}

/// Whether the message names itself as one of these tools.
pub(crate) fn is_from(data: &[u8], tools: &[String]) -> bool {
    header(data, &[b"user-agent"]).is_some_and(|agent| names(agent, tools))
}

/// Whether a user agent names itself as one of these tools.
pub(crate) fn names(agent: &[u8], tools: &[String]) -> bool {
    tools.iter().any(|tool| !tool.is_empty() && contains(agent, tool.as_bytes()))
}

/// The first header line of one of these names, which are in lower case.
fn header<'a>(data: &'a [u8], names: &[&[u8]]) -> Option<&'a [u8]> {
    let lines = data.split(|byte| *byte == b'\n').skip(1).take(MOST_LINES);
    for line in lines.take_while(|line| !line.trim_ascii().is_empty()) {
        let colon = line.iter().take(32).position(|byte| *byte == b':')?;
        let name = line[..colon].trim_ascii_end();
        if names.iter().any(|wanted| name.eq_ignore_ascii_case(wanted)) {
            return Some(&line[colon + 1..]);
        }
    }
    None
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:a@x>;tag=1\r\n";

    #[test]
    fn what_begins_something_is_told_from_what_goes_on() {
        let message = |first: &str, to: &str| format!("{first}\r\n{HEAD}{to}\r\nCall-ID: 1\r\n\r\n");
        for (first, to, expected) in [
            ("INVITE sip:x@y SIP/2.0", "To: <sip:x@y>", Kind::New),
            ("INVITE sip:x@y SIP/2.0", "t: <sip:x@y>", Kind::New),
            ("INVITE sip:x@y SIP/2.0", "To: <sip:x@y>;TAG=7", Kind::Other),
            ("\r\n\r\nOPTIONS sip:x@y SIP/2.0", "To: <sip:x@y>", Kind::Question),
            ("REGISTER sip:y SIP/2.0", "To: <sip:x@y>", Kind::Login),
            ("BYE sip:x@y SIP/2.0", "To : <sip:x@y>;tag=7", Kind::Other),
            ("ACK sip:x@y SIP/2.0", "To: <sip:x@y>", Kind::Other),
            ("SIP/2.0 200 OK", "To: <sip:x@y>", Kind::Other),
        ] {
            assert_eq!(kind(message(first, to).as_bytes()), expected, "{first} {to}");
        }
        assert_eq!(kind(b""), Kind::New);
        assert_eq!(kind(&[0xff; 100]), Kind::New, "garbage takes a stranger's turn");
    }

    #[test]
    fn scanners_are_known_by_their_user_agent() {
        let tools = vec!["friendly-scanner".to_owned(), String::new()];
        let from =
            |agent: &str| is_from(format!("OPTIONS x SIP/2.0\r\n{HEAD}User-Agent: {agent}\r\n\r\n").as_bytes(), &tools);
        assert!(from("friendly-scanner") && from("Friendly-Scanner/1.0"));
        assert!(!from("Yealink SIP-T46S 66.85.0.5") && !from(""));
        let body = format!("MESSAGE x SIP/2.0\r\n{HEAD}\r\nUser-Agent: friendly-scanner\r\n");
        assert!(!is_from(body.as_bytes(), &tools), "a body is nobody's name");
    }
}
