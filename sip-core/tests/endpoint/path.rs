//! Path (RFC 3327) at our registrar, and Service-Route (RFC 3608) of others.

use sip_core::digest::Algorithm;
use sip_core::message::{HeaderName, Method, Request, Response, StatusCode};
use sip_core::{Account, EndpointConfig, Event, OutgoingCall, Registration, RegistrationState};

use crate::sim::*;

/// A proxy on the way: REGISTERs come through it, and calls go to it.
const EDGE: &str = "203.0.113.5:5060";

/// A house whose edge proxy that is.
fn behind_edge(seed: u64, change: impl Fn(&mut EndpointConfig)) -> Sim {
    Sim::with(seed, |config| {
        let edge = addr(EDGE).ip();
        config.registrar.edge_proxies = vec![edge..=edge];
        change(config);
    })
}

/// Registers anna's phone by a proxy that adds these headers; gives the final response.
fn register(sim: &mut Sim, extra: &str) -> Response {
    sim.set_accounts(1);
    let text = |login: &str, cseq: u32| {
        format!(
            "REGISTER sip:{B} SIP/2.0\r\nVia: SIP/2.0/UDP {EDGE};branch=z9hG4bKp{cseq};rport\r\n\
             Via: SIP/2.0/UDP 10.0.0.7:5060;branch=z9hG4bKq{cseq}\r\nMax-Forwards: 69\r\nFrom: <sip:anna@{B}>;tag=1\r\n\
             To: <sip:anna@{B}>\r\nCall-ID: reg\r\nCSeq: {cseq} REGISTER\r\nContact: <sip:anna@10.0.0.7>\r\n\
             Expires: 600\r\n{login}{extra}Content-Length: 0\r\n\r\n"
        )
    };
    sim.inject(EDGE, 1, &text("", 1));
    sim.run(ms(20));
    let challenge = sim.responses(EDGE).pop().unwrap();
    assert_eq!(challenge.status, StatusCode::UNAUTHORIZED);
    let login = login(&challenge);
    sim.inject(EDGE, 1, &text(&login, 2));
    sim.run(ms(20));
    sim.responses(EDGE).pop().unwrap()
}

/// Credentials without `qop` (RFC 7616 section 3.4.1 allows it for the sake of old clients).
fn login(challenge: &Response) -> String {
    let all = challenge.headers.www_authenticate();
    let md5 = all.iter().find(|it| it.get("algorithm") == Some("MD5")).unwrap();
    let (nonce, uri) = (md5.get("nonce").unwrap(), format!("sip:{B}"));
    let anna = Account::from_password("anna", "callwright", "pw");
    let asked = Algorithm::Md5.hash(&["REGISTER", &uri]);
    let response = Algorithm::Md5.hash(&[&anna.ha1_md5, nonce, &asked]);
    format!(
        "Authorization: Digest username=\"anna\", realm=\"callwright\", nonce=\"{nonce}\", uri=\"{uri}\", \
         algorithm=MD5, response=\"{response}\"\r\n"
    )
}

const PATH: &str = "Path: <sip:edge.example@203.0.113.5;lr>, <sip:198.51.100.1;lr>\r\n";

/// RFC 3327 section 5.3.
#[test]
fn the_path_is_kept_told_and_used_on_the_way_to_the_phone() {
    let mut sim = behind_edge(1, |_| {});
    let response = register(&mut sim, &format!("Supported: path\r\nRequire: path\r\n{PATH}"));
    assert_eq!(response.status, StatusCode::OK);
    assert_eq!(response.headers.paths().unwrap().len(), 2);
    assert!(response.headers.supports("path"));
    let binding = sim.nodes[1].endpoint.bindings("anna").remove(0);
    assert_eq!(binding.path.len(), 2);
    let mut call = OutgoingCall::new(binding.contact, name_addr(&format!("<sip:b@{B}>")));
    call.routes = binding.path;
    call.body = Some(sdp("offer"));
    sim.on(1, |endpoint, now| endpoint.invite(now, call)).unwrap();
    sim.run(ms(20));
    let invite = sim.requests(EDGE, &Method::Invite).remove(0);
    assert_eq!(invite.uri.to_string(), "sip:anna@10.0.0.7");
    let routes = invite.headers.routes().unwrap();
    assert_eq!(routes.len(), 2);
    assert_eq!(routes[0].uri.to_string(), "sip:edge.example@203.0.113.5;lr");
    // What ends the call goes the way that the proxies have recorded.
    let recorded = "Record-Route: <sip:203.0.113.5;lr>\r\nContact: <sip:anna@10.0.0.7>\r\n";
    sim.inject(EDGE, 1, &respond(&invite, "200 OK", "anna", recorded));
    sim.run(ms(20));
    let ack = sim.requests(EDGE, &Method::Ack).remove(0);
    assert_eq!(ack.headers.routes().unwrap().len(), 1);
}

/// RFC 3327 section 5.3: whoever does not know of it is not told, or refused where that is wanted.
#[test]
fn a_phone_that_knows_nothing_of_paths() {
    let mut sim = behind_edge(2, |_| {});
    let response = register(&mut sim, PATH);
    assert_eq!(response.status, StatusCode::OK);
    assert!(!response.headers.contains(&HeaderName::Path));
    assert_eq!(sim.nodes[1].endpoint.bindings("anna")[0].path.len(), 2);
    let mut sim = behind_edge(2, |config| config.registrar.path_must_be_known = true);
    let response = register(&mut sim, PATH);
    assert_eq!(response.status, StatusCode::BAD_EXTENSION);
    assert_eq!(response.headers.unsupported(), ["path"]);
    assert!(sim.nodes[1].endpoint.bindings("anna").is_empty());
}

#[test]
fn a_path_has_an_end() {
    let mut sim = behind_edge(3, |config| config.registrar.max_path = 1);
    assert_eq!(register(&mut sim, PATH).status, StatusCode::BAD_REQUEST);
    let mut sim = behind_edge(3, |_| {});
    assert_eq!(register(&mut sim, "Path: <mailto:x@example.com>\r\n").status, StatusCode::BAD_REQUEST);
    assert!(sim.nodes[1].endpoint.bindings("anna").is_empty());
}

/// Whoever may say which way calls go could send them from our address to a carrier that trusts it.
#[test]
fn the_path_of_a_phone_is_not_followed() {
    let mut sim = Sim::with(5, |config| {
        let other = addr("203.0.113.6:5060").ip();
        config.registrar.edge_proxies = vec![other..=other];
    });
    let response = register(&mut sim, &format!("Supported: path\r\n{PATH}"));
    assert_eq!(response.status, StatusCode::OK);
    assert!(!response.headers.contains(&HeaderName::Path), "it is not said that it was taken");
    let binding = sim.nodes[1].endpoint.bindings("anna").remove(0);
    assert_eq!((binding.path.len(), binding.flow.remote), (0, addr(EDGE)));
    let mut sim = Sim::new(5);
    let response = register(&mut sim, &format!("Require: path\r\n{PATH}"));
    assert_eq!((response.status, response.headers.unsupported()), (StatusCode::BAD_EXTENSION, vec!["path"]));
    assert!(sim.nodes[1].endpoint.bindings("anna").is_empty());
}

/// RFC 3608 sections 5 and 6.
#[test]
fn calls_take_the_route_that_the_registrar_has_named() {
    let mut sim = Sim::new(4);
    let wanted = Registration {
        registrar: uri(&format!("sip:{PEER}")),
        aor: uri(&format!("sip:us@{PEER}")),
        contact_user: "us".into(),
        credentials: None,
        expires: secs(600),
        route: None,
    };
    let handle = sim.on(0, |endpoint, now| endpoint.register(now, wanted));
    sim.run(ms(20));
    let register = sim.requests(PEER, &Method::Register).pop().unwrap();
    assert!(register.headers.supports("path"));
    let route = "Service-Route: <sip:203.0.113.5;lr>,\r\n <sip:home@198.51.100.9;lr>\r\nExpires: 600\r\n";
    sim.inject(PEER, 0, &respond(&register, "200 OK", "r", route));
    let state = sim.nodes[0].events.last().unwrap();
    assert!(
        matches!(state, Event::RegistrationChanged { state: RegistrationState::Registered { .. }, .. }),
        "{state:?}"
    );
    let place = |sim: &mut Sim, registration, proxy: Option<&str>| {
        sim.call_with(|call| {
            call.target = uri(&format!("sip:+4930@{PEER}"));
            call.registration = registration;
            call.route = proxy.map(uri);
        });
        sim.run(ms(20));
    };
    place(&mut sim, Some(handle), None);
    let routes = |invite: &Request| -> Vec<String> {
        invite.headers.routes().unwrap().iter().map(|it| it.uri.to_string()).collect()
    };
    let invite = sim.requests(EDGE, &Method::Invite).remove(0);
    assert_eq!(routes(&invite), ["sip:203.0.113.5;lr", "sip:home@198.51.100.9;lr"]);
    assert_eq!(invite.uri.to_string(), format!("sip:+4930@{PEER}"));
    // By an outbound proxy it goes there first, and an outbound proxy that is named again is passed once.
    place(&mut sim, Some(handle), Some("sip:192.0.2.200;lr"));
    let invite = sim.requests("192.0.2.200:5060", &Method::Invite).remove(0);
    assert_eq!(routes(&invite), ["sip:192.0.2.200;lr", "sip:203.0.113.5;lr", "sip:home@198.51.100.9;lr"]);
    place(&mut sim, Some(handle), Some("sip:203.0.113.5;lr"));
    assert_eq!(routes(&sim.requests(EDGE, &Method::Invite).remove(0)).len(), 2);
    // Calls that are not of that registration are not concerned.
    place(&mut sim, None, None);
    assert!(routes(&sim.requests(PEER, &Method::Invite).remove(0)).is_empty());
    // A refresh that names none takes it back.
    sim.run(secs(480));
    let refresh = sim.requests(PEER, &Method::Register).pop().unwrap();
    sim.inject(PEER, 0, &respond(&refresh, "200 OK", "r", "Expires: 600\r\n"));
    place(&mut sim, Some(handle), None);
    assert!(routes(sim.requests(PEER, &Method::Invite).last().unwrap()).is_empty());
}
