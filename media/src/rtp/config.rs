//! What a session may be told, with its defaults.

use std::time::Duration;

use crate::codec::OPUS_COMPLEXITY;

/// Settings of a [`super::Session`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionConfig {
    /// Where SSRC, first sequence number, first timestamp and the CNAME come from
    /// ([RFC 3550 section 5.1](https://www.rfc-editor.org/rfc/rfc3550#section-5.1)): unguessable, another one for
    /// every session.
    pub seed: u64,
    /// The jitter buffer.
    pub jitter: JitterConfig,
    /// From whom RTP is taken.
    pub latch: LatchPolicy,
    /// How long no RTP may come before [`super::SessionEvent::TimedOut`]; `None` for ever. 60 s.
    pub rtp_timeout: Option<Duration>,
    /// The mean time between our RTCP reports; each is sent after 0.5 to 1.5 times this. 5 s.
    pub rtcp_interval: Duration,
    /// How long a key is sent, ms. 100 ms.
    pub digit_ms: u16,
    /// The pause after a key, ms. 80 ms.
    pub digit_gap_ms: u16,
    /// The most keys that wait to be sent. 64.
    pub max_queued_digits: usize,
    /// Where comfort noise was agreed on, send it in place of silence ([RFC 3389](https://www.rfc-editor.org/rfc/rfc3389)).
    /// False.
    pub send_comfort_noise: bool,
    /// The work that an Opus encoder puts into each frame, 0 to 10. 5.
    pub opus_complexity: u8,
}

impl SessionConfig {
    /// The defaults with this seed.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            jitter: JitterConfig::default(),
            latch: LatchPolicy::default(),
            rtp_timeout: Some(Duration::from_mins(1)),
            rtcp_interval: Duration::from_secs(5),
            digit_ms: 100,
            digit_gap_ms: 80,
            max_queued_digits: 64,
            send_comfort_noise: false,
            opus_complexity: OPUS_COMPLEXITY,
        }
    }
}

/// How long packets wait to be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JitterConfig {
    /// The shortest wait to aim for, ms. Frames are played whole, so that up to 20 ms come on top. 3 ms.
    pub min_delay_ms: u16,
    /// The longest wait; what comes later is thrown away, ms. 400 ms.
    pub max_delay_ms: u16,
}

impl Default for JitterConfig {
    fn default() -> Self {
        Self { min_delay_ms: 3, max_delay_ms: 400 }
    }
}

/// From whom RTP is taken, and where it is sent (symmetric RTP,
/// [RFC 4961](https://www.rfc-editor.org/rfc/rfc4961)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatchPolicy {
    /// Whether a source other than the SDP's address may be taken at all, as a peer behind a NAT needs. True.
    pub symmetric: bool,
    /// For how long after the first packet the SDP's own address can still take the stream over from another source,
    /// which won by being first. 2 s.
    pub window: Duration,
    /// Packets in a row that a source other than the SDP's address must have sent to be taken. 3.
    pub probation: u8,
    /// Whether a new source may be taken after [`super::SessionEvent::TimedOut`], without a renegotiation. False.
    pub relatch_on_timeout: bool,
}

impl Default for LatchPolicy {
    fn default() -> Self {
        Self { symmetric: true, window: Duration::from_secs(2), probation: 3, relatch_on_timeout: false }
    }
}
