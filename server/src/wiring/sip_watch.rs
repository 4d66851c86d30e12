//! What is made of the SIP messages that pass: counts, the messages kept for ladders, and copies for Homer.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrics::{Counter, counter, gauge};
use secrecy::{ExposeSecret, SecretString};
use sip_core::Protocol;
use telemetry::hep;
use telemetry::message::{Head, head};
use telemetry::signalling::{Bounds, Kept, Signalling, Way};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use transport::sip::{MessageTap, Passing};

use crate::config::TelemetrySection;

/// Copies that may wait for Homer; more are lost and counted.
const COPIES: usize = 1_024;
/// Homer's name is looked up again so often.
const LOOK_UP: Duration = Duration::from_mins(5);

/// The methods that are counted by name; others are `other`.
const METHODS: [&str; 14] = [
    "INVITE",
    "ACK",
    "BYE",
    "CANCEL",
    "REGISTER",
    "OPTIONS",
    "INFO",
    "PRACK",
    "UPDATE",
    "REFER",
    "NOTIFY",
    "SUBSCRIBE",
    "MESSAGE",
    "other",
];
/// Classes of responses.
const CLASSES: [&str; 6] = ["1xx", "2xx", "3xx", "4xx", "5xx", "6xx"];

/// Why copies for Homer cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum WatchFailure {
    /// The password is missing.
    #[error("the password of `telemetry.hep` cannot be had")]
    Secret(#[from] crate::config::SecretError),
    /// There is no port in the address.
    #[error("`telemetry.hep` is `{0}`: write HOST:PORT, such as \"homer.example:9060\"")]
    Address(String),
}

/// Sees every message that passes.
pub struct SipWatch {
    kept: Mutex<Signalling>,
    /// `[in, out][method]`.
    requests: [Vec<Counter>; 2],
    /// `[in, out][method][class]`.
    responses: [Vec<Vec<Counter>>; 2],
    homer: Option<Homer>,
}

impl std::fmt::Debug for SipWatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SipWatch")
    }
}

struct Homer {
    copies: mpsc::Sender<Vec<u8>>,
    agent: u32,
    password: SecretString,
    dropped: Counter,
}

impl SipWatch {
    /// Begins to watch. To be called inside a tokio runtime.
    pub fn start(settings: &TelemetrySection) -> Result<Arc<Self>, WatchFailure> {
        let bounds = Bounds {
            messages: settings.signalling_messages,
            message_bytes: settings.signalling_bytes,
            total_bytes: settings.signalling_mib.saturating_mul(1 << 20),
            keep_ms: i64::from(settings.signalling_minutes) * 60_000,
        };
        let ways = ["in", "out"];
        let requests = ways.map(|way| {
            let one = |method| counter!("callwright_sip_requests_total", "direction" => way, "method" => method);
            METHODS.map(one).to_vec()
        });
        let responses = ways.map(|way| {
            let of_class = |method, class| {
                counter!("callwright_sip_responses_total", "direction" => way, "method" => method, "class" => class)
            };
            METHODS.map(|method| CLASSES.map(|class| of_class(method, class)).to_vec()).to_vec()
        });
        let homer = match &settings.hep {
            Some(address) => Some(Homer::start(address.clone(), settings)?),
            None => None,
        };
        Ok(Arc::new(Self { kept: Mutex::new(Signalling::new(bounds)), requests, responses, homer }))
    }

    /// The messages of these SIP calls.
    pub fn messages<'a>(&self, call_ids: impl IntoIterator<Item = &'a str>) -> Kept {
        self.lock().of(call_ids)
    }

    /// Shows how much is kept.
    pub fn measure(&self) {
        let (calls, bytes) = self.lock().size();
        gauge!("callwright_signalling_kept_legs").set(calls as f64);
        gauge!("callwright_signalling_kept_bytes").set(bytes as f64);
    }

    /// Held for some microseconds, and never left half changed.
    fn lock(&self) -> std::sync::MutexGuard<'_, Signalling> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, inbound: bool, head: &Head<'_>) {
        let way = usize::from(!inbound);
        let method = METHODS.iter().position(|method| *method == head.method).unwrap_or(METHODS.len() - 1);
        match head.status {
            None => self.requests[way][method].increment(1),
            Some(status @ 100..700) => self.responses[way][method][usize::from(status / 100) - 1].increment(1),
            Some(_) => {}
        }
    }
}

impl MessageTap for SipWatch {
    fn saw(&self, message: &Passing<'_>) {
        let Some(head) = head(message.data) else { return };
        self.count(message.inbound, &head);
        let at_us = jiff::Timestamp::now().as_microsecond();
        let way = if message.inbound { Way::In } else { Way::Out };
        let ends = (message.local, message.remote);
        self.lock().add(at_us, way, message.protocol.via_token(), ends, message.data);
        if let Some(homer) = &self.homer {
            homer.tell(at_us, message, head.call_id);
        }
    }
}

impl Homer {
    fn start(address: String, settings: &TelemetrySection) -> Result<Self, WatchFailure> {
        if address.rsplit_once(':').is_none_or(|(host, port)| host.is_empty() || port.parse::<u16>().is_err()) {
            return Err(WatchFailure::Address(address));
        }
        let password = settings.resolve_hep_password()?.unwrap_or_else(|| SecretString::from(String::new()));
        let (copies, waiting) = mpsc::channel(COPIES);
        tokio::spawn(send(address, waiting));
        let dropped = counter!("callwright_hep_dropped_total");
        Ok(Self { copies, agent: settings.hep_id, password, dropped })
    }

    fn tell(&self, at_us: i64, message: &Passing<'_>, call_id: &str) {
        let (from, to) =
            if message.inbound { (message.remote, message.local) } else { (message.local, message.remote) };
        // The collector is not ours alone: no credentials or keys leave by it.
        let payload = telemetry::message::without_secrets(message.data, hep::MAX_PAYLOAD);
        let packet = hep::Packet {
            from,
            to,
            stream: message.protocol != Protocol::Udp,
            at_us,
            agent: self.agent,
            password: self.password.expose_secret(),
            correlation: call_id,
            payload: payload.as_bytes(),
        };
        if self.copies.try_send(hep::encode(&packet)).is_err() {
            self.dropped.increment(1);
        }
    }
}

async fn send(address: String, mut waiting: mpsc::Receiver<Vec<u8>>) {
    let (sent, dropped) = (counter!("callwright_hep_sent_total"), counter!("callwright_hep_dropped_total"));
    let mut to: Option<(UdpSocket, SocketAddr)> = None;
    let mut looked_up = tokio::time::Instant::now();
    while let Some(packet) = waiting.recv().await {
        if to.is_none() || looked_up.elapsed() > LOOK_UP {
            looked_up = tokio::time::Instant::now();
            let found = open(&address).await;
            if found.is_none() && to.is_none() {
                tracing::warn!("the collector of `telemetry.hep` cannot be reached: its name or the network is wrong");
                // What waits meanwhile is dropped by the bound of the queue.
                tokio::time::sleep(Duration::from_secs(5)).await;
            }
            to = found.or(to);
        }
        match &to {
            Some((socket, address)) if socket.send_to(&packet, address).await.is_ok() => sent.increment(1),
            _ => dropped.increment(1),
        }
    }
}

async fn open(address: &str) -> Option<(UdpSocket, SocketAddr)> {
    let to = tokio::net::lookup_host(address).await.ok()?.next()?;
    let here: SocketAddr = if to.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0_u16; 8], 0).into() };
    Some((UdpSocket::bind(here).await.ok()?, to))
}
