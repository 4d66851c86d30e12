//! Music for one side of a bridge while the other holds.

use call_model::AudioFrame;

use super::leg::Leg;
use crate::prompt::Prompt;
use crate::vad::level_dbfs;

/// What a leg that holds sends above this is music of its own.
const AUDIBLE_DBFS: f32 = -50.0;
/// It is taken for that after so long in a row, 200 ms, so that the end of a word is not.
const SURE_FRAMES: u8 = 10;
/// For so long after it was last heard ours is not: 1 s.
const OWN_FRAMES: u8 = 50;

/// How far the music is.
#[derive(Debug, Default)]
pub(super) struct HoldMusic {
    frame: usize,
    /// Frames in a row in which the leg that holds sent sound.
    sounding: u8,
    /// Frames for which its music still counts as playing.
    own: u8,
}

impl HoldMusic {
    /// Writes the next 20 ms; `false` where the other leg does not hold, plays something itself, or there is no music.
    /// Each hold begins the music anew.
    pub(super) fn next(&mut self, other: &Leg, music: Option<&Prompt>, out: &mut AudioFrame) -> bool {
        if other.sends() {
            *self = Self::default();
            return false;
        }
        let Some(music) = music.filter(|music| music.frames() > 0) else { return false };
        let sounds = level_dbfs(other.heard.samples()) > AUDIBLE_DBFS;
        self.sounding = if sounds { self.sounding.saturating_add(1) } else { 0 };
        self.own = if self.sounding >= SURE_FRAMES { OWN_FRAMES } else { self.own.saturating_sub(1) };
        if self.own > 0 {
            return false;
        }
        self.frame = (self.frame + 1) % music.frames();
        music.write_frame(self.frame, out)
    }
}
