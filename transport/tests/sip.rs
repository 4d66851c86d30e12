//! The SIP task on loopback. What is waited for are messages and events, with time limits only against waiting for
//! ever.

use crate::support;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use sip_core::message::StatusCode;
use sip_core::{Body, EndReason, Event, Protocol};
use support::calls::{ended, outgoing, uri, whole_call};
use support::{Node, Stream, loopback, options, request};
use tokio::net::UdpSocket;
use transport::sip::{Listen, Offence, Rate, ResolverConfig, SipConfig, SipLimits, SipTransport, StartError};

fn limits() -> SipLimits {
    SipLimits { trusted: Vec::new(), ..SipLimits::default() }
}

#[tokio::test]
async fn a_call_over_udp_and_one_over_tcp() {
    let (mut caller, mut callee) = (Node::start(SipConfig::default()).await, Node::start(SipConfig::default()).await);
    let target = callee.address(Protocol::Udp);
    whole_call(&mut caller, &mut callee, uri(&format!("sip:b@{target}"))).await;
    whole_call(&mut caller, &mut callee, uri(&format!("sip:b@{target};transport=tcp"))).await;
    whole_call(&mut caller, &mut callee, uri(&format!("sip:b@{target};transport=tcp"))).await;
    let (caller, callee) = (caller.handle.counters(), callee.handle.counters());
    assert_eq!((caller.connected, callee.accepted), (1, 1), "the connection is used again");
    assert!(callee.received >= 9 && callee.malformed == 0, "{callee:?}");
}

#[tokio::test]
async fn a_call_over_ipv6() {
    let any = SocketAddr::from((Ipv6Addr::LOCALHOST, 0));
    if std::net::UdpSocket::bind(any).is_err() {
        return;
    }
    let config = || SipConfig { listen: vec![Listen::udp(any), Listen::tcp(any)], ..SipConfig::default() };
    let (mut caller, mut callee) = (Node::start(config()).await, Node::start(config()).await);
    let target = callee.address(Protocol::Udp);
    whole_call(&mut caller, &mut callee, uri(&format!("sip:b@{target}"))).await;
    whole_call(&mut caller, &mut callee, uri(&format!("sip:b@{target};transport=tcp"))).await;
}

#[tokio::test]
async fn bound_to_all_interfaces_it_says_which_one() {
    let any = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let config = SipConfig { listen: vec![Listen::udp(any)], ..SipConfig::default() };
    let (caller, mut callee) = (Node::start(SipConfig::default()).await, Node::start(config).await);
    let port = callee.address(Protocol::Udp).port();
    caller.handle.invite(outgoing(uri(&format!("sip:b@127.0.0.1:{port}")))).await.expect("placed");
    let incoming = callee.incoming().await;
    assert_eq!(incoming.flow.local, SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let towards = caller.handle.local_address_towards(uri("sip:b@127.0.0.9")).await.expect("running");
    assert_eq!(towards, Some(Ipv4Addr::LOCALHOST.into()));
}

#[tokio::test]
async fn a_name_is_resolved_and_an_unknown_one_ends_the_call() {
    let hosts = [("callee.example".to_owned(), vec![IpAddr::V4(Ipv4Addr::LOCALHOST)])].into();
    // Nobody answers there: names that are not fixed fail.
    let deaf = UdpSocket::bind(loopback()).await.expect("loopback");
    let name_servers = vec![deaf.local_addr().expect("an address")];
    let resolver =
        ResolverConfig { hosts, name_servers, timeout: Duration::from_millis(50), ..ResolverConfig::default() };
    let mut caller = Node::start(SipConfig { resolver, ..SipConfig::default() }).await;
    let mut callee = Node::start(SipConfig::default()).await;
    let port = callee.address(Protocol::Udp).port();
    whole_call(&mut caller, &mut callee, uri(&format!("sip:b@callee.example:{port}"))).await;
    let leg = caller.handle.invite(outgoing(uri("sip:b@other.example"))).await.expect("placed");
    assert_eq!(ended(&mut caller, leg).await, EndReason::Unresolved);
    assert_eq!(caller.handle.counters().failed_lookups, 1);
}

#[tokio::test]
async fn names_that_nobody_answers_for_do_not_cost_us_the_fixed_ones() {
    let hosts = [("callee.example".to_owned(), vec![IpAddr::V4(Ipv4Addr::LOCALHOST)])].into();
    let deaf = UdpSocket::bind(loopback()).await.expect("loopback");
    let resolver =
        ResolverConfig { hosts, name_servers: vec![deaf.local_addr().expect("an address")], ..Default::default() };
    let limits = SipLimits { max_lookups: 1, ..SipLimits::default() };
    let mut caller = Node::start(SipConfig { resolver, limits, ..SipConfig::default() }).await;
    let mut callee = Node::start(SipConfig::default()).await;
    let port = callee.address(Protocol::Udp).port();
    caller.handle.invite(outgoing(uri("sip:b@slow.example"))).await.expect("placed");
    let leg = caller.handle.invite(outgoing(uri("sip:b@other.example"))).await.expect("placed");
    assert_eq!(ended(&mut caller, leg).await, EndReason::Unresolved, "the only slot is taken");
    whole_call(&mut caller, &mut callee, uri(&format!("sip:b@callee.example:{port}"))).await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_refused_by_either_transport() {
    let node = Node::start(SipConfig::default()).await;
    let taken = node.address(Protocol::Udp);
    for listen in [Listen::udp(taken), Listen::tcp(taken)] {
        let protocol = listen.protocol;
        let error = SipTransport::start(SipConfig { listen: vec![listen], ..SipConfig::default() }).await;
        match error.err() {
            Some(error @ StartError::PortTaken { .. }) => {
                let port = taken.port();
                let expected = format!("{} port {port} at 127.0.0.1 is taken by another program", protocol.via_token());
                assert_eq!(error.to_string(), expected);
            }
            other => panic!("started: {other:?}"),
        }
    }
}

#[tokio::test]
async fn it_starts_again_on_the_ports_that_it_had() {
    let mut node = Node::start(SipConfig::default()).await;
    let address = node.address(Protocol::Tcp);
    let mut stream = Stream::connect(address).await;
    stream.send(options(1).as_bytes()).await;
    assert!(stream.message().await.starts_with("SIP/2.0 200"));
    node.handle.stop(Duration::from_secs(10)).await;
    assert!(node.events.recv().await.is_none(), "the events end");
    assert!(node.handle.bindings("anna").await.is_err());
    let listen = vec![Listen::udp(address), Listen::tcp(address)];
    let again = Node::start(SipConfig { listen, ..SipConfig::default() }).await;
    assert_eq!(again.address(Protocol::Tcp), address);
}

#[tokio::test]
async fn stopping_waits_for_the_last_leg_and_refuses_new_ones() {
    let (mut caller, mut callee) = (Node::start(SipConfig::default()).await, Node::start(SipConfig::default()).await);
    let target = uri(&format!("sip:b@{}", callee.address(Protocol::Udp)));
    let leg = caller.handle.invite(outgoing(target.clone())).await.expect("placed");
    let incoming = callee.incoming().await;
    callee.handle.accept(incoming.leg, Body::sdp("answer")).await.expect("accepted");
    callee.until(|event| matches!(event, Event::Confirmed { .. })).await;

    let stopping = callee.handle.clone();
    let mut stop = std::pin::pin!(stopping.stop(Duration::from_mins(1)));
    // Commands are carried out in order: once this one is, so is the stop.
    tokio::select! {
        biased;
        () = &mut stop => panic!("one leg still stands"),
        status = callee.handle.status() => status.expect("running"),
    };
    let refused = caller.handle.invite(outgoing(target)).await.expect("placed");
    let end = caller.until(|event| matches!(event, Event::Ended { leg, .. } if *leg == refused)).await;
    assert!(matches!(end, Event::Ended { status: Some(StatusCode::SERVICE_UNAVAILABLE), .. }));
    assert_eq!(callee.handle.counters().refused_calls, 1);
    caller.handle.hangup(leg).await.expect("running");
    assert_eq!(ended(&mut callee, incoming.leg).await, EndReason::Bye);
    stop.await;
}

#[tokio::test]
async fn a_source_that_sends_too_much_is_not_listened_to() {
    let per_source = Some(Rate { per_second: 1, burst: 5 });
    let node = Node::start(SipConfig { limits: SipLimits { per_source, ..limits() }, ..SipConfig::default() }).await;
    let socket = UdpSocket::bind(loopback()).await.expect("loopback");
    socket.connect(node.address(Protocol::Udp)).await.expect("loopback");
    for number in 0..40 {
        socket.send(options(number).as_bytes()).await.expect("loopback");
    }
    node.until_counted(|counters| counters.received + counters.limited == 40).await;
    let counters = node.handle.counters();
    assert!(counters.received >= 5 && counters.limited >= 20, "{counters:?}");
    node.handle.trust(vec![IpAddr::from(Ipv4Addr::LOCALHOST).into()]).await.expect("running");
    let before = node.handle.status().await.expect("running").transport;
    for number in 50..60 {
        socket.send(options(number).as_bytes()).await.expect("loopback");
    }
    node.until_counted(|counters| counters.received == before.received + 10).await;
    assert_eq!(node.handle.counters().limited, before.limited);
}

/// An OPTIONS that names a scanner.
fn scan(number: u32) -> String {
    options(number).replace("Content-Length", "User-Agent: friendly-scanner\r\nContent-Length")
}

#[tokio::test]
async fn a_datagram_bans_nobody_and_a_connection_does() {
    let node = Node::start(SipConfig { limits: limits(), ..SipConfig::default() }).await;
    let socket = UdpSocket::bind(loopback()).await.expect("loopback");
    socket.connect(node.address(Protocol::Udp)).await.expect("loopback");
    socket.send(scan(1).as_bytes()).await.expect("loopback");
    for number in 0..40 {
        socket.send(format!("nonsense {number}\r\n\r\n").as_bytes()).await.expect("loopback");
    }
    node.until_counted(|counters| counters.silenced == 1 && counters.received == 40).await;
    assert!(node.handle.bans().is_empty(), "their source may be made up");
    let mut stream = Stream::connect(node.address(Protocol::Tcp)).await;
    stream.send(scan(2).as_bytes()).await;
    node.until_counted(|counters| counters.silenced == 2).await;
    assert_eq!(node.handle.bans().iter().map(|ban| ban.reason).collect::<Vec<_>>(), [Offence::Scanner]);
    stream.send(options(3).as_bytes()).await;
    stream.until_closed().await;
}

#[tokio::test]
async fn a_ban_never_silences_what_we_asked_for() {
    for transport in ["", ";transport=tcp"] {
        let mut caller = Node::start(SipConfig { limits: limits(), ..SipConfig::default() }).await;
        let mut callee = Node::start(SipConfig::default()).await;
        caller.handle.offend(Ipv4Addr::LOCALHOST.into(), Offence::Scanner);
        assert_eq!(caller.handle.bans().len(), 1);
        let target = callee.address(Protocol::Udp);
        whole_call(&mut caller, &mut callee, uri(&format!("sip:b@{target}{transport}"))).await;
        // Who answers us is heard for a while.
        let socket = UdpSocket::bind(loopback()).await.expect("loopback");
        socket.send_to(options(1).as_bytes(), caller.address(Protocol::Udp)).await.expect("loopback");
        let mut answer = [0; 2_000];
        let answered = tokio::time::timeout(Duration::from_secs(10), socket.recv(&mut answer)).await;
        answered.expect("an answer in time").expect("loopback");
        assert!(answer.starts_with(b"SIP/2.0 200"));
    }
}

#[tokio::test]
async fn messages_on_a_stream_may_come_in_any_pieces() {
    let node = Node::start(SipConfig::default()).await;
    let mut stream = Stream::connect(node.address(Protocol::Tcp)).await;
    for byte in options(1).as_bytes() {
        stream.send(&[*byte]).await;
    }
    assert!(stream.message().await.contains("CSeq: 1 OPTIONS"));
    stream.send(format!("\r\n\r\n{}{}", options(2), options(3)).as_bytes()).await;
    assert_eq!(stream.bytes(2).await, b"\r\n", "a keep-alive is answered");
    assert!(stream.message().await.contains("CSeq: 2 OPTIONS"));
    assert!(stream.message().await.contains("CSeq: 3 OPTIONS"));
    stream.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    stream.until_closed().await;
    let counters = node.handle.counters();
    assert_eq!((counters.malformed, counters.keep_alives), (1, 1));
    node.until_counted(|counters| counters.connections == 0 && counters.expelled == 1).await;
}

#[tokio::test]
async fn connections_are_limited_in_number_and_in_patience() {
    let limits = SipLimits { max_connections_per_source: 2, message_timeout: Duration::from_secs(2), ..limits() };
    let node = Node::start(SipConfig { limits, ..SipConfig::default() }).await;
    let address = node.address(Protocol::Tcp);
    let (mut silent, mut slow) = (Stream::connect(address).await, Stream::connect(address).await);
    slow.send(b"OPTIONS sip:x SIP/2.0\r\nVia: ").await;
    node.until_counted(|counters| counters.accepted == 2).await;
    let mut third = Stream::connect(address).await;
    third.until_closed().await;
    silent.until_closed().await;
    slow.until_closed().await;
    node.until_counted(|counters| counters.expelled == 2 && counters.connections == 0).await;
    assert_eq!(node.handle.counters().refused_connections, 1);
    let mut next = Stream::connect(address).await;
    next.send(options(1).as_bytes()).await;
    assert!(next.message().await.starts_with("SIP/2.0 200"), "there is room again");
}

#[tokio::test]
async fn keep_alives_alone_hold_no_connection() {
    let limits = SipLimits { message_timeout: Duration::from_secs(2), ..limits() };
    let node = Node::start(SipConfig { limits, ..SipConfig::default() }).await;
    let mut stream = Stream::connect(node.address(Protocol::Tcp)).await;
    stream.send(b"\r\n\r\n").await;
    assert_eq!(stream.bytes(2).await, b"\r\n");
    stream.until_closed().await;
    node.until_counted(|counters| counters.expelled == 1 && counters.connections == 0).await;
}

#[tokio::test]
async fn strangers_leave_room_for_trunks() {
    let node =
        Node::start(SipConfig { limits: SipLimits { max_connections: 4, ..limits() }, ..SipConfig::default() }).await;
    let address = node.address(Protocol::Tcp);
    let _strangers = [Stream::connect(address).await, Stream::connect(address).await, Stream::connect(address).await];
    node.until_counted(|counters| counters.accepted == 3).await;
    Stream::connect(address).await.until_closed().await;
    assert_eq!(node.handle.counters().refused_connections, 1);
    node.handle.trust(vec![IpAddr::from(Ipv4Addr::LOCALHOST).into()]).await.expect("running");
    node.handle.status().await.expect("running");
    let mut trunk = Stream::connect(address).await;
    trunk.send(options(1).as_bytes()).await;
    assert!(trunk.message().await.starts_with("SIP/2.0 200"));
}

#[tokio::test]
async fn a_connection_that_cannot_be_opened_ends_the_call() {
    let mut caller = Node::start(SipConfig::default()).await;
    let closed = std::net::TcpListener::bind(loopback()).expect("loopback").local_addr().expect("an address");
    let leg = caller.handle.invite(outgoing(uri(&format!("sip:b@{closed};transport=tcp")))).await.expect("placed");
    assert_eq!(ended(&mut caller, leg).await, EndReason::TransportFailed);
    assert_eq!(caller.handle.counters().connect_failed, 1);
}

#[tokio::test]
async fn events_that_nobody_takes_cost_new_calls_only() {
    let mut node = Node::start(SipConfig { event_capacity: 8, ..SipConfig::default() }).await;
    let mut stream = Stream::connect(node.address(Protocol::Tcp)).await;
    for number in 0..20 {
        stream.send(request("INVITE", number).as_bytes()).await;
    }
    let mut refused = 0;
    while refused < 13 {
        let response = stream.message().await;
        if response.starts_with("SIP/2.0 503") {
            assert!(response.contains("Retry-After: "), "{response}");
            refused += 1;
        }
    }
    // The callers of those that were taken give up: these events must not be lost.
    let mut taken = Vec::new();
    for _ in 0..7 {
        taken.push(node.incoming().await.leg);
    }
    for leg in &taken {
        node.handle.reject(*leg, StatusCode::BUSY_HERE, Vec::new()).await.expect("it stands");
    }
    for leg in taken {
        assert_eq!(ended(&mut node, leg).await, EndReason::Rejected);
    }
    assert_eq!(node.handle.counters().refused_calls, 13);
    assert_eq!(node.handle.status().await.expect("running").waiting_events, 0);
}
