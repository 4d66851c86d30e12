//! The server machines (RFC 3261 section 17.2, RFC 6026 section 8.7).

use std::time::Duration;

use super::{Step, Timer, TimerConfig};
use crate::message::StatusCode;

/// Where a server transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ServerState {
    /// Nothing was said yet.
    Trying,
    /// A provisional response was sent.
    Proceeding,
    /// A final response was sent (to an INVITE: a refusal).
    Completed,
    /// The refusal of an INVITE was acknowledged.
    Confirmed,
    /// An INVITE was answered with 2xx, which the user of the transaction repeats.
    Accepted,
    /// Done.
    Over,
}

/// A server transaction, of either kind.
#[derive(Debug)]
pub(crate) struct ServerMachine {
    invite: bool,
    reliable: bool,
    state: ServerState,
    interval: Duration,
    /// How often the refusal may still be repeated unasked.
    repeats: u8,
}

/// How often what a stranger gets is repeated unasked. A refusal of credentials need not be at all (RFC 3261 section
/// 26.3.2.4); a source that was made up is spared the rest.
const REPEATS_FOR_STRANGERS: u8 = 2;

impl ServerMachine {
    /// A request came.
    pub(crate) fn new(invite: bool, reliable: bool) -> Self {
        Self { invite, reliable, state: ServerState::Trying, interval: Duration::ZERO, repeats: u8::MAX }
    }

    /// No final response has been sent yet.
    pub(crate) fn is_pending(&self) -> bool {
        matches!(self.state, ServerState::Trying | ServerState::Proceeding)
    }

    /// The request came again.
    pub(crate) fn repeated(&self) -> Step {
        match self.state {
            ServerState::Proceeding | ServerState::Completed => Step::default().send(),
            ServerState::Trying | ServerState::Confirmed | ServerState::Accepted | ServerState::Over => Step::default(),
        }
    }

    /// The user of the transaction responds.
    pub(crate) fn respond(&mut self, status: StatusCode, config: &TimerConfig) -> Step {
        if !self.is_pending() {
            return Step::default();
        }
        let step = Step::default().send();
        if status.is_provisional() {
            self.state = ServerState::Proceeding;
            step
        } else if !self.invite {
            self.wait(step, ServerState::Completed, Timer::J, config)
        } else if status.is_success() {
            self.wait(step, ServerState::Accepted, Timer::L, config)
        } else {
            if matches!(status.code(), 401 | 403 | 404 | 407) {
                self.repeats = REPEATS_FOR_STRANGERS;
            }
            self.interval = Timer::G.duration(config, self.reliable);
            let again = self.interval;
            let step = self.wait(step, ServerState::Completed, Timer::H, config);
            if again.is_zero() { step } else { step.start(Timer::G, again) }
        }
    }

    /// An ACK came.
    pub(crate) fn ack(&mut self, config: &TimerConfig) -> Step {
        match self.state {
            ServerState::Completed if self.invite => {
                let step = Step::default().stop(Timer::G).stop(Timer::H);
                self.wait(step, ServerState::Confirmed, Timer::I, config)
            }
            ServerState::Accepted => Step::default().deliver(),
            _ => Step::default(),
        }
    }

    fn wait(&mut self, step: Step, state: ServerState, timer: Timer, config: &TimerConfig) -> Step {
        let after = timer.duration(config, self.reliable);
        if after.is_zero() {
            self.state = ServerState::Over;
            step.over()
        } else {
            self.state = state;
            step.start(timer, after)
        }
    }

    /// A timer came.
    pub(crate) fn timer(&mut self, timer: Timer, config: &TimerConfig) -> Step {
        match (timer, self.state) {
            (Timer::G, ServerState::Completed) => {
                self.interval = timer.next(config, self.interval);
                self.repeats = self.repeats.saturating_sub(1);
                let step = Step::default().send();
                if self.repeats == 0 { step } else { step.start(timer, self.interval) }
            }
            (Timer::H, ServerState::Completed) => {
                self.state = ServerState::Over;
                Step::default().timed_out()
            }
            (Timer::J, ServerState::Completed)
            | (Timer::I, ServerState::Confirmed)
            | (Timer::L, ServerState::Accepted) => {
                self.state = ServerState::Over;
                Step::default().over()
            }
            _ => Step::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_repeated_up_to_t2_until_ack() {
        let config = TimerConfig::default();
        let mut machine = ServerMachine::new(true, false);
        assert!(machine.respond(StatusCode::TRYING, &config).send);
        let step = machine.respond(StatusCode::BUSY_HERE, &config);
        assert!(step.timers.contains(&(Timer::G, Some(config.t1))));
        assert!(step.timers.contains(&(Timer::H, Some(config.t1 * 64))));
        for expected in [1_000, 2_000, 4_000, 4_000] {
            let step = machine.timer(Timer::G, &config);
            assert!(step.send);
            assert_eq!(step.timers, [(Timer::G, Some(Duration::from_millis(expected)))]);
        }
        assert!(machine.repeated().send);
        let step = machine.ack(&config);
        assert!(step.timers.contains(&(Timer::I, Some(config.t4))));
        assert_eq!(machine.ack(&config), Step::default());
        assert!(!machine.repeated().send);
        assert!(machine.timer(Timer::I, &config).over);
    }

    #[test]
    fn what_strangers_get_is_repeated_twice_unasked() {
        let config = TimerConfig::default();
        let mut machine = ServerMachine::new(true, false);
        machine.respond(StatusCode::UNAUTHORIZED, &config);
        let first = machine.timer(Timer::G, &config);
        assert!(first.send && first.timers == [(Timer::G, Some(config.t1 * 2))]);
        let second = machine.timer(Timer::G, &config);
        assert!(second.send && second.timers.is_empty());
        assert!(machine.repeated().send, "who asks again is answered");
        assert!(machine.timer(Timer::H, &config).timed_out);
    }

    #[test]
    fn without_ack_h_ends_it() {
        let config = TimerConfig::default();
        let mut machine = ServerMachine::new(true, true);
        let step = machine.respond(StatusCode::BUSY_HERE, &config);
        assert_eq!(step.timers, [(Timer::H, Some(config.t1 * 64))], "nothing is repeated on a stream");
        assert!(machine.timer(Timer::H, &config).timed_out);
    }

    /// RFC 6026 section 7.1: after 2xx repeated INVITEs are absorbed until L.
    #[test]
    fn after_2xx_invites_are_absorbed_until_l() {
        let config = TimerConfig::default();
        let mut machine = ServerMachine::new(true, false);
        machine.respond(StatusCode::OK, &config);
        assert_eq!(machine.repeated(), Step::default());
        assert!(machine.ack(&config).deliver);
        assert!(machine.timer(Timer::L, &config).over);
    }

    #[test]
    fn other_requests_are_answered_again_until_j() {
        let config = TimerConfig::default();
        let mut machine = ServerMachine::new(false, false);
        assert!(!machine.repeated().send);
        assert!(machine.respond(StatusCode::OK, &config).send);
        assert!(machine.repeated().send);
        assert_eq!(machine.respond(StatusCode::BAD_REQUEST, &config), Step::default());
        assert!(machine.timer(Timer::J, &config).over);
        let mut machine = ServerMachine::new(false, true);
        assert!(machine.respond(StatusCode::OK, &config).over, "J is zero on a stream");
    }
}
