//! What a synthetic caller does.

use std::path::PathBuf;
use std::time::Duration;

/// By which way keys are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyWay {
    /// RTP telephone-event (RFC 4733).
    #[default]
    Rfc4733,
    /// SIP INFO, `application/dtmf-relay`.
    Info,
    /// Tones in the sound.
    Inband,
}

/// One thing to do, or to wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Speak a text with the built-in voice.
    Say {
        /// The text.
        text: String,
        /// BCP 47 language.
        language: String,
    },
    /// Play a sound file.
    Play(PathBuf),
    /// Press keys.
    Press(String),
    /// Wait so long.
    Wait(Duration),
    /// Wait until so long after the answer.
    At(Duration),
    /// Wait until the other side has been silent for so long.
    Silence(Duration),
    /// Wait until the other side begins to speak.
    Speech,
    /// Wait for our turn: until the other side has spoken at all and is silent.
    Turn,
    /// Put the call on hold, or take it back.
    Hold(bool),
    /// Hang up.
    HangUp,
}

impl Step {
    /// Whether it waits for something.
    pub const fn is_wait(&self) -> bool {
        matches!(self, Self::Wait(_) | Self::At(_) | Self::Silence(_) | Self::Speech | Self::Turn)
    }
}

/// A call from its first to its last step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The address to call: `sip:reception@127.0.0.1`.
    pub target: String,
    /// The steps, in order. One that says, plays or presses waits for its turn unless a wait is before it.
    pub steps: Vec<Step>,
    /// By which way keys are sent.
    pub keys: KeyWay,
    /// After the last step: hang up when the other side has been silent for so long; `None` to stay until they do.
    pub linger: Option<Duration>,
    /// The longest time for ringing.
    pub ring: Duration,
    /// The longest time for all of it after the answer.
    pub longest: Duration,
}

impl Script {
    /// A call that listens until the other side has been silent for two seconds.
    pub fn new(target: impl Into<String>) -> Self {
        Self {
            target: target.into(),
            steps: Vec::new(),
            keys: KeyWay::Rfc4733,
            linger: Some(Duration::from_secs(2)),
            ring: Duration::from_mins(1),
            longest: Duration::from_mins(2),
        }
    }

    /// The steps with the waits that are not written.
    pub(crate) fn steps_with_turns(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut waited = false;
        for step in &self.steps {
            if matches!(step, Step::Say { .. } | Step::Play(_) | Step::Press(_)) && !waited {
                steps.push(Step::Turn);
            }
            waited = step.is_wait();
            steps.push(step.clone());
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_wait_before_it_waits_for_its_turn() {
        let mut script = Script::new("sip:a@b");
        let wait = Step::Wait(Duration::from_secs(1));
        script.steps = vec![Step::Press("1".into()), wait.clone(), Step::Press("2".into()), Step::HangUp];
        let expected = vec![Step::Turn, Step::Press("1".into()), wait, Step::Press("2".into()), Step::HangUp];
        assert_eq!(script.steps_with_turns(), expected);
    }
}
