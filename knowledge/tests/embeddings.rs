//! Embeddings against a server of our own: no model, only vectors that were made for the test.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use knowledge::embed::{EmbedError, Embedder, OpenAiEmbedder, OpenAiEmbedderSettings, Vectors};
use knowledge::{Language, Library, Passage, Settings};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Vectors by a word that the text holds.
struct Toy;

impl Embedder for Toy {
    fn model(&self) -> &'static str {
        "toy"
    }

    fn embed<'a>(&'a self, texts: &'a [String]) -> BoxFuture<'a, Result<Vec<Vec<f32>>, EmbedError>> {
        let vector = |text: &String| {
            let has = |words: [&str; 2]| f32::from(u8::from(words.iter().any(|word| text.contains(word))));
            vec![has(["sauna", "unwind"]), has(["breakfast", "croissant"]), has(["garage", "vehicle"]), 0.1]
        };
        std::future::ready(Ok(texts.iter().map(vector).collect())).boxed()
    }
}

fn passages() -> Vec<Passage> {
    vec![
        Passage::new("sauna", "The sauna", "sauna from four to nine"),
        Passage::new("breakfast", "The buffet", "breakfast from seven to ten"),
        Passage::new("garage", "The garage", "garage below the house"),
    ]
}

#[tokio::test]
async fn meaning_finds_what_words_do_not() {
    let mut vectors = Vectors::new("toy");
    assert_eq!(vectors.complete(&Toy, &passages()).await.unwrap(), 3);
    assert_eq!(vectors.complete(&Toy, &passages()).await.unwrap(), 0);
    let library = Library::build(Language::En, passages(), Settings::default()).unwrap();
    let library = library.with_vectors(Arc::new(vectors));
    let question = "zzz croissant qqq";
    let near = Toy.embed(&[question.to_owned()]).await.unwrap();
    let hits = library.search_near(question, Some(&near[0]));
    assert_eq!(hits[0].passage.id, "breakfast");
    let exact = library.search_near("sauna", Some(&near[0]));
    assert!(exact.iter().any(|hit| hit.passage.id == "sauna"));
}

#[tokio::test]
async fn a_server_is_asked_as_openai_is() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        // The body ends with the array of texts and the fields around it.
        while !request.ends_with(b"}") {
            let mut buffer = [0; 4096];
            let read = stream.read(&mut buffer).await.unwrap();
            request.extend_from_slice(&buffer[..read]);
        }
        let body = r#"{"data":[{"index":1,"embedding":[0.0,2.0]},{"index":0,"embedding":[3.0,0.0]}]}"#;
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all((head + body).as_bytes()).await.unwrap();
        String::from_utf8(request).unwrap()
    });
    let settings = OpenAiEmbedderSettings::new(format!("http://{address}/v1"), "small");
    let embedder = OpenAiEmbedder::new(settings).unwrap();
    let vectors = embedder.embed(&["one".to_owned(), "two".to_owned()]).await.unwrap();
    assert_eq!(vectors, [[3.0, 0.0], [0.0, 2.0]]);
    let request = server.await.unwrap();
    assert!(request.starts_with("POST /v1/embeddings"), "{request}");
    assert!(request.contains("\"model\":\"small\"") && request.contains("[\"one\",\"two\"]"), "{request}");
}
