//! The Identity header (RFC 8224 section 4).

use std::fmt;

use crate::fault::Fault;

/// The longest header value that is read, bytes.
const MAX_LEN: usize = 8_192;

/// One Identity header.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The PASSporT: three parts in base64url, or, in the compact form, two dots and the signature.
    pub token: String,
    /// Where the certificate is.
    pub info: String,
    /// The algorithm, where it is named.
    pub alg: Option<String>,
    /// The kind of PASSporT, where it is named.
    pub ppt: Option<String>,
}

impl fmt::Debug for Identity {
    // The token holds both numbers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("info", &self.info).field("ppt", &self.ppt).finish_non_exhaustive()
    }
}

impl Identity {
    /// Reads one header value: `token;info=<uri>;alg=ES256;ppt=shaken`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.len() > MAX_LEN {
            return Err(Fault::Malformed);
        }
        let (token, mut rest) = text.split_once(';').ok_or(Fault::Malformed)?;
        let token = token.trim();
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if token.matches('.').count() != 2 || !token.bytes().all(is_token) {
            return Err(Fault::Malformed);
        }
        let mut read = Self { token: token.to_owned(), info: String::new(), alg: None, ppt: None };
        while !rest.trim().is_empty() {
            let (name, value, next) = parameter(rest).ok_or(Fault::Malformed)?;
            match name {
                _ if name.eq_ignore_ascii_case("info") => value.clone_into(&mut read.info),
                _ if name.eq_ignore_ascii_case("alg") => read.alg = Some(value.to_owned()),
                _ if name.eq_ignore_ascii_case("ppt") => read.ppt = Some(value.to_owned()),
                _ => {}
            }
            rest = next;
        }
        if read.info.is_empty() { Err(Fault::Malformed) } else { Ok(read) }
    }

    /// Of several headers the one that proves the caller's number: `shaken`, or else one without extension. Others
    /// (`div`, `rcd` ...) speak of something else. `None`: there is none; an error: none can be read.
    pub fn choose<'a>(values: impl Iterator<Item = &'a str>) -> Option<Result<Self, Fault>> {
        /// Headers that are looked at.
        const MOST: usize = 8;
        let mut plain = None;
        let mut fault = None;
        for text in values.take(MOST) {
            match Self::parse(text) {
                Ok(read) if read.is_shaken() => return Some(Ok(read)),
                Ok(read) if read.ppt.is_none() => plain = plain.or(Some(read)),
                Ok(_) => fault = fault.or(Some(Fault::Unsupported)),
                Err(error) => fault = Some(error),
            }
        }
        plain.map(Ok).or(fault.map(Err))
    }

    /// Whether its PASSporT is `shaken` (RFC 8588).
    pub fn is_shaken(&self) -> bool {
        self.ppt.as_deref().is_some_and(|ppt| ppt.eq_ignore_ascii_case("shaken"))
    }
}

/// The first parameter, its value without brackets or quotes, and what follows its semicolon.
fn parameter(text: &str) -> Option<(&str, &str, &str)> {
    let (name, value) = text.split_once('=')?;
    let value = value.trim_start();
    let (value, rest) = match value.as_bytes().first()? {
        b'<' => value[1..].split_once('>')?,
        b'"' => value[1..].split_once('"')?,
        _ => {
            let end = value.find(';').unwrap_or(value.len());
            (value[..end].trim_end(), &value[end..])
        }
    };
    let rest = rest.trim_start();
    let next = rest.strip_prefix(';').or(rest.is_empty().then_some(""))?;
    Some((name.trim(), value, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_in_any_order_and_form() {
        for text in [
            "a.b.c;info=<https://cert.example/p.pem>;alg=ES256;ppt=shaken",
            "a.b.c ; ppt=\"shaken\" ; alg=\"ES256\" ; x=y ; info=<https://cert.example/p.pem>",
            "a.b.c;Info=https://cert.example/p.pem;ALG=ES256;PPT=Shaken",
        ] {
            let read = Identity::parse(text).expect(text);
            assert_eq!((read.token.as_str(), read.info.as_str()), ("a.b.c", "https://cert.example/p.pem"));
            assert!(read.is_shaken() && read.alg.as_deref() == Some("ES256"), "{text}");
        }
    }

    #[test]
    fn what_is_no_identity_is_refused() {
        let long = format!("a.b.{};info=<https://x>", "c".repeat(9_000));
        for text in ["", "a.b.c", "a.b;info=<https://x>", "a.b.c;alg=ES256", "a b.c.d;info=<x>", "a.b.c;info=<x", &long]
        {
            assert_eq!(Identity::parse(text), Err(Fault::Malformed), "{text:.40}");
        }
    }

    #[test]
    fn the_one_for_the_callers_number_is_taken() {
        let (div, plain) = ("a.b.c;info=<https://x>;ppt=div", "..c;info=<https://x>");
        let shaken = "a.b.d;info=<https://x>;ppt=shaken";
        let choose = |values: &[&str]| Identity::choose(values.iter().copied());
        assert!(choose(&[div, plain, shaken]).is_some_and(|it| it.is_ok_and(|it| it.is_shaken())));
        assert!(choose(&[div, plain]).is_some_and(|it| it.is_ok_and(|it| it.ppt.is_none())));
        assert_eq!(choose(&[div]), Some(Err(Fault::Unsupported)));
        assert_eq!(choose(&["nonsense"]), Some(Err(Fault::Malformed)));
        assert_eq!(choose(&[]), None);
    }
}
