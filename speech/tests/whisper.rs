//! The hearing worker from outside: sessions go on whatever it does.

use std::path::Path;
use std::time::Duration;

use call_model::SampleRate;
use speech::{
    EarBlock, EarSink, HearError, HearingEvent, HearingStream, ListenRequest, Model, Transcriber, Whisper,
    WhisperSettings, WorkerCommand,
};

const YES: i16 = 3_000;
const NO: i16 = 5_000;
const DIES: i16 = 8_000;
const DIES_ONCE: i16 = 11_000;
const HANGS: i16 = 14_000;
const REFUSED: i16 = 17_000;
const WAITS: i16 = 20_000;

fn settings(folder: &Path) -> WhisperSettings {
    let program = env!("CARGO_BIN_EXE_hearing-test-worker").into();
    WhisperSettings {
        decoders: 1,
        restart_after: Duration::from_millis(1),
        ..WhisperSettings::new(WorkerCommand { program, arguments: vec![folder.into()] }, Model::Builtin)
    }
}

fn listen(engine: &Whisper) -> (EarSink, HearingStream) {
    let language = Some("en".into());
    engine.listen(ListenRequest { language, hints: Vec::new(), rate: SampleRate::Wide, partials: false })
}

/// Half a second at this loudness and as much silence, from this time on.
fn say(sink: &mut EarSink, at_ms: u64, level: i16) {
    for n in 0..50 {
        let level = if n < 25 { level } else { 0 };
        assert!(sink.push(EarBlock { at_ms: at_ms + n * 20, voiced: level != 0, samples: vec![level; 320] }));
    }
}

/// The next text or failure.
async fn next(stream: &mut HearingStream) -> Result<String, HearError> {
    loop {
        match stream.next().await.expect("the session goes on") {
            HearingEvent::Final { text, .. } => return Ok(text),
            HearingEvent::Failed { error, fatal: false } => return Err(error),
            HearingEvent::Failed { fatal: true, .. } => panic!("nothing is fatal"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn two_calls_share_a_worker() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = Whisper::start(settings(folder.path())).await.expect("a worker");
    let (mut one, mut ones) = listen(&engine);
    let (mut other, mut others) = listen(&engine);
    say(&mut one, 0, YES);
    say(&mut other, 0, NO);
    assert_eq!(next(&mut ones).await.as_deref(), Ok("yes"));
    assert_eq!(next(&mut others).await.as_deref(), Ok("no"));
    assert_eq!((engine.counters().decoded, engine.counters().workers_started), (2, 1));
    drop(one);
    assert!(ones.next().await.is_none());
}

#[tokio::test]
async fn a_worker_that_dies_once_costs_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = Whisper::start(settings(folder.path())).await.expect("a worker");
    let (mut sink, mut stream) = listen(&engine);
    say(&mut sink, 0, DIES_ONCE);
    say(&mut sink, 1_000, YES);
    assert_eq!(next(&mut stream).await.as_deref(), Ok("dies once"));
    assert_eq!(next(&mut stream).await.as_deref(), Ok("yes"));
    assert_eq!((engine.counters().retried, engine.counters().workers_started), (1, 2));
}

#[tokio::test]
async fn what_kills_every_worker_is_given_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = Whisper::start(settings(folder.path())).await.expect("a worker");
    let (mut sink, mut stream) = listen(&engine);
    say(&mut sink, 0, DIES);
    assert_eq!(next(&mut stream).await, Err(HearError::WorkerDied));
    say(&mut sink, 1_000, NO);
    assert_eq!(next(&mut stream).await.as_deref(), Ok("no"));
    assert_eq!(engine.counters().workers_started, 3);
}

#[tokio::test]
async fn a_killed_worker_is_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = Whisper::start(settings(folder.path())).await.expect("a worker");
    let (mut sink, mut stream) = listen(&engine);
    let pid = engine.worker_pid().and_then(|pid| rustix::process::Pid::from_raw(pid as i32)).expect("a worker");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("a kill");
    say(&mut sink, 0, YES);
    assert_eq!(next(&mut stream).await.as_deref(), Ok("yes"));
}

#[tokio::test]
async fn what_hangs_is_given_up_and_not_tried_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let limit = Duration::from_secs(1);
    let engine = Whisper::start(WhisperSettings { decode_limit: limit, ..settings(folder.path()) }).await;
    let engine = engine.expect("a worker");
    let (mut sink, mut stream) = listen(&engine);
    say(&mut sink, 0, HANGS);
    assert_eq!(next(&mut stream).await, Err(HearError::TimedOut { limit }));
    say(&mut sink, 1_000, YES);
    assert_eq!(next(&mut stream).await.as_deref(), Ok("yes"));
}

#[tokio::test]
async fn a_refusal_costs_one_utterance() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = Whisper::start(settings(folder.path())).await.expect("a worker");
    let (mut sink, mut stream) = listen(&engine);
    say(&mut sink, 0, REFUSED);
    assert_eq!(next(&mut stream).await, Err(HearError::Engine { reason: "no".into() }));
    say(&mut sink, 1_000, YES);
    assert_eq!(next(&mut stream).await.as_deref(), Ok("yes"));
    assert_eq!(engine.counters().workers_started, 1);
}

#[tokio::test]
async fn a_full_queue_refuses() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = Whisper::start(WhisperSettings { queue: 1, ..settings(folder.path()) }).await.expect("a worker");
    let mut calls: Vec<_> = (0..3).map(|_| listen(&engine)).collect();
    say(&mut calls[0].0, 0, WAITS);
    while !folder.path().join("waiting").exists() {
        tokio::task::yield_now().await;
    }
    say(&mut calls[1].0, 0, YES);
    while engine.counters().waiting == 0 {
        tokio::task::yield_now().await;
    }
    say(&mut calls[2].0, 0, NO);
    assert_eq!(next(&mut calls[2].1).await, Err(HearError::Overloaded));
    std::fs::write(folder.path().join("go"), []).expect("a file");
    assert_eq!(next(&mut calls[0].1).await.as_deref(), Ok("waits"));
    assert_eq!(next(&mut calls[1].1).await.as_deref(), Ok("yes"));
    assert_eq!(engine.counters().refused, 1);
}

#[tokio::test]
async fn a_worker_that_does_not_start_is_an_error_with_its_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("broken"), []).expect("a file");
    assert_eq!(reason(settings(folder.path())).await, "the model is gone");
    std::fs::remove_file(folder.path().join("broken")).expect("a file");
    std::fs::write(folder.path().join("aborts"), []).expect("a file");
    let aborted = reason(settings(folder.path())).await;
    assert!(aborted.contains("signal: 6") && aborted.contains("whisper model"), "{aborted}");
}

/// Why the engine does not start.
async fn reason(settings: WhisperSettings) -> String {
    let error = Whisper::start(settings).await.expect_err("no worker");
    std::error::Error::source(&error).expect("a cause").to_string()
}

#[tokio::test]
async fn without_a_worker_sessions_are_told_and_go_on_when_there_is_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = Whisper::start(settings(folder.path())).await.expect("a worker");
    let (mut sink, mut stream) = listen(&engine);
    std::fs::write(folder.path().join("broken"), []).expect("a file");
    say(&mut sink, 0, DIES);
    let reason = "the model is gone".into();
    assert_eq!(next(&mut stream).await, Err(HearError::Unavailable { reason }));
    std::fs::remove_file(folder.path().join("broken")).expect("a file");
    engine.ready().await;
    say(&mut sink, 1_000, YES);
    assert_eq!(next(&mut stream).await.as_deref(), Ok("yes"));
}

/// The real worker, with files that are no models.
mod real {
    use super::*;

    fn with_file(folder: &Path, bytes: &[u8]) -> WhisperSettings {
        let path = folder.join("model.bin");
        std::fs::write(&path, bytes).expect("a file");
        let program = env!("CARGO_BIN_EXE_hearing-test-worker").into();
        let worker = WorkerCommand { program, arguments: vec!["real".into()] };
        WhisperSettings::new(worker, Model::File(path))
    }

    fn head(numbers: [u32; 11]) -> Vec<u8> {
        let words = [[0x6767_6d6c].as_slice(), &numbers].concat();
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[tokio::test]
    async fn files_that_are_no_models_are_errors_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let page = reason(with_file(folder.path(), &[b'<'; 4_096])).await;
        assert!(page.contains("not a model in whisper.cpp's format"), "{page}");
        let empty = reason(with_file(folder.path(), b"")).await;
        assert!(empty.contains("shorter than"), "{empty}");
        let odd = reason(with_file(folder.path(), &head([51_864, 1_500, 384, 0, 4, 448, 384, 6, 4, 80, 1]))).await;
        assert!(odd.contains("audio heads of 0"), "{odd}");
    }

    #[tokio::test]
    async fn a_model_that_ends_the_process_is_an_error_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        // A good head, and then numbers of which whisper.cpp makes an array of gigabytes.
        let mut file = head([51_864, 1_500, 384, 6, 4, 448, 384, 6, 4, 80, 1]);
        file.extend([0xff; 4_096]);
        let reason = reason(with_file(folder.path(), &file)).await;
        assert!(reason.contains("whisper"), "{reason}");
    }
}
