//! The parameters of the four authentication headers (RFC 3261 20.7, 20.27, 20.28, 20.44; RFC 7616, RFC 8760).

use std::fmt;

use super::lex;

/// One challenge or one set of credentials: a scheme and its parameters. `Debug` shows the scheme and the names only.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthParams {
    /// `Digest`, or a scheme that nobody here speaks.
    pub scheme: String,
    params: Vec<AuthParam>,
}

#[derive(Clone, PartialEq, Eq)]
struct AuthParam {
    name: String,
    /// Without quotes and backslashes.
    value: String,
    quoted: bool,
}

impl AuthParams {
    /// `Digest` without parameters yet.
    pub fn digest() -> Self {
        Self { scheme: "Digest".to_owned(), params: Vec::new() }
    }

    /// Is the scheme Digest?
    pub fn is_digest(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("Digest")
    }

    /// A parameter's value, unquoted. Names are compared without respect to case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|param| param.name.eq_ignore_ascii_case(name)).map(|param| param.value.as_str())
    }

    /// Adds a parameter that is written bare, such as `algorithm`, `nc`, `stale`, or `qop` in credentials.
    pub fn push(&mut self, name: &str, value: &str) {
        self.params.push(AuthParam { name: name.to_owned(), value: value.to_owned(), quoted: false });
    }

    /// Adds a parameter that is written in quotes, such as `realm`, `nonce`, `uri`, `response`, `cnonce`, `opaque`.
    pub fn push_quoted(&mut self, name: &str, value: &str) {
        self.params.push(AuthParam { name: name.to_owned(), value: value.to_owned(), quoted: true });
    }

    /// Reads every challenge in one header value: several may stand in a line (RFC 9110 11.6.1). `None` if the value
    /// makes no sense.
    pub fn parse_all(text: &str) -> Option<Vec<Self>> {
        let mut all: Vec<Self> = Vec::new();
        for item in lex::split_list(text).filter(|item| !item.is_empty()) {
            let equals = lex::find_unquoted(item, b'=').unwrap_or(item.len());
            let head = lex::trim(&item[..equals]);
            match head.split_once([' ', '\t']) {
                // `Digest realm="a"`: a new scheme with its first parameter.
                Some((scheme, _)) if lex::is_token(scheme) => {
                    all.push(Self { scheme: scheme.to_owned(), params: Vec::new() });
                    all.last_mut()?.push_text(lex::trim(&item[scheme.len()..]));
                }
                // `Negotiate`: a scheme without parameters.
                None if equals == item.len() && lex::is_token(head) => {
                    all.push(Self { scheme: head.to_owned(), params: Vec::new() });
                }
                None => all.last_mut()?.push_text(item),
                Some(_) => return None,
            }
        }
        Some(all)
    }

    /// What is no `name=value` (a token68 of another scheme) is dropped: we could not use it.
    fn push_text(&mut self, item: &str) {
        let Some((name, value)) = item.split_once('=') else { return };
        let (name, value) = (lex::trim(name), lex::trim(value));
        if lex::is_token(name) {
            let quoted = value.starts_with('"');
            self.params.push(AuthParam { name: name.to_owned(), value: lex::unquote(value).into_owned(), quoted });
        }
    }
}

impl fmt::Display for AuthParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.scheme)?;
        for (index, param) in self.params.iter().enumerate() {
            write!(f, "{}{}=", if index == 0 { " " } else { ", " }, param.name)?;
            if param.quoted || !lex::is_token(&param.value) {
                lex::write_quoted(f, &param.value)?;
            } else {
                f.write_str(&param.value)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for AuthParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.scheme)?;
        f.debug_list().entries(self.params.iter().map(|param| &param.name)).finish()
    }
}
