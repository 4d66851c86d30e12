//! The ciphers that can be agreed on.

/// A cipher with its authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Suite {
    /// AES-256 in GCM (RFC 7714).
    AeadAes256Gcm,
    /// AES-128 in GCM (RFC 7714).
    AeadAes128Gcm,
    /// AES-256 in counter mode, HMAC-SHA1 of 80 bits (RFC 6188).
    Aes256CmSha1_80,
    /// AES-256 in counter mode, HMAC-SHA1 of 32 bits (RFC 6188).
    Aes256CmSha1_32,
    /// AES-128 in counter mode, HMAC-SHA1 of 80 bits (RFC 3711): what everybody knows.
    Aes128CmSha1_80,
    /// AES-128 in counter mode, HMAC-SHA1 of 32 bits (RFC 3711).
    Aes128CmSha1_32,
}

impl Suite {
    /// Every suite, the strongest first.
    pub const ALL: [Self; 6] = [
        Self::AeadAes256Gcm,
        Self::AeadAes128Gcm,
        Self::Aes256CmSha1_80,
        Self::Aes128CmSha1_80,
        Self::Aes256CmSha1_32,
        Self::Aes128CmSha1_32,
    ];

    /// The name in `a=crypto` (RFC 4568 section 6.2, RFC 6188, RFC 7714 section 14.2).
    pub const fn name(self) -> &'static str {
        match self {
            Self::AeadAes256Gcm => "AEAD_AES_256_GCM",
            Self::AeadAes128Gcm => "AEAD_AES_128_GCM",
            Self::Aes256CmSha1_80 => "AES_256_CM_HMAC_SHA1_80",
            Self::Aes256CmSha1_32 => "AES_256_CM_HMAC_SHA1_32",
            Self::Aes128CmSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::Aes128CmSha1_32 => "AES_CM_128_HMAC_SHA1_32",
        }
    }

    /// The suite of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.name().eq_ignore_ascii_case(name))
    }

    /// The master key's length, bytes.
    pub const fn key_bytes(self) -> usize {
        match self {
            Self::AeadAes256Gcm | Self::Aes256CmSha1_80 | Self::Aes256CmSha1_32 => 32,
            Self::AeadAes128Gcm | Self::Aes128CmSha1_80 | Self::Aes128CmSha1_32 => 16,
        }
    }

    /// The master salt's length, bytes.
    pub const fn salt_bytes(self) -> usize {
        if self.is_gcm() { 12 } else { 14 }
    }

    /// The length of the authentication tag behind an RTP packet, bytes.
    pub(super) const fn rtp_tag(self) -> usize {
        match self {
            Self::AeadAes256Gcm | Self::AeadAes128Gcm => 16,
            Self::Aes256CmSha1_80 | Self::Aes128CmSha1_80 => 10,
            Self::Aes256CmSha1_32 | Self::Aes128CmSha1_32 => 4,
        }
    }

    /// The same for RTCP, which is never cut to 32 bits (RFC 3711 section 5.2).
    pub(super) const fn rtcp_tag(self) -> usize {
        if self.is_gcm() { 16 } else { 10 }
    }

    pub(super) const fn is_gcm(self) -> bool {
        matches!(self, Self::AeadAes256Gcm | Self::AeadAes128Gcm)
    }
}
