//! What leaves the house: a mail server and a calendar server on loopback that fail at first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use agent_tools::calendar::caldav::Remote;
use agent_tools::{Carriers, Courier, ErrandSettings, MailSettings, MailTls, Mailer};
use serde_json::json;
use store::ErrandKind;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::support::{CALLER, Practice, now_ms};

/// A calendar server: what is put there, and its busy times. The first request gets 503.
#[derive(Clone, Default)]
struct Calendar {
    held: Arc<Mutex<HashMap<String, String>>>,
}

impl Calendar {
    async fn serve(self) -> (String, mpsc::UnboundedReceiver<String>) {
        let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/cal/", door.local_addr().unwrap());
        let (seen, watch) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut first = true;
            while let Ok((socket, _)) = door.accept().await {
                let (line, body, mut socket) = read_request(socket).await;
                let (method, path) = line.split_once(' ').unwrap();
                let path = path.split(' ').next().unwrap().to_owned();
                let (status, answer) = match method {
                    "REPORT" => ("200 OK", BUSY),
                    _ if std::mem::take(&mut first) => ("503 Busy", ""),
                    "PUT" => {
                        self.held.lock().unwrap().insert(path, body);
                        ("201 Created", "")
                    }
                    "DELETE" if self.held.lock().unwrap().remove(&path).is_some() => ("204 No Content", ""),
                    _ => ("404 Not Found", ""),
                };
                let reply = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
                    answer.len()
                );
                socket.write_all(reply.as_bytes()).await.unwrap();
                let _ = seen.send(format!("{method} {status}"));
            }
        });
        (url, watch)
    }
}

const BUSY: &str =
    "BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\nFREEBUSY:20261125T080000Z/PT2H\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n";

async fn read_request(socket: tokio::net::TcpStream) -> (String, String, BufReader<tokio::net::TcpStream>) {
    let mut socket = BufReader::new(socket);
    let mut first = String::new();
    socket.read_line(&mut first).await.unwrap();
    let mut length = 0;
    loop {
        let mut line = String::new();
        socket.read_line(&mut line).await.unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    socket.read_exact(&mut body).await.unwrap();
    (first.trim().to_owned(), String::from_utf8(body).unwrap(), socket)
}

fn settings() -> ErrandSettings {
    ErrandSettings { pauses: vec![Duration::ZERO; 3], ..ErrandSettings::default() }
}

fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

#[tokio::test]
async fn appointments_are_put_into_a_calendar_elsewhere_until_it_takes_them() {
    let practice = Practice::open().await;
    let calendar = Calendar::default();
    let (url, mut seen) = calendar.clone().serve().await;
    let remote = Remote { person: "weber".into(), url, user: "w".into(), password: "p".into(), read_busy: false };
    let carriers =
        Carriers { mailer: None, desk: Some(practice.desk.clone()), remotes: vec![remote], client: client() };
    let courier = Courier::start(practice.house.clone(), carriers, settings());
    let caller = practice.call(CALLER).await;
    let order = json!({"service": "checkup", "start": "2026-11-25T11:00", "name": "Miller"});
    caller.ok("book_appointment", order).await;
    assert_eq!(seen.recv().await.unwrap(), "PUT 503 Busy");
    assert_eq!(seen.recv().await.unwrap(), "PUT 201 Created");
    let text = calendar.held.lock().unwrap().values().next().unwrap().clone();
    assert!(text.contains("DTSTART:20261125T100000Z") && text.contains("Miller"), "{text}");
    caller.ok("cancel_appointment", json!({})).await;
    assert_eq!(seen.recv().await.unwrap(), "DELETE 204 No Content");
    courier.stop().await;
}

#[tokio::test]
async fn busy_times_elsewhere_are_not_offered() {
    let practice = Practice::open().await;
    let (url, mut seen) = Calendar::default().serve().await;
    let remote = Remote { person: "weber".into(), url, user: String::new(), password: String::new(), read_busy: true };
    let carriers =
        Carriers { mailer: None, desk: Some(practice.desk.clone()), remotes: vec![remote], client: client() };
    let courier = Courier::start(practice.house.clone(), carriers, settings());
    assert_eq!(seen.recv().await.unwrap(), "REPORT 200 OK");
    // What is read is written down before the courier stops.
    courier.stop().await;
    let caller = practice.call(CALLER).await;
    let found = caller.ok("find_slots", json!({"service": "checkup", "date": "2026-11-25"})).await;
    let times: Vec<_> = found["slots"].as_array().unwrap().iter().map(|slot| slot["start"].as_str().unwrap()).collect();
    assert_eq!(times, ["2026-11-25T08:00", "2026-11-25T11:00", "2026-11-25T12:00"]);
}

/// A mail server that is busy at first (RFC 5321): it gives what it was sent.
async fn mail_server() -> (u16, mpsc::UnboundedReceiver<String>) {
    let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = door.local_addr().unwrap().port();
    let (mails, received) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut first = true;
        while let Ok((socket, _)) = door.accept().await {
            let mut socket = BufReader::new(socket);
            socket.write_all(b"220 here\r\n").await.unwrap();
            let (mut data, mut in_data) = (String::new(), false);
            loop {
                let mut line = String::new();
                if socket.read_line(&mut line).await.unwrap_or(0) == 0 {
                    break;
                }
                let reply = match line.trim_end() {
                    "." if in_data => {
                        in_data = false;
                        mails.send(std::mem::take(&mut data)).unwrap();
                        "250 taken\r\n"
                    }
                    _ if in_data => {
                        data.push_str(&line);
                        continue;
                    }
                    "DATA" => {
                        in_data = true;
                        "354 go on\r\n"
                    }
                    text if text.starts_with("MAIL") && std::mem::take(&mut first) => "451 later\r\n",
                    _ => "250 fine\r\n",
                };
                socket.write_all(reply.as_bytes()).await.unwrap();
            }
        }
    });
    (port, received)
}

#[tokio::test]
async fn a_mail_is_sent_until_it_is_taken() {
    let practice = Practice::open_with("", true).await;
    let (port, mut mails) = mail_server().await;
    let mailer = Mailer::new(MailSettings {
        host: "127.0.0.1".into(),
        port,
        tls: MailTls::None,
        user: String::new(),
        password: String::new(),
        from: "Northwind <desk@example.org>".into(),
        time_limit: Duration::from_secs(10),
    })
    .unwrap();
    let body = json!({"to": "m@example.org", "subject": "Hello\r\nBcc: x@example.org", "text": "Grüße", "ics": null});
    practice.store.add_errand(ErrandKind::Mail, body, now_ms()).await.unwrap();
    let carriers = Carriers { mailer: Some(mailer), desk: None, remotes: Vec::new(), client: client() };
    let courier = Courier::start(practice.house.clone(), carriers, settings());
    let mail = mails.recv().await.unwrap();
    assert!(mail.contains("To: m@example.org") && mail.contains("From: Northwind <desk@example.org>"), "{mail}");
    assert!(!mail.contains("\nBcc:"), "a subject adds no receiver: {mail}");
    courier.stop().await;
    assert_eq!(practice.store.next_errand_ms().await.unwrap(), None);
}
