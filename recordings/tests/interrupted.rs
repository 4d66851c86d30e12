//! What is left when the process is killed, or the disk is full. Each test starts itself again as a process of its own.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use call_model::SampleRate;
use jiff::civil::date;
use recordings::{
    Block, Channels, FinishOptions, Folder, Format, NewRecording, Recorder, RecorderEvent, RecorderSettings,
    RecordingError, RecordingPath,
};

const FOLDER: &str = "RECORDINGS_TEST_FOLDER";
const BLOCK: usize = 4_000;
const CALLS: usize = 8;

fn path(call: usize) -> RecordingPath {
    RecordingPath::new(date(2026, 3, 5), &format!("call-{call}")).expect("a path")
}

/// The `index`th half second: left a ramp, right its negative.
fn block(index: usize) -> Vec<i16> {
    (0..BLOCK).flat_map(|at| [(index * 100 + at % 100) as i16, -((index * 100 + at % 100) as i16)]).collect()
}

fn recorder(root: &Path) -> (Folder, Recorder, tokio::sync::mpsc::Receiver<RecorderEvent>) {
    let folder = Folder::open(root).expect("a folder");
    let (recorder, events) = Recorder::start(folder.clone(), RecorderSettings::default()).expect("a recorder");
    (folder, recorder, events)
}

fn new(call: usize) -> NewRecording {
    NewRecording { path: path(call), format: Format { channels: Channels::Stereo, rate: SampleRate::Narrow } }
}

fn say(line: &str) {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}").and_then(|()| stdout.flush()).expect("stdout");
}

/// Runs a test of this file, that does nothing when run without the folder, in a process of its own.
fn child(name: &str, root: &Path, shell: &str) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("{shell} exec \"$0\" \"$@\"")])
        .arg(std::env::current_exe().expect("a path"))
        .args(["--exact", name, "--nocapture"])
        .env(FOLDER, root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

#[test]
fn writer_that_is_killed() {
    let Some(root) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let (_folder, recorder, _events) = recorder(&root);
    let streams: Vec<_> = (0..CALLS).map(|call| recorder.open(new(call)).expect("open")).collect();
    for index in 0..20 {
        for stream in &streams {
            let start_sample = (index * BLOCK) as u64;
            recorder.write(Block { stream: *stream, start_sample, samples: block(index) }).expect("taken");
        }
    }
    while recorder.counters().blocks < (20 * CALLS) as u64 {
        std::thread::yield_now();
    }
    say("written");
    // Goes on until it is killed.
    for index in 20.. {
        for stream in &streams {
            let start_sample = (index * BLOCK) as u64;
            // A full queue is fine here.
            let _ = recorder.write(Block { stream: *stream, start_sample, samples: block(index % 300) });
        }
        while recorder.counters().blocks < (20 * CALLS + index) as u64 {
            std::thread::yield_now();
        }
        if index > 500 {
            std::io::stdin().read_line(&mut String::new()).expect("stdin");
        }
    }
}

#[test]
fn a_killed_process_loses_nothing_that_was_written() {
    let temporary = tempfile::tempdir().expect("a folder");
    let mut writer = child("writer_that_is_killed", temporary.path(), "").spawn().expect("a process");
    let mut lines = BufReader::new(writer.stdout.take().expect("stdout")).lines();
    assert!(lines.any(|line| line.expect("a line").contains("written")));
    writer.kill().expect("killed");
    writer.wait().expect("gone");

    let folder = Folder::open(temporary.path()).expect("the folder");
    for call in 0..CALLS {
        // Readable even before it is set right.
        hound::WavReader::open(folder.file(&path(call))).expect("a WAV file");
    }
    let recovered = folder.recover().expect("recovered");
    assert_eq!(
        recovered.iter().map(|file| file.path.clone()).collect::<Vec<_>>(),
        (0..CALLS).map(path).collect::<Vec<_>>()
    );
    for file in recovered {
        let mut reader = hound::WavReader::open(folder.file(&file.path)).expect("a WAV file");
        assert_eq!(u64::from(reader.duration()), file.duration.as_micros() as u64 * 8 / 1_000);
        let samples: Vec<i16> = reader.samples().map(|sample| sample.expect("a sample")).collect();
        assert!(samples.len() >= 20 * BLOCK * 2);
        for index in 0..20 {
            assert!(samples[index * BLOCK * 2..].starts_with(&block(index)), "block {index} of {}", file.path);
        }
    }
}

#[test]
fn writer_on_a_full_disk() {
    let Some(root) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let (folder, recorder, mut events) = recorder(&root);
    let (long, short) = (recorder.open(new(0)).expect("open"), recorder.open(new(1)).expect("open"));
    recorder.write(Block { stream: short, start_sample: 0, samples: block(1) }).expect("taken");
    for index in 0..40 {
        let start_sample = (index * BLOCK) as u64;
        recorder.write(Block { stream: long, start_sample, samples: block(index) }).expect("taken");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let RecorderEvent::Failed { stream, error } = runtime.block_on(events.recv()).expect("an event");
    assert_eq!(stream, long);
    assert!(matches!(error, RecordingError::Io(_)));
    let ended = runtime.block_on(recorder.finish(long, FinishOptions::default()));
    let Err(RecordingError::Cut { kept: finished, .. }) = ended else { panic!("{ended:?}") };
    // What was written is whole, and the other recording goes on.
    let kept = hound::WavReader::open(folder.file(&path(0))).expect("a WAV file").duration() as usize;
    assert!(kept > 0 && kept.is_multiple_of(BLOCK), "{kept} samples");
    assert_eq!(finished.samples, kept as u64);
    runtime.block_on(recorder.finish(short, FinishOptions::default())).expect("finished");
    assert_eq!(recorder.counters().failed, 1);
    assert_eq!(folder.recover().expect("nothing was left open"), []);
    say("done");
}

#[test]
fn a_full_disk_ends_that_recording_only() {
    let temporary = tempfile::tempdir().expect("a folder");
    // No file above some 100 to 200 KB (shells count in blocks of 512 or 1,024 bytes); the signal ignored, as for a
    // disk that is full.
    let output =
        child("writer_on_a_full_disk", temporary.path(), "trap '' XFSZ; ulimit -f 200;").output().expect("run");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("done"), "{text}{}", String::from_utf8_lossy(&output.stderr));
}
