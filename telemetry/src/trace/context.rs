//! Ids of traces and spans, and how they travel: W3C Trace Context, header field `traceparent`.

use std::fmt;
use std::str::FromStr;

use call_model::CallId;
use sha2::{Digest, Sha256};

/// A trace: 16 bytes, not all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceId(pub [u8; 16]);

/// A span: 8 bytes, not all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpanId(pub [u8; 8]);

/// The text is no `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`traceparent` is not as W3C Trace Context asks: 00-, 32 hex digits, -, 16 hex digits, -, 2 hex digits")]
pub struct ContextError;

/// What somebody else traces, as their `traceparent` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remote {
    /// Their trace.
    pub trace: TraceId,
    /// Their span.
    pub parent: SpanId,
    /// Whether they keep it.
    pub sampled: bool,
}

impl TraceId {
    /// The trace of a call where nobody gave one: found again by whoever knows the call.
    pub fn of_call(call: CallId) -> Self {
        let hash = Sha256::digest(format!("trace {call}"));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        Self(bytes)
    }

    /// Whether this trace is among the share of all that is kept (0 to 1): the same answer everywhere.
    pub fn is_sampled(self, share: f64) -> bool {
        let mut low = [0; 8];
        low.copy_from_slice(&self.0[8..]);
        // As OpenTelemetry's TraceIdRatioBased: the lower 63 bits against the share of them.
        share >= 1.0 || ((u64::from_be_bytes(low) >> 1) as f64) < share * (1_u64 << 63) as f64
    }
}

impl SpanId {
    /// The span of this name and number in a call: the same wherever it is asked for.
    pub fn of(call: CallId, name: &str, number: u64) -> Self {
        let hash = Sha256::digest(format!("span {call} {name} {number}"));
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&hash[..8]);
        Self(bytes)
    }
}

/// The header field `traceparent` for requests that are made inside of this span.
pub fn traceparent(trace: TraceId, span: SpanId, sampled: bool) -> String {
    format!("00-{trace}-{span}-{}", if sampled { "01" } else { "00" })
}

impl FromStr for Remote {
    type Err = ContextError;

    fn from_str(text: &str) -> Result<Self, ContextError> {
        let parts: Vec<&str> = text.trim().split('-').collect();
        let [version, trace, parent, flags, ..] = parts[..] else { return Err(ContextError) };
        let [version] = bytes::<1>(version)?;
        // A later version may have more parts; version 255 is forbidden.
        if version == 255 || (version == 0 && parts.len() != 4) {
            return Err(ContextError);
        }
        let (trace, parent, [flags]) = (bytes::<16>(trace)?, bytes::<8>(parent)?, bytes::<1>(flags)?);
        if trace == [0; 16] || parent == [0; 8] {
            return Err(ContextError);
        }
        Ok(Self { trace: TraceId(trace), parent: SpanId(parent), sampled: flags & 1 == 1 })
    }
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N], ContextError> {
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return Err(ContextError);
    }
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        _ => Err(ContextError),
    };
    let mut out = [0; N];
    for (value, pair) in out.iter_mut().zip(digits.chunks(2)) {
        *value = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Ok(out)
}

fn hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of W3C Trace Context, section 3.2.2.
    const EXAMPLE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_is_read_and_written_back() {
        let remote: Remote = EXAMPLE.parse().unwrap();
        assert!(remote.sampled);
        assert_eq!(traceparent(remote.trace, remote.parent, remote.sampled), EXAMPLE);
        let later: Remote = "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-more".parse().unwrap();
        assert!(!later.sampled);
    }

    #[test]
    fn what_is_no_traceparent_is_refused() {
        for wrong in [
            "",
            "00",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473é-00f067aa0ba902b7-01",
        ] {
            assert_eq!(wrong.parse::<Remote>(), Err(ContextError), "{wrong}");
        }
    }

    #[test]
    fn a_share_of_the_traces_is_kept() {
        let kept = |share: f64| {
            let all = (0..1_000).map(|number| TraceId::of_call(CallId::from_parts(1, number)));
            all.filter(|trace| trace.is_sampled(share)).count()
        };
        assert_eq!((kept(0.0), kept(1.0)), (0, 1_000));
        assert!((180..320).contains(&kept(0.25)), "{}", kept(0.25));
    }
}
