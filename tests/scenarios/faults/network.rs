//! Packets that are lost, late, overtaken and doubled, a fifth of them each and both ways: bad, and a call all the same.

use callwright_tests::Server;
use callwright_tests::caller::{self, call_with, config, heard, press, script, timeline};
use callwright_tests::signal::{Sound, read_wav};
use media::codec::Codec;
use synthetic_caller::{CallerConfig, Ending, Line, Report, Step};

use super::{CALLER, counted, metrics};
use crate::flows::{LINE_HZ, ONE_HZ, line, menu};

const VOICE_HZ: f64 = 600.0;

/// A fifth of everything.
fn weather(seed: u64) -> Line {
    Line { loss: 0.2, burst: 1.2, late: 0.2, overtaken: 0.2, doubled: 0.2, jitter_ms: 20, seed, ..Line::default() }
}

async fn talked(server: &Server, codec: Codec, seed: u64) -> Report {
    let voice = Sound::tone(VOICE_HZ, 16.0).written(server.folder(), "voice.wav");
    let caller = CallerConfig { codecs: vec![codec], line: weather(seed), ..config(CALLER) };
    call_with(caller, script(server.address("line"), vec![Step::Speech, Step::Play(voice), Step::HangUp])).await
}

#[tokio::test]
async fn a_fifth_of_all_packets_lost_late_overtaken_and_doubled_leaves_a_call() {
    let server = Server::start().await;
    let api = line(&server, "announced").await;
    // What Opus makes up for what is lost is less of a tone.
    for (codec, seed, least) in [(Codec::Pcma, 1, 8.0), (Codec::Opus, 2, 3.0)] {
        let report = talked(&server, codec, seed).await;
        assert_eq!(report.ending, Ending::ByUs, "{}", timeline(&report));
        // The caller hears the line for most of the time: what is lost is concealed or missing, never repeated.
        let line = heard(&report).tone_seconds(LINE_HZ);
        assert!(line > 8.0, "{codec:?}: the line was heard for {line:.2} s of some 13\n{}", timeline(&report));
        // The books have a whole call, a recording in which the caller is heard, and how bad it was.
        let call = api.last_call().await;
        assert_eq!(call["cause"], "normal", "{call:#}");
        let sound = read_wav(&api.recording(call["id"].as_str().unwrap()).await);
        let voice = sound[0].tone_seconds(VOICE_HZ);
        assert!((least..17.0).contains(&voice), "{codec:?}: {voice:.2} s of the caller's are recorded");
        let quality = &call["legs"][0]["quality"];
        let count = |name: &str| quality[name].as_f64().unwrap();
        let share = count("lost") / (count("lost") + count("received"));
        assert!((0.1..0.3).contains(&share), "{share} counted as lost: {quality:#}");
        assert!(count("mos") < 4.0, "{quality:#}");
    }
    let text = metrics(&api).await;
    for what in ["lost", "duplicate"] {
        let packets = counted(&text, "callwright_rtp_leg_packets_total", &[&format!("what=\"{what}\"")]);
        assert!(packets > 50.0, "{packets} packets are {what}\n{text}");
    }
}

#[tokio::test]
async fn a_key_comes_through_it() {
    let server = Server::start().await;
    menu(&server, 1.0, "8s").await;
    for seed in 1..=3 {
        let caller = CallerConfig { line: weather(seed), ..config(CALLER) };
        let steps = vec![Step::Speech, caller::wait(1.5), press("1")];
        let report = call_with(caller, script(server.address("menu"), steps)).await;
        let one = heard(&report).tone_seconds(ONE_HZ);
        assert!(one > 0.5, "seed {seed}: what is behind the key was heard for {one:.2} s\n{}", timeline(&report));
    }
}
