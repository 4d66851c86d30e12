//! What the caller hears, made ready off the media path: texts spoken, files decoded, tones drawn, each once and shared
//! by all calls.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use call_model::PromptItem;
use media::file::FileLimits;
use media::prompt::{Prompt, PromptError};
use media::tone::Country;
use speech::{Synthesizer, Utterance};

use crate::feed::Feed;

/// The pieces of one item, in order.
pub(crate) type Pieces = Arc<[Arc<Prompt>]>;

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
    pub(crate) async fn make(&self, item: &PromptItem, recorded: Option<PathBuf>, feed: &Feed) -> Made {
        let mut sounded = false;
        let outcome = self.make_pieces(item, recorded, feed, &mut sounded).await;
        Made { sounded, outcome }
    }

    async fn make_pieces(
        &self,
        item: &PromptItem,
        recorded: Option<PathBuf>,
        feed: &Feed,
        sounded: &mut bool,
    ) -> Result<(), VoiceError> {
        let prompt = match item {
            PromptItem::Say { text, language, voice } => {
                let utterance = Utterance { text: text.clone(), language: language.clone(), voice: voice.clone() };
                let pieces = self.speak(utterance, feed, sounded).await?;
                self.keep(item, pieces.into());
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
        self.keep(item, Arc::new([prompt.clone()]));
        *sounded = true;
        if feed.append(prompt).await { Ok(()) } else { Err(VoiceError::Cancelled) }
    }

    fn keep(&self, item: &PromptItem, pieces: Pieces) {
        if let Some(key) = key(item) {
            self.cache.lock().unwrap_or_else(PoisonError::into_inner).put(key, pieces);
        }
    }

    /// Speaks sentence by sentence. A sentence that fails is left out, unless nothing of the text could be spoken.
    async fn speak(
        &self,
        utterance: Utterance,
        feed: &Feed,
        sounded: &mut bool,
    ) -> Result<Vec<Arc<Prompt>>, VoiceError> {
        let mut stream = self.synthesizer.speak(utterance);
        let mut pieces = Vec::new();
        let mut failure = None;
        while let Some(chunk) = stream.next().await {
            match chunk {
                Ok(chunk) => {
                    let piece = Arc::new(Prompt::from_samples(&chunk.samples, chunk.rate.hz())?);
                    pieces.push(piece.clone());
                    *sounded = true;
                    if !feed.append(piece).await {
                        return Err(VoiceError::Cancelled);
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "a sentence could not be spoken");
                    failure = Some(error);
                }
            }
        }
        match failure {
            // Not to be kept: the next call may have more luck.
            Some(error) => Err(error.into()),
            None => Ok(pieces),
        }
    }
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
}

impl Cache {
    fn get(&mut self, key: &str) -> Option<Pieces> {
        self.clock += 1;
        let (pieces, used) = self.entries.get_mut(key)?;
        *used = self.clock;
        Some(pieces.clone())
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
    pieces.iter().map(|piece| piece.duration_ms() as usize * 8).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_leave_the_media_folder() {
        let folder = Path::new("/srv/media");
        assert_eq!(inside(folder, "hello.wav"), Some(PathBuf::from("/srv/media/hello.wav")));
        for path in ["../secret", "/etc/passwd", "a/../../b", "./x/../.."] {
            assert_eq!(inside(folder, path), None, "{path}");
        }
    }
}
