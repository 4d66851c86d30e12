//! Traces of calls, sent to an OpenTelemetry collector. Off unless `telemetry.otlp` names one, and then nothing watches.
//!
//! The collector's task folds what the live feed tells of each call into spans; tools and the work after calls add theirs.
//! Spans wait in one bounded queue; what does not fit, or cannot be delivered, is lost and counted.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use call_model::{CallId, Direction, HangupCause, Speaker};
use calls::Switchboard;
use calls::live::{LiveEvent, LiveItem, LiveKind, LiveState};
use metrics::counter;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret;
use store::Store;
use telemetry::otlp::{self, Source};
use telemetry::trace::{CallStory, Facts, Remote, Span, SpanId, TraceId, TurnTimes, traceparent};
use tokio::sync::{mpsc, oneshot};

use crate::config::{SecretError, TelemetrySection};

/// Spans that are sent in one request.
const BATCH: usize = 512;
/// How long a span waits for others.
const GATHER: Duration = Duration::from_secs(1);
/// How long the collector may take.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// Calls whose trace is somebody else's, remembered for what comes after them.
const ADOPTED: usize = 4_096;
/// Calls whose spans are gathered at a time.
const STORIES: usize = 10_000;

static TRACER: OnceLock<Tracer> = OnceLock::new();

/// Why traces cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum TraceFailure {
    /// The address is none.
    #[error("`telemetry.otlp` is `{0}`: write an address such as \"http://127.0.0.1:4318\"")]
    Address(String),
    /// A header field is none.
    #[error(
        "`telemetry.otlp_headers` or its secret: `{0}` is not the name of a header field, or its value is not valid"
    )]
    Header(String),
    /// The secret is missing.
    #[error("the secret of `telemetry.otlp` cannot be had")]
    Secret(#[from] SecretError),
    /// The client cannot be made.
    #[error("the client that sends traces cannot be made")]
    Client(#[from] reqwest::Error),
}

enum Item {
    Span(Box<Span>),
    Flush(oneshot::Sender<()>),
}

struct Tracer {
    queue: mpsc::Sender<Item>,
    sampling: f64,
    adopted: Mutex<(HashMap<CallId, Remote>, VecDeque<CallId>)>,
}

impl Tracer {
    /// The trace of a call, where it is kept.
    fn trace(&self, call: CallId) -> Option<TraceId> {
        match self.remote(call) {
            Some(remote) => remote.sampled.then_some(remote.trace),
            None => Some(TraceId::of_call(call)).filter(|trace| trace.is_sampled(self.sampling)),
        }
    }

    fn remote(&self, call: CallId) -> Option<Remote> {
        self.adopted.lock().unwrap_or_else(PoisonError::into_inner).0.get(&call).copied()
    }

    fn send(&self, span: Span) {
        if self.queue.try_send(Item::Span(Box::new(span))).is_err() {
            counter!("callwright_trace_spans_dropped_total", "why" => "queue_full").increment(1);
        }
    }
}

/// Begins to trace the switchboard's calls, where a collector is named. To be called inside a tokio runtime.
pub fn start(settings: &TelemetrySection, switchboard: &Switchboard, store: &Store) -> Result<(), TraceFailure> {
    let Some(address) = &settings.otlp else { return Ok(()) };
    let wrong = || TraceFailure::Address(address.clone());
    let url = reqwest::Url::parse(&format!("{}/v1/traces", address.trim_end_matches('/'))).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong());
    }
    let client = reqwest::Client::builder().timeout(TIME_LIMIT).default_headers(headers(settings)?).build()?;
    let (queue, waiting) = mpsc::channel(settings.spans_waiting.max(1));
    let tracer = Tracer { queue, sampling: settings.sampling, adopted: Mutex::default() };
    if TRACER.set(tracer).is_err() {
        return Ok(());
    }
    let exporter = Exporter { client, url, service: settings.service.clone(), instance: instance() };
    tokio::spawn(exporter.run(waiting));
    tokio::spawn(gather(switchboard.clone(), store.clone()));
    Ok(())
}

fn headers(settings: &TelemetrySection) -> Result<HeaderMap, TraceFailure> {
    let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"))]);
    let mut add = |name: &str, value: &str, secret: bool| {
        let wrong = || TraceFailure::Header(name.to_owned());
        let field: HeaderName = name.parse().map_err(|_| wrong())?;
        let mut value: HeaderValue = value.parse().map_err(|_| wrong())?;
        value.set_sensitive(secret);
        headers.insert(field, value);
        Ok::<(), TraceFailure>(())
    };
    for (name, value) in &settings.otlp_headers {
        add(name, value, false)?;
    }
    if let Some(secret) = settings.resolve_otlp_secret()? {
        add(&settings.otlp_secret_header, secret.expose_secret(), true)?;
    }
    Ok(headers)
}

fn instance() -> String {
    let mut bytes = [0; 8];
    // Without random bits the process id must do.
    if getrandom::fill(&mut bytes).is_err() {
        return std::process::id().to_string();
    }
    SpanId(bytes).to_string()
}

/// Lets a call that is about to begin be a part of the trace that a request names. What is no `traceparent` is left
/// alone, as W3C Trace Context asks.
pub fn adopt(call: CallId, header: Option<&str>) {
    let (Some(tracer), Some(remote)) = (TRACER.get(), header.and_then(|text| text.parse::<Remote>().ok())) else {
        return;
    };
    let mut adopted = tracer.adopted.lock().unwrap_or_else(PoisonError::into_inner);
    adopted.0.insert(call, remote);
    adopted.1.push_back(call);
    if adopted.1.len() > ADOPTED
        && let Some(old) = adopted.1.pop_front()
    {
        adopted.0.remove(&old);
    }
}

/// The header field `traceparent` for a request that belongs to a call; `None`: the call is not traced.
pub fn header(call: CallId) -> Option<String> {
    let trace = TRACER.get()?.trace(call)?;
    Some(traceparent(trace, CallStory::root(call), true))
}

/// Something that is done for a call, as one span: made when it begins, sent by [`Doing::done`].
pub struct Doing {
    span: Span,
}

impl Doing {
    /// Begins. `parent`: the call's own span when not given; `None` is given back where the call is not traced.
    pub fn begin(call: CallId, name: &str, key: &str, parent: Option<SpanId>) -> Option<Self> {
        let trace = TRACER.get()?.trace(call)?;
        let id = SpanId::of(call, &format!("{name} {key}"), 0);
        let now = now_ms();
        Some(Self { span: Span::new(trace, parent.unwrap_or_else(|| CallStory::root(call)), id, name, (now, now)) })
    }

    /// The same with an attribute.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.span = self.span.with(name, value);
        self
    }

    /// The header field `traceparent` for requests that are made inside of it.
    pub fn header(&self) -> String {
        traceparent(self.span.trace, self.span.id, true)
    }

    /// It is done; `fault`: what went wrong, in a word.
    pub fn done(mut self, fault: Option<&str>) {
        self.span.to_ms = now_ms().max(self.span.from_ms);
        self.span.fault = fault.map(str::to_owned);
        if let Some(tracer) = TRACER.get() {
            tracer.send(self.span);
        }
    }
}

/// Sends what waits; bounded by the time that the collector may take.
pub async fn flush() {
    let Some(tracer) = TRACER.get() else { return };
    let (done, flushed) = oneshot::channel();
    if tracer.queue.send(Item::Flush(done)).await.is_ok() {
        let _ = tokio::time::timeout(TIME_LIMIT, flushed).await;
    }
}

fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Folds the live feed into spans.
async fn gather(switchboard: Switchboard, store: Store) {
    let Some(tracer) = TRACER.get() else { return };
    let mut feed = switchboard.hub().watch(None);
    drop(switchboard);
    let mut stories: HashMap<CallId, CallStory> = HashMap::new();
    while let Some(item) = feed.next().await {
        let LiveEvent { call, kind } = match item {
            LiveItem::Event(event) => event,
            LiveItem::Missed(missed) => {
                counter!("callwright_trace_spans_dropped_total", "why" => "feed_missed").increment(missed);
                // Ends may be among them: what is gathered of ended calls must not stay for ever.
                if stories.len() > STORIES {
                    stories.clear();
                }
                continue;
            }
        };
        match kind {
            LiveKind::State(LiveState::Ringing) => {
                if stories.len() < STORIES && tracer.trace(call).is_some() {
                    stories.insert(call, CallStory::new(call, tracer.remote(call)));
                }
            }
            LiveKind::State(LiveState::Filed) => {
                if let Some(story) = stories.remove(&call) {
                    tokio::spawn(file(call, story, store.clone(), now_ms()));
                }
            }
            kind => {
                if let Some(story) = stories.get_mut(&call) {
                    tell(story, kind);
                }
            }
        }
    }
}

fn tell(story: &mut CallStory, kind: LiveKind) {
    match kind {
        LiveKind::State(LiveState::Answered) => story.answered(now_ms()),
        LiveKind::State(LiveState::Bridged) => story.bridged(now_ms(), true),
        LiveKind::State(LiveState::Unbridged) => story.bridged(now_ms(), false),
        LiveKind::Line(line) => story.said(line.speaker == Speaker::Us, line.from_ms, line.to_ms),
        LiveKind::TurnReport(turn) => {
            let times = TurnTimes {
                speech_ended: turn.speech_ended_ms,
                turn_end: turn.turn_end,
                first_token: turn.first_token,
                first_clause: turn.first_clause,
                first_audio: turn.first_audio,
                total: turn.total,
            };
            story.turn(times, turn.brain.as_deref(), turn.speculated, turn.interrupted);
        }
        // Tools have spans of their own, made where they are used.
        LiveKind::ToolUsed(_) | LiveKind::Partial { .. } | LiveKind::Supervised { .. } | LiveKind::State(_) => {}
    }
}

/// The call is filed: what the books say of it completes its spans.
async fn file(call: CallId, story: CallStory, store: Store, filed_ms: i64) {
    let Some(tracer) = TRACER.get() else { return };
    let Ok(Some(record)) = store.call(call).await else { return };
    let recording = store.call_recording(call).await.ok().flatten();
    let cause = record.cause.unwrap_or(HangupCause::InternalError);
    let (app_kind, app) = match (&record.flow, &record.agent) {
        (Some(flow), _) => ("flow", flow.clone()),
        (None, Some(agent)) => ("agent", agent.clone()),
        (None, None) => ("", String::new()),
    };
    let facts = Facts {
        inbound: record.direction == Direction::Inbound,
        started_ms: record.started_ms,
        answered_ms: record.answered_ms,
        ended_ms: record.ended_ms.unwrap_or(filed_ms),
        app_kind,
        app,
        trunk: record.trunk,
        cause: serde_json::to_value(cause).ok().and_then(|word| Some(word.as_str()?.to_owned())).unwrap_or_default(),
        failed: matches!(
            cause,
            HangupCause::InternalError
                | HangupCause::Overload
                | HangupCause::NetworkFailure
                | HangupCause::MediaTimeout
        ),
        recording: recording.map(|it| (it.started_ms, it.started_ms + it.duration_ms as i64)),
    };
    for span in story.finish(&facts, filed_ms) {
        tracer.send(span);
    }
}

struct Exporter {
    client: reqwest::Client,
    url: reqwest::Url,
    service: String,
    instance: String,
}

impl Exporter {
    async fn run(self, mut waiting: mpsc::Receiver<Item>) {
        let mut down = false;
        while let Some(first) = waiting.recv().await {
            let (mut spans, mut flushed) = (Vec::new(), None);
            let deadline = tokio::time::Instant::now() + GATHER;
            let mut next = Some(first);
            while let Some(item) = next {
                match item {
                    Item::Span(span) => spans.push(*span),
                    Item::Flush(done) => {
                        flushed = Some(done);
                        break;
                    }
                }
                if spans.len() >= BATCH {
                    break;
                }
                next = tokio::time::timeout_at(deadline, waiting.recv()).await.unwrap_or_default();
            }
            self.deliver(&spans, &mut down).await;
            if let Some(flushed) = flushed {
                let _ = flushed.send(());
            }
        }
    }

    async fn deliver(&self, spans: &[Span], down: &mut bool) {
        if spans.is_empty() {
            return;
        }
        let source = Source { service: &self.service, version: env!("CARGO_PKG_VERSION"), instance: &self.instance };
        let body = otlp::encode(&source, spans);
        let answer = self.client.post(self.url.clone()).body(body).send().await;
        let problem = match answer {
            Ok(answer) if answer.status().is_success() => {
                counter!("callwright_trace_spans_sent_total").increment(spans.len() as u64);
                *down = false;
                return;
            }
            Ok(answer) => answer.status().to_string(),
            // Without its address: it may hold a token.
            Err(error) if error.is_timeout() => "no answer in time".to_owned(),
            Err(_) => "no connection".to_owned(),
        };
        counter!("callwright_trace_spans_dropped_total", "why" => "not_delivered").increment(spans.len() as u64);
        if !*down {
            tracing::warn!(%problem, "traces are not delivered: look at `telemetry.otlp` and the collector");
        }
        *down = true;
    }
}
