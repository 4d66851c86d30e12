//! A webhook's other end: keeps what comes, checks its signature, and fails when it is told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::wait;

/// A request that came.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// What was answered.
    pub status: u16,
}

impl Delivery {
    /// A header field.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The type of the event.
    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().to_owned()
    }

    /// Whether it is signed as Standard Webhooks asks: HMAC-SHA256 of `id.timestamp.body` by the secret's bytes.
    pub fn is_signed_by(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{}.{}.", self.header("webhook-id"), self.header("webhook-timestamp")).as_bytes());
        mac.update(&self.body);
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.header("webhook-signature").split(' ').any(|signature| signature == expected)
    }
}

#[derive(Default)]
struct Kept {
    deliveries: Vec<Delivery>,
    /// What to answer next; then 204.
    answers: VecDeque<u16>,
}

/// A receiver of webhooks.
#[derive(Clone)]
pub struct Receiver {
    /// Its address.
    pub url: String,
    kept: Arc<Mutex<Kept>>,
}

impl Receiver {
    /// Starts one.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/events", listener.local_addr().unwrap());
        let receiver = Self { url, kept: Arc::default() };
        let own = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let receiver = own.clone();
                tokio::spawn(async move { receiver.serve(stream).await });
            }
        });
        receiver
    }

    /// Answers so to what comes next, and 204 after that.
    pub fn answer(&self, statuses: &[u16]) {
        self.kept.lock().unwrap().answers.extend(statuses);
    }

    /// Everything that came.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.kept.lock().unwrap().deliveries.clone()
    }

    /// A delivery, once it has come.
    pub async fn delivery(&self, what: &str, is: impl Fn(&Delivery) -> bool) -> Delivery {
        wait::until(what, async || self.deliveries().into_iter().find(|delivery| is(delivery))).await
    }

    async fn serve(&self, mut stream: TcpStream) {
        let mut bytes = Vec::new();
        loop {
            let Some((headers, start, length)) = head(&bytes) else {
                if !matches!(stream.read_buf(&mut bytes).await, Ok(1..)) {
                    return;
                }
                continue;
            };
            while bytes.len() < start + length {
                if !matches!(stream.read_buf(&mut bytes).await, Ok(1..)) {
                    return;
                }
            }
            let rest = bytes.split_off(start + length);
            let body = bytes.split_off(start);
            bytes = rest;
            let status = {
                let mut kept = self.kept.lock().unwrap();
                let status = kept.answers.pop_front().unwrap_or(204);
                kept.deliveries.push(Delivery { headers, body, status });
                status
            };
            let answer = format!("HTTP/1.1 {status} -\r\ncontent-length: 0\r\n\r\n");
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

/// Names and values.
pub(crate) type Fields = Vec<(String, String)>;

/// The header fields, where the body begins, and how long it is.
pub(crate) fn head(bytes: &[u8]) -> Option<(Fields, usize, usize)> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&bytes[..end]).ok()?;
    let field = |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    let headers: Vec<_> = text.lines().skip(1).filter_map(field).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    Some((headers, end + 4, length.unwrap_or(0)))
}
