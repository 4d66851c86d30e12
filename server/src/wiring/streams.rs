//! SIP over TLS and WebSocket: the settings as the transport takes them, and certificates read again on SIGHUP.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use sip_core::{HostPort, Protocol};
use tokio::signal::unix::{SignalKind, signal};
use transport::sip::{
    CertificateFiles, ClientCertificates, Listen, Rate, ResolverConfig, SipConfig, SipHandle, TlsConfig, TlsVersion,
    WebConfig,
};

use super::start::StartFailure;
use crate::config::{self, CertificateConfig, SipSection, TlsSection};

/// Adds what is listened on beside UDP and TCP, and everything else that concerns connections and names.
pub(super) fn configure(
    sip: &SipSection,
    addresses: &[IpAddr],
    advertised: Option<&HostPort>,
    settings: &mut SipConfig,
) -> Result<(), StartFailure> {
    let tls = tls(&sip.tls)?;
    let mut listen = |protocol: Protocol, ip: IpAddr, port: u16| {
        let advertised = advertised.map(|it| HostPort { host: it.host.clone(), port: Some(port) });
        settings.listen.push(Listen { protocol, address: SocketAddr::new(ip, port), advertised });
    };
    for ip in addresses {
        if !tls.certificates.is_empty() && sip.tls_port > 0 {
            listen(Protocol::Tls, *ip, sip.tls_port);
        }
        if sip.wss_port > 0 {
            listen(Protocol::Wss, *ip, sip.wss_port);
        }
    }
    if sip.ws_port > 0 {
        listen(Protocol::Ws, sip.web.listen, sip.ws_port);
    }
    settings.tls = Some(tls);
    settings.web = WebConfig {
        path: sip.web.path.clone(),
        origins: sip.web.origins.clone(),
        ping: Duration::from_secs(sip.web.ping_s.max(1)),
    };
    limits(sip, settings);
    settings.resolver = ResolverConfig {
        hosts: sip.dns.hosts.clone().into_iter().collect(),
        name_servers: sip.dns.servers.clone(),
        timeout: Duration::from_secs(sip.dns.timeout_s.max(1)),
        cache_size: sip.dns.cache,
        stale: Duration::from_hours(sip.dns.stale_hours),
    };
    Ok(())
}

fn limits(sip: &SipSection, settings: &mut SipConfig) {
    let streams = &sip.streams;
    let seconds = |seconds: u64| Duration::from_secs(seconds.max(1));
    let unless_zero = |seconds: u64| (seconds > 0).then(|| Duration::from_secs(seconds));
    let limits = &mut settings.limits;
    limits.max_connections = sip.max_connections;
    limits.max_connections_per_source = streams.per_source;
    limits.idle_timeout = seconds(streams.idle_s);
    limits.message_timeout = seconds(streams.message_s);
    limits.write_timeout = seconds(streams.write_s);
    limits.connect_timeout = seconds(streams.connect_s);
    limits.handshake_timeout = seconds(streams.handshake_s);
    let rate = streams.handshakes_per_second;
    limits.handshakes = (rate > 0).then_some(Rate { per_second: rate, burst: rate.saturating_mul(2) });
    limits.max_handshakes = streams.max_handshakes;
    limits.write_queue = streams.write_queue;
    limits.keep_alive = unless_zero(streams.keep_alive_s);
    settings.udp_keep_alive = unless_zero(streams.udp_keep_alive_s);
    settings.endpoint.limits.failover = unless_zero(sip.failover_s);
}

fn tls(section: &TlsSection) -> Result<TlsConfig, StartFailure> {
    let pair = |certificate: &Option<_>, key: &Option<_>, names: &'static str| match (certificate, key) {
        (Some(certificate), Some(key)) => {
            let (certificate, key) = (std::path::PathBuf::clone(certificate), std::path::PathBuf::clone(key));
            Ok(Some(CertificateFiles { certificate, key }))
        }
        (None, None) => Ok(None),
        _ => Err(StartFailure::HalfCertificate(names)),
    };
    let first = pair(&section.certificate, &section.key, "`sip.tls.certificate` and `sip.tls.key`")?;
    let further = section.further.iter().map(|CertificateConfig { certificate, key }| CertificateFiles {
        certificate: certificate.clone(),
        key: key.clone(),
    });
    let client = "`sip.tls.client_certificate` and `sip.tls.client_key`";
    Ok(TlsConfig {
        certificates: first.into_iter().chain(further).collect(),
        client_certificates: match section.client_certificates {
            config::ClientCertificates::Off => ClientCertificates::Off,
            config::ClientCertificates::Optional => ClientCertificates::Optional,
            config::ClientCertificates::Required => ClientCertificates::Required,
        },
        client_ca: section.client_ca.clone(),
        alpn: section.alpn.clone(),
        min_version: match section.min_version {
            config::TlsVersion::V12 => TlsVersion::Tls12,
            config::TlsVersion::V13 => TlsVersion::Tls13,
        },
        watch: (section.reload_s > 0).then(|| Duration::from_secs(section.reload_s)),
        ca: section.ca.clone(),
        platform_roots: section.system_roots,
        wildcards: section.wildcards,
        own_certificate: pair(&section.client_certificate, &section.client_key, client)?,
        insecure: section.insecure.clone(),
    })
}

/// What the settings make of TLS, for whoever looks at the certificates without a running server.
///
/// # Errors
/// When a certificate is named without its key.
pub fn tls_config(section: &TlsSection) -> Result<TlsConfig, StartFailure> {
    tls(section)
}

/// Reads certificates again whenever SIGHUP comes, until the program ends.
pub(super) fn reload_on_hangup(sip: SipHandle) -> std::io::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            match sip.reload_certificates().await {
                Ok(()) => tracing::info!("SIGHUP: certificates were read again; running calls go on with theirs"),
                Err(error) => {
                    tracing::error!(%error, "SIGHUP: certificates cannot be used: those from before stay in use");
                }
            }
        }
    });
    Ok(())
}
