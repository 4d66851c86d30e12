//! When two URIs name the same resource (RFC 3261 19.1.4, RFC 3966 5).

use super::lex;
use super::params::Params;
use super::uri::{Scheme, Uri};

/// Parameters that, present in one URI only, make the two differ.
const NEVER_IGNORED: [&str; 5] = ["user", "ttl", "method", "maddr", "transport"];

impl Uri {
    /// Do both URIs name the same resource by RFC 3261 19.1.4? (`==` compares the fields as they were read.)
    pub fn equivalent(&self, other: &Self) -> bool {
        if self.scheme.as_str().len() != other.scheme.as_str().len()
            || !self.scheme.as_str().eq_ignore_ascii_case(other.scheme.as_str())
        {
            return false;
        }
        match self.scheme {
            Scheme::Sip | Scheme::Sips => self.same_sip(other),
            Scheme::Tel => self.same_tel(other),
            Scheme::Other(_) => self.opaque == other.opaque,
        }
    }

    fn same_sip(&self, other: &Self) -> bool {
        self.username() == other.username()
            && self.password.as_deref().map(lex::unescape) == other.password.as_deref().map(lex::unescape)
            && self.host.equivalent(&other.host)
            && self.port == other.port
            && params_agree(&self.params, &other.params)
            && params_agree(&other.params, &self.params)
            && sorted_headers(self) == sorted_headers(other)
    }

    /// Visual separators do not count; all parameters do.
    fn same_tel(&self, other: &Self) -> bool {
        let digits = |uri: &Self| -> String {
            let number = uri.user.as_deref().unwrap_or("");
            number.chars().filter(|c| !matches!(c, '-' | '.' | '(' | ')')).map(|c| c.to_ascii_lowercase()).collect()
        };
        digits(self) == digits(other) && sorted_params(&self.params) == sorted_params(&other.params)
    }
}

fn params_agree(one: &Params, other: &Params) -> bool {
    one.iter().all(|(name, value)| {
        let value = lex::unescape(value.unwrap_or(""));
        let mut theirs = other.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name)).peekable();
        if theirs.peek().is_none() {
            return !NEVER_IGNORED.iter().any(|known| known.eq_ignore_ascii_case(name));
        }
        theirs.any(|(_, theirs)| value.eq_ignore_ascii_case(&lex::unescape(theirs.unwrap_or(""))))
    })
}

fn sorted_params(params: &Params) -> Vec<(String, String)> {
    let lower = |text: &str| text.to_ascii_lowercase();
    let mut out: Vec<_> = params.iter().map(|(name, value)| (lower(name), lower(value.unwrap_or("")))).collect();
    out.sort();
    out
}

fn sorted_headers(uri: &Uri) -> Vec<(String, String)> {
    let text = uri.headers.as_deref().unwrap_or("");
    let mut out: Vec<_> = text
        .split('&')
        .filter(|header| !header.is_empty())
        .map(|header| header.split_once('=').unwrap_or((header, "")))
        .map(|(name, value)| (lex::unescape(name).to_ascii_lowercase(), lex::unescape(value).into_owned()))
        .collect();
    out.sort();
    out
}
