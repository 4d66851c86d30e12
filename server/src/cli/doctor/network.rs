//! Ports and addresses.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};

use super::{Patient, stun};
use crate::doctor::{Address, Finding, address};

/// RTP ports that are tried.
const SAMPLE: usize = 32;

/// Whether our ports are ours to take.
pub(super) fn ports(patient: &Patient<'_>) -> Vec<Finding> {
    let config = patient.config;
    let any = [IpAddr::V4(Ipv4Addr::UNSPECIFIED)];
    let listen: &[IpAddr] = if config.sip.listen.is_empty() { &any } else { &config.sip.listen };
    let mut findings = Vec::new();
    for ip in listen {
        let address = SocketAddr::new(*ip, config.sip.port);
        findings.push(port(patient, "sip", "UDP", address, UdpSocket::bind(address).map(drop)));
        findings.push(port(patient, "sip", "TCP", address, TcpListener::bind(address).map(drop)));
    }
    let http = SocketAddr::new(config.http.listen, config.http.port);
    findings.push(port(patient, "http", "TCP", http, TcpListener::bind(http).map(drop)));
    findings.push(rtp(patient, listen[0]));
    findings
}

fn port(
    patient: &Patient<'_>,
    check: &'static str,
    protocol: &str,
    address: SocketAddr,
    bound: std::io::Result<()>,
) -> Finding {
    let place = format!("{protocol} port {} at {}", address.port(), address.ip());
    match bound {
        Ok(()) if patient.runs => Finding::warning(
            check,
            format!("a server runs, and {place} is free"),
            "it was started with another configuration: name its file with --config",
        ),
        Ok(()) => Finding::ok(check, format!("{place} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            if patient.runs {
                Finding::ok(check, format!("{place} is the running server's"))
            } else {
                let advice =
                    format!("`ss -lnp | grep :{}` names the program; stop it, or set another port", address.port());
                Finding::fault(check, format!("{place} is taken by another program"), advice)
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Finding::fault(
            check,
            format!("{place} may not be taken by this user"),
            "ports below 1024 need CAP_NET_BIND_SERVICE (`AmbientCapabilities=` in the unit)",
        ),
        Err(error) => Finding::fault(
            check,
            format!("{place} cannot be taken ({error})"),
            "name an address of this machine in the configuration: `ip address` lists them",
        ),
    }
}

fn rtp(patient: &Patient<'_>, ip: IpAddr) -> Finding {
    let config = patient.config;
    let (first, last) = (config.media.first_port, config.media.last_port);
    if first > last {
        return Finding::fault("rtp", "`media.first_port` is above `media.last_port`", "exchange the two");
    }
    let pairs = usize::from(last - first).div_ceil(2);
    // A transferred call has two legs.
    let wanted = config.limits.max_calls * 2;
    if pairs < config.limits.max_calls {
        return Finding::warning(
            "rtp",
            format!(
                "ports {first} to {last} are enough for {pairs} legs, and {} calls may run",
                config.limits.max_calls
            ),
            format!(
                "widen `media.first_port` to `last_port` to {wanted} pairs, also in the firewall, or lower `limits.max_calls`"
            ),
        );
    }
    let step = usize::from(last - first) / SAMPLE + 1;
    let tried: Vec<u16> = (first..=last).step_by(step).collect();
    let taken = tried.iter().filter(|port| UdpSocket::bind((ip, **port)).is_err()).count();
    let found = format!("UDP ports {first} to {last}: {taken} of {} tried are taken", tried.len());
    if taken * 4 > tried.len() && !patient.runs {
        return Finding::warning("rtp", found, "another program uses these ports: choose others");
    }
    Finding::ok("rtp", found)
}

/// Whether others reach us at the address that we give.
pub(super) async fn addresses(patient: &Patient<'_>) -> Vec<Finding> {
    let Address { finding, ours } = address(patient.config);
    let mut findings = vec![finding];
    if let (Some(ours), Some(server), false) = (ours, &patient.stun, patient.offline) {
        findings.push(outside(server, ours, patient.config.media.advertised).await);
    }
    findings
}

async fn outside(server: &str, ours: IpAddr, told: Option<IpAddr>) -> Finding {
    match stun::ask(server).await {
        Err(error) => {
            Finding::warning("nat", format!("the STUN server {server} gave no answer ({error})"), "try another")
        }
        Ok(seen) if seen.ip() == told.unwrap_or(ours) => {
            Finding::ok("nat", format!("the outside sees us as {}, as we say", seen.ip()))
        }
        Ok(seen) => Finding::fault(
            "nat",
            format!("the outside sees us as {}, and we say {}", seen.ip(), told.unwrap_or(ours)),
            format!(
                "set `sip.advertised = \"{0}\"` and `media.advertised = \"{0}\"`, and forward the ports",
                seen.ip()
            ),
        ),
    }
}
