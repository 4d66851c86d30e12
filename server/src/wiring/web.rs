//! Fetches the pages of web sites. What stands in them is told to callers: so a site cannot have us read what lies in
//! the business's own network, unless the configuration lets sites be there.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use knowledge::documents::site::{Fetch, Fetched};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Certificate, Url};

/// How long one page may take.
const PAGE: Duration = Duration::from_secs(20);

/// Fetches pages.
pub(super) struct Web {
    client: reqwest::Client,
    private: bool,
}

impl Web {
    /// `private`: sites may be in a private network.
    pub(super) fn new(private: bool) -> Result<Self, reqwest::Error> {
        // The process may have chosen a provider before: then that one stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PAGE)
            .user_agent(concat!("callwright/", env!("CARGO_PKG_VERSION")))
            .tls_certs_merge(roots.iter().filter_map(|root| Certificate::from_der(root.as_ref()).ok()));
        let client = if private { client } else { client.dns_resolver(PublicNames) };
        Ok(Self { client: client.build()?, private })
    }

    /// Whether it is where sites may be. A name that is not known may be anywhere.
    pub(super) async fn may_reach(&self, address: &str) -> bool {
        let Ok(address) = Url::parse(address) else { return true };
        if self.private || literal(&address).is_some() {
            return self.may_ask(&address);
        }
        match tokio::net::lookup_host((address.host_str().unwrap_or_default(), 0)).await {
            Ok(mut found) => found.any(|at| is_public(at.ip())),
            Err(_) => true,
        }
    }

    /// Names are looked at when they are looked up.
    fn may_ask(&self, address: &Url) -> bool {
        self.private || literal(address).is_none_or(is_public)
    }

    async fn fetch(&self, address: &Url, most: usize) -> Option<Fetched> {
        if !self.may_ask(address) {
            return None;
        }
        let response = self.client.get(address.clone()).send().await.ok()?;
        let field = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (status, location) = (response.status().as_u16(), field(LOCATION));
        let media_type = field(CONTENT_TYPE).unwrap_or_default();
        let mut body = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.ok()?;
            if body.len() + chunk.len() > most {
                return None;
            }
            body.extend_from_slice(&chunk);
        }
        Some(Fetched { status, media_type, location, body })
    }
}

impl Fetch for Web {
    fn get<'a>(&'a self, address: &'a Url, most: usize) -> BoxFuture<'a, Option<Fetched>> {
        self.fetch(address, most).boxed()
    }
}

/// Looks names up, and gives the addresses of the public internet only: each time anew, so that a name cannot be one of
/// them first and another one later.
struct PublicNames;

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|at| is_public(at.ip())).collect();
            if public.is_empty() {
                return Err(Box::<dyn Error + Send + Sync>::from("it is in a private network"));
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        }
        .boxed()
    }
}

/// The address of a host that is written as one.
fn literal(address: &Url) -> Option<IpAddr> {
    address.host_str()?.trim_matches(['[', ']']).parse().ok()
}

/// Whether an address is one of the public internet, by the registries of special addresses of IANA (2026-11-21).
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let special = match v4.octets() {
        [0 | 127 | 240.., ..] | [192, 0, 0, _] => true,
        [100, second, ..] => (64..128).contains(&second),
        [198, second, ..] => matches!(second, 18 | 19),
        _ => false,
    };
    !special && !v4.is_private() && !v4.is_link_local() && !v4.is_multicast() && !v4.is_documentation()
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    match v6.segments() {
        // IPv4 behind a translator (RFC 6052), or within (RFC 3056).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            is_public_v4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)))
        }
        [0x2001, 0x0000 | 0x0db8, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_told_from_public_ones() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "198.18.0.1",
            "255.255.255.255",
            "224.0.0.1",
            "::1",
            "::",
            "::ffff:10.0.0.1",
            "fe80::1",
            "fd00::1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in ["93.184.216.34", "100.63.0.1", "198.20.0.1", "2606:2800:220::1", "64:ff9b::5db8:d822"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[tokio::test]
    async fn a_site_does_not_lead_into_the_businesss_own_network() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let web = Web::new(false).unwrap();
        for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"] {
            let address = format!("http://{host}:{port}/");
            assert!(!web.may_reach(&address).await, "{host}");
            assert_eq!(web.fetch(&Url::parse(&address).unwrap(), 1_000).await, None, "{host}");
        }
        assert!(futures_util::poll!(std::pin::pin!(listener.accept())).is_pending(), "nobody came");
        let own = Web::new(true).unwrap();
        assert!(own.may_reach(&format!("http://127.0.0.1:{port}/")).await);
        assert!(web.may_reach("https://93.184.216.34/").await);
    }
}
