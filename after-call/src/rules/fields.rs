//! What a caller said of himself and his matter: from the arguments of tools first, then from his words.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};
use voice_agent::brain::builtin::Lang;
use voice_agent::brain::builtin::parse::{self, digits};
use voice_agent::brain::builtin::words::{Word, words};

use super::text;
use crate::EndedCall;
use crate::call::Heard;
use crate::lexicon::Lexicon;

/// The names that fields have, and the arguments that they are read from.
const ARGUMENTS: [(&str, &[&str]); 6] = [
    ("name", &["name", "caller_name", "customer_name", "full_name"]),
    ("email", &["email", "e_mail", "mail"]),
    ("phone", &["phone", "number", "phone_number", "callback_number"]),
    ("date", &["date", "day"]),
    ("time", &["time"]),
    ("order", &["order", "order_number", "order_id", "order_no"]),
];

/// The names that fields have.
pub const FIELDS: [&str; 6] = ["name", "email", "phone", "date", "time", "order"];

/// Arguments that hold a date with a time.
const STARTS: [&str; 2] = ["start", "at"];

/// The fewest digits of a telephone number.
const PHONE_DIGITS: usize = 7;

static EMAIL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,24}").ok());

/// Whether a text is an address of e-mail.
pub fn is_email(text: &str) -> bool {
    EMAIL.as_ref().and_then(|email| email.find(text)).is_some_and(|found| found.len() == text.len())
}

/// What was said.
pub fn fields(call: &EndedCall, caller: &[Heard<'_>], us: &[Heard<'_>]) -> Map<String, Value> {
    let mut fields = Map::new();
    for (tool, _) in call.done() {
        if let Value::Object(arguments) = &tool.arguments {
            from_arguments(&mut fields, arguments);
        }
    }
    for value in call.remembered.values() {
        if let Value::Object(kept) = value {
            from_arguments(&mut fields, kept);
        }
    }
    from_arguments(&mut fields, &call.remembered);
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|_| !fields.contains_key(name)) {
            fields.insert(name.to_owned(), value.into());
        }
    };
    add("name", caller.iter().find_map(introduction));
    add("email", caller.iter().rev().find_map(email));
    add("order", caller.iter().rev().find_map(|heard| order(heard, us)));
    add("phone", caller.iter().rev().find_map(|heard| phone(heard)));
    for heard in caller.iter().rev() {
        let found = parse::date(heard.language, &heard.words, call.day, false);
        let used = found.as_ref().map(|found| found.used.clone()).unwrap_or_default();
        add("date", found.map(|found| found.date.to_string()));
        let time = match parse::time(heard.language, &heard.words, &used, false) {
            Some(parse::Moment::At(time)) => Some(time.strftime("%H:%M").to_string()),
            _ => None,
        };
        add("time", time);
    }
    fields
}

fn from_arguments(fields: &mut Map<String, Value>, arguments: &Map<String, Value>) {
    for (field, names) in ARGUMENTS {
        if let Some(value) = names.iter().find_map(|name| text(arguments.get(*name)?)) {
            fields.insert(field.to_owned(), value.into());
        }
    }
    let start = STARTS.iter().find_map(|name| text(arguments.get(*name)?)?.parse::<jiff::civil::DateTime>().ok());
    if let Some(start) = start {
        fields.insert("date".to_owned(), start.date().to_string().into());
        fields.insert("time".to_owned(), start.strftime("%H:%M").to_string().into());
    }
}

/// The name that somebody gives: "this is Lisa Miller, my bill is wrong". After "I am" it takes two words that are
/// written as names.
fn introduction(heard: &Heard<'_>) -> Option<String> {
    let lexicon = Lexicon::of(heard.language);
    let feels = |word: &Word| {
        let word = std::slice::from_ref(word);
        ["positive", "very positive", "negative", "very negative", "intensifiers", "negations"]
            .iter()
            .any(|kind| lexicon.kind(kind).at(word).is_some())
    };
    heard.line.text.split(|c: char| ",;.!?:".contains(c)).find_map(|clause| {
        let said = words(clause);
        let name = parse::introduction(heard.language, clause, &said)?;
        let plain = |part: &str| words(part).iter().all(|word| !lexicon.says_nothing(&word.key) && !feels(word));
        let certain = lexicon.kind("named").are_in(&said);
        let written = name.contains(' ') && name.split(' ').all(|part| clause.contains(part));
        (name.split(' ').all(plain) && (certain || written)).then_some(name)
    })
}

/// A telephone number, where nothing else was counted.
fn phone(heard: &Heard<'_>) -> Option<String> {
    if Lexicon::of(heard.language).kind("order").are_in(&heard.words) {
        return None;
    }
    let digits = parse::phone(heard.language, &heard.words);
    (digits.trim_start_matches('+').len() >= PHONE_DIGITS).then_some(digits)
}

/// The number of an order or a case: after its name, or after we asked for it.
fn order(heard: &Heard<'_>, us: &[Heard<'_>]) -> Option<String> {
    let asked = |heard: &Heard<'_>| Lexicon::of(heard.language).kind("order").are_in(&heard.words);
    let before = us.iter().rev().find(|other| other.line.from_ms < heard.line.from_ms);
    let from = match Lexicon::of(heard.language).kind("order").find(&heard.words) {
        Some(place) => place.end,
        None if before.is_some_and(asked) => 0,
        None => return None,
    };
    number(heard.language, &heard.words[from..])
}

/// Digits, with letters before them that are said one by one (`A B 1 2`) or are written in one word (`AB-12`).
fn number(language: Lang, words: &[Word]) -> Option<String> {
    let mut number = String::new();
    let mut at = 0;
    while at < words.len() {
        let word = &words[at];
        let mixed = word.key.chars().any(|c| c.is_ascii_digit()) && word.key.chars().any(char::is_alphabetic);
        if let Some((said, taken)) = digits(language, &words[at..]) {
            number.push_str(said.trim_start_matches('+'));
            at += taken;
        } else if mixed || word.key.chars().count() == 1 && number.chars().all(char::is_alphabetic) {
            number.push_str(&word.key.to_uppercase());
            at += 1;
        } else if number.chars().any(|c| c.is_ascii_digit()) {
            break;
        } else {
            number.clear();
            at += 1;
        }
    }
    let counted = number.chars().filter(char::is_ascii_digit).count();
    (counted >= 3).then_some(number)
}

/// An address as it is written, or as it is said: "anna dot miller at example dot com".
fn email(heard: &Heard<'_>) -> Option<String> {
    if let Some(found) = EMAIL.as_ref()?.find(&heard.line.text) {
        return Some(found.as_str().to_lowercase());
    }
    let lexicon = Lexicon::of(heard.language);
    let words = &heard.words;
    let joint = |at: usize| -> Option<(&'static str, usize)> {
        let rest = words.get(at..)?;
        [("underscore", "_"), ("dot", "."), ("dash", "-")]
            .into_iter()
            .find_map(|(kind, sign)| lexicon.kind(kind).at(rest).map(|taken| (sign, taken)))
    };
    (0..words.len()).filter(|at| lexicon.kind("at").at(&words[*at..]).is_some()).find_map(|sign| {
        let mut local = words.get(sign.checked_sub(1)?)?.key.clone();
        let mut from = sign - 1;
        // Backwards: a word, a joint, a word.
        while let Some((before, mark)) = (from >= 2).then(|| joint_before(&joint, from)).flatten() {
            local = format!("{}{mark}{local}", words[before].key);
            from = before;
        }
        let mut domain = words.get(sign + 1)?.key.clone();
        let mut at = sign + 2;
        while let Some((mark, taken)) = joint(at) {
            let Some(word) = words.get(at + taken) else { break };
            domain = format!("{domain}{mark}{}", word.key);
            at += taken + 1;
        }
        let address = format!("{local}@{domain}");
        is_email(&address).then_some(address)
    })
}

/// The word before the joint that ends where the word at `from` begins.
fn joint_before(joint: &impl Fn(usize) -> Option<(&'static str, usize)>, from: usize) -> Option<(usize, &'static str)> {
    (1..=2.min(from - 1)).rev().find_map(|taken| {
        let (mark, length) = joint(from - taken)?;
        (length == taken).then(|| (from - taken - 1, mark))
    })
}
