use super::*;
use crate::directory::TrunkProtocol;
use crate::interop::{Interop, Quirks, proxy_route};
use crate::proof::{NoProver, Signed, Verifying};

fn trunk(interop: Interop) -> Trunk {
    Trunk {
        id: call_model::TrunkId::from_parts(0, 1),
        name: "carrier".into(),
        host: "carrier.example".into(),
        protocol: TrunkProtocol::Tls,
        user: "account".into(),
        auth_user: String::new(),
        password: String::new(),
        register: false,
        addresses: vec![],
        caller_id: None,
        allowed_prefixes: vec![],
        max_calls: 0,
        toll: crate::toll::Toll::default(),
        interop,
    }
}

const OURS: &str = "+4930901820";

fn shown() -> Shown {
    Shown { user: OURS.into(), ..Shown::default() }
}

fn placed(interop: Interop, shown: &Shown) -> OutgoingCall {
    trunk_call(&trunk(interop), "+493012345678", shown, "DE", &NoProver).expect("a call")
}

fn header<'a>(call: &'a OutgoingCall, name: &HeaderName) -> Option<&'a str> {
    call.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

#[test]
fn a_plain_trunk_gets_from_alone() {
    let call = placed(Interop::default(), &shown());
    assert_eq!(call.target.to_string(), "sip:+493012345678@carrier.example;transport=tls");
    assert_eq!(call.from.to_string(), "<sip:+4930901820@carrier.example>");
    assert!(call.headers.is_empty() && call.route.is_none());
    assert_eq!((call.contact_user.as_deref(), call.max_forwards), (Some("account"), Some(70)));
}

#[test]
fn numbers_are_written_as_the_trunk_writes_them() {
    let written = |format, user_phone| {
        let quirks = Quirks { number_format: format, user_phone, ..Quirks::default() };
        let call = placed(Interop { quirks, ..Interop::default() }, &shown());
        (call.target.username().expect("a number").into_owned(), call.from.uri.to_string())
    };
    let plain = written(NumberFormat::Plain, false);
    assert_eq!(plain, ("493012345678".into(), "sip:4930901820@carrier.example".into()));
    assert_eq!(written(NumberFormat::International, false).0, "00493012345678");
    let national = written(NumberFormat::National, true);
    assert_eq!(national, ("03012345678".into(), "sip:030901820@carrier.example;user=phone".into()));
    let abroad = trunk_call(
        &trunk(Interop {
            quirks: Quirks { number_format: NumberFormat::National, ..Quirks::default() },
            ..Interop::default()
        }),
        "+12015550123",
        &shown(),
        "DE",
        &NoProver,
    );
    assert_eq!(abroad.expect("a call").target.username().as_deref(), Some("0012015550123"));
}

#[test]
fn from_may_have_another_host_and_the_account() {
    let quirks = Quirks { from_domain: Some("ims.example".into()), from_account: true, ..Quirks::default() };
    let call = placed(Interop { quirks, identity: IdentityHeader::Pai, ..Interop::default() }, &shown());
    assert_eq!(call.from.to_string(), "<sip:account@ims.example>");
    assert_eq!(header(&call, &HeaderName::PAssertedIdentity), Some("<sip:+4930901820@ims.example>"));
}

#[test]
fn each_kind_of_assertion_is_written() {
    let of = |identity| placed(Interop { identity, ..Interop::default() }, &shown());
    let ours = "<sip:+4930901820@carrier.example>";
    assert_eq!(header(&of(IdentityHeader::Pai), &HeaderName::PAssertedIdentity), Some(ours));
    assert_eq!(header(&of(IdentityHeader::Ppi), &HeaderName::PPreferredIdentity), Some(ours));
    let rpid = of(IdentityHeader::Rpid);
    let expected = format!("{ours};party=calling;screen=yes;privacy=off");
    assert_eq!(header(&rpid, &HeaderName::RemotePartyId), Some(expected.as_str()));
    assert_eq!(header(&rpid, &HeaderName::Privacy), None);
}

#[test]
fn a_withheld_number_is_asserted_but_not_shown() {
    let withheld = Shown { withheld: true, ..shown() };
    let of = |privacy, identity| placed(Interop { identity, privacy, ..Interop::default() }, &withheld);
    let call = of(Withholding::Anonymous, IdentityHeader::Pai);
    assert_eq!(call.from.to_string(), "\"Anonymous\" <sip:anonymous@anonymous.invalid>");
    assert_eq!(header(&call, &HeaderName::Privacy), Some("id"));
    assert!(header(&call, &HeaderName::PAssertedIdentity).is_some_and(|it| it.contains(OURS)));

    let call = of(Withholding::Header, IdentityHeader::From);
    assert_eq!(call.from.uri.username().as_deref(), Some(OURS));
    assert_eq!(header(&call, &HeaderName::Privacy), Some("id"));

    // Nothing would keep the number from being shown.
    let call = of(Withholding::From, IdentityHeader::Pai);
    assert_eq!(call.from.uri.username().as_deref(), Some("anonymous"));
    assert!(call.headers.is_empty());
    let call = of(Withholding::From, IdentityHeader::Rpid);
    assert!(header(&call, &HeaderName::RemotePartyId).is_some_and(|it| it.ends_with("privacy=full")));
}

#[test]
fn an_outbound_proxy_is_a_route_with_its_own_transport() {
    let outbound_proxy = proxy_route("proxy.example:5070;transport=tcp");
    let call = placed(Interop { outbound_proxy, ..Interop::default() }, &shown());
    assert_eq!(call.route.expect("a route").to_string(), "sip:proxy.example:5070;transport=tcp;lr");
    assert_eq!(call.target.to_string(), "sip:+493012345678@carrier.example;transport=tls");
}

fn station(number: &str) -> Diversion {
    let uri = Uri::parse(&format!("sip:{number}@other.example")).expect("a URI");
    Diversion::new(uri, DiversionReason::Unconditional)
}

fn forwarded(before: Vec<Diversion>) -> Shown {
    let forwarded = Forwarded { before, number: OURS.into(), reason: DiversionReason::NoAnswer };
    Shown { forwarded: Some(forwarded), ..shown() }
}

#[test]
fn a_forwarded_call_says_by_whom_it_went() {
    let of = |diversion, shown: &Shown| placed(Interop { diversion, ..Interop::default() }, shown);
    let shown = forwarded(vec![station("+4989123456")]);
    assert!(of(DiversionHeader::Off, &shown).headers.is_empty());
    let call = of(DiversionHeader::Both, &shown);
    let values = |name: &HeaderName| -> Vec<&str> {
        call.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    };
    assert_eq!(
        values(&HeaderName::Diversion),
        [
            "<sip:+4930901820@carrier.example>;reason=no-answer;counter=1;privacy=off",
            "<sip:+4989123456@other.example>;reason=unconditional;counter=1;privacy=off",
        ]
    );
    assert_eq!(
        values(&HeaderName::HistoryInfo),
        [
            "<sip:+4989123456@other.example?Reason=SIP%3Bcause%3D302>;index=1",
            "<sip:+4930901820@carrier.example?Reason=SIP%3Bcause%3D408>;index=1.1",
            "<sip:+493012345678@carrier.example;cause=408>;index=1.1.1;mp=1.1",
        ]
    );
}

#[test]
fn a_call_that_goes_round_in_circles_goes_no_further() {
    let trunk = trunk(Interop::default());
    let mut often = station("+4989123456");
    often.count = 5;
    let call = trunk_call(&trunk, "+493012345678", &forwarded(vec![often]), "DE", &NoProver);
    assert!(matches!(call, Err(PlaceError::Circle)));
    let four = (0..4).map(|_| station("+4989123456")).collect();
    assert!(trunk_call(&trunk, "+493012345678", &forwarded(four), "DE", &NoProver).is_ok());
}

struct Pen;

impl Prover for Pen {
    fn verify(&self, _: Signed) -> Verifying<'_> {
        unreachable!("nothing comes in here")
    }

    fn sign(&self, caller: &str, callee: &str) -> Option<String> {
        Some(format!("{caller} calls {callee}"))
    }
}

#[test]
fn calls_are_signed_where_the_trunk_wants_it_and_the_number_is_told() {
    let of = |interop, shown: &Shown| trunk_call(&trunk(interop), "+493012345678", shown, "DE", &Pen).expect("a call");
    let sign = || Interop { sign: true, ..Interop::default() };
    assert_eq!(header(&of(Interop::default(), &shown()), &HeaderName::Identity), None);
    let signed = of(sign(), &shown());
    assert_eq!(header(&signed, &HeaderName::Identity), Some("+4930901820 calls +493012345678"));
    let withheld = Shown { withheld: true, ..shown() };
    assert_eq!(header(&of(sign(), &withheld), &HeaderName::Identity), None, "nobody could check it");
    let asserted = of(Interop { identity: IdentityHeader::Pai, ..sign() }, &withheld);
    assert!(header(&asserted, &HeaderName::Identity).is_some());
}

#[test]
fn extensions_that_a_trunk_stumbles_over_are_not_offered() {
    let of =
        |disable| placed(Interop { quirks: Quirks { disable, ..Quirks::default() }, ..Interop::default() }, &shown());
    let plain = of(vec![]);
    assert_eq!((plain.reliable, plain.session_timer, plain.update), (Reliable::Supported, true, true));
    let bare = of(vec![Extension::Reliable, Extension::Timer, Extension::Update]);
    assert_eq!((bare.reliable, bare.session_timer, bare.update), (Reliable::No, false, false));
    let quirks = Quirks { require_100rel: true, ..Quirks::default() };
    assert_eq!(placed(Interop { quirks, ..Interop::default() }, &shown()).reliable, Reliable::Required);
}
