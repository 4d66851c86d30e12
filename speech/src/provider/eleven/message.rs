//! What the voice sends, and where its words lie.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::super::assemble::Assembler;
use super::super::failure::Failure;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    audio: Option<String>,
    is_final: Option<bool>,
    alignment: Option<Alignment>,
    normalized_alignment: Option<Alignment>,
    error: Option<serde_json::Value>,
    code: Option<i64>,
}

/// Where each character of a piece lies, in ms from the start of the piece. The vendor has spelled the last two fields
/// in more than one way.
#[derive(Debug, Clone, PartialEq, Deserialize, Default)]
pub(super) struct Alignment {
    #[serde(default)]
    chars: Vec<String>,
    #[serde(default, rename = "charStartTimesMs", alias = "charsStartTimesMs", alias = "char_start_times_ms")]
    starts: Vec<f64>,
    #[serde(default, rename = "charDurationsMs", alias = "charsDurationsMs", alias = "char_durations_ms")]
    durations: Vec<f64>,
}

/// One message: a piece of sound, or the end, or both.
#[derive(Debug, PartialEq)]
pub(super) struct Heard {
    pub(super) samples: Vec<i16>,
    pub(super) alignment: Option<Alignment>,
    pub(super) done: bool,
}

/// Reads a message. Sound is 16-bit little-endian samples at the assembler's rate.
pub(super) fn read(text: &str) -> Result<Heard, Failure> {
    let message: Message = serde_json::from_str(text).map_err(|_| Failure::Broken("a message is no JSON"))?;
    if message.error.is_some() {
        // The code is that of the WebSocket's end, 1008 for what will not work the next time either.
        let status = if message.code == Some(1008) { 400 } else { 500 };
        return Err(Failure::of_status(status, None, text.as_bytes()));
    }
    let bytes = STANDARD.decode(message.audio.unwrap_or_default());
    let bytes = bytes.map_err(|_| Failure::Broken("a piece of sound is no base 64"))?;
    let (pairs, _) = bytes.as_chunks::<2>();
    Ok(Heard {
        samples: pairs.iter().map(|pair| i16::from_le_bytes(*pair)).collect(),
        alignment: message.alignment.or(message.normalized_alignment),
        done: message.is_final == Some(true),
    })
}

/// Makes words of characters, also where a word goes on in the next piece.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// Ms of the pieces before this one.
    before_ms: f64,
    /// A word is open.
    inside: bool,
}

impl Words {
    /// Tells the assembler where this piece's words lie. To be called before the piece is pushed.
    pub(super) fn lay(&mut self, heard: &Heard, assembler: &mut Assembler) {
        let none = Alignment::default();
        let alignment = heard.alignment.as_ref().unwrap_or(&none);
        let places = alignment.starts.iter().zip(&alignment.durations);
        let mut open: Option<f64> = None;
        let mut end = self.before_ms;
        for (character, (start, duration)) in alignment.chars.iter().zip(places) {
            let (start, until) = (self.before_ms + start, self.before_ms + start + duration);
            if character.chars().all(char::is_whitespace) {
                self.close(open.take(), end, assembler);
                self.inside = false;
                continue;
            }
            if open.is_none() && !self.inside {
                open = Some(start);
            }
            self.inside = true;
            end = until;
        }
        self.close(open, end, assembler);
        self.before_ms += heard.samples.len() as f64 / 16.0;
    }

    /// A word ends there, or the piece does.
    fn close(&self, open: Option<f64>, end: f64, assembler: &mut Assembler) {
        match open {
            Some(start) => assembler.place(start as u64, end as u64),
            None if self.inside => assembler.extend(end as u64),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn messages_are_read_in_all_spellings() {
        for field in ["charDurationsMs", "charsDurationsMs"] {
            let text = format!(
                r#"{{"audio":"AQD//w==","isFinal":null,"alignment":{{"chars":["H","i"],"charStartTimesMs":[0,50],"{field}":[50,50]}}}}"#
            );
            let heard = read(&text).expect("a message");
            assert_eq!((heard.samples.as_slice(), heard.done), (&[1, -1][..], false));
            assert_eq!(heard.alignment.expect("an alignment").durations, [50.0, 50.0]);
        }
        assert!(read(r#"{"audio":null,"isFinal":true}"#).expect("the end").done);
        assert!(matches!(read(r#"{"audio":"%%%"}"#), Err(Failure::Broken(_))));
        let refused = read(r#"{"message":"You said hello","error":"quota_exceeded","code":1008}"#);
        assert!(matches!(&refused, Err(failure) if !failure.is_passing() && !failure.to_string().contains("hello")));
    }

    proptest! {
        #[test]
        fn any_message_is_read_or_refused(text in "\\PC{0,80}", number in -1e9..1e9_f64) {
            let _ = read(&text);
            let odd = format!(r#"{{"audio":"AAA=","alignment":{{"chars":["a"],"charStartTimesMs":[{number}],"charDurationsMs":[{number}]}}}}"#);
            if let Ok(heard) = read(&odd) {
                Words::default().lay(&heard, &mut Assembler::new(Vec::new(), std::sync::Arc::default()));
            }
        }
    }
}
