//! The one place that calls SVOX Pico. Only worker processes come here.
#![allow(unsafe_code)]

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{self, Write};
use std::rc::Rc;

use tempfile::NamedTempFile;
use ttspico::{Engine, EngineStatus, PicoError, System};

use super::voice::Voice;

/// Part of the key of every cached sentence: to be changed with the engine, the voices or anything here that is heard.
pub const ENGINE_VERSION: &str = "pico 0.1.5 a";

/// Room for a voice (up to 1.5 MB) and its engine (1 MB).
const ARENA_BYTES: usize = 4 << 20;

/// Percent. At 100 the loudest vowels are clipped.
const VOLUME: u32 = 50;

/// Pico copies a path into an array of 512 bytes without looking.
const MAX_PATH: usize = 400;

/// The longest audio of one sentence: 60 s at 16 kHz.
const MAX_SAMPLES: usize = 60 * 16_000;

macro_rules! resource {
    ($file:literal) => {
        include_bytes!(concat!(env!("CALLWRIGHT_PICO_VOICES"), "/", $file)).as_slice()
    };
}

/// Text analysis and signal generation of a voice.
fn resources(voice: Voice) -> [&'static [u8]; 2] {
    match voice {
        Voice::DeDe => [resource!("de-DE_ta.bin"), resource!("de-DE_gl0_sg.bin")],
        Voice::EnGb => [resource!("en-GB_ta.bin"), resource!("en-GB_kh0_sg.bin")],
        Voice::EnUs => [resource!("en-US_ta.bin"), resource!("en-US_lh0_sg.bin")],
        Voice::EsEs => [resource!("es-ES_ta.bin"), resource!("es-ES_zl0_sg.bin")],
        Voice::FrFr => [resource!("fr-FR_ta.bin"), resource!("fr-FR_nk0_sg.bin")],
        Voice::ItIt => [resource!("it-IT_ta.bin"), resource!("it-IT_cm0_sg.bin")],
    }
}

/// Why Pico did not speak.
#[derive(Debug, thiserror::Error)]
pub enum PicoFailure {
    /// Pico said so.
    #[error("SVOX Pico: {0}")]
    Pico(String),
    /// A voice could not be handed to it.
    #[error("a voice cannot be loaded: {0}")]
    Load(#[from] io::Error),
    /// It does not come to an end.
    #[error("the sentence is longer than a minute")]
    TooLong,
}

impl From<PicoError> for PicoFailure {
    fn from(error: PicoError) -> Self {
        Self::Pico(error.to_string())
    }
}

/// Pico with the voices used so far. After a failure its state is unknown: end the process.
#[derive(Default)]
pub struct Pico {
    engines: HashMap<Voice, Engine>,
}

impl Pico {
    /// Without a voice yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Speaks one sentence: mono at 16 kHz. The text must be clean, see [`crate::text::clean`].
    pub fn speak(&mut self, voice: Voice, text: &str) -> Result<Vec<i16>, PicoFailure> {
        let engine = match self.engines.entry(voice) {
            Entry::Occupied(engine) => engine.into_mut(),
            Entry::Vacant(place) => place.insert(load(voice)?),
        };
        // The zero byte makes Pico speak what it has.
        let bytes = format!("<volume level='{VOLUME}'>{text}</volume>\0").into_bytes();
        let mut left = bytes.as_slice();
        let mut samples = Vec::new();
        let mut buffer = [0i16; 1_024];
        loop {
            if !left.is_empty() {
                left = &left[engine.put_text(left)?..];
            }
            let (count, status) = engine.get_data(buffer.as_mut_slice())?;
            samples.extend_from_slice(&buffer[..count]);
            if samples.len() > MAX_SAMPLES {
                return Err(PicoFailure::TooLong);
            }
            if status == EngineStatus::Idle && left.is_empty() {
                return Ok(samples);
            }
        }
    }
}

fn load(voice: Voice) -> Result<Engine, PicoFailure> {
    // A system can hold one engine only.
    let system = System::new(ARENA_BYTES)?;
    let definition = System::create_voice(Rc::clone(&system), &*voice.info().language)?;
    for bytes in resources(voice) {
        // Pico reads resources from files only, and only where their names end so.
        let file = unpack(bytes)?;
        let path = file.path().to_str().ok_or_else(|| io::Error::other("the temporary folder's name is not UTF-8"))?;
        if path.len() > MAX_PATH {
            return Err(io::Error::other("the temporary folder's name is too long").into());
        }
        let resource = System::load_resource(Rc::clone(&system), path)?;
        definition.borrow_mut().add_resource(resource)?;
    }
    // SAFETY: the voice has both its resources, which is what `create_engine` asks for; they stay loaded as long as
    // the engine, which holds the voice, which holds them.
    unsafe { ttspico::Voice::create_engine(definition) }.map_err(PicoFailure::from)
}

/// A temporary file with a resource, gone when dropped.
fn unpack(bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    let named = builder.prefix("voice-").suffix(".bin");
    // A service may have no writable temporary folder but this one.
    let mut file = named.tempfile().or_else(|error| named.tempfile_in("/dev/shm").map_err(|_| error))?;
    file.write_all(bytes)?;
    Ok(file)
}
