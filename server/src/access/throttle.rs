//! How often a password may be guessed: by account and by address.
//!
//! Some guesses are free; after each further one the next must wait twice as long. Whoever signs in well from an address
//! is let in from there whatever others guess elsewhere, so that nobody can lock somebody else out; what is guessed there
//! is counted by itself. Whoever signs in well has their own guesses forgotten, and nobody else's.

use std::collections::HashMap;
use std::net::IpAddr;

use call_model::UserId;
use sha2::{Digest, Sha256};

/// Guesses that need not wait.
const FREE: u32 = 5;
/// The longest wait, ms: about a hundred guesses a day (NIST SP 800-63B section 5.2.2).
const LONGEST_MS: i64 = 15 * 60_000;
/// After so long without a guess, those before are forgotten, ms.
const FORGOTTEN_MS: i64 = 24 * 3_600_000;
/// Accounts, addresses, and pairs of both, of each so many.
const MOST: usize = 16_384;

/// What guesses are counted for.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Account {
    /// Somebody whom there is.
    User(UserId),
    /// A name that nobody has, by its hash: it waits as one would that somebody has.
    Nobody(u64),
}

impl Account {
    /// A name that nobody has.
    pub(super) fn nobody(name: &str) -> Self {
        let digest = Sha256::digest(name.as_bytes());
        Self::Nobody(u64::from_le_bytes(std::array::from_fn(|at| digest[at])))
    }
}

#[derive(Default)]
pub(super) struct Throttle {
    users: Table<Account>,
    strangers: Table<Account>,
    addresses: Table<IpAddr>,
    /// Ways to a provider that was not there.
    departures: Table<IpAddr>,
    /// What an address guessed at an account: of what it guessed in all, and by itself where it signed in well.
    own: Table<(UserId, IpAddr)>,
    friends: HashMap<(UserId, IpAddr), i64>,
}

impl Throttle {
    /// Counts a guess before it is looked at. Gives how long to wait, ms, when it may not be made now.
    pub(super) fn begin(&mut self, account: Account, address: Option<IpAddr>, now_ms: i64) -> Result<(), i64> {
        let address = address.map(network);
        let (pair, friend) = (pair(account, address), self.is_friend(account, address));
        // Asked of all, so that what was long ago is forgotten.
        let own = pair.map_or(0, |pair| self.own.wait(&pair, now_ms));
        let wait = if friend { own } else { self.table(account).wait(&account, now_ms) };
        let wait = wait.max(address.map_or(0, |address| self.addresses.wait(&address, now_ms)));
        if wait > 0 {
            return Err(wait);
        }
        if !friend {
            self.table(account).count(account, now_ms);
        }
        if let Some(pair) = pair {
            self.own.count(pair, now_ms);
        }
        if let Some(address) = address {
            self.addresses.count(address, now_ms);
        }
        Ok(())
    }

    /// The same for what no account can be told of: links.
    pub(super) fn begin_address(&mut self, address: Option<IpAddr>, now_ms: i64) -> Result<(), i64> {
        self.addresses.begin(address.map(network), now_ms)
    }

    /// The same for who sets out for a provider that is still to be asked who it is: by itself, since its outage is
    /// nobody's guess.
    pub(super) fn begin_departure(&mut self, address: Option<IpAddr>, now_ms: i64) -> Result<(), i64> {
        self.departures.begin(address.map(network), now_ms)
    }

    /// It was there: setting out does not count.
    pub(super) fn take_back_departure(&mut self, address: Option<IpAddr>) {
        if let Some(address) = address.map(network) {
            self.departures.take_back(&address, 1);
        }
    }

    /// What was tried by `begin_address` was right: it does not count.
    pub(super) fn take_back_address(&mut self, address: Option<IpAddr>) {
        if let Some(address) = address.map(network) {
            self.addresses.take_back(&address, 1);
        }
    }

    /// The guess was right: those at the same account are forgotten, those at others from the same address are not.
    pub(super) fn forgive(&mut self, account: Account, address: Option<IpAddr>, now_ms: i64) {
        self.table(account).forget(&account);
        let Some(address) = address.map(network) else { return };
        if let Account::User(user) = account {
            let own = self.own.forget(&(user, address));
            self.addresses.take_back(&address, own);
            if self.friends.len() >= MOST
                && let Some(oldest) = self.friends.iter().min_by_key(|(_, at)| **at).map(|(pair, _)| *pair)
            {
                self.friends.remove(&oldest);
            }
            self.friends.insert((user, address), now_ms);
        }
    }

    /// It was no guess after all: it does not count.
    pub(super) fn take_back(&mut self, account: Account, address: Option<IpAddr>) {
        let address = address.map(network);
        if !self.is_friend(account, address) {
            self.table(account).take_back(&account, 1);
        }
        if let Some(pair) = pair(account, address) {
            self.own.take_back(&pair, 1);
        }
        if let Some(address) = address {
            self.addresses.take_back(&address, 1);
        }
    }

    fn is_friend(&self, account: Account, address: Option<IpAddr>) -> bool {
        pair(account, address).is_some_and(|pair| self.friends.contains_key(&pair))
    }

    fn table(&mut self, account: Account) -> &mut Table<Account> {
        match account {
            Account::User(_) => &mut self.users,
            Account::Nobody(_) => &mut self.strangers,
        }
    }
}

fn pair(account: Account, address: Option<IpAddr>) -> Option<(UserId, IpAddr)> {
    match account {
        Account::User(user) => address.map(|address| (user, address)),
        Account::Nobody(_) => None,
    }
}

/// An address as it is counted: one of IPv6 with all of its /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

struct Count {
    guesses: u32,
    at_ms: i64,
}

impl Count {
    fn wait_ms(&self) -> i64 {
        let Some(beyond) = self.guesses.checked_sub(FREE) else { return 0 };
        (1_000_i64 << beyond.min(20)).min(LONGEST_MS)
    }
}

struct Table<K>(HashMap<K, Count>);

impl<K> Default for Table<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Copy + Eq + std::hash::Hash> Table<K> {
    /// Counts what is allowed now; nothing for what is not known. Gives how long to wait, ms, when it is not.
    fn begin(&mut self, key: Option<K>, now_ms: i64) -> Result<(), i64> {
        let Some(key) = key else { return Ok(()) };
        match self.wait(&key, now_ms) {
            0 => {
                self.count(key, now_ms);
                Ok(())
            }
            wait => Err(wait),
        }
    }

    fn wait(&mut self, key: &K, now_ms: i64) -> i64 {
        let Some(count) = self.0.get(key) else { return 0 };
        let passed = now_ms - count.at_ms;
        // A clock that was set back does not lock anybody out for long.
        if !(0..FORGOTTEN_MS).contains(&passed) {
            self.0.remove(key);
            return 0;
        }
        (count.wait_ms() - passed).max(0)
    }

    fn count(&mut self, key: K, now_ms: i64) {
        if self.0.len() >= MOST && !self.0.contains_key(&key) {
            let least = self.0.iter().min_by_key(|(_, count)| count.at_ms + count.wait_ms()).map(|(key, _)| *key);
            if let Some(key) = least {
                self.0.remove(&key);
            }
        }
        let count = self.0.entry(key).or_insert(Count { guesses: 0, at_ms: now_ms });
        count.guesses = count.guesses.saturating_add(1);
        count.at_ms = now_ms;
    }

    fn take_back(&mut self, key: &K, guesses: u32) {
        if let Some(count) = self.0.get_mut(key) {
            count.guesses = count.guesses.saturating_sub(guesses);
        }
    }

    /// Gives how many there were.
    fn forget(&mut self, key: &K) -> u32 {
        self.0.remove(key).map_or(0, |count| count.guesses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)));

    fn elsewhere(n: u8) -> IpAddr {
        IpAddr::from([198, 51, 100, n])
    }

    fn user(n: u128) -> Account {
        Account::User(UserId::from_parts(1, n))
    }

    #[test]
    fn guesses_wait_longer_and_longer_and_about_a_hundred_fit_into_a_day() {
        let (mut throttle, mut now, mut made) = (Throttle::default(), 0, 0);
        while now < 24 * 3_600_000 {
            match throttle.begin(user(1), None, now) {
                Ok(()) => made += 1,
                Err(wait) => now += wait,
            }
        }
        assert!((90..=115).contains(&made), "{made}");
        assert_eq!((0..FREE).filter(|_| throttle.begin(user(2), None, 0).is_ok()).count(), FREE as usize);
        assert_eq!(throttle.begin(user(2), None, 0), Err(1_000));
        assert_eq!(throttle.begin(user(2), None, 999), Err(1));
        assert_eq!(throttle.begin(user(2), None, 1_000), Ok(()));
        assert_eq!(throttle.begin(user(2), None, 1_000), Err(2_000));
    }

    #[test]
    fn an_account_waits_whoever_guesses_and_an_address_whatever_it_guesses() {
        let mut throttle = Throttle::default();
        for n in 0..5 {
            assert_eq!(throttle.begin(user(1), Some(elsewhere(n)), 0), Ok(()));
        }
        assert!(throttle.begin(user(1), Some(elsewhere(9)), 0).is_err());
        let mut throttle = Throttle::default();
        for n in 0..5 {
            assert_eq!(throttle.begin(user(n), HERE, 0), Ok(()));
        }
        assert!(throttle.begin(user(9), HERE, 0).is_err());
        let v6 = |last: u16| Some(IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]));
        for n in 0..5 {
            assert_eq!(throttle.begin(user(20 + u128::from(n)), v6(n), 0), Ok(()));
        }
        assert!(throttle.begin(user(30), v6(99), 0).is_err(), "one network of IPv6 is one source");
    }

    #[test]
    fn a_name_that_nobody_has_waits_like_one_that_somebody_has() {
        let waits = |account: Account| {
            let mut throttle = Throttle::default();
            (0..9).map(|_| throttle.begin(account, None, 0)).collect::<Vec<_>>()
        };
        assert_eq!(waits(user(1)), waits(Account::nobody("mallory")));
    }

    #[test]
    fn whoever_signed_in_well_from_an_address_is_not_locked_out_by_others() {
        let mut throttle = Throttle::default();
        throttle.begin(user(1), HERE, 0).unwrap();
        throttle.forgive(user(1), HERE, 0);
        for n in 0..100 {
            let _ = throttle.begin(user(1), Some(elsewhere(n)), 0);
        }
        assert!(throttle.begin(user(1), Some(elsewhere(200)), 0).is_err());
        assert_eq!(throttle.begin(user(1), HERE, 0), Ok(()));
        for _ in 0..4 {
            assert_eq!(throttle.begin(user(1), HERE, 0), Ok(()));
        }
        assert!(throttle.begin(user(1), HERE, 0).is_err(), "but may not guess for ever");
    }

    #[test]
    fn whoever_signs_in_well_frees_no_guesses_at_others() {
        let (mut throttle, mut now, mut made) = (Throttle::default(), 0, 0);
        let well = |throttle: &mut Throttle, n: u128, now: i64| {
            if throttle.begin(user(n), HERE, now).is_ok() {
                throttle.forgive(user(n), HERE, now);
            }
        };
        well(&mut throttle, 1, now);
        while now < 24 * 3_600_000 {
            made += (0..4).filter(|_| throttle.begin(user(1), HERE, now).is_ok()).count();
            well(&mut throttle, 2, now);
            now += 60_000;
        }
        assert!((50..=125).contains(&made), "{made}");
        // One's own mistakes are forgotten.
        let mut throttle = Throttle::default();
        for _ in 0..20 {
            for _ in 0..3 {
                throttle.begin(user(1), HERE, 0).unwrap();
            }
            throttle.begin(user(1), HERE, 0).unwrap();
            throttle.forgive(user(1), HERE, 0);
        }
    }

    #[test]
    fn what_was_no_guess_does_not_count_and_what_was_long_ago_is_forgotten() {
        let mut throttle = Throttle::default();
        for _ in 0..20 {
            throttle.begin(user(1), HERE, 0).unwrap();
            throttle.take_back(user(1), HERE);
        }
        for _ in 0..5 {
            throttle.begin(user(1), HERE, 0).unwrap();
        }
        assert!(throttle.begin(user(1), HERE, 0).is_err());
        assert_eq!(throttle.begin(user(1), HERE, FORGOTTEN_MS), Ok(()));
    }

    #[test]
    fn the_tables_are_bounded() {
        let mut throttle = Throttle::default();
        for n in 0..MOST as u32 + 100 {
            let _ = throttle.begin(Account::nobody(&n.to_string()), Some(IpAddr::from(n.to_be_bytes())), i64::from(n));
        }
        assert_eq!((throttle.strangers.0.len(), throttle.addresses.0.len()), (MOST, MOST));
    }
}
