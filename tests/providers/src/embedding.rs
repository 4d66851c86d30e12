//! OpenAI-compatible embeddings: `POST /v1/embeddings`, with vectors that mean something although no model made them.
//!
//! Format: <https://platform.openai.com/docs/api-reference/embeddings/create>, as of 2026-11-21: JSON with `model` and
//! `input`, a text or several; the answer is `{"data": [{"index", "embedding"}]}`, here the last text first, as the order
//! is not promised.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request as HttpRequest;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::concepts::CONCEPTS;
use crate::paced::{self, Odd};
use crate::server::{self, Double, Records, is_a_double};
use crate::{Script, Step, chat};

/// Numbers of a vector.
const DIMENSIONS: usize = 384;
/// How many of them something is spread over.
const SPREAD: u64 = 6;
/// What a word of at most three letters is worth: most of them say nothing.
const SMALL: f32 = 0.15;
/// What a concept is worth beside a word.
const CONCEPT: f32 = 1.5;

/// An OpenAI-compatible server of embeddings. [`Double::url`] with `/v1` is its base. The model chooses what is close:
///
/// - `letters`: texts that share words and pieces of words, three and four letters long. Poor: it knows no meaning.
/// - `concepts`: also texts with words of the same concept, from a list of some forty that was written by hand.
///
/// Any other is refused with 404.
#[derive(Debug)]
pub struct EmbeddingDouble(Double);

is_a_double!(EmbeddingDouble);

impl EmbeddingDouble {
    /// Starts it.
    pub async fn start(script: impl Into<Script<()>>) -> io::Result<Self> {
        let script = script.into();
        let routes = |records: Arc<Records>| {
            let handler = move |request: HttpRequest| answer(request, script.clone(), Arc::clone(&records));
            Router::new().route("/v1/embeddings", post(handler))
        };
        Double::start(routes).await.map(Self)
    }
}

async fn answer(request: HttpRequest, script: Script<()>, records: Arc<Records>) -> Response {
    let request = server::read(request).await;
    let at = records.note(request.clone());
    let Step { manner, .. } = script.step(&request, at);
    if let Some(refusal) = paced::refusal(manner, chat::error) {
        tokio::time::sleep(manner.first_byte).await;
        return refusal;
    }
    let body = request.json();
    let concepts = match body["model"].as_str() {
        Some("letters") => false,
        Some("concepts") => true,
        _ => return (StatusCode::NOT_FOUND, chat::error(404)).into_response(),
    };
    let Some(texts) = texts(&body["input"]) else {
        return (StatusCode::BAD_REQUEST, chat::error(400)).into_response();
    };
    let item = |(index, text): (usize, &String)| json!({ "object": "embedding", "index": index, "embedding": vector(text, concepts) });
    let data: Vec<Value> = texts.iter().enumerate().rev().map(item).collect();
    let read = texts.iter().map(|text| text.len() / 4).sum::<usize>();
    let body = json!({ "object": "list", "model": body["model"], "data": data,
        "usage": { "prompt_tokens": read, "total_tokens": read } });
    let odd = Odd { malformed: Bytes::from_static(b"{\"data\":["), error: Bytes::from(chat::error(500)) };
    paced::respond(records, manner, "application/json", vec![Bytes::from(body.to_string())], odd).await
}

fn texts(input: &Value) -> Option<Vec<String>> {
    match input {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(texts) => texts.iter().map(|text| text.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
    .filter(|texts| !texts.is_empty())
}

/// The vector of a text, of length 1.
fn vector(text: &str, concepts: bool) -> Vec<f32> {
    let mut vector = vec![0.0; DIMENSIONS];
    for word in fold(text).split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let letters: Vec<char> = ['^'].into_iter().chain(word.chars()).chain(['$']).collect();
        let worth = if letters.len() <= 5 { SMALL } else { 1.0 };
        add(&mut vector, word, worth);
        let pieces: Vec<String> =
            [3, 4].iter().flat_map(|&size| letters.windows(size)).map(String::from_iter).collect();
        for piece in &pieces {
            add(&mut vector, piece, worth / (pieces.len() as f32).sqrt());
        }
        if concepts {
            let stands = |stems: &&str| stems.split(' ').any(|stem| stands_for(word, stem));
            for (number, _) in CONCEPTS.iter().enumerate().filter(|(_, stems)| stands(stems)) {
                add(&mut vector, &format!("concept {number}"), CONCEPT);
            }
        }
    }
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    vector.iter().map(|number| number / length).collect()
}

/// Words are known by their beginning; long ones also within others, as German builds them.
fn stands_for(word: &str, stem: &str) -> bool {
    word.starts_with(stem) || stem.len() >= 5 && word.contains(stem)
}

/// Adds something to a vector, at places and with signs that hang on its name alone.
fn add(vector: &mut [f32], name: &str, worth: f32) {
    for turn in 0..SPREAD {
        let hash = hash(name, turn);
        let sign = if hash & 1 == 0 { 1.0 } else { -1.0 };
        vector[(hash >> 8) as usize % DIMENSIONS] += sign * worth;
    }
}

/// FNV-1a, mixed at its end as `SplitMix64` does.
fn hash(name: &str, turn: u64) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ turn.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for byte in name.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash ^ (hash >> 27)
}

/// Lower case without the accents of our five languages.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'ä' | 'á' | 'à' | 'â' => folded.push('a'),
            'é' | 'è' | 'ê' | 'ë' => folded.push('e'),
            'í' | 'ì' | 'î' | 'ï' => folded.push('i'),
            'ö' | 'ó' | 'ò' | 'ô' => folded.push('o'),
            'ü' | 'ú' | 'ù' | 'û' => folded.push('u'),
            'ç' => folded.push('c'),
            'ñ' => folded.push('n'),
            'ß' => folded.push_str("ss"),
            'œ' => folded.push_str("oe"),
            letter => folded.push(letter),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closeness(a: &str, b: &str, concepts: bool) -> f32 {
        vector(a, concepts).iter().zip(vector(b, concepts)).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn what_means_the_same_is_close() {
        assert!((closeness("Parking", "Parking", false) - 1.0).abs() < 1e-4);
        assert!(closeness("Parkplatz", "parken", false) > closeness("Parkplatz", "Frühstück", false) + 0.05);
        let (near, far) = ("the garage below the house", "breakfast on the terrace");
        let question = "where do I leave my car";
        assert!(closeness(question, near, true) > closeness(question, far, true) + 0.1);
        assert!(closeness(question, near, false) < closeness(question, near, true) - 0.1);
    }

    #[test]
    fn only_texts_are_embedded() {
        assert_eq!(texts(&json!("one")).map(|texts| texts.len()), Some(1));
        assert_eq!(texts(&json!(["one", "two"])).map(|texts| texts.len()), Some(2));
        assert!([json!([]), json!([1]), json!(null)].iter().all(|input| texts(input).is_none()));
    }
}
