//! How many messages a second one endpoint takes: calls between two endpoints in one thread, without a network.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used, reason = "a program that measures")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sip_core::{Body, Endpoint, EndpointConfig, Event, Flow, LegHandle, Listener, OutgoingCall, Protocol};

const CALLS: usize = 50_000;
const SDP: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
                   m=audio 10000 RTP/AVP 9 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n";

fn endpoint(address: SocketAddr, seed: u64) -> Endpoint {
    let listener = Listener { protocol: Protocol::Udp, local: address, advertised: None };
    let mut config = EndpointConfig { listeners: vec![listener], ..EndpointConfig::default() };
    config.limits.max_transactions = usize::MAX;
    Endpoint::new(config, seed)
}

/// Carries messages both ways until there are none.
fn carry(now: Instant, ends: &mut [Endpoint; 2], addresses: [SocketAddr; 2]) -> u64 {
    let mut carried = 0;
    loop {
        let before = carried;
        for index in 0..2 {
            while let Some(transmit) = ends[index].poll_transmit() {
                let flow = Flow::udp(addresses[1 - index], addresses[index]);
                ends[1 - index].handle_datagram(now, flow, &transmit.data);
                carried += 1;
            }
        }
        if carried == before {
            return carried;
        }
    }
}

fn incoming(end: &mut Endpoint) -> Option<LegHandle> {
    let mut leg = None;
    while let Some(event) = end.poll_event() {
        if let Event::IncomingCall(call) = event {
            leg = Some(call.leg);
        }
    }
    leg
}

fn main() {
    let addresses: [SocketAddr; 2] = ["192.0.2.1:5060".parse().unwrap(), "192.0.2.2:5060".parse().unwrap()];
    let mut ends = [endpoint(addresses[0], 1), endpoint(addresses[1], 2)];
    let mut now = Instant::now();
    let began = Instant::now();
    let mut messages = 0;
    let mut most = 0;
    for _ in 0..CALLS {
        let mut call = OutgoingCall::new(
            format!("sip:b@{}", addresses[1]).parse().unwrap(),
            format!("<sip:a@{}>", addresses[0]).parse().unwrap(),
        );
        call.body = Some(Body::sdp(SDP));
        let caller = ends[0].invite(now, call).unwrap();
        messages += carry(now, &mut ends, addresses);
        let callee = incoming(&mut ends[1]).unwrap();
        let _ = ends[1].accept(now, callee, Body::sdp(SDP));
        messages += carry(now, &mut ends, addresses);
        ends[0].hangup(now, caller);
        messages += carry(now, &mut ends, addresses);
        // A thousand calls a second of virtual time: what they leave waits for its timers.
        now += Duration::from_millis(1);
        for end in &mut ends {
            end.handle_timeout(now);
            incoming(end);
        }
        most = most.max(ends[1].table_sizes().server_transactions);
    }
    let took = began.elapsed();
    let each = took.as_secs_f64() / messages as f64 / 2.0;
    println!("{CALLS} calls, {messages} messages in {took:.2?}; up to {most} server transactions at once");
    println!("{:.1} us for each message at each end: {:.0} a second on one core", each * 1e6, 1.0 / each);
}
