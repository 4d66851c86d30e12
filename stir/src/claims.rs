//! Whether a token speaks of this call, now (RFC 8224 section 6.2 steps 3 and 4).

use std::fmt;

use crate::fault::Fault;
use crate::passport::Passport;

/// Clocks of carriers may be ahead of ours by so much, seconds.
const AHEAD_S: u64 = 5;

/// Somebody as tokens write them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Party {
    /// A telephone number: digits only, with its country code (RFC 8224 section 8.3).
    Number(String),
    /// A URI, its scheme and host in lower case, without parameters (section 8.5).
    Uri(String),
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Self::Number(_)) { "Number(..)" } else { "Uri(..)" })
    }
}

impl Party {
    /// A number, without `+` and separators.
    pub fn number(text: &str) -> Self {
        Self::Number(text.chars().filter(|char| char.is_ascii_digit() || matches!(char, '#' | '*')).collect())
    }

    /// A SIP URI.
    pub fn uri(text: &str) -> Self {
        let text = text.trim();
        let (scheme, rest) = text.split_once(':').unwrap_or(("sip", text));
        let bare = rest.split([';', '?']).next().unwrap_or_default();
        let bare = match bare.rsplit_once('@') {
            Some((user, host)) => format!("{user}@{}", host.to_ascii_lowercase()),
            None => bare.to_ascii_lowercase(),
        };
        Self::Uri(format!("{}:{bare}", scheme.to_ascii_lowercase()))
    }
}

/// What the INVITE itself says.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// Who calls: by P-Asserted-Identity or From; each way in which it may have been signed.
    pub callers: &'a [Party],
    /// Who is called: by To.
    pub callees: &'a [Party],
    /// Its Date header, seconds since the Unix epoch.
    pub date: Option<u64>,
    /// Now, seconds since the Unix epoch.
    pub now: u64,
    /// How old a signature may be, seconds; 60 by RFC 8224 section 6.2.
    pub max_age: u64,
}

/// Whether a token was made just now, for this caller and this callee. Not yet whether it is good.
pub fn check_claims(passport: &Passport, call: &Call<'_>) -> Result<(), Fault> {
    let (oldest, youngest) = (call.now.saturating_sub(call.max_age), call.now.saturating_add(AHEAD_S));
    if !(oldest..=youngest).contains(&passport.iat) {
        return Err(Fault::Stale);
    }
    if !call.callers.contains(&passport.caller) {
        return Err(Fault::OtherCaller);
    }
    if !call.callees.iter().any(|callee| passport.callees.contains(callee)) {
        return Err(Fault::OtherCallee);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_addresses_are_written_in_one_way() {
        assert_eq!(Party::number("+1 (201) 555-0123"), Party::Number("12015550123".into()));
        assert_eq!(Party::uri("SIP:Anna@Example.ORG;user=x?y=z"), Party::Uri("sip:Anna@example.org".into()));
        assert_ne!(Party::uri("sip:anna@example.org"), Party::uri("sip:Anna@example.org"));
    }
}
