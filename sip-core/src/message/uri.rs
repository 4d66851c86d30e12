//! SIP, SIPS and tel URIs (RFC 3261 19.1, RFC 3966); other schemes are kept unread.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::host::{Host, HostPort};
use super::lex;
use super::params::Params;

/// The scheme of a URI.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `sip:`
    Sip,
    /// `sips:`
    Sips,
    /// `tel:`
    Tel,
    /// Any other, in the case in which it was read.
    Other(String),
}

impl Scheme {
    /// The scheme without its colon.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Sip => "sip",
            Self::Sips => "sips",
            Self::Tel => "tel",
            Self::Other(text) => text,
        }
    }
}

/// A URI. Escapes (`%HH`) are kept as they were read, so that a URI goes out again byte for byte; use
/// [`Uri::username`] to look a user up. `Debug` masks the user.
///
/// | scheme | `user` | `host` | `opaque` |
/// |---|---|---|---|
/// | `sip`, `sips` | the user part, escaped | the host | empty |
/// | `tel` | the number with its visual separators | an empty name | empty |
/// | other | `None` | an empty name | all behind the colon |
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Uri {
    /// The scheme.
    pub scheme: Scheme,
    /// The user part, still escaped; see [`Uri::username`].
    pub user: Option<String>,
    /// The password, still escaped. It is deprecated to send one.
    pub password: Option<String>,
    /// The host.
    pub host: Host,
    /// The port, if it was written.
    pub port: Option<u16>,
    /// The URI's own parameters.
    pub params: Params,
    /// What stands behind `?`, still escaped. Never apply these to a request that came from a stranger.
    pub headers: Option<String>,
    /// All behind the colon of a scheme that is not read.
    pub opaque: String,
}

/// The text is not a URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// A character that no URI may hold: white space, a control character, quotes or angle brackets.
    #[error("the URI holds a character that no URI may hold")]
    Character,
    /// There is no scheme.
    #[error("the URI has no scheme")]
    Scheme,
    /// The user part is empty or broken.
    #[error("the URI's user part is broken")]
    User,
    /// The host or the port is broken.
    #[error("the URI's host or port is broken")]
    Host,
    /// The parameters are broken.
    #[error("the URI's parameters are broken")]
    Params,
}

impl Uri {
    /// `sip:host` or, with a user in plain text, `sip:user@host`.
    pub fn sip(user: Option<&str>, host: Host, port: Option<u16>) -> Self {
        let mut uri = Self::empty(Scheme::Sip);
        uri.user = user.map(lex::escape_user);
        uri.host = host;
        uri.port = port;
        uri
    }

    pub(crate) fn empty(scheme: Scheme) -> Self {
        Self {
            scheme,
            user: None,
            password: None,
            host: Host::Name(String::new()),
            port: None,
            params: Params::new(),
            headers: None,
            opaque: String::new(),
        }
    }

    /// Reads a URI.
    pub fn parse(text: &str) -> Result<Self, UriError> {
        if text.bytes().any(|byte| byte <= b' ' || matches!(byte, b'"' | b'<' | b'>' | 0x7F)) {
            return Err(UriError::Character);
        }
        let (scheme, rest) = text.split_once(':').ok_or(UriError::Scheme)?;
        match Self::scheme(scheme)? {
            scheme @ (Scheme::Sip | Scheme::Sips) => Self::parse_sip(scheme, rest),
            Scheme::Tel => Self::parse_tel(rest),
            scheme => {
                let mut uri = Self::empty(scheme);
                rest.clone_into(&mut uri.opaque);
                Ok(uri)
            }
        }
    }

    fn scheme(text: &str) -> Result<Scheme, UriError> {
        let legal = text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
        match text {
            _ if text.eq_ignore_ascii_case("sip") => Ok(Scheme::Sip),
            _ if text.eq_ignore_ascii_case("sips") => Ok(Scheme::Sips),
            _ if text.eq_ignore_ascii_case("tel") => Ok(Scheme::Tel),
            _ if legal => Ok(Scheme::Other(text.to_owned())),
            _ => Err(UriError::Scheme),
        }
    }

    fn parse_sip(scheme: Scheme, rest: &str) -> Result<Self, UriError> {
        let mut uri = Self::empty(scheme);
        // The user part may hold `;`, `?` and `/`, so it is cut off first; nothing behind it may hold a bare `@`.
        let rest = match rest.split_once('@') {
            Some((info, rest)) => {
                let (user, password) = info.split_once(':').map_or((info, None), |(user, word)| (user, Some(word)));
                if user.is_empty() {
                    return Err(UriError::User);
                }
                uri.user = Some(user.to_owned());
                uri.password = password.map(str::to_owned);
                rest
            }
            None => rest,
        };
        let (rest, headers) = rest.split_once('?').map_or((rest, None), |(rest, headers)| (rest, Some(headers)));
        uri.headers = headers.map(str::to_owned);
        let (host, params) = rest.find(';').map_or((rest, ""), |at| rest.split_at(at));
        let HostPort { host, port } = HostPort::parse(host).ok_or(UriError::Host)?;
        uri.host = host;
        uri.port = port;
        uri.params = Params::parse(params).ok_or(UriError::Params)?;
        Ok(uri)
    }

    fn parse_tel(rest: &str) -> Result<Self, UriError> {
        let (number, params) = rest.find(';').map_or((rest, ""), |at| rest.split_at(at));
        if number.is_empty() {
            return Err(UriError::User);
        }
        let mut uri = Self::empty(Scheme::Tel);
        uri.user = Some(number.to_owned());
        uri.params = Params::parse(params).ok_or(UriError::Params)?;
        Ok(uri)
    }

    /// The user with its escapes decoded, once (RFC 3261 19.1.2).
    pub fn username(&self) -> Option<Cow<'_, str>> {
        self.user.as_deref().map(lex::unescape)
    }

    /// Sets the user from plain text, escaping what a URI cannot hold.
    pub fn set_username(&mut self, user: &str) {
        self.user = Some(lex::escape_user(user));
    }

    /// The `transport` parameter, as it was read.
    pub fn transport(&self) -> Option<&str> {
        self.params.get("transport")
    }

    /// Is this the URI of a loose router (`lr`, RFC 3261 16.12.1.1)?
    pub fn is_loose_router(&self) -> bool {
        self.params.contains("lr")
    }

    /// Is the scheme `sip` or `sips`?
    pub fn is_sip(&self) -> bool {
        matches!(self.scheme, Scheme::Sip | Scheme::Sips)
    }
}

impl FromStr for Uri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        Self::parse(text)
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scheme.as_str())?;
        f.write_str(":")?;
        if let Scheme::Other(_) = self.scheme {
            return f.write_str(&self.opaque);
        }
        f.write_str(self.user.as_deref().unwrap_or(""))?;
        if self.is_sip() {
            if let Some(password) = &self.password {
                write!(f, ":{password}")?;
            }
            if self.user.is_some() {
                f.write_str("@")?;
            }
            fmt::Display::fmt(&self.host, f)?;
            if let Some(port) = self.port {
                write!(f, ":{port}")?;
            }
        }
        fmt::Display::fmt(&self.params, f)?;
        self.headers.as_ref().map_or(Ok(()), |headers| write!(f, "?{headers}"))
    }
}

impl fmt::Debug for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = if self.user.is_some() { "***@" } else { "" };
        write!(f, "{}:{user}{}", self.scheme.as_str(), self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}
