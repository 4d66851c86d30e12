//! Who is at the other end: a number, an address, or nobody knows.

use phonenumber::{Mode, country};

/// The other party of a call, as it is kept in the books.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// A phone number in E.164, such as `+4930123456`.
    Number(String),
    /// What is no phone number: a SIP address without its scheme's parameters (`sip:anna@example.org`), or a
    /// malformed caller as it came, cut at 128 characters.
    Other(String),
    /// The number is withheld (RFC 3323, RFC 3325), or there was none.
    Withheld,
}

impl Address {
    /// The longest address that is kept, in characters.
    pub const MAX_CHARS: usize = 128;

    /// Reads a SIP or tel URI, the user part of one, or a number as people write it. `country`: ISO 3166-1 alpha-2
    /// of the country by whose rules a number without a country code is read.
    pub fn parse(text: &str, country: &str) -> Self {
        let text = text.trim().trim_start_matches('<').trim_end_matches('>');
        let (scheme, rest) = split_scheme(text);
        let bare = rest.split([';', '?']).next().unwrap_or_default();
        let (user, host) = match bare.rsplit_once('@') {
            Some((user, host)) => (user, Some(host)),
            None => (bare, None),
        };
        let user = user.split(':').next().unwrap_or_default();
        if is_withheld(user, host) {
            return Self::Withheld;
        }
        // RFC 3966 visual separators and percent escapes are not numbers' business beyond this.
        let dialled = user.replace("%2B", "+").replace("%2b", "+");
        if let Some(number) = e164(&dialled, country) {
            return Self::Number(number);
        }
        match (scheme, host) {
            (_, Some(host)) => Self::other(&format!("sip:{user}@{}", host.to_ascii_lowercase())),
            _ => Self::other(bare),
        }
    }

    fn other(text: &str) -> Self {
        let kept: String = text.chars().filter(|c| !c.is_control()).take(Self::MAX_CHARS).collect();
        if kept.is_empty() { Self::Withheld } else { Self::Other(kept) }
    }

    /// The text under which it is kept; `None` when withheld.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Number(text) | Self::Other(text) => Some(text),
            Self::Withheld => None,
        }
    }

    /// Whether a kept address means one line everywhere: a number in E.164, or `sip:user@host`; no extension, no name.
    pub fn is_unmistakable(text: &str) -> bool {
        let number = text
            .strip_prefix('+')
            .is_some_and(|digits| digits.len() >= 7 && digits.bytes().all(|b| b.is_ascii_digit()));
        let address = text.strip_prefix("sip:").and_then(|rest| rest.split_once('@'));
        number || address.is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
    }

    /// The number in E.164, where it is one.
    pub fn e164(&self) -> Option<&str> {
        match self {
            Self::Number(text) => Some(text),
            _ => None,
        }
    }
}

/// A number in E.164 as it is dialled within `country`: with its trunk prefix, where the country has one. `None` when it
/// is another country's, or cannot be read.
pub fn national(number: &str, country: &str) -> Option<String> {
    let here: country::Id = country.parse().ok()?;
    let parsed = phonenumber::parse(None, number).ok()?;
    let code = phonenumber::metadata::DATABASE.by_id(here.as_ref())?.country_code();
    (parsed.code().value() == code).then(|| {
        let written = parsed.format().mode(Mode::National).to_string();
        written.chars().filter(char::is_ascii_digit).collect()
    })
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Number(_) => "Number(..)",
            Self::Other(_) => "Other(..)",
            Self::Withheld => "Withheld",
        })
    }
}

/// Whether this is a country whose numbering rules are known.
pub(crate) fn is_country(text: &str) -> bool {
    text.parse::<country::Id>().is_ok()
}

fn split_scheme(text: &str) -> (Option<&str>, &str) {
    for scheme in ["sip:", "sips:", "tel:"] {
        if text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme)) {
            return (Some(&text[..scheme.len() - 1]), &text[scheme.len()..]);
        }
    }
    (None, text)
}

fn is_withheld(user: &str, host: Option<&str>) -> bool {
    let hidden = ["", "anonymous", "unavailable", "unknown", "restricted", "private", "withheld"];
    hidden.iter().any(|name| user.eq_ignore_ascii_case(name))
        || host.is_some_and(|host| host.to_ascii_lowercase().ends_with("anonymous.invalid"))
}

/// The number in E.164, if the text is one that can exist.
fn e164(text: &str, country: &str) -> Option<String> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let written = text.bytes().all(|b| b.is_ascii_digit() || b"+ -./()".contains(&b));
    // Shorter ones are extensions and service numbers: they mean nothing outside the place that they are dialled in.
    if !written || !(7..=17).contains(&digits) {
        return None;
    }
    let number = phonenumber::parse(text_country(country), text).ok()?;
    phonenumber::is_viable(text).then_some(())?;
    let formatted = number.format().mode(Mode::E164).to_string();
    (formatted.len() <= 16).then_some(formatted)
}

fn text_country(country: &str) -> Option<country::Id> {
    country.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<String> {
        Address::parse(text, "DE").e164().map(str::to_owned)
    }

    #[test]
    fn the_many_ways_to_write_a_number_are_one() {
        for text in [
            "+4930901820",
            "sip:+4930901820@carrier.example;user=phone",
            "<sip:030901820@10.0.0.1:5060>",
            "tel:+49-30-90182-0",
            "0049 30 901820",
            "030 90 18 20",
            "sip:%2B4930901820@carrier.example",
        ] {
            assert_eq!(number(text).as_deref(), Some("+4930901820"), "{text}");
        }
        assert_eq!(Address::parse("(212) 555-0123", "US").e164(), Some("+12125550123"));
    }

    #[test]
    fn national_numbers_have_the_prefix_of_their_country() {
        let written = |number, country| national(number, country);
        assert_eq!(written("+4930901820", "DE").as_deref(), Some("030901820"));
        assert_eq!(written("+12015550123", "US").as_deref(), Some("2015550123"));
        assert_eq!(written("+390612345678", "IT").as_deref(), Some("0612345678"));
        assert_eq!((written("+4930901820", "US"), written("reception", "DE")), (None, None));
    }

    #[test]
    fn withheld_callers_have_no_address() {
        for text in
            ["", "anonymous", "sip:anonymous@anonymous.invalid", "\"Anonymous\" sip:", "sip:Restricted@10.0.0.1"]
        {
            let text = text.trim_start_matches("\"Anonymous\" ");
            assert_eq!(Address::parse(text, "DE"), Address::Withheld, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_kept_as_it_came() {
        assert_eq!(Address::parse("sip:anna@Example.ORG;transport=tcp", "DE").as_str(), Some("sip:anna@example.org"));
        assert_eq!(Address::parse("sip:100@10.0.0.1", "DE").as_str(), Some("sip:100@10.0.0.1"));
        assert_eq!(Address::parse("reception", "DE").as_str(), Some("reception"));
        assert!(matches!(Address::parse("+++", "DE"), Address::Other(_)));
        let long = "9".repeat(10_000);
        assert_eq!(Address::parse(&long, "DE").as_str().map(str::len), Some(128));
    }
}
