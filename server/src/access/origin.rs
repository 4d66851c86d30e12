//! Whence a request comes: its address behind proxies, whether it came encrypted, and from which page.

use std::net::IpAddr;

use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, header};
use transport::sip::Network;

use crate::api::Ends;

/// Whence a request comes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Caller {
    /// Its address, as far as proxies can be believed.
    pub address: Option<IpAddr>,
    /// It came encrypted.
    pub encrypted: bool,
}

impl Caller {
    /// Reads it. Headers of a proxy count only when the request came from one of `proxies`.
    pub(crate) fn of<B>(request: &Request<B>, proxies: &[Network]) -> Self {
        let peer = request.extensions().get::<ConnectInfo<Ends>>().map(|info| info.0.remote.ip().to_canonical());
        let headers = request.headers();
        let is_proxy = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
        let Some(peer) = peer.filter(|peer| is_proxy(*peer)) else { return Self { address: peer, encrypted: false } };
        let hops = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let hops: Vec<&str> = hops.flat_map(|value| value.split(',')).map(str::trim).collect();
        // From the nearest hop to the first that is none of ours: whatever stands before it may be made up.
        let mut address = peer;
        for hop in hops.into_iter().rev() {
            let Ok(hop) = hop.parse::<IpAddr>() else { break };
            address = hop.to_canonical();
            if !is_proxy(address) {
                break;
            }
        }
        let encrypted = headers.get("x-forwarded-proto").is_some_and(|scheme| scheme.as_bytes() == b"https");
        Self { address: Some(address), encrypted }
    }
}

/// Whether a request changes something.
pub(crate) fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD)
}

/// Whether it asks for a WebSocket.
pub(crate) fn is_websocket(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(header::UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|value| value.eq_ignore_ascii_case("websocket"))
}

/// Whether a request comes from a page of ours: `Origin` names the host that is asked, or one of `ours`. Where there is no
/// `Origin`, as outside of browsers, it is as `without` says.
pub(crate) fn is_own_page(headers: &HeaderMap, ours: &[String], without: bool) -> bool {
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let Some(origin) = text(header::ORIGIN) else {
        let site = headers.get("sec-fetch-site").map(header::HeaderValue::as_bytes);
        return site.map_or(without, |site| site == b"same-origin");
    };
    if ours.iter().any(|ours| ours.trim_end_matches('/').eq_ignore_ascii_case(origin)) {
        return true;
    }
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    let port = if scheme == "https" { ":443" } else { ":80" };
    let plain = |authority: &str| authority.strip_suffix(port).unwrap_or(authority).to_ascii_lowercase();
    text(header::HOST).is_some_and(|host| !host.is_empty() && plain(host) == plain(authority))
}

/// The family of a browser and of its system, such as `Firefox, Linux`: enough to know one's own sessions apart.
pub(crate) fn agent_family(headers: &HeaderMap) -> Option<String> {
    let agent = headers.get(header::USER_AGENT)?.to_str().ok()?;
    let of = |families: &[(&str, &'static str)]| families.iter().find(|(mark, _)| agent.contains(mark)).map(|it| it.1);
    // Browsers name those that they are like, too: the more particular one comes first.
    let browser = of(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = of(&[
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => Some(format!("{browser}, {system}")),
        (one, None) | (None, one) => one.map(str::to_owned),
    }
}

/// A cookie of a request.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(given, _)| *given == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(peer: &str, headers: &[(&str, &str)]) -> Request<()> {
        let mut request = Request::new(());
        let remote = format!("{peer}:4711").parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(Ends { local: None, remote }));
        for (name, value) in headers {
            request.headers_mut().append(header::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        request
    }

    #[test]
    fn only_our_proxies_say_whence_a_request_comes() {
        let proxies: Vec<Network> = vec!["127.0.0.1".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
        let headers = [("x-forwarded-for", "1.1.1.1, 203.0.113.7, 10.0.0.2"), ("x-forwarded-proto", "https")];
        let caller = Caller::of(&request("127.0.0.1", &headers), &proxies);
        assert_eq!((caller.address, caller.encrypted), (Some("203.0.113.7".parse().unwrap()), true));
        let caller = Caller::of(&request("198.51.100.1", &headers), &proxies);
        assert_eq!((caller.address, caller.encrypted), (Some("198.51.100.1".parse().unwrap()), false));
        let caller = Caller::of(&request("127.0.0.1", &[("x-forwarded-for", "nonsense")]), &proxies);
        assert_eq!(caller.address, Some("127.0.0.1".parse().unwrap()));
        assert_eq!(Caller::of(&Request::new(()), &proxies).address, None);
    }

    #[test]
    fn pages_of_others_are_told_from_ours() {
        let own = |headers: &[(&str, &str)]| {
            is_own_page(request("127.0.0.1", headers).headers(), &["https://desk.example".to_owned()], true)
        };
        assert!(own(&[]), "no browser");
        assert!(own(&[("host", "pbx.example:8080"), ("origin", "http://pbx.example:8080")]));
        assert!(own(&[("host", "pbx.example"), ("origin", "https://PBX.example:443")]));
        assert!(own(&[("host", "127.0.0.1:8080"), ("origin", "https://desk.example")]));
        assert!(own(&[("sec-fetch-site", "same-origin")]));
        assert!(!own(&[("sec-fetch-site", "cross-site")]));
        for origin in ["http://evil.example", "null", "http://pbx.example.evil:8080", "http://pbx.example:9090"] {
            assert!(!own(&[("host", "pbx.example:8080"), ("origin", origin)]), "{origin}");
        }
        assert!(!is_own_page(&HeaderMap::new(), &[], false));
    }

    #[test]
    fn browsers_are_known_by_family() {
        let family = |agent: &str| agent_family(request("127.0.0.1", &[("user-agent", agent)]).headers());
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
        assert_eq!(family(chrome).as_deref(), Some("Chrome, Linux"));
        let iphone =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 Version/17.5 Safari/604.1";
        assert_eq!(family(iphone).as_deref(), Some("Safari, iOS"));
        assert_eq!(family("something <script>"), None);
    }

    #[test]
    fn cookies_are_found_among_others() {
        let request = request("127.0.0.1", &[("cookie", "a=1; callwright_session=xyz"), ("cookie", "b=2")]);
        assert_eq!(cookie(request.headers(), "callwright_session"), Some("xyz"));
        assert_eq!(cookie(request.headers(), "b"), Some("2"));
        assert_eq!(cookie(request.headers(), "session"), None);
    }
}
