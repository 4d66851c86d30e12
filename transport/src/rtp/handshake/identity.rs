//! Our certificate: made by ourselves at each start, since the session description says which one is ours.

use std::sync::Arc;

use media::sdp::Fingerprint;
use ring::digest::{SHA256, digest};
use rtc_dtls::config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType, HandshakeConfig};
use rtc_dtls::crypto::Certificate;
use rtc_dtls::crypto_provider::{RTCCryptoProvider, constant_time_eq, default_provider};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile as Profile;
use rtc_shared::error::Error;

/// The suites that we agree to, most wanted first. RFC 5764 has no profile for AES-256 in counter mode.
const PROFILES: [Profile; 4] = [
    Profile::Srtp_Aead_Aes_128_Gcm,
    Profile::Srtp_Aead_Aes_256_Gcm,
    Profile::Srtp_Aes128_Cm_Hmac_Sha1_80,
    Profile::Srtp_Aes128_Cm_Hmac_Sha1_32,
];

/// A certificate with its key.
#[derive(Clone)]
pub(crate) struct Identity {
    certificate: Certificate,
    provider: Arc<dyn RTCCryptoProvider>,
    fingerprint: Fingerprint,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("fingerprint", &self.fingerprint).finish_non_exhaustive()
    }
}

impl Identity {
    /// A new one.
    pub(crate) fn new() -> Result<Self, Error> {
        let provider = default_provider().map_err(|error| Error::Crypto(error.to_string()))?;
        let certificate = Certificate::generate_self_signed(vec!["callwright".to_owned()], provider.crypto())?;
        let own = certificate.certificate.first().ok_or(Error::ErrNoCertificates)?;
        let fingerprint = fingerprint_of(own);
        Ok(Self { certificate, provider, fingerprint })
    }

    /// What the session description says of it.
    pub(crate) const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// How to shake hands with a peer of this fingerprint and no other.
    pub(super) fn config(&self, theirs: Fingerprint, is_client: bool) -> Result<Arc<HandshakeConfig>, Error> {
        let verify = move |certificates: &[Vec<u8>], _: &[_]| match certificates.first() {
            Some(first) if constant_time_eq(&fingerprint_of(first).0, &theirs.0) => Ok(()),
            _ => Err(Error::ErrNoMatchingCertificateFingerprint),
        };
        let config = ConfigBuilder::default()
            .with_crypto_provider(Arc::clone(&self.provider))
            .with_certificates(vec![self.certificate.clone()])
            .with_srtp_protection_profiles(PROFILES.to_vec())
            .with_client_auth(ClientAuthType::RequireAnyClientCert)
            .with_extended_master_secret(ExtendedMasterSecretType::Request)
            // Its own fingerprint in the session description vouches for a certificate, not an authority.
            .with_insecure_skip_verify(true)
            .with_verify_peer_certificate(Some(Arc::new(verify)))
            .with_server_name("callwright".to_owned())
            .build(is_client, None)?;
        Ok(Arc::new(config))
    }
}

/// The SHA-256 of a certificate.
fn fingerprint_of(certificate: &[u8]) -> Fingerprint {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, certificate).as_ref());
    Fingerprint(bytes)
}
