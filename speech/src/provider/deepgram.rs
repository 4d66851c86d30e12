//! Deepgram's streaming WebSocket, v1 and v2 (Flux).
//!
//! Formats, as of 2026-11-21: <https://developers.deepgram.com/reference/speech-to-text/listen-streaming> (v1) and
//! <https://developers.deepgram.com/docs/flux/state> (v2). In v2 the model itself tells when a turn is probably over, goes on
//! after all, and is over. In v1 there are silences only: `speech_final` becomes "probably", `UtteranceEnd` "over".

mod clock;
mod line;
mod session;
mod v1;
mod v2;

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use self::session::Session;
use super::endpoint::{Endpoint, ProviderError};
use super::socket::{Address, escape};
use crate::transcriber::{BLOCKS_AHEAD, session};
use crate::{EarSink, HearingStream, ListenRequest, Transcriber};

/// The most hints that are sent; the vendor takes 100.
const MOST_HINTS: usize = 100;

/// Settings of Deepgram's recogniser, or of another one that speaks its format.
#[derive(Debug, Clone)]
pub struct DeepgramSettings {
    /// The engine's name, for logs and records. Default `deepgram`.
    pub name: String,
    /// Where it is. Default address `wss://api.deepgram.com`.
    pub endpoint: Endpoint,
    /// The model; one whose name begins with `flux` is asked by v2. Default `flux-general-multi`.
    pub model: String,
    /// v2: from this confidence on a turn is probably over, 0.3 to 0.9; `None`: never told. Default 0.4.
    pub eager_threshold: Option<f32>,
    /// v2: from this confidence on a turn is over, 0.5 to 0.9. Default 0.7.
    pub end_threshold: f32,
    /// v2: after so much silence a turn is over, whatever the confidence. Default 5,000 ms.
    pub end_timeout_ms: u32,
    /// v1: after so much silence the words are final. Default 300 ms.
    pub endpointing_ms: u32,
    /// v1: after so much silence the turn is over; the vendor takes no less than 1,000. Default 1,000 ms.
    pub utterance_end_ms: u32,
    /// How much audio is sent at a time. Default 80 ms for v2, as the vendor advises, and 40 ms for v1.
    pub chunk_ms: Option<u64>,
    /// Audio that is kept while there is no connection; older audio is dropped. Default 4,000 ms.
    pub backlog_ms: u64,
    /// So much voice without an answer is a lost connection. Default 6,000 ms.
    pub deaf_ms: u64,
    /// The wait before the second try to connect; each further one is twice as long, up to the last. Default 250 ms to
    /// 8 s. The first one comes at once.
    pub back_off: (Duration, Duration),
    /// Further settings, as the vendor names them.
    pub options: Vec<(String, String)>,
}

impl DeepgramSettings {
    /// The defaults.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            name: "deepgram".into(),
            endpoint,
            model: "flux-general-multi".into(),
            eager_threshold: Some(0.4),
            end_threshold: 0.7,
            end_timeout_ms: 5_000,
            endpointing_ms: 300,
            utterance_end_ms: 1_000,
            chunk_ms: None,
            backlog_ms: 4_000,
            deaf_ms: 6_000,
            back_off: (Duration::from_millis(250), Duration::from_secs(8)),
            options: Vec::new(),
        }
    }

    fn is_flux(&self) -> bool {
        self.model.starts_with("flux")
    }

    fn chunk_ms(&self) -> u64 {
        self.chunk_ms.unwrap_or(if self.is_flux() { 80 } else { 40 })
    }

    fn address(&self, request: &ListenRequest) -> Result<Address, ProviderError> {
        let version = if self.is_flux() { 2 } else { 1 };
        let mut url = format!(
            "{}/v{version}/listen?model={}&encoding=linear16&sample_rate={}",
            self.endpoint.url,
            escape(&self.model),
            request.rate.hz()
        );
        let mut add = |name: &str, value: &str| {
            // Writing to a string cannot fail.
            let _ = write!(url, "&{name}={}", escape(value));
        };
        if self.is_flux() {
            self.flux_options(request, &mut add);
        } else {
            self.silence_options(request, &mut add);
        }
        for (name, value) in &self.options {
            add(name, value);
        }
        Address::new(&url, "authorization", "Token ", self.endpoint.key.as_ref())
    }

    fn flux_options(&self, request: &ListenRequest, add: &mut impl FnMut(&str, &str)) {
        add("eot_threshold", &self.end_threshold.to_string());
        add("eot_timeout_ms", &self.end_timeout_ms.to_string());
        if let Some(threshold) = self.eager_threshold.filter(|_| request.partials) {
            add("eager_eot_threshold", &threshold.to_string());
        }
        // The other models of this kind hear one language.
        if let Some(language) = request.language.as_deref().filter(|_| self.model.contains("multi")) {
            add("language_hint", language.split('-').next().unwrap_or(language));
        }
        for hint in request.hints.iter().take(MOST_HINTS) {
            add("keyterm", hint);
        }
    }

    fn silence_options(&self, request: &ListenRequest, add: &mut impl FnMut(&str, &str)) {
        for (name, value) in
            [("channels", "1"), ("interim_results", "true"), ("vad_events", "true"), ("smart_format", "true")]
        {
            add(name, value);
        }
        add("endpointing", &self.endpointing_ms.to_string());
        add("utterance_end_ms", &self.utterance_end_ms.to_string());
        add("language", request.language.as_deref().unwrap_or("multi"));
        // Older models take other names for hints, with weights.
        if self.model.starts_with("nova-3") {
            for hint in request.hints.iter().take(MOST_HINTS) {
                add("keyterm", hint);
            }
        }
    }
}

/// Deepgram's recogniser.
#[derive(Debug)]
pub struct DeepgramEar {
    settings: Arc<DeepgramSettings>,
}

impl DeepgramEar {
    /// Sets it up. A connection is opened for each session, as soon as it begins.
    pub fn new(settings: DeepgramSettings) -> Result<Self, ProviderError> {
        let probe =
            ListenRequest { language: None, hints: Vec::new(), rate: call_model::SampleRate::Narrow, partials: true };
        settings.address(&probe)?;
        Ok(Self { settings: Arc::new(settings) })
    }
}

impl Transcriber for DeepgramEar {
    fn listen(&self, request: ListenRequest) -> (EarSink, HearingStream) {
        let (sink, stream, ends) = session(BLOCKS_AHEAD);
        tokio::spawn(Session::new(Arc::clone(&self.settings), request, ends).run());
        (sink, stream)
    }

    fn name(&self) -> &str {
        &self.settings.name
    }

    fn hears_turns(&self) -> bool {
        self.settings.is_flux()
    }
}

#[cfg(test)]
mod tests {
    use call_model::SampleRate;

    use super::*;

    #[test]
    fn the_address_says_what_is_wanted() {
        let mut settings = DeepgramSettings::new(Endpoint::new("wss://example.org/", None));
        let mut request = ListenRequest {
            language: Some("de-AT".into()),
            hints: vec!["Dr. Müller".into()],
            rate: SampleRate::Wide,
            partials: true,
        };
        let url = |settings: &DeepgramSettings, request: &ListenRequest| {
            format!("{:?}", settings.address(request).expect("an address"))
        };
        let flux = url(&settings, &request);
        assert!(flux.contains("/v2/listen?model=flux-general-multi&encoding=linear16&sample_rate=16000"), "{flux}");
        assert!(flux.contains("eager_eot_threshold=0.4") && flux.contains("keyterm=Dr.%20M%C3%BCller"), "{flux}");
        assert!(flux.contains("&language_hint=de&"), "{flux}");
        settings.model = "flux-general-en".into();
        assert!(!url(&settings, &request).contains("language"));
        request.partials = false;
        assert!(!url(&settings, &request).contains("eager"));
        settings.model = "nova-3".into();
        let nova = url(&settings, &request);
        assert!(nova.contains("/v1/listen?model=nova-3") && nova.contains("language=de-AT"), "{nova}");
    }

    #[test]
    fn an_address_of_another_kind_is_refused() {
        let endpoint = Endpoint::new("https://example.org", None);
        assert!(matches!(DeepgramEar::new(DeepgramSettings::new(endpoint)), Err(ProviderError::Url { .. })));
    }
}
