//! Names of header fields, with their compact forms (RFC 3261 7.3.3 and 20).

use std::fmt;
use std::hash::{Hash, Hasher};

macro_rules! header_names {
    ($($variant:ident = $text:literal $(/ $compact:literal)?),+ $(,)?) => {
        /// The name of a header field. Known names are written in their long form; unknown ones are kept byte for
        /// byte and compared without respect to case.
        #[derive(Debug, Clone)]
        pub enum HeaderName {
            $(#[doc = concat!("`", $text, "`")] $variant,)+
            /// A name that this crate does not know, as it was read.
            Other(String),
        }

        impl HeaderName {
            /// The name as it is written.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }

            /// Reads a name without respect to case; one letter may be a compact form.
            pub fn parse(text: &str) -> Self {
                Self::known(text).unwrap_or_else(|| Self::Other(text.to_owned()))
            }

            fn known(text: &str) -> Option<Self> {
                if let &[letter] = text.as_bytes() {
                    return match letter.to_ascii_lowercase() {
                        $($($compact => Some(Self::$variant),)?)+
                        _ => None,
                    };
                }
                // The compiler turns the length into a jump table, so that few names are compared.
                const LENGTHS: &[(&str, HeaderName)] = &[$(($text, HeaderName::$variant)),+];
                BY_LENGTH.get(text.len())?.iter().map(|&index| &LENGTHS[index as usize])
                    .find(|(name, _)| name.eq_ignore_ascii_case(text))
                    .map(|(_, known)| known.clone())
            }
        }

        const TEXTS: &[&str] = &[$($text),+];
    };
}

header_names! {
    Via = "Via" / b'v',
    From = "From" / b'f',
    To = "To" / b't',
    CallId = "Call-ID" / b'i',
    CSeq = "CSeq",
    Contact = "Contact" / b'm',
    MaxForwards = "Max-Forwards",
    ContentType = "Content-Type" / b'c',
    ContentLength = "Content-Length" / b'l',
    ContentEncoding = "Content-Encoding" / b'e',
    ContentDisposition = "Content-Disposition",
    ContentLanguage = "Content-Language",
    Route = "Route",
    RecordRoute = "Record-Route",
    Require = "Require",
    ProxyRequire = "Proxy-Require",
    Supported = "Supported" / b'k',
    Unsupported = "Unsupported",
    Allow = "Allow",
    AllowEvents = "Allow-Events" / b'u',
    Accept = "Accept",
    AcceptEncoding = "Accept-Encoding",
    AcceptLanguage = "Accept-Language",
    AcceptContact = "Accept-Contact" / b'a',
    RejectContact = "Reject-Contact" / b'j',
    RequestDisposition = "Request-Disposition" / b'd',
    AlertInfo = "Alert-Info",
    CallInfo = "Call-Info",
    Authorization = "Authorization",
    AuthenticationInfo = "Authentication-Info",
    WwwAuthenticate = "WWW-Authenticate",
    ProxyAuthenticate = "Proxy-Authenticate",
    ProxyAuthorization = "Proxy-Authorization",
    Date = "Date",
    Diversion = "Diversion",
    ErrorInfo = "Error-Info",
    Event = "Event" / b'o',
    Expires = "Expires",
    FlowTimer = "Flow-Timer",
    HistoryInfo = "History-Info",
    Identity = "Identity" / b'y',
    InfoPackage = "Info-Package",
    InReplyTo = "In-Reply-To",
    Join = "Join",
    MimeVersion = "MIME-Version",
    MinExpires = "Min-Expires",
    MinSe = "Min-SE",
    Organization = "Organization",
    PAssertedIdentity = "P-Asserted-Identity",
    PPreferredIdentity = "P-Preferred-Identity",
    Path = "Path",
    Priority = "Priority",
    Privacy = "Privacy",
    RAck = "RAck",
    Reason = "Reason",
    RecvInfo = "Recv-Info",
    ReferTo = "Refer-To" / b'r',
    ReferredBy = "Referred-By" / b'b',
    RemotePartyId = "Remote-Party-ID",
    Replaces = "Replaces",
    ReplyTo = "Reply-To",
    RetryAfter = "Retry-After",
    RSeq = "RSeq",
    Server = "Server",
    ServiceRoute = "Service-Route",
    SessionExpires = "Session-Expires" / b'x',
    SipEtag = "SIP-ETag",
    SipIfMatch = "SIP-If-Match",
    Subject = "Subject" / b's',
    SubscriptionState = "Subscription-State",
    Timestamp = "Timestamp",
    UserAgent = "User-Agent",
    Warning = "Warning",
}

const LONGEST: usize = 20;

/// Indices of the known names by their length, so that reading one compares at most a handful of them.
static BY_LENGTH: [&[u8]; LONGEST + 1] = {
    const fn count(length: usize) -> usize {
        let (mut index, mut found) = (0, 0);
        while index < TEXTS.len() {
            if TEXTS[index].len() == length {
                found += 1;
            }
            index += 1;
        }
        found
    }
    const fn fill<const N: usize>(length: usize) -> [u8; N] {
        let (mut index, mut found, mut out) = (0, 0, [0; N]);
        while index < TEXTS.len() {
            if TEXTS[index].len() == length {
                out[found] = index as u8;
                found += 1;
            }
            index += 1;
        }
        out
    }
    macro_rules! rows {
        ($($length:literal)+) => { [$(&fill::<{ count($length) }>($length)),+] };
    }
    rows!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20)
};

impl PartialEq for HeaderName {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Other(a), Self::Other(b)) => a.eq_ignore_ascii_case(b),
            (Self::Other(_), _) | (_, Self::Other(_)) => false,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

impl Eq for HeaderName {}

impl Hash for HeaderName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        if let Self::Other(text) = self {
            text.bytes().for_each(|byte| state.write_u8(byte.to_ascii_lowercase()));
        }
    }
}

impl From<&str> for HeaderName {
    fn from(text: &str) -> Self {
        Self::parse(text)
    }
}

impl fmt::Display for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
