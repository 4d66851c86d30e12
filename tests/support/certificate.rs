//! Certificates of the tests' own.

use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, KeyPair, SanType};

/// A certificate that signed itself, for a name and for loopback: the settings of `[sip.tls]` that
/// name both, and its file.
pub fn certify(folder: &Path, name: &str) -> (String, PathBuf) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.subject_alt_names.push(SanType::IpAddress([127, 0, 0, 1].into()));
    let key = KeyPair::generate().unwrap();
    let (certificate, path) = (folder.join("sip.pem"), folder.join("sip.key"));
    std::fs::write(&path, key.serialize_pem()).unwrap();
    std::fs::write(&certificate, params.self_signed(&key).unwrap().pem()).unwrap();
    let settings = format!("certificate = \"{}\"\nkey = \"{}\"\n", certificate.display(), path.display());
    (settings, certificate)
}
