//! One leg of a call: its session, what was heard on it last, and its keys.

use std::sync::{Arc, LazyLock};
use std::time::Instant;

use call_model::{AudioFrame, DigitSource};

use super::digits::{DigitFilter, DigitSender};
use super::ear::Ear;
use super::{CallMediaConfig, InbandDtmf};
use crate::codec::{Codec, Encoder, FRAME_BYTES};
use crate::dtmf::Detector;
use crate::prompt::Prompt;
use crate::rtp::{Heard, Session, SessionConfig, SessionEvent};
use crate::sdp::Negotiated;

/// What G.722 settles on when it encodes silence for a while.
static G722_SILENCE: LazyLock<[u8; FRAME_BYTES]> = LazyLock::new(|| {
    let mut encoder = Encoder::new(Codec::G722);
    let mut payload = [0; FRAME_BYTES];
    for _ in 0..50 {
        encoder.encode(AudioFrame::silence(Codec::G722.sample_rate()).samples(), &mut payload);
    }
    payload
});

fn silence(codec: Codec) -> &'static [u8; FRAME_BYTES] {
    match codec {
        Codec::Pcmu => &const { [Codec::Pcmu.silence_byte(); FRAME_BYTES] },
        Codec::Pcma => &const { [Codec::Pcma.silence_byte(); FRAME_BYTES] },
        Codec::G722 => &G722_SILENCE,
    }
}

/// One leg. Large: to be boxed.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) session: Session,
    /// The last frame that was heard, at the codec's rate.
    pub(super) heard: AudioFrame,
    /// What that frame holds.
    pub(super) heard_as: Heard,
    /// Where it is listened to.
    pub(super) ear: Option<Box<Ear>>,
    pub(super) sender: DigitSender,
    /// What it alone is told.
    pub(super) whisper: Option<Whisper>,
    filter: DigitFilter,
    detector: Option<Detector>,
    /// It said goodbye, and is only drained.
    pub(super) closing: bool,
}

impl Leg {
    pub(super) fn new(session: SessionConfig, negotiated: Negotiated, config: &CallMediaConfig) -> Self {
        let session = Session::new(session, negotiated);
        let mut leg = Self {
            heard: AudioFrame::silence(session.codec().sample_rate()),
            heard_as: Heard::Silence,
            ear: None,
            session,
            sender: DigitSender::new(config.max_digits),
            whisper: None,
            filter: DigitFilter::default(),
            detector: None,
            closing: false,
        };
        leg.choose_detector(config);
        leg
    }

    pub(super) fn renegotiate(&mut self, negotiated: Negotiated, config: &CallMediaConfig) {
        self.session.renegotiate(negotiated);
        self.choose_detector(config);
    }

    fn choose_detector(&mut self, config: &CallMediaConfig) {
        let wanted = match config.inband_dtmf {
            InbandDtmf::Auto => self.session.negotiated().telephone_event.is_none(),
            InbandDtmf::Always => true,
            InbandDtmf::Never => false,
        };
        if wanted != self.detector.is_some() {
            self.detector = wanted.then(Detector::new);
        }
    }

    pub(super) fn codec(&self) -> Codec {
        self.session.codec()
    }

    /// Whether what is pushed reaches the peer.
    pub(super) fn sends(&self) -> bool {
        self.session.negotiated().send
    }

    /// Hears the next 20 ms; gives the key that was recognised in them.
    pub(super) fn hear(&mut self, now: Instant) -> Option<char> {
        self.heard_as = self.session.pull(now, &mut self.heard);
        self.detector.as_mut()?.process(&self.heard)
    }

    pub(super) fn poll_event(&mut self) -> Option<SessionEvent> {
        self.session.poll_event()
    }

    /// Whether a key has not been reported by another way just now.
    pub(super) fn is_new_digit(&mut self, digit: char, source: DigitSource, tick: u64, window: u64) -> bool {
        self.filter.is_new(digit, source, tick, window)
    }

    /// Says the next frame of what it alone is told, or silence.
    pub(super) fn say_whisper(&mut self, now: Instant) {
        let codec = self.session.codec();
        let payload = self.whisper.as_mut().and_then(|whisper| whisper.next_payload(codec));
        self.session.push_encoded(now, payload.unwrap_or(silence(codec)));
    }

    pub(super) fn say_silence(&mut self, now: Instant) {
        self.session.push_encoded(now, silence(self.session.codec()));
    }
}

/// What one leg is told and nobody else hears.
#[derive(Debug)]
pub(super) struct Whisper {
    prompts: Vec<Arc<Prompt>>,
    prompt: usize,
    frame: usize,
}

impl Whisper {
    pub(super) const fn new(prompts: Vec<Arc<Prompt>>) -> Self {
        Self { prompts, prompt: 0, frame: 0 }
    }

    /// The next frame, as this codec has it; `None` at the end.
    fn next_payload(&mut self, codec: Codec) -> Option<&[u8]> {
        while self.prompts.get(self.prompt)?.frames() <= self.frame {
            self.prompt += 1;
            self.frame = 0;
        }
        self.frame += 1;
        self.prompts[self.prompt].payload(self.frame - 1, codec)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Decoder;
    use crate::test_signal::{rms, sine};

    /// After a loud tone the silence that is sent ready-made is silent for G.722's decoder too, and at once. What remains
    /// is a ripple at 8 kHz, 60 dB down, since its decoder has known another past than the encoder.
    #[test]
    fn ready_made_silence_is_silent_after_sound() {
        for codec in Codec::ALL {
            let rate = codec.sample_rate();
            let mut payload = [0; FRAME_BYTES * 50];
            Encoder::new(codec).encode(&sine(rate, 700.0, 12_000.0, rate.hz() as usize), &mut payload);
            let mut decoder = Decoder::new(codec);
            let mut samples = vec![0; rate.hz() as usize];
            decoder.decode(&payload, &mut samples);
            assert!(rms(&samples) > 8_000.0);
            let mut frame = AudioFrame::silence(rate);
            for n in 0..50 {
                decoder.decode(silence(codec), frame.samples_mut());
                let level = rms(frame.samples());
                assert!(level < if n == 0 { 2_500.0 } else { 60.0 }, "{codec:?} frame {n}: {level}");
                let band: Vec<i16> = frame.samples().windows(2).map(|pair| i16::midpoint(pair[0], pair[1])).collect();
                assert!(n < 5 || rms(&band) < 10.0, "{codec:?} frame {n}: {}", rms(&band));
            }
        }
    }
}
