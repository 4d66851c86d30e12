//! Tells our own sound that comes back on a line from the voice of who is at its other end.
//!
//! A loudspeaker, or the hybrid of an analogue line, gives back what we say, some 10 to 30 dB softer and up to half a
//! second later. An echo follows the ups and downs of what was said: for the right delay the heard level is never much
//! less than the said one times the line's gain. So for each delay the guard keeps the gain that the heard level does not
//! often fall below; for a wrong delay it is lower, and where there is no echo it soon is below any. Only levels of
//! frames are compared, which costs next to nothing, and a voice that is heard besides the echo disturbs little: it can
//! only add, and what is taken for a voice is hardly learnt from.
//!
//! What it cannot tell: a voice that is no louder than the echo under it. On a line that gives back as much as a tenth of
//! the amplitude an ordinary interruption is heard as soon as ever; at a third, as soon as it is 6 dB above the echo or
//! falls into one of our pauses.

/// Delays that are looked for, in frames of 20 ms: up to 640 ms.
const DELAYS: usize = 32;
/// What was said, for the longest delay and the frame before it: an echo lies across two frames.
const SAID: usize = DELAYS + 1;
/// Below this level what is said is taken for silence, dBFS.
const LEAST_SAID: f32 = -60.0;
/// The level of silence.
const SILENCE: f32 = -100.0;
/// The gain that is assumed before anything is known, dB.
const FIRST_GAIN: f32 = -10.0;
/// The highest gain, dB: what comes back louder is no echo.
const MOST_GAIN: f32 = -8.0;
const LEAST_GAIN: f32 = -70.0;
/// The kept gain goes down by so much with a frame that is heard softer, dB, and up by so much with one that is louder:
/// it settles where one frame in three is softer, through the ups and downs of a line that does not pass all sounds
/// alike.
const DOWN: f32 = 1.0;
const UP: f32 = 0.5;
/// The same with a frame that is taken for a voice: slowly, so that a line that has changed is learnt after all.
const UP_IN_VOICE: f32 = 0.05;
/// A voice is so much louder than the echo that is expected, dB.
const MARGIN: f32 = 6.0;
/// A room goes on sounding: the expected echo falls by no more than this from frame to frame, dB.
const DECAY: f32 = 6.0;

/// Follows one line: alternately what is heard in a frame of 20 ms and what is said in it.
#[derive(Debug, Clone)]
pub struct EchoGuard {
    /// Levels of what was said, the newest first, as a ring.
    said: [f32; SAID],
    newest: usize,
    /// Frames that are left until all that was said is too long ago to come back.
    wary: usize,
    /// The gain for each delay, dB.
    gains: [f32; DELAYS],
    expected: f32,
}

impl Default for EchoGuard {
    fn default() -> Self {
        Self { said: [SILENCE; SAID], newest: 0, wary: 0, gains: [FIRST_GAIN; DELAYS], expected: SILENCE }
    }
}

impl EchoGuard {
    /// What was said in this frame, as its [level](crate::vad::level_dbfs), dBFS.
    pub fn said(&mut self, level_dbfs: f32) {
        self.newest = (self.newest + SAID - 1) % SAID;
        self.said[self.newest] = level_dbfs.max(SILENCE);
        if level_dbfs > LEAST_SAID {
            self.wary = SAID;
        } else {
            self.wary = self.wary.saturating_sub(1);
        }
    }

    /// Nothing was said in this frame.
    pub fn said_nothing(&mut self) {
        self.said(SILENCE);
    }

    /// Whether what is heard in this frame, of this level in dBFS, is no more than our echo. Nothing is learnt from a
    /// frame that is made up (`is_voice` is false).
    pub fn is_echo(&mut self, level_dbfs: f32, is_voice: bool) -> bool {
        if self.wary == 0 {
            return false;
        }
        self.expected = self.expect().max(self.expected - DECAY);
        let is_echo = level_dbfs < self.expected + MARGIN;
        if is_voice {
            self.learn(level_dbfs, if is_echo { UP } else { UP_IN_VOICE });
        }
        is_echo
    }

    /// What was said so many frames before the frame that is heard now, and in the frame before that.
    fn said_before(&self, delay: usize) -> (f32, f32) {
        let at = |delay| self.said[(self.newest + delay) % SAID];
        (at(delay), at(delay + 1))
    }

    /// The loudest echo that any delay would give.
    fn expect(&self) -> f32 {
        let echo = |delay| {
            let (one, other) = self.said_before(delay);
            one.max(other) + self.gains[delay]
        };
        (0..DELAYS).map(echo).fold(SILENCE, f32::max)
    }

    fn learn(&mut self, heard: f32, up: f32) {
        for delay in 0..DELAYS {
            let (one, other) = self.said_before(delay);
            let said = one.min(other);
            if said > LEAST_SAID {
                let gain = &mut self.gains[delay];
                let step = if heard - said < *gain { -DOWN } else { up };
                *gain = (*gain + step).clamp(LEAST_GAIN, MOST_GAIN);
            }
        }
    }
}

#[cfg(test)]
mod tests;
