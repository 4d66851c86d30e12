//! Replaces: which dialog a call is to take the place of (RFC 3891 section 6.1).

use std::fmt;

use super::lex;
use super::params::Params;
use super::uri::Uri;

/// The dialog that is to be replaced, as its own end knows it. `Debug` shows none of it: who knows it may ask to take
/// the call over.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Replaces {
    /// Its Call-ID.
    pub call_id: String,
    /// The tag of the end that is asked.
    pub to_tag: String,
    /// The tag of the other end; `0` for one that has none.
    pub from_tag: String,
    /// Only while it is not answered.
    pub early_only: bool,
}

impl Replaces {
    /// Reads the value of the header; `None` unless it names a dialog.
    pub fn parse(text: &str) -> Option<Self> {
        let (call_id, params) = text.split_once(';')?;
        let call_id = lex::trim(call_id);
        let params = Params::parse(params)?;
        let tag = |name| params.get(name).filter(|tag| !tag.is_empty()).map(str::to_owned);
        (!call_id.is_empty()).then_some(())?;
        Some(Self {
            call_id: call_id.to_owned(),
            to_tag: tag("to-tag")?,
            from_tag: tag("from-tag")?,
            early_only: params.contains("early-only"),
        })
    }

    /// The one among the headers of a URI, as in Refer-To; `None` when there is none that can be read.
    pub fn of_uri(uri: &Uri) -> Option<Self> {
        let headers = uri.headers.as_deref()?;
        let mut fields = headers.split('&').filter_map(|field| field.split_once('='));
        let (_, value) = fields.find(|(name, _)| lex::unescape(name).eq_ignore_ascii_case("Replaces"))?;
        Self::parse(&lex::unescape(value))
    }

    /// As one of the headers of a URI.
    pub fn as_uri_header(&self) -> String {
        use fmt::Write as _;
        let mut out = String::from("Replaces=");
        for byte in self.to_string().bytes() {
            // What `hvalue` may hold as it is (RFC 3261 section 25.1).
            if byte.is_ascii_alphanumeric() || b"-_.!~*'()[]/?:+$".contains(&byte) {
                out.push(char::from(byte));
            } else {
                // Writing to a String cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
        out
    }
}

impl fmt::Display for Replaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let early = if self.early_only { ";early-only" } else { "" };
        write!(f, "{};to-tag={};from-tag={}{early}", self.call_id, self.to_tag, self.from_tag)
    }
}

impl fmt::Debug for Replaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replaces").field("early_only", &self.early_only).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// The example of RFC 3891 section 6.1, in either order of its parameters.
    #[test]
    fn it_is_read_and_written() {
        let replaces = Replaces::parse("98732@sip.example.com ;from-tag=r33th4x0r ; to-tag=ff87ff;early-only").unwrap();
        assert_eq!((replaces.call_id.as_str(), replaces.early_only), ("98732@sip.example.com", true));
        assert_eq!((replaces.to_tag.as_str(), replaces.from_tag.as_str()), ("ff87ff", "r33th4x0r"));
        assert_eq!(Replaces::parse(&replaces.to_string()), Some(replaces));
        for bad in ["", "x", "x;to-tag=1", "x;from-tag=1", ";to-tag=1;from-tag=2", "x;to-tag=;from-tag=2"] {
            assert_eq!(Replaces::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn it_goes_into_a_uri_and_out_again() {
        let replaces = Replaces::parse("a b@c%&=;to-tag=1-x;from-tag=2;early-only").unwrap();
        let mut uri = Uri::parse("sip:ben@192.0.2.7;transport=tcp").unwrap();
        uri.headers = Some(format!("Subject=x&{}", replaces.as_uri_header()));
        let uri = Uri::parse(&uri.to_string()).unwrap();
        assert_eq!(Replaces::of_uri(&uri), Some(replaces));
        assert_eq!(Replaces::of_uri(&Uri::parse("sip:ben@192.0.2.7?Subject=x").unwrap()), None);
    }
}
