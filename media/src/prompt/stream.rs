//! Prompts of sound that comes in pieces.

use std::fmt;

use call_model::SampleRate;

use super::{Prompt, PromptError};
use crate::codec::{Codec, Encoder};
use crate::resample::PieceResampler;

/// Makes prompts of sound that comes piece by piece, so that one after the other they are what
/// [`Prompt::from_samples`] makes of the whole, to the bit: the filters and the encoders go on from piece to piece.
///
/// Each prompt is whole frames of 20 ms. Its sound lies at its own time; a frame can be told when 3 ms more of the
/// sound are known.
pub struct PromptStream {
    rate: SampleRate,
    resampler: PieceResampler,
    /// What is in no prompt yet, at both rates.
    narrow: Vec<i16>,
    wide: Vec<i16>,
    form: Form,
}

/// What the prompts are to be good for.
enum Form {
    /// Every leg. G.722 remembers what it encoded.
    All(Encoder),
    /// A leg of one codec.
    One(Encoder),
}

impl PromptStream {
    /// For mono samples at that rate.
    pub fn new(rate: SampleRate) -> Self {
        Self {
            rate,
            resampler: PieceResampler::new(rate),
            narrow: Vec::new(),
            wide: Vec::new(),
            form: Form::All(Encoder::new(Codec::G722)),
        }
    }

    /// The same for a leg of one codec alone: what is said once, to one caller, takes less room and work.
    pub fn for_codec(rate: SampleRate, codec: Codec) -> Self {
        Self { form: Form::One(Encoder::new(codec)), ..Self::new(rate) }
    }

    fn needs(&self, rate: SampleRate) -> bool {
        match &self.form {
            Form::All(_) => true,
            Form::One(encoder) => encoder.codec().sample_rate() == rate,
        }
    }

    /// The rate of the samples that it takes.
    pub const fn rate(&self) -> SampleRate {
        self.rate
    }

    /// How many of the samples taken, at [`rate`](Self::rate), are in no prompt yet: less than 23 ms.
    pub fn held(&self) -> usize {
        match self.rate {
            SampleRate::Narrow => self.narrow.len(),
            SampleRate::Wide => self.wide.len(),
        }
    }

    /// Takes the next samples and gives the frames that are certain by now, if there are any. A piece that is longer
    /// than [`Prompt::MAX_MS`] is an error and changes nothing.
    pub fn push(&mut self, samples: &[i16]) -> Result<Option<Prompt>, PromptError> {
        Prompt::check_length(samples.len(), self.rate.hz())?;
        self.take(samples);
        let ready = [(&self.narrow, SampleRate::Narrow), (&self.wide, SampleRate::Wide)]
            .into_iter()
            .filter(|(_, rate)| self.needs(*rate))
            .map(|(samples, rate)| samples.len() / rate.frame_samples());
        let frames = ready.min().unwrap_or(0);
        if frames == 0 {
            return Ok(None);
        }
        let first = |samples: &mut Vec<i16>, rate: SampleRate| {
            samples.drain(..(frames * rate.frame_samples()).min(samples.len())).collect()
        };
        let narrow = first(&mut self.narrow, SampleRate::Narrow);
        let wide = first(&mut self.wide, SampleRate::Wide);
        Ok(Some(self.form.prompt(narrow, wide)))
    }

    /// The rest, whose last frame is filled up with silence; `None` when nothing is left.
    pub fn finish(mut self) -> Option<Prompt> {
        match self.rate {
            SampleRate::Narrow => self.resampler.finish(&mut self.wide),
            SampleRate::Wide => self.resampler.finish(&mut self.narrow),
        }
        let prompt = self.form.prompt(self.narrow, self.wide);
        (prompt.frames() > 0).then_some(prompt)
    }

    /// Takes samples without giving any.
    pub(super) fn take(&mut self, samples: &[i16]) {
        let resamples = self.needs(match self.rate {
            SampleRate::Narrow => SampleRate::Wide,
            SampleRate::Wide => SampleRate::Narrow,
        });
        let (same, other) = match self.rate {
            SampleRate::Narrow => (&mut self.narrow, &mut self.wide),
            SampleRate::Wide => (&mut self.wide, &mut self.narrow),
        };
        same.extend_from_slice(samples);
        if resamples {
            self.resampler.push(samples, other);
        }
    }
}

impl Form {
    fn prompt(&mut self, narrow: Vec<i16>, wide: Vec<i16>) -> Prompt {
        match self {
            Self::All(g722) => Prompt::encoded(narrow, wide, g722),
            Self::One(encoder) => {
                let samples = match encoder.codec().sample_rate() {
                    SampleRate::Narrow => narrow,
                    SampleRate::Wide => wide,
                };
                Prompt::encoded_as(samples, encoder)
            }
        }
    }
}

impl fmt::Debug for PromptStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PromptStream").field("rate", &self.rate).field("held", &self.held()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use call_model::AudioFrame;

    use super::*;
    use crate::codec::Decoder;
    use crate::test_signal::{Noise, sine, snr_db};

    const RATES: [SampleRate; 2] = [SampleRate::Narrow, SampleRate::Wide];

    /// Rises evenly from 50 Hz to nearly half the rate.
    fn chirp(rate: SampleRate, samples: usize) -> Vec<i16> {
        let hz = f64::from(rate.hz());
        let rise = (0.49 * hz - 50.0) / samples as f64;
        let turns = |n: f64| (50.0 + 0.5 * rise * n) * n / hz;
        (0..samples).map(|n| (10_000.0 * (TAU * turns(n as f64)).sin()).round() as i16).collect()
    }

    /// The prompts of samples that come in pieces of 0 to `longest` samples.
    fn streamed(samples: &[i16], rate: SampleRate, longest: usize, noise: &mut Noise) -> Vec<Prompt> {
        let mut stream = PromptStream::new(rate);
        let mut prompts = Vec::new();
        let mut rest = samples;
        while !rest.is_empty() {
            let length = (noise.unit() * (longest + 1) as f64) as usize;
            let (piece, after) = rest.split_at(length.min(rest.len()));
            prompts.extend(stream.push(piece).unwrap());
            assert!(stream.held() < rate.frame_samples() * 23 / 20);
            rest = after;
        }
        prompts.extend(stream.finish());
        prompts
    }

    fn samples(prompts: &[Prompt], rate: SampleRate) -> Vec<i16> {
        prompts.iter().flat_map(|prompt| prompt.samples(rate)).copied().collect()
    }

    fn payloads(prompts: &[Prompt], codec: Codec) -> Vec<u8> {
        let frames = prompts.iter().flat_map(|prompt| (0..prompt.frames()).map(move |frame| (prompt, frame)));
        frames.flat_map(|(prompt, frame)| prompt.payload(frame, codec).unwrap()).copied().collect()
    }

    #[test]
    fn pieces_are_the_whole_wherever_it_is_cut() {
        let mut noise = Noise::new(20);
        for rate in RATES {
            let length = 2 * rate.hz() as usize + 77;
            for signal in [sine(rate, 1_234.5, 10_000.0, length), chirp(rate, length)] {
                let whole = [Prompt::from_samples(&signal, rate.hz()).unwrap()];
                for longest in [1, 7, 100, 321, 1_000, 5_000, length] {
                    let pieces = streamed(&signal, rate, longest, &mut noise);
                    for rate in RATES {
                        assert_eq!(samples(&pieces, rate), samples(&whole, rate), "{longest}");
                    }
                    for codec in Codec::FIXED {
                        assert_eq!(payloads(&pieces, codec), payloads(&whole, codec), "{codec:?} {longest}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_prompt_for_one_codec_sounds_as_one_for_all_and_takes_less_room() {
        let mut noise = Noise::new(22);
        for rate in RATES {
            let length = rate.hz() as usize + 77;
            let signal = chirp(rate, length);
            let whole = Prompt::from_samples(&signal, rate.hz()).unwrap();
            for codec in Codec::FIXED {
                let mut stream = PromptStream::for_codec(rate, codec);
                let mut pieces = Vec::new();
                let mut rest = signal.as_slice();
                while !rest.is_empty() {
                    let (piece, after) = rest.split_at(((noise.unit() * 700.0) as usize).min(rest.len()));
                    pieces.extend(stream.push(piece).unwrap());
                    rest = after;
                }
                pieces.extend(stream.finish());
                assert_eq!(
                    payloads(&pieces, codec),
                    payloads(std::slice::from_ref(&whole), codec),
                    "{codec:?} {rate:?}"
                );
                for other in Codec::FIXED.into_iter().filter(|other| *other != codec) {
                    assert_eq!(pieces[0].payload(0, other), None);
                }
                // What is mixed and recorded of it is what the caller hears, at any rate.
                for at in RATES {
                    let mut frame = AudioFrame::silence(at);
                    let mut heard = Vec::new();
                    for piece in &pieces {
                        for number in 0..piece.frames() {
                            assert!(piece.write_frame(number, &mut frame));
                            heard.extend_from_slice(frame.samples());
                        }
                        assert!(!piece.write_frame(piece.frames(), &mut frame));
                    }
                    // The first half of the chirp lies below 2 kHz, where nothing is folded.
                    let half = heard.len() / 4;
                    let snr = snr_db(&whole.samples(at)[..half], &heard[..half], 0);
                    assert!(snr > 12.0, "{codec:?} from {rate:?} at {at:?}: {snr} dB");
                }
            }
        }
    }

    #[test]
    fn a_tone_in_pieces_comes_out_of_every_codec_without_a_tick() {
        let mut noise = Noise::new(21);
        for rate in RATES {
            let pieces = streamed(&sine(rate, 1_000.0, 10_000.0, rate.hz() as usize), rate, 700, &mut noise);
            assert!(pieces.len() > 10);
            // The QMF of G.722 delays by 22 samples.
            for (codec, delay, least) in [(Codec::Pcma, 0, 35.0), (Codec::Pcmu, 0, 35.0), (Codec::G722, 22, 30.0)] {
                let rate = codec.sample_rate();
                let mut heard = vec![0; rate.hz() as usize];
                Decoder::new(codec).decode(&payloads(&pieces, codec), &mut heard);
                let meant = sine(rate, 1_000.0, 10_000.0, heard.len());
                // Each frame by itself: a tick would be in one.
                let frame = rate.frame_samples();
                for at in (2 * frame..heard.len() - 2 * frame).step_by(frame) {
                    let snr = snr_db(&meant[at..at + frame + delay], &heard[at..at + frame + delay], delay);
                    assert!(snr > least, "{codec:?} at {at}: {snr}");
                }
            }
        }
    }

    #[test]
    fn a_frame_comes_with_3_ms_of_what_follows_it_and_begins_at_its_own_time() {
        for rate in RATES {
            let frame = rate.frame_samples();
            let soon = frame + frame * 3 / 20;
            let mut click = vec![0; soon];
            click[frame / 2] = 10_000;
            let mut stream = PromptStream::new(rate);
            assert!(stream.push(&click[..frame]).unwrap().is_none());
            let first = stream.push(&click[frame..]).unwrap().expect("a frame");
            assert_eq!((first.frames(), stream.held()), (1, soon - frame));
            for rate in RATES {
                let loudest = (0..rate.frame_samples()).max_by_key(|&n| first.samples(rate)[n]);
                assert_eq!(loudest, Some(rate.frame_samples() / 2));
            }
            let rest = stream.finish().expect("the rest");
            assert_eq!(rest.frames(), 1);
        }
    }

    #[test]
    fn nothing_is_no_prompt() {
        let mut stream = PromptStream::new(SampleRate::Wide);
        assert!(stream.push(&[]).unwrap().is_none());
        assert!(stream.finish().is_none());
    }
}
