//! Finding servers and keeping the way to them open: the SIP task with a name server and scripted peers.

use crate::support;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, NAPTR, SRV};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use sip_core::{Protocol, Registration};
use support::calls::{outgoing, uri, whole_call};
use support::{Node, Stream, loopback, request};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, UdpSocket};
use tokio::time::timeout;
use transport::sip::{ResolverConfig, SipConfig, SipLimits};

const PATIENCE: Duration = Duration::from_secs(30);

fn name(text: &str) -> Name {
    Name::from_str(text).expect("a name")
}

/// A name server for a carrier that wants UDP, at these ports in order.
async fn carrier(ports: Vec<u16>) -> SocketAddr {
    let socket = UdpSocket::bind(loopback()).await.expect("loopback");
    let address = socket.local_addr().expect("an address");
    let naptr = |order, services: &str, to| {
        let bytes = |text: &str| text.as_bytes().into();
        RData::NAPTR(NAPTR::new(order, 1, bytes("s"), bytes(services), bytes(""), name(to)))
    };
    tokio::spawn(async move {
        let mut buffer = [0; 1_500];
        while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
            let query = Message::from_vec(&buffer[..length]).expect("a query");
            let question = query.queries[0].clone();
            let asked = question.name().to_ascii().to_lowercase();
            let data = match (asked.as_str(), question.query_type()) {
                ("carrier.example.", RecordType::NAPTR) => vec![
                    naptr(20, "SIP+D2T", "_sip._tcp.carrier.example."),
                    naptr(10, "SIP+D2U", "_sip._udp.carrier.example."),
                ],
                ("_sip._udp.carrier.example.", RecordType::SRV) => {
                    let hosts = ports.iter().zip(1..);
                    hosts
                        .map(|(port, priority)| RData::SRV(SRV::new(priority, 0, *port, name("host.example."))))
                        .collect()
                }
                ("host.example.", RecordType::A) => vec![RData::A(A(Ipv4Addr::LOCALHOST))],
                _ => Vec::new(),
            };
            let mut reply = Message::response(query.id, query.op_code);
            reply.add_query(question.clone());
            if data.is_empty() {
                reply.metadata.response_code = ResponseCode::NXDomain;
            }
            for data in data {
                reply.add_answer(Record::from_rdata(question.name().clone(), 300, data));
            }
            socket.send_to(&reply.to_vec().expect("a reply"), peer).await.expect("loopback");
        }
    });
    address
}

#[tokio::test]
async fn a_silent_server_is_given_up_for_the_next_one_and_left_for_later() {
    let mut callee = Node::start(SipConfig { seed: 1, ..SipConfig::default() }).await;
    let deaf = UdpSocket::bind(loopback()).await.expect("loopback");
    let deaf_port = deaf.local_addr().expect("an address").port();
    let name_server = carrier(vec![deaf_port, callee.address(Protocol::Udp).port()]).await;
    let resolver = ResolverConfig { name_servers: vec![name_server], ..ResolverConfig::default() };
    let mut config = SipConfig { resolver, ..SipConfig::default() };
    config.endpoint.limits.failover = Some(Duration::from_millis(300));
    let mut caller = Node::start(config).await;
    whole_call(&mut caller, &mut callee, uri("sip:b@carrier.example")).await;
    let mut buffer = [0; 4_096];
    let mut tries = 0;
    while deaf.try_recv(&mut buffer).is_ok() {
        tries += 1;
    }
    assert!(tries >= 1, "it was tried first");
    whole_call(&mut caller, &mut callee, uri("sip:b@carrier.example")).await;
    assert!(deaf.try_recv(&mut buffer).is_err(), "it is not tried again so soon");
}

#[tokio::test]
async fn the_addresses_of_a_name_are_those_that_its_calls_go_to() {
    let name_server = carrier(vec![5_060]).await;
    let resolver = ResolverConfig { name_servers: vec![name_server], ..ResolverConfig::default() };
    let node = Node::start(SipConfig { resolver, ..SipConfig::default() }).await;
    // There is no address under the name itself: only its SRV records lead anywhere.
    let found = node.handle.addresses(uri("sip:carrier.example")).await.expect("running");
    assert_eq!(found, [IpAddr::from([127, 0, 0, 1])]);
    let found = node.handle.addresses(uri("sip:192.0.2.7:5070")).await.expect("running");
    assert_eq!(found, [IpAddr::from([192, 0, 2, 7])]);
    assert!(node.handle.addresses(uri("sip:other.example:5060")).await.expect("running").is_empty());
}

#[tokio::test]
async fn a_connection_of_ours_is_kept_open() {
    let listener = TcpListener::bind(loopback()).await.expect("loopback");
    let limits = SipLimits { keep_alive: Some(Duration::from_secs(1)), ..SipLimits::default() };
    let caller = Node::start(SipConfig { limits, ..SipConfig::default() }).await;
    let address = listener.local_addr().expect("an address");
    caller.handle.invite(outgoing(uri(&format!("sip:b@{address};transport=tcp")))).await.expect("placed");
    let (mut stream, _) = listener.accept().await.expect("a connection");
    let mut read = Vec::new();
    while !read.ends_with(b"offer\r\n\r\n") {
        let count = timeout(PATIENCE, stream.read_buf(&mut read)).await.expect("in time").expect("it stands");
        assert!(count > 0, "closed");
    }
}

#[tokio::test]
async fn the_way_to_a_registrar_by_udp_is_kept_open() {
    let registrar = UdpSocket::bind(loopback()).await.expect("loopback");
    let udp_keep_alive = Some(Duration::from_secs(1));
    let node = Node::start(SipConfig { udp_keep_alive, ..SipConfig::default() }).await;
    let address = registrar.local_addr().expect("an address");
    let registration = Registration {
        registrar: uri(&format!("sip:{address}")),
        aor: uri("sip:us@carrier.example"),
        contact_user: "us".into(),
        credentials: None,
        expires: Duration::from_mins(10),
        route: None,
    };
    node.handle.register(registration).await.expect("running");
    let mut buffer = [0; 4_096];
    let mut next = async || {
        let (length, peer) =
            timeout(PATIENCE, registrar.recv_from(&mut buffer)).await.expect("in time").expect("a socket");
        (String::from_utf8(buffer[..length].to_vec()).expect("UTF-8"), peer)
    };
    let (register, peer) = next().await;
    assert!(register.starts_with("REGISTER"), "{register}");
    let copied =
        |line: &&str| ["Via", "From", "To", "Call-ID", "CSeq", "Contact"].iter().any(|it| line.starts_with(it));
    let lines: Vec<_> = register.split("\r\n").filter(copied).collect();
    let answer = format!("SIP/2.0 200 OK\r\n{}\r\nContent-Length: 0\r\n\r\n", lines.join("\r\n"));
    registrar.send_to(answer.as_bytes(), peer).await.expect("loopback");
    while next().await.0 != "\r\n\r\n" {}
}

/// RFC 3261 section 18.2.2, RFC 3263 section 5.
#[tokio::test]
async fn an_answer_whose_connection_is_gone_goes_by_a_new_one() {
    let mut node = Node::start(SipConfig::default()).await;
    let listener = TcpListener::bind(loopback()).await.expect("loopback");
    let port = listener.local_addr().expect("an address").port();
    let mut stream = Stream::connect(node.address(Protocol::Tcp)).await;
    let invite = request("INVITE", 1).replace("SIP/2.0/TCP 127.0.0.1:9;", &format!("SIP/2.0/TCP 127.0.0.1:{port};"));
    stream.send(invite.as_bytes()).await;
    let leg = node.incoming().await.leg;
    drop(stream);
    node.until_counted(|counters| counters.connections == 0).await;
    node.handle.reject(leg, sip_core::message::StatusCode::BUSY_HERE, Vec::new()).await.expect("it waits");
    let (mut stream, _) = timeout(PATIENCE, listener.accept()).await.expect("in time").expect("a connection");
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n") {
        let count = timeout(PATIENCE, stream.read_buf(&mut read)).await.expect("in time").expect("it stands");
        assert!(count > 0, "closed");
    }
    assert!(read.starts_with(b"SIP/2.0 486"), "{}", String::from_utf8_lossy(&read));
}
