//! The transactions' timers, all of them: RFC 3261 table 4, and L and M of RFC 6026.

use std::time::Duration;

/// The base values that all other times derive from (RFC 3261 section 17.1.1.1).
#[derive(Debug, Clone)]
pub struct TimerConfig {
    /// T1: an estimate of the round trip. Default: 500 ms.
    pub t1: Duration,
    /// T2: the longest interval between repetitions of other requests than INVITE, and of responses to INVITE.
    /// Default: 4 s.
    pub t2: Duration,
    /// T4: the longest that a message stays in the network. Default: 5 s.
    pub t4: Duration,
    /// Timer D on UDP: how long repetitions of a refusal are acknowledged. At least 32 s. Default: 32 s.
    pub d: Duration,
}

impl Default for TimerConfig {
    fn default() -> Self {
        Self {
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
            d: Duration::from_secs(32),
        }
    }
}

/// The timers of transactions. (C is a proxy's; the time limit of a call that rings is a leg's.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Timer {
    /// INVITE client: repeat the request.
    A,
    /// INVITE client: give up.
    B,
    /// INVITE client: wait for repeated refusals.
    D,
    /// Other client: repeat the request.
    E,
    /// Other client: give up.
    F,
    /// INVITE server: repeat the refusal.
    G,
    /// INVITE server: give up waiting for ACK.
    H,
    /// INVITE server: wait for repeated ACKs.
    I,
    /// Other server: wait for repeated requests.
    J,
    /// Other client: wait for repeated responses.
    K,
    /// INVITE server: wait for repeated INVITEs after 2xx (RFC 6026).
    L,
    /// INVITE client: wait for repeated and forked 2xx (RFC 6026).
    M,
}

impl Timer {
    /// Its first duration. Zero means that the state is left at once (or, for A, E and G on a reliable transport, that
    /// it does not run).
    pub fn duration(self, config: &TimerConfig, reliable: bool) -> Duration {
        let give_up = config.t1 * 64;
        match self {
            Self::A | Self::D | Self::E | Self::G | Self::I | Self::J | Self::K if reliable => Duration::ZERO,
            Self::A | Self::E | Self::G => config.t1,
            Self::B | Self::F | Self::H | Self::J | Self::L | Self::M => give_up,
            Self::D => config.d,
            Self::I | Self::K => config.t4,
        }
    }

    /// The interval after `last`, for the timers that repeat.
    pub fn next(self, config: &TimerConfig, last: Duration) -> Duration {
        match self {
            Self::A => last * 2,
            _ => (last * 2).min(config.t2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3261 table 4.
    #[test]
    fn default_values_are_those_of_the_table() {
        let config = TimerConfig::default();
        let ms = |timer: Timer, reliable| timer.duration(&config, reliable).as_millis();
        assert_eq!((ms(Timer::A, false), ms(Timer::A, true)), (500, 0));
        assert_eq!((ms(Timer::B, false), ms(Timer::B, true)), (32_000, 32_000));
        assert_eq!((ms(Timer::D, false), ms(Timer::D, true)), (32_000, 0));
        assert_eq!((ms(Timer::E, false), ms(Timer::E, true)), (500, 0));
        assert_eq!((ms(Timer::F, false), ms(Timer::F, true)), (32_000, 32_000));
        assert_eq!((ms(Timer::G, false), ms(Timer::G, true)), (500, 0));
        assert_eq!((ms(Timer::H, false), ms(Timer::H, true)), (32_000, 32_000));
        assert_eq!((ms(Timer::I, false), ms(Timer::I, true)), (5_000, 0));
        assert_eq!((ms(Timer::J, false), ms(Timer::J, true)), (32_000, 0));
        assert_eq!((ms(Timer::K, false), ms(Timer::K, true)), (5_000, 0));
        assert_eq!((ms(Timer::L, false), ms(Timer::L, true)), (32_000, 32_000));
        assert_eq!((ms(Timer::M, false), ms(Timer::M, true)), (32_000, 32_000));
    }

    #[test]
    fn a_doubles_without_end_and_e_up_to_t2() {
        let config = TimerConfig::default();
        let mut a = config.t1;
        let mut e = config.t1;
        for _ in 0..5 {
            a = Timer::A.next(&config, a);
            e = Timer::E.next(&config, e);
        }
        assert_eq!(a, Duration::from_secs(16));
        assert_eq!(e, config.t2);
    }
}
