//! Answered calls, made in code: greetings at several speeds, noise, levels, G.711, beeps, and tones of networks and fax
//! machines. The same for the same seed.

use std::collections::HashMap;
use std::error::Error;
use std::f32::consts::TAU;

use call_model::SampleRate;
use media::codec::{Codec, Decoder, Encoder};
use media::resample::resample;
use speech::pico::voice::Voice;
use speech::worker::Pico;

use super::Kind;
use super::chance::Chance;
use super::texts::{GREETINGS, Greeting};

const RATE: usize = 8_000;
/// Pico's.
const SPOKEN: f32 = 16_000.0;
/// How long a recogniser takes to tell of a word, ms.
const HEARD_AFTER_MS: usize = 400;

/// One answered call.
pub struct Made {
    pub language: &'static str,
    pub kind: Kind,
    /// What is heard from the answer on, at 8 kHz.
    pub samples: Vec<i16>,
    /// When the first greeting is over, ms after the answer; 0 where nothing is said.
    pub greeted_ms: usize,
    /// When a machine's tone is over.
    pub beep_ms: Option<usize>,
    /// What a recogniser has understood by then, ms after the answer.
    pub words: Vec<(usize, String)>,
    pub label: String,
}

/// Speaks, and remembers.
pub struct Studio {
    pico: Pico,
    spoken: HashMap<(&'static str, &'static str), Vec<i16>>,
}

/// Of what calls are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Greetings that the classifier was tuned on.
    Tuning,
    /// Those that it was not.
    Report,
}

impl Studio {
    pub fn open() -> Self {
        Self { pico: Pico::new(), spoken: HashMap::new() }
    }

    /// The calls of a part: so many of each greeting, and as many of each tone for each language.
    pub fn calls(&mut self, part: Part, takes: usize) -> Result<Vec<Made>, Box<dyn Error>> {
        let mut made = Vec::new();
        let seed = if part == Part::Tuning { 1 } else { 1_000_003 };
        let mut chance = Chance::new(seed);
        // The other half of each language, so that both parts have greetings of every form.
        let turn = |language: &str| ["en", "de", "es", "fr", "it"].iter().position(|known| *known == language);
        let mine = |(place, greeting): &(usize, &Greeting)| {
            (place + turn(greeting.0).unwrap_or(0)).is_multiple_of(2) == (part == Part::Tuning)
        };
        for (_, &(language, kind, text)) in GREETINGS.iter().enumerate().filter(mine) {
            for _ in 0..takes {
                made.push(self.greeting(language, kind, text, &mut chance)?);
            }
        }
        for kind in [Kind::Fax, Kind::Special, Kind::Busy, Kind::Silence] {
            for take in 0..2 * takes {
                made.push(toned(kind, take, &mut chance));
            }
        }
        Ok(made)
    }

    fn speak(&mut self, language: &'static str, text: &'static str) -> Result<Vec<i16>, Box<dyn Error>> {
        if let Some(known) = self.spoken.get(&(language, text)) {
            return Ok(known.clone());
        }
        let voice = Voice::for_language(language).ok_or("no voice")?;
        let samples = trimmed(&self.pico.speak(voice, text)?);
        self.spoken.insert((language, text), samples.clone());
        Ok(samples)
    }

    fn greeting(
        &mut self,
        language: &'static str,
        kind: Kind,
        text: &'static str,
        chance: &mut Chance,
    ) -> Result<Made, Box<dyn Error>> {
        let is_person = matches!(kind, Kind::Person | Kind::Desk);
        let mut sound = vec![0; chance.between(if is_person { 250.0 } else { 100.0 }, 1_100.0) as usize * 8];
        let speed = [0.85, 1.0, 1.0, 1.2][chance.below(4)];
        let (mut words, mut understood, mut greeted_ms) = (Vec::new(), String::new(), 0);
        for (place, part) in text.split('|').enumerate() {
            if place > 0 {
                // Somebody who says it twice has waited; a machine takes breath.
                let pause = if is_person { chance.between(900.0, 1_600.0) } else { chance.between(250.0, 650.0) };
                sound.resize(sound.len() + pause as usize * 8, 0);
            }
            for sentence in sentences(part.trim()) {
                let spoken = self.speak(language, sentence)?;
                let changed = faster(&spoken, speed)?;
                let from = sound.len() / 8;
                for word in speech::words::estimate(sentence, &changed, SampleRate::Narrow) {
                    understood.push(' ');
                    understood.push_str(&word.text);
                    words.push((from + word.to_ms as usize + HEARD_AFTER_MS, understood.clone()));
                }
                sound.extend(changed);
                if !sentence.is_empty() && part.trim().ends_with(sentence) && greeted_ms == 0 {
                    greeted_ms = sound.len() / 8;
                }
                sound.resize(sound.len() + chance.between(150.0, 350.0) as usize * 8, 0);
            }
        }
        let beep_ms = (kind == Kind::Machine && chance.below(6) > 0).then(|| {
            sound.resize(sound.len() + chance.between(50.0, 900.0) as usize * 8, 0);
            beep(chance, &mut sound);
            sound.len() / 8
        });
        sound.resize(sound.len() + 4_500 * 8, 0);
        let samples = over_the_line(sound, chance);
        Ok(Made { language, kind, samples, greeted_ms, beep_ms, words, label: format!("{text} at {speed}") })
    }
}

/// At their ends; Pico makes a pause of its own there.
fn sentences(text: &'static str) -> Vec<&'static str> {
    text.split_inclusive(['.', '?']).map(str::trim).filter(|part| part.len() > 1).collect()
}

/// Without the silence before and after.
fn trimmed(samples: &[i16]) -> Vec<i16> {
    let loud = |sample: &i16| sample.unsigned_abs() > 200;
    let from = samples.iter().position(loud).unwrap_or(0);
    let to = samples.iter().rposition(loud).map_or(0, |last| last + 1);
    samples[from.min(to)..to].to_vec()
}

/// At the rate of a telephone, and faster: higher, too, as another voice is.
fn faster(samples: &[i16], speed: f32) -> Result<Vec<i16>, Box<dyn Error>> {
    let floats: Vec<f32> = samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
    let from = (SPOKEN * speed / 100.0).round() as u32 * 100;
    let changed = resample(&floats, from, RATE as u32)?;
    Ok(changed.iter().map(|sample| (sample * 32_768.0) as i16).collect())
}

fn tone(hz: [f32; 2], ms: usize, peak: f32, sound: &mut Vec<i16>) {
    let length = ms * 8;
    sound.extend((0..length).map(|n| {
        let ramp = (n.min(length - n) as f32 / 40.0).min(1.0);
        let wave = |hz: f32| (TAU * hz * n as f32 / RATE as f32).sin();
        let both = if hz[1] > 0.0 { 0.6 * (wave(hz[0]) + wave(hz[1])) } else { wave(hz[0]) };
        (peak * ramp * both) as i16
    }));
}

fn beep(chance: &mut Chance, sound: &mut Vec<i16>) {
    let single = chance.between(400.0, 2_400.0);
    let hz = if chance.below(4) == 0 { [single.min(1_400.0), single.min(1_400.0) * 1.4] } else { [single, 0.0] };
    let ms = [120, 200, 300, 450, 700, 1_000, 2_500][chance.below(7)];
    let peak = chance.between(2_500.0, 9_000.0);
    tone(hz, ms, peak, sound);
    if chance.below(6) == 0 {
        sound.resize(sound.len() + 120 * 8, 0);
        tone(hz, ms.min(300), peak, sound);
    }
}

/// A call in which nobody speaks.
fn toned(kind: Kind, take: usize, chance: &mut Chance) -> Made {
    let mut sound = vec![0; chance.between(100.0, 700.0) as usize * 8];
    let peak = chance.between(2_500.0, 7_000.0);
    match kind {
        Kind::Fax => tone([2_100.0 + chance.between(-12.0, 12.0), 0.0], 3_000, peak, &mut sound),
        Kind::Special => {
            let low = [950.0, 985.2, 913.8][take % 3];
            let middle = [1_400.0, 1_370.6, 1_428.5][take / 3 % 3];
            for hz in [low, middle, 1_790.0] {
                let ms = chance.between(276.0, 380.0) as usize;
                tone([hz, 0.0], ms, peak, &mut sound);
                sound.resize(sound.len() + chance.between(0.0, 30.0) as usize * 8, 0);
            }
        }
        Kind::Busy => {
            let hz = [[425.0, 0.0], [480.0, 620.0], [400.0, 0.0], [440.0, 0.0]][take % 4];
            let ms = [240, 480, 375, 500][take / 4 % 4];
            for _ in 0..6 {
                tone(hz, ms, peak, &mut sound);
                sound.resize(sound.len() + ms * 8, 0);
            }
        }
        _ => {}
    }
    sound.resize(sound.len().max(6_000 * 8), 0);
    let samples = over_the_line(sound, chance);
    let label = format!("{kind:?}");
    Made { language: "-", kind, samples, greeted_ms: 0, beep_ms: None, words: Vec::new(), label }
}

/// With a level and a noise of its own, and as G.711 carries it.
fn over_the_line(mut samples: Vec<i16>, chance: &mut Chance) -> Vec<i16> {
    let gain = 10f32.powf(chance.between(-12.0, 3.0) / 20.0);
    let noise = [0.0, 8.0, 25.0, 60.0][chance.below(4)];
    let mut smooth = 0.0;
    for sample in &mut samples {
        smooth = 0.5 * smooth + noise * chance.gaussian();
        *sample = (f32::from(*sample) * gain + smooth).clamp(-32_000.0, 32_000.0) as i16;
    }
    let codec = if chance.below(2) == 0 { Codec::Pcma } else { Codec::Pcmu };
    let mut payload = vec![0; samples.len()];
    Encoder::new(codec).encode(&samples, &mut payload);
    Decoder::new(codec).decode(&payload, &mut samples);
    samples
}
