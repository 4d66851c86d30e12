//! Embeddings, with vectors that were made for the test and against a server without a model.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use knowledge::embed::{EmbedError, Embedder, OpenAiEmbedder, OpenAiEmbedderSettings, Vectors};
use knowledge::{Language, Library, Passage, Settings};
use provider_doubles::{EmbeddingDouble, Fault, Script, Step};

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

fn settings(double: &EmbeddingDouble, model: &str) -> OpenAiEmbedderSettings {
    OpenAiEmbedderSettings {
        backoff: Duration::from_millis(1),
        ..OpenAiEmbedderSettings::new(double.url("/v1"), model)
    }
}

#[tokio::test]
async fn a_server_is_asked_as_openai_is() {
    let double = EmbeddingDouble::start(()).await.unwrap();
    let embedder = OpenAiEmbedder::new(settings(&double, "letters")).unwrap();
    let texts = ["sauna".to_owned(), "breakfast".to_owned()];
    let both = embedder.embed(&texts).await.unwrap();
    // The double answers in another order than it was asked.
    for (vector, text) in both.iter().zip(&texts) {
        assert_eq!(embedder.embed(std::slice::from_ref(text)).await.unwrap(), std::slice::from_ref(vector));
    }
    let request = double.requests()[0].json();
    assert_eq!(request["input"], serde_json::json!(texts));
    assert_eq!((&request["model"], &request["encoding_format"]), (&"letters".into(), &"float".into()));
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not() {
    let busy = Step::failing(Fault::Status(503));
    let double = EmbeddingDouble::start(Script::in_order(vec![busy, ().into()])).await.unwrap();
    let text = ["sauna".to_owned()];
    let embedder = OpenAiEmbedder::new(settings(&double, "letters")).unwrap();
    assert_eq!(embedder.embed(&text).await.unwrap().len(), 1);
    assert_eq!(double.requests().len(), 2);
    let unknown = OpenAiEmbedder::new(settings(&double, "nobody's")).unwrap();
    assert_eq!(unknown.embed(&text).await, Err(EmbedError::Refused { status: 404 }));
    assert_eq!(double.requests().len(), 3);
}
