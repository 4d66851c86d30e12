//! One leg of a call: its session, what was heard on it last, and its keys.

use std::sync::{Arc, LazyLock};
use std::time::Instant;

use call_model::{AudioFrame, DigitSource};

use super::digits::{DigitFilter, DigitSender};
use super::ear::Ear;
use super::mixer::Converter;
use super::{CallMediaConfig, InbandDtmf};
use crate::codec::{Codec, Encoder, FRAME_BYTES};
use crate::dtmf::Detector;
use crate::fax::{FaxDetector, FaxTone};
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

/// 20 ms of silence, encoded; `None` for Opus, whose encoder is to know of it.
fn silence(codec: Codec) -> Option<&'static [u8; FRAME_BYTES]> {
    Some(match codec {
        Codec::Pcmu => &[0xFF; FRAME_BYTES],
        Codec::Pcma => &[0xD5; FRAME_BYTES],
        Codec::G722 => &G722_SILENCE,
        Codec::Opus => return None,
    })
}

/// One leg. Large: to be boxed.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) session: Session,
    /// The last frame that was heard, at the rate of the codec that we send.
    pub(super) heard: AudioFrame,
    /// From the rate of the codec that comes, where that is another one.
    arriving: Option<Box<Converter>>,
    /// What that frame holds.
    pub(super) heard_as: Heard,
    /// Where it is listened to.
    pub(super) ear: Option<Box<Ear>>,
    pub(super) sender: DigitSender,
    /// What it alone is told.
    pub(super) whisper: Option<Whisper>,
    filter: DigitFilter,
    detector: Option<Box<Detector>>,
    fax: Option<Box<FaxDetector>>,
    /// It said goodbye, and is only drained.
    pub(super) closing: bool,
}

impl Leg {
    pub(super) fn new(session: SessionConfig, negotiated: Negotiated, config: &CallMediaConfig) -> Self {
        let session = Session::new(session, negotiated);
        let mut leg = Self {
            heard: AudioFrame::silence(session.codec().sample_rate()),
            arriving: None,
            heard_as: Heard::Silence,
            ear: None,
            session,
            sender: DigitSender::new(config.max_digits),
            whisper: None,
            filter: DigitFilter::default(),
            detector: None,
            fax: None,
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
        let wanted = wanted && self.session.negotiated().receive;
        if wanted != self.detector.is_some() {
            self.detector = wanted.then(|| Box::new(Detector::new()));
        }
    }

    /// Whether its sound may tell keys: they are listened for in it, or have no other way.
    pub(super) fn has_keys_in_sound(&self) -> bool {
        self.detector.is_some() || self.session.negotiated().telephone_event.is_none()
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
        let rate = self.session.codec().sample_rate();
        if self.heard.rate() != rate {
            let mut scratch = AudioFrame::silence(rate);
            let converter = self.arriving.get_or_insert_default();
            self.heard = *converter.convert(&self.heard, rate, &mut scratch);
        }
        self.detector.as_mut()?.process(&self.heard)
    }

    /// Looks for fax machines in what it hears, or no more.
    pub(super) fn detect_fax(&mut self, on: bool) {
        if on != self.fax.is_some() {
            self.fax = on.then(Box::default);
        }
    }

    /// What of a fax machine was recognised in the last frame.
    pub(super) fn fax(&mut self) -> Option<FaxTone> {
        self.fax.as_mut()?.process(&self.heard)
    }

    /// Whether nobody and nothing needs to hear what comes on it or to change what goes out.
    pub(super) fn is_plain(&self) -> bool {
        let agreed = self.session.negotiated();
        let unheard = self.ear.is_none() && self.detector.is_none() && self.fax.is_none();
        let quiet = self.sender.is_idle() && !self.session.is_sending_digits();
        unheard && quiet && agreed.send && agreed.receive
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
        let Some((prompt, frame)) = self.whisper.as_mut().and_then(Whisper::next_frame) else {
            return self.say_silence(now);
        };
        if let Some(payload) = prompt.payload(frame, codec) {
            return self.session.push_encoded(now, payload);
        }
        let mut samples = AudioFrame::silence(codec.sample_rate());
        prompt.write_frame(frame, &mut samples);
        self.session.push(now, &samples);
    }

    pub(super) fn say_silence(&mut self, now: Instant) {
        let codec = self.session.codec();
        match silence(codec) {
            Some(silence) => self.session.rest(now, silence),
            None => self.session.push(now, &AudioFrame::silence(codec.sample_rate())),
        }
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

    /// The next frame; `None` at the end.
    fn next_frame(&mut self) -> Option<(&Prompt, usize)> {
        while self.prompts.get(self.prompt)?.frames() <= self.frame {
            self.prompt += 1;
            self.frame = 0;
        }
        self.frame += 1;
        Some((&self.prompts[self.prompt], self.frame - 1))
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
        for codec in Codec::FIXED {
            let rate = codec.sample_rate();
            let mut payload = [0; FRAME_BYTES * 50];
            Encoder::new(codec).encode(&sine(rate, 700.0, 12_000.0, rate.hz() as usize), &mut payload);
            let mut decoder = Decoder::new(codec);
            let mut samples = vec![0; rate.hz() as usize];
            decoder.decode(&payload, &mut samples);
            assert!(rms(&samples) > 8_000.0);
            let mut frame = AudioFrame::silence(rate);
            for n in 0..50 {
                decoder.decode(silence(codec).unwrap(), frame.samples_mut());
                let level = rms(frame.samples());
                assert!(level < if n == 0 { 2_500.0 } else { 60.0 }, "{codec:?} frame {n}: {level}");
                let band: Vec<i16> = frame.samples().windows(2).map(|pair| i16::midpoint(pair[0], pair[1])).collect();
                assert!(n < 5 || rms(&band) < 10.0, "{codec:?} frame {n}: {}", rms(&band));
            }
        }
    }
}
