//! The client machines (RFC 3261 section 17.1, RFC 6026 section 8.4).

use std::time::Duration;

use super::{Step, Timer, TimerConfig};
use crate::message::StatusCode;

/// Where a client transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClientState {
    /// Sent, nothing heard (`Calling` of an INVITE, `Trying` of others).
    Calling,
    /// A provisional response came.
    Proceeding,
    /// A final response came (of an INVITE: a refusal).
    Completed,
    /// An INVITE's 2xx came; more may come, from other branches.
    Accepted,
    /// Done.
    Over,
}

/// A client transaction, of either kind.
#[derive(Debug)]
pub(crate) struct ClientMachine {
    invite: bool,
    reliable: bool,
    state: ClientState,
    interval: Duration,
}

impl ClientMachine {
    /// Sends the request.
    pub(crate) fn start(invite: bool, reliable: bool, config: &TimerConfig) -> (Self, Step) {
        let (again, give_up) = if invite { (Timer::A, Timer::B) } else { (Timer::E, Timer::F) };
        let interval = again.duration(config, reliable);
        let mut step = Step::default().send().start(give_up, give_up.duration(config, reliable));
        if !interval.is_zero() {
            step = step.start(again, interval);
        }
        (Self { invite, reliable, state: ClientState::Calling, interval }, step)
    }

    /// No response at all has come yet.
    pub(crate) fn is_unanswered(&self) -> bool {
        self.state == ClientState::Calling
    }

    /// No final response has come yet.
    pub(crate) fn is_pending(&self) -> bool {
        matches!(self.state, ClientState::Calling | ClientState::Proceeding)
    }

    /// A response came.
    pub(crate) fn response(&mut self, status: StatusCode, config: &TimerConfig) -> Step {
        match (self.state, self.invite) {
            (ClientState::Calling | ClientState::Proceeding, true) => self.invite_response(status, config),
            (ClientState::Calling | ClientState::Proceeding, false) => self.other_response(status, config),
            (ClientState::Accepted, _) if status.is_success() => Step::default().deliver(),
            (ClientState::Completed, true) if status.class() >= 3 => Step::default().ack(),
            _ => Step::default(),
        }
    }

    fn invite_response(&mut self, status: StatusCode, config: &TimerConfig) -> Step {
        let step = Step::default().deliver().stop(Timer::A).stop(Timer::B);
        if status.is_provisional() {
            self.state = ClientState::Proceeding;
            return step;
        }
        if status.is_success() {
            self.state = ClientState::Accepted;
            return step.start(Timer::M, Timer::M.duration(config, self.reliable));
        }
        self.finish(step.ack(), Timer::D, config)
    }

    fn other_response(&mut self, status: StatusCode, config: &TimerConfig) -> Step {
        if status.is_provisional() {
            self.state = ClientState::Proceeding;
            return Step::default().deliver();
        }
        let step = Step::default().deliver().stop(Timer::E).stop(Timer::F);
        self.finish(step, Timer::K, config)
    }

    fn finish(&mut self, step: Step, wait: Timer, config: &TimerConfig) -> Step {
        let after = wait.duration(config, self.reliable);
        if after.is_zero() {
            self.state = ClientState::Over;
            step.over()
        } else {
            self.state = ClientState::Completed;
            step.start(wait, after)
        }
    }

    /// A timer came.
    pub(crate) fn timer(&mut self, timer: Timer, config: &TimerConfig) -> Step {
        match (timer, self.state) {
            (Timer::A | Timer::E, ClientState::Calling) => {
                self.interval = timer.next(config, self.interval);
                Step::default().send().start(timer, self.interval)
            }
            (Timer::E, ClientState::Proceeding) => Step::default().send().start(timer, config.t2),
            (Timer::B, ClientState::Calling) | (Timer::F, ClientState::Calling | ClientState::Proceeding) => {
                self.state = ClientState::Over;
                Step::default().timed_out()
            }
            (Timer::D | Timer::K, ClientState::Completed) | (Timer::M, ClientState::Accepted) => {
                self.state = ClientState::Over;
                Step::default().over()
            }
            _ => Step::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(invite: bool, reliable: bool) -> (ClientMachine, TimerConfig) {
        let config = TimerConfig::default();
        (ClientMachine::start(invite, reliable, &config).0, config)
    }

    fn started(step: &Step) -> Vec<(Timer, u128)> {
        step.timers.iter().filter_map(|(timer, after)| after.map(|after| (*timer, after.as_millis()))).collect()
    }

    #[test]
    fn invite_repeats_with_doubling_until_b() {
        let (mut machine, config) = machine(true, false);
        for expected in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000] {
            let step = machine.timer(Timer::A, &config);
            assert!(step.send);
            assert_eq!(started(&step), [(Timer::A, expected)]);
        }
        let step = machine.timer(Timer::B, &config);
        assert!(step.timed_out && step.over);
    }

    #[test]
    fn other_requests_repeat_up_to_t2_and_at_t2_after_a_provisional() {
        let (mut machine, config) = machine(false, false);
        for expected in [1_000, 2_000, 4_000, 4_000] {
            assert_eq!(started(&machine.timer(Timer::E, &config)), [(Timer::E, expected)]);
        }
        assert!(machine.response(StatusCode::TRYING, &config).deliver);
        assert_eq!(started(&machine.timer(Timer::E, &config)), [(Timer::E, 4_000)]);
        assert!(machine.timer(Timer::F, &config).timed_out);
    }

    #[test]
    fn nothing_is_repeated_on_a_stream() {
        for invite in [true, false] {
            let (_, step) = ClientMachine::start(invite, true, &TimerConfig::default());
            assert_eq!(started(&step), [(if invite { Timer::B } else { Timer::F }, 32_000)]);
        }
    }

    #[test]
    fn a_refusal_is_acknowledged_each_time_and_delivered_once() {
        let (mut machine, config) = machine(true, false);
        let step = machine.response(StatusCode::BUSY_HERE, &config);
        assert!(step.ack && step.deliver);
        assert_eq!(started(&step), [(Timer::D, 32_000)]);
        let step = machine.response(StatusCode::BUSY_HERE, &config);
        assert!(step.ack && !step.deliver);
        assert!(machine.timer(Timer::D, &config).over);
    }

    /// RFC 6026 section 7.2: every 2xx goes to the user until M.
    #[test]
    fn each_2xx_is_delivered_until_m() {
        let (mut machine, config) = machine(true, false);
        assert!(machine.response(StatusCode::OK, &config).deliver);
        assert!(machine.response(StatusCode::OK, &config).deliver);
        assert!(!machine.response(StatusCode::BUSY_HERE, &config).deliver, "a late refusal of another branch");
        assert!(machine.timer(Timer::M, &config).over);
    }

    #[test]
    fn a_provisional_stops_a_and_b() {
        let (mut machine, config) = machine(true, false);
        let step = machine.response(StatusCode::RINGING, &config);
        assert_eq!(step.timers, [(Timer::A, None), (Timer::B, None)]);
        assert_eq!(machine.timer(Timer::B, &config), Step::default());
    }

    #[test]
    fn on_a_stream_the_waits_are_zero() {
        let (mut machine, config) = machine(true, true);
        let step = machine.response(StatusCode::BUSY_HERE, &config);
        assert!(step.ack && step.deliver && step.over);
        let (mut machine, config) = self::machine(false, true);
        assert!(machine.response(StatusCode::OK, &config).over);
    }
}
