//! A system of the business that tools reach by HTTP: it answers as it is told, late, wrongly or not at all, and keeps
//! what it was asked.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::receiver::head;

/// What is done with a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// It is answered at once with this status and this JSON.
    Json(u16, Value),
    /// It is answered with 200 and this JSON, but not before [`Endpoint::release`].
    Held(Value),
    /// It is read, and the connection is cut.
    Cut,
}

/// A request that came.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The method and the path with its query, such as `GET /orders/1`.
    pub line: String,
    /// Header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as JSON; null when it is none.
    pub body: Value,
}

impl Asked {
    /// A header field; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// The running system.
#[derive(Clone)]
pub struct Endpoint {
    /// Its address, without a slash at the end.
    pub url: String,
    replies: Arc<Vec<Reply>>,
    asked: Arc<Mutex<Vec<Asked>>>,
    released: watch::Sender<bool>,
}

impl Endpoint {
    /// Starts one with a reply for each request, in order; the last one again and again.
    pub async fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let endpoint =
            Self { url, replies: Arc::new(replies), asked: Arc::default(), released: watch::Sender::new(false) };
        let own = endpoint.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let endpoint = own.clone();
                tokio::spawn(async move { endpoint.serve(stream).await });
            }
        });
        endpoint
    }

    /// Everything that came.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Lets go what is held, now and from now on.
    pub fn release(&self) {
        self.released.send_replace(true);
    }

    /// One request for each connection: the other side is told to close.
    async fn serve(&self, mut stream: TcpStream) {
        let mut bytes = Vec::new();
        let (headers, start, length) = loop {
            if let Some(head) = head(&bytes) {
                break head;
            }
            if !matches!(stream.read_buf(&mut bytes).await, Ok(1..)) {
                return;
            }
        };
        while bytes.len() < start + length {
            if !matches!(stream.read_buf(&mut bytes).await, Ok(1..)) {
                return;
            }
        }
        let line = String::from_utf8_lossy(&bytes[..start]);
        let line = line.split(" HTTP/").next().unwrap_or_default().to_owned();
        let body = serde_json::from_slice(&bytes[start..start + length]).unwrap_or_default();
        let reply = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(Asked { line, headers, body });
            self.replies.get(asked.len() - 1).or(self.replies.last()).cloned()
        };
        let (status, body) = match reply {
            Some(Reply::Json(status, body)) => (status, body),
            Some(Reply::Held(body)) => {
                // The sender lives as long as `self`.
                let _ = self.released.subscribe().wait_for(|released| *released).await;
                (200, body)
            }
            Some(Reply::Cut) | None => return,
        };
        let body = body.to_string();
        let answer = format!(
            "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        // The other side may have given up.
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}
