//! Flows that are made of tones, so that what is heard tells where the caller is.

use callwright_tests::signal::Sound;
use callwright_tests::{Api, Server};

/// The tone of [`line`].
pub const LINE_HZ: f64 = 1_000.0;
/// The tone of a menu's prompt.
pub const PROMPT_HZ: f64 = 500.0;
/// The tone behind key 1.
pub const ONE_HZ: f64 = 900.0;
/// The tone after a wrong key.
pub const WRONG_HZ: f64 = 1_400.0;
/// The tone after no key.
pub const SILENT_HZ: f64 = 1_700.0;

/// Puts a tone into the media folder.
pub fn tone(server: &Server, name: &str, hz: f64, seconds: f64) {
    Sound::tone(hz, seconds).written(&server.data().join("media"), name);
}

/// Lets `line` be answered by a tone of a minute and a half; `recording` is the flow's rule.
pub async fn line(server: &Server, recording: &str) -> Api {
    tone(server, "line.wav", LINE_HZ, 90.0);
    let yaml = format!(
        "languages: [en]\nrecording: {recording}\nnodes:\n  line:\n    play: line.wav\n    interrupt: false\n    next: hangup\n"
    );
    let api = server.api();
    api.flow("line", &yaml).await;
    api
}

/// Lets `menu` be answered by a menu: a prompt of `prompt` seconds, key 1 and nothing else, `timeout` for a key.
pub async fn menu(server: &Server, prompt: f64, timeout: &str) -> Api {
    tone(server, "prompt.wav", PROMPT_HZ, prompt);
    tone(server, "one.wav", ONE_HZ, 1.0);
    tone(server, "wrong.wav", WRONG_HZ, 0.6);
    tone(server, "silent.wav", SILENT_HZ, 0.6);
    let yaml = format!(
        "languages: [en]\nrecording: off\nnodes:\n  main:\n    menu:\n      say: [{{play: prompt.wav}}]\n      \
         options: {{1: one}}\n      timeout: {timeout}\n      tries: 3\n      no_input: {{say: [{{play: silent.wav}}]}}\n      \
         no_match: {{say: [{{play: wrong.wav}}]}}\n  one:\n    play: one.wav\n    next: hangup\n"
    );
    let api = server.api();
    api.flow("menu", &yaml).await;
    api
}
