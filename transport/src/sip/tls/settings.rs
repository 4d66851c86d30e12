//! What can be set of TLS, and why a setting cannot be used.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// A certificate with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate and those that signed it, in PEM form, ours first.
    pub certificate: PathBuf,
    /// The private key in PEM form (PKCS #8, PKCS #1 or SEC 1), without a passphrase.
    pub key: PathBuf,
}

/// Whether those who connect to us show a certificate (mutual TLS).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClientCertificates {
    /// They are not asked for one.
    #[default]
    Off,
    /// They are asked; one that is shown must be good.
    Optional,
    /// Without a good one there is no connection.
    Required,
}

/// The oldest version that is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TlsVersion {
    /// 1.2 and 1.3.
    #[default]
    Tls12,
    /// Only 1.3.
    Tls13,
}

/// The settings of TLS.
#[derive(Debug, Clone)]
pub struct TlsConfig {
    /// What we show to those who connect to us: the one whose names have what was asked for by SNI, else the first.
    /// Default: none, and then there is nothing to listen with.
    pub certificates: Vec<CertificateFiles>,
    /// Whether those who connect to us show a certificate. Default: off.
    pub client_certificates: ClientCertificates,
    /// Who must have signed theirs: a PEM file.
    pub client_ca: Option<PathBuf>,
    /// What we offer by ALPN, as server and as client. A peer that offers nothing is welcome; one that offers only
    /// other things is not. Empty: ALPN is not looked at. Default: `sip/2`.
    pub alpn: Vec<String>,
    /// The oldest version that is spoken. Default: 1.2.
    pub min_version: TlsVersion,
    /// How often to look whether a file has changed; `None`: never. Default: 10 s.
    pub watch: Option<Duration>,
    /// Who may sign the certificates of servers, beside those whom the system trusts: a PEM file. A server's own
    /// certificate in it is believed as it stands.
    pub ca: Option<PathBuf>,
    /// Trust whom the system trusts. Default: yes.
    pub platform_roots: bool,
    /// Let `*.example.com` stand for `sip.example.com`, which RFC 5922 section 7.2 forbids. Default: no.
    pub wildcards: bool,
    /// What we show to servers that ask. `None`: the first of `certificates`.
    pub own_certificate: Option<CertificateFiles>,
    /// Servers (domains or addresses, as they are called) whose certificates are not verified. Default: none.
    pub insecure: Vec<String>,
}

impl Default for TlsConfig {
    fn default() -> Self {
        Self {
            certificates: Vec::new(),
            client_certificates: ClientCertificates::Off,
            client_ca: None,
            alpn: vec!["sip/2".into()],
            min_version: TlsVersion::Tls12,
            watch: Some(Duration::from_secs(10)),
            ca: None,
            platform_roots: true,
            wildcards: false,
            own_certificate: None,
            insecure: Vec::new(),
        }
    }
}

/// Why TLS cannot be had as it is set.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{} cannot be read: is it there, and may Callwright read it?", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A file without a certificate.
    #[error("{} holds no certificate in PEM form (\"BEGIN CERTIFICATE\")", .path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// A file without a key.
    #[error("{} holds no private key in PEM form (\"BEGIN PRIVATE KEY\") without a passphrase", .path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// A certificate and a key that do not fit or cannot be used.
    #[error("the certificate in {} and the key in {} cannot be used together", .certificate.display(), .key.display())]
    Unfit {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What rustls says.
        source: rustls::Error,
    },
    /// A certificate that cannot be read.
    #[error("a certificate in {} cannot be used", .path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What rustls says.
        source: rustls::Error,
    },
    /// Mutual TLS without anybody to believe.
    #[error("those who connect are asked for certificates, but nobody is named who signs them: set sip.tls.client_ca")]
    NoClientCa,
    /// Who signs the callers' certificates cannot be used.
    #[error("the certificates in {} cannot be used to verify those who connect", .path.display())]
    ClientCa {
        /// The file.
        path: PathBuf,
        /// What rustls says.
        source: rustls::server::VerifierBuilderError,
    },
    /// A listener without a certificate.
    #[error("SIP over TLS and secure WebSocket need a certificate: set sip.tls.certificate and sip.tls.key")]
    NoServerCertificate,
    /// The versions and suites leave nothing.
    #[error("TLS cannot be set up")]
    Setup {
        /// What rustls says.
        source: rustls::Error,
    },
}
