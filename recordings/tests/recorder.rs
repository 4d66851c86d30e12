//! What is handed to the recorder is what is in the file, at its place.

use std::sync::Arc;
use std::time::Duration;

use call_model::SampleRate;
use jiff::civil::date;
use proptest::prelude::*;
use recordings::{
    Block, Channels, FinishOptions, Folder, Format, NewRecording, Recorder, RecorderEvent, RecorderSettings,
    RecordingError, RecordingPath, Refusal,
};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

const STEREO: Format = Format { channels: Channels::Stereo, rate: SampleRate::Narrow };
const MONO: Format = Format { channels: Channels::Mono, rate: SampleRate::Wide };

struct House {
    _temporary: tempfile::TempDir,
    folder: Folder,
    recorder: Recorder,
    events: mpsc::Receiver<RecorderEvent>,
}

fn house(settings: RecorderSettings) -> House {
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = Folder::open(temporary.path().join("recordings")).expect("a folder");
    let (recorder, events) = Recorder::start(folder.clone(), settings).expect("a recorder");
    House { _temporary: temporary, folder, recorder, events }
}

fn path(name: &str) -> RecordingPath {
    RecordingPath::new(date(2026, 3, 5), name).expect("a path")
}

fn new(name: &str, format: Format) -> NewRecording {
    NewRecording { path: path(name), format }
}

fn samples(folder: &Folder, name: &str) -> Vec<i16> {
    let mut reader = hound::WavReader::open(folder.file(&path(name))).expect("a WAV file");
    reader.samples().map(|sample| sample.expect("a sample")).collect()
}

#[tokio::test]
async fn blocks_lie_at_their_place_and_gaps_are_silence() {
    let house = house(RecorderSettings::default());
    let stream = house.recorder.open(new("a", STEREO)).expect("open");
    for (start_sample, values) in [(0, vec![1, -1, 2, -2]), (5, vec![3, -3]), (3, vec![4, -4])] {
        house.recorder.write(Block { stream, start_sample, samples: values }).expect("taken");
    }
    let finished = house.recorder.finish(stream, FinishOptions::default()).await.expect("finished");
    assert_eq!((finished.samples, finished.bytes), (6, 44 + 24));
    assert_eq!(samples(&house.folder, "a"), [1, -1, 2, -2, 0, 0, 4, -4, 0, 0, 3, -3]);
    assert_eq!(house.folder.recover().expect("nothing was left open"), []);
    let counters = house.recorder.counters();
    assert_eq!((counters.blocks, counters.bytes, counters.dropped, counters.open), (3, 16, 0, 0));
}

#[tokio::test]
async fn the_end_may_be_cut_or_filled_and_the_file_hashed() {
    let house = house(RecorderSettings::default());
    for (name, length, expected) in [("cut", 2, vec![1, 2]), ("filled", 5, vec![1, 2, 3, 0, 0])] {
        let stream = house.recorder.open(new(name, MONO)).expect("open");
        house.recorder.write(Block { stream, start_sample: 0, samples: vec![1, 2, 3] }).expect("taken");
        let options = FinishOptions { length: Some(length), sync: true, hash: true };
        let finished = house.recorder.finish(stream, options).await.expect("finished");
        assert_eq!(samples(&house.folder, name), expected);
        let bytes = std::fs::read(house.folder.file(&path(name))).expect("the file");
        assert_eq!(finished.bytes, bytes.len() as u64);
        assert_eq!(finished.sha256, Some(Sha256::digest(&bytes).into()));
    }
    assert_eq!(house.folder.recover().expect("nothing was left open"), []);
}

#[tokio::test]
async fn a_discarded_recording_leaves_nothing() {
    let house = house(RecorderSettings::default());
    let stream = house.recorder.open(new("a", MONO)).expect("open");
    house.recorder.write(Block { stream, start_sample: 0, samples: vec![1] }).expect("taken");
    house.recorder.discard(stream).await.expect("discarded");
    assert!(!house.folder.root().join("2026").exists());
    assert_eq!(house.folder.recover().expect("nothing was left open"), []);
    assert!(matches!(house.recorder.discard(stream).await, Err(RecordingError::NotOpen)));
}

#[tokio::test]
async fn limits_refuse_and_count() {
    let settings = RecorderSettings {
        max_open: 1,
        queue_blocks: 0,
        max_duration: Duration::from_secs(1),
        ..RecorderSettings::default()
    };
    let full = house(settings.clone());
    let stream = full.recorder.open(new("a", MONO)).expect("open");
    assert_eq!(full.recorder.open(new("b", MONO)), Err(Refusal::TooManyOpen));
    let refused = full.recorder.write(Block { stream, start_sample: 0, samples: vec![7] }).expect_err("full");
    assert_eq!((refused.reason, refused.block.samples), (Refusal::QueueFull, vec![7]));
    full.recorder.finish(stream, FinishOptions::default()).await.expect("finished");
    full.recorder.open(new("b", MONO)).expect("there is room again");

    let long = house(RecorderSettings { queue_blocks: 10, ..settings });
    let stream = long.recorder.open(new("a", STEREO)).expect("open");
    for start_sample in [7_999, 8_000, u64::MAX] {
        long.recorder.write(Block { stream, start_sample, samples: vec![1, 2, 3, 4] }).expect("taken");
    }
    let finished = long.recorder.finish(stream, FinishOptions::default()).await.expect("finished");
    assert_eq!((finished.duration(), long.recorder.counters().dropped), (Duration::from_secs(1), 2));
}

#[tokio::test]
async fn vectors_come_back_empty() {
    let house = house(RecorderSettings::default());
    let stream = house.recorder.open(new("a", MONO)).expect("open");
    let block = Vec::with_capacity(4_321);
    house.recorder.write(Block { stream, start_sample: 0, samples: block }).expect("taken");
    house.recorder.finish(stream, FinishOptions::default()).await.expect("finished");
    let spare = house.recorder.spare().expect("a vector");
    assert!(spare.is_empty() && spare.capacity() >= 4_321);
    assert!(house.recorder.spare().is_none());
}

#[tokio::test]
async fn a_running_recording_can_be_read() {
    let house = house(RecorderSettings { header_interval: Duration::from_millis(10), ..RecorderSettings::default() });
    let stream = house.recorder.open(new("a", MONO)).expect("open");
    house.recorder.write(Block { stream, start_sample: 0, samples: vec![5; 100] }).expect("taken");
    // The header follows by itself: the test's time limit ends this if it does not.
    let file = house.folder.file(&path("a"));
    while hound::WavReader::open(&file).map_or(0, |reader| reader.duration()) != 100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(samples(&house.folder, "a"), [5; 100]);
}

#[tokio::test]
async fn a_recording_that_cannot_be_made_is_told_of_and_harms_no_other() {
    let mut house = house(RecorderSettings { threads: 1, ..RecorderSettings::default() });
    let first = house.recorder.open(new("a", MONO)).expect("open");
    let twin = house.recorder.open(new("a", MONO)).expect("taken");
    let Some(RecorderEvent::Failed { stream, error: RecordingError::Exists }) = house.events.recv().await else {
        panic!("the second of the same name fails")
    };
    assert_eq!(stream, twin);
    house.recorder.write(Block { stream: first, start_sample: 0, samples: vec![1, 2] }).expect("taken");
    house.recorder.write(Block { stream: twin, start_sample: 0, samples: vec![9] }).expect("taken");
    assert!(matches!(house.recorder.finish(twin, FinishOptions::default()).await, Err(RecordingError::Exists)));
    house.recorder.finish(first, FinishOptions::default()).await.expect("finished");
    assert_eq!(samples(&house.folder, "a"), [1, 2]);

    // A file where the folder should be.
    std::fs::remove_dir_all(house.folder.root()).expect("removed");
    std::fs::write(house.folder.root(), []).expect("a file in its place");
    let lost = house.recorder.open(new("b", MONO)).expect("taken");
    let RecorderEvent::Failed { stream, .. } = house.events.recv().await.expect("an event");
    assert_eq!(stream, lost);
    assert!(matches!(house.recorder.finish(lost, FinishOptions::default()).await, Err(RecordingError::Io(_))));
    assert_eq!((house.recorder.counters().failed, house.recorder.counters().open), (2, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_blocks_give_the_file_that_a_plain_array_would_be(
        blocks in prop::collection::vec((0u64..3_000, prop::collection::vec(any::<i16>(), 0..200)), 0..20),
        stereo in any::<bool>(),
    ) {
        let format = Format { channels: if stereo { Channels::Stereo } else { Channels::Mono }, ..MONO };
        let channels = format.channels.count();
        let mut expected: Vec<i16> = Vec::new();
        let house = Arc::new(house(RecorderSettings::default()));
        let stream = house.recorder.open(new("a", format)).expect("open");
        for (start_sample, mut values) in blocks {
            values.truncate(values.len() / channels * channels);
            let from = start_sample as usize * channels;
            if !values.is_empty() {
                expected.resize(expected.len().max(from + values.len()), 0);
                expected[from..from + values.len()].copy_from_slice(&values);
            }
            house.recorder.write(Block { stream, start_sample, samples: values }).expect("taken");
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(house.recorder.finish(stream, FinishOptions::default())).expect("finished");
        prop_assert_eq!(samples(&house.folder, "a"), expected);
    }
}
