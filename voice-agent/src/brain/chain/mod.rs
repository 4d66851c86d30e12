//! Several models in order: the first that answers in time is heard.

mod breaker;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use call_model::{ThinkEvent, ThinkRequest};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout_at};

use super::{Brain, BrainError, MakeError, Model, Piece, QUEUE};
use breaker::Breaker;

/// The patience of a [`Chain`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainSettings {
    /// How long one model has, retries included, for the first sign that it writes. Default 4 s.
    pub first_token: Duration,
    /// How long one model has for the first word or call of a tool, when it reasons first. Default 8 s.
    pub first_word: Duration,
    /// How long an answer may stand still. Default 4 s.
    pub between_tokens: Duration,
    /// How long an answer may take from its first word to its end. Default 60 s.
    pub whole: Duration,
    /// How often a model is asked again before its first word, when it failed in passing. Default 1.
    pub retries: u32,
    /// The pause before that, when the server names none. Default 100 ms.
    pub backoff: Duration,
    /// The longest pause that a server may ask for (Retry-After) and still be waited for; it also has to fit into
    /// `first_token`. A longer one sends us to the next model at once. Default 1.5 s.
    pub longest_wait: Duration,
    /// After how many failures in a row a model is passed by. Default 2.
    pub failures: u32,
    /// For how long it is passed by, before one request probes it. Default 15 s.
    pub rest: Duration,
    /// The longest that it is passed by because its server asked for it. Default 120 s.
    pub longest_rest: Duration,
}

impl Default for ChainSettings {
    fn default() -> Self {
        Self {
            first_token: Duration::from_secs(4),
            first_word: Duration::from_secs(8),
            between_tokens: Duration::from_secs(4),
            whole: Duration::from_mins(1),
            retries: 1,
            backoff: Duration::from_millis(100),
            longest_wait: Duration::from_millis(1500),
            failures: 2,
            rest: Duration::from_secs(15),
            longest_rest: Duration::from_mins(2),
        }
    }
}

/// Models in order behind one [`Brain`]. Before the first word a failure is retried, then the next model is asked; after
/// it the answer ends with [`ThinkEvent::Failed`], for the caller has heard a part. A model that failed lately is
/// passed by; when all are, all are asked.
pub struct Chain {
    name: String,
    links: Arc<[Link]>,
    settings: Arc<ChainSettings>,
}

struct Link {
    model: Arc<dyn Model>,
    breaker: Mutex<Breaker>,
}

impl Link {
    fn breaker(&self) -> std::sync::MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Chain {
    /// The models, the preferred one first.
    pub fn new(models: Vec<Arc<dyn Model>>, settings: ChainSettings) -> Result<Self, MakeError> {
        if models.is_empty() {
            return Err(MakeError::NoModel);
        }
        let name = models.iter().map(|model| model.name()).collect::<Vec<_>>().join(" > ");
        let links = models.into_iter().map(|model| Link { model, breaker: Mutex::default() }).collect();
        Ok(Self { name, links, settings: Arc::new(settings) })
    }
}

impl Brain for Chain {
    fn think(&self, request: ThinkRequest) -> mpsc::Receiver<ThinkEvent> {
        let (out, events) = mpsc::channel(QUEUE);
        let links = Arc::clone(&self.links);
        let settings = Arc::clone(&self.settings);
        tokio::spawn(async move {
            tokio::select! {
                biased;
                () = out.closed() => {}
                () = answer(&links, &settings, Arc::new(request), &out) => {}
            }
        });
        events
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn warm(&self) {
        for link in &*self.links {
            link.model.warm();
        }
    }
}

type Out = mpsc::Sender<ThinkEvent>;

/// How one model failed.
struct Failure {
    error: BrainError,
    /// The caller may have heard a part.
    spoken: bool,
}

async fn answer(links: &[Link], settings: &ChainSettings, request: Arc<ThinkRequest>, out: &Out) {
    let mut last = BrainError::Resting;
    let mut asked = false;
    for even_resting in [false, true] {
        for link in links {
            if !even_resting && !link.breaker().admit(Instant::now(), settings) {
                continue;
            }
            asked = true;
            let Err(failure) = ask(link, settings, &request, out).await else { return };
            last = failure.error;
            if failure.spoken {
                fail(&last, out).await;
                return;
            }
        }
        if asked {
            break;
        }
    }
    fail(&last, out).await;
}

async fn fail(error: &BrainError, out: &Out) {
    let _ = out.send(ThinkEvent::Failed { reason: error.to_string() }).await;
}

/// Asks one model, again where that may help, and keeps its health up to date.
async fn ask(link: &Link, settings: &ChainSettings, request: &Arc<ThinkRequest>, out: &Out) -> Result<(), Failure> {
    let started = Instant::now();
    let mut retries = settings.retries;
    loop {
        let failure = match attempt(link, settings, request, started, out).await {
            Ok(()) => {
                link.breaker().succeeded();
                return Ok(());
            }
            Err(failure) => failure,
        };
        let asked_for = failure.error.retry_after();
        let wait = asked_for.unwrap_or(settings.backoff);
        let fits = wait <= settings.longest_wait && started.elapsed() + wait < settings.first_token;
        if !failure.spoken && failure.error.is_passing() && retries > 0 && fits {
            retries -= 1;
            sleep(wait).await;
            continue;
        }
        let rests = failure.error.blames_model()
            && link.breaker().failed(Instant::now(), asked_for.filter(|_| !fits), settings);
        let brain = link.model.name();
        tracing::warn!(brain, error = %failure.error, spoken = failure.spoken, rests, "a brain failed");
        return Err(failure);
    }
}

/// One request to one model, handed on as it is answered.
async fn attempt(
    link: &Link,
    settings: &ChainSettings,
    request: &Arc<ThinkRequest>,
    started: Instant,
    out: &Out,
) -> Result<(), Failure> {
    let mut pieces = link.model.ask(Arc::clone(request));
    let mut writes = false;
    let mut spoken_since: Option<Instant> = None;
    loop {
        let still = Instant::now() + settings.between_tokens;
        let (until, limit) = match (writes, spoken_since) {
            (_, Some(since)) => (still.min(since + settings.whole), settings.between_tokens),
            (true, None) => (still.min(started + settings.first_word), settings.between_tokens),
            (false, None) => (started + settings.first_token, settings.first_token),
        };
        let failed = |error| Failure { error, spoken: spoken_since.is_some() };
        let piece = match timeout_at(until, pieces.recv()).await {
            Ok(Some(Ok(piece))) => piece,
            Ok(Some(Err(error))) => return Err(failed(error)),
            Ok(None) => return Err(failed(BrainError::Vanished)),
            Err(_) if writes => return Err(failed(BrainError::Stalled { limit })),
            Err(_) => return Err(failed(BrainError::Slow { limit })),
        };
        writes = true;
        let event = match piece {
            Piece::Progress => continue,
            Piece::Consulted { sources, unanswered } => {
                let _ = out.send(ThinkEvent::Consulted { sources, unanswered }).await;
                continue;
            }
            Piece::Text(text) => ThinkEvent::Text { text },
            Piece::ToolCall(call) => ThinkEvent::ToolCall(call),
            Piece::Finished { .. } if spoken_since.is_none() => {
                return Err(failed(BrainError::Empty { reason: None }));
            }
            Piece::Finished { memory, usage } => {
                let brain = link.model.name().to_owned();
                let _ = out.send(ThinkEvent::Finished { brain, memory, usage }).await;
                return Ok(());
            }
        };
        spoken_since.get_or_insert_with(Instant::now);
        // A slow reader is waited for; a reader who is gone ends the task.
        let _ = out.send(event).await;
    }
}
