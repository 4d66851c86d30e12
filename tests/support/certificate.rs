//! Certificates of the tests' own.

use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, KeyPair, SanType};

/// A certificate that signed itself, for a name and for loopback: its file and that of its key.
pub fn certify(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.subject_alt_names.push(SanType::IpAddress([127, 0, 0, 1].into()));
    let key = KeyPair::generate().unwrap();
    let (certificate, path) = (folder.join("sip.pem"), folder.join("sip.key"));
    std::fs::write(&path, key.serialize_pem()).unwrap();
    std::fs::write(&certificate, params.self_signed(&key).unwrap().pem()).unwrap();
    (certificate, path)
}
