//! The whole way: the built-in voice speaks, the telephone spoils it, and the built-in recogniser hears.

use std::f32::consts::PI;

use call_model::SampleRate;
use speech::{
    EarBlock, HearingEvent, ListenRequest, Model, PicoPool, PicoSettings, Synthesizer, Transcriber, Utterance, Whisper,
    WhisperSettings, WorkerCommand,
};

/// What the built-in voice says: mono at 16 kHz.
async fn speak(text: &str) -> Vec<i16> {
    let program = env!("CARGO_BIN_EXE_speech-test-worker").into();
    let voice = PicoPool::start(PicoSettings::new(WorkerCommand { program, arguments: Vec::new() })).await;
    let utterance = Utterance { text: text.into(), language: "en-GB".into(), voice: None, keep: true };
    let mut stream = voice.expect("the voice").speak(utterance);
    let mut samples = Vec::new();
    while let Some(chunk) = stream.next().await {
        samples.extend_from_slice(&chunk.expect("speech").samples);
    }
    samples
}

/// One sample through G.711's mu-law and back (ITU-T G.711, table 2a).
fn g711(sample: i16) -> i16 {
    const BIAS: i32 = 132;
    let level = (i32::from(sample).abs().min(32_635)) + BIAS;
    let segment = 31 - level.leading_zeros() as i32 - 7;
    let step = 1 << (segment + 3);
    let coded = (level / step) * step + step / 2 - BIAS;
    if sample < 0 { -coded as i16 } else { coded as i16 }
}

/// From 16 kHz to 8 kHz by a low-pass of 47 taps, then through G.711.
fn telephone(wide: &[i16]) -> Vec<i16> {
    const REACH: isize = 23;
    let tap = |n: isize| {
        let at = n as f32;
        let sinc = if n == 0 { 0.45 } else { (PI * 0.45 * at).sin() / (PI * at) };
        sinc * (0.54 + 0.46 * (PI * at / REACH as f32).cos())
    };
    let sample = |at: isize| wide.get(at as usize).copied().map_or(0.0, f32::from);
    let filtered = (0..wide.len() as isize).step_by(2);
    let filtered = filtered.map(|at| (-REACH..=REACH).map(|n| tap(n) * sample(at + n)).sum::<f32>());
    filtered.map(|sample| g711(sample as i16)).collect()
}

/// Blocks of 20 ms with half a second of silence before and one and a half after.
fn blocks(speech: &[i16]) -> Vec<EarBlock> {
    let line = [vec![0; 4_000], speech.to_vec(), vec![0; 12_000]].concat();
    let mut tail = 0;
    (0..)
        .zip(line.chunks_exact(160))
        .map(|(n, samples)| {
            let level = samples.iter().map(|sample| f32::from(*sample).powi(2)).sum::<f32>() / 160.0;
            // As voice activity does: what was loud a moment ago is still voiced.
            tail = if level.sqrt() > 150.0 { 3 } else { tail - 1 };
            EarBlock { at_ms: n * 20, voiced: tail > 0, samples: samples.to_vec() }
        })
        .collect()
}

/// What is heard of a line, whole.
async fn hear(engine: &Whisper, line: Vec<EarBlock>) -> Vec<HearingEvent> {
    let language = Some("en".into());
    let (mut sink, mut stream) =
        engine.listen(ListenRequest { language, hints: Vec::new(), rate: SampleRate::Narrow, partials: true });
    let feed = tokio::spawn(async move {
        for block in line {
            while !sink.push(block.clone()) {
                tokio::task::yield_now().await;
            }
        }
    });
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        events.push(event);
    }
    feed.await.expect("the line");
    events
}

/// `None` where this program was built without the recogniser.
async fn engine() -> Option<Whisper> {
    if !speech::whisper::HAS_BUILTIN {
        return None;
    }
    let program = env!("CARGO_BIN_EXE_hearing-test-worker").into();
    let worker = WorkerCommand { program, arguments: vec!["real".into()] };
    Some(Whisper::start(WhisperSettings::new(worker, Model::Builtin)).await.expect("the recogniser"))
}

/// Small letters, no marks.
fn plain(text: &str) -> Vec<String> {
    let words = text.split_whitespace();
    let plain =
        |word: &str| word.to_lowercase().replace(|letter: char| !letter.is_alphanumeric() && letter != '\'', "");
    words.map(plain).filter(|word| !word.is_empty()).collect()
}

#[tokio::test]
async fn silence_and_noise_say_nothing() {
    let Some(engine) = engine().await else { return };
    let mut noise = 1u32;
    let hiss = (0..8_000).map(|_| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 20) as i16 - 2_048
    });
    let events = hear(&engine, blocks(&hiss.collect::<Vec<_>>())).await;
    assert!(!events.iter().any(|event| matches!(event, HearingEvent::Final { .. })), "{events:?}");
    assert!(matches!(events.last(), Some(HearingEvent::TurnEnded { text }) if text.is_empty()), "{events:?}");
}

const SAID: [&str; 5] = [
    "Yes please.",
    "What are your opening hours?",
    "I would like to make an appointment.",
    "On Monday at half past nine.",
    "I want to speak to a person.",
];

#[tokio::test]
async fn words_lie_where_the_speech_is_and_the_turn_ends_after_them() {
    let Some(engine) = engine().await else { return };
    let mut finals = 0;
    for said in SAID {
        let speech = telephone(&speak(said).await);
        let end_ms = 500 + speech.len() as u64 / 8;
        let events = hear(&engine, blocks(&speech)).await;
        assert!(matches!(events.first(), Some(HearingEvent::SpeechStarted { at_ms: 500..700 })), "{events:?}");
        assert!(matches!(events.last(), Some(HearingEvent::TurnEnded { .. })), "{events:?}");
        for event in &events {
            let HearingEvent::Final { from_ms, to_ms, words, .. } = event else { continue };
            finals += 1;
            assert!(500 <= *from_ms && *to_ms <= end_ms, "{from_ms} to {to_ms} of {end_ms}");
            assert!(words.iter().all(|word| word.from_ms < word.to_ms && word.to_ms <= *to_ms));
        }
    }
    assert!(finals > 0);
}

#[tokio::test]
async fn what_is_said_on_the_telephone_is_heard() {
    let Some(engine) = engine().await else { return };
    let mut wrong = Vec::new();
    for said in SAID {
        let events = hear(&engine, blocks(&telephone(&speak(said).await))).await;
        let Some(HearingEvent::TurnEnded { text }) = events.last() else { panic!("no end of {said}: {events:?}") };
        if plain(text) != plain(said) {
            wrong.push(format!("{said} -> {text}"));
        }
    }
    assert!(wrong.len() <= 1, "{wrong:#?}");
}
