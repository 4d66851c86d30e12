//! What holds for every message: it is written so that it reads the same, any bytes are survived, and a stream gives
//! the same messages however it is split.
#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sip_core::message::{
    CSeq, HeaderName, Host, HostPort, Limits, Message, Method, NameAddr, Params, Request, Response, StatusCode,
    StreamDecoder, StreamItem, Uri, Via, ViaTransport, parse_datagram,
};

use crate::sip_message;

const TOKEN: &str = "[a-zA-Z0-9.!%*_+`'~-]{1,12}";

fn host() -> impl Strategy<Value = Host> {
    prop_oneof![
        "[a-z][a-z0-9-]{0,8}(\\.[a-z]{2,5}){0,2}".prop_map(Host::Name),
        any::<std::net::Ipv4Addr>().prop_map(Host::V4),
        any::<std::net::Ipv6Addr>().prop_map(Host::V6),
    ]
}

fn set(params: &mut Params, name: &str, value: Option<&str>) {
    match value {
        Some(value) => params.set(name, value),
        None => params.set_flag(name),
    }
}

/// Values of every kind: bare, quoted, none.
fn params() -> impl Strategy<Value = Params> {
    vec((TOKEN, option::of("[ -~äß]{1,10}")), 0..4).prop_map(|list| {
        let mut params = Params::new();
        for (name, value) in list {
            set(&mut params, &name, value.as_deref());
        }
        params
    })
}

fn uri() -> impl Strategy<Value = Uri> {
    let sip = (option::of("\\PC{1,10}"), host(), option::of(any::<u16>()), vec((TOKEN, option::of(TOKEN)), 0..3));
    prop_oneof![
        8 => sip.prop_map(|(user, host, port, params)| {
            let mut uri = Uri::sip(user.as_deref(), host, port);
            for (name, value) in params {
                set(&mut uri.params, &name, value.as_deref());
            }
            uri
        }),
        1 => "\\+[0-9]{3,15}".prop_map(|number| format!("tel:{number};x=y").parse().unwrap()),
        1 => "[a-z:/.]{1,20}".prop_map(|rest| format!("urn:{rest}").parse().unwrap()),
    ]
}

fn address() -> impl Strategy<Value = NameAddr> {
    (option::of("\\PC{1,16}"), uri(), params()).prop_map(|(display, uri, params)| NameAddr { display, uri, params })
}

fn via() -> impl Strategy<Value = Via> {
    let transport = prop_oneof![Just(ViaTransport::Udp), Just(ViaTransport::Wss)];
    (transport, host(), option::of(any::<u16>()), TOKEN)
        .prop_map(|(transport, host, port, branch)| Via::new(transport, HostPort { host, port }, &branch))
}

fn method() -> impl Strategy<Value = Method> {
    prop_oneof![Just(Method::Invite), Just(Method::Ack), TOKEN.prop_map(|text| Method::parse(&text).unwrap())]
}

prop_compose! {
    fn message()(
        (method, uri, status, reason) in (method(), uri(), option::of(100u16..700), "\\PC{0,12}"),
        (vias, from, to) in (vec(via(), 1..4), address(), address()),
        (call_id, seq) in (TOKEN, any::<u32>()),
        extra in vec((TOKEN, "[ -~äß\t]{0,40}"), 0..5),
        contacts in vec(address(), 0..3),
        body in vec(any::<u8>(), 0..64),
    ) -> Message {
        let mut message = match status {
            None => Message::Request(Request { body: body.into(), ..Request::new(method.clone(), uri) }),
            Some(code) => {
                let status = StatusCode::new(code).unwrap();
                let reason = reason.trim().to_owned();
                Message::Response(Response { body: body.into(), reason, ..Response::new(status) })
            }
        };
        let headers = message.headers_mut();
        for via in &vias {
            headers.push(HeaderName::Via, via.to_string());
        }
        headers.push(HeaderName::From, from.to_string());
        headers.push(HeaderName::To, to.to_string());
        headers.push(HeaderName::CallId, call_id);
        headers.push(HeaderName::CSeq, CSeq::new(seq, method).to_string());
        let contacts: Vec<_> = contacts.iter().map(ToString::to_string).collect();
        if !contacts.is_empty() {
            headers.push(HeaderName::Contact, contacts.join(", "));
        }
        for (name, value) in extra {
            // A random token may be a name that means something, or a compact one.
            headers.push(HeaderName::parse(&format!("x{name}")), value);
        }
        message
    }
}

fn plain(mut message: Message) -> Message {
    message.headers_mut().remove(&HeaderName::ContentLength);
    message
}

fn decode(data: &[u8], splits: &[usize]) -> Vec<Message> {
    let mut decoder = StreamDecoder::new(Limits::default());
    let mut cuts: Vec<usize> = splits.iter().map(|at| at % (data.len() + 1)).chain([0, data.len()]).collect();
    cuts.sort_unstable();
    let mut out = Vec::new();
    for pair in cuts.windows(2) {
        decoder.push(&data[pair[0]..pair[1]]);
        while let Some(item) = decoder.next().unwrap() {
            let StreamItem::Message(message) = item else { continue };
            out.push(plain(message));
        }
    }
    out
}

/// The same cases in every run: chance is for the fuzzer.
fn config() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(0x5169), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn messages_read_as_they_were_written(message in message()) {
        let read = parse_datagram(&message.to_bytes(), &Limits::default());
        prop_assert!(read.is_ok(), "{:?}", read);
        prop_assert!(plain(read.unwrap()) == message);
    }

    #[test]
    fn addresses_read_as_they_were_written(address in address()) {
        // An empty name is none; the names here are never empty.
        prop_assert!(NameAddr::parse(&address.to_string()).as_ref() == Ok(&address));
        prop_assert!(address.uri.equivalent(&address.uri.to_string().parse().unwrap()));
    }

    #[test]
    fn a_stream_may_be_split_anywhere(messages in vec(message(), 1..4), splits in vec(any::<usize>(), 0..8)) {
        let mut data = Vec::new();
        for message in &messages {
            message.write(&mut data);
        }
        prop_assert!(decode(&data, &splits) == messages);
    }

    #[test]
    fn any_bytes_are_survived(data in vec(any::<u8>(), 0..300)) {
        sip_message::check(&data);
    }

    #[test]
    fn any_text_is_survived_as_a_header(value in "\\PC{0,60}", name in "Via|From|To|Contact|CSeq|Authorization|Route") {
        let head = "OPTIONS sip:h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\n\
                    To: <sip:b@h>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n";
        let kept: String = head.lines().filter(|line| !line.starts_with(&name)).map(|line| line.to_owned() + "\r\n").collect();
        sip_message::check(format!("{kept}{name}: {value}\r\n\r\n").as_bytes());
    }
}
