//! `[media]`.

use std::net::IpAddr;

use media::rtp::JitterConfig;
use serde::Deserialize;

use crate::trunk::TrunkSrtp;

/// Longer than this nobody can talk to each other, and delays are not told apart, ms.
const MOST_WAIT_MS: u16 = 500;

/// When DTMF is looked for in the sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InbandDtmf {
    /// Only where RFC 4733 was not agreed on.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How comfort noise (RFC 3389) is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ComfortNoise {
    /// Not at all.
    Off,
    /// It is heard where a peer sends it.
    Receive,
    /// It is sent, too, while our side is silent.
    Send,
}

/// Sound.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MediaSection {
    /// First RTP port (10000).
    pub first_port: u16,
    /// Last RTP port (19999).
    pub last_port: u16,
    /// Address written into SDP where it is not the one that signalling uses (behind NAT).
    pub advertised: Option<IpAddr>,
    /// Threads that carry RTP (2, at most one per core).
    pub threads: usize,
    /// A call without RTP for so long is ended, seconds (30).
    pub rtp_timeout_s: u64,
    /// The least that packets wait for slower ones, ms (3).
    pub jitter_min_ms: u16,
    /// The most, ms (400).
    pub jitter_max_ms: u16,
    /// Codecs in order of preference (`PCMA`, `PCMU`, `G722`, `OPUS`).
    pub codecs: Vec<String>,
    /// Whether peers are asked to send nothing in silence where they speak Opus (false).
    pub opus_dtx: bool,
    /// The work that Opus puts into each frame that we encode, 0 to 10 (5).
    pub opus_complexity: u8,
    /// Comfort noise, RFC 3389 (`receive`).
    pub comfort_noise: ComfortNoise,
    /// What is heard by who is put on hold: `built-in`, `none`, or a sound file in the folder `media` (`built-in`).
    pub hold_music: String,
    /// DTMF in the sound (`auto`).
    pub inband_dtmf: InbandDtmf,
    /// Encrypted sound with phones (`optional`: with those that offer it; trunks have settings of their own).
    pub srtp: TrunkSrtp,
    /// Country of ringback and busy tones, ISO 3166; the business's where it is not set.
    pub tones: Option<String>,
}

impl Default for MediaSection {
    fn default() -> Self {
        Self {
            first_port: 10_000,
            last_port: 19_999,
            advertised: None,
            threads: 2,
            rtp_timeout_s: 30,
            jitter_min_ms: JitterConfig::default().min_delay_ms,
            jitter_max_ms: JitterConfig::default().max_delay_ms,
            codecs: vec!["PCMA".into(), "PCMU".into(), "G722".into(), "OPUS".into()],
            opus_dtx: false,
            opus_complexity: 5,
            comfort_noise: ComfortNoise::Receive,
            hold_music: "built-in".into(),
            inband_dtmf: InbandDtmf::Auto,
            srtp: TrunkSrtp::Optional,
            tones: None,
        }
    }
}

/// How long packets are to wait is no range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`media.jitter_min_ms` is {min} and `media.jitter_max_ms` {max}: write the least first, and {MOST_WAIT_MS} at most"
)]
pub struct WaitError {
    min: u16,
    max: u16,
}

impl MediaSection {
    /// How long packets wait for slower ones.
    pub fn jitter(&self) -> Result<JitterConfig, WaitError> {
        let (min, max) = (self.jitter_min_ms, self.jitter_max_ms);
        let range = JitterConfig { min_delay_ms: min, max_delay_ms: max };
        if min <= max && max <= MOST_WAIT_MS { Ok(range) } else { Err(WaitError { min, max }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_wait_for_as_long_as_was_set_or_it_is_said_what_is_wrong() {
        let set =
            |jitter_min_ms, jitter_max_ms| MediaSection { jitter_min_ms, jitter_max_ms, ..MediaSection::default() };
        assert_eq!(MediaSection::default().jitter(), Ok(JitterConfig::default()));
        assert_eq!(set(60, 60).jitter(), Ok(JitterConfig { min_delay_ms: 60, max_delay_ms: 60 }));
        for wrong in [set(61, 60), set(3, MOST_WAIT_MS + 1)] {
            assert!(wrong.jitter().unwrap_err().to_string().contains("jitter_max_ms"));
        }
    }
}
