//! A place that webhooks are sent to, which answers as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// How to answer one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    Status(u16),
    /// A status with Retry-After, seconds.
    After(u16, u64),
    /// Close the connection without a word.
    Drop,
    /// Read the request and say nothing until the other side goes.
    Silence,
}

/// What came in.
#[derive(Debug)]
pub struct Received {
    pub id: String,
    pub timestamp: i64,
    pub signature: String,
    pub raw: String,
    pub body: Value,
}

pub struct Receiver {
    pub url: String,
    pub received: mpsc::UnboundedReceiver<Received>,
}

impl Receiver {
    /// Answers by `replies`, and 204 when there are no more.
    pub async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, received) = mpsc::unbounded_channel();
        let replies: Arc<Mutex<VecDeque<Reply>>> = Arc::new(Mutex::new(replies.into_iter().collect()));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, sender.clone(), replies.clone()));
            }
        });
        Self { url, received }
    }

    pub async fn next(&mut self) -> Received {
        self.received.recv().await.unwrap()
    }
}

async fn answer(mut stream: TcpStream, sender: mpsc::UnboundedSender<Received>, replies: Arc<Mutex<VecDeque<Reply>>>) {
    let mut bytes = Vec::new();
    let (head, length) = loop {
        let mut part = [0; 4_096];
        let count = stream.read(&mut part).await.unwrap_or(0);
        if count == 0 {
            return;
        }
        bytes.extend(&part[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some(end) = text.find("\r\n\r\n") else { continue };
        let length: usize = header(&text, "content-length").parse().unwrap();
        if bytes.len() >= end + 4 + length {
            break (text, end + 4);
        }
    };
    let raw = String::from_utf8(bytes[length..].to_vec()).unwrap();
    let received = Received {
        id: header(&head, "webhook-id"),
        timestamp: header(&head, "webhook-timestamp").parse().unwrap(),
        signature: header(&head, "webhook-signature"),
        body: serde_json::from_str(&raw).unwrap(),
        raw,
    };
    let reply = replies.lock().unwrap().pop_front().unwrap_or(Reply::Status(204));
    let _ = sender.send(received);
    let text = match reply {
        Reply::Drop => return,
        Reply::Silence => {
            // Until the other side closes.
            let _ = stream.read(&mut [0; 1]).await;
            return;
        }
        Reply::Status(status) if (300..400).contains(&status) => {
            format!("HTTP/1.1 {status} x\r\nlocation: /elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        }
        Reply::Status(status) => format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
        Reply::After(status, seconds) => {
            format!("HTTP/1.1 {status} x\r\nretry-after: {seconds}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        }
    };
    let _ = stream.write_all(text.as_bytes()).await;
}

fn header(head: &str, name: &str) -> String {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")));
    line.map(|line| line[name.len() + 1..].trim().to_owned()).unwrap_or_default()
}
