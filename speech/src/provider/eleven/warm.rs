//! Connections that wait for a text.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use futures_util::SinkExt as _;
use serde_json::json;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use super::super::assemble::RATE;
use super::super::endpoint::{Limits, ProviderError};
use super::super::failure::Failure;
use super::super::socket::{Address, Socket, escape};
use super::ElevenSettings;

/// How long the vendor lets a connection wait: its longest, in seconds.
const INACTIVITY_S: u64 = 180;

/// A connection that has waited so long is replaced.
const OLD: Duration = Duration::from_secs(INACTIVITY_S - 30);

/// How often it is looked after them.
const ROUND: Duration = Duration::from_secs(15);

/// Kinds of connections that are kept waiting; the one that was used longest ago goes first.
const MOST_KINDS: usize = 8;

/// What a connection is for: a voice and a language.
type Kind = (String, String);

#[derive(Debug)]
struct Waiting {
    kind: Kind,
    since: Instant,
    socket: Socket,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Waiting>,
    /// The kinds to keep, most recently used first.
    kinds: Vec<Kind>,
}

/// Connections that wait.
#[derive(Debug)]
pub(super) struct Warm {
    settings: ElevenSettings,
    state: Mutex<State>,
    taken: Notify,
}

impl Warm {
    /// Checks the address, and begins to open connections for this voice.
    pub(super) fn start(settings: &ElevenSettings, voice: &str) -> Result<Arc<Self>, ProviderError> {
        let state = State { kinds: vec![(voice.to_owned(), String::new())], ..State::default() };
        let warm = Self { settings: settings.clone(), state: Mutex::new(state), taken: Notify::new() };
        warm.address(&(voice.to_owned(), String::new()))?;
        let warm = Arc::new(warm);
        if settings.warm > 0 && settings.endpoint.keep_warm.is_some() {
            tokio::spawn(keep(Arc::downgrade(&warm)));
        }
        Ok(warm)
    }

    /// A connection that has waited, or a new one.
    pub(super) async fn take(&self, voice: &str, language: &str) -> Result<Socket, Failure> {
        let kind = (voice.to_owned(), language.to_owned());
        let waited = self.waited(&kind);
        self.taken.notify_one();
        match waited {
            Some(socket) => Ok(socket),
            None => self.open(&kind).await,
        }
    }

    fn waited(&self, kind: &Kind) -> Option<Socket> {
        let mut state = self.state();
        state.kinds.retain(|other| other != kind);
        state.kinds.insert(0, kind.clone());
        state.kinds.truncate(MOST_KINDS);
        let at = state.waiting.iter().position(|waiting| waiting.kind == *kind && waiting.since.elapsed() < OLD)?;
        state.waiting.remove(at).map(|waiting| waiting.socket)
    }

    async fn open(&self, kind: &Kind) -> Result<Socket, Failure> {
        let address = self.address(kind).map_err(|_| Failure::Unreachable("no such address"))?;
        let limits: Limits = self.settings.endpoint.limits;
        let mut socket = address.open(limits.connect).await?;
        // The first message has a space only, and the settings.
        let mut hello = json!({ "text": " " });
        if !self.settings.voice_settings.is_null() {
            hello["voice_settings"] = self.settings.voice_settings.clone();
        }
        socket
            .send(Message::text(hello.to_string()))
            .await
            .map_err(|_| Failure::Unreachable("the connection was lost"))?;
        Ok(socket)
    }

    fn address(&self, (voice, language): &Kind) -> Result<Address, ProviderError> {
        let settings = &self.settings;
        let mut url = format!(
            "{}/v1/text-to-speech/{}/stream-input?model_id={}&output_format=pcm_{}&auto_mode=true&sync_alignment=true\
             &inactivity_timeout={INACTIVITY_S}",
            settings.endpoint.url,
            escape(voice),
            escape(&settings.model),
            RATE.hz(),
        );
        if let Some(code) = language.split(['-', '_']).next().filter(|code| !code.is_empty()) {
            url.push_str("&language_code=");
            url.push_str(&escape(&code.to_ascii_lowercase()));
        }
        Address::new(&url, "xi-api-key", "", settings.endpoint.key.as_ref())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is missing; old ones are let go.
    fn missing(&self) -> Option<Kind> {
        let mut state = self.state();
        state.waiting.retain(|waiting| waiting.since.elapsed() < OLD);
        let count = |kind: &Kind| state.waiting.iter().filter(|waiting| waiting.kind == *kind).count();
        state.kinds.iter().find(|kind| count(kind) < self.settings.warm).cloned()
    }

    /// Opens what is missing; `false` when it does not work.
    async fn fill(&self) -> bool {
        while let Some(kind) = self.missing() {
            match self.open(&kind).await {
                Ok(socket) => self.state().waiting.push_back(Waiting { kind, since: Instant::now(), socket }),
                Err(failure) => {
                    tracing::debug!(engine = self.settings.name, %failure, "no connection ahead");
                    return false;
                }
            }
        }
        true
    }
}

/// Looks after the connections as long as the voice is there.
async fn keep(warm: Weak<Warm>) {
    let mut pause = ROUND;
    loop {
        let Some(warm) = warm.upgrade() else { return };
        if warm.fill().await {
            pause = ROUND;
            // That one was taken is a reason to look again, and so is time.
            let _ = timeout(pause, warm.taken.notified()).await;
        } else {
            // A failure rests, however much is taken.
            pause = (pause * 2).min(ROUND * 8);
            drop(warm);
            sleep(pause).await;
        }
    }
}
