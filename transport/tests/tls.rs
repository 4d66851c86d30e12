//! SIP over TLS on loopback: who is believed, what is shown, and what is refused.

use crate::support;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sip_core::{EndReason, Protocol};
use support::calls::{answered_call, ended, hang_up, outgoing, uri, whole_call};
use support::certificates::{Authority, Oddity};
use support::{Node, Stream, loopback, options};
use transport::sip::{
    CertificateFiles, ClientCertificates, Listen, MessageTap, Passing, Rate, ResolverConfig, SipConfig, SipLimits,
    SipTransport, StartError, TlsConfig, TlsError, TlsVersion,
};

/// Names that lead to loopback.
fn resolver() -> ResolverConfig {
    let names = ["callee.example", "a.example", "b.example", "other.example"];
    let hosts = names.map(|name| (name.to_owned(), vec![IpAddr::V4(Ipv4Addr::LOCALHOST)])).into();
    ResolverConfig { hosts, ..ResolverConfig::default() }
}

fn config(tls: TlsConfig) -> SipConfig {
    let listens = !tls.certificates.is_empty();
    let mut listen = vec![Listen::udp(loopback())];
    listen.extend(listens.then(|| Listen::tls(loopback())));
    // Each has tags and branches of its own.
    static SEED: AtomicU64 = AtomicU64::new(0);
    let seed = SEED.fetch_add(1, Ordering::Relaxed);
    SipConfig { listen, tls: Some(tls), resolver: resolver(), seed, ..SipConfig::default() }
}

fn target(callee: &Node, name: &str) -> String {
    format!("{name}:{}", callee.address(Protocol::Tls).port())
}

/// What a caller that is set so hears of a callee with this certificate.
async fn refusal(caller: TlsConfig, shown: CertificateFiles, name: &str) -> String {
    let callee = Node::start(config(TlsConfig { certificates: vec![shown], ..TlsConfig::default() })).await;
    let mut caller = Node::start(config(caller)).await;
    let uri = uri(&format!("sip:b@{};transport=tls", target(&callee, name)));
    let leg = caller.handle.invite(outgoing(uri)).await.expect("placed");
    assert_eq!(ended(&mut caller, leg).await, EndReason::TransportFailed);
    let failures = caller.handle.connect_failures();
    let failure = failures.last().expect("it is told why");
    assert_eq!((failure.server.as_str(), failure.protocol), (name, Protocol::Tls));
    failure.reason.clone()
}

#[tokio::test]
async fn calls_over_tls_by_either_scheme_share_one_verified_connection() {
    let authority = Authority::new();
    let mut callee = Node::start(config(authority.settings(vec![authority.sign("c", &["callee.example"])]))).await;
    let mut caller = Node::start(config(authority.settings(Vec::new()))).await;
    let host = target(&callee, "callee.example");
    whole_call(&mut caller, &mut callee, uri(&format!("sip:b@{host};transport=tls"))).await;
    whole_call(&mut caller, &mut callee, uri(&format!("sips:b@{host}"))).await;
    let (caller, callee) = (caller.handle.counters(), callee.handle.counters());
    assert_eq!((caller.connected, callee.accepted, callee.handshakes), (1, 1, 1));
    assert_eq!(callee.malformed, 0);
}

/// Notes the INVITEs that come in.
#[derive(Debug, Default)]
struct Invites(Mutex<Vec<String>>);

impl MessageTap for Invites {
    fn saw(&self, message: &Passing<'_>) {
        if message.inbound && message.data.starts_with(b"INVITE") {
            let text = String::from_utf8_lossy(message.data).into_owned();
            self.0.lock().expect("no panic").push(text);
        }
    }
}

#[tokio::test]
async fn via_and_contact_say_tls() {
    let authority = Authority::new();
    let invites = Arc::new(Invites::default());
    let callee = config(authority.settings(vec![authority.sign("c", &["callee.example"])]));
    let mut callee = Node::start(SipConfig { tap: Some(invites.clone()), ..callee }).await;
    let caller = config(authority.settings(vec![authority.sign("d", &["caller.example"])]));
    let caller = Node::start(caller).await;
    let only_caller = Node::start(config(authority.settings(Vec::new()))).await;
    let (own, host) = (caller.address(Protocol::Tls), target(&callee, "callee.example"));
    let tls = uri(&format!("sip:b@{host};transport=tls"));
    caller.handle.invite(outgoing(tls.clone())).await.expect("placed");
    assert_eq!(callee.incoming().await.flow.protocol, Protocol::Tls);
    caller.handle.invite(outgoing(uri(&format!("sips:b@{host}")))).await.expect("placed");
    callee.incoming().await;
    only_caller.handle.invite(outgoing(tls)).await.expect("placed");
    callee.incoming().await;
    let seen = invites.0.lock().expect("no panic");
    let has = |index: usize, text: &str| assert!(seen[index].contains(text), "{text} in {}", seen[index]);
    has(0, &format!("Via: SIP/2.0/TLS {own};"));
    has(0, &format!("Contact: <sip:caller@{own};transport=tls>"));
    has(1, &format!("Contact: <sips:caller@{own}>"));
    has(2, "Via: SIP/2.0/TLS 127.0.0.1:5061;");
    has(2, "Contact: <sip:caller@127.0.0.1:5061;transport=tls>");
}

#[tokio::test]
async fn certificates_that_prove_nothing_are_refused_and_say_why() {
    let authority = Authority::new();
    let trusting = || authority.settings(Vec::new());
    let name = "callee.example";
    let good = authority.sign("good", &["other.example", "sip:b.example"]);
    let reason = refusal(trusting(), good, name).await;
    assert_eq!(reason, "its certificate is for other names: sip:b.example, other.example");
    let wild = authority.sign("wild", &["*.example"]);
    assert!(refusal(trusting(), wild, name).await.contains("for other names: *.example"));
    let nameless = authority.sign("nameless", &[]);
    assert!(refusal(trusting(), nameless, name).await.contains("no alternative name"));
    let expired = authority.sign_oddly("expired", &[name], Oddity::Expired);
    assert_eq!(refusal(trusting(), expired, name).await, "its certificate has expired");
    let own = authority.sign_oddly("own", &[name], Oddity::SelfSigned);
    assert!(refusal(trusting(), own, name).await.contains("signed by nobody whom we trust"));
    let others = Authority::new();
    let shown = others.sign("c", &[name]);
    assert!(refusal(trusting(), shown, name).await.contains("sip.tls.ca"));
}

#[tokio::test]
async fn what_is_believed_by_setting_is_believed() {
    let authority = Authority::new();
    let own = authority.sign_oddly("own", &["callee.example"], Oddity::SelfSigned);
    let mut callee = Node::start(config(authority.settings(vec![own.clone()]))).await;
    let to = format!("sip:b@{};transport=tls", target(&callee, "callee.example"));
    let pinned = TlsConfig { ca: Some(own.certificate), platform_roots: false, ..TlsConfig::default() };
    whole_call(&mut Node::start(config(pinned)).await, &mut callee, uri(&to)).await;
    let insecure = vec!["callee.example".into()];
    let insecure = TlsConfig { insecure, platform_roots: false, ..TlsConfig::default() };
    let mut caller = Node::start(config(insecure)).await;
    whole_call(&mut caller, &mut callee, uri(&to)).await;
    // For that server only.
    let leg = caller.handle.invite(outgoing(uri(&to.replace("callee", "other")))).await.expect("placed");
    assert_eq!(ended(&mut caller, leg).await, EndReason::TransportFailed);

    let wild = authority.sign("wild", &["*.example"]);
    let mut callee = Node::start(config(authority.settings(vec![wild]))).await;
    let to = format!("sip:b@{};transport=tls", target(&callee, "callee.example"));
    let wildcards = TlsConfig { wildcards: true, ..authority.settings(Vec::new()) };
    whole_call(&mut Node::start(config(wildcards)).await, &mut callee, uri(&to)).await;

    let address = authority.sign("address", &["127.0.0.1"]);
    let mut callee = Node::start(config(authority.settings(vec![address]))).await;
    let to = format!("sip:b@{};transport=tls", callee.address(Protocol::Tls));
    whole_call(&mut Node::start(config(authority.settings(Vec::new()))).await, &mut callee, uri(&to)).await;
}

#[tokio::test]
async fn the_certificate_is_chosen_by_the_name_that_is_called() {
    let authority = Authority::new();
    let shown = vec![authority.sign("a", &["a.example"]), authority.sign("b", &["sip:b.example", "b.example"])];
    let mut callee = Node::start(config(authority.settings(shown))).await;
    let mut caller = Node::start(config(authority.settings(Vec::new()))).await;
    for name in ["a.example", "b.example"] {
        let to = uri(&format!("sips:x@{}", target(&callee, name)));
        whole_call(&mut caller, &mut callee, to).await;
    }
    assert_eq!(caller.handle.counters().connected, 2, "who has proved one name has not proved another");
    let names: Vec<_> = callee.handle.certificates().into_iter().map(|it| (it.names, it.as_client)).collect();
    assert_eq!(names, [(vec!["a.example".to_owned()], false), (vec!["b.example".to_owned()], false)]);
}

#[tokio::test]
async fn callers_without_a_certificate_are_refused_where_one_is_required() {
    let authority = Authority::new();
    for min_version in [TlsVersion::Tls12, TlsVersion::Tls13] {
        let strict = TlsConfig {
            client_certificates: ClientCertificates::Required,
            client_ca: Some(authority.ca()),
            ..authority.settings(vec![authority.sign("c", &["callee.example"])])
        };
        let mut callee = Node::start(config(strict)).await;
        let to = uri(&format!("sips:b@{}", target(&callee, "callee.example")));
        let mut nobody = Node::start(config(TlsConfig { min_version, ..authority.settings(Vec::new()) })).await;
        let leg = nobody.handle.invite(outgoing(to.clone())).await.expect("placed");
        assert_eq!(ended(&mut nobody, leg).await, EndReason::TransportFailed);
        nobody.until_counted(|_| !nobody.handle.connect_failures().is_empty()).await;
        let reason = nobody.handle.connect_failures().remove(0).reason;
        assert!(reason.contains("wants a certificate of ours"), "{reason}");
        callee.until_counted(|counters| counters.failed_handshakes == 1).await;

        let others = Authority::new();
        let stranger =
            TlsConfig { own_certificate: Some(others.sign("x", &["x.example"])), ..authority.settings(Vec::new()) };
        let mut stranger = Node::start(config(stranger)).await;
        let leg = stranger.handle.invite(outgoing(to.clone())).await.expect("placed");
        assert_eq!(ended(&mut stranger, leg).await, EndReason::TransportFailed);

        let own_certificate = Some(authority.sign("d", &["caller.example"]));
        let known = TlsConfig { own_certificate, min_version, ..authority.settings(Vec::new()) };
        whole_call(&mut Node::start(config(known)).await, &mut callee, to).await;
    }
}

#[tokio::test]
async fn certificates_are_replaced_while_a_call_goes_on() {
    let authority = Authority::new();
    let files = authority.sign("c", &["callee.example"]);
    let mut callee = Node::start(config(authority.settings(vec![files.clone()]))).await;
    let mut caller = Node::start(config(authority.settings(Vec::new()))).await;
    let to = |name: &str| uri(&format!("sips:b@{}", target(&callee, name)));
    let (old, new) = (to("callee.example"), to("other.example"));
    let (leg, incoming) = answered_call(&mut caller, &mut callee, old.clone()).await;

    std::fs::write(&files.key, "nonsense").expect("written");
    let refused = callee.handle.reload_certificates().await;
    assert!(matches!(refused, Err(TlsError::NoKey { .. })), "{refused:?}");
    assert_eq!(callee.handle.certificates()[0].names, ["callee.example"], "what was in use stays");

    authority.sign("c", &["other.example"]);
    callee.handle.reload_certificates().await.expect("good files");
    assert_eq!(callee.handle.certificates()[0].names, ["other.example"]);
    let mut second = Node::start(config(authority.settings(Vec::new()))).await;
    whole_call(&mut second, &mut callee, new).await;
    let leg_of_old = second.handle.invite(outgoing(old)).await.expect("placed");
    assert_eq!(ended(&mut second, leg_of_old).await, EndReason::TransportFailed);
    hang_up(&mut caller, leg, &mut callee, incoming).await;
    assert_eq!(caller.handle.counters().connected, 1, "the call kept its connection");
}

#[tokio::test]
async fn changed_files_are_noticed() {
    let authority = Authority::new();
    let files = authority.sign("c", &["callee.example"]);
    let watch = Some(Duration::from_millis(1));
    let node = Node::start(config(TlsConfig { watch, ..authority.settings(vec![files]) })).await;
    // The first look at the files must come before they change.
    let mut attempt = 0;
    while node.handle.certificates()[0].names != ["other.example"] {
        attempt += 1;
        if attempt % 1_000 == 1 {
            authority.sign("c", &["other.example"]);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert!(attempt < 30_000, "nothing was noticed");
    }
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_with_what_to_do() {
    let authority = Authority::new();
    let good = authority.sign("c", &["callee.example"]);
    let other = authority.sign("d", &["callee.example"]);
    let start = |tls: Option<TlsConfig>| async {
        let config = SipConfig { listen: vec![Listen::tls(loopback())], tls, ..SipConfig::default() };
        match SipTransport::start(config).await.err() {
            Some(StartError::Tls(error)) => error.to_string(),
            other => panic!("{other:?}"),
        }
    };
    let missing = "SIP over TLS and secure WebSocket need a certificate: set sip.tls.certificate and sip.tls.key";
    assert_eq!(start(None).await, missing);
    assert_eq!(start(Some(authority.settings(Vec::new()))).await, missing);
    let mixed = CertificateFiles { key: other.key, ..good.clone() };
    assert!(start(Some(authority.settings(vec![mixed]))).await.contains("cannot be used together"));
    let nowhere = CertificateFiles { key: authority.path().join("nowhere"), ..good.clone() };
    assert!(start(Some(authority.settings(vec![nowhere]))).await.contains("cannot be read: is it there"));
    let swapped = CertificateFiles { certificate: good.key.clone(), key: good.certificate.clone() };
    assert!(start(Some(authority.settings(vec![swapped]))).await.contains("holds no certificate"));
    let client_certificates = ClientCertificates::Required;
    let nobody = TlsConfig { client_certificates, ..authority.settings(vec![good]) };
    assert!(start(Some(nobody)).await.contains("set sip.tls.client_ca"));
}

#[tokio::test]
async fn silent_and_endless_handshakes_are_ended() {
    let authority = Authority::new();
    let limits = SipLimits {
        trusted: Vec::new(),
        handshake_timeout: Duration::from_millis(200),
        handshakes: Some(Rate { per_second: 1, burst: 2 }),
        ..SipLimits::default()
    };
    let settings = authority.settings(vec![authority.sign("c", &["callee.example"])]);
    let node = Node::start(SipConfig { limits, ..config(settings) }).await;
    let address = node.address(Protocol::Tls);
    let (mut silent, mut plain) = (Stream::connect(address).await, Stream::connect(address).await);
    plain.send(options(1).as_bytes()).await;
    node.until_counted(|counters| counters.accepted == 2).await;
    silent.until_closed().await;
    plain.until_closed().await;
    node.until_counted(|counters| counters.failed_handshakes == 2 && counters.connections == 0).await;
    for _ in 0..5 {
        Stream::connect(address).await.until_closed().await;
    }
    assert!(node.handle.counters().refused_handshakes >= 3, "{:?}", node.handle.counters());
}

/// The head is whole, the body never comes.
#[tokio::test]
async fn a_body_that_does_not_come_ends_the_connection() {
    let limits = SipLimits { message_timeout: Duration::from_millis(300), ..SipLimits::default() };
    let node = Node::start(SipConfig { limits, ..SipConfig::default() }).await;
    let mut slow = Stream::connect(node.address(Protocol::Tcp)).await;
    slow.send(options(1).as_bytes()).await;
    assert!(slow.message().await.starts_with("SIP/2.0 200"));
    slow.send(options(2).replace("Content-Length: 0", "Content-Length: 5").as_bytes()).await;
    slow.until_closed().await;
    node.until_counted(|counters| counters.expelled == 1).await;
}
