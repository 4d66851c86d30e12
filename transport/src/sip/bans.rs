//! Sources that behave like scanners are not listened to for a while.
//!
//! Each offence costs a source points, which fade with time. A source that reaches the threshold is banned; with each
//! further ban for twice as long. Both tables are bounded: a suspect that is forgotten begins anew, and where there are
//! too many bans the one that ends first is lifted.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::limiter::Source;
use super::network::Network;

/// What a source did that no honest one does often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Offence {
    /// It sent what cannot be read as SIP.
    Garbage,
    /// It named a user that does not exist, or called a name or number that is not ours.
    UnknownUser,
    /// It had the wrong password of a user that exists.
    WrongPassword,
    /// It called a foreign number without having shown who it is.
    ForeignNumber,
    /// It names itself as a tool that scans for telephone systems.
    Scanner,
}

impl Offence {
    /// Points that it costs, in hundredths of the threshold.
    const fn share(self) -> u32 {
        match self {
            Self::Garbage => 4,
            Self::UnknownUser | Self::WrongPassword => 10,
            Self::ForeignNumber => 25,
            Self::Scanner => 100,
        }
    }

    /// In one word, for logs and lists.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Garbage => "garbage",
            Self::UnknownUser => "unknown_user",
            Self::WrongPassword => "wrong_password",
            Self::ForeignNumber => "foreign_number",
            Self::Scanner => "scanner",
        }
    }

    /// The offence with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Garbage, Self::UnknownUser, Self::WrongPassword, Self::ForeignNumber, Self::Scanner]
            .into_iter()
            .find(|offence| offence.word() == word)
    }
}

/// When and for how long sources are banned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BanPolicy {
    /// No source is ever banned when this is `false`. Default: `true`.
    pub enabled: bool,
    /// The first ban of a source; each further one is twice as long. Default: 10 min.
    pub first: Duration,
    /// The longest ban. A source that kept quiet for so long after a ban begins anew. Default: 24 h.
    pub longest: Duration,
    /// The time in which a source that reached the threshold would be forgiven if it were not banned: the threshold's
    /// points fade in it. Default: 10 min.
    pub fading: Duration,
    /// Bans at a time. Default: 10,000.
    pub max_bans: usize,
    /// Suspects that are remembered. Default: 16,384.
    pub max_suspects: usize,
    /// What user agents of scanners begin with or contain, in any case of letters.
    pub scanners: Vec<String>,
}

/// What known scanners call themselves.
pub const SCANNERS: [&str; 10] = [
    "friendly-scanner",
    "friendly-request",
    "sipvicious",
    "sundayddr",
    "sipcli",
    "pplsip",
    "VaxSIPUserAgent",
    "sip-scan",
    "sipsak",
    "SIPp-scan",
];

impl Default for BanPolicy {
    fn default() -> Self {
        Self {
            enabled: true,
            first: Duration::from_mins(10),
            longest: Duration::from_hours(24),
            fading: Duration::from_mins(10),
            max_bans: 10_000,
            max_suspects: 16_384,
            scanners: SCANNERS.map(String::from).to_vec(),
        }
    }
}

/// A ban, as it is listed and kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// An IPv4 address, or a /64 of IPv6.
    pub source: Network,
    /// The offence that was the last straw.
    pub reason: Offence,
    /// How often the source has been banned, this time included.
    pub times: u32,
    /// How long it still lasts.
    pub left: Duration,
}

#[derive(Debug)]
struct Entry {
    until: Instant,
    reason: Offence,
    times: u32,
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Bans {
    policy: BanPolicy,
    entries: HashMap<Source, Entry>,
    /// When a source's points will have faded.
    suspects: HashMap<Source, Instant>,
    /// Sources that showed who they are, and until when that counts.
    vouched: HashMap<Source, Instant>,
    next_sweep: Option<Instant>,
}

/// How often what is over is forgotten, where the tables do not fill up before.
const SWEEP: Duration = Duration::from_mins(1);
/// How long a login speaks for its source: longer than registrations last.
const VOUCHED_FOR: Duration = Duration::from_hours(2);

impl Bans {
    pub(crate) fn new(policy: BanPolicy) -> Self {
        let tables = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { policy, entries: tables.0, suspects: tables.1, vouched: tables.2, next_sweep: None }
    }

    /// Whether nothing from there is to be read.
    pub(crate) fn is_banned(&self, now: Instant, source: Source) -> bool {
        self.entries.get(&source).is_some_and(|entry| entry.until > now) && !self.is_vouched(now, source)
    }

    /// Whether somebody there showed lately who they are.
    pub(crate) fn is_vouched(&self, now: Instant, source: Source) -> bool {
        self.vouched.get(&source).is_some_and(|until| *until > now)
    }

    /// Somebody there knew a password, or answered us: what else comes from there may be a mistake, and a ban does not
    /// count meanwhile.
    pub(crate) fn vouch(&mut self, now: Instant, source: Source) {
        self.sweep(now);
        self.suspects.remove(&source);
        if self.vouched.len() < self.policy.max_suspects || self.vouched.contains_key(&source) {
            self.vouched.insert(source, now + VOUCHED_FOR);
        }
    }

    /// Notes an offence. Gives the ban when it was one too many.
    pub(crate) fn offend(&mut self, now: Instant, source: Source, offence: Offence) -> Option<Ban> {
        if !self.policy.enabled || self.is_vouched(now, source) || self.is_banned(now, source) {
            return None;
        }
        self.sweep(now);
        let cost = self.policy.fading * offence.share() / 100;
        let faded = self.suspects.get(&source).copied().unwrap_or(now).max(now) + cost;
        if faded < now + self.policy.fading {
            if self.suspects.len() < self.policy.max_suspects || self.suspects.contains_key(&source) {
                self.suspects.insert(source, faded);
            }
            return None;
        }
        self.suspects.remove(&source);
        let before = self.entries.get(&source).map_or(0, |entry| entry.times);
        let length = self.policy.first.saturating_mul(1 << before.min(20)).min(self.policy.longest);
        self.make_room(now);
        let times = before.saturating_add(1);
        self.entries.insert(source, Entry { until: now + length, reason: offence, times });
        Some(Ban { source: source.network(), reason: offence, times, left: length })
    }

    /// All bans, those that last longest first.
    pub(crate) fn list(&self, now: Instant) -> Vec<Ban> {
        let running = self.entries.iter().filter(|(_, entry)| entry.until > now);
        let mut list: Vec<_> = running
            .map(|(source, entry)| Ban {
                source: source.network(),
                reason: entry.reason,
                times: entry.times,
                left: entry.until.saturating_duration_since(now),
            })
            .collect();
        list.sort_by_key(|ban| (std::cmp::Reverse(ban.left), ban.source));
        list
    }

    /// Bans that were kept from before.
    pub(crate) fn restore(&mut self, now: Instant, bans: Vec<Ban>) {
        for ban in bans.into_iter().take(self.policy.max_bans) {
            let left = ban.left.min(self.policy.longest);
            self.entries.insert(ban.source.source(), Entry { until: now + left, reason: ban.reason, times: ban.times });
        }
    }

    /// Lifts the bans of a network, or all. Gives how many.
    pub(crate) fn lift(&mut self, now: Instant, network: Option<Network>) -> usize {
        let before = self.list(now).len();
        self.entries
            .retain(|source, _| network.is_some_and(|it| it != source.network() && !it.contains(source.address())));
        self.suspects.clear();
        before - self.list(now).len()
    }

    fn make_room(&mut self, now: Instant) {
        if self.entries.len() < self.policy.max_bans.max(1) {
            return;
        }
        self.forget(now);
        if self.entries.len() >= self.policy.max_bans.max(1)
            && let Some(first) = self.entries.iter().min_by_key(|(_, entry)| entry.until).map(|(source, _)| *source)
        {
            self.entries.remove(&first);
        }
    }

    /// A ban that is over is remembered for a while, so that the next one is longer.
    fn forget(&mut self, now: Instant) {
        let full = self.entries.len() >= self.policy.max_bans;
        let kept = if full { Duration::ZERO } else { self.policy.longest };
        self.entries.retain(|_, entry| entry.until + kept > now);
        self.suspects.retain(|_, faded| *faded > now);
        self.vouched.retain(|_, until| *until > now);
        self.next_sweep = Some(now + SWEEP);
    }

    fn sweep(&mut self, now: Instant) {
        if self.next_sweep.is_none_or(|at| at <= now) {
            self.forget(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn source(number: u32) -> Source {
        IpAddr::from(number.to_be_bytes()).into()
    }

    fn bans(change: impl FnOnce(&mut BanPolicy)) -> (Bans, Instant) {
        let mut policy = BanPolicy::default();
        change(&mut policy);
        (Bans::new(policy), Instant::now())
    }

    #[test]
    fn ten_wrong_passwords_are_too_many_and_each_ban_is_twice_as_long() {
        let (mut bans, mut now) = bans(|_| {});
        for length in [10, 20, 40] {
            for _ in 0..9 {
                assert_eq!(bans.offend(now, source(1), Offence::WrongPassword), None);
            }
            let ban = bans.offend(now, source(1), Offence::WrongPassword).expect("a ban");
            assert_eq!(ban.left, Duration::from_mins(length));
            assert!(bans.is_banned(now, source(1)) && !bans.is_banned(now, source(2)));
            now += ban.left;
            assert!(!bans.is_banned(now, source(1)));
        }
        let (mut capped, now) = super::tests::bans(|policy| policy.longest = Duration::from_mins(15));
        assert!(capped.offend(now, source(1), Offence::Scanner).is_some());
        let later = now + Duration::from_mins(10);
        let second = capped.offend(later, source(1), Offence::Scanner).expect("a ban");
        assert_eq!(second.left, Duration::from_mins(15));
    }

    #[test]
    fn points_fade() {
        let (mut bans, start) = bans(|_| {});
        let minutes = (0..600_u64).map(|minute| start + Duration::from_mins(minute));
        let banned = minutes.filter_map(|now| bans.offend(now, source(1), Offence::WrongPassword)).count();
        assert_eq!(banned, 0, "one mistake a minute is nobody's attack");
    }

    #[test]
    fn a_source_that_logged_in_is_not_banned_for_mistakes() {
        let (mut bans, now) = bans(|_| {});
        bans.vouch(now, source(1));
        assert!((0..100).all(|_| bans.offend(now, source(1), Offence::WrongPassword).is_none()));
        let later = now + VOUCHED_FOR;
        assert!((0..10).any(|_| bans.offend(later, source(1), Offence::WrongPassword).is_some()));
    }

    #[test]
    fn both_tables_are_bounded() {
        let (mut bans, now) = bans(|policy| (policy.max_bans, policy.max_suspects) = (50, 50));
        for number in 0..1_000 {
            assert!(bans.offend(now, source(number), Offence::Scanner).is_some());
            bans.offend(now, source(10_000 + number), Offence::Garbage);
            bans.vouch(now, source(20_000 + number));
        }
        assert_eq!((bans.entries.len(), bans.suspects.len(), bans.vouched.len()), (50, 50, 50));
        assert!(bans.is_banned(now, source(999)), "the newest is kept");
    }

    #[test]
    fn bans_are_listed_kept_and_lifted() {
        let (mut bans, now) = bans(|_| {});
        let v6: IpAddr = "2001:db8:1:2:3::4".parse().expect("an address");
        for address in [IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]), v6] {
            bans.offend(now, address.into(), Offence::Scanner);
        }
        let list = bans.list(now);
        let names: Vec<String> = list.iter().map(|ban| ban.source.to_string()).collect();
        assert_eq!(names, ["192.0.2.1", "192.0.2.2", "2001:db8:1:2::/64"]);
        let (mut again, _) = super::tests::bans(|_| {});
        again.restore(now, list);
        assert!(again.is_banned(now, Source::from(v6)));
        assert_eq!(again.lift(now, "192.0.2.1".parse().ok()), 1);
        assert_eq!(again.lift(now, None), 2);
        assert!(again.list(now).is_empty());
    }
}
