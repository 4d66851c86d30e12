//! The one place that calls SVOX Pico. Only worker processes come here.
#![allow(unsafe_code)]

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::rc::Rc;

use rustix::fs::{MemfdFlags, memfd_create};
use ttspico::{Engine, EngineStatus, PicoError, System};

use super::voice::Voice;

/// Part of the key of every cached sentence: to be changed with the engine, the voices or anything here that is heard.
pub const ENGINE_VERSION: &str = "pico 0.1.5 a";

/// Room for all six voices (6.4 MB) and their engines (1 MB each). Pages never written to cost nothing.
const ARENA_BYTES: usize = 24 << 20;

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
pub struct Pico {
    system: Rc<RefCell<System>>,
    engines: HashMap<Voice, Engine>,
}

impl Pico {
    /// Sets it up, without a voice yet.
    pub fn new() -> Result<Self, PicoFailure> {
        Ok(Self { system: System::new(ARENA_BYTES)?, engines: HashMap::new() })
    }

    /// Speaks one sentence: mono at 16 kHz. The text must be clean, see [`crate::text::clean`].
    pub fn speak(&mut self, voice: Voice, text: &str) -> Result<Vec<i16>, PicoFailure> {
        if !self.engines.contains_key(&voice) {
            let engine = load(&self.system, voice)?;
            self.engines.insert(voice, engine);
        }
        let Some(engine) = self.engines.get_mut(&voice) else { return Ok(Vec::new()) };
        // The zero byte makes Pico speak what it has.
        let bytes = [text.as_bytes(), b"\0"].concat();
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

fn load(system: &Rc<RefCell<System>>, voice: Voice) -> Result<Engine, PicoFailure> {
    let definition = System::create_voice(Rc::clone(system), voice.info().language)?;
    for bytes in resources(voice) {
        // Pico reads resources from files only, by a name of at most 63 bytes.
        let mut file = File::from(memfd_create("pico-voice", MemfdFlags::CLOEXEC).map_err(io::Error::from)?);
        file.write_all(bytes)?;
        let resource = System::load_resource(Rc::clone(system), format!("/proc/self/fd/{}", file.as_raw_fd()))?;
        definition.borrow_mut().add_resource(resource)?;
    }
    // SAFETY: the voice has both its resources, which is what `create_engine` asks for; they stay loaded as long as
    // the engine, which holds the voice, which holds them.
    unsafe { ttspico::Voice::create_engine(definition) }.map_err(PicoFailure::from)
}
