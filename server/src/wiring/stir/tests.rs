use call_model::Attestation;
use futures_util::future::BoxFuture;
use knowledge::documents::site::{Fetch, Fetched};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256,
};
use stir::Party;

use super::*;

const URL: &str = "https://cert.example/ours.pem";

/// A root with a carrier's certificate and key under it, as files, and the section that names them.
fn section(folder: &Path) -> StirSection {
    let mut root = CertificateParams::new(Vec::new()).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    root.distinguished_name.push(DnType::CommonName, "Test root");
    let root_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let mut leaf = CertificateParams::new(Vec::new()).unwrap();
    leaf.distinguished_name.push(DnType::CommonName, "SHAKEN 1234");
    let carrier = vec![0x30, 0x08, 0xa0, 0x06, 0x16, 0x04, b'1', b'2', b'3', b'4'];
    leaf.custom_extensions = vec![CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 26], carrier)];
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let file = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let signed = leaf.signed_by(&key, &Issuer::from_params(&root, &root_key)).unwrap();
    StirSection {
        roots: vec![file("root.pem", root.self_signed(&root_key).unwrap().pem())],
        certificates: [(URL.to_owned(), file("ours.pem", signed.pem()))].into(),
        key_file: Some(file("key.pem", key.serialize_pem())),
        url: Some(URL.into()),
        ..StirSection::default()
    }
}

fn call(identities: Vec<String>) -> Signed {
    let party = |number: &str| vec![Party::number(number)];
    Signed { identities, callers: party("+12015550123"), callees: party("+12025550199"), date: None }
}

#[tokio::test]
async fn what_we_sign_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let prover = start(&section(folder.path())).unwrap();
    let header = prover.sign("+12015550123", "+12025550199").unwrap();
    assert_eq!(prover.verify(call(vec![header.clone()])).await, Proof::Good(Some(Attestation::A)));
    let other = Signed { callers: vec![Party::number("+12015550124")], ..call(vec![header]) };
    assert_eq!(prover.verify(other).await, Proof::Bad(Fault::OtherCaller));
    assert_eq!(prover.verify(call(Vec::new())).await, Proof::Bad(Fault::Missing));
    assert_eq!(prover.verify(call(vec!["nonsense".into()])).await, Proof::Bad(Fault::Malformed));
}

#[tokio::test]
async fn a_certificate_from_a_private_network_is_not_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let signer = StirSection { url: Some("https://127.0.0.1:8443/ours.pem".into()), ..section(folder.path()) };
    let prover = start(&signer).unwrap();
    let header = prover.sign("+12015550123", "+12025550199").unwrap();
    assert_eq!(prover.verify(call(vec![header.clone()])).await, Proof::Bad(Fault::NoCertificate));
    let off = start(&StirSection { fetch: false, ..signer.clone() }).unwrap();
    assert_eq!(off.verify(call(vec![header.clone()])).await, Proof::Bad(Fault::NoCertificate));
    let none = start(&StirSection { roots: Vec::new(), ..signer }).unwrap();
    assert_eq!(none.verify(call(vec![header])).await, Proof::Off);
}

/// Gives the certificates that it has, and keeps whoever asks for others waiting.
struct Slow(HashMap<String, Vec<u8>>);

impl Fetch for Slow {
    fn get<'a>(&'a self, url: &'a Url, _: usize) -> BoxFuture<'a, Option<Fetched>> {
        let body = self.0.get(url.as_str()).cloned();
        Box::pin(async move {
            let Some(body) = body else { return std::future::pending().await };
            Some(Fetched { status: 200, media_type: String::new(), location: None, body })
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_stalls_is_trusted_only_after_it_has_proved_a_call() {
    let folder = tempfile::tempdir().unwrap();
    let ours = section(folder.path());
    let certificate = std::fs::read(&ours.certificates[URL]).unwrap();
    let mut roots = Roots::default();
    roots.add(&std::fs::read(&ours.roots[0]).unwrap()).unwrap();
    let web = Slow([(URL.to_owned(), certificate)].into());
    let house = House {
        roots,
        known: HashMap::new(),
        cache: Some(Cache::new(Arc::new(web), Duration::from_secs(100))),
        hosts: Mutex::default(),
        max_age: 60,
        wait: Duration::from_millis(500),
        pen: None,
    };
    let signed = |url: &str| {
        let pen = Pen::read(&StirSection { url: Some(url.to_owned()), ..ours.clone() }).unwrap().unwrap();
        let now = u64::try_from(now_ms() / 1_000).unwrap();
        call(vec![pen.sign("+12015550123", "+12025550199", now).unwrap()])
    };
    let stalled = signed("https://cert.example/next.pem");
    assert_eq!(house.verify(stalled.clone()).await, Proof::Stalled);
    assert_eq!(house.verify(signed(URL)).await, Proof::Good(Some(Attestation::A)));
    assert_eq!(house.verify(stalled).await, Proof::Unknown);
    assert_eq!(house.verify(signed("https://slow.example/next.pem")).await, Proof::Stalled);
}

#[test]
fn what_cannot_be_used_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let good = section(folder.path());
    let missing = PathBuf::from("/nowhere/root.pem");
    let root = good.roots[0].clone();
    let fault = |section: StirSection| start(&section).err().expect("a fault").to_string();
    assert!(fault(StirSection { roots: vec![missing], ..good.clone() }).contains("/nowhere/root.pem"));
    assert!(
        fault(StirSection { roots: vec![good.key_file.clone().unwrap()], ..good.clone() }).contains("no certificate")
    );
    assert!(fault(StirSection { key_file: Some(root), ..good.clone() }).contains("PKCS #8"));
    assert!(fault(StirSection { url: Some("http://x".into()), ..good.clone() }).contains("stir.url"));
    assert!(fault(StirSection { origid: Some("x".into()), ..good }).contains("UUID"));
}
