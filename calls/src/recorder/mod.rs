//! A recorder of record elsewhere, fed by SIPREC ([RFC 7866](https://www.rfc-editor.org/rfc/rfc7866)): which calls it gets,
//! what it is told of them, and the session that carries their voices. Without I/O; `call/feeding.rs` does it.

mod body;
mod metadata;
mod streams;
mod telling;

use std::time::Duration;

use call_model::CallFacts;
use media::sdp::SrtpPolicy;
use sip_core::Credentials;
use sip_core::message::Uri;

use crate::app::{AppError, AppRef, MadeApp, RecordingRule};
use crate::house::House;

pub(crate) use body::body;
pub(crate) use metadata::{Metadata, Person};
pub(crate) use streams::{Settled, Streams};
pub(crate) use telling::Telling;

/// Where the recorder is, which calls it gets, and what becomes of calls that it does not take.
#[derive(Debug, Clone)]
pub struct RecorderSettings {
    /// Its address.
    pub target: Uri,
    /// What answers its challenges.
    pub credentials: Option<Credentials>,
    /// Whether the voices are encrypted on their way, with keys in the session description.
    pub srtp: SrtpPolicy,
    /// Our numbers whose calls it gets, as the directory names them; with `trunks` also empty: all.
    pub numbers: Vec<String>,
    /// The trunks whose calls it gets.
    pub trunks: Vec<String>,
    /// How calls are treated for it that are not recorded by their own rule; `None`: it does not get them.
    pub otherwise: Option<RecordingRule>,
    /// No call without it: one that it does not take is refused, one that it drops is ended.
    pub required: bool,
    /// How long it may take to answer.
    pub patience: Duration,
    /// When it is tried again after it did not take a call or dropped it; zero: not.
    pub retry: Duration,
}

impl RecorderSettings {
    /// Whether it gets a call of this number and trunk.
    fn gets(&self, number: &str, trunk: Option<&str>) -> bool {
        let all = self.numbers.is_empty() && self.trunks.is_empty();
        let by_number = self.numbers.iter().any(|known| known.eq_ignore_ascii_case(number));
        let by_trunk = trunk.is_some_and(|trunk| self.trunks.iter().any(|known| known == trunk));
        all || by_number || by_trunk
    }
}

/// Whether a call goes to the recorder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Fed {
    /// It does not.
    #[default]
    No,
    /// It does, beside our own recording.
    Beside,
    /// It does, and we keep no recording ourselves.
    Alone,
}

/// Makes a call's app, which tells or asks the caller of the recording, and says whether the recorder gets the call.
pub(crate) fn make(
    house: &House,
    app: &AppRef,
    facts: &CallFacts,
    rule: Option<RecordingRule>,
) -> Result<(MadeApp, Fed), AppError> {
    let made = house.apps().make(app, facts, rule)?;
    let recorder = house.settings.recorder.as_deref();
    let Some(recorder) = recorder.filter(|it| it.gets(&facts.number, facts.trunk.as_deref())) else {
        return Ok((made, Fed::No));
    };
    if made.recording != RecordingRule::Off {
        return Ok((made, Fed::Beside));
    }
    let Some(rule) = recorder.otherwise else { return Ok((made, Fed::No)) };
    let made = house.apps().make(app, facts, Some(rule))?;
    // An app that can tell nobody is not recorded.
    let fed = if made.recording == RecordingRule::Off { Fed::No } else { Fed::Alone };
    Ok((made, fed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorder_gets_all_calls_or_those_that_are_named() {
        let settings = |numbers: &[&str], trunks: &[&str]| RecorderSettings {
            target: Uri::parse("sip:recorder.example").expect("an address"),
            credentials: None,
            srtp: SrtpPolicy::Off,
            numbers: numbers.iter().map(|it| (*it).to_owned()).collect(),
            trunks: trunks.iter().map(|it| (*it).to_owned()).collect(),
            otherwise: None,
            required: false,
            patience: Duration::from_secs(1),
            retry: Duration::ZERO,
        };
        assert!(settings(&[], &[]).gets("reception", None));
        assert!(settings(&["Reception"], &[]).gets("reception", Some("acme")));
        assert!(!settings(&["reception"], &[]).gets("sales", Some("acme")));
        assert!(settings(&["reception"], &["acme"]).gets("sales", Some("acme")));
        assert!(!settings(&[], &["acme"]).gets("sales", None));
    }
}
