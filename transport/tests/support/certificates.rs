//! A CA that lasts as long as its folder, and what it signs.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SanType, date_time_ymd};
use tempfile::TempDir;
use transport::sip::{CertificateFiles, TlsConfig};

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// A certificate authority with a folder.
pub struct Authority {
    folder: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

/// What is odd about a certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Oddity {
    None,
    Expired,
    SelfSigned,
}

impl Authority {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut params = CertificateParams::new(Vec::new()).expect("names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        params.distinguished_name.push(DnType::CommonName, format!("Test CA {number}"));
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        std::fs::write(folder.path().join("ca.pem"), certificate.pem()).expect("written");
        Self { folder, issuer: Issuer::new(params, key) }
    }

    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A certificate for these names, `sip:` ones as URIs, in files of this name.
    pub fn sign(&self, file: &str, names: &[&str]) -> CertificateFiles {
        self.sign_oddly(file, names, Oddity::None)
    }

    pub fn sign_oddly(&self, file: &str, names: &[&str], oddity: Oddity) -> CertificateFiles {
        let mut params = CertificateParams::new(Vec::new()).expect("names");
        params.subject_alt_names = names
            .iter()
            .map(|name| match name.parse() {
                Ok(address) => SanType::IpAddress(address),
                Err(_) if name.starts_with("sip:") => SanType::URI((*name).try_into().expect("ASCII")),
                Err(_) => SanType::DnsName((*name).try_into().expect("ASCII")),
            })
            .collect();
        if oddity == Oddity::Expired {
            params.not_before = date_time_ymd(2019, 1, 1);
            params.not_after = date_time_ymd(2020, 1, 1);
        }
        let key = KeyPair::generate().expect("a key");
        let signed =
            if oddity == Oddity::SelfSigned { params.self_signed(&key) } else { params.signed_by(&key, &self.issuer) };
        let files = self.files(file);
        std::fs::write(&files.key, key.serialize_pem()).expect("written");
        std::fs::write(&files.certificate, signed.expect("a certificate").pem()).expect("written");
        files
    }

    /// Where a certificate of this name lies.
    pub fn files(&self, file: &str) -> CertificateFiles {
        let path = |suffix: &str| self.folder.path().join(format!("{file}.{suffix}"));
        CertificateFiles { certificate: path("pem"), key: path("key") }
    }

    /// Who believes this CA and nobody else, and shows this.
    pub fn settings(&self, certificates: Vec<CertificateFiles>) -> TlsConfig {
        TlsConfig { certificates, ca: Some(self.ca()), platform_roots: false, watch: None, ..TlsConfig::default() }
    }
}
