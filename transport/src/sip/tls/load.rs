//! Files into what rustls works with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, ServerConfig, SupportedProtocolVersion};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::by_name::ByName;
use super::settings::{CertificateFiles, ClientCertificates, TlsConfig, TlsError, TlsVersion};
use super::verify::{SipVerifier, Unverified, names_of};

/// Everything that was read from files.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) sip: Option<Arc<ServerConfig>>,
    pub(super) web: Option<Arc<ServerConfig>>,
    pub(super) client: Arc<ClientConfig>,
    pub(super) unverified: Arc<ClientConfig>,
    pub(super) certificates: Vec<CertificateState>,
}

/// A certificate of ours that is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateState {
    /// Where it was read from.
    pub file: PathBuf,
    /// The domains that it is for.
    pub names: Vec<String>,
    /// When it begins to be good, seconds since 1970.
    pub not_before: i64,
    /// When it lapses, seconds since 1970.
    pub not_after: i64,
    /// Shown to servers that we call, in place of those who call us.
    pub as_client: bool,
}

/// Reads all that the settings name.
pub(super) fn load(config: &TlsConfig) -> Result<Loaded, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let mut keys = Vec::new();
    let mut certificates = Vec::new();
    for files in &config.certificates {
        let (key, state) = certified(files, &provider, false)?;
        keys.push((state.names.clone(), Arc::new(key)));
        certificates.push(state);
    }
    let (sip, web) = if keys.is_empty() {
        (None, None)
    } else {
        let keys = Arc::new(ByName::new(keys));
        let alpn = config.alpn.iter().map(|name| name.clone().into_bytes()).collect();
        let web = if config.alpn.is_empty() { Vec::new() } else { vec![b"http/1.1".to_vec()] };
        let sip = server(config, &provider, Arc::clone(&keys), alpn)?;
        (Some(sip), Some(server(config, &provider, keys, web)?))
    };
    if let Some(files) = &config.own_certificate {
        certificates.push(certified(files, &provider, true)?.1);
    }
    let (roots, pinned) = roots(config)?;
    let verifier = SipVerifier::new(roots, pinned, config.wildcards, &provider);
    let verified = client(config, &provider, Arc::new(verifier))?;
    let unverified = client(config, &provider, Arc::new(Unverified::new(&provider)))?;
    Ok(Loaded { sip, web, client: verified, unverified, certificates })
}

fn versions(config: &TlsConfig) -> &'static [&'static SupportedProtocolVersion] {
    static BOTH: [&SupportedProtocolVersion; 2] = [&rustls::version::TLS13, &rustls::version::TLS12];
    match config.min_version {
        TlsVersion::Tls12 => &BOTH,
        TlsVersion::Tls13 => &BOTH[..1],
    }
}

fn server(
    config: &TlsConfig,
    provider: &Arc<CryptoProvider>,
    keys: Arc<ByName>,
    alpn: Vec<Vec<u8>>,
) -> Result<Arc<ServerConfig>, TlsError> {
    let builder = ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(versions(config))
        .map_err(|source| TlsError::Setup { source })?;
    let builder = if config.client_certificates == ClientCertificates::Off {
        builder.with_no_client_auth()
    } else {
        let path = config.client_ca.as_ref().ok_or(TlsError::NoClientCa)?;
        let mut roots = RootCertStore::empty();
        for certificate in certificates_in(path)? {
            roots.add(certificate).map_err(|source| TlsError::Certificate { path: path.clone(), source })?;
        }
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
        let verifier = match config.client_certificates {
            ClientCertificates::Optional => verifier.allow_unauthenticated(),
            _ => verifier,
        };
        builder.with_client_cert_verifier(
            verifier.build().map_err(|source| TlsError::ClientCa { path: path.clone(), source })?,
        )
    };
    let mut server = builder.with_cert_resolver(keys);
    server.alpn_protocols = alpn;
    Ok(Arc::new(server))
}

fn client(
    config: &TlsConfig,
    provider: &Arc<CryptoProvider>,
    verifier: Arc<dyn rustls::client::danger::ServerCertVerifier>,
) -> Result<Arc<ClientConfig>, TlsError> {
    let builder = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(versions(config))
        .map_err(|source| TlsError::Setup { source })?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut client = match config.own_certificate.as_ref().or(config.certificates.first()) {
        None => builder.with_no_client_auth(),
        Some(files) => {
            builder.with_client_auth_cert(certificates_in(&files.certificate)?, key_in(&files.key)?).map_err(
                |source| TlsError::Unfit { certificate: files.certificate.clone(), key: files.key.clone(), source },
            )?
        }
    };
    client.alpn_protocols = config.alpn.iter().map(|name| name.clone().into_bytes()).collect();
    Ok(Arc::new(client))
}

/// Whom we believe: who may sign, and which certificates stand for themselves.
fn roots(config: &TlsConfig) -> Result<(RootCertStore, Vec<CertificateDer<'static>>), TlsError> {
    let mut roots = RootCertStore::empty();
    if config.platform_roots {
        let found = rustls_native_certs::load_native_certs();
        for error in &found.errors {
            tracing::warn!(%error, "some of the certificates that this system trusts cannot be read");
        }
        roots.add_parsable_certificates(found.certs);
    }
    let Some(path) = &config.ca else { return Ok((roots, Vec::new())) };
    let pinned = certificates_in(path)?;
    for certificate in &pinned {
        let added = roots.add(certificate.clone());
        added.map_err(|source| TlsError::Certificate { path: path.clone(), source })?;
    }
    Ok((roots, pinned))
}

fn certified(
    files: &CertificateFiles,
    provider: &CryptoProvider,
    as_client: bool,
) -> Result<(CertifiedKey, CertificateState), TlsError> {
    let chain = certificates_in(&files.certificate)?;
    let state = state_of(&files.certificate, &chain, as_client)?;
    let key = key_in(&files.key)?;
    let certified = CertifiedKey::from_der(chain, key, provider).map_err(|source| TlsError::Unfit {
        certificate: files.certificate.clone(),
        key: files.key.clone(),
        source,
    })?;
    Ok((certified, state))
}

fn state_of(path: &Path, chain: &[CertificateDer<'_>], as_client: bool) -> Result<CertificateState, TlsError> {
    let bad = || TlsError::Certificate { path: path.to_owned(), source: rustls::CertificateError::BadEncoding.into() };
    let first = chain.first().ok_or_else(bad)?;
    let (_, certificate) = X509Certificate::from_der(first).map_err(|_| bad())?;
    let validity = certificate.validity();
    Ok(CertificateState {
        file: path.to_owned(),
        names: names_of(&certificate).dns,
        not_before: validity.not_before.timestamp(),
        not_after: validity.not_after.timestamp(),
        as_client,
    })
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|source| TlsError::Read { path: path.to_owned(), source })
}

fn certificates_in(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let pem = read(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let found = found.unwrap_or_default();
    if found.is_empty() { Err(TlsError::NoCertificate { path: path.to_owned() }) } else { Ok(found) }
}

fn key_in(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(&read(path)?).map_err(|_| TlsError::NoKey { path: path.to_owned() })
}
