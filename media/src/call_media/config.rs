//! Settings and limits of a call's media.

use std::sync::Arc;

use call_model::SampleRate;

use crate::prompt::Prompt;
use crate::vad::VadConfig;

/// When keys are looked for in the audio itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InbandDtmf {
    /// On legs that did not agree on RFC 4733.
    #[default]
    Auto,
    /// On every leg; a key that comes both ways is reported once.
    Always,
    /// Never.
    Never,
}

/// Settings of one call's [`CallMedia`](super::CallMedia).
#[derive(Debug, Clone)]
pub struct CallMediaConfig {
    /// When keys are looked for in the audio. Default: [`InbandDtmf::Auto`].
    pub inband_dtmf: InbandDtmf,
    /// How speech is told from silence.
    pub vad: VadConfig,
    /// Report [`SpeechStarted`](super::MediaEvent::SpeechStarted) and `SpeechEnded`. Default: true.
    pub speech_events: bool,
    /// While we play, the caller's own voice is told from our sound that comes back on the line: see
    /// [`EchoGuard`](crate::echo_guard::EchoGuard). Default: true.
    pub echo_guard: bool,
    /// What one side of a bridge hears while the other holds it and sends no music of its own, again and again; `None`
    /// (the default): silence.
    pub hold_music: Option<Arc<Prompt>>,
    /// Rate of the call's recording and of messages; `None` (the default) for the rate of the caller's codec when
    /// each begins.
    pub recording_rate: Option<SampleRate>,
    /// Playbacks that may be queued. Default: 64. More end at once with `Failed`.
    pub max_playbacks: usize,
    /// Pieces that one playback may have. Default: 1,024. One more makes it end with `Failed`.
    pub max_prompts: usize,
    /// Messages recorded at the same time. Default: 4. More end at once with `Failed`.
    pub max_records: usize,
    /// Keys that wait to be sent on a leg as tones. Default: 64. More are dropped and counted.
    pub max_digits: usize,
    /// Events that wait to be polled. Default: 256. More are dropped and counted.
    pub max_events: usize,
    /// Blocks of 500 ms that wait to be polled. Default: 16. While there are so many, what is recorded is dropped and
    /// counted; their memory is used again if it is given back.
    pub max_tap_blocks: usize,
    /// Blocks of 20 ms heard on the legs that wait to be polled, over all legs. Default: 32. What comes while there are
    /// so many is dropped and counted.
    pub max_ear_blocks: usize,
    /// Least time between two reports of the same key that came by different ways, ms. Default: 500.
    pub digit_window_ms: u32,
}

impl Default for CallMediaConfig {
    fn default() -> Self {
        Self {
            inband_dtmf: InbandDtmf::default(),
            vad: VadConfig::default(),
            speech_events: true,
            echo_guard: true,
            hold_music: None,
            recording_rate: None,
            max_playbacks: 64,
            max_prompts: 1_024,
            max_records: 4,
            max_digits: 64,
            max_events: 256,
            max_tap_blocks: 16,
            max_ear_blocks: 32,
            digit_window_ms: 500,
        }
    }
}

/// What a call's media had to drop because a limit was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dropped {
    /// Events that nobody polled in time.
    pub events: u64,
    /// Samples of recordings (of one channel) that found no free block.
    pub tap_samples: u64,
    /// Blocks of 20 ms heard on legs that were listened to and that nobody polled in time.
    pub ear_blocks: u64,
    /// Keys that were not sent.
    pub digits: u64,
}
