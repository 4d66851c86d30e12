//! The filters that flows have beside minijinja's own: they write numbers, dates and codes with the marks that the
//! voice reads well.

use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior};

use super::engine::{markup_escape, percent_encode};
use super::money;
use super::parse_time;
use super::words;

/// The longest text that is spelled, in characters.
const SPELL: usize = 64;

/// Their names.
pub(super) const OWN: [&str; 8] = ["digits", "date", "time", "money", "spell", "number", "weekday", "urlencode"];

pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_filter("digits", digits);
    environment.add_filter("date", date);
    environment.add_filter("time", time);
    environment.add_filter("money", money_words);
    environment.add_filter("spell", spell);
    environment.add_filter("number", number);
    environment.add_filter("weekday", weekday);
    environment.add_filter("urlencode", |value: &Value| percent_encode(&value.to_string()));
}

/// The language that is being spoken.
pub(super) fn language(state: &State<'_, '_>) -> String {
    let language = state.lookup("call").and_then(|call| call.get_attr("language").ok());
    language.and_then(|language| language.as_str().map(str::to_owned)).unwrap_or_else(|| "en".to_owned())
}

/// The business's time zone by name.
fn zone(state: &State<'_, '_>) -> Option<String> {
    let zone = state.lookup("business")?.get_attr("time_zone").ok()?;
    zone.as_str().map(str::to_owned)
}

fn mark(kind: &str, text: &str) -> Value {
    Value::from_safe_string(format!("<say-as interpret-as=\"{kind}\">{}</say-as>", markup_escape(text)))
}

/// Where what is missing is a fault (campaigns), so is a value that is not there or blank: nobody is told of "the" without a
/// date. What is blank by `default('')` is marked as safe, and meant.
fn given(state: &State<'_, '_>, value: &Value) -> Result<(), Error> {
    let strict = matches!(state.undefined_behavior(), UndefinedBehavior::Strict);
    let blank = || !value.is_safe() && value.as_str().is_some_and(|text| text.trim().is_empty());
    if strict && (value.is_undefined() || blank()) { Err(Error::from(ErrorKind::UndefinedError)) } else { Ok(()) }
}

/// A value that could not be read as what it should be is spoken as it stands.
fn as_it_stands(value: &Value) -> Value {
    if value.is_undefined() || value.is_none() {
        return Value::from("");
    }
    Value::from(value.to_string())
}

fn keep(text: &str, wanted: impl Fn(char) -> bool) -> String {
    text.chars().filter(|c| wanted(*c)).collect()
}

fn digits(state: &State<'_, '_>, value: &Value) -> Result<Value, Error> {
    given(state, value)?;
    if value.is_undefined() || value.is_none() {
        return Ok(Value::from(""));
    }
    let text = keep(&value.to_string(), |c| c.is_ascii_digit() || "*#+".contains(c));
    Ok(if text.is_empty() { as_it_stands(value) } else { mark("digits", &text) })
}

fn number(state: &State<'_, '_>, value: &Value) -> Result<Value, Error> {
    given(state, value)?;
    let text = value.to_string();
    let plain = text.trim().trim_start_matches('-');
    if plain.is_empty() || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(as_it_stands(value));
    }
    Ok(mark("cardinal", text.trim()))
}

fn date(state: &State<'_, '_>, value: &Value) -> Result<Value, Error> {
    given(state, value)?;
    Ok(match parse_time::date(&value.to_string(), zone(state).as_deref()) {
        Some(date) => mark("date", &date.to_string()),
        None => as_it_stands(value),
    })
}

fn time(state: &State<'_, '_>, value: &Value) -> Result<Value, Error> {
    given(state, value)?;
    Ok(match parse_time::time(&value.to_string(), zone(state).as_deref()) {
        Some(time) => mark("time", &time.strftime("%H:%M").to_string()),
        None => as_it_stands(value),
    })
}

fn weekday(state: &State<'_, '_>, value: &Value) -> Result<Value, Error> {
    given(state, value)?;
    let text = value.to_string();
    let day = match text.parse::<i8>() {
        Ok(day) => Some(day),
        Err(_) => parse_time::date(&text, zone(state).as_deref()).map(|date| date.weekday().to_monday_one_offset()),
    };
    Ok(match day.and_then(|day| words::weekday(&language(state), day)) {
        Some(name) => Value::from(name),
        None => as_it_stands(value),
    })
}

fn money_words(state: &State<'_, '_>, value: &Value, currency: Option<String>) -> Result<Value, Error> {
    given(state, value)?;
    let currency = currency.unwrap_or_else(|| "EUR".to_owned());
    Ok(match money::words(&value.to_string(), &currency, &language(state)) {
        Some(text) => Value::from_safe_string(text),
        None => as_it_stands(value),
    })
}

fn spell(state: &State<'_, '_>, value: &Value) -> Result<Value, Error> {
    given(state, value)?;
    if value.is_undefined() || value.is_none() {
        return Ok(Value::from(""));
    }
    let language = language(state);
    let spelled: Vec<String> = value
        .to_string()
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .take(SPELL)
        .map(|c| match words::sign(&language, c) {
            Some(name) => name.to_owned(),
            None => markup_escape(&c.to_uppercase().to_string()),
        })
        .collect();
    Ok(Value::from_safe_string(spelled.join(" <break time=\"150ms\"/> ")))
}
