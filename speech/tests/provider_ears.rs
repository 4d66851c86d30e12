//! Recognisers behind a network, against local servers that speak their formats and misbehave as told.

use std::time::Duration;

use call_model::SampleRate;
use provider_doubles::{
    DeepgramDouble, EarTiming, Fault, Heard, Hesitation, Manner, Script, SpokenTurn, Step, TranscriptAnswer,
    TranscriptionDouble,
};
use speech::provider::{DeepgramEar, DeepgramSettings, Endpoint, Limits, OpenAiEar, OpenAiEarSettings};
use speech::{EarBlock, EarSink, HearError, HearingEvent, HearingStream, ListenRequest, Transcriber};

const PATIENCE: Duration = Duration::from_mins(1);

fn patient() -> Limits {
    Limits { connect: PATIENCE, first_byte: PATIENCE, within: PATIENCE, stall: PATIENCE, attempts: 2 }
}

fn endpoint(url: String) -> Endpoint {
    let key = Some("sk-secret".to_owned().into());
    Endpoint { limits: patient(), keep_warm: None, ..Endpoint::new(url, key) }
}

fn openai(double: &TranscriptionDouble) -> OpenAiEar {
    let endpoint = endpoint(double.url("/v1"));
    let settings = OpenAiEarSettings::new(endpoint.clone());
    OpenAiEar::new(OpenAiEarSettings { endpoint, ..settings }).expect("an ear")
}

fn deepgram(double: &DeepgramDouble, model: &str) -> DeepgramEar {
    let settings = DeepgramSettings::new(endpoint(double.ws_url("")));
    let back_off = (Duration::from_millis(1), Duration::from_millis(5));
    DeepgramEar::new(DeepgramSettings { model: model.into(), back_off, ..settings }).expect("an ear")
}

/// One speaker: what is said goes in, what was heard comes out.
struct Speaker {
    sink: Option<EarSink>,
    stream: HearingStream,
    at_ms: u64,
}

impl Speaker {
    fn new(ear: &dyn Transcriber) -> Self {
        let request = ListenRequest {
            language: Some("en-GB".into()),
            hints: vec!["Dr. Müller".into()],
            rate: SampleRate::Narrow,
            partials: true,
        };
        let (sink, stream) = ear.listen(request);
        Self { sink: Some(sink), stream, at_ms: 10_000 }
    }

    /// Speaks, or is silent. Never more at once than the queue takes.
    async fn go(&mut self, ms: u64, voiced: bool) {
        for _ in 0..ms / 20 {
            let sample = |at: usize| if voiced { ((at as f64 * 0.3).sin() * 4_000.0) as i16 } else { 0 };
            let block = EarBlock { at_ms: self.at_ms, voiced, samples: (0..160).map(sample).collect() };
            self.at_ms += 20;
            while !self.sink.as_mut().expect("a sink").push(block.clone()) {
                tokio::task::yield_now().await;
            }
        }
    }

    fn end(&mut self) {
        self.sink = None;
    }

    /// Everything up to the event that fits.
    async fn until(&mut self, fits: impl Fn(&HearingEvent) -> bool) -> Vec<HearingEvent> {
        let mut events = Vec::new();
        while let Some(event) = self.stream.next().await {
            let last = fits(&event);
            events.push(event);
            if last {
                return events;
            }
        }
        panic!("the session ended after {events:?}");
    }

    async fn rest(mut self) -> Vec<HearingEvent> {
        self.end();
        let mut events = Vec::new();
        while let Some(event) = self.stream.next().await {
            events.push(event);
        }
        events
    }
}

fn is_line(event: &HearingEvent) -> bool {
    matches!(event, HearingEvent::Final { .. })
}

fn is_end(event: &HearingEvent) -> bool {
    matches!(event, HearingEvent::TurnEnded { .. })
}

fn is_failure(event: &HearingEvent) -> bool {
    matches!(event, HearingEvent::Failed { .. })
}

fn lines(events: &[HearingEvent]) -> Vec<&str> {
    let mut lines = Vec::new();
    for event in events {
        if let HearingEvent::Final { text, .. } = event {
            lines.push(text.as_str());
        }
    }
    lines
}

#[tokio::test]
async fn an_utterance_is_sent_whole_and_placed_in_time() {
    let answer = TranscriptAnswer {
        words: vec![("Good".into(), 0.4, 0.6), ("morning.".into(), 0.6, 0.9)],
        ..TranscriptAnswer::text("Good morning.")
    };
    let double = TranscriptionDouble::start(answer).await.expect("a server");
    let mut speaker = Speaker::new(&openai(&double));
    speaker.go(500, false).await;
    speaker.go(600, true).await;
    speaker.go(1_000, false).await;
    let events = speaker.until(is_end).await;
    let kinds: Vec<String> = events.iter().map(|event| format!("{event:?}")).collect();
    let line = "Final { from_ms: 10500, to_ms: 11100, .. }";
    assert_eq!(kinds[..3], ["SpeechStarted { at_ms: 10500 }", "SpeechStopped { at_ms: 11100 }", line]);
    assert_eq!(events.last(), Some(&HearingEvent::TurnEnded { text: "Good morning.".into() }));
    let HearingEvent::Final { words, language, confidence, .. } = &events[2] else { panic!("{events:?}") };
    // 260 ms were heard before the first voice: 10,240 is the start of what was sent.
    let times: Vec<_> = words.iter().map(|word| (word.text.as_str(), word.from_ms, word.to_ms)).collect();
    assert_eq!(times, [("Good", 10_640, 10_840), ("morning.", 10_840, 11_100)]);
    assert_eq!(language.as_deref(), Some("en-GB"));
    assert!(confidence.is_some());
    let request = &double.requests()[0];
    assert_eq!(request.header("authorization"), "Bearer sk-secret");
    let parts = request.parts();
    let field = |name: &str| parts.iter().find(|part| part.name == name).map(provider_doubles::Part::text);
    assert_eq!(field("language").as_deref(), Some("en"));
    assert_eq!(field("prompt").as_deref(), Some("Dr. Müller"));
    assert_eq!(field("model").as_deref(), Some("whisper-1"));
}

#[tokio::test]
async fn utterances_stay_in_order_and_a_failure_costs_one() {
    let slow = Step::from(TranscriptAnswer::text("One.")).in_manner(Manner::slow(30, 1_000.0));
    let steps = vec![
        slow,
        Step::failing(Fault::Status(400)),
        Step::failing(Fault::Malformed { after: 0 }),
        Step::from(TranscriptAnswer::text("Four.")),
    ];
    let double = TranscriptionDouble::start(Script::in_order(steps)).await.expect("a server");
    let mut speaker = Speaker::new(&openai(&double));
    for _ in 0..4 {
        speaker.go(400, true).await;
        speaker.go(400, false).await;
    }
    let events = speaker.rest().await;
    assert_eq!(lines(&events), ["One.", "Four."]);
    let failures: Vec<_> = events.iter().filter(|event| is_failure(event)).collect();
    assert!(
        matches!(
            failures[..],
            [
                HearingEvent::Failed { error: HearError::Unsupported { .. }, fatal: false },
                HearingEvent::Failed { error: HearError::Engine { .. }, fatal: false },
            ]
        ),
        "{failures:?}"
    );
    assert_eq!(events.last(), Some(&HearingEvent::TurnEnded { text: "One. Four.".into() }));
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    let faults = [Fault::Status(503), Fault::TooMany { retry_after_s: 0 }, Fault::Cut { after: 0 }];
    for fault in faults {
        let steps = vec![Step::failing(fault), Step::from(TranscriptAnswer::text("Yes."))];
        let double = TranscriptionDouble::start(Script::in_order(steps)).await.expect("a server");
        let mut speaker = Speaker::new(&openai(&double));
        speaker.go(400, true).await;
        let events = speaker.rest().await;
        assert_eq!(lines(&events), ["Yes."], "{fault:?}");
        assert_eq!(double.requests().len(), 2);
    }
}

#[tokio::test]
async fn a_cut_or_stalled_answer_is_a_failure() {
    for fault in [Fault::Cut { after: 1 }, Fault::Stall { after: 1 }] {
        let step = Step::from(TranscriptAnswer::text("Yes.")).but(fault);
        let double = TranscriptionDouble::start(Script::always(step)).await.expect("a server");
        let mut settings = OpenAiEarSettings::new(endpoint(double.url("/v1")));
        settings.endpoint.limits = Limits { stall: Duration::from_millis(50), ..patient() };
        let mut speaker = Speaker::new(&OpenAiEar::new(settings).expect("an ear"));
        speaker.go(400, true).await;
        let events = speaker.rest().await;
        assert!(events.iter().any(is_failure) && lines(&events).is_empty(), "{fault:?}: {events:?}");
    }
}

#[tokio::test]
async fn flux_tells_of_turns() {
    let turns = vec![SpokenTurn::lasting("I would like to come", 1_500), SpokenTurn::new("thank you")];
    let timing = EarTiming { hesitation: Hesitation::Doubtful, ..EarTiming::default() };
    let double = DeepgramDouble::start(Heard { turns, timing }).await.expect("a server");
    let mut speaker = Speaker::new(&deepgram(&double, "flux-general-en"));
    speaker.go(200, false).await;
    speaker.go(500, true).await;
    speaker.go(700, false).await;
    speaker.go(500, true).await;
    speaker.go(600, false).await;
    let events = speaker.until(is_end).await;
    let kinds: Vec<String> = events
        .iter()
        .filter(|event| !matches!(event, HearingEvent::Partial { .. }))
        .map(|event| format!("{event:?}"))
        .collect();
    let (line, stopped) = (&kinds[4], &kinds[5]);
    assert_eq!(kinds[..4], ["SpeechStarted { at_ms: 10200 }", "TurnLikely", "TurnResumed", "TurnLikely"]);
    assert!(line.starts_with("Final { from_ms: 10200, to_ms: 119"), "{line}");
    assert!(stopped.starts_with("SpeechStopped { at_ms: 119"), "{stopped}");
    assert_eq!(events.last(), Some(&HearingEvent::TurnEnded { text: "I would like to come".into() }));
    assert!(
        events.iter().any(|event| matches!(event, HearingEvent::Partial { text, .. } if text.starts_with("I would")))
    );
    speaker.go(300, true).await;
    let events = speaker.rest().await;
    assert_eq!(lines(&events), ["thank you"]);
    let request = &double.requests()[0];
    assert_eq!((request.path.as_str(), request.header("authorization")), ("/v2/listen", "Token sk-secret"));
    assert_eq!(request.params("keyterm"), ["Dr. Müller"]);
    assert!(double.messages().iter().any(|message| message.contains("CloseStream")));
    assert_eq!(double.audio_bytes(), 2_800 * 16);
}

#[tokio::test]
async fn v1_makes_turns_of_silences() {
    let double = DeepgramDouble::start(Heard::texts(["good morning", "bye"])).await.expect("a server");
    let mut speaker = Speaker::new(&deepgram(&double, "nova-3"));
    speaker.go(500, true).await;
    speaker.go(600, false).await;
    let events = speaker.until(is_end).await;
    let kinds: Vec<String> = events
        .iter()
        .filter(|event| !matches!(event, HearingEvent::Partial { .. }))
        .map(|event| format!("{event:?}"))
        .collect();
    let started = "SpeechStarted { at_ms: 10000 }";
    let line = "Final { from_ms: 10000, to_ms: 10500, .. }";
    assert_eq!(kinds, [started, line, "SpeechStopped { at_ms: 10500 }", "TurnLikely", "TurnEnded"]);
    let request = &double.requests()[0];
    assert_eq!(request.path, "/v1/listen");
    assert_eq!(request.param("language").as_deref(), Some("en-GB"));
}

#[tokio::test]
async fn a_lost_connection_is_opened_again_and_nothing_is_sent_twice() {
    for model in ["flux-general-en", "nova-3"] {
        let cut = Step::from(Heard::texts(["the first"])).but(Fault::Cut { after: 6 });
        let refused = Step::failing(Fault::Status(503));
        let steps = vec![cut, refused.clone(), refused, Step::from(Heard::texts(["the second"]))];
        let double = DeepgramDouble::start(Script::in_order(steps)).await.expect("a server");
        let mut speaker = Speaker::new(&deepgram(&double, model));
        speaker.go(400, true).await;
        speaker.go(600, false).await;
        speaker.until(is_line).await;
        // Whatever is left to say, the connection does not survive it.
        speaker.go(2_000, true).await;
        let mut events = speaker.until(is_failure).await;
        double.wait_for_requests(4).await;
        let before = double.audio_bytes();
        speaker.go(400, true).await;
        speaker.go(600, false).await;
        events.extend(speaker.rest().await);
        assert_eq!(events.iter().filter(|event| is_failure(event)).count(), 1, "{model}: {events:?}");
        assert!(lines(&events).contains(&"the second"), "{model}: {events:?}");
        let recovered = events.iter().position(|event| *event == HearingEvent::Recovered);
        assert!(recovered > events.iter().position(is_failure), "{model}: {events:?}");
        assert!(!lines(&events).contains(&"the first the first"));
        assert!(before <= 3_000 * 16 && double.audio_bytes() <= 4_000 * 16, "{model}: sent twice");
        // Times go on where the call is.
        let last = events.iter().rev().find(|event| is_line(event));
        assert!(matches!(last, Some(HearingEvent::Final { from_ms, .. }) if *from_ms >= 11_000), "{model}: {last:?}");
    }
}

#[tokio::test]
async fn a_wrong_key_ends_the_session() {
    let double = DeepgramDouble::start(Script::always(Step::failing(Fault::Status(401)))).await.expect("a server");
    let mut speaker = Speaker::new(&deepgram(&double, "flux-general-en"));
    let events = speaker.until(is_failure).await;
    assert!(
        matches!(&events[..], [HearingEvent::Failed { error: HearError::Refused { .. }, fatal: true }]),
        "{events:?}"
    );
    assert!(speaker.stream.next().await.is_none());
    assert_eq!(double.requests().len(), 1);
}

#[tokio::test]
async fn too_many_requests_are_waited_for() {
    let steps = vec![Step::failing(Fault::TooMany { retry_after_s: 0 }), Step::from(Heard::texts(["yes"]))];
    let double = DeepgramDouble::start(Script::in_order(steps)).await.expect("a server");
    let mut speaker = Speaker::new(&deepgram(&double, "flux-general-en"));
    speaker.go(400, true).await;
    speaker.go(600, false).await;
    let events = speaker.until(is_end).await;
    assert!(matches!(&events[0], HearingEvent::Failed { error: HearError::Overloaded, fatal: false }), "{events:?}");
    assert_eq!(lines(&events), ["yes"]);
}

#[tokio::test]
async fn a_malformed_message_is_left_out_and_an_error_is_a_lost_connection() {
    let malformed = Step::from(Heard::texts(["yes"])).but(Fault::Malformed { after: 2 });
    let double = DeepgramDouble::start(Script::always(malformed)).await.expect("a server");
    let mut speaker = Speaker::new(&deepgram(&double, "flux-general-en"));
    speaker.go(400, true).await;
    speaker.go(600, false).await;
    let events = speaker.until(is_end).await;
    assert!(lines(&events) == ["yes"] && !events.iter().any(is_failure), "{events:?}");

    let error = Step::from(Heard::texts(["no"])).but(Fault::Error { after: 1 });
    let steps = vec![error, Step::from(Heard::texts(["yes"]))];
    let double = DeepgramDouble::start(Script::in_order(steps)).await.expect("a server");
    let mut speaker = Speaker::new(&deepgram(&double, "flux-general-en"));
    speaker.go(400, true).await;
    speaker.until(is_failure).await;
    speaker.go(400, true).await;
    speaker.go(600, false).await;
    assert_eq!(lines(&speaker.until(is_end).await), ["yes"]);
}

#[tokio::test]
async fn a_connection_that_hears_nothing_is_replaced() {
    let steps =
        vec![Step::from(Heard::texts(["no"])).but(Fault::Stall { after: 0 }), Step::from(Heard::texts(["yes"]))];
    let double = DeepgramDouble::start(Script::in_order(steps)).await.expect("a server");
    let settings = DeepgramSettings::new(endpoint(double.ws_url("")));
    let ear = DeepgramEar::new(DeepgramSettings { deaf_ms: 2_000, ..settings }).expect("an ear");
    let mut speaker = Speaker::new(&ear);
    // It speaks until that is noticed.
    let mut noticed = None;
    while noticed.is_none() {
        speaker.go(20, true).await;
        noticed = tokio::select! {
            biased;
            event = speaker.stream.next() => Some(event),
            () = tokio::task::yield_now() => None,
        };
    }
    let limit = Duration::from_secs(2);
    assert_eq!(noticed, Some(Some(HearingEvent::Failed { error: HearError::TimedOut { limit }, fatal: false })));
    double.wait_for_requests(2).await;
    speaker.go(400, true).await;
    speaker.go(600, false).await;
    assert_eq!(lines(&speaker.until(is_end).await), ["yes"]);
}

#[tokio::test]
async fn whoever_stops_listening_ends_the_session() {
    let double = DeepgramDouble::start(Heard::texts(["yes"])).await.expect("a server");
    let mut speaker = Speaker::new(&deepgram(&double, "flux-general-en"));
    speaker.go(400, true).await;
    speaker.until(|event| matches!(event, HearingEvent::SpeechStarted { .. })).await;
    let Speaker { stream, mut sink, .. } = speaker;
    drop(stream);
    double.wait_for_message(|message| message.contains("CloseStream")).await;
    let block = EarBlock { at_ms: 0, voiced: false, samples: vec![0; 160] };
    while sink.as_mut().expect("a sink").push(block.clone()) {
        tokio::task::yield_now().await;
    }
}
