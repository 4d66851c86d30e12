//! SIP over TLS and WebSocket, the limits on connections, and name servers: see `docs/tls.md`.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::Deserialize;

/// Whether those who connect by TLS show a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientCertificates {
    /// They are not asked.
    Off,
    /// One that is shown must be good.
    Optional,
    /// Without a good one there is no connection.
    Required,
}

/// The oldest version of TLS that is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum TlsVersion {
    /// 1.2 and 1.3.
    #[serde(rename = "1.2")]
    V12,
    /// Only 1.3.
    #[serde(rename = "1.3")]
    V13,
}

/// A certificate with its key, in files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CertificateConfig {
    /// The certificate and those that signed it, in PEM form, ours first.
    pub certificate: PathBuf,
    /// Its private key in PEM form, without a passphrase.
    pub key: PathBuf,
}

/// SIP over TLS.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsSection {
    /// What we show to those who connect: the certificate and those that signed it, in PEM form, ours first. Without one
    /// nothing listens on `sip.tls_port`; calls to servers work all the same.
    pub certificate: Option<PathBuf>,
    /// Its private key in PEM form, without a passphrase.
    pub key: Option<PathBuf>,
    /// More certificates, for other names: the one that has the name that a caller asks for (SNI) is shown.
    pub further: Vec<CertificateConfig>,
    /// Whether those who connect show a certificate: `off`, `optional` or `required`.
    pub client_certificates: ClientCertificates,
    /// Who must have signed it (PEM).
    pub client_ca: Option<PathBuf>,
    /// What is offered by ALPN; who offers nothing is welcome (`sip/2`). Empty: ALPN is not looked at.
    pub alpn: Vec<String>,
    /// The oldest version that is spoken: `1.2` or `1.3`.
    pub min_version: TlsVersion,
    /// Seconds between looks whether a file has changed (10); 0: only by SIGHUP.
    pub reload_s: u64,
    /// Who may sign the certificates of servers that we call, beside those whom the system trusts (PEM).
    pub ca: Option<PathBuf>,
    /// Trust whom the system trusts (true).
    pub system_roots: bool,
    /// Let `*.example.com` stand for `sip.example.com` (false: RFC 5922 forbids it).
    pub wildcards: bool,
    /// What we show to servers that ask; `certificate` where it is not set.
    pub client_certificate: Option<PathBuf>,
    /// Its private key.
    pub client_key: Option<PathBuf>,
    /// Servers, as they are called, whose certificates are not verified: anybody can pose as them.
    pub insecure: Vec<String>,
}

impl Default for TlsSection {
    fn default() -> Self {
        Self {
            certificate: None,
            key: None,
            further: Vec::new(),
            client_certificates: ClientCertificates::Off,
            client_ca: None,
            alpn: vec!["sip/2".into()],
            min_version: TlsVersion::V12,
            reload_s: 10,
            ca: None,
            system_roots: true,
            wildcards: false,
            client_certificate: None,
            client_key: None,
            insecure: Vec::new(),
        }
    }
}

/// SIP over WebSocket.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebSection {
    /// Address of the unencrypted one (127.0.0.1: for a proxy that speaks TLS in front).
    pub listen: IpAddr,
    /// Path (`/sip`).
    pub path: String,
    /// Pages that may connect, such as `https://desk.example.com`; empty: all.
    pub origins: Vec<String>,
    /// Seconds between pings (30); twice as long without an answer ends the connection.
    pub ping_s: u64,
}

impl Default for WebSection {
    fn default() -> Self {
        Self { listen: Ipv4Addr::LOCALHOST.into(), path: "/sip".into(), origins: Vec::new(), ping_s: 30 }
    }
}

/// Limits on connections of every kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StreamSection {
    /// Connections from one address, trunks exempt (32).
    pub per_source: usize,
    /// A connection on which no message came or went for so long is closed, seconds (600).
    pub idle_s: u64,
    /// The first message of a connection, and every message once it has begun, must be whole within so long, seconds
    /// (10).
    pub message_s: u64,
    /// A connection that takes nothing of what is written for so long is closed, seconds (10).
    pub write_s: u64,
    /// A connection of ours must stand within so long, seconds (5).
    pub connect_s: u64,
    /// A TLS handshake or an upgrade to WebSocket must be over within so long, seconds (5).
    pub handshake_s: u64,
    /// TLS handshakes a second of all who are no trunk (100); 0: no limit.
    pub handshakes_per_second: u32,
    /// TLS handshakes at a time (256).
    pub max_handshakes: usize,
    /// Messages that may wait to be written to one connection (256); above it, it is closed.
    pub write_queue: usize,
    /// Seconds between keep-alives on connections that we opened (110); 0: none.
    pub keep_alive_s: u64,
    /// Seconds between keep-alives by UDP to where we are registered (29); 0: none.
    pub udp_keep_alive_s: u64,
}

impl Default for StreamSection {
    fn default() -> Self {
        Self {
            per_source: 32,
            idle_s: 600,
            message_s: 10,
            write_s: 10,
            connect_s: 5,
            handshake_s: 5,
            handshakes_per_second: 100,
            max_handshakes: 256,
            write_queue: 256,
            keep_alive_s: 110,
            udp_keep_alive_s: 29,
        }
    }
}

/// How the names of SIP servers are resolved.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DnsSection {
    /// Name servers with their ports; the system's where there are none.
    pub servers: Vec<SocketAddr>,
    /// Names with fixed addresses, for which nobody is asked.
    pub hosts: BTreeMap<String, Vec<IpAddr>>,
    /// Time limit of one lookup with all its questions, seconds (5).
    pub timeout_s: u64,
    /// Answers that are kept (1024).
    pub cache: u64,
    /// How old an answer may be that serves when no name server does, hours (24); 0: none does.
    pub stale_hours: u64,
}

impl Default for DnsSection {
    fn default() -> Self {
        Self { servers: Vec::new(), hosts: BTreeMap::new(), timeout_s: 5, cache: 1_024, stale_hours: 24 }
    }
}
