//! What is measured of a call, without anything of who spoke or what was said.

use std::time::Duration;

use call_model::{Direction, HangupCause, TurnReport};
use metrics::{counter, histogram};

use super::Call;

/// Counts a call that is over.
pub(super) fn call_ended(call: &Call, cause: HangupCause) {
    let direction = match call.direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    };
    // Trunks are configured: there are few of them.
    let trunk = call.facts.trunk.clone().unwrap_or_default();
    let outcome = word(cause);
    counter!("callwright_calls_total", "direction" => direction, "outcome" => outcome, "trunk" => trunk).increment(1);
    let Some(answered) = call.answered else { return };
    let setup = answered.saturating_duration_since(call.started);
    histogram!("callwright_call_setup_seconds", "direction" => direction).record(setup.as_secs_f64());
    histogram!("callwright_call_talk_seconds", "direction" => direction).record(answered.elapsed().as_secs_f64());
}

/// Counts how a leg sounded.
pub(super) fn leg_ended(quality: &store::LegQuality) {
    for (what, packets) in [
        ("received", quality.received),
        ("lost", quality.lost),
        ("late", quality.late),
        ("duplicate", quality.duplicates),
    ] {
        counter!("callwright_rtp_leg_packets_total", "what" => what).increment(packets);
    }
    if quality.received == 0 {
        return counter!("callwright_rtp_silent_legs_total").increment(1);
    }
    let expected = quality.received + quality.lost;
    histogram!("callwright_rtp_loss_ratio").record(quality.lost as f64 / expected as f64);
    histogram!("callwright_rtp_jitter_seconds").record(quality.jitter_ms / 1_000.0);
    if let Some(mos) = quality.mos {
        histogram!("callwright_rtp_mos").record(mos);
    }
    if let Some(rtt) = quality.rtt_ms {
        histogram!("callwright_rtp_round_trip_seconds").record(rtt / 1_000.0);
    }
}

/// Counts an agent's turn.
pub(super) fn turn(report: &TurnReport) {
    for (stage, ms) in [
        ("hearing", report.turn_end),
        ("first_token", report.first_token),
        ("brain", report.first_clause),
        ("voice", report.first_audio),
        ("total", report.total),
    ] {
        if let Some(ms) = ms {
            histogram!("callwright_turn_seconds", "stage" => stage).record(Duration::from_millis(ms).as_secs_f64());
        }
    }
    if report.interrupted {
        counter!("callwright_turns_interrupted_total").increment(1);
    }
}

/// The cause as it is written everywhere else.
fn word(cause: HangupCause) -> String {
    let word = serde_json::to_value(cause).ok();
    word.and_then(|word| Some(word.as_str()?.to_owned())).unwrap_or_default()
}
