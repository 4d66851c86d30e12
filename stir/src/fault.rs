//! Why a signature is not believed.

/// What is wrong with a signed identity. The texts hold no numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The call should be signed and is not.
    #[error("the call is not signed")]
    Missing,
    /// The header or its token cannot be read.
    #[error("the Identity header cannot be read")]
    Malformed,
    /// Another algorithm than ES256, or a kind of PASSporT that is not known.
    #[error("the signature is of a kind that is not known")]
    Unsupported,
    /// It was signed too long ago, or in the future.
    #[error("the signature is stale")]
    Stale,
    /// It speaks of another caller.
    #[error("another number was signed as the caller")]
    OtherCaller,
    /// It speaks of another callee.
    #[error("another number was signed as the callee")]
    OtherCallee,
    /// The certificate is not where the header says, or may not be fetched from there.
    #[error("the certificate could not be fetched")]
    NoCertificate,
    /// What was fetched is no certificate.
    #[error("the certificate cannot be read")]
    BadCertificate,
    /// The certificate is too old or too young.
    #[error("the certificate is not valid now")]
    Expired,
    /// It does not lead to a configured root.
    #[error("the certificate does not lead to a trusted root")]
    Untrusted,
    /// The certificate is not for this number.
    #[error("the certificate is not for the caller's number")]
    NotForNumber,
    /// The certificate does not name the host of this address.
    #[error("the certificate is not for this identity")]
    NotForAddress,
    /// What was signed was changed.
    #[error("the signature does not fit")]
    BadSignature,
}

impl Fault {
    /// The status that refuses a call for it, and its reason phrase (RFC 8224 section 6.2.2).
    pub const fn status(self) -> (u16, &'static str) {
        match self {
            Self::Missing => (428, "Use Identity Header"),
            Self::Stale => (403, "Stale Date"),
            Self::NoCertificate => (436, "Bad Identity Info"),
            Self::BadCertificate
            | Self::Expired
            | Self::Untrusted
            | Self::NotForNumber
            | Self::NotForAddress
            | Self::Unsupported => (437, "Unsupported Credential"),
            Self::Malformed | Self::OtherCaller | Self::OtherCallee | Self::BadSignature => {
                (438, "Invalid Identity Header")
            }
        }
    }

    /// A word for metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Unsupported => "unsupported",
            Self::Stale => "stale",
            Self::OtherCaller => "other_caller",
            Self::OtherCallee => "other_callee",
            Self::NoCertificate => "no_certificate",
            Self::BadCertificate => "bad_certificate",
            Self::Expired => "expired",
            Self::Untrusted => "untrusted",
            Self::NotForNumber => "not_for_number",
            Self::NotForAddress => "not_for_address",
            Self::BadSignature => "bad_signature",
        }
    }
}
