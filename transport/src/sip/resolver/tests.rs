use std::str::FromStr;
use std::sync::Arc;

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::{Name, Record, RecordType, rdata};
use tokio::net::UdpSocket;

use super::*;

const BOTH: Families = Families { v4: true, v6: true, udp: true, tls: true };

fn name(text: &str) -> Name {
    Name::from_str(text).expect("a name")
}

fn naptr(order: u16, preference: u16, flags: &str, services: &str, to: &str) -> RData {
    let bytes = |text: &str| text.as_bytes().into();
    RData::NAPTR(NAPTR::new(order, preference, bytes(flags), bytes(services), bytes(""), name(to)))
}

fn srv(priority: u16, weight: u16, port: u16, target: &str) -> SRV {
    SRV::new(priority, weight, port, name(target))
}

/// From this count on the name server hears nothing.
const DEAF: u64 = 1 << 32;

/// From this count on it fails for `flaky.example`.
const FLAKY: u64 = 1 << 31;

/// A name server for one small zone.
async fn name_server() -> (SocketAddr, Arc<AtomicU64>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("loopback");
    let address = socket.local_addr().expect("an address");
    let queries = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&queries);
    tokio::spawn(async move {
        let mut buffer = [0; 1_500];
        while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
            let query = Message::from_vec(&buffer[..length]).expect("a query");
            let count = counted.fetch_add(1, Ordering::Relaxed);
            if count >= DEAF {
                continue;
            }
            let reply = answer(&query, count >= FLAKY).to_vec().expect("a reply");
            socket.send_to(&reply, peer).await.expect("loopback");
        }
    });
    (address, queries)
}

fn answer(query: &Message, fails: bool) -> Message {
    let question = query.queries[0].clone();
    let asked = question.name().to_ascii().to_lowercase();
    let data: Vec<RData> = match (asked.as_str(), question.query_type()) {
        ("_sip._udp.carrier.example.", RecordType::SRV) => vec![
            RData::SRV(srv(20, 0, 5080, "backup.carrier.example.")),
            RData::SRV(srv(10, 0, 5070, "first.carrier.example.")),
        ],
        ("_sip._tcp.carrier.example.", RecordType::SRV) => vec![RData::SRV(srv(1, 0, 5090, "first.carrier.example."))],
        ("_sip._udp.gone.example.", RecordType::SRV) => vec![RData::SRV(srv(0, 0, 0, "."))],
        ("first.carrier.example." | "plain.example.", RecordType::A) => vec![RData::A(rdata::A::new(192, 0, 2, 1))],
        ("first.carrier.example.", RecordType::AAAA) => {
            vec![RData::AAAA(rdata::AAAA::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1))]
        }
        ("backup.carrier.example.", RecordType::A) => vec![RData::A(rdata::A::new(192, 0, 2, 2))],
        ("backup.carrier.example.", RecordType::AAAA) => {
            vec![RData::AAAA(rdata::AAAA::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2))]
        }
        ("naptr.example.", RecordType::NAPTR) => vec![
            naptr(20, 10, "s", "SIP+D2U", "_sip._udp.naptr.example."),
            naptr(10, 60, "S", "sip+d2t", "_sip._tcp.naptr.example."),
            naptr(10, 50, "s", "SIPS+D2T", "_sips._tcp.naptr.example."),
            naptr(5, 1, "s", "SIP+D2S", "_sip._sctp.naptr.example."),
            naptr(5, 2, "u", "SIP+D2U", "."),
        ],
        ("_sips._tcp.naptr.example.", RecordType::SRV) => vec![RData::SRV(srv(1, 0, 5061, "first.carrier.example."))],
        ("_sip._tcp.naptr.example." | "_sip._udp.naptr.example.", RecordType::SRV) => {
            vec![RData::SRV(srv(1, 0, 5060, "backup.carrier.example."))]
        }
        ("_sip._udp.pair.example.", RecordType::SRV) => {
            vec![RData::SRV(srv(1, 0, 5060, "first.carrier.example.")), RData::SRV(srv(2, 0, 5060, "flaky.example."))]
        }
        ("flaky.example.", RecordType::A) => vec![RData::A(rdata::A::new(192, 0, 2, 8))],
        ("fleeting.example.", RecordType::A) => vec![RData::A(rdata::A::new(192, 0, 2, 7))],
        _ => Vec::new(),
    };
    let mut reply = Message::response(query.id, query.op_code);
    reply.add_query(question.clone());
    if asked == "flaky.example." && fails {
        reply.metadata.response_code = ResponseCode::ServFail;
        return reply;
    }
    if data.is_empty() {
        reply.metadata.response_code = ResponseCode::NXDomain;
        let soa = rdata::SOA::new(name("ns.example."), name("host.example."), 1, 300, 300, 300, 300);
        reply.add_authority(Record::from_rdata(name("example."), 300, RData::SOA(soa)));
    }
    for data in data {
        let lifetime = if ["fleeting.example.", "flaky.example."].contains(&asked.as_str()) { 0 } else { 300 };
        reply.add_answer(Record::from_rdata(question.name().clone(), lifetime, data));
    }
    reply
}

fn config(name_servers: Vec<SocketAddr>) -> ResolverConfig {
    let hosts = HashMap::from([("Fixed.Example".to_owned(), vec![IpAddr::from([192, 0, 2, 9])])]);
    ResolverConfig { hosts, name_servers, ..ResolverConfig::default() }
}

fn question(host: &str, port: Option<u16>, protocol: Option<Protocol>) -> Question {
    Question { host: host.into(), port, protocol, secure: false }
}

fn shown(resolved: Resolved) -> Vec<String> {
    let targets = resolved.expect("addresses");
    targets.iter().map(|target| format!("{} {}", target.protocol.via_token(), target.remote)).collect()
}

#[tokio::test]
async fn srv_records_are_followed_in_order_and_cached() {
    let (server, queries) = name_server().await;
    let resolver = Resolver::new(&config(vec![server]), BOTH, 1);
    let expected = [
        "UDP 192.0.2.1:5070",
        "UDP [2001:db8::1]:5070",
        "UDP 192.0.2.2:5080",
        "UDP [2001:db8::2]:5080",
        "TCP 192.0.2.1:5090",
        "TCP [2001:db8::1]:5090",
    ];
    assert_eq!(shown(resolver.resolve(&question("carrier.example", None, None)).await), expected);
    let asked = queries.load(Ordering::Relaxed);
    assert_eq!(shown(resolver.resolve(&question("carrier.example", None, None)).await), expected);
    let only_tcp = question("carrier.example", None, Some(Protocol::Tcp));
    assert_eq!(shown(resolver.resolve(&only_tcp).await), expected[4..]);
    assert_eq!(queries.load(Ordering::Relaxed), asked, "answers are kept for their time to live");
}

#[tokio::test]
async fn a_name_that_cannot_be_asked_for_is_where_it_was_before() {
    let (server, queries) = name_server().await;
    let v4 = Families { v6: false, ..BOTH };
    let resolver = Resolver::new(&config(vec![server]), v4, 1);
    let pair = question("pair.example", None, Some(Protocol::Udp));
    let both = ["UDP 192.0.2.1:5060", "UDP 192.0.2.8:5060"];
    assert_eq!(shown(resolver.resolve(&pair).await), both);
    queries.store(FLAKY, Ordering::Relaxed);
    assert_eq!(shown(resolver.resolve(&pair).await), both);
    assert_eq!(shown(resolver.resolve(&pair).await), both, "the part is not taken for the whole");
    let fresh = Resolver::new(&config(vec![server]), v4, 1);
    assert_eq!(shown(fresh.resolve(&pair).await), both[..1], "without one from before a part serves");
}

#[tokio::test]
async fn without_srv_or_with_a_port_only_addresses_are_asked_for() {
    let (server, _) = name_server().await;
    let v4 = Families { v6: false, ..BOTH };
    let resolver = Resolver::new(&config(vec![server]), v4, 1);
    assert_eq!(shown(resolver.resolve(&question("plain.example", None, None)).await), ["UDP 192.0.2.1:5060"]);
    let with_port = question("first.carrier.example", Some(5062), Some(Protocol::Tcp));
    assert_eq!(shown(resolver.resolve(&with_port).await), ["TCP 192.0.2.1:5062"]);
    assert_eq!(resolver.resolve(&question("nobody.example", None, None)).await, Err(ResolveError::NotFound));
    assert_eq!(resolver.resolve(&question("gone.example", None, None)).await, Err(ResolveError::NotFound));
}

#[tokio::test]
async fn fixed_hosts_and_addresses_ask_nobody() {
    let (server, queries) = name_server().await;
    let resolver = Resolver::new(&config(vec![server]), BOTH, 1);
    assert_eq!(shown(resolver.resolve(&question("fixed.example", None, None)).await), ["UDP 192.0.2.9:5060"]);
    assert_eq!(shown(resolver.resolve(&question("2001:db8::7", Some(5061), None)).await), ["UDP [2001:db8::7]:5061"]);
    assert_eq!(queries.load(Ordering::Relaxed), 0);
}

#[test]
fn weights_decide_among_equals() {
    let records = vec![srv(1, 0, 1, "a."), srv(1, 10, 2, "b."), srv(1, 30, 3, "c."), srv(0, 0, 4, "d.")];
    let resolver = Resolver {
        hosts: HashMap::new(),
        dns: None,
        timeout: Duration::ZERO,
        random: AtomicU64::new(7),
        families: BOTH,
        remembered: Remembered::new(1, Duration::ZERO),
    };
    let mut second = [0; 5];
    for _ in 0..4_000 {
        let ordered = by_weight(records.clone(), || resolver.random());
        assert_eq!((ordered.len(), ordered[0].port), (4, 4));
        second[usize::from(ordered[1].port)] += 1;
    }
    assert!((700..1_300).contains(&second[2]) && (2_500..3_300).contains(&second[3]), "{second:?}");
}

#[tokio::test]
async fn the_domain_chooses_the_transport_by_naptr() {
    let (server, _) = name_server().await;
    let v4 = Families { v6: false, ..BOTH };
    let config = config(vec![server]);
    let free = question("naptr.example", None, None);
    let all = ["TLS 192.0.2.1:5061", "TCP 192.0.2.2:5060", "UDP 192.0.2.2:5060"];
    assert_eq!(shown(Resolver::new(&config, v4, 1).resolve(&free).await), all);
    let secure = Question { secure: true, ..free.clone() };
    assert_eq!(shown(Resolver::new(&config, v4, 1).resolve(&secure).await), all[..1]);
    let plain = Families { tls: false, udp: false, ..v4 };
    assert_eq!(shown(Resolver::new(&config, plain, 1).resolve(&free).await), all[1..2], "only what we have");
    let asked = question("naptr.example", None, Some(Protocol::Udp));
    assert_eq!(shown(Resolver::new(&config, v4, 1).resolve(&asked).await), all[2..], "the URI's own choice stands");
}

#[tokio::test]
async fn answers_from_before_serve_when_the_name_servers_are_gone() {
    let (server, queries) = name_server().await;
    let config = ResolverConfig { timeout: Duration::from_millis(200), ..config(vec![server]) };
    let resolver = Resolver::new(&config, BOTH, 1);
    let fleeting = question("fleeting.example", None, None);
    assert_eq!(resolver.before(&fleeting), None);
    assert_eq!(shown(resolver.resolve(&fleeting).await), ["UDP 192.0.2.7:5060"]);
    queries.store(DEAF, Ordering::Relaxed);
    assert_eq!(resolver.before(&fleeting).map(shown), Some(vec!["UDP 192.0.2.7:5060".to_owned()]));
    assert_eq!(shown(resolver.resolve(&fleeting).await), ["UDP 192.0.2.7:5060"]);
    assert_eq!(resolver.resolve(&question("plain.example", None, None)).await, Err(ResolveError::Failed));
    let asked = queries.load(Ordering::Relaxed);
    assert_eq!(shown(resolver.resolve(&fleeting).await), ["UDP 192.0.2.7:5060"]);
    assert_eq!(queries.load(Ordering::Relaxed), asked, "they are left alone for a while");
    queries.store(0, Ordering::Relaxed);
    assert_eq!(shown(resolver.resolve(&question("plain.example", None, None)).await), ["UDP 192.0.2.1:5060"]);
    assert_eq!(resolver.resolve(&question("nobody.example", None, None)).await, Err(ResolveError::NotFound));
}
