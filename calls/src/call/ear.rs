//! One ear: the task that takes what is heard on a leg to the recogniser, and what it understood to the call.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use call_model::{CallId, Hearing, SampleRate, Speaker, TranscriptLine};
use crossbeam_queue::ArrayQueue;
use speech::{EarBlock, EarSink, HearingEvent, HearingStream, ListenRequest, Transcriber};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::senses::Sense;

/// How long the speaker may go on before new settings are taken all the same, in blocks of 20 ms: 2 s.
const MAX_WAIT_FOR_SILENCE: u32 = 100;
/// Silence at which new settings are taken, in blocks: 200 ms, longer than the closure of any consonant.
const SILENCE: u32 = 10;
/// The longest time between two tries, as a multiple of the first.
const MAX_BACKOFF: u32 = 16;
/// Sessions that have ended and may still have something to say.
const MAX_LATE_SESSIONS: usize = 4;

/// A block on its way from the media thread.
#[derive(Debug)]
pub(super) struct EarTap {
    pub rate: SampleRate,
    /// On the call's media clock.
    pub start_sample: u64,
    pub samples: Vec<i16>,
    pub voiced: bool,
}

/// How to hear.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct EarWish {
    pub language: Option<String>,
    pub hints: Vec<String>,
    pub partials: bool,
}

/// What an ear is made of.
pub(super) struct Ear {
    pub call: CallId,
    pub speaker: Speaker,
    pub transcriber: Arc<dyn Transcriber>,
    pub blocks: mpsc::Receiver<EarTap>,
    /// Memory of blocks on its way back.
    pub spares: Arc<ArrayQueue<Vec<i16>>>,
    /// Closed: it is to stop.
    pub wish: watch::Receiver<EarWish>,
    pub told: mpsc::Sender<Sense>,
    /// How long to wait before the first new try.
    pub retry: Duration,
    /// How long to wait for what is not final when it stops.
    pub patience: Duration,
}

/// A session with the recogniser.
struct Session {
    sink: EarSink,
    stream: HearingStream,
    rate: SampleRate,
    wish: EarWish,
}

/// The ear at work.
struct Listening {
    ear: Ear,
    session: Option<Session>,
    /// Sessions that have ended: their last finals are still to come.
    late: JoinSet<()>,
    /// Blocks since speech was heard.
    silent: u32,
    /// Blocks that new settings have waited for silence.
    waited: u32,
    lost: bool,
    /// Tries since anything was heard.
    tries: u32,
    /// Not to be tried before.
    not_before: Option<Instant>,
}

/// Nobody is there to be told.
struct Gone;

impl Ear {
    /// Hears until it is told to stop, then until the recogniser has said its last.
    pub(super) async fn run(self) {
        let listening = Listening {
            ear: self,
            session: None,
            late: JoinSet::new(),
            silent: SILENCE,
            waited: 0,
            lost: false,
            tries: 0,
            not_before: None,
        };
        // Gone: the call and what was left of it.
        let _ = listening.run().await;
    }
}

impl Listening {
    async fn run(mut self) -> Result<(), Gone> {
        loop {
            let session = &mut self.session;
            let event = async {
                match session {
                    Some(session) => session.stream.next().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                changed = self.ear.wish.changed() => if changed.is_err() { break },
                event = event => match event {
                    Some(event) => self.on_event(event).await?,
                    None => self.session_failed().await?,
                },
                block = self.ear.blocks.recv() => match block {
                    Some(block) => self.on_block(block).await?,
                    None => break,
                },
            }
        }
        self.stop().await
    }

    /// Hears what is there already, and waits for what the recogniser makes of it.
    async fn stop(mut self) -> Result<(), Gone> {
        self.ear.blocks.close();
        while let Ok(block) = self.ear.blocks.try_recv() {
            self.on_block(block).await?;
        }
        self.retire();
        let late = async { while self.late.join_next().await.is_some() {} };
        tokio::select! {
            () = late => {}
            () = self.ear.told.closed() => {}
            () = tokio::time::sleep(self.ear.patience) => {}
        }
        Ok(())
    }

    async fn on_block(&mut self, tap: EarTap) -> Result<(), Gone> {
        self.silent = if tap.voiced { 0 } else { self.silent.saturating_add(1) };
        if let Some(session) = &self.session {
            let waits = session.wish != *self.ear.wish.borrow();
            self.waited = if waits { self.waited + 1 } else { 0 };
            // Another codec, or new settings: these at a pause, so that no word is torn.
            if session.rate != tap.rate || waits && (self.silent >= SILENCE || self.waited > MAX_WAIT_FOR_SILENCE) {
                self.retire();
            }
        }
        if self.session.is_none() {
            self.begin(tap.rate).await?;
        }
        let Some(session) = &mut self.session else {
            // Lost, and too early to try again.
            metrics::counter!("callwright_ear_blocks_dropped_total").increment(1);
            let _ = self.ear.spares.push(tap.samples);
            return Ok(());
        };
        let at_ms = tap.start_sample * 1_000 / u64::from(tap.rate.hz());
        let block = EarBlock { at_ms, voiced: tap.voiced, samples: tap.samples.clone() };
        // The memory goes back to the media thread; when there is enough there it is simply freed.
        let _ = self.ear.spares.push(tap.samples);
        if !session.sink.push(block) {
            metrics::counter!("callwright_ear_blocks_dropped_total").increment(1);
        }
        Ok(())
    }

    async fn begin(&mut self, rate: SampleRate) -> Result<(), Gone> {
        if self.not_before.is_some_and(|at| Instant::now() < at) {
            return Ok(());
        }
        self.waited = 0;
        let wish = self.ear.wish.borrow().clone();
        let request =
            ListenRequest { language: wish.language.clone(), hints: wish.hints.clone(), rate, partials: wish.partials };
        let transcriber = &self.ear.transcriber;
        let Ok((sink, stream)) = catch_unwind(AssertUnwindSafe(|| transcriber.listen(request))) else {
            tracing::error!(call = %self.ear.call, "the recogniser panicked");
            return self.session_failed().await;
        };
        self.session = Some(Session { sink, stream, rate, wish });
        Ok(())
    }

    /// Lets a session end in peace: what it still makes of what it heard is told.
    fn retire(&mut self) {
        let Some(Session { sink, mut stream, .. }) = self.session.take() else { return };
        drop(sink);
        if self.late.len() >= MAX_LATE_SESSIONS {
            while self.late.try_join_next().is_some() {}
        }
        if self.late.len() >= MAX_LATE_SESSIONS {
            metrics::counter!("callwright_ear_sessions_given_up_total").increment(1);
            return;
        }
        let (call, speaker, told, patience) =
            (self.ear.call, self.ear.speaker, self.ear.told.clone(), self.ear.patience);
        self.late.spawn(async move {
            let rest = async {
                while let Some(event) = stream.next().await {
                    if let Some(sense @ Sense::Said(_)) = sense_of(call, speaker, event)
                        && told.send(sense).await.is_err()
                    {
                        return;
                    }
                }
            };
            let _ = tokio::time::timeout(patience, rest).await;
        });
    }

    async fn on_event(&mut self, event: HearingEvent) -> Result<(), Gone> {
        if let HearingEvent::Failed { error, fatal } = event {
            tracing::warn!(call = %self.ear.call, engine = self.ear.transcriber.name(), %error, fatal, "hearing failed");
            metrics::counter!("callwright_hearing_failures_total").increment(1);
            return if fatal { self.session_failed().await } else { self.set_lost(true).await };
        }
        if holds_words(&event) {
            self.tries = 0;
            self.set_lost(false).await?;
        }
        // How long a silence may be, whoever answers knows better than an engine that knows nothing else. That nothing
        // was understood is news.
        let guess = matches!(&event, HearingEvent::TurnEnded { text } if !text.is_empty());
        if guess && !self.ear.transcriber.hears_turns() {
            return Ok(());
        }
        match sense_of(self.ear.call, self.ear.speaker, event) {
            Some(sense) => self.tell(sense).await,
            None => Ok(()),
        }
    }

    /// The session is over and should not be: another try comes later.
    async fn session_failed(&mut self) -> Result<(), Gone> {
        self.session = None;
        let wait = self.ear.retry * (1 << self.tries.min(31)).min(MAX_BACKOFF);
        self.tries += 1;
        self.not_before = Some(Instant::now() + wait);
        self.set_lost(true).await
    }

    async fn set_lost(&mut self, lost: bool) -> Result<(), Gone> {
        if std::mem::replace(&mut self.lost, lost) == lost {
            return Ok(());
        }
        let step = if lost { Hearing::Lost } else { Hearing::Back };
        self.tell(Sense::Heard(self.ear.speaker, step)).await
    }

    async fn tell(&self, sense: Sense) -> Result<(), Gone> {
        self.ear.told.send(sense).await.map_err(|_| Gone)
    }
}

/// Whether it shows that words are understood: where speech begins and ends, an engine may tell without.
const fn holds_words(event: &HearingEvent) -> bool {
    matches!(
        event,
        HearingEvent::Partial { .. }
            | HearingEvent::Final { .. }
            | HearingEvent::TurnLikely { .. }
            | HearingEvent::TurnEnded { .. }
            | HearingEvent::Recovered
    )
}

/// What the recogniser says, in the call's own words.
fn sense_of(call: CallId, speaker: Speaker, event: HearingEvent) -> Option<Sense> {
    let step = match event {
        HearingEvent::SpeechStarted { at_ms } => Hearing::SpeechStarted { at_ms },
        HearingEvent::SpeechStopped { at_ms } => Hearing::SpeechStopped { at_ms },
        HearingEvent::Partial { text, .. } => Hearing::Partial { text },
        HearingEvent::TurnLikely { text } => Hearing::TurnLikely { text },
        HearingEvent::TurnResumed => Hearing::TurnResumed,
        HearingEvent::TurnEnded { text } => Hearing::TurnEnded { text },
        HearingEvent::Final { from_ms, to_ms, text, words, confidence, language } => {
            let line = TranscriptLine { call, speaker, from_ms, to_ms, text, words, confidence, language, cut: false };
            return Some(Sense::Said(Box::new(line)));
        }
        HearingEvent::Failed { .. } | HearingEvent::Recovered => return None,
    };
    Some(Sense::Heard(speaker, step))
}
