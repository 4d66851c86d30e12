//! By whom a call went before it came here: Diversion (RFC 5806) and History-Info (RFC 7044).

use std::fmt;

use super::asserted::Privacy;
use super::headers::Headers;
use super::lex;
use super::name::HeaderName;
use super::name_addr::NameAddr;
use super::uri::Uri;

/// Stations of a call's way that are read and written at most.
pub const MAX_DIVERSIONS: usize = 16;

/// Why a call was sent on (RFC 5806 section 8, RFC 4458 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DiversionReason {
    /// Nobody says why.
    #[default]
    Unknown,
    /// All calls are sent on.
    Unconditional,
    /// It was busy.
    Busy,
    /// Nobody answered.
    NoAnswer,
    /// It could not be reached.
    Unavailable,
    /// The callee sent it on while it rang.
    Deflection,
    /// At this time of day.
    TimeOfDay,
    /// It does not want to be disturbed.
    DoNotDisturb,
    /// It followed the callee.
    FollowMe,
    /// It is out of service.
    OutOfService,
    /// Away.
    Away,
}

impl DiversionReason {
    const WORDS: [(Self, &'static str, u16); 11] = [
        (Self::Unknown, "unknown", 404),
        (Self::Unconditional, "unconditional", 302),
        (Self::Busy, "user-busy", 486),
        (Self::NoAnswer, "no-answer", 408),
        (Self::Unavailable, "unavailable", 503),
        (Self::Deflection, "deflection", 480),
        (Self::TimeOfDay, "time-of-day", 302),
        (Self::DoNotDisturb, "do-not-disturb", 480),
        (Self::FollowMe, "follow-me", 302),
        (Self::OutOfService, "out-of-service", 503),
        (Self::Away, "away", 480),
    ];

    /// As Diversion and our books write it.
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(reason, ..)| *reason == self).map_or("unknown", |(_, word, _)| word)
    }

    /// As History-Info writes it: a status of SIP (RFC 4458 table 1).
    pub fn cause(self) -> u16 {
        Self::WORDS.iter().find(|(reason, ..)| *reason == self).map_or(404, |(.., cause)| *cause)
    }

    fn from_word(text: &str) -> Self {
        let text = text.trim_matches('"');
        Self::WORDS.iter().find(|(_, word, _)| word.eq_ignore_ascii_case(text)).map_or(Self::Unknown, |(it, ..)| *it)
    }

    fn from_cause(cause: u16) -> Self {
        match cause {
            487 => Self::Deflection,
            cause => Self::WORDS.iter().skip(1).find(|(.., it)| *it == cause).map_or(Self::Unknown, |(it, ..)| *it),
        }
    }
}

/// Somebody for whom a call was, and who sent it on.
#[derive(Clone, PartialEq, Eq)]
pub struct Diversion {
    /// Who.
    pub by: NameAddr,
    /// Why.
    pub reason: DiversionReason,
    /// How often in a row; at least 1.
    pub count: u16,
    /// It is not to be shown.
    pub private: bool,
}

impl fmt::Debug for Diversion {
    // Who was called is private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diversion").field("reason", &self.reason).field("count", &self.count).finish_non_exhaustive()
    }
}

impl Diversion {
    /// A station of ours.
    pub fn new(by: Uri, reason: DiversionReason) -> Self {
        Self { by: NameAddr::new(by), reason, count: 1, private: false }
    }

    fn read(by: NameAddr) -> Self {
        let reason = by.params.get("reason").map_or(DiversionReason::Unknown, DiversionReason::from_word);
        let count = by.params.get("counter").and_then(|text| text.parse().ok()).unwrap_or(1).max(1);
        let private = by.params.get("privacy").is_some_and(|word| !word.trim_matches('"').eq_ignore_ascii_case("off"));
        Self { by, reason, count, private }
    }
}

/// How often a call was sent on: what a loop makes ever larger.
pub fn times_diverted(diversions: &[Diversion]) -> usize {
    diversions.iter().map(|it| usize::from(it.count)).sum()
}

/// Diversion and History-Info.
impl Headers {
    /// By whom the call went, who was called first at the head: from History-Info where it tells of any, else from
    /// Diversion.
    pub fn diversions(&self) -> Vec<Diversion> {
        let history = self.history();
        if history.is_empty() { self.diversion_headers() } else { history }
    }

    /// Diversion has the last one at the head (RFC 5806 section 3.1).
    fn diversion_headers(&self) -> Vec<Diversion> {
        let lines = self.get_list(&HeaderName::Diversion).filter_map(|text| NameAddr::parse(text).ok());
        let mut found: Vec<Diversion> = lines.take(MAX_DIVERSIONS).map(Diversion::read).collect();
        found.reverse();
        found
    }

    /// Each station but the last, which is us. An entry that nobody was sent on from (the same target again, by another
    /// proxy) says neither Reason nor cause and tells nothing.
    fn history(&self) -> Vec<Diversion> {
        let lines = self.get_list(&HeaderName::HistoryInfo).filter_map(|text| NameAddr::parse(text).ok());
        let mut entries: Vec<(Vec<u32>, NameAddr)> =
            lines.take(MAX_DIVERSIONS + 1).filter_map(|entry| Some((index_of(&entry)?, entry))).collect();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        let mut found = Vec::new();
        for pair in entries.windows(2) {
            let ((_, entry), (_, next)) = (&pair[0], &pair[1]);
            let given = reason_of(entry).or_else(|| cause_param(next));
            let Some(cause) = given else { continue };
            let private = privacy_of(entry).is_some_and(|privacy| privacy.history || privacy.hides_caller());
            let mut by = entry.clone();
            by.uri.headers = None;
            found.push(Diversion { by, reason: DiversionReason::from_cause(cause), count: 1, private });
        }
        found
    }
}

/// `1.1.2` as numbers.
fn index_of(entry: &NameAddr) -> Option<Vec<u32>> {
    let text = entry.params.get("index")?;
    let index: Vec<u32> = text.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    (index.len() <= MAX_DIVERSIONS * 2).then_some(index)
}

/// A header of the entry's URI, unescaped.
fn uri_header(entry: &NameAddr, wanted: &str) -> Option<String> {
    let headers = entry.uri.headers.as_deref()?;
    let mut pairs = headers.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
    Some(lex::unescape(value).into_owned())
}

/// The cause of the Reason in the entry's URI (RFC 7044 section 10.2, RFC 3326).
fn reason_of(entry: &NameAddr) -> Option<u16> {
    let reason = uri_header(entry, "Reason")?;
    let cause = reason.split(';').find_map(|param| lex::trim(param).strip_prefix("cause="))?;
    lex::trim(cause).parse().ok()
}

/// The cause for which a call came to this target (RFC 4458 section 2).
fn cause_param(entry: &NameAddr) -> Option<u16> {
    entry.uri.params.get("cause")?.parse().ok()
}

fn privacy_of(entry: &NameAddr) -> Option<Privacy> {
    uri_header(entry, "Privacy").map(|text| Privacy::parse(&text))
}

/// The Diversion headers of a call that goes on, the last station first.
pub fn diversion_values(diversions: &[Diversion]) -> Vec<String> {
    let value = |it: &Diversion| {
        let mut by = NameAddr::new(it.by.uri.clone());
        by.uri.headers = None;
        by.params.set("reason", it.reason.as_str());
        by.params.set("counter", &it.count.to_string());
        by.params.set("privacy", if it.private { "full" } else { "off" });
        by.to_string()
    };
    diversions.iter().rev().take(MAX_DIVERSIONS).map(value).collect()
}

/// The History-Info of a call that goes on to `target`.
pub fn history_values(diversions: &[Diversion], target: &Uri) -> Vec<String> {
    let kept = &diversions[diversions.len().saturating_sub(MAX_DIVERSIONS)..];
    let mut index = String::from("1");
    let mut values = Vec::with_capacity(kept.len() + 1);
    for it in kept {
        let mut uri = it.by.uri.clone();
        let privacy = if it.private { "&Privacy=history" } else { "" };
        uri.headers = Some(format!("Reason=SIP%3Bcause%3D{}{privacy}", it.reason.cause()));
        values.push(format!("<{uri}>;index={index}"));
        index.push_str(".1");
    }
    let mut uri = target.clone();
    uri.headers = None;
    uri.params.remove("transport");
    if let Some(last) = kept.last() {
        uri.params.set("cause", &last.reason.cause().to_string());
        let before = index.strip_suffix(".1").unwrap_or(&index);
        values.push(format!("<{uri}>;index={index};mp={before}"));
    } else {
        values.push(format!("<{uri}>;index={index}"));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &HeaderName, lines: &[&str]) -> Headers {
        let mut headers = Headers::default();
        for text in lines {
            headers.push(name.clone(), *text);
        }
        headers
    }

    fn way(headers: &Headers) -> Vec<(String, &'static str, bool)> {
        let station = |it: &Diversion| (it.by.uri.to_string(), it.reason.as_str(), it.private);
        headers.diversions().iter().map(station).collect()
    }

    #[test]
    fn diversion_is_read_from_the_last_to_the_first() {
        // RFC 5806 section 9.2: Carol forwards to Bob, Bob to Alice.
        let lines = headers(
            &HeaderName::Diversion,
            &[
                "<sip:Bob@uno.example>;reason=user-busy;counter=2;privacy=off",
                "\"Carol\" <sip:carol@uno.example>;reason=\"no-answer\";privacy=full, <sip:broken",
            ],
        );
        let read = way(&lines);
        assert_eq!(read[0], ("sip:carol@uno.example".into(), "no-answer", true));
        assert_eq!(read[1], ("sip:Bob@uno.example".into(), "user-busy", false));
        assert_eq!(times_diverted(&lines.diversions()), 3);
    }

    #[test]
    fn history_is_read_in_the_order_of_its_indices() {
        // RFC 7044 section 10.4 in its manner: Bob sends on, his office is busy, home is called.
        let lines = headers(
            &HeaderName::HistoryInfo,
            &[
                "<sip:bob@example.com?Reason=SIP%3Bcause%3D302>;index=1",
                "<sip:home@example.com>;index=1.2;mp=1, <sip:office@example.com?Reason=SIP%3Bcause%3D486%3Btext%3D%22Busy%20Here%22&Privacy=history>;index=1.1",
            ],
        );
        let read = way(&lines);
        assert_eq!(read[0], ("sip:bob@example.com".into(), "unconditional", false));
        assert_eq!(read[1], ("sip:office@example.com".into(), "user-busy", true));
        assert_eq!(read.len(), 2);
    }

    #[test]
    fn a_cause_may_stand_with_the_new_target() {
        let lines = headers(
            &HeaderName::HistoryInfo,
            &["<sip:+12015550100@a.example>;index=1", "<sip:+12015550101@a.example;cause=408>;index=1.1"],
        );
        assert_eq!(way(&lines), [("sip:+12015550100@a.example".to_owned(), "no-answer", false)]);
    }

    #[test]
    fn a_history_without_diversion_tells_nothing_and_leaves_the_word_to_diversion() {
        let mut lines =
            headers(&HeaderName::HistoryInfo, &["<sip:a@a.example>;index=1", "<sip:a@10.0.0.1>;index=1.1", "nonsense"]);
        lines.push(HeaderName::Diversion, "<tel:+12015550100>;reason=unconditional");
        assert_eq!(way(&lines), [("tel:+12015550100".to_owned(), "unconditional", false)]);
    }

    #[test]
    fn a_thousand_stations_are_not_read() {
        let many = vec!["<sip:a@a.example>;reason=user-busy"; 1_000];
        assert_eq!(headers(&HeaderName::Diversion, &many).diversions().len(), MAX_DIVERSIONS);
        let deep = format!("<sip:a@a.example>;index={}", vec!["1"; 1_000].join("."));
        assert!(headers(&HeaderName::HistoryInfo, &[&deep, &deep]).diversions().is_empty());
    }

    #[test]
    fn what_is_written_is_read_again() {
        let by = |text: &str| Uri::parse(text).expect("a URI");
        let first = Diversion::new(by("sip:+12015550100@a.example"), DiversionReason::NoAnswer);
        let second =
            Diversion { private: true, ..Diversion::new(by("sip:+12015550101@a.example"), DiversionReason::Busy) };
        let all = vec![first, second];
        let values = diversion_values(&all);
        let texts: Vec<&str> = values.iter().map(String::as_str).collect();
        let expected = vec![
            ("sip:+12015550100@a.example".to_owned(), "no-answer", false),
            ("sip:+12015550101@a.example".to_owned(), "user-busy", true),
        ];
        assert_eq!(way(&headers(&HeaderName::Diversion, &texts)), expected);
        let values = history_values(&all, &by("sip:+12025550199@b.example;transport=tcp"));
        assert_eq!(values[2], "<sip:+12025550199@b.example;cause=486>;index=1.1.1;mp=1.1");
        let texts: Vec<&str> = values.iter().map(String::as_str).collect();
        assert_eq!(way(&headers(&HeaderName::HistoryInfo, &texts)), expected);
    }
}
