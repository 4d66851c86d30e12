use super::*;
use crate::test_signal::{amplitude, rms};

const ALL: [Country; 10] = [
    Country::De,
    Country::At,
    Country::Ch,
    Country::Gb,
    Country::Us,
    Country::Ca,
    Country::Fr,
    Country::It,
    Country::Es,
    Country::Other,
];

/// Every tone of every country, heard: the right frequencies, nothing else, at the right times, at -10 +-5 dBm0.
#[test]
fn every_tone_has_its_frequencies_cadence_and_level() {
    for country in ALL {
        for tone in [Tone::Ringback, Tone::Busy, Tone::Congestion] {
            let pattern = pattern(tone, country);
            let rounds = 2 * u64::from(pattern.cadence_ms.iter().sum::<u32>());
            for rate in [SampleRate::Narrow, SampleRate::Wide] {
                let heard = render(tone, country, rate, rounds);
                let mut from = 0;
                for (part, &ms) in pattern.cadence_ms.iter().chain(pattern.cadence_ms).enumerate() {
                    let to = from + (ms * rate.hz() / 1_000) as usize;
                    let label = format!("{tone:?} {country:?} {rate:?} part {part}");
                    check_part(&label, pattern, rate, part, &heard[from..to]);
                    from = to;
                }
            }
        }
    }
}

fn check_part(label: &str, pattern: Pattern, rate: SampleRate, part: usize, heard: &[i16]) {
    if part % 2 == 1 {
        assert!(heard.iter().all(|&s| s == 0), "{label}");
        return;
    }
    let ramp = 8 * rate.hz() as usize / 1_000;
    let steady = &heard[ramp..heard.len() - ramp];
    let power: f64 =
        pattern.hz.iter().filter(|&&hz| hz > 0.0).map(|&hz| amplitude(rate, hz, steady).powi(2) / 2.0).sum();
    assert!((power.sqrt() / rms(steady) - 1.0).abs() < 0.03, "{label}");
    let dbm0 = 20.0 * (rms(steady) * 2f64.sqrt() / peak_of_dbm0(0.0)).log10();
    assert!((-15.0..=-5.0).contains(&dbm0), "{label}: {dbm0:.1} dBm0");
}

#[test]
fn a_beep_is_steady_and_ends_softly() {
    let beep = render(Tone::Beep, Country::De, SampleRate::Narrow, 200);
    assert_eq!(beep.len(), 1_600);
    assert!(amplitude(SampleRate::Narrow, 1_000.0, &beep) > 0.97 * peak_of_dbm0(LEVEL_DBM0));
    assert_eq!(beep[0], 0);
    assert!(beep[1_599].abs() < 200);
}

#[test]
fn a_tone_keeps_its_level_for_an_hour() {
    let mut generator = ToneGenerator::new(Tone::Beep, Country::De, SampleRate::Narrow);
    let mut second = vec![0; 8_000];
    (0..3_600).for_each(|_| generator.fill(&mut second));
    assert!((amplitude(SampleRate::Narrow, 1_000.0, &second) / peak_of_dbm0(LEVEL_DBM0) - 1.0).abs() < 0.001);
}

#[test]
fn countries_are_known_by_their_codes() {
    assert_eq!(Country::from_code("DE"), Country::De);
    assert_eq!(Country::from_code("gb"), Country::Gb);
    assert_eq!(Country::from_code("xx"), Country::Other);
}
