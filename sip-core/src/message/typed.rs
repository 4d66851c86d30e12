//! Typed reading and writing of header fields. Each accessor reads when it is asked; nothing is cached.

use super::auth::AuthParams;
use super::cseq::{CSeq, RAck};
use super::error::{HeaderError, HeaderProblem};
use super::headers::Headers;
use super::lex;
use super::media_type::MediaType;
use super::method::Method;
use super::name::HeaderName;
use super::name_addr::NameAddr;
use super::via::Via;

/// Fails with a [`HeaderError`] for `name`.
fn broken<E: Into<HeaderProblem>>(name: &HeaderName) -> impl Fn(E) -> HeaderError {
    move |error| HeaderError { name: name.clone(), problem: error.into() }
}

fn missing(name: HeaderName) -> HeaderError {
    HeaderError { name, problem: HeaderProblem::Missing }
}

/// Via.
impl Headers {
    /// Every Via, the topmost first.
    pub fn vias(&self) -> Result<Vec<Via>, HeaderError> {
        self.get_all(&HeaderName::Via)
            .flat_map(lex::split_list)
            .map(Via::parse)
            .collect::<Result<_, _>>()
            .map_err(broken(&HeaderName::Via))
    }

    /// The topmost Via.
    pub fn top_via(&self) -> Result<Via, HeaderError> {
        let line = self.get(&HeaderName::Via).ok_or_else(|| missing(HeaderName::Via))?;
        let first = lex::split_list(line).next().unwrap_or("");
        Via::parse(first).map_err(broken(&HeaderName::Via))
    }

    /// Removes the topmost Via, also from a line that holds several.
    pub fn pop_top_via(&mut self) -> Result<Via, HeaderError> {
        let via = self.top_via()?;
        self.replace_first_element(&HeaderName::Via, None);
        Ok(via)
    }

    /// Puts another Via in the place of the topmost one; adds it if there is none.
    pub fn set_top_via(&mut self, via: &Via) {
        if self.contains(&HeaderName::Via) {
            self.replace_first_element(&HeaderName::Via, Some(&via.to_string()));
        } else {
            self.push_front(HeaderName::Via, via.to_string());
        }
    }

    /// Adds a Via above all others.
    pub fn push_via(&mut self, via: &Via) {
        self.push_front(HeaderName::Via, via.to_string());
    }
}

/// What names the dialog and the transaction.
impl Headers {
    /// From.
    pub fn from(&self) -> Result<NameAddr, HeaderError> {
        self.single_addr(HeaderName::From)
    }

    /// To.
    pub fn to(&self) -> Result<NameAddr, HeaderError> {
        self.single_addr(HeaderName::To)
    }

    fn single_addr(&self, name: HeaderName) -> Result<NameAddr, HeaderError> {
        let Some(text) = self.get(&name) else { return Err(missing(name)) };
        NameAddr::parse(text).map_err(broken(&name))
    }

    /// Call-ID.
    pub fn call_id(&self) -> Option<&str> {
        self.get(&HeaderName::CallId).filter(|id| !id.is_empty())
    }

    /// CSeq.
    pub fn cseq(&self) -> Result<CSeq, HeaderError> {
        let text = self.get(&HeaderName::CSeq).ok_or_else(|| missing(HeaderName::CSeq))?;
        CSeq::parse(text).map_err(broken(&HeaderName::CSeq))
    }

    /// RAck (RFC 3262).
    pub fn rack(&self) -> Result<RAck, HeaderError> {
        let text = self.get(&HeaderName::RAck).ok_or_else(|| missing(HeaderName::RAck))?;
        RAck::parse(text).map_err(broken(&HeaderName::RAck))
    }

    /// RSeq (RFC 3262).
    pub fn rseq(&self) -> Option<u32> {
        self.number(&HeaderName::RSeq)
    }
}

/// Addresses.
impl Headers {
    /// Every address in the headers of this name.
    pub fn addresses(&self, name: &HeaderName) -> Result<Vec<NameAddr>, HeaderError> {
        self.get_list(name).map(NameAddr::parse).collect::<Result<_, _>>().map_err(broken(name))
    }

    /// Every Contact; none if it is `*`, which [`Headers::contact_is_star`] tells.
    pub fn contacts(&self) -> Result<Vec<NameAddr>, HeaderError> {
        if self.contact_is_star() { Ok(Vec::new()) } else { self.addresses(&HeaderName::Contact) }
    }

    /// Is the Contact `*` (RFC 3261 10.2.2)?
    pub fn contact_is_star(&self) -> bool {
        self.get(&HeaderName::Contact) == Some("*") && self.count(&HeaderName::Contact) == 1
    }

    /// Every Record-Route, in the order of the message.
    pub fn record_routes(&self) -> Result<Vec<NameAddr>, HeaderError> {
        self.addresses(&HeaderName::RecordRoute)
    }

    /// Every Route, in the order of the message.
    pub fn routes(&self) -> Result<Vec<NameAddr>, HeaderError> {
        self.addresses(&HeaderName::Route)
    }

    /// Every Path (RFC 3327).
    pub fn paths(&self) -> Result<Vec<NameAddr>, HeaderError> {
        self.addresses(&HeaderName::Path)
    }

    /// The first P-Asserted-Identity that can be read (RFC 3325).
    pub fn p_asserted_identity(&self) -> Option<NameAddr> {
        self.get_list(&HeaderName::PAssertedIdentity).find_map(|text| NameAddr::parse(text).ok())
    }

    /// Refer-To (RFC 3515).
    pub fn refer_to(&self) -> Result<NameAddr, HeaderError> {
        self.single_addr(HeaderName::ReferTo)
    }
}

/// What both sides can do.
impl Headers {
    /// The option tags of Require.
    pub fn require(&self) -> Vec<&str> {
        self.get_list(&HeaderName::Require).collect()
    }

    /// The option tags of Proxy-Require.
    pub fn proxy_require(&self) -> Vec<&str> {
        self.get_list(&HeaderName::ProxyRequire).collect()
    }

    /// The option tags of Supported.
    pub fn supported(&self) -> Vec<&str> {
        self.get_list(&HeaderName::Supported).collect()
    }

    /// The option tags of Unsupported.
    pub fn unsupported(&self) -> Vec<&str> {
        self.get_list(&HeaderName::Unsupported).collect()
    }

    /// Is this option tag in Supported or Require? Option tags are compared without respect to case.
    pub fn supports(&self, tag: &str) -> bool {
        let mut tags = self.get_list(&HeaderName::Supported).chain(self.get_list(&HeaderName::Require));
        tags.any(|known| known.eq_ignore_ascii_case(tag))
    }

    /// The methods of Allow; what is no token is left out.
    pub fn allow(&self) -> Vec<Method> {
        self.get_list(&HeaderName::Allow).filter_map(Method::parse).collect()
    }

    /// The media ranges of Accept; `None` if there is no Accept, which means `application/sdp` in most requests.
    pub fn accept(&self) -> Option<Vec<MediaType>> {
        let list = || self.get_list(&HeaderName::Accept).filter_map(|text| MediaType::parse(text).ok()).collect();
        self.contains(&HeaderName::Accept).then(list)
    }
}

/// Body and times.
impl Headers {
    /// Content-Type.
    pub fn content_type(&self) -> Result<Option<MediaType>, HeaderError> {
        let text = self.get(&HeaderName::ContentType);
        text.map(MediaType::parse).transpose().map_err(broken(&HeaderName::ContentType))
    }

    /// Content-Length in bytes.
    pub fn content_length(&self) -> Result<Option<usize>, HeaderError> {
        self.strict_number(&HeaderName::ContentLength).map(|number| number.map(|number| number as usize))
    }

    /// Max-Forwards; more than 255 counts as 255.
    pub fn max_forwards(&self) -> Result<Option<u8>, HeaderError> {
        let number = self.strict_number(&HeaderName::MaxForwards)?;
        Ok(number.map(|number| u8::try_from(number).unwrap_or(u8::MAX)))
    }

    fn strict_number(&self, name: &HeaderName) -> Result<Option<u32>, HeaderError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        lex::saturating_u32(text).map(Some).ok_or_else(|| broken(name)(HeaderProblem::Number))
    }

    /// A number that may be followed by parameters or a comment; more than fits counts as the most that fits.
    fn number(&self, name: &HeaderName) -> Option<u32> {
        let text = self.get(name)?;
        let end = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
        lex::saturating_u32(&text[..end])
    }

    /// Expires in seconds; `None` if it is missing or malformed, which RFC 3261 10.2.1.1 treats alike.
    pub fn expires(&self) -> Option<u32> {
        self.number(&HeaderName::Expires)
    }

    /// Min-Expires in seconds.
    pub fn min_expires(&self) -> Option<u32> {
        self.number(&HeaderName::MinExpires)
    }

    /// Retry-After in seconds.
    pub fn retry_after(&self) -> Option<u32> {
        self.number(&HeaderName::RetryAfter)
    }

    /// Session-Expires in seconds, and the `refresher` (RFC 4028 4).
    pub fn session_expires(&self) -> Option<(u32, Option<&str>)> {
        let seconds = self.number(&HeaderName::SessionExpires)?;
        let text = self.get(&HeaderName::SessionExpires)?;
        let mut params = text.split(';').skip(1).filter_map(|param| param.split_once('='));
        let refresher = params.find(|(name, _)| lex::trim(name).eq_ignore_ascii_case("refresher"));
        Some((seconds, refresher.map(|(_, value)| lex::trim(value))))
    }

    /// Min-SE in seconds (RFC 4028 5).
    pub fn min_se(&self) -> Option<u32> {
        self.number(&HeaderName::MinSe)
    }
}

/// Authentication. What cannot be read is left out: an unknown scheme must not hide a known one (RFC 4475 3.3.7).
impl Headers {
    /// The credentials in Authorization.
    pub fn authorization(&self) -> Vec<AuthParams> {
        self.auth(&HeaderName::Authorization)
    }

    /// The credentials in Proxy-Authorization.
    pub fn proxy_authorization(&self) -> Vec<AuthParams> {
        self.auth(&HeaderName::ProxyAuthorization)
    }

    /// The challenges in WWW-Authenticate.
    pub fn www_authenticate(&self) -> Vec<AuthParams> {
        self.auth(&HeaderName::WwwAuthenticate)
    }

    /// The challenges in Proxy-Authenticate.
    pub fn proxy_authenticate(&self) -> Vec<AuthParams> {
        self.auth(&HeaderName::ProxyAuthenticate)
    }

    fn auth(&self, name: &HeaderName) -> Vec<AuthParams> {
        self.get_all(name).filter_map(AuthParams::parse_all).flatten().collect()
    }
}
