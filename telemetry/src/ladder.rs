//! The messages of a call as a drawing: a column for each party, an arrow for each message.

use std::fmt::Write as _;
use std::net::SocketAddr;

use crate::signalling::{Seen, Way};

/// Width of a column.
const COLUMN: usize = 34;
/// Parties that have a column of their own; further ones share the last.
const MOST_PARTIES: usize = 6;

/// Draws messages, the oldest first: the time since the first, and an arrow between us and the other party.
pub fn draw(messages: &[Seen]) -> String {
    let Some(first) = messages.first() else { return "no signalling is kept of this call\n".to_owned() };
    let mut others: Vec<SocketAddr> = Vec::new();
    for seen in messages {
        if !others.contains(&seen.remote) && others.len() < MOST_PARTIES {
            others.push(seen.remote);
        }
    }
    let mut text = format!("{:>10}  {:<COLUMN$}", "ms", "callwright");
    for other in &others {
        let _ = write!(text, "{:<COLUMN$}", other.to_string());
    }
    text = text.trim_end().to_owned() + "\n";
    for seen in messages {
        let place = others.iter().position(|other| *other == seen.remote).unwrap_or(others.len() - 1);
        let width = COLUMN * (place + 1) - 2;
        let since_ms = (seen.at_us - first.at_us) as f64 / 1_000.0;
        let _ = writeln!(text, "{since_ms:>10.1}  {}", arrow(&label(seen), width, seen.way));
    }
    text
}

/// What a message is, without the address of a request: the columns say who.
fn label(seen: &Seen) -> String {
    let line = seen.first_line();
    let word = match line.strip_prefix("SIP/2.0 ") {
        Some(status) => status,
        None => line.split(' ').next().unwrap_or_default(),
    };
    let cseq = seen.text.lines().find_map(|line| line.strip_prefix("CSeq:")).map(str::trim).unwrap_or_default();
    let body = seen.text.contains("\r\nv=0");
    let told = if line.starts_with("SIP/2.0 ") { format!("{word} ({cseq})") } else { word.to_owned() };
    if body { format!("{told} +SDP") } else { told }
}

fn arrow(label: &str, width: usize, way: Way) -> String {
    let label: String = label.chars().take(width.saturating_sub(6)).collect();
    let dashes = width.saturating_sub(label.chars().count() + 4);
    let (left, right) = ("-".repeat(dashes / 2), "-".repeat(dashes - dashes / 2));
    match way {
        Way::Out => format!("|{left} {label} {right}>"),
        Way::In => format!("|<{left} {label} {right}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_is_an_arrow_between_us_and_its_party() {
        let seen = |at_us, way, remote: &str, text: &str| Seen {
            at_us,
            way,
            transport: "UDP",
            local: "192.0.2.1:5060".parse().unwrap(),
            remote: remote.parse().unwrap(),
            text: text.into(),
        };
        let drawn = draw(&[
            seen(1_000, Way::In, "192.0.2.9:5060", "INVITE sip:a@b SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\n"),
            seen(3_500, Way::Out, "192.0.2.9:5060", "SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n"),
            seen(9_000, Way::Out, "198.51.100.7:5060", "INVITE sip:c@d SIP/2.0\r\n\r\n"),
        ]);
        let lines: Vec<_> = drawn.lines().collect();
        assert!(
            lines[0].contains("callwright")
                && lines[0].contains("192.0.2.9:5060")
                && lines[0].ends_with("198.51.100.7:5060")
        );
        assert!(lines[1].contains("0.0  |<-") && lines[1].contains("INVITE +SDP"), "{drawn}");
        assert!(
            lines[2].contains("2.5  |-") && lines[2].contains("200 OK (1 INVITE)") && lines[2].ends_with('>'),
            "{drawn}"
        );
        assert!(lines[3].len() > lines[2].len(), "the second party is further away:\n{drawn}");
        assert_eq!(draw(&[]).lines().count(), 1);
    }
}
