//! Where a provider is, and how long it may take.

use std::time::Duration;

use secrecy::SecretString;

/// How long each stage may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// To connect, TLS included. Default 2 s.
    pub connect: Duration,
    /// From one request to the first byte of what was asked for. Default 2 s.
    pub first_byte: Duration,
    /// From the first try to the first byte, with all tries and the waits between them. Default 3 s.
    pub within: Duration,
    /// Between two pieces of a stream. Default 3 s.
    pub stall: Duration,
    /// How often it is tried. Default 2.
    pub attempts: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            first_byte: Duration::from_secs(2),
            within: Duration::from_secs(3),
            stall: Duration::from_secs(3),
            attempts: 2,
        }
    }
}

impl Limits {
    /// The defaults where a whole utterance is sent and its words come at once: 6 s, and 9 s with all tries.
    pub fn for_whole_answers() -> Self {
        Self { first_byte: Duration::from_secs(6), within: Duration::from_secs(9), ..Self::default() }
    }
}

/// Where a provider is.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Its base address without a slash at the end: `https://api.openai.com/v1`, `wss://api.deepgram.com`.
    pub url: String,
    /// The key, where one is needed.
    pub key: Option<SecretString>,
    /// How long each stage may take.
    pub limits: Limits,
    /// How often a connection that is not used is used all the same, so that it stays open; `None`: never. Default 45 s.
    pub keep_warm: Option<Duration>,
}

impl Endpoint {
    /// An address with the default limits.
    pub fn new(url: impl Into<String>, key: Option<SecretString>) -> Self {
        let url = url.into().trim_end_matches('/').to_owned();
        Self { url, key, limits: Limits::default(), keep_warm: Some(Duration::from_secs(45)) }
    }
}

/// Why an engine behind a network cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The address is none, or of the wrong kind.
    #[error("`{url}` is not an address that this provider can have")]
    Url {
        /// The address.
        url: String,
    },
    /// A key or a setting has characters that cannot be sent.
    #[error("the key has characters that cannot be sent")]
    Key,
    /// No voice is configured.
    #[error("no voice is configured")]
    NoVoice,
    /// The machine's certificates cannot be used.
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
    /// The client cannot be made.
    #[error("the client cannot be made")]
    Client(#[source] reqwest::Error),
}
