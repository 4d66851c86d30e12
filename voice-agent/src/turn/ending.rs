//! When a turn is over, and when nobody speaks at all.

use super::barge::Barge;
use super::finish::{Expected, Reading, reading};
use super::heard::join;
use super::machine::TurnMachine;
use super::words::{Interjection, normal};
use super::{Ours, Patience, TurnContext, TurnOutput};

/// What happens when the time has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    End,
    NotUnderstood,
    Quiet,
    Deaf,
}

/// Words that stand still under a sound that does not end are a turn on a noisy line, ms.
const STUCK: u64 = 8_000;
/// The same after the recogniser's own end of turn, ms.
const STUCK_AFTER_SIGNAL: u64 = 600;
/// How much longer a sound of which nobody understands a word is waited for than silence: a noisy line, ms.
const NO_WORDS: u64 = 22_000;
/// How much later than the end of a turn its line may claim to end, ms.
const SLACK: u64 = 150;
/// A word of listening this short before our question ends answers it, ms.
const JUST_BEFORE: u64 = 1_500;
/// A model's score from which a turn is held for over, and below which it is not.
const SCORES: (f32, f32) = (0.8, 0.3);

impl TurnMachine {
    /// How these words read as a turn.
    pub(super) fn read(&self, text: &str) -> Reading {
        let read = reading(self.lexicon, text, self.expected);
        let context = TurnContext { language: &self.language, agent: &self.said, caller: text };
        match (read, self.scorer.as_ref().and_then(|scorer| scorer.score(context))) {
            (Reading::Dictating, _) | (_, None) => read,
            (_, Some(score)) if score >= SCORES.0 => Reading::Complete,
            (_, Some(score)) if score <= SCORES.1 => Reading::Unfinished,
            _ => read,
        }
    }

    /// Whether an answer to these words is worth preparing.
    pub(super) fn may_be_over(&self, text: &str) -> bool {
        !matches!(self.read(text), Reading::Unfinished | Reading::Dictating)
    }

    /// Silence that ends a turn which reads like this, ms.
    fn silence(&self, read: Reading) -> u64 {
        let settings = &self.settings;
        let base = settings.silence[self.patience as usize];
        let usual = self.pauses.usual().unwrap_or(0);
        let silence = match read {
            Reading::Complete => {
                let caution = u64::from(self.pauses.premature()) * 15;
                base * (settings.complete_percent + caution).min(100) / 100
            }
            Reading::Open => base.max(usual.min(base * 2)),
            Reading::Unfinished => base.max(usual) + settings.unfinished,
            Reading::Dictating if self.patience == Patience::Patient => settings.dictation * 3 / 2,
            Reading::Dictating => settings.dictation.max(usual),
        };
        silence.clamp(settings.bounds.0, settings.bounds.1)
    }

    pub(super) fn deadline(&self) -> Option<u64> {
        let turn = self.due().map(|(at, _)| at);
        self.barge_deadline().into_iter().chain(turn).min()
    }

    pub(super) fn check(&mut self, now: u64) {
        let text = self.heard.text();
        if text != self.reading.0 {
            self.reading = (text, Reading::Open);
            self.reading.1 = self.read(&self.reading.0);
        }
        self.check_barge(now);
        let Some((at, due)) = self.due() else { return };
        if now < at {
            return;
        }
        match due {
            Due::End => self.take(now),
            Due::NotUnderstood => {
                self.heard.clear();
                self.signal = None;
                self.quiet_since = now;
                self.put(TurnOutput::NotUnderstood);
            }
            Due::Quiet => {
                self.prompts += 1;
                self.quiet_since = now;
                let over = self.prompts > self.settings.prompts;
                self.put(if over { TurnOutput::GiveUp } else { TurnOutput::Prompt(self.prompts) });
            }
            Due::Deaf => {
                self.deaf_told = true;
                self.put(TurnOutput::Deaf);
            }
        }
    }

    /// What is due next while the caller has the floor.
    fn due(&self) -> Option<(u64, Due)> {
        if self.ours != Ours::Idle {
            return None;
        }
        if !self.keys.is_empty() {
            let wait = if self.keys.ends_with('#') { 0 } else { self.settings.keys };
            return Some((self.key_at + wait, Due::End));
        }
        if !self.heard.is_empty() {
            return Some((self.end_of_turn(), Due::End));
        }
        if let Some(since) = self.voice {
            return Some((since.max(self.quiet_since) + self.settings.quiet + NO_WORDS, Due::Quiet));
        }
        if self.heard.voiced >= self.settings.meant {
            let at = self.signal.unwrap_or(self.voice_end + self.settings.late_line);
            return Some((at, Due::NotUnderstood));
        }
        match self.deaf_since {
            Some(since) if !self.deaf_told => Some((since + self.settings.deaf, Due::Deaf)),
            _ => Some((self.quiet_since + self.settings.quiet, Due::Quiet)),
        }
    }

    /// When the words so far are a turn, if nothing more comes.
    fn end_of_turn(&self) -> u64 {
        let (settings, read) = (&self.settings, self.reading.1);
        if let Some(since) = self.voice {
            let stuck = self.heard.at.max(since) + STUCK;
            return self.signal.map_or(stuck, |at| at + STUCK_AFTER_SIGNAL);
        }
        if let Some(at) = self.signal {
            return match read {
                Reading::Unfinished => at + settings.distrust,
                Reading::Dictating => (at + settings.distrust).max(self.voice_end + settings.dictation),
                // A recogniser that goes by silence alone cuts off whoever hesitates.
                Reading::Open | Reading::Complete if self.false_signals > 0 => {
                    at.max(self.voice_end + self.silence(read))
                }
                Reading::Open | Reading::Complete => at,
            };
        }
        let silence = self.silence(read);
        let wait = match (self.signals, self.heard.is_final()) {
            _ if self.ends => silence.max(settings.late_signal),
            (true, false) => silence.max(settings.late_signal),
            (false, false) => silence.max(settings.late_line),
            (_, true) => silence,
        };
        self.voice_end + wait
    }

    /// A final line of the turn that was taken without it. It may correct the question as long as nothing of the
    /// answer was heard.
    pub(super) fn is_late_line(&mut self, now: u64, text: &str, from: u64, to: u64) -> bool {
        let Some(taken) = self.taken.as_mut().filter(|taken| taken.line_due) else { return false };
        if from > taken.ended || (to > taken.ended + SLACK && taken.new_voice) {
            return false;
        }
        taken.line_due = false;
        self.heard.forget_spent();
        let text = join(&taken.finals, text.trim());
        let silent = text.len() == taken.finals.len();
        if self.ours == Ours::Thinking && !taken.settled && !silent && normal(&text) != normal(&taken.text) {
            text.clone_into(&mut taken.text);
            self.heard.at = now;
            self.put(TurnOutput::Correct(text));
        }
        true
    }

    /// We are done: what the caller put in before may be an answer.
    pub(super) fn caller_has_the_floor(&mut self, now: u64) {
        if let Barge::Deciding { .. } = std::mem::replace(&mut self.barge, Barge::None) {
            self.put(TurnOutput::Resume);
        }
        self.quiet_since = now;
        self.taken = self.taken.take().filter(|taken| taken.line_due);
        if let Some((text, kind, at)) = self.aside.take() {
            let answers = self.expected != Expected::Open && now.saturating_sub(at) <= JUST_BEFORE;
            if kind == Interjection::Farewell || answers {
                self.heard.line(&text, at);
                self.signal = Some(now);
            }
        }
        let text = self.heard.text();
        let listening = self.lexicon.interjection(&text, false) == Interjection::Backchannel;
        if text.is_empty() || (listening && self.expected == Expected::Open) {
            self.heard.clear();
            self.signal = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{EndOfTurn, Ours, Patience, TurnContext, TurnInput, TurnMachine, TurnOutput, TurnSettings};

    /// Holds a turn for over when the caller said `over`, and for unfinished when he did not.
    struct Radio;

    impl EndOfTurn for Radio {
        fn score(&self, context: TurnContext<'_>) -> Option<f32> {
            Some(if context.caller.contains("over") { 0.9 } else { 0.1 })
        }
    }

    /// When a turn of these words, that ended at 1,000 ms, is taken.
    fn taken_at(text: &str, scorer: Option<Arc<dyn EndOfTurn>>) -> u64 {
        let mut machine = TurnMachine::new(TurnSettings::default(), Patience::Normal, "en").with_scorer(scorer);
        machine.set_ours(0, Ours::Idle, None);
        machine.handle(100, TurnInput::VoiceStarted);
        machine.handle(1_200, TurnInput::VoiceStopped);
        machine.handle(1_250, TurnInput::Line { text, from: 0, to: 1_000 });
        while let Some(at) = machine.poll_timeout() {
            machine.handle_timeout(at);
            while let Some(output) = machine.poll_output() {
                if let TurnOutput::Take(_) = output {
                    return at;
                }
            }
        }
        0
    }

    #[test]
    fn a_model_of_the_end_of_turn_is_believed() {
        assert_eq!(taken_at("roger and", None), 2_600);
        assert_eq!(taken_at("roger and over", Some(Arc::new(Radio))), 1_455);
        assert_eq!(taken_at("roger here", None), 1_700);
        assert_eq!(taken_at("roger here", Some(Arc::new(Radio))), 2_600);
    }
}
