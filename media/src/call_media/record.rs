//! Messages that the caller leaves, and the recording of the call.

use call_model::{AudioFrame, MAX_FRAME_SAMPLES, RecordEnd, RecordId, RecordSettings, SampleRate};

use super::mixer::Converter;
use super::tap::{TapQueue, TapWriter};
use super::{MediaEvent, TapStream};

/// Kept after the last speech, so that a message does not end on a cut syllable.
const TAIL_MS: u64 = 200;
/// A key is recognised up to so long after it was pressed.
const KEY_MS: u64 = 60;
/// Frames that an in-band key may have passed for speech before it was recognised.
const KEY_FRAMES: usize = 4;

/// A message that is being recorded.
#[derive(Debug)]
pub(super) struct MessageRecord {
    id: RecordId,
    settings: RecordSettings,
    /// When its first sample is heard, on the call's media clock.
    from_ms: u64,
    tap: TapWriter,
    converter: Converter,
    /// Where speech ended, in samples: as of now and of the last few frames, the newest first; `None` before any.
    speech_end: [Option<u64>; KEY_FRAMES],
}

impl MessageRecord {
    pub(super) fn new(id: RecordId, settings: RecordSettings, rate: SampleRate, from_ms: u64) -> Self {
        Self {
            id,
            settings,
            from_ms,
            tap: TapWriter::new(TapStream::Record(id), rate),
            converter: Converter::default(),
            speech_end: [None; KEY_FRAMES],
        }
    }

    pub(super) fn id(&self) -> RecordId {
        self.id
    }

    /// Takes the next frame in; tells why the record ends with it, if it does.
    pub(super) fn write(&mut self, heard: &AudioFrame, voiced: bool, taps: &mut TapQueue) -> Option<RecordEnd> {
        let mut scratch = AudioFrame::silence(self.tap.rate());
        let frame = self.converter.convert(heard, self.tap.rate(), &mut scratch);
        let left = self.samples(self.settings.max_ms).saturating_sub(self.tap.position());
        let samples = frame.samples();
        self.tap.write(&samples[..samples.len().min(left as usize)], taps);

        self.speech_end.copy_within(..KEY_FRAMES - 1, 1);
        if voiced {
            self.speech_end[0] = Some(self.tap.position());
        }
        if self.tap.position() >= self.samples(self.settings.max_ms) {
            return Some(RecordEnd::MaxLength);
        }
        let silence = self.tap.position() - self.speech_end[0].unwrap_or(0);
        let limit = self.samples(self.settings.silence_ms);
        (limit > 0 && silence >= limit).then_some(RecordEnd::Silence)
    }

    /// Whether this key ends it.
    pub(super) fn ends_by(&self, digit: char) -> bool {
        self.settings.terminators.chars().any(|key| key.eq_ignore_ascii_case(&digit))
    }

    /// Ends it. What is kept ends soon after the last speech, and before the key.
    pub(super) fn finish(self, end: RecordEnd, taps: &mut TapQueue) -> MediaEvent {
        let position = self.tap.position();
        let by_key = matches!(end, RecordEnd::Key(_));
        let speech_end = if by_key { self.speech_end[KEY_FRAMES - 1] } else { self.speech_end[0] };
        let limit = if by_key { position.saturating_sub(self.samples(KEY_MS)) } else { position };
        let kept = speech_end.map_or(0, |at| at + self.samples(TAIL_MS)).min(limit);
        let duration_ms = kept * 1_000 / u64::from(self.tap.rate().hz());
        let (id, from_ms) = (self.id, self.from_ms);
        self.tap.finish(kept, taps);
        MediaEvent::RecordEnded { record: id, end, duration_ms, from_ms }
    }

    fn samples(&self, ms: u64) -> u64 {
        ms.saturating_mul(u64::from(self.tap.rate().hz())) / 1_000
    }
}

/// What the caller heard from us in a tick.
#[derive(Debug, Clone, Copy)]
pub(super) enum Said<'a> {
    /// Nothing.
    Silence,
    /// 20 ms at the rate of the caller's codec.
    Samples(&'a [i16]),
}

fn other(rate: SampleRate) -> SampleRate {
    match rate {
        SampleRate::Narrow => SampleRate::Wide,
        SampleRate::Wide => SampleRate::Narrow,
    }
}

/// The stereo recording of the call: left the caller, right what the caller hears from us.
#[derive(Debug)]
pub(super) struct CallRecording {
    tap: TapWriter,
    paused: bool,
    left: Converter,
    right: Converter,
}

impl CallRecording {
    pub(super) fn new(rate: SampleRate) -> Self {
        Self {
            tap: TapWriter::new(TapStream::Call, rate),
            paused: false,
            left: Converter::default(),
            right: Converter::default(),
        }
    }

    pub(super) fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// Takes the next frame of both sides in; `None` is silence. Both have the same rate, so that both are delayed alike
    /// where the recording has another one.
    pub(super) fn write(&mut self, heard: Option<&AudioFrame>, said: Said<'_>, taps: &mut TapQueue) {
        let rate = self.tap.rate();
        let mut interleaved = [0; 2 * MAX_FRAME_SAMPLES];
        let block = &mut interleaved[..2 * rate.frame_samples()];
        if !self.paused {
            let mut scratch = AudioFrame::silence(rate);
            if let Some(heard) = heard {
                let frame = self.left.convert(heard, rate, &mut scratch);
                block.iter_mut().step_by(2).zip(frame.samples()).for_each(|(place, &sample)| *place = sample);
            }
            let right = match said {
                Said::Silence => &[],
                Said::Samples(samples) if samples.len() == rate.frame_samples() => samples,
                Said::Samples(samples) => {
                    let mut frame = AudioFrame::silence(other(rate));
                    frame.samples_mut().copy_from_slice(samples);
                    self.right.convert(&frame, rate, &mut scratch);
                    scratch.samples()
                }
            };
            block.iter_mut().skip(1).step_by(2).zip(right).for_each(|(place, &sample)| *place = sample);
        }
        self.tap.write(block, taps);
    }

    pub(super) fn finish(self, taps: &mut TapQueue) {
        let end = self.tap.position();
        self.tap.finish(end, taps);
    }
}
