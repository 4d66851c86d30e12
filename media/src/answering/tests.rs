use std::f64::consts::TAU;

use super::*;
use crate::codec::{Codec, Decoder, Encoder};
use crate::test_signal::{Noise, sine, voice};
use crate::vad::{Vad, VadConfig};

const NARROW: SampleRate = SampleRate::Narrow;

/// What was told, with the ms after the answer at which it was.
type Told = Vec<(u32, Finding)>;

fn silence(ms: usize) -> Vec<i16> {
    vec![0; ms * 8]
}

fn tone(hz: f64, ms: usize) -> Vec<i16> {
    sine(NARROW, hz, 5_000.0, ms * 8)
}

fn tones(hz: [f64; 2], ms: usize) -> Vec<i16> {
    sine(NARROW, hz[0], 3_500.0, ms * 8).iter().zip(sine(NARROW, hz[1], 3_500.0, ms * 8)).map(|(a, b)| a + b).collect()
}

/// A voice of which every pause is shorter than a person's.
fn talk(seed: u64, ms: usize) -> Vec<i16> {
    voice(&mut Noise::new(seed), NARROW, ms * 8)
}

fn noisy(mut samples: Vec<i16>, level: f64) -> Vec<i16> {
    let mut noise = Noise::new(9);
    for sample in &mut samples {
        *sample = sample.saturating_add((level * noise.gaussian()) as i16);
    }
    samples
}

/// As G.711 carries it.
fn coded(samples: &[i16]) -> Vec<i16> {
    let mut payload = vec![0; samples.len()];
    Encoder::new(Codec::Pcma).encode(samples, &mut payload);
    let mut out = vec![0; samples.len()];
    Decoder::new(Codec::Pcma).decode(&payload, &mut out);
    out
}

fn feed(classifier: &mut Classifier, samples: &[i16]) -> Told {
    let mut vad = Vad::new(VadConfig::default());
    let mut frame = AudioFrame::silence(NARROW);
    let mut told = Vec::new();
    for (n, chunk) in samples.chunks_exact(160).enumerate() {
        frame.samples_mut().copy_from_slice(chunk);
        vad.process(&frame, true);
        let found = classifier.process(&frame, vad.is_voiced());
        told.extend(found.map(|found| ((n as u32 + 1) * 20, found)));
    }
    told
}

fn hear(samples: &[i16]) -> Told {
    let mut classifier = Classifier::new(AnsweringConfig::default());
    classifier.answered();
    feed(&mut classifier, &noisy(coded(samples), 6.0))
}

fn verdict(told: &Told) -> Option<(AnsweredBy, AnswerSign, u32)> {
    told.iter().find_map(|(at, found)| match found {
        Finding::Answered(answered) => Some((answered.by, answered.sign, *at)),
        Finding::Ready { .. } => None,
    })
}

fn beeps(told: &Told) -> Vec<u32> {
    told.iter().filter(|(_, found)| *found == Finding::Ready { beep: true }).map(|(at, _)| *at).collect()
}

#[test]
fn a_word_and_silence_is_a_person_soon_after_it() {
    for seed in 1..8 {
        let told = hear(&[silence(600), talk(seed, 500), silence(3_000)].concat());
        let (by, sign, at) = verdict(&told).expect("a verdict");
        assert_eq!((by, sign), (AnsweredBy::Person, AnswerSign::ShortGreeting), "{told:?}");
        assert!(at < 2_300, "about a second after the word: {told:?}");
    }
}

#[test]
fn a_sentence_and_silence_is_a_person_who_answers_for_a_business() {
    for (seed, ms) in [(1, 1_800), (2, 2_300), (3, 2_700), (4, 3_000)] {
        let told = hear(&[silence(300), talk(seed, ms), silence(3_000)].concat());
        let (by, _, at) = verdict(&told).expect("a verdict");
        assert_eq!(by, AnsweredBy::Person, "{ms}: {told:?}");
        assert!(at < 300 + ms as u32 + 1_300, "soon after it: {told:?}");
    }
}

#[test]
fn who_goes_on_and_on_is_a_machine_and_its_tone_is_our_turn() {
    for (seed, beep) in [(1, tone(1_000.0, 400)), (2, tone(440.0, 150)), (3, tones([900.0, 1_350.0], 800))] {
        let greeting = [silence(300), talk(seed, 6_000), silence(200)].concat();
        let ends = (greeting.len() + beep.len()) as u32 / 8;
        let told = hear(&[greeting, beep, silence(4_000)].concat());
        let (by, _, at) = verdict(&told).expect("a verdict");
        assert_eq!(by, AnsweredBy::Machine, "{told:?}");
        assert!(at <= 4_600, "{told:?}");
        let beeps = beeps(&told);
        assert!(beeps.len() == 1 && (ends..ends + 320).contains(&beeps[0]), "the tone is over at {ends}: {told:?}");
    }
}

#[test]
fn every_tone_of_a_machine_is_heard_once_and_no_voice_or_melody_is_one() {
    for hz in [400.0, 480.0, 700.0, 1_000.0, 1_400.0, 2_000.0, 2_500.0] {
        for ms in [100, 200, 500, 1_000, 2_900] {
            for level in [0.0, 60.0] {
                let sound = [talk(5, 2_000), silence(300), tone(hz, ms), silence(1_500)].concat();
                let mut classifier = Classifier::new(AnsweringConfig::default());
                classifier.answered();
                let told = feed(&mut classifier, &noisy(coded(&sound), level));
                assert_eq!(beeps(&told).len(), 1, "{hz} Hz for {ms} ms in noise {level}: {told:?}");
            }
        }
    }
    // Two in a row are one turn, after the second.
    let told = hear(&[talk(5, 3_000), tone(800.0, 150), silence(120), tone(800.0, 150), silence(1_000)].concat());
    assert_eq!(beeps(&told).len(), 1, "{told:?}");
    let mut found = 0;
    for seed in 0..20 {
        found += beeps(&hear(&talk(100 + seed, 20_000))).len();
    }
    assert!(found <= 2, "{found} beeps in 400 s of a voice");
    let melody = [440.0, 523.3, 659.3, 587.3, 784.0, 523.3, 440.0, 392.0].repeat(4);
    let notes: Vec<i16> = melody.iter().flat_map(|hz| [tone(*hz, 300), silence(280)].concat()).collect();
    assert!(beeps(&hear(&notes)).len() <= 1, "{:?}", hear(&notes));
}

#[test]
fn special_information_tones_are_told_before_and_after_the_answer() {
    let one = |hz: [f64; 3], ms: [usize; 3]| [tone(hz[0], ms[0]), tone(hz[1], ms[1]), tone(hz[2], ms[2])].concat();
    for sound in [
        one([950.0, 1_400.0, 1_800.0], [330; 3]),
        one([985.2, 1_370.6, 1_776.7], [380, 276, 380]),
        one([913.8, 1_428.5, 1_776.7], [276, 380, 380]),
    ] {
        let sound = [silence(200), sound, talk(3, 2_000)].concat();
        let told = hear(&sound);
        let first = verdict(&told).expect("a verdict");
        assert_eq!((first.0, first.1), (AnsweredBy::Unobtainable, AnswerSign::SpecialTone), "{told:?}");
        assert!(first.2 < 1_400, "{told:?}");
        let told = feed(&mut Classifier::new(AnsweringConfig::default()), &coded(&sound));
        assert!(matches!(told[..], [(_, Finding::Answered(Answered { after_ms: 0, .. }))]), "{told:?}");
    }
    let other = one([950.0, 1_200.0, 1_800.0], [330; 3]);
    assert_ne!(verdict(&hear(&other)).map(|found| found.0), Some(AnsweredBy::Unobtainable));
}

#[test]
fn a_busy_line_is_told_and_one_that_rings_is_nobody_yet() {
    let cycle = |hz: [f64; 2], on, off| {
        let sound = if hz[1] > 0.0 { tones(hz, on) } else { tone(hz[0], on) };
        [sound, silence(off)].concat().repeat(5)
    };
    for (hz, on) in
        [([425.0, 0.0], 240), ([425.0, 0.0], 480), ([480.0, 620.0], 500), ([480.0, 620.0], 250), ([400.0, 0.0], 375)]
    {
        let told = hear(&cycle(hz, on, on));
        let (by, sign, at) = verdict(&told).expect("a verdict");
        assert_eq!((by, sign), (AnsweredBy::Unobtainable, AnswerSign::BusyTone), "{hz:?} {on}: {told:?}");
        assert!(at <= 3_000, "{told:?}");
    }
    for hz in [[425.0, 0.0], [440.0, 480.0]] {
        let told = hear(&cycle(hz, 1_000, 4_000)[..40_000]);
        assert_eq!(verdict(&told).map(|found| found.0), Some(AnsweredBy::Unsure), "{hz:?}: {told:?}");
        assert!(beeps(&told).is_empty(), "{told:?}");
    }
}

#[test]
fn a_fax_machine_and_silence_are_told() {
    let told = hear(&[silence(500), tone(2_100.0, 3_000)].concat());
    assert_eq!(verdict(&told).map(|found| found.0), Some(AnsweredBy::Fax), "{told:?}");
    let told = hear(&silence(5_000));
    assert_eq!(verdict(&told), Some((AnsweredBy::Silence, AnswerSign::NothingHeard, 3_000)));
    assert_eq!(told.len(), 2, "and then it is our turn: {told:?}");
}

#[test]
fn words_decide_at_once_and_an_assistant_gives_way_to_a_person() {
    let mut classifier = Classifier::new(AnsweringConfig::default());
    classifier.answered();
    assert!(feed(&mut classifier, &talk(3, 1_000)).is_empty());
    classifier.understood(clue("Hi, please state your name and why you are calling").expect("a clue"));
    let told = feed(&mut classifier, &[talk(4, 1_000), silence(1_500)].concat());
    assert!(matches!(told[0].1, Finding::Answered(Answered { by: AnsweredBy::Screening, .. })), "{told:?}");
    assert!(matches!(told[1..], [(_, Finding::Ready { beep: false })]), "{told:?}");
    classifier.announced();
    let told = feed(&mut classifier, &silence(20_000));
    assert_eq!(told, [(5_000, Finding::Ready { beep: false })], "once: whoever came may have heard nothing");
    let told = feed(&mut classifier, &[talk(7, 400), silence(1_600)].concat());
    assert_eq!(verdict(&told).map(|found| found.0), Some(AnsweredBy::Person), "{told:?}");
}

/// An assistant that has asked who calls, and was told.
fn announced(meanwhile: &[i16]) -> Classifier {
    let mut classifier = Classifier::new(AnsweringConfig::default());
    classifier.answered();
    feed(&mut classifier, &talk(3, 1_000));
    classifier.understood(Clue::Screening);
    feed(&mut classifier, &[talk(4, 500), silence(1_500), meanwhile.to_vec()].concat());
    classifier.announced();
    classifier
}

#[test]
fn a_line_that_rings_right_after_an_assistant_has_spoken_breaks_nothing() {
    for pause in [100, 300, 500, 700, 900] {
        for sound in [tones([440.0, 480.0], 2_000), tone(1_000.0, 2_000)] {
            let mut classifier = announced(&silence(0));
            let told = feed(&mut classifier, &[talk(5, 4_000), silence(pause), sound, silence(900)].concat());
            assert_ne!(verdict(&told).map(|found| found.0), Some(AnsweredBy::Person), "{pause}: {told:?}");
        }
    }
}

#[test]
fn who_asks_us_to_wait_is_not_the_person() {
    let mut classifier = announced(&silence(0));
    assert!(feed(&mut classifier, &talk(5, 800)).is_empty());
    classifier.understood(clue("Please stay on the line").expect("a clue"));
    assert!(feed(&mut classifier, &[talk(6, 800), silence(1_500)].concat()).is_empty(), "it is the assistant");
    classifier.understood(Clue::Hold);
    let told = feed(&mut classifier, &[talk(7, 400), silence(1_600)].concat());
    assert_eq!(verdict(&told).map(|found| found.0), Some(AnsweredBy::Person), "{told:?}");
}

#[test]
fn who_comes_to_the_phone_while_we_speak_is_heard() {
    let mut classifier = announced(&[silence(1_000), talk(7, 400), silence(600)].concat());
    let told = feed(&mut classifier, &silence(1_000));
    assert_eq!(verdict(&told).map(|found| found.0), Some(AnsweredBy::Person), "{told:?}");
    let mut classifier = announced(&[talk(7, 400), silence(4_000)].concat());
    let told = feed(&mut classifier, &silence(7_000));
    assert_eq!(told, [(5_000, Finding::Ready { beep: false })], "too long ago: we speak again");
}

#[test]
fn a_verdict_is_never_later_than_the_setting() {
    for seed in 0..30 {
        let late = 1_500 + 100 * seed as usize;
        let sound = [silence(late), talk(seed, 700), silence(350)].concat();
        let told = hear(&[sound.clone(), sound].concat());
        assert!(verdict(&told).is_some_and(|found| found.2 <= 4_600), "{told:?}");
    }
}

#[test]
fn wide_and_narrow_sound_are_the_same() {
    let mut classifier = Classifier::new(AnsweringConfig::default());
    classifier.answered();
    let wide = |n: usize| (5_000.0 * (TAU * 1_000.0 * n as f64 / 16_000.0).sin()) as i16;
    let mut frame = AudioFrame::silence(SampleRate::Wide);
    let mut told = Vec::new();
    for n in 0..60 {
        let sounds = n < 20;
        let sample = |i: usize| if sounds { wide(n * 320 + i) } else { 0 };
        frame.samples_mut().iter_mut().enumerate().for_each(|(i, out)| *out = sample(i));
        told.extend(classifier.process(&frame, sounds));
    }
    assert!(
        matches!(told[..], [Finding::Answered(Answered { sign: AnswerSign::Beep, .. }), Finding::Ready { beep: true }]),
        "{told:?}"
    );
}
