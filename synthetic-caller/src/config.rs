//! Settings of a synthetic caller, and why it may fail.

use std::sync::Arc;

use media::codec::Codec;
use media::rtp::JitterConfig;
use media::sdp::KeyExchange;
use speech::Synthesizer;

use crate::impairment::Line;

/// Settings of a synthetic caller.
#[derive(Clone)]
pub struct CallerConfig {
    /// Who calls: the user part of From.
    pub user: String,
    /// Name shown.
    pub display: Option<String>,
    /// Password, where the other side asks for one.
    pub password: Option<String>,
    /// TCP in place of UDP.
    pub tcp: bool,
    /// Codecs to offer, the most wanted first.
    pub codecs: Vec<Codec>,
    /// Offer RFC 4733.
    pub telephone_event: bool,
    /// RTP ports.
    pub ports: std::ops::RangeInclusive<u16>,
    /// Speaks what scripts say; without it a script that speaks fails.
    pub voice: Option<Arc<dyn Synthesizer>>,
    /// How bad the line is.
    pub line: Line,
    /// How long packets wait for slower ones before they are heard.
    pub jitter: JitterConfig,
    /// Encrypts the sound with keys that are agreed on in this way, or does not call; `None`: sound in the clear.
    pub srtp: Option<KeyExchange>,
}

impl Default for CallerConfig {
    fn default() -> Self {
        Self {
            user: "caller".into(),
            display: None,
            password: None,
            tcp: false,
            codecs: Codec::FIXED.to_vec(),
            telephone_event: true,
            ports: 20_000..=29_999,
            voice: None,
            line: Line::default(),
            jitter: JitterConfig::default(),
            srtp: None,
        }
    }
}

/// Why a synthetic call was not made.
#[derive(Debug, thiserror::Error)]
pub enum CallerError {
    /// The target is no SIP address.
    #[error("`{0}` is not a SIP address: write it as sip:reception@127.0.0.1")]
    Target(String),
    /// The line could not be set up.
    #[error("the line could not be set up")]
    Line(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The script speaks, but there is no voice.
    #[error("the script speaks, but this caller has no voice")]
    NoVoice,
    /// A text could not be spoken.
    #[error("a text could not be spoken")]
    Speech(#[from] speech::SpeakError),
    /// A sound file could not be used.
    #[error("the sound file {path} cannot be played")]
    File {
        /// Its path.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The other side's answer makes no sense.
    #[error("the answer to our offer is of no use")]
    Answer(#[source] Box<dyn std::error::Error + Send + Sync>),
}

pub(crate) fn line(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CallerError {
    CallerError::Line(error.into())
}
