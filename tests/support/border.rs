//! A carrier's border as carriers run it: Kamailio for the signalling, rtpengine for the media.

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::net::UdpSocket;

use crate::ports::Ports;
use crate::wait;

/// Where the border is: an address of loopback of its own.
const ADDRESS: &str = "127.0.0.9";

/// Who has an account at the carrier, and who is reached behind it.
#[derive(Debug, Clone)]
pub struct Accounts {
    /// The account's user name, which is also its number.
    pub user: String,
    /// Its password.
    pub password: String,
    /// Where all other numbers ring: a SIP address without user, `HOST:PORT`.
    pub outside: String,
    /// How media goes to the account: flags of rtpengine such as `RTP/SAVP DTLS=off`; as it comes when empty.
    pub media: &'static str,
}

/// A running border.
pub struct Border {
    kamailio: Child,
    rtpengine: Child,
    folder: TempDir,
    ports: Ports,
}

impl Border {
    /// Starts both programs and waits until they take requests.
    pub async fn start(accounts: &Accounts) -> Self {
        let (folder, ports) = (tempfile::tempdir().unwrap(), Ports::take());
        let control = format!("{ADDRESS}:{}", ports.http() + 1);
        let config = folder.path().join("kamailio.cfg");
        std::fs::write(&config, configuration(accounts, &ports, &control)).unwrap();
        let rtpengine = Command::new("rtpengine")
            .args(["--config-file=none", "--foreground", "--log-stderr", "--table=-1", "--log-level=6", "--timeout=60"])
            .args([format!("--interface={ADDRESS}"), format!("--listen-ng={control}")])
            .args([format!("--port-min={}", ports.first_rtp()), format!("--port-max={}", ports.last_rtp())])
            .arg(format!("--listen-cli={ADDRESS}:{}", ports.http() + 2))
            .arg(format!("--pidfile={}", folder.path().join("rtpengine.pid").display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(folder.path().join("rtpengine.log")).unwrap())
            .spawn()
            .expect("rtpengine is installed: apt-get install rtpengine-daemon");
        let kamailio = Command::new("kamailio")
            .args(["-DD", "-E", "-m", "64", "-M", "8", "-f", &config.display().to_string()])
            .args(["-Y", &folder.path().display().to_string()])
            .args(["-P", &folder.path().join("kamailio.pid").display().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(folder.path().join("kamailio.log")).unwrap())
            .spawn()
            .expect("kamailio is installed: apt-get install kamailio");
        let mut border = Self { kamailio, rtpengine, folder, ports };
        border.answers(&control, b"1 d7:command4:pinge", b"pong").await;
        let ping = format!(
            "OPTIONS sip:{host} SIP/2.0\r\nVia: SIP/2.0/UDP {{local}};branch=z9hG4bKready;rport\r\nMax-Forwards: 1\r\n\
             From: <sip:test@{host}>;tag=1\r\nTo: <sip:{host}>\r\nCall-ID: ready\r\nCSeq: 1 OPTIONS\r\n\
             Content-Length: 0\r\n\r\n",
            host = border.host()
        );
        let host = border.host();
        border.answers(&host, ping.as_bytes(), b"SIP/2.0 200").await;
        border
    }

    async fn answers(&mut self, to: &str, question: &[u8], answer: &[u8]) {
        let socket = UdpSocket::bind(("127.0.0.1", 0)).await.unwrap();
        let local = socket.local_addr().unwrap().to_string();
        let question = String::from_utf8_lossy(question).replace("{local}", &local);
        wait::until(&format!("the border answers at {to}"), async || {
            let ended = [&mut self.kamailio, &mut self.rtpengine].into_iter().find_map(|it| it.try_wait().unwrap());
            assert!(ended.is_none(), "a program of the border has ended");
            let _ = socket.send_to(question.as_bytes(), to).await;
            let mut reply = [0; 2_048];
            let receiving = tokio::time::timeout(Duration::from_millis(250), socket.recv(&mut reply));
            let length = receiving.await.ok()?.ok()?;
            reply[..length].windows(answer.len()).any(|window| window == answer).then_some(())
        })
        .await;
    }

    /// `HOST:PORT` of its SIP side.
    pub fn host(&self) -> String {
        format!("{ADDRESS}:{}", self.ports.sip())
    }

    /// The address of a number there.
    pub fn address(&self, number: &str) -> String {
        format!("sip:{number}@{}", self.host())
    }

    /// What rtpengine has written down.
    pub fn media_log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("rtpengine.log")).unwrap_or_default()
    }
}

impl Drop for Border {
    fn drop(&mut self) {
        for child in [&mut self.kamailio, &mut self.rtpengine] {
            let _ = kill_process(Pid::from_child(child), Signal::TERM);
            let _ = child.wait();
        }
        if std::thread::panicking() {
            for name in ["kamailio.log", "rtpengine.log"] {
                let log = std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
                eprintln!("--- {name}\n{log}\n---");
            }
        }
    }
}

/// A border that authenticates, keeps itself in the path and anchors the media, as a carrier's does.
fn configuration(accounts: &Accounts, ports: &Ports, control: &str) -> String {
    let Accounts { user, password, outside, media } = accounts;
    let sip = ports.sip();
    let modules = [
        "tm",
        "tmx",
        "sl",
        "rr",
        "pv",
        "maxfwd",
        "usrloc",
        "registrar",
        "textops",
        "siputils",
        "sanity",
        "auth",
        "nathelper",
        "rtpengine",
        "kex",
        "xlog",
    ];
    let load = modules.map(|module| format!("loadmodule \"{module}.so\"\n")).concat();
    format!(
        r#"#!KAMAILIO
debug=2
log_stderror=yes
children=2
auto_aliases=no
listen=udp:{ADDRESS}:{sip}
listen=tcp:{ADDRESS}:{sip}
{load}
modparam("rtpengine", "rtpengine_sock", "udp:{control}")
modparam("usrloc", "db_mode", 0)
modparam("usrloc", "timer_interval", 5)
modparam("registrar", "max_contacts", 4)
modparam("registrar|nathelper", "received_avp", "$avp(RECEIVED)")
modparam("rr", "append_fromtag", 1)
modparam("auth", "nonce_expire", 60)

request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (!sanity_check()) {{ exit; }}
    force_rport();
    $var(media) = "";
    if (is_method("OPTIONS") && uri == myself) {{ sl_send_reply("200", "OK"); exit; }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}
    if (!is_method("ACK") && t_precheck_trans()) {{ t_check_trans(); exit; }}
    t_check_trans();
    if (has_totag()) {{
        if (!loose_route()) {{
            if (is_method("ACK") && t_check_trans()) {{ t_relay(); exit; }}
            sl_send_reply("404", "Not here");
            exit;
        }}
        if (is_method("BYE")) {{ rtpengine_delete(); }}
        route(RELAY);
        exit;
    }}
    if (is_method("REGISTER")) {{
        if ($au != "{user}" || !pv_www_authenticate("carrier.test", "{password}", "0")) {{
            www_challenge("carrier.test", "0");
            exit;
        }}
        consume_credentials();
        fix_nated_register();
        if (!save("location")) {{ sl_reply_error(); }}
        exit;
    }}
    if (!is_method("INVITE")) {{ sl_send_reply("405", "Method Not Allowed"); exit; }}
    record_route();
    if ($rU == "{user}") {{
        if (!lookup("location")) {{ sl_send_reply("480", "Temporarily Unavailable"); exit; }}
        $var(media) = " {media}";
        route(RELAY);
        exit;
    }}
    # Calls to the outside are for the account alone.
    if ($au != "{user}" || !pv_proxy_authenticate("carrier.test", "{password}", "0")) {{
        proxy_challenge("carrier.test", "0");
        exit;
    }}
    consume_credentials();
    $var(media) = " RTP/AVP";
    $ru = "sip:" + $rU + "@{outside}";
    route(RELAY);
}}

route[RELAY] {{
    if (has_body("application/sdp")) {{ rtpengine_manage("replace-origin replace-session-connection$var(media)"); }}
    t_on_reply("MEDIA");
    t_on_failure("ENDED");
    if (!t_relay()) {{ sl_reply_error(); }}
    exit;
}}

onreply_route[MEDIA] {{
    if (has_body("application/sdp")) {{ rtpengine_manage("replace-origin replace-session-connection"); }}
}}

failure_route[ENDED] {{
    if (!t_is_canceled()) {{ rtpengine_delete(); }}
}}
"#
    )
}
