//! Transcripts as text for people and players.

use std::fmt::Write as _;

use call_model::{Speaker, ToolReport};
use store::LineRecord;

use super::tool_use::summary;

/// What stands after words that were cut off.
const CUT: char = '—';

/// As WebVTT (W3C, Candidate Recommendation of 2019-04-04, section 4). `offset_ms`: place of the recording's first
/// sample, in ms from the answer; what was said before it is left out. Tools are comments (section 4.1).
pub(super) fn vtt(lines: &[LineRecord], tools: &[ToolReport], offset_ms: i64) -> String {
    let mut out = "WEBVTT\n".to_owned();
    for entry in merged(lines, tools) {
        let LineRecord { seq, line } = match entry {
            Entry::Line(line) => line,
            Entry::Tool(tool) => {
                let at = clock((wide(tool.at_ms).saturating_sub(offset_ms)).max(0), true);
                // An arrow would end the comment.
                let _ = writeln!(out, "\nNOTE {at} {}", one_line(&summary(tool)).replace("-->", "->"));
                continue;
            }
        };
        let place = |ms: u64| wide(ms).saturating_sub(offset_ms);
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

enum Entry<'a> {
    Line(&'a LineRecord),
    Tool(&'a ToolReport),
}

/// Lines and tools by the time at which they begin.
fn merged<'a>(lines: &'a [LineRecord], tools: &'a [ToolReport]) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = lines.iter().map(Entry::Line).chain(tools.iter().map(Entry::Tool)).collect();
    entries.sort_by_key(|entry| match entry {
        Entry::Line(record) => record.line.from_ms,
        Entry::Tool(tool) => tool.at_ms,
    });
    entries
}

fn wide(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

/// As text, a line each, with the time from the answer.
pub(super) fn text(lines: &[LineRecord], tools: &[ToolReport]) -> String {
    let mut out = String::new();
    for entry in merged(lines, tools) {
        let line = match entry {
            Entry::Line(record) => &record.line,
            Entry::Tool(tool) => {
                let _ = writeln!(out, "[{}] Tool: {}", clock(wide(tool.at_ms), false), one_line(&summary(tool)));
                continue;
            }
        };
        let at = clock(wide(line.from_ms), false);
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
    use call_model::{CallId, ToolFailure, TranscriptLine};
    use serde_json::json;

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

    fn tools() -> Vec<ToolReport> {
        let arguments = json!({"day": "a --> b"});
        let result = Err(ToolFailure::TimedOut);
        vec![ToolReport { at_ms: 1_200, name: "find_slots".into(), arguments, result, took_ms: 5 }]
    }

    #[test]
    fn a_player_gets_cues_on_the_recordings_time() {
        let wanted = "WEBVTT\n\n1\n00:00:00.000 --> 00:00:00.650\n<v Us>Hello, this is—\n\n\
                      NOTE 00:00:00.950 find_slots {\"day\":\"a -> b\"} => it took too long\n\n\
                      2\n01:02:02.754 --> 01:02:04.250\n<v Caller>A &lt;b&gt; &amp; --&gt; C\n\n\
                      3\n01:02:04.750 --> 01:02:04.751\n<v Us>Yes.\n";
        assert_eq!(vtt(&lines(), &tools(), 250), wanted);
        assert!(!vtt(&lines(), &[], 1_000).contains("Hello"), "it was said before the recording began");
    }

    #[test]
    fn people_get_a_line_each() {
        let wanted = "[00:00:00] Us: Hello, this is—\n[00:00:01] Tool: find_slots {\"day\":\"a --> b\"} => it took too \
                      long\n[01:02:03] Caller: A <b> & --> C\n[01:02:05] Us: Yes.\n";
        assert_eq!(text(&lines(), &tools()), wanted);
    }
}
