//! What the caller hears, made ready off the media path: texts spoken, files decoded, tones drawn, each once and shared
//! by all calls.

mod cache;

use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use call_model::PromptItem;
use media::codec::Codec;
use media::file::FileLimits;
use media::prompt::{Prompt, PromptError, PromptStream};
use media::tone::Country;
use speech::{SpeechChunk, Synthesizer, Utterance, WordTime};

use self::cache::Cache;
use crate::call::SpokenPiece;
use crate::feed::Feed;

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
        let cache = Mutex::new(Cache::new(cache_samples));
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
                let (text, language, voice) = (text.clone(), language.clone(), voice.clone());
                let utterance = Utterance { text, language, voice, keep: keep == Keep::All };
                let key = key(item).filter(|key| self.is_kept(key, keep));
                // What is not kept is heard by this caller alone.
                let form = feed.codec().filter(|_| key.is_none());
                let pieces = self.speak(utterance, feed, form, sounded).await?;
                if let Some(key) = key {
                    self.keep(key, pieces.into());
                }
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
        if let Some(key) = key(item) {
            self.keep(key, Arc::new([piece.clone()]));
        }
        *sounded = true;
        if feed.append(&piece).await { Ok(()) } else { Err(VoiceError::Cancelled) }
    }

    /// A whole text, spoken for somebody who waits until it is there.
    pub(crate) async fn whole(
        &self,
        text: String,
        language: String,
        voice: Option<String>,
    ) -> Result<Vec<Arc<Prompt>>, VoiceError> {
        let mut stream = self.synthesizer.speak(Utterance { text, language, voice, keep: false });
        let (mut frames, mut pieces) = (Frames::default(), Vec::new());
        while let Some(chunk) = stream.next().await {
            pieces.extend(frames.cut(&chunk?)?);
        }
        pieces.extend(frames.rest());
        Ok(pieces.into_iter().map(|piece| piece.prompt).collect())
    }

    fn is_kept(&self, key: &str, keep: Keep) -> bool {
        keep == Keep::All || self.cache.lock().unwrap_or_else(PoisonError::into_inner).comes_again(key)
    }

    fn keep(&self, key: String, pieces: Pieces) {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).put(key, pieces);
    }

    /// Speaks sentence by sentence, for one codec or for all. A sentence that fails is left out, unless nothing of the
    /// text could be spoken. Gives the pieces where they are for all.
    async fn speak(
        &self,
        utterance: Utterance,
        feed: &Feed,
        form: Option<Codec>,
        sounded: &mut bool,
    ) -> Result<Vec<Piece>, VoiceError> {
        let asked = tokio::time::Instant::now();
        let mut first = true;
        let mut stream = self.synthesizer.speak(utterance);
        let mut pieces = Vec::new();
        let mut failure = None;
        let mut frames = Frames { form, ..Frames::default() };
        while let Some(chunk) = stream.next().await {
            match chunk {
                Ok(chunk) => {
                    if std::mem::take(&mut first) {
                        metrics::histogram!("callwright_voice_first_sound_seconds")
                            .record(asked.elapsed().as_secs_f64());
                    }
                    let cut = frames.cut(&chunk)?;
                    *sounded |= !cut.is_empty();
                    hand_over(cut, form.is_none().then_some(&mut pieces), feed).await?;
                }
                Err(error) => {
                    metrics::counter!("callwright_voice_failures_total").increment(1);
                    tracing::warn!(%error, "a sentence could not be spoken");
                    failure = Some(error);
                }
            }
        }
        let rest = Vec::from_iter(frames.rest());
        *sounded |= !rest.is_empty();
        hand_over(rest, form.is_none().then_some(&mut pieces), feed).await?;
        match failure {
            // Not to be kept: the next call may have more luck.
            Some(error) => Err(error.into()),
            None => Ok(pieces),
        }
    }
}

/// Hands pieces over, and remembers them where they are kept.
async fn hand_over(made: Vec<Piece>, kept: Option<&mut Vec<Piece>>, feed: &Feed) -> Result<(), VoiceError> {
    for piece in &made {
        if !feed.append(piece).await {
            return Err(VoiceError::Cancelled);
        }
    }
    if let Some(kept) = kept {
        kept.extend(made);
    }
    Ok(())
}

/// Makes pieces of speech wherever its engine cut it: one stream of sound, so that no word has a hole or a tick in it.
#[derive(Default)]
struct Frames {
    /// The one codec that it is for.
    form: Option<Codec>,
    stream: Option<PromptStream>,
    /// What the next piece says, and when, from its start.
    text: String,
    words: Vec<WordTime>,
}

impl Frames {
    /// The pieces that are whole with this chunk: one or none, or one more where the rate changes.
    fn cut(&mut self, chunk: &SpeechChunk) -> Result<Vec<Piece>, PromptError> {
        let mut pieces = Vec::with_capacity(1);
        if self.stream.as_ref().is_some_and(|stream| stream.rate() != chunk.rate) {
            pieces.extend(self.rest());
        }
        let form = self.form;
        let stream = self.stream.get_or_insert_with(|| match form {
            Some(codec) => PromptStream::for_codec(chunk.rate, codec),
            None => PromptStream::new(chunk.rate),
        });
        let start_ms = (stream.held() as u64 * 1_000 / u64::from(chunk.rate.hz())) as u32;
        let words = match &chunk.words {
            Some(words) => words.to_vec(),
            None => speech::words::estimate(&chunk.text, &chunk.samples, chunk.rate),
        };
        let later = |word: WordTime| WordTime {
            from_ms: word.from_ms.saturating_add(start_ms),
            to_ms: word.to_ms.saturating_add(start_ms),
            ..word
        };
        let prompt = stream.push(&chunk.samples)?;
        self.words.extend(words.into_iter().map(later));
        if !self.text.is_empty() && !chunk.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(&chunk.text);
        pieces.extend(prompt.map(|prompt| self.piece(prompt)));
        Ok(pieces)
    }

    /// What is left over at the end.
    fn rest(&mut self) -> Option<Piece> {
        let prompt = self.stream.take()?.finish()?;
        Some(self.piece(prompt))
    }

    fn piece(&mut self, prompt: Prompt) -> Piece {
        let (text, words) = (std::mem::take(&mut self.text), std::mem::take(&mut self.words));
        Piece { prompt: Arc::new(prompt), text: text.into(), words: words.into() }
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

#[cfg(test)]
mod tests {
    use call_model::SampleRate;

    use super::*;

    /// Chunks of a tone, of these lengths in samples, each of which begins with a word.
    fn chunks(lengths: &[usize], rate: SampleRate) -> (Vec<SpeechChunk>, Vec<i16>) {
        let tone = |n: usize| (8_000.0 * (0.37 * n as f64).sin()) as i16;
        let whole: Vec<i16> = (0..lengths.iter().sum()).map(tone).collect();
        let mut rest = whole.as_slice();
        let chunk = |(number, length): (usize, &usize)| {
            let (samples, after) = rest.split_at(*length);
            rest = after;
            let words = vec![WordTime { text: number.to_string(), from_ms: 0, to_ms: 20 }];
            SpeechChunk {
                text: number.to_string().into(),
                words: Some(words.into()),
                ..SpeechChunk::silent(samples.into(), rate)
            }
        };
        let chunks = lengths.iter().enumerate().map(chunk).collect();
        (chunks, whole)
    }

    fn cut(chunks: &[SpeechChunk]) -> Vec<Piece> {
        let mut frames = Frames::default();
        let mut pieces: Vec<Piece> = chunks.iter().flat_map(|chunk| frames.cut(chunk).expect("pieces")).collect();
        pieces.extend(frames.rest());
        pieces
    }

    #[test]
    fn wherever_speech_is_cut_its_sound_is_that_of_the_whole_and_its_words_keep_their_times() {
        let lengths = [200, 200, 3, 50, 0, 700, 319, 321, 1, 5_000, 17, 160, 40];
        for rate in [SampleRate::Narrow, SampleRate::Wide] {
            let (chunks, whole) = chunks(&lengths, rate);
            let pieces = cut(&chunks);
            let whole = Prompt::from_samples(&whole, rate.hz()).expect("a prompt");
            for rate in [SampleRate::Narrow, SampleRate::Wide] {
                let samples: Vec<i16> = pieces.iter().flat_map(|piece| piece.prompt.samples(rate)).copied().collect();
                assert_eq!(samples, whole.samples(rate));
            }

            let mut words = Vec::new();
            let mut at_ms = 0;
            for piece in &pieces {
                words.extend(piece.words.iter().map(|word| (word.text.clone(), at_ms + u64::from(word.from_ms))));
                at_ms += piece.prompt.duration_ms();
            }
            let mut before = 0;
            let begins = lengths.iter().enumerate().map(|(number, length)| {
                let from_ms = before as u64 * 1_000 / u64::from(rate.hz());
                before += length;
                (number.to_string(), from_ms)
            });
            assert_eq!(words, begins.collect::<Vec<_>>());
            let text: Vec<&str> = pieces.iter().map(|piece| &*piece.text).filter(|text| !text.is_empty()).collect();
            assert_eq!(text.join(" "), "0 1 2 3 4 5 6 7 8 9 10 11 12");
        }
    }

    #[test]
    fn where_the_rate_changes_nothing_of_the_speech_is_lost() {
        let ((first, _), (second, _)) = (chunks(&[100], SampleRate::Wide), chunks(&[100], SampleRate::Narrow));
        let pieces = cut(&[first, second].concat());
        let said: Vec<(usize, &str)> = pieces.iter().map(|piece| (piece.prompt.frames(), &*piece.text)).collect();
        assert_eq!(said, [(1, "0"), (1, "0")]);
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
