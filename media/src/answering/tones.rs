//! Tones as they follow one another: the beep of a machine, special information tones, a busy line, one that rings.

use super::spectrum::Spectrum;

/// Nothing below is a tone, dBFS.
const LEAST_DBFS: f32 = -45.0;
/// Share of the power that one tone has, and two have.
const ONE: f32 = 0.86;
const TWO: f32 = 0.9;
/// The weaker of two has so much at least.
const SECOND: f32 = 0.1;
/// A tone stays within this share of its frequency, and within so many dB of its level.
const DRIFT: f32 = 0.02;
const FADE_DB: f32 = 6.0;
/// So much of a tone, frames: then it is one, and was no speech.
const CERTAIN: u32 = 4;
/// A beep is as long, frames: 100 ms to 3 s, less the halves of frames at its ends.
const BEEP: std::ops::RangeInclusive<u32> = 4..=151;
/// One that is shorter than this must be purer: some syllables are nearly tones.
const SHORT: u32 = 10;
const PURE: f32 = 0.94;
/// A beep is over when it has been quiet for so long, frames: 240 ms, longer than the gap of a double one.
const QUIET: u32 = 12;
/// ... that is, so much below the tone, dB.
const QUIET_DB: f32 = 12.0;
/// Other tones within this time before it, frames, make it music.
const MELODY: u32 = 125;
/// A beep's frequency, Hz.
const BEEP_HZ: std::ops::RangeInclusive<f32> = 390.0..=2_550.0;

/// Special information tones: ITU-T E.180 section 6 has 950, 1,400 and 1,800 Hz, each within 50 Hz, of 330 ms within
/// 70 ms, with gaps up to 30 ms; in North America they lie from 914 to 985, 1,371 to 1,429 and at 1,777 Hz and last for
/// 276 or 380 ms (Telcordia SR-2275).
const SPECIAL_HZ: [std::ops::RangeInclusive<f32>; 3] = [895.0..=1_005.0, 1_345.0..=1_455.0, 1_745.0..=1_855.0];
const SPECIAL_FRAMES: std::ops::RangeInclusive<u32> = 10..=22;
/// The last of them need not be heard to its end.
const SPECIAL_LAST: u32 = 8;
const SPECIAL_GAP: u32 = 4;

/// A call-progress tone: share of the power where they lie, and frames.
const PROGRESS: f32 = 0.88;
/// Two tones close to each other beat, dB.
const BEATS_DB: f32 = 14.0;
/// On and off of a busy line or network, frames: 180 to 700 ms (E.180 Supplement 2).
const BUSY: std::ops::RangeInclusive<u32> = 8..=36;
/// One rings so long at least.
const RING: u32 = 38;
/// On and off of a busy line come so often.
const BUSY_CYCLES: usize = 3;

/// Something that tones have told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// A machine's tone is over.
    Beep,
    /// Special information tones.
    Special,
    /// A busy line or network.
    Busy,
}

/// How a tone is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One frequency or two, that stay.
    Tone,
    /// Sound where the tones of lines that ring and are busy lie; two of them may beat.
    Progress,
}

/// A tone that lasts, or lasted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Run {
    from: u32,
    /// Frames of it; the last one of them was at `last`.
    frames: u32,
    last: u32,
    hz: [f32; 2],
    level: f32,
    share: f32,
}

impl Run {
    const fn length(&self) -> u32 {
        self.last + 1 - self.from
    }
}

/// Follows the tones of one stream.
#[derive(Debug, Clone, Default)]
pub(super) struct Tones {
    frame: u32,
    run: Option<Run>,
    /// The last tones that are over, the latest last.
    past: [Run; 4],
    /// Frames of quiet since the last of them; `None`: something else came, or it was told.
    quiet: Option<u32>,
    /// A call-progress tone that lasts.
    progress: Option<Run>,
    /// The last of these: when they began and ended.
    cycles: [(u32, u32); BUSY_CYCLES],
    rings: bool,
    special_told: bool,
}

impl Tones {
    /// Takes the next frame in, with its level in dBFS.
    pub(super) fn follow(&mut self, samples: &[i16], level: f32) -> Option<Signal> {
        self.frame += 1;
        let found = if level > LEAST_DBFS { Spectrum::of(samples) } else { Spectrum::default() };
        let special = self.follow_tone(&found, level);
        let busy = self.follow_progress(&found, level);
        let beep = self.follow_quiet(level);
        if special && !std::mem::replace(&mut self.special_told, true) {
            return Some(Signal::Special);
        }
        if busy { Some(Signal::Busy) } else { beep.then_some(Signal::Beep) }
    }

    /// Whether a tone of that kind may have begun with this frame.
    pub(super) fn begins(&self, kind: Kind) -> bool {
        self.of(kind).is_some_and(|run| run.from == self.frame)
    }

    /// Whether a tone of that kind is heard now, for certain.
    pub(super) fn sounds(&self, kind: Kind) -> bool {
        self.of(kind).is_some_and(|run| match kind {
            Kind::Tone => run.frames >= CERTAIN && run.share >= PURE || run.frames >= SHORT,
            Kind::Progress => run.frames >= RING,
        })
    }

    /// Whether any tone is heard now.
    pub(super) fn is_sounding(&self) -> bool {
        self.sounds(Kind::Tone) || self.sounds(Kind::Progress)
    }

    fn of(&self, kind: Kind) -> Option<&Run> {
        match kind {
            Kind::Tone => self.run.as_ref(),
            Kind::Progress => self.progress.as_ref(),
        }
    }

    /// A line that rings was heard.
    pub(super) const fn rings(&self) -> bool {
        self.rings
    }

    /// Frequency (Hz) and length (frames) of the last tone that is over.
    pub(super) fn last(&self) -> (f32, u32) {
        let run = self.past[self.past.len() - 1];
        (run.hz[0], run.frames)
    }

    /// What comes now has nothing to do with what was.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Whether special information tones are complete.
    fn follow_tone(&mut self, found: &Spectrum, level: f32) -> bool {
        let one = found.share[0] >= ONE;
        let two = !one && found.share[1] >= TWO && found.share[1] - found.share[0] >= SECOND;
        let hz = match (one, two) {
            (true, _) => Some([found.hz[0], 0.0]),
            (_, true) => Some([found.hz[0].min(found.hz[1]), found.hz[0].max(found.hz[1])]),
            _ => None,
        };
        let share = if one { found.share[0] } else { found.share[1] };
        let Some(hz) = hz else {
            // One frame may be spoilt.
            if self.run.is_some_and(|run| self.frame - run.last > 1) {
                self.end_run();
            }
            return false;
        };
        let goes_on = self.run.is_some_and(|run| {
            let near = |(a, b): (&f32, &f32)| (a - b).abs() <= DRIFT * b;
            hz.iter().zip(&run.hz).all(near) && level > run.level - FADE_DB
        });
        if !goes_on {
            self.end_run();
            let (from, last) = (self.frame, self.frame);
            self.run = Some(Run { from, frames: 1, last, hz, level, share });
            return false;
        }
        let Some(run) = &mut self.run else { return false };
        run.frames += 1;
        run.last = self.frame;
        run.level = run.level.max(level);
        let weight = 1.0 / run.frames.min(8) as f32;
        run.share += (share - run.share) * weight;
        for (mean, hz) in run.hz.iter_mut().zip(hz) {
            *mean += (hz - *mean) * weight;
        }
        let run = *run;
        run.frames == SPECIAL_LAST && self.is_special(run)
    }

    fn is_special(&self, last: Run) -> bool {
        let [.., first, second] = self.past;
        let fits = |run: &Run, place: usize| SPECIAL_HZ[place].contains(&run.hz[0]) && run.hz[1] == 0.0;
        let whole = |run: &Run| SPECIAL_FRAMES.contains(&run.length());
        let follows = |a: &Run, b: &Run| b.from.saturating_sub(a.last + 1) <= SPECIAL_GAP;
        fits(&first, 0)
            && fits(&second, 1)
            && fits(&last, 2)
            && whole(&first)
            && whole(&second)
            && follows(&first, &second)
            && follows(&second, &last)
    }

    fn end_run(&mut self) {
        let Some(run) = self.run.take().filter(|run| run.frames >= CERTAIN - 1) else { return };
        self.past.rotate_left(1);
        self.past[3] = run;
        // What has been heard since it ended is this frame at most.
        self.quiet = Some(0);
    }

    /// Whether a beep is over.
    fn follow_quiet(&mut self, level: f32) -> bool {
        let run = self.past[3];
        if self.run.is_some_and(|run| run.frames >= 2) {
            self.quiet = None;
        }
        let Some(quiet) = &mut self.quiet else { return false };
        if level > run.level - QUIET_DB && self.frame > run.last + 2 {
            // It goes on with something else: that was music, or a syllable.
            self.quiet = None;
            return false;
        }
        *quiet += 1;
        if *quiet < QUIET {
            return false;
        }
        self.quiet = None;
        self.is_beep(&run)
    }

    fn is_beep(&self, run: &Run) -> bool {
        let pure = run.length() >= SHORT || run.share >= PURE;
        let other = |past: &&Run| {
            past.frames > 0 && past.last + MELODY > run.from && (past.hz[0] - run.hz[0]).abs() > 0.03 * run.hz[0]
        };
        let melody = self.past[..3].iter().filter(other).count();
        BEEP.contains(&run.length()) && run.frames >= CERTAIN && pure && BEEP_HZ.contains(&run.hz[0]) && melody < 2
    }

    /// Whether a line is busy.
    fn follow_progress(&mut self, found: &Spectrum, level: f32) -> bool {
        let sounds = found.progress >= PROGRESS;
        match &mut self.progress {
            Some(run) if sounds && level > run.level - BEATS_DB => {
                run.frames += 1;
                run.last = self.frame;
                run.level = run.level.max(level);
                self.rings |= run.frames >= RING;
                return false;
            }
            Some(run) if self.frame - run.last <= 1 => return false,
            _ => {}
        }
        let ended = self.progress.take();
        if sounds {
            let (from, last) = (self.frame, self.frame);
            self.progress = Some(Run { from, frames: 1, last, level, ..Run::default() });
        }
        let Some(run) = ended.filter(|run| run.length() >= *BUSY.start() && run.frames + 2 >= run.length()) else {
            return false;
        };
        self.cycles.rotate_left(1);
        self.cycles[BUSY_CYCLES - 1] = (run.from, run.last + 1);
        self.is_busy()
    }

    fn is_busy(&self) -> bool {
        let on = self.cycles.map(|(from, to)| to - from);
        let off = self.cycles.windows(2).map(|pair| pair[1].0.saturating_sub(pair[0].1));
        let even = |lengths: &mut dyn Iterator<Item = u32>| {
            let (least, most) = lengths.fold((u32::MAX, 0), |(least, most), n| (least.min(n), most.max(n)));
            BUSY.contains(&least) && BUSY.contains(&most) && most <= least + 3
        };
        self.cycles[0].1 > 0 && even(&mut on.into_iter()) && even(&mut off.into_iter())
    }
}
