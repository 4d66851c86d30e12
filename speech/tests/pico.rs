//! The built-in voice, judged by its sound, and by what it does when its workers fail.

use std::path::Path;
use std::time::Duration;

use call_model::SampleRate;
use speech::{
    CacheSettings, PicoPool, PicoSettings, SpeakError, SpeechChunk, SpeechStream, Synthesizer, Utterance, WorkerCommand,
};

/// More than any sentence needs here, on a machine that does much else.
const PATIENCE: Duration = Duration::from_mins(1);

fn settings(folder: &Path) -> PicoSettings {
    let worker = WorkerCommand {
        program: env!("CARGO_BIN_EXE_speech-test-worker").into(),
        arguments: vec![folder.as_os_str().to_owned()],
    };
    PicoSettings { sentence_limit: PATIENCE, start_limit: PATIENCE, workers: 1, ..PicoSettings::new(worker) }
}

fn say(pool: &PicoPool, text: &str, language: &str) -> SpeechStream {
    pool.speak(Utterance { text: text.into(), language: language.into(), voice: None, keep: true })
}

async fn all(mut stream: SpeechStream) -> Vec<Result<SpeechChunk, SpeakError>> {
    let mut items = Vec::new();
    while let Some(item) = stream.next().await {
        items.push(item);
    }
    items
}

async fn heard(pool: &PicoPool, text: &str, language: &str) -> Vec<SpeechChunk> {
    all(say(pool, text, language)).await.into_iter().map(|item| item.expect("speech")).collect()
}

fn level(samples: &[i16]) -> f64 {
    (samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
}

fn spoken(folder: &Path) -> Vec<String> {
    std::fs::read_to_string(folder.join("spoken")).unwrap_or_default().lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn every_voice_speaks() {
    let folder = tempfile::tempdir().expect("a folder");
    let pool = PicoPool::start(settings(folder.path())).await.expect("a voice");
    for (language, text) in [
        ("de", "Guten Tag, Sie haben drei neue Nachrichten."),
        ("en-GB", "Good morning, you have three new messages."),
        ("en-US", "Good morning, you have three new messages."),
        ("es", "Buenos días, tiene tres mensajes nuevos."),
        ("fr", "Bonjour, vous avez trois nouveaux messages."),
        ("it", "Buongiorno, ci sono tre nuovi messaggi."),
    ] {
        let chunks = heard(&pool, text, language).await;
        let [chunk] = chunks.as_slice() else { panic!("one sentence in {language}") };
        assert_eq!(chunk.rate, SampleRate::Wide);
        let seconds = chunk.duration().as_secs_f64();
        assert!((1.5..6.0).contains(&seconds), "{seconds} s in {language}");
        let loud = level(&chunk.samples);
        assert!((500.0..12_000.0).contains(&loud), "a level of {loud} in {language}");
        let clipped = chunk.samples.iter().filter(|sample| sample.unsigned_abs() >= 32_767).count();
        assert!(clipped < 8, "{clipped} samples clipped in {language}");
        // It speaks: neither a click in silence nor a steady tone.
        let loud_parts = chunk.samples.chunks(320).filter(|part| level(part) > 300.0).count();
        assert!(loud_parts * 320 * 3 > chunk.samples.len(), "mostly silent in {language}");
    }
}

#[tokio::test]
async fn voices_differ_and_a_named_one_is_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let pool = PicoPool::start(settings(folder.path())).await.expect("a voice");
    assert_eq!(pool.voices().len(), 6);
    let british = heard(&pool, "Hello there.", "en-GB").await;
    let length = british[0].duration();
    assert_ne!(length, heard(&pool, "Hello there.", "en").await[0].duration());
    let named = pool.speak(Utterance {
        text: "Hello there.".into(),
        language: "en".into(),
        voice: Some("pico-en-GB".into()),
        keep: true,
    });
    // The engine's noise differs from time to time, the length does not.
    assert_eq!(all(named).await[0].as_ref().map(SpeechChunk::duration), Ok(length));
    let unknown = all(say(&pool, "Dzień dobry.", "pl")).await;
    assert_eq!(unknown, [Err(SpeakError::UnknownVoice { language: "pl".into() })]);
}

#[tokio::test]
async fn sentences_come_one_by_one_with_breaks_between() {
    let folder = tempfile::tempdir().expect("a folder");
    let pool = PicoPool::start(settings(folder.path())).await.expect("a voice");
    let text = "First. <break time=\"750ms\"/>Your code is <say-as interpret-as=\"digits\">12</say-as>. This waits.";
    let mut stream = say(&pool, text, "en");
    let first = stream.next().await.expect("an item").expect("speech");
    assert!(level(&first.samples) > 300.0);
    let pause = stream.next().await.expect("an item").expect("silence");
    assert_eq!(pause.duration(), Duration::from_millis(750));
    assert!(pause.samples.iter().all(|sample| *sample == 0));
    stream.next().await.expect("an item").expect("speech");
    // The last one is not ready before this: so the others did not wait for it.
    std::fs::write(folder.path().join("go"), []).expect("written");
    stream.next().await.expect("an item").expect("speech");
    assert!(stream.next().await.is_none());
    assert_eq!(spoken(folder.path()), ["First.", "Your code is one two.", "This waits."]);
}

#[tokio::test]
async fn commands_to_the_engine_are_read_as_text() {
    let folder = tempfile::tempdir().expect("a folder");
    let pool = PicoPool::start(settings(folder.path())).await.expect("a voice");
    let file = folder.path().join("made.wav");
    let text = format!("Hello <genfile file=\"{}\">there</genfile> you.", file.display());
    heard(&pool, &text, "en").await;
    assert!(!file.exists());
    assert!(spoken(folder.path()).iter().all(|text| !text.contains('<')));
}

#[tokio::test]
async fn a_killed_worker_costs_nothing_when_idle() {
    let folder = tempfile::tempdir().expect("a folder");
    let pool = PicoPool::start(settings(folder.path())).await.expect("a voice");
    heard(&pool, "Hello.", "en").await;
    let [pid] = pool.worker_pids()[..] else { panic!("one worker") };
    let pid = rustix::process::Pid::from_raw(pid.cast_signed()).expect("a pid");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("killed");
    assert!(!heard(&pool, "Hello again.", "en").await.is_empty());
    assert!(pool.counters().workers_started >= 2);
}

#[tokio::test]
async fn a_worker_that_dies_is_tried_once_more_and_costs_one_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let pool = PicoPool::start(settings(folder.path())).await.expect("a voice");
    assert_eq!(heard(&pool, "This died once.", "en").await.len(), 1);
    assert_eq!(spoken(folder.path()), ["This died once.", "This died once."]);
    let items = all(say(&pool, "One. This dies. Two.", "en")).await;
    let [Ok(_), Err(SpeakError::WorkerDied), Ok(_)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(pool.counters().failed, 1);
}

#[tokio::test]
async fn a_worker_that_hangs_is_ended_in_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let limit = Duration::from_secs(2);
    let pool =
        PicoPool::start(PicoSettings { sentence_limit: limit, ..settings(folder.path()) }).await.expect("a voice");
    let before = pool.worker_pids();
    let items = all(say(&pool, "This hangs. Two.", "en")).await;
    let [Err(error), Ok(_)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(*error, SpeakError::TimedOut { limit });
    assert_ne!(pool.worker_pids(), before);
    let items = all(say(&pool, "This is refused. Three.", "en")).await;
    let [Err(SpeakError::Engine { .. }), Ok(_)] = items.as_slice() else { panic!("{items:?}") };
}

#[tokio::test]
async fn the_queue_is_bounded() {
    let folder = tempfile::tempdir().expect("a folder");
    let pool = PicoPool::start(PicoSettings { queue: 1, ..settings(folder.path()) }).await.expect("a voice");
    let mut streams: Vec<_> = (0..8).map(|at| say(&pool, &format!("Number {at} waits."), "en")).collect();
    while pool.counters().refused < 6 {
        tokio::task::yield_now().await;
    }
    std::fs::write(folder.path().join("go"), []).expect("written");
    let mut outcomes = Vec::new();
    for stream in &mut streams {
        outcomes.push(stream.next().await.expect("an item"));
    }
    let refused = outcomes.iter().filter(|outcome| **outcome == Err(SpeakError::Overloaded)).count();
    assert!((6..=7).contains(&refused), "{refused} refused");
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 8 - refused);
    let long = "x".repeat(5_000);
    assert_eq!(all(say(&pool, &long, "en")).await, [Err(SpeakError::TextTooLong { chars: 5_000, limit: 4_000 })]);
}

#[tokio::test]
async fn the_same_sentence_is_spoken_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = Some(CacheSettings::new(folder.path().join("cache")));
    let settings = PicoSettings { cache, workers: 2, ..settings(folder.path()) };
    let pool = PicoPool::start(settings.clone()).await.expect("a voice");
    let both = (say(&pool, "This waits.", "en"), say(&pool, "This waits.", "en"));
    while pool.counters().shared == 0 {
        tokio::task::yield_now().await;
    }
    std::fs::write(folder.path().join("go"), []).expect("written");
    let both = (all(both.0).await, all(both.1).await);
    assert_eq!(both.0, both.1);
    assert_eq!(spoken(folder.path()).len(), 1);

    // It is on disk in a moment: then another process has it, too.
    let kept = |file: std::fs::DirEntry| file.path().extension().is_some_and(|ending| ending == "pcm");
    while !folder.path().join("cache").read_dir().expect("a folder").flatten().any(kept) {
        tokio::task::yield_now().await;
    }
    drop(pool);
    let pool = PicoPool::start(settings).await.expect("a voice");
    assert_eq!(all(say(&pool, "This waits.", "en")).await, both.0);
    assert_eq!((spoken(folder.path()).len(), pool.counters().cached), (1, 1));
}

#[tokio::test]
async fn what_is_said_to_one_caller_is_not_kept_on_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = Some(CacheSettings::new(folder.path().join("cache")));
    let pool = PicoPool::start(PicoSettings { cache, ..settings(folder.path()) }).await.expect("a voice");
    let private = Utterance { text: "Hello Anna.".into(), language: "en".into(), voice: None, keep: false };
    for _ in 0..2 {
        assert!(all(pool.speak(private.clone())).await.iter().all(Result::is_ok));
    }
    assert_eq!((pool.counters().spoken, pool.counters().cached), (2, 0));
}

#[tokio::test]
async fn a_program_that_is_no_worker_is_an_error_at_the_start() {
    for (program, argument) in [("/does/not/exist", ""), ("/bin/echo", "GET / HTTP/1.1"), ("/bin/true", "")] {
        let worker = WorkerCommand { program: program.into(), arguments: vec![argument.into()] };
        assert!(PicoPool::start(PicoSettings::new(worker)).await.is_err(), "{program}");
    }
}

#[test]
fn a_worker_ends_with_its_input_even_when_it_hangs() {
    use std::io::{Read, Write};
    use std::process::{Command, Stdio};
    let mut worker = Command::new(env!("CARGO_BIN_EXE_speech-test-worker"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a worker");
    let mut input = worker.stdin.take().expect("stdin");
    let mut greeting = [0; 5];
    worker.stdout.as_mut().expect("stdout").read_exact(&mut greeting).expect("a greeting");
    let text = b"\x02This hangs.";
    input.write_all(&(text.len() as u32).to_le_bytes()).and_then(|()| input.write_all(text)).expect("written");
    drop(input);
    assert!(worker.wait().expect("it ends").success());
}
