//! Certificates of carriers (RFC 8226), and the roots that they must lead to.

use std::time::Duration;

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage};
use x509_parser::oid_registry::{Oid, asn1_rs::oid};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use crate::claims::Party;
use crate::fault::Fault;
use crate::number_list::NumberList;
use crate::passport::Passport;

/// Certificates of one chain.
const MAX_CHAIN: usize = 8;

/// id-pe-TNAuthList (RFC 8226 section 9).
const TN_AUTH_LIST: Oid<'static> = oid!(1.3.6.1.5.5.7.1.26);

/// A certificate file cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// It holds no certificate.
    #[error("it holds no certificate: it should be PEM, from -----BEGIN CERTIFICATE----- on")]
    Empty,
    /// One in it cannot be read.
    #[error("a certificate in it cannot be read")]
    Unreadable,
}

/// The roots that certificates must lead to.
#[derive(Debug, Clone, Default)]
pub struct Roots {
    anchors: Vec<TrustAnchor<'static>>,
}

impl Roots {
    /// Adds the roots of a file, PEM or DER.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), ChainError> {
        for root in certificates(bytes)? {
            let anchor = webpki::anchor_from_trusted_cert(&root).map_err(|_| ChainError::Unreadable)?;
            self.anchors.push(anchor.to_owned());
        }
        Ok(())
    }

    /// Whether there are none: then nothing can be verified.
    pub fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }
}

/// A carrier's certificate with those that lead from it to a root.
#[derive(Debug, Clone)]
pub struct Chain {
    certificates: Vec<CertificateDer<'static>>,
}

impl Chain {
    /// Reads what was fetched: PEM, the carrier's own first (`application/pem-certificate-chain`), or one in DER.
    pub fn read(bytes: &[u8]) -> Result<Self, ChainError> {
        let certificates = certificates(bytes)?;
        if certificates.len() > MAX_CHAIN {
            return Err(ChainError::Unreadable);
        }
        Ok(Self { certificates })
    }

    /// Whether it leads to a root, is valid at `now` (seconds since the Unix epoch), may speak for the token's caller,
    /// and has signed the token.
    pub fn verify(&self, roots: &Roots, passport: &Passport, now: u64) -> Result<(), Fault> {
        let (first, rest) = self.certificates.split_first().ok_or(Fault::BadCertificate)?;
        let leaf = EndEntityCert::try_from(first).map_err(|_| Fault::BadCertificate)?;
        let time = UnixTime::since_unix_epoch(Duration::from_secs(now));
        // These certificates have no extended usage (RFC 8226 names none): one that has must be for clients.
        leaf.verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &roots.anchors,
            rest,
            time,
            KeyUsage::client_auth(),
            None,
            None,
        )
        .map_err(|error| chain_fault(&error))?;
        let (_, read) = X509Certificate::from_der(first).map_err(|_| Fault::BadCertificate)?;
        may_sign(&read)?;
        covers(&read, &passport.caller)?;
        passport.verify(&read.public_key().subject_public_key.data)
    }
}

fn chain_fault(error: &webpki::Error) -> Fault {
    match error {
        webpki::Error::CertExpired { .. } | webpki::Error::CertNotValidYet { .. } => Fault::Expired,
        _ => Fault::Untrusted,
    }
}

/// Its key is for signatures (RFC 5280 section 4.2.1.3).
fn may_sign(certificate: &X509Certificate<'_>) -> Result<(), Fault> {
    match certificate.key_usage() {
        Ok(Some(usage)) if !usage.value.digital_signature() => Err(Fault::Untrusted),
        Ok(_) => Ok(()),
        Err(_) => Err(Fault::BadCertificate),
    }
}

/// A certificate without TNAuthList is for no telephone number (RFC 8226 section 9), and one without the name of an
/// address's host is for no address there (RFC 8224 section 7.2).
fn covers(certificate: &X509Certificate<'_>, caller: &Party) -> Result<(), Fault> {
    let number = match caller {
        Party::Number(number) => number,
        Party::Uri(uri) => return names_host(certificate, uri),
    };
    let extension = certificate.get_extension_unique(&TN_AUTH_LIST).map_err(|_| Fault::BadCertificate)?;
    let list = NumberList::read(extension.ok_or(Fault::NotForNumber)?.value)?;
    if list.covers(number) { Ok(()) } else { Err(Fault::NotForNumber) }
}

fn names_host(certificate: &X509Certificate<'_>, uri: &str) -> Result<(), Fault> {
    let (_, rest) = uri.split_once(':').ok_or(Fault::NotForAddress)?;
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let host = host.split(':').next().unwrap_or_default();
    let names = certificate.subject_alternative_name().map_err(|_| Fault::BadCertificate)?;
    let names = names.map(|extension| extension.value.general_names.as_slice()).unwrap_or_default();
    let is_host =
        |name: &GeneralName<'_>| matches!(name, GeneralName::DNSName(name) if name.eq_ignore_ascii_case(host));
    if !host.is_empty() && names.iter().any(is_host) { Ok(()) } else { Err(Fault::NotForAddress) }
}

fn certificates(bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, ChainError> {
    let found: Vec<CertificateDer<'static>> = if bytes.first() == Some(&0x30) {
        vec![CertificateDer::from(bytes.to_vec())]
    } else {
        CertificateDer::pem_slice_iter(bytes).collect::<Result<_, _>>().map_err(|_| ChainError::Unreadable)?
    };
    if found.is_empty() { Err(ChainError::Empty) } else { Ok(found) }
}
