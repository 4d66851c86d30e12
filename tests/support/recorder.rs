//! A recorder of record that speaks SIPREC (RFC 7866) over real sockets: it takes calls, or does not, and keeps what it
//! was told and what it heard, stream by stream.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use media::codec::{Codec, Decoder};
use sip_core::message::{HeaderName, Limits, Message, Method, Request, parse_datagram};
use tokio::net::UdpSocket;

use crate::signal::{RATE, Sound};
use crate::wait;
use crate::wire::fresh;

/// What it does with calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It takes them.
    Takes,
    /// It refuses them with this status.
    Refuses(u16),
    /// It says nothing.
    Silent,
}

/// One of the two streams of a session, as it came.
#[derive(Debug, Default)]
struct Stream {
    /// Timestamp of the first sample.
    base: Option<u32>,
    samples: Vec<i16>,
}

/// What came in a request with a session description.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// The request without its body, for its headers.
    pub head: String,
    /// The session description.
    pub description: String,
    /// The metadata; empty when there was none.
    pub metadata: String,
}

#[derive(Default)]
struct State {
    manner: Option<Manner>,
    told: Vec<Told>,
    byes: usize,
    streams: [Stream; 2],
    /// The last INVITE of the session that stands, and where it came from.
    invite: Option<(Request, SocketAddr)>,
    tag: String,
}

/// A running recorder.
pub struct Recorder {
    sip: Arc<UdpSocket>,
    state: Arc<Mutex<State>>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

impl Recorder {
    /// Starts one.
    pub async fn start(manner: Manner) -> Self {
        let sip = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
        let rtp = [UdpSocket::bind("127.0.0.1:0").await.unwrap(), UdpSocket::bind("127.0.0.1:0").await.unwrap()];
        let ports = [rtp[0].local_addr().unwrap().port(), rtp[1].local_addr().unwrap().port()];
        let state = Arc::new(Mutex::new(State { manner: Some(manner), ..State::default() }));
        let mut tasks = vec![tokio::spawn(serve(sip.clone(), state.clone(), ports))];
        for (at, socket) in rtp.into_iter().enumerate() {
            tasks.push(tokio::spawn(hear(socket, state.clone(), at)));
        }
        Self { sip, state, tasks }
    }

    /// `HOST:PORT`, by UDP.
    pub fn address(&self) -> String {
        self.sip.local_addr().unwrap().to_string()
    }

    /// The settings of a server that sends its calls here.
    pub fn settings(&self, more: &str) -> String {
        format!("[recorder]\naddress = \"{}\"\ntransport = \"udp\"\n{more}\n", self.address())
    }

    /// From now on it does this.
    pub fn becomes(&self, manner: Manner) {
        self.state.lock().unwrap().manner = Some(manner);
    }

    /// What it was told by INVITEs so far, the first first.
    pub fn told(&self) -> Vec<Told> {
        self.state.lock().unwrap().told.clone()
    }

    /// Waits until what it was told last is as it should be.
    pub async fn told_when(&self, what: &str, is_so: impl Fn(&Told) -> bool) -> Told {
        wait::until(what, async || self.told().pop().filter(|told| is_so(told))).await
    }

    /// How often its session was ended by the other side.
    pub fn byes(&self) -> usize {
        self.state.lock().unwrap().byes
    }

    /// What it heard on a stream so far: 0 or 1.
    pub fn heard(&self, stream: usize) -> Sound {
        Sound::new(self.state.lock().unwrap().streams[stream].samples.clone(), RATE)
    }

    /// Waits until so many seconds were heard on a stream, counted from now.
    pub async fn hears(&self, stream: usize, seconds: f64) -> Sound {
        let before = self.heard(stream).samples.len();
        let wanted = before + (seconds * f64::from(RATE)) as usize;
        wait::until("the recorder hears", async || {
            let heard = self.heard(stream);
            (heard.samples.len() >= wanted).then(|| Sound::new(heard.samples[before..].to_vec(), RATE))
        })
        .await
    }

    /// Ends the session that stands.
    pub async fn drop_session(&self) {
        let (invite, to, tag) = {
            let state = self.state.lock().unwrap();
            let (invite, to) = state.invite.clone().expect("a session");
            (invite, to, state.tag.clone())
        };
        let header = |name| invite.headers.get(&name).unwrap_or_default().to_owned();
        let contact = header(HeaderName::Contact);
        let target = contact.split('<').nth(1).and_then(|rest| rest.split('>').next()).unwrap_or_default();
        let (local, branch) = (self.sip.local_addr().unwrap(), fresh());
        let bye = format!(
            "BYE {target} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bK-srs-{branch};rport\r\nMax-Forwards: 70\r\n\
             From: {};tag={tag}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n",
            header(HeaderName::To).split(";tag=").next().unwrap_or_default(),
            header(HeaderName::From),
            header(HeaderName::CallId),
        );
        self.sip.send_to(bye.as_bytes(), to).await.unwrap();
    }
}

async fn serve(sip: Arc<UdpSocket>, state: Arc<Mutex<State>>, ports: [u16; 2]) {
    let mut buffer = vec![0; 65_536];
    loop {
        let (length, from) = sip.recv_from(&mut buffer).await.unwrap();
        let Ok(Message::Request(request)) = parse_datagram(&buffer[..length], &Limits::default()) else { continue };
        if let Some(response) = answer(&request, from, &state, ports, sip.local_addr().unwrap()) {
            sip.send_to(response.as_bytes(), from).await.unwrap();
        }
    }
}

/// Its answer to a request; none to an ACK, and while it is silent.
fn answer(
    request: &Request,
    from: SocketAddr,
    state: &Mutex<State>,
    ports: [u16; 2],
    local: SocketAddr,
) -> Option<String> {
    let mut state = state.lock().unwrap();
    let (status, body) = match (&request.method, state.manner?) {
        (Method::Ack, _) | (_, Manner::Silent) => return None,
        (Method::Bye, _) => {
            state.byes += 1;
            state.invite = None;
            (200, String::new())
        }
        (Method::Invite, Manner::Refuses(status)) => (status, String::new()),
        (Method::Invite, Manner::Takes) => {
            let told = read(request);
            let body = description(&told.description, ports, local);
            state.told.push(told);
            let begins = !request.headers.get(&HeaderName::To).unwrap_or_default().contains("tag=");
            if begins {
                state.tag = format!("srs-{}", fresh());
                state.streams = Default::default();
            }
            state.invite = Some((request.clone(), from));
            (200, body)
        }
        _ => (200, String::new()),
    };
    let header = |name| request.headers.get(&name).unwrap_or_default().to_owned();
    let to = header(HeaderName::To);
    let tag = if to.contains("tag=") { String::new() } else { format!(";tag={}", state.tag) };
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    Some(format!(
        "SIP/2.0 {status} -\r\nVia: {}\r\nFrom: {}\r\nTo: {to}{tag}\r\nCall-ID: {}\r\nCSeq: {}\r\n\
         Contact: <sip:srs@{local}>;+sip.srs\r\n{kind}Content-Length: {}\r\n\r\n{body}",
        header(HeaderName::Via),
        header(HeaderName::From),
        header(HeaderName::CallId),
        header(HeaderName::CSeq),
        body.len(),
    ))
}

/// The parts of an INVITE.
fn read(request: &Request) -> Told {
    let names = [HeaderName::Require, HeaderName::Contact, HeaderName::ContentType, HeaderName::From];
    let lines = names.into_iter().map(|name| {
        let value = request.headers.get(&name).unwrap_or_default();
        format!("{}: {value}\n", name.as_str())
    });
    let mut told = Told { head: lines.collect(), ..Told::default() };
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let kind = request.headers.get(&HeaderName::ContentType).unwrap_or_default();
    let boundary = kind.split("boundary=").nth(1).unwrap_or_default().trim_matches('"');
    assert!(!boundary.is_empty(), "both parts in one body: {kind}");
    for part in body.split(&format!("--{boundary}")) {
        let Some((head, content)) = part.split_once("\r\n\r\n") else { continue };
        if head.contains("application/sdp") {
            content.clone_into(&mut told.description);
        } else if head.contains("application/rs-metadata+xml") && head.contains("recording-session") {
            content.clone_into(&mut told.metadata);
        }
    }
    told
}

/// The answer to its offer: both streams, to ports of their own.
fn description(offer: &str, ports: [u16; 2], local: SocketAddr) -> String {
    let direction = if offer.contains("a=inactive") { "inactive" } else { "recvonly" };
    let line = |port: u16| format!("m=audio {port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na={direction}\r\n");
    format!(
        "v=0\r\no=srs {id} {id} IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n{}{}",
        line(ports[0]),
        line(ports[1]),
        id = fresh(),
        ip = local.ip(),
    )
}

/// Keeps what comes on a stream in its time.
async fn hear(socket: UdpSocket, state: Arc<Mutex<State>>, at: usize) {
    let mut buffer = [0; 2_048];
    let mut decoder = Decoder::new(Codec::Pcma);
    loop {
        let (length, _) = socket.recv_from(&mut buffer).await.unwrap();
        if length < 12 || buffer[1] & 0x7f != 8 {
            continue;
        }
        let timestamp = u32::from_be_bytes(buffer[4..8].try_into().unwrap());
        let payload = &buffer[12..length];
        let mut samples = vec![0; payload.len()];
        decoder.decode(payload, &mut samples);
        let mut state = state.lock().unwrap();
        let stream = &mut state.streams[at];
        let place = timestamp.wrapping_sub(*stream.base.get_or_insert(timestamp)) as usize;
        // What is far away belongs to a session that is over.
        if place < 60 * 60 * RATE as usize {
            let end = place + samples.len();
            if stream.samples.len() < end {
                stream.samples.resize(end, 0);
            }
            stream.samples[place..end].copy_from_slice(&samples);
        }
    }
}
