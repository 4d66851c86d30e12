//! A carrier that does with each call what the last digit of the number says, and keeps who was called.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

/// Answers.
pub const CONFIRMS: char = '0';
/// 486.
pub const BUSY: char = '1';
/// Rings until it is given up.
pub const NO_ANSWER: char = '2';
/// 603.
pub const DECLINES: char = '3';
/// 183 with sound, then 503.
pub const EARLY_FAILURE: char = '4';

/// By number, the Call-IDs of its INVITEs.
type Invited = Arc<Mutex<BTreeMap<String, BTreeSet<String>>>>;

/// The running carrier.
pub struct Carrier {
    /// `HOST:PORT`.
    pub address: SocketAddr,
    invited: Invited,
    task: JoinHandle<()>,
}

impl Carrier {
    /// Starts one.
    pub async fn start() -> Self {
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
        let address = socket.local_addr().unwrap();
        let invited = Invited::default();
        let task = tokio::spawn(serve(socket, address, invited.clone()));
        Self { address, invited, task }
    }

    /// How many calls came for each number.
    pub fn calls(&self) -> BTreeMap<String, usize> {
        self.invited.lock().unwrap().iter().map(|(number, calls)| (number.clone(), calls.len())).collect()
    }
}

async fn serve(socket: Arc<UdpSocket>, address: SocketAddr, invited: Invited) {
    let mut bytes = vec![0; 65_536];
    loop {
        let Ok((len, from)) = socket.recv_from(&mut bytes).await else { return };
        let text = String::from_utf8_lossy(&bytes[..len]).into_owned();
        for answer in answers(&text, address, &invited) {
            let _ = socket.send_to(answer.as_bytes(), from).await;
        }
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What is sent for a message that came.
fn answers(text: &str, address: SocketAddr, invited: &Invited) -> Vec<String> {
    let number = text.split(['@', ' ']).nth(1).unwrap_or_default().trim_start_matches("sip:").to_owned();
    let does = number.chars().last().unwrap_or_default();
    let ours = SDP.replace("PORT", &(address.port() ^ 1).to_string());
    match text.split(' ').next().unwrap_or_default() {
        "INVITE" => {
            invited.lock().unwrap().entry(number).or_default().insert(header(text, "Call-ID"));
            let early = |status: &str, sdp: &str| response(text, status, address, sdp);
            match does {
                BUSY => vec![early("486 Busy Here", "")],
                NO_ANSWER => vec![early("180 Ringing", "")],
                DECLINES => vec![early("603 Decline", "")],
                EARLY_FAILURE => {
                    vec![early("183 Session Progress", &ours), early("503 Service Unavailable", "")]
                }
                _ => vec![early("180 Ringing", ""), early("200 OK", &ours)],
            }
        }
        "BYE" | "OPTIONS" | "INFO" => vec![response(text, "200 OK", address, "")],
        "CANCEL" => {
            let invite = text.replace(" CANCEL", " INVITE");
            vec![response(text, "200 OK", address, ""), response(&invite, "487 Request Terminated", address, "")]
        }
        _ => vec![],
    }
}

/// A header field of a message.
fn header(text: &str, name: &str) -> String {
    let found = text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    });
    found.unwrap_or_default()
}

fn response(request: &str, status: &str, address: SocketAddr, sdp: &str) -> String {
    let mut lines = vec![format!("SIP/2.0 {status}")];
    for line in request.lines().take_while(|line| !line.is_empty()) {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        match name.as_str() {
            "via" | "from" | "call-id" | "cseq" | "record-route" => lines.push(line.to_owned()),
            "to" if line.contains(";tag=") => lines.push(line.to_owned()),
            "to" => lines.push(format!("{line};tag=carrier")),
            _ => {}
        }
    }
    lines.push(format!("Contact: <sip:{address}>"));
    if !sdp.is_empty() {
        lines.push("Content-Type: application/sdp".into());
    }
    lines.push(format!("Content-Length: {}\r\n\r\n{sdp}", sdp.len()));
    lines.join("\r\n")
}

const SDP: &str = "v=0\r\no=c 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
    m=audio PORT RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n";
