//! The language of the table.
//!
//! ```text
//! == the title of a situation
//! language de                      the call's language; en when nothing is said
//! agent patience: patient          a line of the agent's YAML
//! ears turns 150 350               signals of the recogniser, ms after the speech: turn likely, line and turn ended
//! ears stream 300                  words while they are spoken, the line 300 ms after the speech, no signals
//! ears batch 300                   only the line
//! ears deaf                        nothing
//! mouth 150 300                    a voice starts 150 ms after it is asked for, and speaks a word in 300 ms
//! brain "open" -> 400 "Until six." when the caller's last words hold `open`: first token after 400 ms
//! brain tool -> 200 "Done."        when a tool gave something back
//! brain * -> fail 300              fails after 300 ms; `stall` is never heard of again; `cut 300 "We"` breaks off
//! brain * -> 100 "Bye." hang_up {} calls a tool; `; other {..}` after it calls another one
//! brain result "slots" -> ...      when a tool gave back something with these words
//! house find -> 900 {"slots": []}  a tool of the house, and what it gives back after 900 ms; also `fail 900 "why"`,
//!                                  `refuse 900 "why"`, and `stall`: it is never heard of again
//! brain "price" -> unknown 300 "I do not know." the documents do not answer it
//! contact {"name": "Eva"}          what is known of the caller
//! vars {"a": 1}                    variables handed over
//! closed                           the business is closed
//! withheld                         the caller's number is not known
//! from answer                      time counts from the answer; else from the end of the greeting
//! until 30000                      how long to watch
//!
//! 0 caller "Are you" 500 more      speaks for 500 ms; `more`: the recogniser does not take this for the end
//! "Until"+300 caller "Stop" 400    300 ms after the caller began to hear a sentence that begins with `Until`
//! 900 sound 200                    a cough: sound without words; `hum 900 "mm-hm"` words that only a line brings
//! 900 partial "x"                  also: line "x" FROM TO, likely "x", resumed, ended "x", lost, back, key 5,
//!                                  voice, silence, hangup, hold, unhold, voicefails, transfer completed,
//!                                  queued 3, taken, notreturned,
//!                                  recorded silence 4000, returned {"a": 1}
//!
//! asks "words" in 500..900         a brain is asked, and these are the caller's last words
//! hears "words" in 0..900          the caller begins to hear a text with these words
//! pauses, resumes, stops, ends     `in A..B` everywhere, or `in "Until"+0..+500`
//! heard "words"                    the brain is told that the caller heard exactly this of us, at some time
//! does remember "text"             a command with this name and text in its JSON, where ' stands for a quote
//! never WHAT                       none of it
//! count WHAT 2                     exactly so often
//! report speculated                the last report says so: also interrupted, total 0..900, wasted 1
//! ```

use call_model::ToolFailure;

/// One situation.
#[derive(Debug, Default)]
pub struct Situation {
    pub line: usize,
    pub title: String,
    pub language: String,
    pub agent: Vec<String>,
    pub ears: Ears,
    pub mouth: (u64, u64),
    pub brains: Vec<Rule>,
    pub house: Vec<(String, HouseReply)>,
    pub contact: serde_json::Map<String, serde_json::Value>,
    pub variables: serde_json::Map<String, serde_json::Value>,
    pub closed: bool,
    pub withheld: bool,
    pub from_answer: bool,
    pub until: Option<u64>,
    pub actions: Vec<(When, Action)>,
    pub expectations: Vec<(usize, Expectation)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ears {
    Turns(u64, u64),
    Stream(u64),
    Batch(u64),
    Deaf,
}

impl Default for Ears {
    fn default() -> Self {
        Self::Turns(150, 350)
    }
}

#[derive(Debug, Clone)]
pub enum Matches {
    Anything,
    Tool,
    Result(String),
    Words(String),
}

/// What a tool of the house gives back.
#[derive(Debug, Clone)]
pub enum HouseReply {
    After(u64, Result<serde_json::Value, ToolFailure>),
    Stall,
}

#[derive(Debug, Clone)]
pub struct Rule {
    pub matches: Matches,
    pub reply: Reply,
}

#[derive(Debug, Clone)]
pub enum Reply {
    Text { after: u64, text: String, tools: Vec<(String, serde_json::Value)> },
    Cut { after: u64, text: String },
    Unknown { after: u64, text: String },
    Fail(u64),
    Stall,
}

/// A time: after the zero of the situation, or after the caller began to hear something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    pub anchor: Option<String>,
    pub ms: u64,
}

#[derive(Debug, Clone)]
pub enum Action {
    Caller { text: String, ms: u64, more: bool },
    Sound { ms: u64 },
    Hum { ms: u64, text: String },
    Raw(String, Vec<String>),
}

#[derive(Debug, Clone)]
pub struct Expectation {
    pub what: What,
    pub how: How,
}

#[derive(Debug, Clone)]
pub enum How {
    /// At least once, within these times.
    Within(Option<(When, u64)>),
    Never(Option<(When, u64)>),
    Count(usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    Asks(String),
    Hears(String),
    Heard(String),
    /// A command by name, with a text in it.
    Does(String, String),
    Report(String, Option<(u64, u64)>),
}

pub fn read(source: &str) -> Vec<Situation> {
    let mut situations: Vec<Situation> = Vec::new();
    for (index, line) in source.lines().enumerate() {
        let line = line.trim();
        if let Some(title) = line.strip_prefix("== ") {
            situations.push(Situation {
                line: index + 1,
                title: title.to_owned(),
                language: "en".to_owned(),
                mouth: (150, 300),
                ..Situation::default()
            });
        } else if !line.is_empty() && !line.starts_with('#') {
            let situation = situations.last_mut().expect("a title first");
            read_line(line, index + 1, situation);
        }
    }
    situations
}

fn read_line(line: &str, number: usize, situation: &mut Situation) {
    let words = tokens(line);
    let word = |index: usize| words.get(index).map_or("", String::as_str);
    let count = |index: usize| word(index).parse::<u64>().unwrap_or_else(|_| panic!("line {number}: {line}"));
    match word(0) {
        "language" => word(1).clone_into(&mut situation.language),
        "agent" => situation.agent.push(line["agent ".len()..].to_owned()),
        "ears" => {
            situation.ears = match word(1) {
                "turns" => Ears::Turns(count(2), count(3)),
                "stream" => Ears::Stream(count(2)),
                "batch" => Ears::Batch(count(2)),
                _ => Ears::Deaf,
            }
        }
        "mouth" => situation.mouth = (count(1), count(2)),
        "brain" => situation.brains.push(rule(line, &words)),
        "house" => situation.house.push((word(1).to_owned(), house_reply(line, &words))),
        "contact" => situation.contact = serde_json::from_str(&line["contact ".len()..]).unwrap(),
        "vars" => situation.variables = serde_json::from_str(&line["vars ".len()..]).unwrap(),
        "closed" => situation.closed = true,
        "withheld" => situation.withheld = true,
        "from" => situation.from_answer = true,
        "until" => situation.until = Some(count(1)),
        "never" => expect(&words[1..], number, situation, How::Never),
        "count" => {
            let times = words.last().unwrap().parse().unwrap();
            expect(&words[1..words.len() - 1], number, situation, |_| How::Count(times));
        }
        first if first.starts_with('"') || first.starts_with(|c: char| c.is_ascii_digit()) => {
            let action = match word(1) {
                "caller" => Action::Caller { text: text(word(2)), ms: count(3), more: word(4) == "more" },
                "sound" => Action::Sound { ms: count(2) },
                "hum" => Action::Hum { ms: count(2), text: text(word(3)) },
                name => {
                    let rest = line.split_once(name).map_or("", |(_, rest)| rest).trim();
                    let rest = if name == "returned" { vec![rest.to_owned()] } else { words[2..].to_vec() };
                    Action::Raw(name.to_owned(), rest)
                }
            };
            situation.actions.push((when(first), action));
        }
        _ => expect(&words, number, situation, How::Within),
    }
}

fn rule(line: &str, words: &[String]) -> Rule {
    let mut words = words.to_vec();
    let matches = match words[1].as_str() {
        "*" => Matches::Anything,
        "tool" => Matches::Tool,
        "result" => Matches::Result(text(&words.remove(2)).replace('\'', "\"")),
        quoted => Matches::Words(text(quoted)),
    };
    let ms = |index: usize| words[index].parse::<u64>().unwrap_or_else(|_| panic!("{line}"));
    let reply = match words[3].as_str() {
        "fail" => Reply::Fail(ms(4)),
        "stall" => Reply::Stall,
        "unknown" => Reply::Unknown { after: ms(4), text: text(&words[5]) },
        "cut" => Reply::Cut { after: ms(4), text: text(&words[5]) },
        _ => {
            let calls =
                words.get(5).and_then(|name| line.split_once(&format!(" {name} ")).map(|(_, rest)| (name, rest)));
            let calls = calls.map(|(name, rest)| format!("{name} {rest}")).unwrap_or_default();
            let tools = calls.split("; ").filter(|call| !call.is_empty()).map(|call| {
                let (name, arguments) = call.split_once(' ').unwrap_or((call, "{}"));
                (name.to_owned(), serde_json::from_str(arguments).unwrap_or_else(|_| panic!("{line}")))
            });
            Reply::Text { after: ms(3), text: text(&words[4]), tools: tools.collect() }
        }
    };
    Rule { matches, reply }
}

fn house_reply(line: &str, words: &[String]) -> HouseReply {
    let ms = |index: usize| words[index].parse::<u64>().unwrap_or_else(|_| panic!("{line}"));
    match words[3].as_str() {
        "stall" => HouseReply::Stall,
        "fail" => HouseReply::After(ms(4), Err(ToolFailure::Failed { message: text(&words[5]) })),
        "refuse" => HouseReply::After(ms(4), Err(ToolFailure::Refused { message: text(&words[5]) })),
        after => {
            let json = line.split_once(&format!(" {after} ")).map_or("null", |(_, rest)| rest);
            HouseReply::After(ms(3), Ok(serde_json::from_str(json).unwrap_or_else(|_| panic!("{line}"))))
        }
    }
}

fn expect(words: &[String], number: usize, situation: &mut Situation, how: impl Fn(Option<(When, u64)>) -> How) {
    let (words, bounds) = match words.iter().position(|word| word == "in") {
        Some(at) => (&words[..at], Some(bounds(&words[at + 1]))),
        None => (words, None),
    };
    let word = |index: usize| words.get(index).map_or("", String::as_str);
    let what = match word(0) {
        "asks" => What::Asks(text(word(1))),
        "hears" => What::Hears(text(word(1))),
        "heard" => What::Heard(text(word(1))),
        "does" => What::Does(word(1).to_owned(), text(word(2)).replace('\'', "\"")),
        "pauses" => What::Does("pause_playing".into(), String::new()),
        "resumes" => What::Does("resume_playing".into(), String::new()),
        "stops" => What::Does("stop_playing".into(), String::new()),
        "ends" => What::Does("ends".into(), text(word(1))),
        "report" => {
            let range = word(2).split_once("..").map(|(a, b)| (a.parse().unwrap(), b.parse().unwrap()));
            let exact = word(2).parse().ok().map(|n| (n, n));
            What::Report(word(1).to_owned(), range.or(exact))
        }
        other => panic!("line {number}: `{other}` is no expectation"),
    };
    situation.expectations.push((number, Expectation { what, how: how(bounds) }));
}

/// `500..900`, or `"We are"+0..+500`.
fn bounds(word: &str) -> (When, u64) {
    let (from, to) = word.rsplit_once("..").expect("A..B");
    let to = to.trim_start_matches('+').parse().unwrap();
    (when(from), to)
}

fn when(word: &str) -> When {
    match word.strip_prefix('"') {
        Some(rest) => {
            let (anchor, ms) = rest.split_once('"').unwrap();
            When { anchor: Some(anchor.to_owned()), ms: ms.trim_start_matches('+').parse().unwrap_or(0) }
        }
        None => When { anchor: None, ms: word.parse().unwrap() },
    }
}

fn text(word: &str) -> String {
    word.trim_matches('"').to_owned()
}

/// Words, where a quoted text counts as one, with what touches it.
fn tokens(line: &str) -> Vec<String> {
    let mut tokens = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        quoted ^= c == '"';
        if c.is_whitespace() && !quoted {
            tokens.push(String::new());
        } else {
            tokens.last_mut().unwrap().push(c);
        }
    }
    tokens.retain(|token| !token.is_empty());
    tokens
}
