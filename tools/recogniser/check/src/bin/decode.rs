//! Decodes with whisper.cpp: `decode MODEL [AUDIO_CTX]`, then raw files (32-bit floats, mono, 16 kHz) named on the
//! standard input, one a line. For each one line: file, milliseconds taken, confidence, text. AUDIO_CTX: frames of
//! 20 ms, 0 for the model's own, -1 for what each file needs.

use std::error::Error;
use std::io::BufRead;
use std::time::Instant;
use std::{env, fs, io};

use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters};

fn main() -> Result<(), Box<dyn Error>> {
    whisper_rs::install_logging_hooks();
    let model = env::args().nth(1).ok_or("decode MODEL [AUDIO_CTX]")?;
    let audio_ctx: i32 = env::args().nth(2).unwrap_or_else(|| "0".into()).parse()?;
    let mut settings = WhisperContextParameters::default();
    settings.use_gpu(false).flash_attn(false);
    let context = WhisperContext::new_with_params(&model, settings)?;
    let most = context.n_audio_ctx();
    let mut state = context.create_state()?;
    for file in io::stdin().lock().lines() {
        let file = file?;
        let mut samples: Vec<f32> =
            fs::read(&file)?.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        samples.truncate(most as usize * 320);
        let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        params.set_n_threads(1);
        params.set_language(Some("en"));
        params.set_no_context(true);
        params.set_single_segment(true);
        params.set_no_timestamps(true);
        params.set_suppress_blank(false);
        params.set_temperature_inc(0.0);
        params.set_max_tokens(40);
        params.set_print_progress(false);
        params.set_print_special(false);
        params.set_print_realtime(false);
        params.set_print_timestamps(false);
        let needed = samples.len().div_ceil(320) + 16;
        params.set_audio_ctx(if audio_ctx < 0 { (needed.next_multiple_of(32) as i32).min(most) } else { audio_ctx });
        let start = Instant::now();
        state.full(params, &samples)?;
        let took = start.elapsed();
        let (mut text, mut sum, mut count) = (String::new(), 0.0, 0);
        for segment in state.as_iter() {
            text.push_str(&segment.to_str_lossy()?);
            for i in 0..segment.n_tokens() {
                if let Some(token) = segment.get_token(i) {
                    sum += token.token_probability();
                    count += 1;
                }
            }
        }
        println!("{file}\t{:.1}\t{:.3}\t{}", took.as_secs_f32() * 1e3, sum / count.max(1) as f32, text.trim());
    }
    Ok(())
}
