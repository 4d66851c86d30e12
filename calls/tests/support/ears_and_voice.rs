//! A voice that speaks in tones, and a recogniser that understands what the test says.

use std::sync::Arc;

use call_model::SampleRate;
use speech::transcriber::{self, EngineEnds};
use speech::{
    EarSink, HearingEvent, HearingStream, ListenRequest, SpeechChunk, SpeechStream, Synthesizer, Transcriber,
    Utterance, VoiceInfo, WordTime,
};
use tokio::sync::mpsc;

use super::soon;

/// Every text sounds the same: 200 ms of a tone for each word, or `n` pieces of 20 ms that say nothing for `pieces n`.
pub struct Tones;

impl Synthesizer for Tones {
    fn speak(&self, utterance: Utterance) -> SpeechStream {
        let (sink, stream) = SpeechStream::channel(4);
        let pieces = utterance.text.strip_prefix("pieces ").and_then(|count| count.parse().ok());
        let (count, length) = pieces.map_or((utterance.text.split(' ').count(), 1_600), |count: usize| (count, 160));
        let samples: Arc<[i16]> =
            (0..length).map(|at| ((f64::from(at) * 0.35).sin() * 9_000.0) as i16).collect::<Vec<_>>().into();
        let words: Vec<String> = match pieces {
            Some(_) => vec![String::new(); count],
            None => utterance.text.split(' ').map(str::to_owned).collect(),
        };
        tokio::spawn(async move {
            for word in words {
                let time = WordTime { text: word.clone(), from_ms: 0, to_ms: 200 };
                let chunk = SpeechChunk {
                    text: word.as_str().into(),
                    words: (!word.is_empty()).then(|| [time].into()),
                    ..SpeechChunk::silent(samples.clone(), SampleRate::Narrow)
                };
                if !sink.send(Ok(chunk)).await {
                    return;
                }
            }
        });
        stream
    }

    fn voices(&self) -> &[VoiceInfo] {
        &[]
    }
}

/// A session of the scripted recogniser: the test hears what is pushed and says what was understood.
pub struct Session {
    pub request: ListenRequest,
    pub ends: EngineEnds,
}

impl Session {
    pub async fn says(&self, event: HearingEvent) {
        self.ends.events.send(event).await.expect("somebody listens");
    }

    pub async fn partial(&self, text: &str) {
        self.says(HearingEvent::Partial { text: text.into(), words: Vec::new() }).await;
    }

    pub async fn line(&self, from_ms: u64, text: &str) {
        let (to_ms, text) = (from_ms + 500, text.into());
        let words = Vec::new();
        self.says(HearingEvent::Final { from_ms, to_ms, text, words, confidence: Some(0.5), language: None }).await;
    }

    /// Waits until so much more was heard; gives the time of the last block.
    pub async fn hears(&mut self, ms: u64) -> u64 {
        let mut last = 0;
        for _ in 0..ms.div_ceil(20) {
            last = soon("a block", self.ends.blocks.recv()).await.expect("an open ear").at_ms;
        }
        last
    }

    /// Waits until nothing more is to be heard.
    pub async fn closes(&mut self) {
        soon("the end of the ear", async { while self.ends.blocks.recv().await.is_some() {} }).await;
    }
}

pub(super) struct ScriptedEars(pub(super) mpsc::UnboundedSender<Session>);

impl Transcriber for ScriptedEars {
    fn listen(&self, request: ListenRequest) -> (EarSink, HearingStream) {
        let (sink, stream, ends) = transcriber::session(transcriber::BLOCKS_AHEAD);
        let _ = self.0.send(Session { request, ends });
        (sink, stream)
    }

    fn name(&self) -> &'static str {
        "scripted"
    }

    fn hears_turns(&self) -> bool {
        false
    }
}
