//! Fetching a model from a server that misbehaves.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sha1::{Digest, Sha1};
use speech::models::{FetchError, FetchSettings, ModelInfo, fetch};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with one request.
#[derive(Debug, Clone, Copy)]
enum Answer {
    /// Sends all that was asked for.
    Whole,
    /// Closes the connection after so many bytes of what was asked for.
    CutAfter(usize),
    /// Sends the whole file whatever was asked for.
    IgnoresRange,
    /// Sends so many bytes and then nothing.
    Stalls(usize),
    /// Sends this status.
    Status(u16),
}

/// A server with one file; gives its address and the ranges that were asked for.
async fn serve(file: Vec<u8>, answers: Vec<Answer>) -> (String, Arc<Mutex<Vec<usize>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/models/", listener.local_addr().expect("an address"));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    tokio::spawn(async move {
        let mut open = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let request = read_head(&mut stream).await;
            assert!(request.starts_with("GET /models/ggml-test.bin HTTP/1.1\r\n"), "{request}");
            let from = request
                .to_lowercase()
                .split("range: bytes=")
                .nth(1)
                .map_or(0, |rest| rest.split('-').next().and_then(|from| from.parse().ok()).expect("a range"));
            log.lock().expect("the log").push(from);
            let stalls = matches!(answer, Answer::Stalls(_));
            reply(&mut stream, &file, from, answer).await;
            if stalls {
                open.push(stream);
            }
        }
    });
    (address, asked)
}

async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("a request"));
    }
    String::from_utf8(head).expect("a request in UTF-8")
}

async fn reply(stream: &mut TcpStream, file: &[u8], from: usize, answer: Answer) {
    let from = if matches!(answer, Answer::IgnoresRange) { 0 } else { from };
    let (status, range) = match answer {
        Answer::Status(status) => (status, String::new()),
        _ if from > 0 => (206, format!("content-range: bytes {from}-{}/{}\r\n", file.len() - 1, file.len())),
        _ => (200, String::new()),
    };
    let body = if matches!(answer, Answer::Status(_)) { &[] } else { &file[from..] };
    let length = body.len();
    let head = format!("HTTP/1.1 {status} so\r\ncontent-length: {length}\r\n{range}connection: close\r\n\r\n");
    let sent = match answer {
        Answer::CutAfter(bytes) | Answer::Stalls(bytes) => &body[..bytes],
        _ => body,
    };
    // The other side may be gone already.
    let _ = stream.write_all(&[head.as_bytes(), sent].concat()).await;
    let _ = stream.flush().await;
}

fn file() -> Vec<u8> {
    (0..300_000u32).map(|n| (n * 7 % 251) as u8).collect()
}

fn model(file: &[u8]) -> ModelInfo {
    let sha1: String = format!("{:x}", Sha1::digest(file));
    ModelInfo { name: "test", mebibytes: 1, sha1: sha1.leak() }
}

async fn run(base_url: &str, folder: &Path, model: &ModelInfo) -> (Result<Vec<u8>, FetchError>, u64) {
    run_with(base_url, folder, model, Duration::from_mins(1)).await
}

async fn run_with(
    base_url: &str,
    folder: &Path,
    model: &ModelInfo,
    stall_limit: Duration,
) -> (Result<Vec<u8>, FetchError>, u64) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let settings = FetchSettings {
        base_url: base_url.into(),
        attempts: 3,
        retry_after: Duration::ZERO,
        stall_limit,
        ..FetchSettings::new(folder)
    };
    let mut furthest = 0;
    let client = reqwest::Client::new();
    let fetched = fetch(&client, model, &settings, &mut |progress| furthest = furthest.max(progress.done)).await;
    (fetched.map(|path| std::fs::read(path).expect("the file")), furthest)
}

#[tokio::test]
async fn a_model_is_fetched_once_and_then_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, asked) = serve(file(), vec![Answer::Whole]).await;
    for _ in 0..2 {
        let (fetched, _) = run(&url, &folder.path().join("models"), &model(&file())).await;
        assert_eq!(fetched.expect("the model"), file());
    }
    assert_eq!(*asked.lock().expect("the log"), [0]);
}

#[tokio::test]
async fn a_cut_download_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, asked) = serve(file(), vec![Answer::CutAfter(100_000), Answer::Stalls(50_000), Answer::Whole]).await;
    let limit = Duration::from_secs(1);
    let (fetched, furthest) = run_with(&url, folder.path(), &model(&file()), limit).await;
    assert_eq!(fetched.expect("the model"), file());
    assert_eq!(*asked.lock().expect("the log"), [0, 100_000, 150_000]);
    assert_eq!(furthest, 300_000);
    let left: Vec<_> = folder.path().read_dir().expect("the folder").flatten().map(|it| it.file_name()).collect();
    assert_eq!(left, ["ggml-test.bin"]);
}

#[tokio::test]
async fn what_an_earlier_run_fetched_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("ggml-test.bin.part"), &file()[..200_000]).expect("a part");
    let (url, asked) = serve(file(), vec![Answer::Whole]).await;
    assert_eq!(run(&url, folder.path(), &model(&file())).await.0.expect("the model"), file());
    assert_eq!(*asked.lock().expect("the log"), [200_000]);
}

#[tokio::test]
async fn a_server_without_ranges_sends_it_all_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, _) = serve(file(), vec![Answer::CutAfter(1_000), Answer::IgnoresRange]).await;
    assert_eq!(run(&url, folder.path(), &model(&file())).await.0.expect("the model"), file());
}

#[tokio::test]
async fn a_part_of_another_file_is_fetched_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("ggml-test.bin.part"), vec![1; 200_000]).expect("a part");
    let (url, asked) = serve(file(), vec![Answer::Whole, Answer::Whole]).await;
    assert_eq!(run(&url, folder.path(), &model(&file())).await.0.expect("the model"), file());
    assert_eq!(*asked.lock().expect("the log"), [200_000, 0]);
}

#[tokio::test]
async fn a_wrong_checksum_is_an_error_and_leaves_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, _) = serve(file(), vec![Answer::Whole]).await;
    let (fetched, _) = run(&url, folder.path(), &model(b"something else")).await;
    assert!(matches!(fetched, Err(FetchError::WrongChecksum { .. })), "{fetched:?}");
    assert_eq!(folder.path().read_dir().expect("the folder").count(), 0);
}

#[tokio::test]
async fn what_is_not_there_is_not_asked_for_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, asked) = serve(file(), vec![Answer::Status(404)]).await;
    let (fetched, _) = run(&url, folder.path(), &model(&file())).await;
    assert!(matches!(fetched, Err(FetchError::Status { status }) if status.as_u16() == 404), "{fetched:?}");
    assert_eq!(asked.lock().expect("the log").len(), 1);
}

#[tokio::test]
async fn a_server_in_trouble_is_asked_as_often_as_is_set() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, asked) = serve(file(), vec![Answer::Status(503); 3]).await;
    let (fetched, _) = run(&url, folder.path(), &model(&file())).await;
    assert!(matches!(fetched, Err(FetchError::Status { status }) if status.as_u16() == 503), "{fetched:?}");
    assert_eq!(asked.lock().expect("the log").len(), 3);
}
