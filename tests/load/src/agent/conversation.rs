//! One caller: what it says when, and what it notices. Pure: the time is passed in, as time since the Unix epoch.

use std::time::Duration;

use super::speech::TURNS;

/// The agent has finished when it was silent for so long.
const FINISHED: Duration = Duration::from_millis(900);
/// Nobody waits longer for an answer.
const PATIENCE: Duration = Duration::from_secs(12);
/// A caller waits so long for a greeting.
const GREETING: Duration = Duration::from_secs(8);
/// Our answers have no pause of this length inside: a longer one is a break.
const BREAK: Duration = Duration::from_millis(450);

/// How much a packet holds.
const PACKET: Duration = Duration::from_millis(20);

/// What a caller has noticed.
#[derive(Debug, Clone, Default)]
pub struct Noticed {
    /// From the end of its speech to the first audible sample, for each turn that was answered.
    pub delays: Vec<Duration>,
    /// For each of these: when the last packet of the speech left, and when the first sample that can be heard came.
    pub moments: Vec<(Duration, Duration)>,
    /// Turns in which the agent spoke during the hesitation or before the sentence was over.
    pub premature: usize,
    /// Answers that broke off although the caller was silent.
    pub broken: usize,
    /// Turns without an answer.
    pub unanswered: usize,
    /// Turns said.
    pub turns: usize,
    /// How long each answer was.
    pub answers: Vec<Duration>,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    /// Waits until the agent has said something and is silent.
    Listening {
        since: Duration,
    },
    /// Speaks; so many packets were sent.
    Speaking {
        frames: u32,
        early: bool,
    },
    /// Waits for an answer since the end of its speech.
    Waiting {
        since: Duration,
    },
    Over,
}

/// A caller on the line.
#[derive(Debug)]
pub struct Conversation {
    phase: Phase,
    turn: usize,
    turns: usize,
    first_audible: Option<Duration>,
    last_audible: Option<Duration>,
    noticed: Noticed,
}

impl Conversation {
    /// On the line since `now`.
    pub fn new(now: Duration, turns: usize) -> Self {
        let phase = Phase::Listening { since: now };
        Self { phase, turn: 0, turns, first_audible: None, last_audible: None, noticed: Noticed::default() }
    }

    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    pub fn noticed(self) -> Noticed {
        self.noticed
    }

    /// The agent was heard at that time.
    pub fn heard(&mut self, at: Duration) {
        match &mut self.phase {
            Phase::Waiting { since } => {
                self.noticed.delays.push(at.saturating_sub(*since));
                self.noticed.moments.push((since.saturating_sub(PACKET), at));
                self.phase = Phase::Listening { since: at };
                (self.first_audible, self.last_audible) = (Some(at), Some(at));
            }
            Phase::Speaking { early, .. } if !*early => {
                *early = true;
                self.noticed.premature += 1;
            }
            Phase::Speaking { .. } | Phase::Over => {}
            Phase::Listening { .. } => {
                if self.last_audible.is_some_and(|last| at.saturating_sub(last) > BREAK) {
                    self.noticed.broken += 1;
                }
                self.first_audible.get_or_insert(at);
                self.last_audible = Some(at);
            }
        }
    }

    /// A packet is due: which frame of the voice to send, `None` for silence.
    pub fn next_frame(&mut self, now: Duration) -> Option<u32> {
        match self.phase {
            Phase::Listening { since } => {
                let finished = self.last_audible.is_some_and(|last| now.saturating_sub(last) > FINISHED);
                if !finished && (self.last_audible.is_some() || now.saturating_sub(since) < GREETING) {
                    return None;
                }
                if self.turn > 0 {
                    let span = self.first_audible.zip(self.last_audible);
                    self.noticed.answers.extend(span.map(|(first, last)| last.saturating_sub(first)));
                }
                self.begin();
                self.speak(now)
            }
            Phase::Speaking { .. } => self.speak(now),
            Phase::Waiting { since } => {
                if now.saturating_sub(since) > PATIENCE {
                    self.noticed.unanswered += 1;
                    self.begin();
                }
                None
            }
            Phase::Over => None,
        }
    }

    fn begin(&mut self) {
        (self.first_audible, self.last_audible) = (None, None);
        self.phase = if self.turn < self.turns {
            self.noticed.turns += 1;
            Phase::Speaking { frames: 0, early: false }
        } else {
            Phase::Over
        };
    }

    fn speak(&mut self, now: Duration) -> Option<u32> {
        let Phase::Speaking { frames, .. } = &mut self.phase else { return None };
        let turn = TURNS[self.turn % TURNS.len()];
        let at = Duration::from_millis(20) * *frames;
        *frames += 1;
        let frame = *frames;
        if at + Duration::from_millis(20) >= turn.length() {
            // The last packet holds speech up to 20 ms from now.
            self.phase = Phase::Waiting { since: now + PACKET };
            self.turn += 1;
        }
        let silent = at >= turn.before && at < turn.before + turn.hesitation;
        (!silent).then_some(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_turn_is_said_with_its_hesitation_and_its_answer_is_timed() {
        let mut conversation = Conversation::new(Duration::ZERO, 1);
        conversation.heard(500 * MS);
        let mut now = 500 * MS;
        let mut spoken = Vec::new();
        while spoken.len() < 150 {
            now += 20 * MS;
            let frame = conversation.next_frame(now);
            if frame.is_some() || !spoken.is_empty() {
                spoken.push(frame.is_some());
            }
        }
        // 1,400 ms, 600 ms of silence, 1,000 ms.
        let silent: Vec<usize> = spoken.iter().enumerate().filter(|(_, said)| !**said).map(|(at, _)| at).collect();
        assert_eq!((silent.first(), silent.len(), spoken.len()), (Some(&70), 30, 150));
        conversation.heard(now + 820 * MS);
        assert_eq!(conversation.noticed.delays, [800 * MS]);
        assert!(!conversation.is_over());
        assert_eq!(conversation.next_frame(now + 2_000 * MS), None);
        assert!(conversation.is_over());
    }

    #[test]
    fn an_answer_in_the_hesitation_is_premature_and_a_gap_is_a_break() {
        let mut conversation = Conversation::new(Duration::ZERO, 2);
        conversation.heard(Duration::ZERO);
        conversation.heard(700 * MS);
        assert_eq!(conversation.noticed.broken, 1);
        assert_eq!(conversation.next_frame(1_700 * MS), Some(1));
        conversation.heard(1_710 * MS);
        conversation.heard(1_730 * MS);
        assert_eq!(conversation.noticed.premature, 1, "counted once a turn");
    }
}
