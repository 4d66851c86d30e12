//! The one place that calls whisper.cpp. Only worker processes come here: a model file that it does not like can end
//! the process.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState, get_lang_id, get_lang_str,
    install_logging_hooks,
};

use super::frame::{Decoded, Facts, Job, Model, Piece, Setup};
use super::model_file;
use super::worker::Decoder;

/// The model that is part of the program; empty where it was built without.
static BUILTIN: &[u8] = include_bytes!(env!("CALLWRIGHT_RECOGNISER"));

/// Whether this program has the built-in model: `recogniser/recogniser.bin.gz` was there when it was built.
pub const HAS_BUILTIN: bool = !BUILTIN.is_empty();

/// Nothing that gunzips to more is the built-in model.
const MAX_BUILTIN_BYTES: u64 = 64 << 20;

/// One frame of the encoder, ms.
const FRAME_MS: u32 = 20;

/// Whisper does not look at less, ms.
const LEAST_AUDIO_MS: usize = 300;

/// The built-in model's longest text; it writes at most 44 tokens.
const BUILTIN_TOKENS: usize = 40;

/// Nobody says so many tokens in a second: more is a loop.
const TOKENS_PER_SECOND: usize = 12;

/// A loaded model with the memory for one job at a time.
pub(super) struct Whisper {
    state: WhisperState,
    model: Shape,
    /// By language. Kept, because whisper-rs never frees the language's name in them.
    parameters: HashMap<Option<&'static str>, FullParams<'static, 'static>>,
    context: std::sync::Arc<WhisperContext>,
}

/// What is to be known of the model for each job.
#[derive(Debug, Clone, Copy)]
struct Shape {
    builtin: bool,
    multilingual: bool,
    threads: i32,
    frames: u32,
    least_frames: u32,
    end_of_text: i32,
}

impl Shape {
    /// How many frames the encoder gets beyond the audio, so that it hears the end, and of what their number is a
    /// multiple.
    fn margin(self) -> (u32, u32) {
        if self.builtin { (16, 32) } else { (64, 64) }
    }
}

impl Whisper {
    /// Loads the model once for all decoders.
    pub(super) fn load(setup: &Setup) -> Result<(Facts, Vec<Box<dyn Decoder>>), String> {
        install_logging_hooks();
        check_processor()?;
        let context = std::sync::Arc::new(match &setup.model {
            Model::Builtin => load_builtin()?,
            Model::File(path) => load_file(path)?,
        });
        let shape = Shape {
            builtin: setup.model == Model::Builtin,
            multilingual: context.is_multilingual(),
            threads: i32::from(setup.threads.max(1)),
            frames: context.n_audio_ctx().max(1) as u32,
            least_frames: u32::from(setup.least_context),
            end_of_text: context.token_eot(),
        };
        let decoders = (0..setup.decoders.max(1)).map(|_| {
            let state = context.create_state().map_err(|error| format!("no memory for a decoder: {error}"))?;
            let context = std::sync::Arc::clone(&context);
            Ok(Box::new(Self { state, model: shape, parameters: HashMap::new(), context }) as Box<dyn Decoder>)
        });
        let decoders = decoders.collect::<Result<Vec<_>, String>>()?;
        let facts = Facts { window_ms: shape.frames * FRAME_MS, multilingual: shape.multilingual };
        Ok((facts, decoders))
    }

    fn parameters(&mut self, language: Option<&str>) -> FullParams<'static, 'static> {
        let model = self.model;
        // An English model takes everything for English.
        let known = || language.and_then(get_lang_id).and_then(get_lang_str);
        let language: Option<&'static str> = if model.multilingual { known() } else { Some("en") };
        let made = self.parameters.entry(language).or_insert_with(|| {
            let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
            parameters.set_language(language);
            parameters.set_n_threads(model.threads);
            parameters.set_no_context(true);
            parameters.set_single_segment(true);
            parameters.set_no_timestamps(model.builtin);
            parameters.set_token_timestamps(!model.builtin);
            parameters.set_suppress_nst(!model.builtin);
            parameters.set_suppress_blank(!model.builtin);
            // What fails at temperature 0 is judged by its probabilities; decoding it five times more costs a second.
            parameters.set_temperature_inc(0.0);
            parameters.set_print_special(false);
            parameters.set_print_progress(false);
            parameters.set_print_realtime(false);
            parameters.set_print_timestamps(false);
            parameters
        });
        made.clone()
    }

    fn collect(&self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for segment in self.state.as_iter() {
            for index in 0..segment.n_tokens() {
                let Some(token) = segment.get_token(index) else { continue };
                let Ok(text) = token.to_bytes() else { continue };
                if token.token_id() >= self.model.end_of_text {
                    continue;
                }
                let data = token.token_data();
                // Hundredths of a second.
                let ms = |time: i64| u32::try_from(time.max(0) * 10).unwrap_or(u32::MAX);
                let (from_ms, to_ms) = (ms(data.t0), ms(data.t1));
                pieces.push(Piece { text: text.to_vec(), from_ms, to_ms, probability: data.p });
            }
        }
        pieces
    }
}

impl Decoder for Whisper {
    fn decode(&mut self, job: &Job) -> Result<Decoded, String> {
        let mut audio: Vec<f32> = job.samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
        let ms = audio.len() / 16;
        audio.resize(audio.len().max(LEAST_AUDIO_MS * 16), 0.0);
        let prompt = match job.hints.as_ref() {
            "" => Vec::new(),
            _ if self.model.builtin => Vec::new(),
            hints => self.context.tokenize(&format!(" {hints}"), 512).unwrap_or_default(),
        };
        let mut parameters: FullParams<'_, '_> = self.parameters(job.language.as_deref());
        let tokens = 16 + ms * TOKENS_PER_SECOND / 1_000;
        parameters.set_max_tokens(if self.model.builtin { tokens.min(BUILTIN_TOKENS) } else { tokens } as i32);
        if !prompt.is_empty() {
            parameters.set_tokens(&prompt);
        }
        if self.model.least_frames > 0 {
            let (margin, step) = self.model.margin();
            let frames = ((ms as u32).div_ceil(FRAME_MS) + margin).next_multiple_of(step);
            let frames = frames.max(self.model.least_frames).min(self.model.frames);
            parameters.set_audio_ctx(frames as i32);
        }
        self.state.full(parameters, &audio).map_err(|error| error.to_string())?;
        // The built-in model was not taught to tell.
        let first = self.state.as_iter().next().filter(|_| !self.model.builtin);
        let no_speech = first.map_or(0.0, |segment| segment.no_speech_probability());
        let language = get_lang_str(self.state.full_lang_id_from_state()).filter(|_| self.model.multilingual);
        Ok(Decoded {
            language: language.map(str::to_owned).or_else(|| Some("en".into())),
            no_speech,
            timed: !self.model.builtin,
            pieces: self.collect(),
        })
    }
}

/// Without flash attention: it pads with frames that it then looks at, unless there are a multiple of 256.
fn context_parameters() -> WhisperContextParameters<'static> {
    let mut parameters = WhisperContextParameters::default();
    parameters.use_gpu(false).flash_attn(false);
    parameters
}

fn load_builtin() -> Result<WhisperContext, String> {
    if !HAS_BUILTIN {
        return Err("this program was built without the built-in recogniser".into());
    }
    let mut model = Vec::new();
    let unpacked = GzDecoder::new(BUILTIN).take(MAX_BUILTIN_BYTES).read_to_end(&mut model);
    unpacked.map_err(|error| format!("the built-in recogniser cannot be unpacked: {error}"))?;
    model_file::check(&model).map_err(|error| error.to_string())?;
    WhisperContext::new_from_buffer_with_params(&model, context_parameters())
        .map_err(|_| "whisper.cpp refuses the built-in recogniser".into())
}

fn load_file(path: &Path) -> Result<WhisperContext, String> {
    let shown = path.display();
    let mut header = Vec::new();
    let read = File::open(path).and_then(|file| file.take(model_file::HEADER_BYTES as u64).read_to_end(&mut header));
    read.map_err(|error| format!("the model {shown} cannot be read: {error}"))?;
    model_file::check(&header).map_err(|error| format!("the model {shown} cannot be used: {error}"))?;
    WhisperContext::new_with_params(path, context_parameters())
        .map_err(|_| format!("whisper.cpp refuses the model {shown}"))
}

/// whisper.cpp is compiled for processors with AVX2, see `.cargo/config.toml`.
fn check_processor() -> Result<(), String> {
    #[cfg(target_arch = "x86_64")]
    if !(is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("f16c")
        && is_x86_feature_detected!("bmi2"))
    {
        return Err("this processor has no AVX2: build with GGML_AVX2=OFF, or use a recogniser over the network".into());
    }
    Ok(())
}
