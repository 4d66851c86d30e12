//! What the caller hears, made ready off the media path: texts spoken, files decoded, tones drawn, each once and shared
//! by all calls.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use call_model::{PromptItem, SampleRate};
use media::file::FileLimits;
use media::prompt::{Prompt, PromptError};
use media::tone::Country;
use speech::{SpeechChunk, Synthesizer, Utterance, WordTime};

use crate::call::SpokenPiece;
use crate::feed::Feed;

/// Texts said once that are remembered, to keep their sound when they come again.
const ONCE_SAID: usize = 4_096;

/// A piece of an item: what sounds, and what it says.
#[derive(Clone)]
pub(crate) struct Piece {
    pub prompt: Arc<Prompt>,
    text: Arc<str>,
    words: Arc<[WordTime]>,
}

impl Piece {
    /// What is no speech.
    fn sound(prompt: Arc<Prompt>) -> Self {
        Self { prompt, text: "".into(), words: Arc::default() }
    }

    pub(crate) fn spoken(&self) -> SpokenPiece {
        let (text, words) = (self.text.clone(), self.words.clone());
        SpokenPiece { duration_ms: self.prompt.duration_ms(), text, words }
    }
}

/// The pieces of one item, in order.
pub(crate) type Pieces = Arc<[Piece]>;

/// What may be kept of what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// All: prompts come again.
    All,
    /// Texts only when they come a second time: most of what an agent says is said once.
    SecondTime,
}

/// Why an item has no sound. For the log: the call goes on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VoiceError {
    #[error("the voice failed")]
    Speech(#[from] speech::SpeakError),
    #[error("the sound file cannot be played")]
    File(#[from] media::file::FileError),
    #[error("the sound is of no use")]
    Prompt(#[from] PromptError),
    #[error("the sound file cannot be read")]
    Read(#[from] std::io::Error),
    #[error("the sound file lies outside of the media folder")]
    OutsideFolder,
    #[error("a message that was recorded in this call is not there any more")]
    NoSuchRecord,
    #[error("the work was given up")]
    Cancelled,
}

/// What came of making an item.
#[derive(Debug)]
pub(crate) struct Made {
    /// Something of it is heard.
    pub sounded: bool,
    pub outcome: Result<(), VoiceError>,
}

/// Makes prompts and keeps those that come again.
pub(crate) struct Voice {
    synthesizer: Arc<dyn Synthesizer>,
    folder: PathBuf,
    country: Country,
    cache: Mutex<Cache>,
}

impl Voice {
    pub(crate) fn new(
        synthesizer: Arc<dyn Synthesizer>,
        folder: PathBuf,
        country: Country,
        cache_samples: usize,
    ) -> Self {
        let cache = Mutex::new(Cache { most: cache_samples, ..Cache::default() });
        Self { synthesizer, folder, country, cache }
    }

    pub(crate) const fn country(&self) -> Country {
        self.country
    }

    /// The pieces of an item that is in memory.
    pub(crate) fn ready(&self, item: &PromptItem) -> Option<Pieces> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).get(&key(item)?)
    }

    /// Makes an item, handing each piece over as soon as it is ready.
    pub(crate) async fn make(&self, item: &PromptItem, recorded: Option<PathBuf>, keep: Keep, feed: &Feed) -> Made {
        let mut sounded = false;
        let outcome = self.make_pieces(item, recorded, keep, feed, &mut sounded).await;
        Made { sounded, outcome }
    }

    async fn make_pieces(
        &self,
        item: &PromptItem,
        recorded: Option<PathBuf>,
        keep: Keep,
        feed: &Feed,
        sounded: &mut bool,
    ) -> Result<(), VoiceError> {
        let prompt = match item {
            PromptItem::Say { text, language, voice } => {
                let utterance = Utterance { text: text.clone(), language: language.clone(), voice: voice.clone() };
                let pieces = self.speak(utterance, feed, sounded).await?;
                self.keep(item, keep, pieces.into());
                return Ok(());
            }
            PromptItem::File { path } => {
                let path = inside(&self.folder, path).ok_or(VoiceError::OutsideFolder)?;
                decode(path).await?
            }
            PromptItem::Recorded { .. } => decode(recorded.ok_or(VoiceError::NoSuchRecord)?).await?,
            PromptItem::Tone { tone, duration_ms } => Arc::new(Prompt::tone(*tone, self.country, *duration_ms)),
            PromptItem::Dtmf { digits } => Arc::new(Prompt::dtmf(digits)),
            PromptItem::Pause { duration_ms } => Arc::new(Prompt::silence(*duration_ms)),
        };
        let piece = Piece::sound(prompt);
        self.keep(item, Keep::All, Arc::new([piece.clone()]));
        *sounded = true;
        if feed.append(&piece).await { Ok(()) } else { Err(VoiceError::Cancelled) }
    }

    fn keep(&self, item: &PromptItem, keep: Keep, pieces: Pieces) {
        let Some(key) = key(item) else { return };
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if keep == Keep::All || cache.comes_again(&key) {
            cache.put(key, pieces);
        }
    }

    /// Speaks sentence by sentence. A sentence that fails is left out, unless nothing of the text could be spoken.
    async fn speak(&self, utterance: Utterance, feed: &Feed, sounded: &mut bool) -> Result<Vec<Piece>, VoiceError> {
        let mut stream = self.synthesizer.speak(utterance);
        let mut pieces = Vec::new();
        let mut failure = None;
        let mut frames = Frames::default();
        while let Some(chunk) = stream.next().await {
            match chunk {
                Ok(chunk) => {
                    for piece in frames.cut(&chunk)? {
                        pieces.push(piece.clone());
                        *sounded = true;
                        if !feed.append(&piece).await {
                            return Err(VoiceError::Cancelled);
                        }
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "a sentence could not be spoken");
                    failure = Some(error);
                }
            }
        }
        if let Some(last) = frames.rest()? {
            pieces.push(last.clone());
            if !feed.append(&last).await {
                return Err(VoiceError::Cancelled);
            }
        }
        match failure {
            // Not to be kept: the next call may have more luck.
            Some(error) => Err(error.into()),
            None => Ok(pieces),
        }
    }
}

/// Cuts speech at whole frames, wherever its engine cut it: what is left over begins the next piece, so that no word has
/// a hole of silence in it.
#[derive(Default)]
struct Frames {
    left: Vec<i16>,
    rate: Option<SampleRate>,
}

impl Frames {
    /// The pieces that a chunk makes: one, or two where the rate changes.
    fn cut(&mut self, chunk: &SpeechChunk) -> Result<Vec<Piece>, PromptError> {
        let mut pieces = Vec::with_capacity(1);
        if self.rate != Some(chunk.rate) {
            pieces.extend(self.rest()?);
            self.rate = Some(chunk.rate);
        }
        let shift_ms = (self.left.len() as u64 * 1_000 / u64::from(chunk.rate.hz())) as u32;
        let mut samples = Cow::Borrowed(&*chunk.samples);
        if !self.left.is_empty() {
            let mut joined = std::mem::take(&mut self.left);
            joined.extend_from_slice(&samples);
            samples = Cow::Owned(joined);
        }
        let over = samples.len() % chunk.rate.frame_samples();
        // Less than a frame is filled up: its words must not be lost.
        let whole = if over == samples.len() { over } else { samples.len() - over };
        self.left.extend_from_slice(&samples[whole..]);
        let prompt = Arc::new(Prompt::from_samples(&samples[..whole], chunk.rate.hz())?);
        let words = match &chunk.words {
            Some(words) => words.clone(),
            None => speech::words::estimate(&chunk.text, &chunk.samples, chunk.rate).into(),
        };
        pieces.push(Piece { prompt, text: chunk.text.clone(), words: shifted(words, shift_ms) });
        Ok(pieces)
    }

    /// What is left over at the end.
    fn rest(&mut self) -> Result<Option<Piece>, PromptError> {
        let Some(rate) = self.rate.filter(|_| !self.left.is_empty()) else { return Ok(None) };
        let left = std::mem::take(&mut self.left);
        Ok(Some(Piece::sound(Arc::new(Prompt::from_samples(&left, rate.hz())?))))
    }
}

fn shifted(words: Arc<[WordTime]>, by_ms: u32) -> Arc<[WordTime]> {
    if by_ms == 0 {
        return words;
    }
    let later = |word: &WordTime| WordTime { from_ms: word.from_ms + by_ms, to_ms: word.to_ms + by_ms, ..word.clone() };
    words.iter().map(later).collect()
}

async fn decode(path: PathBuf) -> Result<Arc<Prompt>, VoiceError> {
    let decoded = tokio::task::spawn_blocking(move || {
        let bytes = std::fs::read(&path)?;
        let extension = path.extension().and_then(std::ffi::OsStr::to_str);
        Ok(Arc::new(media::file::decode(bytes, extension, &FileLimits::default())?))
    });
    decoded.await.unwrap_or(Err(VoiceError::Cancelled))
}

/// The file of that path inside the folder: no way leads out of it.
fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    path.components().all(|part| matches!(part, Component::Normal(_))).then(|| folder.join(path))
}

/// Under what an item is kept; `None` for what is not kept.
fn key(item: &PromptItem) -> Option<String> {
    match item {
        PromptItem::Recorded { .. } => None,
        item => serde_json::to_string(item).ok(),
    }
}

/// Prompts by item, bounded by their samples; the oldest use goes first.
#[derive(Default)]
struct Cache {
    entries: HashMap<String, (Pieces, u64)>,
    samples: usize,
    most: usize,
    clock: u64,
    /// Hashes of what was said once, the oldest first.
    once: VecDeque<u64>,
}

impl Cache {
    fn get(&mut self, key: &str) -> Option<Pieces> {
        self.clock += 1;
        let (pieces, used) = self.entries.get_mut(key)?;
        *used = self.clock;
        Some(pieces.clone())
    }

    /// Whether this was said before; from now on it was.
    fn comes_again(&mut self, key: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let hash = hasher.finish();
        if let Some(place) = self.once.iter().position(|&seen| seen == hash) {
            self.once.remove(place);
            return true;
        }
        if self.once.len() >= ONCE_SAID {
            self.once.pop_front();
        }
        self.once.push_back(hash);
        false
    }

    fn put(&mut self, key: String, pieces: Pieces) {
        let size = size_of(&pieces);
        if size > self.most {
            return;
        }
        self.clock += 1;
        if let Some((old, _)) = self.entries.insert(key, (pieces, self.clock)) {
            self.samples -= size_of(&old);
        }
        self.samples += size;
        while self.samples > self.most {
            let Some(oldest) = self.entries.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| key.clone())
            else {
                return;
            };
            if let Some((old, _)) = self.entries.remove(&oldest) {
                self.samples -= size_of(&old);
            }
        }
    }
}

fn size_of(pieces: &Pieces) -> usize {
    pieces.iter().map(|piece| piece.prompt.duration_ms() as usize * 8).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speech_is_cut_at_frames_and_nothing_of_it_is_lost() {
        let mut frames = Frames::default();
        let chunk = |samples: usize, text: &str| {
            let words = vec![WordTime { text: text.into(), from_ms: 0, to_ms: 20 }];
            SpeechChunk {
                text: text.into(),
                words: Some(words.into()),
                ..SpeechChunk::silent(vec![7; samples].into(), SampleRate::Narrow)
            }
        };
        let first = frames.cut(&chunk(200, "one")).expect("a piece");
        let second = frames.cut(&chunk(200, "two")).expect("a piece");
        let rest = frames.rest().expect("a piece").expect("what is left");
        let lengths: Vec<usize> = first.iter().chain(&second).chain([&rest]).map(|p| p.prompt.frames()).collect();
        assert_eq!(lengths, [1, 1, 1]);
        // 40 samples of the first went into the second: 5 ms.
        assert_eq!((second[0].words[0].from_ms, second[0].words[0].to_ms), (5, 25));
        assert_eq!(&rest.prompt.samples(SampleRate::Narrow)[..81], &[[7; 80].as_slice(), &[0]].concat());
    }

    #[test]
    fn what_is_said_once_is_not_kept() {
        let mut cache = Cache::default();
        assert!(!cache.comes_again("hello"));
        assert!(!cache.comes_again("other"));
        assert!(cache.comes_again("hello"));
        for count in 0..=ONCE_SAID {
            cache.comes_again(&count.to_string());
        }
        assert!(!cache.comes_again("other"));
        assert_eq!(cache.once.len(), ONCE_SAID);
    }

    #[test]
    fn a_path_cannot_leave_the_media_folder() {
        let folder = Path::new("/srv/media");
        assert_eq!(inside(folder, "hello.wav"), Some(PathBuf::from("/srv/media/hello.wav")));
        for path in ["../secret", "/etc/passwd", "a/../../b", "./x/../.."] {
            assert_eq!(inside(folder, path), None, "{path}");
        }
    }
}
