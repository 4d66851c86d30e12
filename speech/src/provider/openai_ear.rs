//! OpenAI-compatible transcription: one request for each utterance.
//!
//! Format: <https://platform.openai.com/docs/api-reference/audio/createTranscription>, as of 2026-11-21. It streams nothing, so
//! there are no partials, and hints about turns come from silence alone.

mod request;

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use self::request::{Heard, Question, parse};
use super::endpoint::{Endpoint, Limits, ProviderError};
use super::failure::Failure;
use super::http::Http;
use super::utterances::{Cut, CutSettings, Utterance, Utterances};
use crate::transcriber::{BLOCKS_AHEAD, EngineEnds, session};
use crate::{EarSink, HearError, HearingEvent, HearingStream, ListenRequest, Transcriber};

/// Utterances of one speaker that may wait for their words.
const MOST_WAITING: usize = 8;

/// The longest answer, in bytes.
const MAX_ANSWER: usize = 1 << 20;

/// Settings of an OpenAI-compatible recogniser.
#[derive(Debug, Clone)]
pub struct OpenAiEarSettings {
    /// The engine's name, for logs and records. Default `openai`.
    pub name: String,
    /// Where it is; the base address ends in `/v1`.
    pub endpoint: Endpoint,
    /// The model. Default `whisper-1`.
    pub model: String,
    /// Asks for times of words and probabilities. Default: unless the model's name begins with `gpt-`, because those
    /// refuse.
    pub verbose: Option<bool>,
    /// How speech is cut into utterances.
    pub cut: CutSettings,
    /// Requests at the same time, of all calls. Default 64; more wait for their turn as long as an answer may take.
    pub most: usize,
    /// A segment is no speech where its probability of that is above this and its words are improbable. Default 0.6.
    pub no_speech: f64,
}

impl OpenAiEarSettings {
    /// The defaults; of the endpoint's limits those [for whole answers](Limits::for_whole_answers).
    pub fn new(endpoint: Endpoint) -> Self {
        let endpoint = Endpoint { limits: Limits::for_whole_answers(), ..endpoint };
        Self {
            name: "openai".into(),
            endpoint,
            model: "whisper-1".into(),
            verbose: None,
            cut: CutSettings::default(),
            most: 64,
            no_speech: 0.6,
        }
    }
}

/// An OpenAI-compatible recogniser.
#[derive(Debug)]
pub struct OpenAiEar {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    settings: OpenAiEarSettings,
    http: Arc<Http>,
    room: Semaphore,
}

impl OpenAiEar {
    /// Sets it up. To be called inside a tokio runtime.
    pub fn new(settings: OpenAiEarSettings) -> Result<Self, ProviderError> {
        let http = Http::new(&settings.endpoint)?;
        let room = Semaphore::new(settings.most.max(1));
        Ok(Self { inner: Arc::new(Inner { settings, http, room }) })
    }
}

impl Transcriber for OpenAiEar {
    fn listen(&self, settings: ListenRequest) -> (EarSink, HearingStream) {
        let (sink, stream, ends) = session(BLOCKS_AHEAD);
        tokio::spawn(Arc::clone(&self.inner).run(settings, ends));
        (sink, stream)
    }

    fn name(&self) -> &str {
        &self.inner.settings.name
    }

    fn hears_turns(&self) -> bool {
        false
    }
}

type Answered = Result<Option<Heard>, Failure>;

impl Inner {
    async fn run(self: Arc<Self>, request: ListenRequest, ends: EngineEnds) {
        let EngineEnds { mut blocks, events, .. } = ends;
        let mut utterances = Utterances::new(self.settings.cut, request.partials);
        let (questions, asked) = mpsc::channel(MOST_WAITING);
        let (answers, mut answered) = mpsc::channel(MOST_WAITING);
        let asking = tokio::spawn(Arc::clone(&self).ask_all(request, asked, answers));
        let mut questions = Some(questions);
        let mut heard_all = false;
        while !heard_all {
            let mut told = Vec::new();
            tokio::select! {
                // What was heard before is told before.
                biased;
                () = events.closed() => break,
                answer = answered.recv() => match answer {
                    Some(answer) => told.extend(self.answered(answer, &mut utterances)),
                    None => heard_all = true,
                },
                block = blocks.recv(), if questions.is_some() => {
                    let last = block.is_none();
                    let cuts = match block {
                        Some(block) => utterances.push(block),
                        None => utterances.close(),
                    };
                    for cut in cuts {
                        told.extend(take(cut, questions.as_ref(), &mut utterances));
                    }
                    if last {
                        questions = None;
                    }
                }
            }
            for event in told {
                if events.send(event).await.is_err() {
                    break;
                }
            }
        }
        asking.abort();
    }

    /// Has one utterance after the other recognised, so that they stay in order.
    async fn ask_all(
        self: Arc<Self>,
        request: ListenRequest,
        mut asked: mpsc::Receiver<Utterance>,
        answers: mpsc::Sender<Answered>,
    ) {
        while let Some(utterance) = asked.recv().await {
            let answer = self.ask(&request, &utterance).await;
            if answers.send(answer).await.is_err() {
                return;
            }
        }
    }

    async fn ask(&self, request: &ListenRequest, utterance: &Utterance) -> Answered {
        let limit = self.settings.endpoint.limits.within;
        let room = timeout(limit, self.room.acquire()).await.map_err(|_| Failure::Busy { retry_after: None })?;
        let verbose = self.settings.verbose.unwrap_or(!self.settings.model.starts_with("gpt-"));
        let question = Question { model: &self.settings.model, verbose, request, utterance };
        let (content_type, body) = question.form();
        let answer = self.http.post("/audio/transcriptions", &content_type, body).await?.whole(MAX_ANSWER).await?;
        drop(room);
        parse(&answer, request, utterance, self.settings.no_speech)
    }

    /// What is to be told about an answer.
    fn answered(&self, answer: Answered, utterances: &mut Utterances) -> Vec<HearingEvent> {
        let (told, text) = match answer {
            Ok(Some(heard)) => (Some(heard.event()), Some(heard.text)),
            Ok(None) => (None, None),
            Err(failure) => {
                tracing::warn!(engine = self.settings.name, %failure, "an utterance was not recognised");
                (Some(HearingEvent::Failed { error: failure.into(), fatal: false }), None)
            }
        };
        told.into_iter().chain(utterances.answered(text.as_deref())).collect()
    }
}

/// What is to be told about a cut; an utterance is sent on its way.
fn take(cut: Cut, questions: Option<&mpsc::Sender<Utterance>>, utterances: &mut Utterances) -> Vec<HearingEvent> {
    match cut {
        Cut::Event(event) => vec![event],
        Cut::Utterance(utterance) => {
            if questions.is_some_and(|questions| questions.try_send(utterance).is_ok()) {
                return Vec::new();
            }
            let failed = HearingEvent::Failed { error: HearError::Overloaded, fatal: false };
            [failed].into_iter().chain(utterances.answered(None)).collect()
        }
    }
}
