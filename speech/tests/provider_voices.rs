//! Voices behind a network, against local servers that speak their formats and misbehave as told.

use std::sync::Arc;
use std::time::Duration;

use call_model::SampleRate;
use provider_doubles::{ElevenDouble, Fault, Manner, Script, SpeechDouble, Step, VoiceAnswer};
use speech::provider::{
    ElevenSettings, ElevenVoice, Endpoint, Limits, OpenAiVoice, OpenAiVoiceSettings, ProviderError, ProviderVoice,
};
use speech::{Router, SpeakError, SpeechChunk, SpeechStream, Synthesizer, Utterance, VoiceInfo};

/// More than anything takes here, on a machine that does much else.
const PATIENCE: Duration = Duration::from_mins(1);

const TEXT: &str = "We open at nine, and we close at five. Is that all right?";

/// Limits that only a script reaches.
fn patient() -> Limits {
    Limits { connect: PATIENCE, first_byte: PATIENCE, within: PATIENCE, stall: PATIENCE, attempts: 2 }
}

fn endpoint(url: String, limits: Limits) -> Endpoint {
    let key = Some("sk-secret".to_owned().into());
    Endpoint { limits, keep_warm: None, ..Endpoint::new(url, key) }
}

fn openai(double: &SpeechDouble, limits: Limits) -> OpenAiVoice {
    let voices = vec![ProviderVoice::new("alloy")];
    OpenAiVoice::new(OpenAiVoiceSettings::new(endpoint(double.url("/v1"), limits), voices)).expect("a voice")
}

fn eleven(double: &ElevenDouble, limits: Limits) -> ElevenVoice {
    let voices = vec![ProviderVoice { name: "anna".into(), id: "id1".into(), language: "en".into() }];
    ElevenVoice::new(ElevenSettings::new(endpoint(double.ws_url(""), limits), voices)).expect("a voice")
}

fn say(voice: &dyn Synthesizer, text: &str) -> SpeechStream {
    voice.speak(Utterance { text: text.into(), language: "en-GB".into(), voice: None, keep: true })
}

async fn all(mut stream: SpeechStream) -> Vec<Result<SpeechChunk, SpeakError>> {
    let mut items = Vec::new();
    while let Some(item) = stream.next().await {
        items.push(item);
    }
    items
}

async fn heard(voice: &dyn Synthesizer, text: &str) -> Vec<SpeechChunk> {
    all(say(voice, text)).await.into_iter().map(|item| item.expect("speech")).collect()
}

fn text(chunks: &[SpeechChunk]) -> String {
    chunks.iter().map(|chunk| &*chunk.text).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Words with their times from the start of the utterance, in ms.
fn words(chunks: &[SpeechChunk]) -> Vec<(String, u32, u32)> {
    let mut before = 0;
    let mut words = Vec::new();
    for chunk in chunks {
        let times = chunk.words.as_deref().unwrap_or_default();
        words.extend(times.iter().map(|word| (word.text.clone(), before + word.from_ms, before + word.to_ms)));
        before += (chunk.samples.len() as f64 / 16.0).round() as u32;
    }
    words
}

fn ms(chunks: &[SpeechChunk]) -> u64 {
    chunks.iter().map(|chunk| chunk.samples.len() as u64).sum::<u64>() / 16
}

/// The double's tones: 60 ms for each character, silence for what is no letter.
fn tone_ms(text: &str) -> u64 {
    text.chars().count() as u64 * 60
}

#[tokio::test]
async fn an_openai_voice_is_streamed_in_whole_frames() {
    let double = SpeechDouble::start(VoiceAnswer::default()).await.expect("a server");
    let voice = openai(&double, patient());
    let chunks = heard(&voice, TEXT).await;
    assert!(chunks.len() > 5, "{} chunks", chunks.len());
    assert!(chunks.iter().all(|chunk| chunk.rate == SampleRate::Wide));
    let (_, but_last) = chunks.split_last().expect("chunks");
    assert!(but_last.iter().all(|chunk| chunk.samples.len() % 320 == 0));
    // 24 kHz became 16 kHz: the same length, but for the rest of a step.
    assert!(ms(&chunks).abs_diff(tone_ms(TEXT)) <= 20, "{} ms", ms(&chunks));
    assert_eq!(text(&chunks), TEXT);
    let asked = double.requests();
    assert_eq!(asked[0].header("authorization"), "Bearer sk-secret");
    let body = asked[0].json();
    assert_eq!((&body["voice"], &body["input"]), (&"alloy".into(), &TEXT.into()));
    assert!(!format!("{voice:?}").contains("sk-secret"));
}

#[tokio::test]
async fn breaks_are_silence() {
    let double = SpeechDouble::start(VoiceAnswer::default()).await.expect("a server");
    let voice = openai(&double, patient());
    let chunks = heard(&voice, "One. <break time=\"300ms\"/> <say-as interpret-as=\"digits\">12</say-as>!").await;
    assert!(chunks.iter().any(|chunk| chunk.text.is_empty() && chunk.samples.len() == 4_800));
    assert_eq!(text(&chunks), "One. 12!");
    let inputs: Vec<_> = double.requests().iter().map(|request| request.json()["input"].clone()).collect();
    assert_eq!(inputs, ["One.", "one two!"]);
}

#[tokio::test]
async fn connections_are_kept() {
    let double = SpeechDouble::start(VoiceAnswer::default()).await.expect("a server");
    let voice = openai(&double, patient());
    for _ in 0..8 {
        heard(&voice, "Hello there.").await;
    }
    // One comes back to the pool a moment after its answer: so the next question may be too early for it.
    assert!(double.connections() <= 2, "{} connections", double.connections());
}

#[tokio::test]
async fn the_pace_is_learned() {
    let double = SpeechDouble::start(VoiceAnswer::Tones { ms_per_char: 110 }).await.expect("a server");
    let voice = openai(&double, patient());
    let mut off = Vec::new();
    for _ in 0..12 {
        let chunks = heard(&voice, TEXT).await;
        let words = words(&chunks);
        // "all" begins after 46 characters.
        let found = words.iter().find(|(word, _, _)| word == "all").expect("the word").1;
        off.push(found.abs_diff(TEXT.find("all").expect("the word") as u32 * 110));
    }
    assert!(off[11] < 500 && off[11] < off[0], "{off:?}");
}

#[tokio::test]
async fn eleven_tells_where_its_words_lie() {
    let double = ElevenDouble::start(VoiceAnswer::default()).await.expect("a server");
    let voice = eleven(&double, patient());
    let chunks = heard(&voice, TEXT).await;
    assert_eq!(text(&chunks), TEXT);
    let found = words(&chunks);
    let mut at = 0;
    for (word, (said, from, to)) in TEXT.split(' ').zip(&found) {
        let start = at as u32 * 60;
        at += word.chars().count() + 1;
        assert_eq!(said, word);
        assert!(from.abs_diff(start) <= 2, "`{word}` at {from}, not at {start}");
        // A word that goes on in the next piece ends with the chunk that it began in, or later.
        assert!(to > from && *to <= at as u32 * 60, "`{word}` ends at {to}");
    }
    let request = &double.requests()[0];
    assert_eq!(request.header("xi-api-key"), "sk-secret");
    assert_eq!(request.path, "/v1/text-to-speech/id1/stream-input");
    assert_eq!(request.param("output_format").as_deref(), Some("pcm_16000"));
    assert!(!format!("{voice:?}").contains("sk-secret"));
}

#[tokio::test]
async fn eleven_finds_a_connection_that_waits() {
    let double = ElevenDouble::start(VoiceAnswer::default()).await.expect("a server");
    let voices = vec![ProviderVoice::new("id1")];
    let endpoint = Endpoint { keep_warm: Some(PATIENCE), ..endpoint(double.ws_url(""), patient()) };
    let voice = ElevenVoice::new(ElevenSettings { warm: 1, ..ElevenSettings::new(endpoint, voices) }).expect("a voice");
    // The first message is there before anything is to be said.
    double.wait_for_message(|message| message.contains("\"text\":\" \"")).await;
    assert_eq!(text(&heard(&voice, "Hello there.").await), "Hello there.");
    // Another one waits in its place.
    double.wait_for_requests(2).await;
}

/// What each voice does at each fault: the outcome of its only or last item, and how often it asked.
async fn outcome_openai(steps: Vec<Step<VoiceAnswer>>, limits: Limits) -> (Result<(), SpeakError>, usize) {
    let double = SpeechDouble::start(Script::in_order(steps)).await.expect("a server");
    let voice = openai(&double, limits);
    let last = all(say(&voice, TEXT)).await.pop().expect("an item");
    (last.map(drop), double.requests().len())
}

async fn outcome_eleven(steps: Vec<Step<VoiceAnswer>>, limits: Limits) -> (Result<(), SpeakError>, usize) {
    let double = ElevenDouble::start(Script::in_order(steps)).await.expect("a server");
    let voice = eleven(&double, limits);
    let last = all(say(&voice, TEXT)).await.pop().expect("an item");
    (last.map(drop), double.requests().len())
}

fn good() -> Step<VoiceAnswer> {
    Step::from(VoiceAnswer::default())
}

#[tokio::test]
async fn what_passes_is_tried_again_before_the_first_byte() {
    for fault in [Fault::Status(500), Fault::Status(503), Fault::TooMany { retry_after_s: 0 }, Fault::Cut { after: 0 }]
    {
        assert_eq!(outcome_openai(vec![Step::failing(fault), good()], patient()).await, (Ok(()), 2), "{fault:?}");
        assert_eq!(outcome_eleven(vec![Step::failing(fault), good()], patient()).await, (Ok(()), 2), "{fault:?}");
    }
}

#[tokio::test]
async fn what_stays_is_not_tried_again() {
    let steps = || vec![Step::failing(Fault::Status(401)), good()];
    let refused = |outcome: (Result<(), SpeakError>, usize)| {
        assert!(matches!(&outcome.0, Err(SpeakError::Unavailable { reason }) if reason.starts_with("HTTP 401")));
        assert_eq!(outcome.1, 1);
    };
    refused(outcome_openai(steps(), patient()).await);
    refused(outcome_eleven(steps(), patient()).await);
}

#[tokio::test]
async fn a_wait_longer_than_the_limit_is_not_waited() {
    let limits = Limits { within: Duration::from_secs(5), ..patient() };
    let steps = || vec![Step::failing(Fault::TooMany { retry_after_s: 3_600 }), good()];
    assert_eq!(outcome_openai(steps(), limits).await, (Err(SpeakError::Overloaded), 1));
    assert_eq!(outcome_eleven(steps(), limits).await, (Err(SpeakError::Overloaded), 1));
}

#[tokio::test]
async fn a_slow_first_byte_has_a_limit() {
    let first_byte = Duration::from_millis(50);
    let limits = Limits { first_byte, ..patient() };
    let never = Step::from(VoiceAnswer::default()).in_manner(Manner::slow(3_600_000, 1.0));
    let timed_out = Err(SpeakError::TimedOut { limit: first_byte });
    // How many of its tries reach the server in so short a time is the machine's affair.
    assert_eq!(outcome_openai(vec![never.clone()], limits).await.0, timed_out);
    assert_eq!(outcome_eleven(vec![never], limits).await.0, timed_out);
}

#[tokio::test]
async fn after_the_first_byte_nothing_is_tried_again() {
    let limits = Limits { stall: Duration::from_millis(50), ..patient() };
    let steps = |fault| vec![good().but(fault), good()];
    let stalled = Err(SpeakError::TimedOut { limit: limits.stall });
    assert_eq!(outcome_openai(steps(Fault::Stall { after: 3 }), limits).await, (stalled.clone(), 1));
    assert_eq!(outcome_eleven(steps(Fault::Stall { after: 3 }), limits).await, (stalled, 1));
    for outcome in [
        outcome_openai(steps(Fault::Cut { after: 3 }), patient()).await,
        outcome_eleven(steps(Fault::Cut { after: 3 }), patient()).await,
    ] {
        assert!(matches!(outcome, (Err(SpeakError::Engine { .. }), 1)), "{outcome:?}");
    }
    let told = outcome_eleven(steps(Fault::Error { after: 2 }), patient()).await;
    assert!(matches!(told, (Err(SpeakError::Unavailable { .. }), 1)), "{told:?}");
}

#[tokio::test]
async fn a_malformed_piece_is_left_out() {
    let step = good().but(Fault::Malformed { after: 1 });
    assert_eq!(outcome_openai(vec![step.clone()], patient()).await, (Ok(()), 1));
    assert_eq!(outcome_eleven(vec![step], patient()).await, (Ok(()), 1));
}

#[tokio::test]
async fn silence_is_no_answer() {
    let silent = VoiceAnswer::Samples(vec![0; 24_000].into());
    let (outcome, _) = outcome_openai(vec![Step::from(silent)], patient()).await;
    assert!(matches!(outcome, Err(SpeakError::Engine { .. })), "{outcome:?}");
}

#[tokio::test]
async fn whoever_stops_listening_ends_the_work() {
    let slow = good().in_manner(Manner::slow(0, 0.001));
    let double = SpeechDouble::start(Script::always(slow.clone())).await.expect("a server");
    let voice = openai(&double, patient());
    let stream = say(&voice, TEXT);
    double.wait_for_requests(1).await;
    drop(stream);
    double.wait_for_abandoned(1).await;
}

#[tokio::test]
async fn what_cannot_be_said_is_refused() {
    let double = SpeechDouble::start(VoiceAnswer::default()).await.expect("a server");
    let voice = openai(&double, patient());
    let long = all(say(&voice, &"x".repeat(5_000))).await;
    assert_eq!(
        long.into_iter().map(|item| item.map(drop)).collect::<Vec<_>>(),
        [Err(SpeakError::TextTooLong { chars: 5_000, limit: 4_000 })]
    );
    assert!(all(say(&voice, " - ")).await.is_empty());
    let nobody = OpenAiVoice::new(OpenAiVoiceSettings::new(Endpoint::new("https://example.org/v1", None), Vec::new()));
    assert!(matches!(nobody, Err(ProviderError::NoVoice)));
    let wrong = Endpoint::new("example.org", None);
    let wrong = OpenAiVoice::new(OpenAiVoiceSettings::new(wrong, vec![ProviderVoice::new("a")]));
    assert!(matches!(wrong, Err(ProviderError::Url { .. })));
}

/// A built-in voice that needs nothing.
struct BuiltIn;

impl Synthesizer for BuiltIn {
    fn speak(&self, utterance: Utterance) -> SpeechStream {
        let (sink, stream) = SpeechStream::channel(1);
        let said = format!("{} {}", utterance.voice.as_deref().unwrap_or("built-in"), utterance.text);
        tokio::spawn(async move {
            sink.send(Ok(SpeechChunk::estimated(vec![9; 320].into(), SampleRate::Wide, &said))).await
        });
        stream
    }

    fn voices(&self) -> &[VoiceInfo] {
        &[]
    }
}

#[tokio::test]
async fn the_router_chooses_by_the_voices_name() {
    let double = SpeechDouble::start(VoiceAnswer::default()).await.expect("a server");
    let router = Router::new("pico", Arc::new(BuiltIn)).with("openai", Arc::new(openai(&double, patient())));
    let names: Vec<_> = router.voices().iter().map(|voice| voice.name.clone()).collect();
    assert_eq!(names, ["openai:alloy"]);
    let speak = |voice: Option<&str>| {
        let stream = router.speak(Utterance {
            text: "Hi.".into(),
            language: "en".into(),
            voice: voice.map(Into::into),
            keep: true,
        });
        async { text(&all(stream).await.into_iter().map(|item| item.expect("speech")).collect::<Vec<_>>()) }
    };
    assert_eq!(speak(None).await, "built-in Hi.");
    assert_eq!(speak(Some("pico:en-GB")).await, "en-GB Hi.");
    assert_eq!(speak(Some("nobody")).await, "nobody Hi.");
    assert_eq!(double.requests().len(), 0);
    assert_eq!(speak(Some("openai:alloy")).await, "Hi.");
    assert_eq!(speak(Some("alloy")).await, "Hi.");
    let router = router.clone().with_default_voice(Some("openai:alloy".into()));
    assert_eq!(text(&heard(&router, "Hi.").await), "Hi.");
    assert_eq!(router.fallbacks(), [("openai".into(), 0)]);
}

#[tokio::test]
async fn the_built_in_voice_speaks_where_another_fails() {
    let fail = Step::failing(Fault::Status(401));
    let double = SpeechDouble::start(Script::in_order(vec![fail, good()])).await.expect("a server");
    let router = Router::new("pico", Arc::new(BuiltIn))
        .with("openai", Arc::new(openai(&double, patient())))
        .with_default_voice(Some("openai:alloy".into()));
    assert_eq!(text(&heard(&router, "Hi.").await), "built-in Hi.");
    // It is left alone for a while.
    assert_eq!(text(&heard(&router, "Hi.").await), "built-in Hi.");
    assert_eq!(double.requests().len(), 1);
    assert_eq!(router.fallbacks(), [("openai".into(), 2)]);
    let router = router.with_rest(Duration::ZERO);
    let double = SpeechDouble::start(Script::in_order(vec![Step::failing(Fault::Status(500)), good()])).await;
    let double = double.expect("a server");
    let limits = Limits { attempts: 1, ..patient() };
    let router = router.with("other", Arc::new(openai(&double, limits))).with_default_voice(Some("other:alloy".into()));
    assert_eq!(text(&heard(&router, "Hi.").await), "built-in Hi.");
    assert_eq!(text(&heard(&router, "Hi.").await), "Hi.");
}

#[tokio::test]
async fn a_voice_that_fails_in_mid_speech_is_not_replaced() {
    let double = SpeechDouble::start(Script::always(good().but(Fault::Cut { after: 5 }))).await.expect("a server");
    let router = Router::new("pico", Arc::new(BuiltIn))
        .with("openai", Arc::new(openai(&double, patient())))
        .with_default_voice(Some("openai:alloy".into()));
    let items = all(say(&router, TEXT)).await;
    assert!(items[0].is_ok() && items.last().is_some_and(Result::is_err));
    assert_eq!(router.fallbacks(), [("openai".into(), 0)]);
}
