//! Registrar and registering client (RFC 3261 section 10).

use sip_core::message::{HeaderName, Message, Method, NameAddr, StatusCode};
use sip_core::{Account, Credentials, Event, Pass, Registration, RegistrationHandle, RegistrationState};

use crate::sim::*;

fn registration(registrar: &str) -> Registration {
    Registration {
        registrar: uri(&format!("sip:{registrar}")),
        aor: uri(&format!("sip:anna@{registrar}")),
        contact_user: "anna".into(),
        credentials: Some(Credentials::new("anna", "pw")),
        expires: secs(600),
        route: None,
    }
}

fn register(sim: &mut Sim, change: impl FnOnce(&mut Registration)) -> RegistrationHandle {
    let mut registration = registration(B);
    change(&mut registration);
    sim.on(0, |endpoint, now| endpoint.register(now, registration))
}

fn states(sim: &Sim) -> Vec<RegistrationState> {
    let state = |event: &Event| match event {
        Event::RegistrationChanged { state, .. } => Some(*state),
        _ => None,
    };
    sim.nodes[0].events.iter().filter_map(state).collect()
}

#[test]
fn a_client_logs_in_refreshes_and_leaves() {
    let mut sim = Sim::new(1);
    sim.set_accounts(1);
    let handle = register(&mut sim, |_| {});
    sim.run(secs(1));
    assert_eq!(sim.labels(), ["REGISTER", "401 REGISTER", "REGISTER", "200 REGISTER"]);
    assert_eq!(states(&sim), [RegistrationState::Registered { expires: secs(600) }]);
    let bindings = sim.nodes[1].endpoint.bindings("anna");
    assert_eq!(bindings.len(), 1);
    assert_eq!(bindings[0].contact.to_string(), format!("sip:anna@{A}"));
    // At 80 % of 600 s, with the nonce that is too old by then.
    sim.run(secs(490));
    let times = sim.times(A, "REGISTER");
    assert_eq!(times[2], 480_040);
    assert_eq!(times.len(), 4, "stale, and once more");
    assert!(sim.sent(B, "401 REGISTER").last().unwrap().data.windows(10).any(|it| it == b"stale=true"));
    sim.on(0, |endpoint, now| endpoint.unregister(now, handle));
    sim.run(secs(1));
    assert_eq!(states(&sim).last(), Some(&RegistrationState::Unregistered));
    assert!(sim.nodes[1].endpoint.bindings("anna").is_empty());
    assert!(matches!(sim.nodes[1].events.last(), Some(Event::Unregistered { user, .. }) if user == "anna"));
    sim.run_until_idle(secs(1_000));
    sim.assert_empty();
}

#[test]
fn wrong_credentials_are_refused_and_tried_again_later_and_later() {
    let mut sim = Sim::new(2);
    sim.set_accounts(1);
    register(&mut sim, |it| it.credentials = Some(Credentials::new("anna", "wrong")));
    sim.run(secs(400));
    let waits: Vec<u128> = states(&sim)
        .into_iter()
        .map(|state| match state {
            RegistrationState::Failed { status: Some(StatusCode::UNAUTHORIZED), retry_in } => retry_in.as_millis(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(waits.len() >= 4);
    for (index, wait) in waits.iter().enumerate() {
        let most = 10_000_u128 << index;
        assert!((most / 2..=most).contains(wait), "{waits:?}");
    }
    assert!(sim.nodes[1].endpoint.bindings("anna").is_empty());
    assert_eq!(sim.nodes[1].endpoint.counters().wrong_credentials as usize, waits.len());
}

#[test]
fn unknown_users_are_answered_like_wrong_passwords() {
    let mut sim = Sim::new(3);
    sim.set_accounts(1);
    register(&mut sim, |it| it.credentials = Some(Credentials::new("nobody", "pw")));
    sim.run(secs(1));
    assert_eq!(sim.labels(), ["REGISTER", "401 REGISTER", "REGISTER", "401 REGISTER"]);
}

#[test]
fn too_short_a_registration_is_asked_for_anew() {
    let mut sim = Sim::new(4);
    sim.set_accounts(1);
    register(&mut sim, |it| it.expires = secs(30));
    sim.run(secs(1));
    assert_eq!(sim.sent(B, "423 REGISTER").len(), 1);
    assert_eq!(states(&sim), [RegistrationState::Registered { expires: secs(60) }]);
}

#[test]
fn a_registrar_that_is_away_is_tried_again() {
    let mut sim = Sim::new(5);
    sim.set_accounts(1);
    sim.intercept(|packet| if packet.at < secs(60) { Fate::Drop } else { Fate::Pass });
    register(&mut sim, |_| {});
    sim.run(secs(100));
    assert!(matches!(states(&sim)[0], RegistrationState::Failed { status: None, .. }));
    assert!(matches!(states(&sim).last(), Some(RegistrationState::Registered { .. })));
}

#[test]
fn bindings_lapse() {
    let mut sim = Sim::new(6);
    sim.set_accounts(1);
    register(&mut sim, |_| {});
    sim.run(secs(1));
    sim.intercept(|_| Fate::Drop);
    sim.run(secs(601));
    assert!(sim.nodes[1].endpoint.bindings("anna").is_empty());
    assert!(matches!(sim.nodes[1].events.last(), Some(Event::Unregistered { .. })));
}

#[test]
fn accounts_that_go_take_their_bindings_along() {
    let mut sim = Sim::new(7);
    sim.set_accounts(1);
    register(&mut sim, |_| {});
    sim.run(secs(1));
    sim.nodes[1].endpoint.set_accounts(vec![Account::from_password("bert", "callwright", "pw")]);
    sim.drain();
    assert!(sim.nodes[1].endpoint.bindings("anna").is_empty());
    assert!(matches!(sim.nodes[1].events.last(), Some(Event::Unregistered { .. })));
}

#[test]
fn a_closed_connection_takes_its_bindings_along_and_the_client_comes_back() {
    let mut sim = Sim::new(8);
    sim.set_accounts(1);
    register(&mut sim, |it| it.registrar = uri(&format!("sip:{B};transport=tcp")));
    sim.run(secs(1));
    assert!(sim.nodes[1].endpoint.bindings("anna")[0].flow.connection.is_some());
    sim.cut();
    sim.drain();
    assert!(sim.nodes[1].endpoint.bindings("anna").is_empty());
    sim.run(secs(5));
    assert_eq!(sim.nodes[1].endpoint.bindings("anna").len(), 1);
}

/// A scripted client that logs in with what the library computes.
struct Client {
    cseq: u32,
    call_id: &'static str,
}

impl Client {
    fn register(&mut self, sim: &mut Sim, from: &str, extra: &str) -> sip_core::message::Response {
        let challenge = self.send(sim, from, extra, "");
        assert_eq!(challenge.status, StatusCode::UNAUTHORIZED);
        let login = login(&challenge.headers.www_authenticate()[0], "REGISTER");
        self.send(sim, from, extra, &login)
    }

    fn send(&mut self, sim: &mut Sim, from: &str, extra: &str, login: &str) -> sip_core::message::Response {
        self.cseq += 1;
        let (cseq, call_id) = (self.cseq, self.call_id);
        let text = format!(
            "REGISTER sip:{B} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK{call_id}{cseq};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:anna@{B}>;tag=1\r\nTo: <sip:anna@{B}>\r\nCall-ID: {call_id}\r\n\
             CSeq: {cseq} REGISTER\r\n{extra}{login}Content-Length: 0\r\n\r\n"
        );
        sim.inject(from, 1, &text);
        sim.run(ms(20));
        sim.responses(from).pop().unwrap()
    }
}

fn login(challenge: &sip_core::message::AuthParams, method: &str) -> String {
    use sip_core::digest::{Algorithm, Inputs, response};
    let realm = challenge.get("realm").unwrap();
    let nonce = challenge.get("nonce").unwrap();
    let algorithm = Algorithm::from_token(challenge.get("algorithm").unwrap()).unwrap();
    let ha1 = algorithm.hash(&["anna", realm, "pw"]);
    let uri = format!("sip:{B}");
    let hash = response(algorithm, &ha1, Inputs { method, uri: &uri, nonce, auth: Some(("00000001", "c")) });
    format!(
        "Authorization: Digest username=\"anna\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
         response=\"{hash}\", algorithm={}, cnonce=\"c\", qop=auth, nc=00000001\r\n",
        algorithm.token()
    )
}

/// The client's address inside and outside of its NAT.
const OUTSIDE: &str = "203.0.113.9:40123";

#[test]
fn a_client_behind_a_nat_is_called_along_its_flow() {
    let mut sim = Sim::new(9);
    sim.set_accounts(1);
    let mut client = Client { cseq: 0, call_id: "c" };
    let response = client.register(&mut sim, OUTSIDE, "Contact: <sip:anna@10.0.0.5:5060>\r\n");
    assert_eq!(response.status, StatusCode::OK);
    let via = response.headers.top_via().unwrap();
    assert_eq!((via.received(), via.rport()), (Some("203.0.113.9".parse().unwrap()), Some(40_123)));
    let binding = sim.nodes[1].endpoint.bindings("anna").remove(0);
    let mut call = sip_core::OutgoingCall::new(binding.contact.clone(), name_addr(&format!("<sip:b@{B}>")));
    call.via_flow = Some(binding.flow);
    call.body = Some(sdp("offer"));
    let leg = sim.on(1, |endpoint, now| endpoint.invite(now, call)).unwrap();
    sim.run(ms(20));
    let invite = sim.requests(OUTSIDE, &Method::Invite).remove(0);
    assert_eq!(invite.uri.to_string(), "sip:anna@10.0.0.5:5060");
    sim.inject(OUTSIDE, 1, &respond(&invite, "200 OK", "t", "Contact: <sip:anna@10.0.0.5:5060>\r\n"));
    sim.run(ms(20));
    sim.hangup(1, leg);
    sim.run(ms(20));
    let methods: Vec<String> = sim
        .received(OUTSIDE)
        .iter()
        .map(|message| match message {
            Message::Request(request) => request.method.to_string(),
            Message::Response(_) => String::new(),
        })
        .collect();
    assert_eq!(methods, ["ACK", "BYE"]);
}

#[test]
fn several_contacts_are_kept_by_preference_and_all_taken_back() {
    let mut sim = Sim::new(10);
    sim.set_accounts(1);
    let mut client = Client { cseq: 0, call_id: "c" };
    let contacts = "Contact: <sip:anna@10.0.0.5>;q=0.2, <sip:anna@10.0.0.6>;q=0.8;expires=90\r\n";
    let response = client.register(&mut sim, OUTSIDE, contacts);
    let listed: Vec<NameAddr> = response.headers.contacts().unwrap();
    let listed: Vec<_> = listed.iter().map(|it| (it.uri.to_string(), it.expires(), it.q())).collect();
    assert_eq!(
        listed,
        [
            ("sip:anna@10.0.0.6".to_owned(), Some(90), Some(800)),
            ("sip:anna@10.0.0.5".to_owned(), Some(3_600), Some(200))
        ]
    );
    let response = client.register(&mut sim, OUTSIDE, "Contact: *\r\nExpires: 60\r\n");
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    let response = client.register(&mut sim, OUTSIDE, "Contact: *\r\nExpires: 0\r\n");
    assert_eq!(response.status, StatusCode::OK);
    assert!(sim.nodes[1].endpoint.bindings("anna").is_empty());
}

#[test]
fn contacts_outlive_the_endpoint_until_they_lapse() {
    let mut sim = Sim::new(15);
    sim.set_accounts(1);
    let contacts = "Contact: <sip:anna@10.0.0.5>;q=0.2, <sip:anna@10.0.0.6>;expires=90\r\n";
    Client { cseq: 10, call_id: "c" }.register(&mut sim, OUTSIDE, contacts);
    let kept = sim.on(1, |endpoint, now| endpoint.kept_bindings(now));
    assert_eq!(kept.len(), 2);
    let before = sim.nodes[1].endpoint.bindings("anna");

    // The next run: a phone that was quicker than the books keeps what it said.
    let mut sim = Sim::new(16);
    sim.on(1, |endpoint, now| endpoint.restore_bindings(now, kept.clone()));
    sim.set_accounts(1);
    sim.on(1, |endpoint, now| endpoint.restore_bindings(now, kept.clone()));
    let after = sim.nodes[1].endpoint.bindings("anna");
    let shown = |bindings: &[sip_core::Binding]| {
        let one = |it: &sip_core::Binding| (it.contact.to_string(), it.q, it.flow);
        bindings.iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(shown(&after), shown(&before));
    let response =
        Client { cseq: 2, call_id: "c" }.register(&mut sim, OUTSIDE, "Contact: <sip:anna@10.0.0.5>;expires=0\r\n");
    assert_eq!(response.status, StatusCode::SERVER_INTERNAL_ERROR, "an older REGISTER is known as such");
    sim.run(secs(95));
    assert_eq!(sim.nodes[1].endpoint.bindings("anna").len(), 1, "it lapses when it would have");

    // An account that is gone takes its contacts along, and so does one that has another password by now.
    for accounts in [Vec::new(), vec![Account::from_password("anna", "callwright", "new")]] {
        let mut sim = Sim::new(17);
        sim.on(1, |endpoint, now| endpoint.restore_bindings(now, kept.clone()));
        sim.nodes[1].endpoint.set_accounts(accounts);
        assert!(sim.nodes[1].endpoint.bindings("anna").is_empty());
    }
}

#[test]
fn a_phone_does_not_ring_any_more_once_the_password_has_changed() {
    let mut sim = Sim::new(18);
    sim.set_accounts(1);
    Client { cseq: 10, call_id: "c" }.register(&mut sim, OUTSIDE, "Contact: <sip:anna@10.0.0.5>\r\n");
    sim.set_accounts(1);
    assert_eq!(sim.nodes[1].endpoint.bindings("anna").len(), 1, "with the same one it rings on");
    sim.nodes[1].endpoint.set_accounts(vec![Account::from_password("anna", "callwright", "new")]);
    assert!(sim.nodes[1].endpoint.bindings("anna").is_empty());
    assert!(sim.on(1, |endpoint, now| endpoint.kept_bindings(now)).is_empty());
}

#[test]
fn a_pass_that_has_lapsed_leaves_no_phone_registered_once_it_is_recalled() {
    let mut sim = Sim::new(20);
    sim.set_accounts(1);
    let lend = |sim: &mut Sim, name: &str| {
        sim.on(1, |endpoint, now| {
            endpoint.lend_pass(now, Pass::from_password(name, "anna", "callwright", "lent", now + secs(60)));
        });
    };
    lend(&mut sim, "anna~x");
    register(&mut sim, |it| it.credentials = Some(Credentials::new("anna~x", "lent")));
    sim.run(secs(1));
    assert_eq!(sim.nodes[1].endpoint.bindings("anna").len(), 1);
    // With the next pass, those that have lapsed are forgotten.
    sim.run(secs(90));
    lend(&mut sim, "anna~y");
    sim.nodes[1].endpoint.recall_pass("anna~x");
    assert!(sim.nodes[1].endpoint.bindings("anna").is_empty());
}

#[test]
fn an_older_register_changes_nothing() {
    let mut sim = Sim::new(11);
    sim.set_accounts(1);
    let mut client = Client { cseq: 10, call_id: "c" };
    client.register(&mut sim, OUTSIDE, "Contact: <sip:anna@10.0.0.5>\r\n");
    let mut late = Client { cseq: 2, call_id: "c" };
    let response = late.register(&mut sim, OUTSIDE, "Contact: <sip:anna@10.0.0.5>;expires=0\r\n");
    assert_eq!(response.status, StatusCode::SERVER_INTERNAL_ERROR);
    assert_eq!(sim.nodes[1].endpoint.bindings("anna").len(), 1);
}

#[test]
fn a_device_that_moves_replaces_its_contact() {
    let mut sim = Sim::new(12);
    sim.set_accounts(1);
    let device = ";+sip.instance=\"<urn:uuid:1>\"\r\n";
    Client { cseq: 0, call_id: "c" }.register(&mut sim, OUTSIDE, &format!("Contact: <sip:anna@10.0.0.5>{device}"));
    Client { cseq: 0, call_id: "d" }.register(&mut sim, OUTSIDE, &format!("Contact: <sip:anna@10.0.0.9>{device}"));
    let bindings = sim.nodes[1].endpoint.bindings("anna");
    assert_eq!(bindings.len(), 1);
    assert_eq!(bindings[0].contact.to_string(), "sip:anna@10.0.0.9");
}

#[test]
fn an_account_has_room_for_so_many_contacts() {
    let mut sim = Sim::with(13, |config| config.registrar.max_bindings = 2);
    sim.set_accounts(1);
    let mut client = Client { cseq: 0, call_id: "c" };
    let three = "Contact: <sip:anna@10.0.0.5>, <sip:anna@10.0.0.6>, <sip:anna@10.0.0.7>\r\n";
    assert_eq!(client.register(&mut sim, OUTSIDE, three).status, StatusCode::FORBIDDEN);
    assert!(sim.nodes[1].endpoint.bindings("anna").is_empty());
}

#[test]
fn nobody_registers_for_another() {
    let mut sim = Sim::with(14, |config| config.domains = vec!["192.0.2.2".into()]);
    let accounts = ["anna", "bert"].map(|user| Account::from_password(user, "callwright", "pw"));
    sim.nodes[1].endpoint.set_accounts(accounts.to_vec());
    register(&mut sim, |it| {
        it.aor = uri("sip:bert@192.0.2.2");
        it.credentials = Some(Credentials::new("anna", "pw"));
    });
    sim.run(secs(1));
    assert_eq!(sim.sent(B, "403 REGISTER").len(), 1);
    let mut other = registration(B);
    other.aor = uri("sip:anna@elsewhere.example");
    sim.on(0, |endpoint, now| endpoint.register(now, other));
    sim.run(secs(1));
    assert_eq!(sim.sent(B, "404 REGISTER").len(), 1);
}

#[test]
fn credentials_are_good_for_one_use_and_one_source() {
    let mut sim = Sim::new(15);
    sim.set_accounts(1);
    let mut client = Client { cseq: 0, call_id: "c" };
    let challenge = client.send(&mut sim, OUTSIDE, "", "");
    let login = login(&challenge.headers.www_authenticate()[0], "REGISTER");
    assert_eq!(client.send(&mut sim, "203.0.113.66:5060", "", &login).status, StatusCode::UNAUTHORIZED);
    assert_eq!(client.send(&mut sim, OUTSIDE, "", &login).status, StatusCode::OK);
    let replay = client.send(&mut sim, OUTSIDE, "", &login);
    assert_eq!(replay.status, StatusCode::UNAUTHORIZED);
    assert_eq!(replay.headers.www_authenticate()[0].get("stale"), Some("true"));
    assert_eq!(sim.nodes[1].endpoint.counters().replays, 1);
}

#[test]
fn both_algorithms_are_offered_the_stronger_one_first() {
    let mut sim = Sim::new(16);
    let challenge = Client { cseq: 0, call_id: "c" }.send(&mut sim, OUTSIDE, "", "");
    let algorithms: Vec<_> =
        challenge.headers.www_authenticate().iter().map(|it| it.get("algorithm").unwrap().to_owned()).collect();
    assert_eq!(algorithms, ["SHA-256", "MD5"]);
    assert_eq!(challenge.headers.get_all(&HeaderName::WwwAuthenticate).count(), 2);
}

/// A registrar that knows another device of the same user must not make us leave again and again.
#[test]
fn leaving_ends_though_another_device_stays() {
    let mut sim = Sim::new(17);
    let handle = register(&mut sim, |it| it.registrar = uri(&format!("sip:{PEER}")));
    sim.run(ms(50));
    let first = sim.requests(PEER, &Method::Register).remove(0);
    sim.on(0, |endpoint, now| endpoint.unregister(now, handle));
    let contacts = format!("Contact: <sip:anna@198.51.100.99>;expires=900, <sip:anna@{A}>;expires=300\r\n");
    sim.inject(PEER, 0, &respond(&first, "200 OK", "t", &contacts));
    sim.run(ms(50));
    let last = sim.requests(PEER, &Method::Register).remove(0);
    assert_eq!(last.headers.expires(), Some(0));
    let other = "Contact: <sip:anna@198.51.100.99>;expires=900\r\n";
    sim.inject(PEER, 0, &respond(&last, "200 OK", "t", other));
    sim.run_until_idle(secs(100));
    assert_eq!(states(&sim), [RegistrationState::Unregistered]);
    assert!(sim.requests(PEER, &Method::Register).is_empty());
    sim.assert_empty();
}

#[test]
fn our_own_contact_says_what_was_granted() {
    let mut sim = Sim::new(18);
    register(&mut sim, |it| it.registrar = uri(&format!("sip:{PEER}")));
    sim.run(ms(50));
    let first = sim.requests(PEER, &Method::Register).remove(0);
    let contacts = format!("Contact: <sip:anna@198.51.100.99>;expires=900, <sip:anna@{A}>;expires=300\r\n");
    sim.inject(PEER, 0, &respond(&first, "200 OK", "t", &contacts));
    sim.run(ms(50));
    assert_eq!(states(&sim), [RegistrationState::Registered { expires: secs(300) }]);
}

#[test]
fn a_nat_that_shows_us_at_another_address_is_noticed_and_told_at_once() {
    let mut sim = Sim::new(12);
    register(&mut sim, |registration| registration.registrar = uri(&format!("sip:{PEER}")));
    // The other end says where it saw us.
    let answer = |sim: &mut Sim, method: &Method, port: u16| {
        let requests = sim.requests(PEER, method);
        let text = respond(requests.last().unwrap(), "200 OK", "t", "Expires: 600\r\n");
        sim.inject(PEER, 0, &text.replace(";rport", &format!(";rport={port};received=203.0.113.9")));
        sim.run(ms(20));
        sim.times(A, "REGISTER").len()
    };
    sim.run(ms(20));
    assert_eq!(answer(&mut sim, &Method::Register, 40_001), 1);
    for port in [40_001, 40_002] {
        sim.on(0, |endpoint, now| endpoint.options(now, uri(&format!("sip:{PEER}"))));
        sim.run(ms(20));
        let moved = usize::from(port == 40_002);
        assert_eq!(answer(&mut sim, &Method::Options, port), 1 + moved, "port {port}");
    }
    assert_eq!(answer(&mut sim, &Method::Register, 40_002), 2);
    assert_eq!(states(&sim).len(), 1, "it was registered all the time");
}
