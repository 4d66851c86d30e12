//! How good a call sounds.

/// What a session counted and measured, from its start.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Quality {
    /// Packets taken, duplicates not counted.
    pub received: u64,
    /// Packets that never came, by the gaps in the sequence numbers
    /// ([RFC 3550 appendix A.3](https://www.rfc-editor.org/rfc/rfc3550#appendix-A.3)).
    pub lost: u64,
    /// Packets that came once more.
    pub duplicates: u64,
    /// Packets that came too late to be played.
    pub late: u64,
    /// Packets thrown away because the jitter buffer was full.
    pub overflowed: u64,
    /// Packets from others than the peer.
    pub strangers: u64,
    /// Datagrams that are no RTP or of a payload type that was not agreed on.
    pub invalid: u64,
    /// Packets sent.
    pub sent: u64,
    /// Bytes of payload sent.
    pub sent_bytes: u64,
    /// Frames of 20 ms made up to conceal a loss.
    pub concealed_frames: u64,
    /// Interarrival jitter ([RFC 3550 appendix A.8](https://www.rfc-editor.org/rfc/rfc3550#appendix-A.8)), ms.
    pub jitter_ms: f32,
    /// How long audio waits to be played now, ms.
    pub delay_ms: f32,
    /// Round trip, from RTCP, ms; `None` before the first report that tells it.
    pub rtt_ms: Option<f32>,
    /// The share of our packets that did not reach the peer, by its last report: 0 to 1.
    pub remote_loss: Option<f32>,
    /// The interarrival jitter that the peer sees, by its last report, ms.
    pub remote_jitter_ms: Option<f32>,
    /// The estimated mean opinion score of what we hear: 1 (bad) to 4.5.
    pub mos: f32,
}
