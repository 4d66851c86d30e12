//! `name-addr` and `addr-spec`: From, To, Contact, Route and their kind (RFC 3261 20).

use std::fmt;
use std::str::FromStr;

use super::lex;
use super::params::Params;
use super::uri::Uri;

/// A URI with a display name and header parameters. `Debug` masks the name and the user.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct NameAddr {
    /// The display name, without its quotes; `None` if there is none or it is empty.
    pub display: Option<String>,
    /// The URI.
    pub uri: Uri,
    /// The parameters of the header, not those of the URI.
    pub params: Params,
}

/// The text is no `name-addr` and no `addr-spec`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameAddrError {
    /// A quoted name or an angle bracket never closes.
    #[error("the quotes or angle brackets are not balanced")]
    Unbalanced,
    /// The URI is broken.
    #[error("the URI is broken")]
    Uri(#[source] super::uri::UriError),
    /// A URI that needs angle brackets stands without them (RFC 3261 20.10).
    #[error("the URI needs angle brackets")]
    NeedsBrackets,
    /// What stands behind the URI is no parameter.
    #[error("the parameters are broken")]
    Params,
}

impl NameAddr {
    /// A URI with nothing around it.
    pub const fn new(uri: Uri) -> Self {
        Self { display: None, uri, params: Params::new() }
    }

    /// Reads one value: `"Name" <uri>;params`, `Name <uri>;params` or `uri;params`.
    ///
    /// A name that ought to be quoted and is not (RFC 4475 3.1.2.15) is taken as it stands.
    pub fn parse(text: &str) -> Result<Self, NameAddrError> {
        let text = lex::trim(text);
        let Some(open) = open_bracket(text)? else { return Self::parse_bare(text) };
        let close = text[open..].find('>').ok_or(NameAddrError::Unbalanced)? + open;
        let name = lex::unquote(lex::trim(&text[..open]));
        let uri = Uri::parse(lex::trim(&text[open + 1..close])).map_err(NameAddrError::Uri)?;
        let params = lex::trim(&text[close + 1..]);
        if !params.is_empty() && !params.starts_with(';') {
            return Err(NameAddrError::Params);
        }
        let params = Params::parse(params).ok_or(NameAddrError::Params)?;
        Ok(Self { display: (!name.is_empty()).then(|| name.into_owned()), uri, params })
    }

    /// Without brackets, all parameters belong to the header, and the URI may hold neither comma nor `?`.
    fn parse_bare(text: &str) -> Result<Self, NameAddrError> {
        let (uri, params) = text.find(';').map_or((text, ""), |at| text.split_at(at));
        if uri.contains(['?', ',']) {
            return Err(NameAddrError::NeedsBrackets);
        }
        let uri = Uri::parse(lex::trim(uri)).map_err(NameAddrError::Uri)?;
        Ok(Self { display: None, uri, params: Params::parse(params).ok_or(NameAddrError::Params)? })
    }

    /// The `tag` of From and To.
    pub fn tag(&self) -> Option<&str> {
        self.params.get("tag").filter(|tag| !tag.is_empty())
    }

    /// Sets the `tag`.
    pub fn set_tag(&mut self, tag: &str) {
        self.params.set("tag", tag);
    }

    /// The same with this `tag`.
    #[must_use]
    pub fn with_tag(mut self, tag: &str) -> Self {
        self.set_tag(tag);
        self
    }

    /// The `expires` of a Contact in seconds; more than fits counts as the most that fits.
    pub fn expires(&self) -> Option<u32> {
        self.params.get("expires").and_then(lex::saturating_u32)
    }

    /// The `q` of a Contact in thousandths, 0 to 1000.
    pub fn q(&self) -> Option<u16> {
        let q: f32 = self.params.get("q")?.parse().ok()?;
        (0.0..=1.0).contains(&q).then_some((q * 1000.0).round() as u16)
    }
}

/// Where the URI's bracket opens, outside a quoted name.
fn open_bracket(text: &str) -> Result<Option<usize>, NameAddrError> {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'"') {
        // Quotes may follow in the parameters of an `addr-spec`, and even within a name that ought to be quoted.
        let semicolon = text.find(';').unwrap_or(text.len());
        let bracket = text.find('<');
        return Ok(bracket.filter(|&at| at < semicolon || !text[..semicolon].contains(':')));
    }
    let end = lex::end_of_quoted(bytes, 0).ok_or(NameAddrError::Unbalanced)?;
    match text[end..].find(|char: char| !char.is_ascii_whitespace()) {
        Some(gap) if bytes[end + gap] == b'<' => Ok(Some(end + gap)),
        _ => Err(NameAddrError::Unbalanced),
    }
}

impl From<Uri> for NameAddr {
    fn from(uri: Uri) -> Self {
        Self::new(uri)
    }
}

impl FromStr for NameAddr {
    type Err = NameAddrError;

    fn from_str(text: &str) -> Result<Self, NameAddrError> {
        Self::parse(text)
    }
}

/// Always with angle brackets: then nobody can mistake a URI's parameter for one of the header.
impl fmt::Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.display {
            lex::write_quoted(f, name)?;
            f.write_str(" ")?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}

impl fmt::Debug for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.display.is_some() { "*** " } else { "" };
        write!(f, "{name}<{:?}>{:?}", self.uri, self.params)
    }
}
