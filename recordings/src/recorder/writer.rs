//! The threads: writers, each with the recordings that are its own, and one that does what takes long at the end.

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_queue::ArrayQueue;
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use super::{Block, FinishOptions, Finished, NewRecording, RecorderEvent, RecorderSettings, RecordingError, StreamId};
use crate::wav::{WavFile, max_samples};
use crate::{Folder, RecordingPath};

type Answer = oneshot::Sender<Result<Finished, RecordingError>>;

/// What a writer is told.
pub(super) enum Message {
    Open(StreamId, NewRecording),
    Block(Block),
    Finish(StreamId, FinishOptions, Answer),
    Discard(StreamId, oneshot::Sender<Result<(), RecordingError>>),
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) blocks: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) dropped: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) open: AtomicU64,
}

/// What all threads share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) folder: Folder,
    pub(super) settings: RecorderSettings,
    pub(super) spare: ArrayQueue<Vec<i16>>,
    pub(super) counters: Counters,
    pub(super) events: tokio::sync::mpsc::Sender<RecorderEvent>,
}

impl Shared {
    /// Keeps a block's vector for reuse; when enough are kept it is freed.
    fn keep(&self, mut samples: Vec<i16>) {
        samples.clear();
        let _ = self.spare.push(samples);
    }

    fn dropped(&self) {
        self.counters.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

/// A finished file that is still to be made durable or hashed.
pub(super) struct Finishing {
    file: std::fs::File,
    finished: Finished,
    options: FinishOptions,
    answer: Answer,
}

/// Starts the thread for what takes long at the end of a recording.
pub(super) fn start_finisher(shared: Arc<Shared>) -> io::Result<Sender<Finishing>> {
    let (sender, receiver) = channel::<Finishing>();
    thread::Builder::new().name("recording-end".into()).spawn(move || {
        for Finishing { mut file, mut finished, options, answer } in receiver {
            let result = settle(&mut file, &mut finished, options).map(|()| finished.clone());
            unmark(&shared.folder, &finished.path);
            let _ = answer.send(result.map_err(|error| RecordingError::Io(Arc::new(error))));
        }
    })?;
    Ok(sender)
}

fn settle(file: &mut std::fs::File, finished: &mut Finished, options: FinishOptions) -> io::Result<()> {
    if options.hash {
        io::Seek::rewind(file)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 256 * 1_024];
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                read => hash.update(&buffer[..read]),
            }
        }
        finished.sha256 = Some(hash.finalize().into());
    }
    if options.sync {
        file.sync_all()?;
    }
    Ok(())
}

fn unmark(folder: &Folder, path: &RecordingPath) {
    if let Err(error) = folder.unmark(path) {
        tracing::warn!(%path, %error, "a recording's mark of being open stays");
    }
}

/// One recording in the hands of a writer.
struct Stream {
    recording: NewRecording,
    /// `None` when it could not be made.
    wav: Option<WavFile>,
    /// Set once it failed: then nothing more is written.
    error: Option<RecordingError>,
    /// Set once something of it was lost, for good or while the disk was full.
    cut: Option<Arc<io::Error>>,
    most: u64,
}

struct WriterThread {
    shared: Arc<Shared>,
    queued: Arc<AtomicUsize>,
    finisher: Sender<Finishing>,
    streams: HashMap<StreamId, Stream>,
    /// A block's bytes.
    bytes: Vec<u8>,
}

/// Starts a writer. It ends when every sender is gone.
pub(super) fn start(
    shared: Arc<Shared>,
    queued: Arc<AtomicUsize>,
    finisher: Sender<Finishing>,
) -> io::Result<Sender<Message>> {
    let (sender, receiver) = channel();
    let writer = WriterThread { shared, queued, finisher, streams: HashMap::new(), bytes: Vec::new() };
    thread::Builder::new().name("recorder".into()).spawn(move || writer.run(&receiver))?;
    Ok(sender)
}

impl WriterThread {
    fn run(mut self, messages: &Receiver<Message>) {
        let interval = self.shared.settings.header_interval.max(Duration::from_millis(10));
        let mut mend_at = Instant::now() + interval;
        loop {
            match messages.recv_timeout(mend_at.saturating_duration_since(Instant::now())) {
                Ok(message) => self.handle(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if Instant::now() >= mend_at {
                self.mend_all();
                mend_at = Instant::now() + interval;
            }
        }
        // Not finished, and so still marked: whole for whoever reads them, and told of by the next start.
        self.mend_all();
    }

    fn handle(&mut self, message: Message) {
        match message {
            Message::Open(stream, recording) => self.open(stream, recording),
            Message::Block(block) => {
                self.queued.fetch_sub(1, Ordering::Relaxed);
                self.write(block);
            }
            Message::Finish(stream, options, answer) => self.finish(stream, options, answer),
            Message::Discard(stream, answer) => {
                let _ = answer.send(self.discard(stream));
            }
        }
    }

    fn mend_all(&mut self) {
        let shared = &self.shared;
        for (id, stream) in &mut self.streams {
            if stream.error.is_none()
                && let Some(Err(error)) = stream.wav.as_mut().map(WavFile::mend)
            {
                stream.fail(*id, error, shared);
            }
        }
    }

    fn open(&mut self, id: StreamId, recording: NewRecording) {
        let format = recording.format;
        let seconds = self.shared.settings.max_duration.as_secs();
        let most = seconds.saturating_mul(u64::from(format.rate.hz())).min(max_samples(format));
        let mut stream = Stream { recording, wav: None, error: None, cut: None, most };
        match self.shared.folder.create(&stream.recording.path, format) {
            Ok(wav) => stream.wav = Some(wav),
            Err(error) => stream.fail(id, error, &self.shared),
        }
        self.streams.insert(id, stream);
    }

    fn write(&mut self, block: Block) {
        let written = self.write_block(&block);
        self.shared.keep(block.samples);
        match written {
            Ok(true) => {
                self.shared.counters.blocks.fetch_add(1, Ordering::Relaxed);
                self.shared.counters.bytes.fetch_add(self.bytes.len() as u64, Ordering::Relaxed);
            }
            Ok(false) => self.shared.dropped(),
            Err(error) => {
                self.shared.dropped();
                if let Some(stream) = self.streams.get_mut(&block.stream) {
                    stream.fail(block.stream, error, &self.shared);
                }
            }
        }
    }

    /// Writes what fits into the longest recording; `false` when nothing does, or the recording is not there (any
    /// more).
    fn write_block(&mut self, block: &Block) -> io::Result<bool> {
        let Some(stream) = self.streams.get_mut(&block.stream) else { return Ok(false) };
        let (None, Some(wav)) = (&stream.error, &mut stream.wav) else { return Ok(false) };
        let room = usize::try_from(stream.most.saturating_sub(block.start_sample)).unwrap_or(usize::MAX);
        let fitting = block.samples.len().min(room.saturating_mul(wav.format().channels.count()));
        self.bytes.clear();
        self.bytes.extend(block.samples[..fitting].iter().flat_map(|sample| sample.to_le_bytes()));
        if fitting > 0 {
            wav.write_at(block.start_sample, &self.bytes)?;
        }
        Ok(fitting > 0 || block.samples.is_empty())
    }

    fn take(&mut self, id: StreamId) -> Result<Stream, RecordingError> {
        let stream = self.streams.remove(&id).ok_or(RecordingError::NotOpen)?;
        self.shared.counters.open.fetch_sub(1, Ordering::Relaxed);
        Ok(stream)
    }

    fn finish(&mut self, id: StreamId, options: FinishOptions, answer: Answer) {
        let done = self.take(id).and_then(|stream| stream.finish(id, options, &self.shared));
        let (finished, wav) = match done {
            Ok(done) => done,
            Err(error) => return drop(answer.send(Err(error))),
        };
        if options.hash || options.sync {
            let file = match wav.file().try_clone() {
                Ok(file) => file,
                Err(error) => return drop(answer.send(Err(RecordingError::Io(Arc::new(error))))),
            };
            // It lives as long as any writer.
            let _ = self.finisher.send(Finishing { file, finished, options, answer });
        } else {
            unmark(&self.shared.folder, &finished.path);
            let _ = answer.send(Ok(finished));
        }
    }

    fn discard(&mut self, id: StreamId) -> Result<(), RecordingError> {
        let stream = self.take(id)?;
        if stream.wav.is_none() {
            return Ok(());
        }
        let path = &stream.recording.path;
        let deleted = self.shared.folder.delete(path);
        unmark(&self.shared.folder, path);
        match deleted {
            Ok(()) | Err(crate::FolderError::NotFound) => Ok(()),
            Err(crate::FolderError::Io(error)) => Err(RecordingError::Io(Arc::new(error))),
            Err(other) => Err(RecordingError::Io(Arc::new(io::Error::other(other)))),
        }
    }
}

/// Whether somebody may make room.
fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

impl Stream {
    /// What was written is made whole, and nothing more is written, unless somebody may make room: then what comes until
    /// that is silence.
    fn fail(&mut self, id: StreamId, error: io::Error, shared: &Shared) {
        let passes = self.wav.is_some() && is_full(&error);
        if passes && self.cut.is_some() {
            return;
        }
        tracing::error!(path = %self.recording.path, %error, "a recording cannot be written");
        shared.counters.failed.fetch_add(1, Ordering::Relaxed);
        if let Some(wav) = &mut self.wav {
            // Shorter needs no room; where even that fails, the next start sets it right.
            let _ = wav.set_samples(wav.samples());
        }
        let exists = self.wav.is_none() && error.kind() == io::ErrorKind::AlreadyExists;
        let source = Arc::new(error);
        self.cut.get_or_insert_with(|| source.clone());
        let error = if exists { RecordingError::Exists } else { RecordingError::Io(source) };
        if !passes {
            self.error = Some(error.clone());
        }
        // Nobody listens, or not fast enough: the log has it.
        let _ = shared.events.try_send(RecorderEvent::Failed { stream: id, error });
    }

    fn finish(
        mut self,
        id: StreamId,
        options: FinishOptions,
        shared: &Shared,
    ) -> Result<(Finished, WavFile), RecordingError> {
        if self.error.is_none()
            && let Some(wav) = &mut self.wav
        {
            let length = options.length.map_or(wav.samples(), |length| length.min(self.most));
            let ended = if length == wav.samples() { wav.mend() } else { wav.set_samples(length) };
            if let Err(error) = ended {
                self.fail(id, error, shared);
            }
        }
        let Some(wav) = self.wav else { return Err(self.error.unwrap_or(RecordingError::NotOpen)) };
        let (path, format) = (self.recording.path, wav.format());
        let finished = Finished { path, format, samples: wav.samples(), bytes: wav.bytes(), sha256: None };
        let Some(source) = self.cut else { return Ok((finished, wav)) };
        if wav.is_stale() {
            // The next start sets it right.
            return Err(RecordingError::Io(source));
        }
        unmark(&shared.folder, &finished.path);
        Err(RecordingError::Cut { kept: Box::new(finished), source })
    }
}
