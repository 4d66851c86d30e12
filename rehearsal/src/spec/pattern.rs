//! What somebody's words are compared to.

use std::fmt;

use regex::{Regex, RegexBuilder};
use serde_json::Value;
use voice_agent::config::clip;

/// The longest regular expression, characters.
const LONGEST: usize = 500;
/// The most that one takes once it is compiled, and the most that is kept of it while it is looked for, bytes.
const COMPILED: usize = 256 * 1024;
const CACHE: usize = 256 * 1024;

/// Why a text between slashes is no pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatternFault {
    /// It is longer than may be.
    Long(usize),
    /// It takes more memory than may be, by repetitions or classes.
    Large,
    /// It is no regular expression: why.
    Wrong(String),
}

impl fmt::Display for PatternFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Long(count) => {
                write!(f, "this regular expression has {count} characters; at most {LONGEST} are read")
            }
            Self::Large => {
                write!(f, "this regular expression is too large: repeat less in it, or smaller parts")
            }
            Self::Wrong(reason) => write!(f, "this is no regular expression: {reason}"),
        }
    }
}

impl std::error::Error for PatternFault {}

impl From<regex::Error> for PatternFault {
    fn from(error: regex::Error) -> Self {
        if let regex::Error::CompiledTooBig(_) = error {
            return Self::Large;
        }
        let reason = error.to_string();
        Self::Wrong(clip(reason.lines().last().unwrap_or_default().trim_start_matches("error: ")))
    }
}

/// The regular expression of a text between slashes.
pub(super) fn expression(text: &str) -> Option<&str> {
    text.strip_prefix('/')?.strip_suffix('/')
}

/// Words, or one of several; a text between slashes is a regular expression. Case and punctuation do not count.
#[derive(Clone)]
pub struct Pattern {
    any: Vec<One>,
}

#[derive(Clone)]
enum One {
    Words { written: String, words: Vec<String> },
    Regex { written: String, regex: Regex },
}

impl Pattern {
    /// Any of these.
    pub fn any<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, PatternFault> {
        let any = texts.into_iter().map(One::read).collect::<Result<_, _>>()?;
        Ok(Self { any })
    }

    /// These words.
    pub fn words(text: &str) -> Self {
        Self { any: vec![One::Words { written: text.to_owned(), words: words(text) }] }
    }

    /// Whether it is found in the text.
    pub fn is_in(&self, text: &str) -> bool {
        let said = words(text);
        self.any.iter().any(|one| one.is_in(text, &said))
    }
}

impl One {
    fn read(text: &str) -> Result<Self, PatternFault> {
        let written = text.to_owned();
        if let Some(regex) = expression(text) {
            let count = regex.chars().count();
            if count > LONGEST {
                return Err(PatternFault::Long(count));
            }
            let mut regex = RegexBuilder::new(regex);
            let regex = regex.case_insensitive(true).size_limit(COMPILED).dfa_size_limit(CACHE).build()?;
            return Ok(Self::Regex { written, regex });
        }
        Ok(Self::Words { words: words(text), written })
    }

    fn is_in(&self, text: &str, said: &[String]) -> bool {
        match self {
            Self::Regex { regex, .. } => regex.is_match(text),
            Self::Words { words, .. } if words.is_empty() => false,
            Self::Words { words, .. } => said.windows(words.len()).any(|window| window == words),
        }
    }

    fn written(&self) -> &str {
        match self {
            Self::Regex { written, .. } | Self::Words { written, .. } => written,
        }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.any.iter().map(|one| format!("“{}”", one.written())).collect();
        f.write_str(&texts.join(" or "))
    }
}

/// The words of a text: lower case, without punctuation.
pub fn words(text: &str) -> Vec<String> {
    let word = |word: &str| word.trim_matches('\'').to_lowercase();
    let kept = |c: char| c.is_alphanumeric() || c == '\'' || c == '’';
    text.replace('’', "'").split(|c| !kept(c)).map(word).filter(|word| !word.is_empty()).collect()
}

/// Whether a value is as it was wanted: a mapping holds all that is wanted, a list names what is allowed, a text is found
/// in the text, and a telephone number is the same with and without its country.
pub fn matches_value(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Array(any), _) => any.iter().any(|wanted| matches_value(wanted, found)),
        (Value::Object(wanted), Value::Object(found)) => {
            wanted.iter().all(|(key, wanted)| found.get(key).is_some_and(|found| matches_value(wanted, found)))
        }
        (_, Value::Array(found)) => found.iter().any(|found| matches_value(wanted, found)),
        (Value::String(wanted), found) => {
            let found = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
            if wanted.starts_with(['+', '0']) && wanted.len() > 5 {
                let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
                return digits(&found).ends_with(digits(wanted).trim_start_matches('0'));
            }
            let pattern = Pattern::any([wanted.as_str()]);
            found.to_lowercase().contains(&wanted.to_lowercase()) || pattern.is_ok_and(|pattern| pattern.is_in(&found))
        }
        (wanted, Value::String(found)) => wanted.to_string().as_str() == found,
        (Value::Number(wanted), Value::Number(found)) => wanted.as_f64() == found.as_f64(),
        (wanted, found) => wanted == found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_are_found_whole_and_whatever_stands_between_them() {
        let said = "We’re open until six, on Tuesday!";
        assert!(Pattern::words("until six on tuesday").is_in(said) && Pattern::words("we're open").is_in(said));
        assert!(!Pattern::words("pen until").is_in(said) && !Pattern::words("").is_in(said));
        let any = Pattern::any(["seven", "/tues(day)?/"]).unwrap();
        assert!(any.is_in(said));
        assert_eq!(any.to_string(), "“seven” or “/tues(day)?/”");
        assert!(Pattern::any(["/(/"]).is_err());
    }

    #[test]
    fn expressions_are_bounded_in_length_and_in_size() {
        let fault = |text: &str| Pattern::any([text]).err();
        assert_eq!(fault(&format!("/{}/", "a".repeat(LONGEST))), None);
        assert_eq!(fault(&format!("/{}/", "a".repeat(LONGEST + 1))), Some(PatternFault::Long(LONGEST + 1)));
        assert_eq!(fault(r"/\d{1,4}-\w+ (street|road)/"), None);
        for large in [r"/(\w{50}){50}/", r"/((a{100}){100}){100}/", r"/[\w\s]{400}/"] {
            assert_eq!(fault(large), Some(PatternFault::Large), "{large}");
        }
        assert!(fault("/(/").is_some_and(|fault| fault.to_string().contains("unclosed group")));
    }

    #[test]
    fn values_are_matched_in_part() {
        let found = json!({"service": "cleaning", "name": "Maria Miller", "phone": "+49 30 555 001", "n": 2, "at": "2026-11-24T10:00"});
        for wanted in [
            json!({"service": "cleaning"}),
            json!({"name": "/mil+er/", "n": 2}),
            json!({"name": ["Smith", "maria"]}),
            json!({"phone": "030 555001", "n": "2"}),
            json!({"at": "2026-11-24"}),
            json!({}),
        ] {
            assert!(matches_value(&wanted, &found), "{wanted}");
        }
        for wanted in
            [json!({"service": "crown"}), json!({"day": "x"}), json!({"n": 3}), json!({"phone": "030 555002"})]
        {
            assert!(!matches_value(&wanted, &found), "{wanted}");
        }
    }
}
