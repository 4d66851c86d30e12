//! How good a call sounds.

use crate::codec::Codec;

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
    /// Lost packets that the copies in those behind them brought back (Opus in-band FEC).
    pub recovered: u64,
    /// Events and datagrams thrown away because the session was not drained.
    pub undrained: u64,
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

/// Mouth to ear there is at least one packet, ms.
const PACKETIZATION_MS: f32 = 20.0;

/// The mean opinion score by the E-model of ITU-T G.107, simplified: only delay and packet loss (at random, with
/// concealment) impair the call, by the values of ITU-T G.113 Appendix I. G.722 is rated on the wideband scale of
/// G.107.1, brought down to the same 1 to 4.5.
///
/// `loss` is 0 to 1; `delay_ms` is one way, mouth to ear.
pub fn mean_opinion_score(codec: Codec, loss: f32, delay_ms: f32) -> f32 {
    let (best, equipment, robustness, scale) = match codec {
        Codec::Pcmu | Codec::Pcma => (93.2, 0.0, 25.1, 1.0),
        Codec::G722 => (129.0, 13.0, 20.0, 1.29),
        // G.113 Appendix IV has no Opus; what it has for AMR-WB at 23.85 kbit/s is nearest.
        Codec::Opus => (129.0, 8.0, 15.0, 1.29),
    };
    let percent = loss.clamp(0.0, 1.0) * 100.0;
    let loss_impairment = equipment + (95.0 * scale - equipment) * percent / (percent + robustness);
    let delay_impairment = 0.024 * delay_ms + 0.11 * (delay_ms - 177.3).max(0.0);
    let rating = (best - loss_impairment - delay_impairment * scale) / scale;
    match rating {
        rating if rating <= 0.0 => 1.0,
        rating if rating >= 100.0 => 4.5,
        rating => 1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7e-6,
    }
    .max(1.0)
}

impl Quality {
    /// Fills in the score from the rest.
    pub(super) fn rate(&mut self, codec: Codec) {
        let unheard = (self.lost + self.late + self.overflowed).saturating_sub(self.recovered);
        let expected = self.received + self.lost;
        let loss = if expected == 0 { 0.0 } else { unheard as f32 / expected as f32 };
        let delay = self.rtt_ms.unwrap_or(0.0) / 2.0 + self.delay_ms + PACKETIZATION_MS;
        self.mos = mean_opinion_score(codec, loss, delay);
    }
}
