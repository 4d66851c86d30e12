//! SIP over TLS against the real program: OpenSSL's client, and a phone by others.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use callwright_tests::baresip::Phone;
use callwright_tests::caller::{self, call_with, config, script, timeline};
use callwright_tests::certificate::certify;
use callwright_tests::{Baresip, Server, Settings, wait};
use rustix::process::{Pid, Signal, kill_process};
use synthetic_caller::{CallerConfig, Step};

/// The port for TLS in the server's own block.
fn tls_port(server: &Server) -> u16 {
    server.ports.sip() + 1
}

/// A server that listens for TLS, and its certificate.
async fn server(name: &str) -> (Server, PathBuf) {
    let mut server = Server::prepared(Settings::default());
    let (named, certificate) = certify(server.folder(), name);
    server.configure(&format!("[sip]\ntls_port = {}\n[sip.tls]\n{named}reload_s = 0\n", tls_port(&server)));
    server.begin().await;
    (server, certificate)
}

/// `openssl s_client`, which has sent an OPTIONS. It is killed when this is dropped.
struct Client {
    child: Child,
    output: PathBuf,
}

impl Client {
    fn ask(server: &Server, trusting: &Path, number: u32) -> Self {
        let output = server.folder().join(format!("s_client-{number}"));
        let port = tls_port(server);
        let mut child = Command::new("openssl")
            .args(["s_client", "-connect", &format!("127.0.0.1:{port}"), "-servername", "pbx.example"])
            .args(["-verify_return_error", "-alpn", "sip/2", "-ign_eof", "-CAfile"])
            .arg(trusting)
            .stdin(Stdio::piped())
            .stdout(std::fs::File::create(&output).unwrap())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl is installed: apt-get install openssl");
        let options = format!(
            "OPTIONS sip:127.0.0.1:{port};transport=tls SIP/2.0\r\n\
             Via: SIP/2.0/TLS 127.0.0.1:9;branch=z9hG4bKs{number};rport\r\nMax-Forwards: 70\r\n\
             From: <sip:a@127.0.0.1>;tag=s\r\nTo: <sip:127.0.0.1>\r\nCall-ID: s{number}\r\nCSeq: {number} OPTIONS\r\n\
             Content-Length: 0\r\n\r\n"
        );
        child.stdin.take().unwrap().write_all(options.as_bytes()).unwrap();
        Self { child, output }
    }

    /// What it shows, once there is this in it.
    async fn shows(&self, text: &str) -> String {
        let look = async || std::fs::read_to_string(&self.output).ok().filter(|shown| shown.contains(text));
        wait::until(text, look).await
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn openssl_verifies_the_certificate_and_is_answered_and_a_new_one_is_shown_after_sighup() {
    let (server, certificate) = server("pbx.example").await;
    let old = server.folder().join("old.pem");
    std::fs::copy(&certificate, &old).unwrap();
    let first = Client::ask(&server, &old, 1);
    let shown = first.shows("SIP/2.0 200").await;
    assert!(shown.contains("ALPN protocol: sip/2") && shown.contains("Verification: OK"), "{shown}");
    assert!(shown.contains("TLSv1.3"), "{shown}");

    certify(server.folder(), "pbx.example");
    kill_process(Pid::from_raw(server.pid().cast_signed()).unwrap(), Signal::HUP).unwrap();
    wait::until("the certificate is read", async || server.printed().contains("SIGHUP").then_some(())).await;
    let second = Client::ask(&server, &certificate, 2);
    assert!(second.shows("SIP/2.0 200").await.contains("Verification: OK"));
    let third = Client::ask(&server, &old, 3);
    third.shows("Verification error").await;
}

#[tokio::test]
async fn a_phone_by_others_registers_by_tls_and_is_called_along_its_connection() {
    let (server, certificate) = server("pbx.example").await;
    let password = server.phone_password();
    let registrar = format!("127.0.0.1:{}", tls_port(&server));
    let phone = Phone { tls: Some(certificate), auto_answer: true, ..Phone::new("ben", registrar, &password) };
    let _ben = Baresip::start(phone).await;
    let anna = CallerConfig { password: Some(password), ..config("anna") };
    let steps = vec![Step::Speech, caller::wait(1.5), Step::HangUp];
    let report = call_with(anna, script(server.address("ben"), steps)).await;
    assert!(caller::heard(&report).tone_seconds(440.0) >= 0.9, "{}", timeline(&report));
    assert_eq!(server.api().last_call().await["member"], "anna");
}

#[tokio::test]
async fn a_certificate_that_is_missing_ends_the_start_with_what_to_do() {
    for (settings, said) in [
        (vec![("CERTIFICATE", "/nowhere/sip.pem"), ("KEY", "/nowhere/sip.key")], "cannot be read: is it there"),
        (vec![("CERTIFICATE", "/nowhere/sip.pem")], "belong together"),
        (vec![("CA", "/nowhere/ca.pem")], "/nowhere/ca.pem"),
    ] {
        let settings = settings
            .into_iter()
            .fold(Settings::default(), |settings, (name, value)| settings.set(&format!("SIP__TLS__{name}"), value));
        let server = Server::prepared(settings);
        let mut command = server.command(&["serve", "--demo"]);
        let ended = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = wait::done("the server refuses to start", ended).await.unwrap();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && error.contains(said), "{error}");
    }
}
