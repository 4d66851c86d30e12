//! Whether a server is who it should be (RFC 5922).
//!
//! The chain and the dates are rustls's; the names are SIP's: a `sip:` URI in the certificate's alternative names
//! counts, and where there is none a DNS name; the common name never does, and a wildcard only when it is allowed.

use std::net::IpAddr;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

/// The names in a certificate (its `subjectAltName`).
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// The hosts of `sip:` URIs without a user.
    pub(super) sip: Vec<String>,
    /// DNS names.
    pub(super) dns: Vec<String>,
    /// Addresses.
    pub(super) ip: Vec<IpAddr>,
}

/// Reads them.
pub(super) fn names_of(certificate: &X509Certificate<'_>) -> Names {
    let mut names = Names::default();
    let Ok(Some(alternative)) = certificate.subject_alternative_name() else { return names };
    for name in &alternative.value.general_names {
        match name {
            GeneralName::URI(uri) => names.sip.extend(domain_of(uri)),
            GeneralName::DNSName(name) => names.dns.push(normal(name)),
            GeneralName::IPAddress(bytes) => names.ip.extend(address(bytes)),
            _ => {}
        }
    }
    names
}

/// The domain of a `sip:` URI that stands for a whole domain: `sips:` and those with a user do not (RFC 5922 section
/// 7.1).
fn domain_of(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    let host = rest.split([':', ';', '?']).next().unwrap_or_default();
    let fits = scheme.eq_ignore_ascii_case("sip") && !rest.contains('@') && !host.is_empty();
    fits.then(|| normal(host))
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

fn normal(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

impl Names {
    /// Whether they are those of the server that was asked for.
    fn have(&self, server: &ServerName<'_>, wildcards: bool) -> bool {
        let domain = match server {
            ServerName::IpAddress(ip) => return self.ip.contains(&IpAddr::from(*ip)),
            ServerName::DnsName(name) => normal(name.as_ref()),
            _ => return false,
        };
        if !self.sip.is_empty() {
            return self.sip.contains(&domain);
        }
        let wild = domain.split_once('.').map(|(_, parent)| format!("*.{parent}")).filter(|_| wildcards);
        self.dns.contains(&domain) || wild.is_some_and(|wild| self.dns.contains(&wild))
    }

    fn all(&self) -> Vec<String> {
        let sip = self.sip.iter().map(|host| format!("sip:{host}"));
        sip.chain(self.dns.iter().cloned()).chain(self.ip.iter().map(ToString::to_string)).collect()
    }
}

/// Verifies servers by SIP's rules.
#[derive(Debug)]
pub(super) struct SipVerifier {
    roots: RootCertStore,
    /// Certificates that are believed as they stand.
    pinned: Vec<CertificateDer<'static>>,
    wildcards: bool,
    algorithms: WebPkiSupportedAlgorithms,
}

impl SipVerifier {
    pub(super) fn new(
        roots: RootCertStore,
        pinned: Vec<CertificateDer<'static>>,
        wildcards: bool,
        provider: &Arc<CryptoProvider>,
    ) -> Self {
        Self { roots, pinned, wildcards, algorithms: provider.signature_verification_algorithms }
    }

    fn verify_chain(
        &self,
        shown: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        certificate: &X509Certificate<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        if !self.pinned.contains(shown) {
            let parsed = ParsedCertificate::try_from(shown)?;
            let algorithms = self.algorithms.all;
            return verify_server_cert_signed_by_trust_anchor(&parsed, &self.roots, intermediates, now, algorithms);
        }
        let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let validity = certificate.validity();
        match () {
            () if seconds > validity.not_after.timestamp() => Err(CertificateError::Expired.into()),
            () if seconds < validity.not_before.timestamp() => Err(CertificateError::NotValidYet.into()),
            () => Ok(()),
        }
    }
}

impl ServerCertVerifier for SipVerifier {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let (_, certificate) = X509Certificate::from_der(shown).map_err(|_| CertificateError::BadEncoding)?;
        self.verify_chain(shown, intermediates, &certificate, now)?;
        let names = names_of(&certificate);
        if names.have(server, self.wildcards) {
            return Ok(ServerCertVerified::assertion());
        }
        let (expected, presented) = (server.to_owned(), names.all());
        Err(CertificateError::NotValidForNameContext { expected, presented }.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Believes every certificate, for servers that were named so.
#[derive(Debug)]
pub(super) struct Unverified(WebPkiSupportedAlgorithms);

impl Unverified {
    pub(super) fn new(provider: &Arc<CryptoProvider>) -> Self {
        Self(provider.signature_verification_algorithms)
    }
}

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _shown: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(name: &str) -> ServerName<'static> {
        ServerName::try_from(name.to_owned()).unwrap()
    }

    fn names(sip: &[&str], dns: &[&str]) -> Names {
        let owned = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
        Names { sip: owned(sip), dns: owned(dns), ip: vec!["192.0.2.1".parse().unwrap()] }
    }

    #[test]
    fn a_sip_uri_counts_before_dns_names_and_wildcards_do_not() {
        assert!(names(&[], &["sip.example.com"]).have(&server("SIP.example.com"), false));
        assert!(!names(&[], &["*.example.com"]).have(&server("sip.example.com"), false));
        assert!(names(&[], &["*.example.com"]).have(&server("sip.example.com"), true));
        assert!(!names(&[], &["*.example.com"]).have(&server("a.sip.example.com"), true));
        assert!(!names(&[], &["example.com"]).have(&server("sip.example.com"), true));
        assert!(names(&["example.com"], &["host.example.com"]).have(&server("example.com"), false));
        assert!(!names(&["example.com"], &["host.example.com"]).have(&server("host.example.com"), false));
        assert!(names(&[], &[]).have(&server("192.0.2.1"), false));
        assert!(!names(&[], &[]).have(&server("192.0.2.2"), false));
    }

    #[test]
    fn only_uris_of_whole_domains_are_identities() {
        assert_eq!(domain_of("sip:Example.com"), Some("example.com".into()));
        assert_eq!(domain_of("sip:example.com:5061;transport=tls"), Some("example.com".into()));
        for other in ["sips:example.com", "sip:anna@example.com", "https://example.com", "sip:"] {
            assert_eq!(domain_of(other), None, "{other}");
        }
    }
}
