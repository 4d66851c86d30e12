//! What should have been heard: the texts of the business, spoken by the same voice as the server's.

use speech::{PicoPool, PicoSettings, Synthesizer as _, Utterance, WorkerCommand};

use crate::server::program;
use crate::signal::{RATE, Sound};
use crate::wait;

/// The voice of the program under test.
pub async fn voice() -> PicoPool {
    let worker = WorkerCommand { program: program(), arguments: vec![speech::pico::WORKER_ARGUMENT.into()] };
    PicoPool::start(PicoSettings { workers: 1, ..PicoSettings::new(worker) }).await.unwrap()
}

/// A text as it sounds over the telephone.
pub async fn spoken(voice: &PicoPool, language: &str, text: &str) -> Sound {
    let mut stream = voice.speak(Utterance { text: text.into(), language: language.into(), voice: None, keep: true });
    let mut samples = Vec::new();
    while let Some(chunk) = wait::done("the voice speaks", stream.next()).await {
        let chunk = chunk.unwrap();
        let prompt = media::Prompt::from_samples(&chunk.samples, chunk.rate.hz()).unwrap();
        samples.extend_from_slice(prompt.samples(call_model::SampleRate::Narrow));
    }
    Sound::new(samples, RATE)
}
