//! A little fuzzing of the audio side by an ordinary test: the same checks as the fuzz targets.

#[path = "../../fuzz/checks/call_media.rs"]
mod call_media;
#[path = "../../fuzz/checks/dtmf.rs"]
mod dtmf;
use crate::mutate;

use call_model::SampleRate;
use mutate::Mutator;

#[test]
fn any_script_of_commands_keeps_the_books_of_a_call() {
    let mut mutator = Mutator::new(1);
    let seed: Vec<u8> = (0..400u32).flat_map(|n| [(n * 37 % 251) as u8, (n * 101 % 241) as u8]).collect();
    let mut script = seed.clone();
    for round in 0..150 {
        script = mutator.mutate(if round % 10 == 0 { &seed } else { &script }, &seed, &[&[3, 7], &[52, 40], &[60, 0]]);
        call_media::check(&script);
    }
}

#[test]
fn any_audio_is_searched_for_keys() {
    let mut mutator = Mutator::new(2);
    for rate in [SampleRate::Narrow, SampleRate::Wide] {
        let first = u8::from(rate == SampleRate::Wide);
        let samples = media::dtmf::render("1*C", rate);
        let seed: Vec<u8> = [first].into_iter().chain(samples.iter().flat_map(|s| s.to_le_bytes())).collect();
        dtmf::check(&seed);
        for _ in 0..60 {
            dtmf::check(&mutator.mutate(&seed, &seed, &[]));
        }
    }
}
