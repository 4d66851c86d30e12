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

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said after `sound` has stopped for as long as `stops` say, with the noise that a receiver makes up at the
    /// beginning of each.
    fn stopped(sound: &Sound, stops: &[(f64, f64)]) -> Sound {
        let mut samples = Vec::new();
        let mut from = 0.0;
        for &(at, seconds) in stops {
            let before = sound.between(from, at).samples;
            samples.extend_from_slice(&before);
            samples.extend(before[before.len() - 480..].iter().map(|sample| sample / 2));
            samples.resize(samples.len() + (seconds * f64::from(sound.rate)) as usize, 0);
            from = at;
        }
        samples.extend_from_slice(&sound.between(from, sound.seconds()).samples);
        Sound::new(samples, sound.rate)
    }

    #[tokio::test]
    async fn speech_is_found_where_it_stopped_and_went_on_and_nowhere_else() {
        let voice = voice().await;
        let texts = [
            "Northwind Dental, hello!",
            "You find us at 12 Harbour Street, on the second floor.",
            "For our opening hours, press 1. For directions, 2.",
            "Tram 4 stops at the door; get off at Old Harbour.",
            "I am sorry, nobody can take your call right now.",
            "Thank you. We will call you back.",
        ];
        let mut sounds = Vec::new();
        for text in texts {
            sounds.push(spoken(&voice, "en", text).await);
        }
        for (n, part) in sounds.iter().enumerate() {
            let stops = [(0.45, 0.2), (0.9, 1.7)];
            let whole = stopped(part, &stops);
            assert!(whole.find_speech(part).score < 0.85, "{} is not stopped", texts[n]);
            assert!(whole.contains_speech(part), "{}: {:?}", texts[n], whole.follow_speech(part));
            let mut others = Vec::new();
            sounds.iter().enumerate().filter(|(m, _)| *m != n).for_each(|(_, other)| others.extend(&other.samples));
            let others = Sound::new(others, RATE);
            for nothing in [Sound::new(vec![0; 80_000], RATE), Sound::tone(440.0, 10.0)] {
                assert!(!nothing.contains_speech(part), "{}: {:?}", texts[n], nothing.follow_speech(part));
            }
            assert!(
                !others.contains_speech(part),
                "{} is in what others say: {:?}",
                texts[n],
                others.follow_speech(part)
            );
        }
    }
}
