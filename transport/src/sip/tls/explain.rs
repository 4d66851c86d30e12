//! Why a connection failed, in words that say what to do.

use std::io;

use rustls::{AlertDescription, CertificateError, Error, OtherError};

/// The reason behind an error of a connection to a server.
pub(crate) fn explain(error: &io::Error) -> String {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match (inner, error.kind()) {
        (Some(Error::InvalidCertificate(why)), _) => certificate(why),
        (Some(Error::AlertReceived(alert)), _) => alert_received(*alert),
        (Some(Error::NoApplicationProtocol), _) => "it speaks none of the protocols of sip.tls.alpn".into(),
        (Some(Error::PeerIncompatible(_)), _) => "it offers no version or cipher that we take".into(),
        (Some(Error::InvalidMessage(_)), _) => "what answers at that port does not speak TLS".into(),
        (Some(other), _) => other.to_string(),
        (None, io::ErrorKind::UnexpectedEof) => {
            "it closed the connection during the handshake: does that port speak TLS?".into()
        }
        (None, io::ErrorKind::TimedOut) => "it did not answer in time".into(),
        (None, io::ErrorKind::ConnectionRefused) => "nobody listens at that port".into(),
        (None, _) => error.to_string(),
    }
}

fn certificate(why: &CertificateError) -> String {
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "its certificate has expired".into(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet: is the clock of this machine right?".into()
        }
        CertificateError::UnknownIssuer => {
            "its certificate is signed by nobody whom we trust: put the certificate of its CA, or its own if it signed \
             itself, into the file of sip.tls.ca"
                .into()
        }
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => {
            "its certificate has no alternative name: the common name does not count".into()
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            format!("its certificate is for other names: {}", presented.join(", "))
        }
        CertificateError::Other(OtherError(inner)) if inner.to_string().contains("CaUsedAsEndEntity") => {
            "its certificate is that of a CA that signed itself: put it into the file of sip.tls.ca if it is to be \
             believed"
                .into()
        }
        other => format!("its certificate is not valid: {other}"),
    }
}

fn alert_received(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::CertificateRequired | AlertDescription::HandshakeFailure => {
            "it wants a certificate of ours, or shares no cipher with us: see sip.tls.client_certificate".into()
        }
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateUnknown
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateRevoked
        | AlertDescription::AccessDenied
        | AlertDescription::UnknownCA => format!("it does not accept our certificate ({alert:?})"),
        AlertDescription::NoApplicationProtocol => "it speaks none of the protocols of sip.tls.alpn".into(),
        AlertDescription::UnrecognisedName => "it does not know the name that it was called by".into(),
        AlertDescription::ProtocolVersion => "it speaks only versions of TLS that we do not".into(),
        other => format!("it ended the handshake ({other:?})"),
    }
}
