//! Transcripts as text for people and players.

use std::fmt::Write as _;

use call_model::Speaker;
use store::LineRecord;

/// What stands after words that were cut off.
const CUT: char = '—';

/// As WebVTT (W3C, Candidate Recommendation of 2019-04-04, section 4). `offset_ms`: place of the recording's first
/// sample, in ms from the answer; what was said before it is left out.
pub(super) fn vtt(lines: &[LineRecord], offset_ms: i64) -> String {
    let mut out = "WEBVTT\n".to_owned();
    for LineRecord { seq, line } in lines {
        let place = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX).saturating_sub(offset_ms);
        let (from, to) = (place(line.from_ms).max(0), place(line.to_ms));
        if to < 0 {
            continue;
        }
        // A cue ends after it begins.
        let to = to.max(from + 1);
        let _ = write!(out, "\n{seq}\n{} --> {}\n<v {}>", clock(from, true), clock(to, true), name(line.speaker));
        for c in one_line(&line.text).chars() {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                c => out.push(c),
            }
        }
        if line.cut {
            out.push(CUT);
        }
        out.push('\n');
    }
    out
}

/// As text, a line each, with the time from the answer.
pub(super) fn text(lines: &[LineRecord]) -> String {
    let mut out = String::new();
    for LineRecord { line, .. } in lines {
        let at = clock(i64::try_from(line.from_ms).unwrap_or(i64::MAX), false);
        let _ = write!(out, "[{at}] {}: {}", name(line.speaker), one_line(&line.text));
        if line.cut {
            out.push(CUT);
        }
        out.push('\n');
    }
    out
}

fn name(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::Caller => "Caller",
        Speaker::Us => "Us",
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn clock(ms: i64, exact: bool) -> String {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    if exact {
        format!("{hours:02}:{minutes:02}:{seconds:02}.{:03}", ms % 1_000)
    } else {
        format!("{hours:02}:{minutes:02}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use call_model::{CallId, TranscriptLine};

    use super::*;

    fn lines() -> Vec<LineRecord> {
        let line = |seq, speaker, from_ms, to_ms, text: &str, cut| LineRecord {
            seq,
            line: TranscriptLine {
                call: CallId::from_parts(1, 1),
                speaker,
                from_ms,
                to_ms,
                text: text.to_owned(),
                words: Vec::new(),
                confidence: None,
                language: None,
                cut,
            },
        };
        vec![
            line(1, Speaker::Us, 100, 900, "Hello, this is", true),
            line(2, Speaker::Caller, 3_723_004, 3_724_500, "A <b> & -->\n\nC", false),
            line(3, Speaker::Us, 3_725_000, 3_725_000, "Yes.", false),
        ]
    }

    #[test]
    fn a_player_gets_cues_on_the_recordings_time() {
        let wanted = "WEBVTT\n\n1\n00:00:00.000 --> 00:00:00.650\n<v Us>Hello, this is—\n\n\
                      2\n01:02:02.754 --> 01:02:04.250\n<v Caller>A &lt;b&gt; &amp; --&gt; C\n\n\
                      3\n01:02:04.750 --> 01:02:04.751\n<v Us>Yes.\n";
        assert_eq!(vtt(&lines(), 250), wanted);
        assert!(!vtt(&lines(), 1_000).contains("Hello"), "it was said before the recording began");
    }

    #[test]
    fn people_get_a_line_each() {
        let wanted = "[00:00:00] Us: Hello, this is—\n[01:02:03] Caller: A <b> & --> C\n[01:02:05] Us: Yes.\n";
        assert_eq!(text(&lines()), wanted);
    }
}
