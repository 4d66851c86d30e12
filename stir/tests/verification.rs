//! Signed calls, good and bad, with certificates that are made here.
#![allow(clippy::unwrap_used, reason = "tests")]

use call_model::Attestation;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, date_time_ymd,
};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use stir::{Call, Chain, ChainError, Fault, Identity, Party, Passport, Roots, Statement, check_claims};

/// 2026-11-21 12:00:00 UTC.
const NOW: u64 = 1_795_262_400;
const X5U: &str = "https://cert.example/carrier.pem";
const ORIGID: &str = "123e4567-e89b-12d3-a456-426655440000";

/// DER of `SEQUENCE { [2] IA5String }`, TNAuthList of one number.
fn one_number(number: &str) -> Vec<u8> {
    let length = number.len() as u8;
    let mut der = vec![0x30, length + 4, 0xa2, length + 2, 0x16, length];
    der.extend_from_slice(number.as_bytes());
    der
}

/// DER of `SEQUENCE { [0] IA5String }`, TNAuthList of a carrier.
fn carrier() -> Vec<u8> {
    vec![0x30, 0x08, 0xa0, 0x06, 0x16, 0x04, b'1', b'2', b'3', b'4']
}

/// A root, a carrier's certificate under it, and the carrier's key.
struct Carrier {
    root: Vec<u8>,
    chain: String,
    key: KeyPair,
}

#[derive(Clone)]
struct Wish {
    list: Option<Vec<u8>>,
    until: i32,
    usage: Vec<KeyUsagePurpose>,
    names: Vec<String>,
}

impl Default for Wish {
    fn default() -> Self {
        Self { list: Some(carrier()), until: 2030, usage: vec![KeyUsagePurpose::DigitalSignature], names: Vec::new() }
    }
}

impl Carrier {
    fn new(wish: Wish) -> Self {
        let mut root = CertificateParams::new(Vec::new()).unwrap();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        root.distinguished_name.push(rcgen::DnType::CommonName, "Test STI-PA");
        let root_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let root_certificate = root.self_signed(&root_key).unwrap();
        let mut middle = root.clone();
        middle.distinguished_name.push(rcgen::DnType::CommonName, "Test STI-CA");
        let middle_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let middle_certificate = middle.signed_by(&middle_key, &Issuer::from_params(&root, &root_key)).unwrap();
        let mut leaf = CertificateParams::new(wish.names).unwrap();
        leaf.distinguished_name.push(rcgen::DnType::CommonName, "SHAKEN 1234");
        leaf.not_before = date_time_ymd(2020, 1, 1);
        leaf.not_after = date_time_ymd(wish.until, 1, 1);
        leaf.key_usages = wish.usage;
        leaf.custom_extensions = wish
            .list
            .map(|list| CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 26], list))
            .into_iter()
            .collect();
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let leaf = leaf.signed_by(&key, &Issuer::from_params(&middle, &middle_key)).unwrap();
        Self { root: root_certificate.der().to_vec(), chain: leaf.pem() + &middle_certificate.pem(), key }
    }

    fn signature(&self, signed: &str) -> Vec<u8> {
        let chance = SystemRandom::new();
        let key =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.key.serialize_der(), &chance).unwrap();
        key.sign(&chance, signed.as_bytes()).unwrap().as_ref().to_vec()
    }

    /// The header of a call from 1201... to 1202..., signed at `iat`.
    fn header(&self, iat: u64) -> String {
        let statement = Statement::new(X5U, &caller(), &callee(), iat, Attestation::A, ORIGID);
        statement.header(&self.signature(&statement.signed))
    }

    fn roots(&self) -> Roots {
        let mut roots = Roots::default();
        roots.add(&self.root).unwrap();
        roots
    }
}

fn caller() -> Party {
    Party::number("+12015550123")
}

fn callee() -> Party {
    Party::number("+12025550199")
}

/// What comes of a header on a call from `caller` to `callee`.
fn verified(carrier: &Carrier, header: &str, caller: &Party, callee: &Party) -> Result<Option<Attestation>, Fault> {
    let (callers, callees) = ([caller.clone()], [callee.clone()]);
    let call = Call { callers: &callers, callees: &callees, date: Some(NOW), now: NOW, max_age: 60 };
    let identity = Identity::parse(header)?;
    let passport = Passport::read(&identity, &call)?;
    check_claims(&passport, &call)?;
    let chain = Chain::read(carrier.chain.as_bytes()).map_err(|_| Fault::BadCertificate)?;
    chain.verify(&carrier.roots(), &passport, NOW)?;
    Ok(passport.attestation)
}

fn outcome(carrier: &Carrier, header: &str) -> Result<Option<Attestation>, Fault> {
    verified(carrier, header, &caller(), &callee())
}

#[test]
fn a_good_signature_is_believed() {
    let carrier = Carrier::new(Wish::default());
    assert_eq!(outcome(&carrier, &carrier.header(NOW)), Ok(Some(Attestation::A)));
    assert_eq!(outcome(&carrier, &carrier.header(NOW - 60)), Ok(Some(Attestation::A)));
}

#[test]
fn a_stale_one_is_not() {
    let carrier = Carrier::new(Wish::default());
    assert_eq!(outcome(&carrier, &carrier.header(NOW - 61)), Err(Fault::Stale));
    assert_eq!(outcome(&carrier, &carrier.header(NOW + 6)), Err(Fault::Stale));
    assert_eq!(Fault::Stale.status(), (403, "Stale Date"));
}

#[test]
fn one_for_other_numbers_is_not() {
    let carrier = Carrier::new(Wish::default());
    let (header, other) = (carrier.header(NOW), Party::number("+12015550124"));
    assert_eq!(verified(&carrier, &header, &other, &callee()), Err(Fault::OtherCaller));
    assert_eq!(verified(&carrier, &header, &caller(), &other), Err(Fault::OtherCallee));
    assert_eq!(Fault::OtherCaller.status().0, 438);
}

#[test]
fn a_changed_one_is_not() {
    let carrier = Carrier::new(Wish::default());
    let header = carrier.header(NOW);
    // Somebody makes an A of the carrier's C.
    let low = Statement::new(X5U, &caller(), &callee(), NOW, Attestation::C, ORIGID);
    let signature = carrier.signature(&low.signed);
    let high = Statement::new(X5U, &caller(), &callee(), NOW, Attestation::A, ORIGID);
    assert_eq!(outcome(&carrier, &high.header(&signature)), Err(Fault::BadSignature));
    // Another carrier's key.
    let stranger = Carrier::new(Wish::default());
    assert_eq!(outcome(&carrier, &stranger.header(NOW)), Err(Fault::BadSignature));
    let elsewhere = header.replace("info=<https://cert.example", "info=<https://evil.example");
    assert_eq!(outcome(&carrier, &elsewhere), Err(Fault::Malformed));
    let other_kind = header.replace("ppt=\"shaken\"", "ppt=\"div\"");
    assert!(outcome(&carrier, &other_kind).is_err());
    let other_alg = header.replace("alg=ES256", "alg=none");
    assert_eq!(outcome(&carrier, &other_alg), Err(Fault::Unsupported));
}

#[test]
fn certificates_must_be_valid_and_lead_to_a_root() {
    let expired = Carrier::new(Wish { until: 2021, ..Wish::default() });
    assert_eq!(outcome(&expired, &expired.header(NOW)), Err(Fault::Expired));
    let mut broken = Carrier::new(Wish::default());
    let end = "-----END CERTIFICATE-----\n";
    let first = broken.chain.find(end).unwrap() + end.len();
    broken.chain.truncate(first);
    assert_eq!(outcome(&broken, &broken.header(NOW)), Err(Fault::Untrusted), "the certificate between is missing");
    let stranger = Carrier::new(Wish::default());
    let known = Carrier { root: stranger.root, ..Carrier::new(Wish::default()) };
    assert_eq!(outcome(&known, &known.header(NOW)), Err(Fault::Untrusted));
    let no_signer = Carrier::new(Wish { usage: vec![KeyUsagePurpose::KeyAgreement], ..Wish::default() });
    assert_eq!(outcome(&no_signer, &no_signer.header(NOW)), Err(Fault::Untrusted));
    assert_eq!(Fault::Untrusted.status(), (437, "Unsupported Credential"));
}

#[test]
fn certificates_speak_for_their_numbers_alone() {
    let of = |list| Carrier::new(Wish { list, ..Wish::default() });
    let own = of(Some(one_number("12015550123")));
    assert_eq!(outcome(&own, &own.header(NOW)), Ok(Some(Attestation::A)));
    for list in [None, Some(one_number("12015550124")), Some(vec![0x30, 0])] {
        let other = of(list);
        assert_eq!(outcome(&other, &other.header(NOW)), Err(Fault::NotForNumber));
    }
    let broken = of(Some(vec![0x30, 9]));
    assert_eq!(outcome(&broken, &broken.header(NOW)), Err(Fault::BadCertificate));
}

#[test]
fn the_compact_form_is_made_whole_from_the_call() {
    let carrier = Carrier::new(Wish::default());
    // RFC 8225 section 9: keys sorted, no white space.
    let header = format!(r#"{{"alg":"ES256","typ":"passport","x5u":"{X5U}"}}"#);
    let payload = format!(r#"{{"dest":{{"tn":["12025550199"]}},"iat":{NOW},"orig":{{"tn":"12015550123"}}}}"#);
    use base64::Engine as _;
    let encode = |text: &[u8]| base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(text);
    let signed = format!("{}.{}", encode(header.as_bytes()), encode(payload.as_bytes()));
    let signature = encode(&carrier.signature(&signed));
    let compact = format!("..{signature};info=<{X5U}>;alg=ES256");
    assert_eq!(outcome(&carrier, &compact), Ok(None));
    let other = Party::number("+12015550124");
    assert_eq!(verified(&carrier, &compact, &other, &callee()), Err(Fault::BadSignature));
    assert_eq!(outcome(&carrier, &(compact + ";ppt=shaken")), Err(Fault::Unsupported));
}

#[test]
fn a_token_says_all_that_it_must() {
    use base64::Engine as _;
    let encode = |text: &str| base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(text);
    let carrier = Carrier::new(Wish::default());
    let good_header = format!(r#"{{"alg":"ES256","ppt":"shaken","typ":"passport","x5u":"{X5U}"}}"#);
    let good = format!(r#"{{"attest":"B","dest":{{"tn":["12025550199"]}},"iat":{NOW},"orig":{{"tn":"12015550123"}}}}"#);
    let of = |header: &str, payload: &str| {
        let signed = format!("{}.{}", encode(header), encode(payload));
        let signature = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(carrier.signature(&signed));
        outcome(&carrier, &format!("{signed}.{signature};info=<{X5U}>;ppt=shaken"))
    };
    assert_eq!(of(&good_header, &good), Ok(Some(Attestation::B)), "further claims are not needed");
    for (header, payload, fault) in [
        (good_header.replace("ES256", "HS256"), good.clone(), Fault::Unsupported),
        (good_header.replace("passport", "JWT"), good.clone(), Fault::Unsupported),
        (good_header.replace(r#""alg""#, r#""crit":["x"],"alg""#), good.clone(), Fault::Unsupported),
        (good_header.clone(), good.replace(r#""attest":"B","#, ""), Fault::Malformed),
        (good_header.clone(), good.replace(r#""B""#, r#""D""#), Fault::Malformed),
        (good_header.clone(), good.replace(&format!(r#""iat":{NOW},"#), ""), Fault::Malformed),
        (good_header.clone(), good.replace(r#"["12025550199"]"#, "[]"), Fault::Malformed),
        (good_header.clone(), "[]".into(), Fault::Malformed),
        (good_header.clone(), "[".repeat(5_000), Fault::Malformed),
    ] {
        assert_eq!(of(&header, &payload), Err(fault), "{payload:.80}");
    }
}

#[test]
fn what_is_no_certificate_is_told() {
    assert_eq!(Chain::read(b"").unwrap_err(), ChainError::Empty);
    assert_eq!(Chain::read(b"<html>").unwrap_err(), ChainError::Empty);
    assert_eq!(Roots::default().add(b"\x30\x03abc").unwrap_err(), ChainError::Unreadable);
    let many = Carrier::new(Wish::default()).chain.repeat(5);
    assert_eq!(Chain::read(many.as_bytes()).unwrap_err(), ChainError::Unreadable);
    let nothing = Chain::read(b"\x30\x03abc").unwrap();
    let carrier = Carrier::new(Wish::default());
    let identity = Identity::parse(&carrier.header(NOW)).unwrap();
    let call = Call { callers: &[], callees: &[], date: None, now: NOW, max_age: 60 };
    let passport = Passport::read(&identity, &call).unwrap();
    assert_eq!(nothing.verify(&carrier.roots(), &passport, NOW), Err(Fault::BadCertificate));
}

proptest::proptest! {
    /// Nothing that comes by the wire makes it panic.
    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}", bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let call = Call { callers: &[], callees: &[], date: None, now: NOW, max_age: 60 };
        if let Ok(identity) = Identity::parse(&text) {
            let _ = Passport::read(&identity, &call);
        }
        let _ = (stir::sip_date(&text), stir::NumberList::read(&bytes), Chain::read(&bytes));
    }
}

/// RFC 8224 section 7.2: an address is signed by whom its host belongs to.
#[test]
fn one_for_an_address_is_believed_from_its_own_host_only() {
    let callee = callee();
    let cases: [(&[&str], &str, bool); 7] = [
        (&["example.org"], "sip:anna@example.org", true),
        (&["other.example", "EXAMPLE.org"], "sip:anna@Example.ORG:5061", true),
        (&["example.org"], "sip:anna@other.example", false),
        (&["*.example.org"], "sip:anna@sip.example.org", false),
        (&["example.org"], "sip:anna@sip.example.org", false),
        (&["192.0.2.1"], "sip:anna@192.0.2.1", false),
        (&[], "sip:anna@example.org", false),
    ];
    for (names, address, good) in cases {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        let signer = Carrier::new(Wish { names, ..Wish::default() });
        let caller = Party::uri(address);
        let statement = Statement::new(X5U, &caller, &callee, NOW, Attestation::A, ORIGID);
        let header = statement.header(&signer.signature(&statement.signed));
        let expected = if good { Ok(Some(Attestation::A)) } else { Err(Fault::NotForAddress) };
        assert_eq!(verified(&signer, &header, &caller, &callee), expected, "{address}");
    }
    assert_eq!(Fault::NotForAddress.status().0, 437);
}
