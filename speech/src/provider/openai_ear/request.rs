//! The form that is sent for an utterance, and the answer to it.

use bytes::Bytes;
use call_model::{SampleRate, Word};
use serde::Deserialize;

use super::super::failure::Failure;
use super::super::utterances::Utterance;
use crate::words::spread;
use crate::{HearingEvent, ListenRequest};

/// Between the parts of the form: nothing that a WAV file or a setting holds (RFC 7578 section 4.1).
const BOUNDARY: &str = "callwright-5d0f3c2e8b6a49f1a7c4";

/// Words whose log probability is below this are improbable: the value that Whisper's own decoder uses.
const IMPROBABLE: f64 = -1.0;

/// The names of languages in answers; the vendor writes them out.
const LANGUAGES: [(&str, &str); 12] = [
    ("english", "en"),
    ("german", "de"),
    ("french", "fr"),
    ("spanish", "es"),
    ("italian", "it"),
    ("dutch", "nl"),
    ("portuguese", "pt"),
    ("polish", "pl"),
    ("turkish", "tr"),
    ("russian", "ru"),
    ("ukrainian", "uk"),
    ("arabic", "ar"),
];

/// What is asked.
pub(super) struct Question<'q> {
    pub(super) model: &'q str,
    pub(super) verbose: bool,
    pub(super) request: &'q ListenRequest,
    pub(super) utterance: &'q Utterance,
}

impl Question<'_> {
    /// The type and the body of the form.
    pub(super) fn form(&self) -> (String, Bytes) {
        let mut body = Vec::with_capacity(self.utterance.samples.len() * 2 + 1_024);
        let mut field = |name: &str, value: &str| {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(head.as_bytes());
        };
        field("model", self.model);
        if self.verbose {
            field("response_format", "verbose_json");
            field("timestamp_granularities[]", "word");
            field("timestamp_granularities[]", "segment");
        } else {
            field("response_format", "json");
        }
        if let Some(code) = language_code(self.request) {
            field("language", &code);
        }
        if !self.request.hints.is_empty() {
            field("prompt", &self.request.hints.join(", ").replace(['\r', '\n'], " "));
        }
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"speech.wav\"\r\n\
             Content-Type: audio/wav\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        write_wav(&mut body, &self.utterance.samples, self.request.rate);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={BOUNDARY}"), body.into())
    }
}

/// The first part of the language's tag, which is what the vendor takes.
fn language_code(request: &ListenRequest) -> Option<String> {
    let code = request.language.as_deref()?.split(['-', '_']).next()?;
    Some(code.to_ascii_lowercase()).filter(|code| !code.is_empty())
}

/// RIFF WAVE, 16-bit linear, mono.
fn write_wav(file: &mut Vec<u8>, samples: &[i16], rate: SampleRate) {
    let bytes = samples.len() as u32 * 2;
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + bytes).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    for number in [16, 0x0001_0001, rate.hz(), rate.hz() * 2, 0x0010_0002] {
        file.extend_from_slice(&u32::to_le_bytes(number));
    }
    file.extend_from_slice(b"data");
    file.extend_from_slice(&bytes.to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
}

#[derive(Debug, Deserialize)]
struct Answer {
    text: String,
    language: Option<String>,
    #[serde(default)]
    words: Vec<AnswerWord>,
    #[serde(default)]
    segments: Vec<Segment>,
}

#[derive(Debug, Deserialize)]
struct AnswerWord {
    word: String,
    start: f64,
    end: f64,
}

#[derive(Debug, Deserialize)]
struct Segment {
    avg_logprob: Option<f64>,
    no_speech_prob: Option<f64>,
}

/// What was understood of an utterance.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Heard {
    pub(super) text: String,
    words: Vec<Word>,
    confidence: Option<f32>,
    language: Option<String>,
    from_ms: u64,
    to_ms: u64,
}

impl Heard {
    pub(super) fn event(&self) -> HearingEvent {
        HearingEvent::Final {
            from_ms: self.from_ms,
            to_ms: self.to_ms,
            text: self.text.clone(),
            words: self.words.clone(),
            confidence: self.confidence,
            language: self.language.clone(),
        }
    }
}

/// Reads an answer; `None` where nothing was understood.
pub(super) fn parse(
    answer: &[u8],
    request: &ListenRequest,
    utterance: &Utterance,
    no_speech: f64,
) -> Result<Option<Heard>, Failure> {
    let answer: Answer = serde_json::from_slice(answer).map_err(|_| Failure::Broken("the answer is no JSON"))?;
    let text = answer.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let silent = |segment: &Segment| {
        segment.no_speech_prob.is_some_and(|prob| prob > no_speech)
            && segment.avg_logprob.is_some_and(|logprob| logprob < IMPROBABLE)
    };
    let all_silent = !answer.segments.is_empty() && answer.segments.iter().all(silent);
    if all_silent || !text.contains(char::is_alphanumeric) {
        return Ok(None);
    }
    let logprobs: Vec<f64> = answer.segments.iter().filter_map(|segment| segment.avg_logprob).collect();
    let mean = logprobs.iter().sum::<f64>() / logprobs.len().max(1) as f64;
    let confidence = (!logprobs.is_empty()).then(|| mean.exp().clamp(0.0, 1.0) as f32);
    let told = answer.language.map(|name| name.to_lowercase());
    let told =
        told.map(|name| LANGUAGES.iter().find(|(long, _)| *long == name).map_or(name, |(_, code)| (*code).into()));
    let language = request.language.clone().or(told);
    let words = if answer.words.is_empty() {
        spread(&text, utterance.from_ms, utterance.to_ms)
    } else {
        answer.words.iter().map(|word| place(word, utterance)).collect()
    };
    let (from_ms, to_ms) = (utterance.from_ms, utterance.to_ms);
    Ok(Some(Heard { text, words, confidence, language, from_ms, to_ms }))
}

/// A word on the call's clock, inside its utterance.
fn place(word: &AnswerWord, utterance: &Utterance) -> Word {
    let at = |seconds: f64| {
        let ms = utterance.start_ms + (seconds.max(0.0) * 1_000.0) as u64;
        ms.clamp(utterance.from_ms, utterance.to_ms)
    };
    let (from_ms, to_ms) = (at(word.start), at(word.end));
    Word { text: word.word.trim().to_owned(), from_ms, to_ms: to_ms.max(from_ms) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utterance() -> Utterance {
        Utterance { start_ms: 700, from_ms: 1_000, to_ms: 2_000, samples: vec![1; 800] }
    }

    fn request() -> ListenRequest {
        ListenRequest { language: None, hints: vec!["Müller".into()], rate: SampleRate::Narrow, partials: true }
    }

    fn read(answer: &str) -> Option<Heard> {
        parse(answer.as_bytes(), &request(), &utterance(), 0.6).expect("JSON")
    }

    #[test]
    fn words_are_put_on_the_calls_clock() {
        let heard = read(
            r#"{"text":" Good morning. ","language":"german","words":[{"word":" Good","start":0.3,"end":0.6},
                {"word":"morning","start":0.7,"end":9.0}],"segments":[{"avg_logprob":-0.105,"no_speech_prob":0.01}]}"#,
        )
        .expect("words");
        assert_eq!((heard.text.as_str(), heard.language.as_deref()), ("Good morning.", Some("de")));
        assert!((heard.confidence.expect("told") - 0.9).abs() < 0.01);
        let times: Vec<_> = heard.words.iter().map(|word| (word.text.as_str(), word.from_ms, word.to_ms)).collect();
        assert_eq!(times, [("Good", 1_000, 1_300), ("morning", 1_400, 2_000)]);
    }

    #[test]
    fn without_times_they_are_estimated_and_silence_is_nothing() {
        let heard = read(r#"{"text":"abcd efgh"}"#).expect("words");
        let times: Vec<_> = heard.words.iter().map(|word| (word.from_ms, word.to_ms)).collect();
        assert_eq!(times, [(1_000, 1_500), (1_500, 2_000)]);
        assert_eq!(read(r#"{"text":" . "}"#), None);
        let silent = r#"{"text":"Thank you.","segments":[{"avg_logprob":-1.3,"no_speech_prob":0.9}]}"#;
        assert_eq!(read(silent), None);
        assert!(parse(b"{", &request(), &utterance(), 0.6).is_err());
    }

    #[test]
    fn the_file_is_a_wav() {
        let (request, utterance) = (request(), utterance());
        let question = Question { model: "m", verbose: false, request: &request, utterance: &utterance };
        let (_, body) = question.form();
        let at = body.windows(4).position(|bytes| bytes == b"RIFF").expect("a file");
        assert_eq!(&body[at + 24..at + 28], &8_000_u32.to_le_bytes());
        assert_eq!(&body[at + 40..at + 44], &1_600_u32.to_le_bytes());
    }
}
