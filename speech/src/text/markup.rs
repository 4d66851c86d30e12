//! The subset of SSML (W3C SSML 1.1) that [`call_model::PromptItem::Say`] allows.

use std::time::Duration;

/// The longest break.
const MAX_BREAK: Duration = Duration::from_secs(10);

/// The longest mark, in bytes; a `<` without a `>` so near is text.
const MAX_MARK: usize = 256;

/// What a marked value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SayAs {
    /// Digits (and letters), one by one.
    Digits,
    /// A date, such as `2026-03-05`.
    Date,
    /// A time, such as `14:30`.
    Time,
    /// A number.
    Cardinal,
}

/// A part of a text with marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Plain text, entities resolved.
    Text(String),
    /// A pause.
    Break(Duration),
    /// A value with its mark.
    SayAs(SayAs, String),
}

/// Reads the marks. What is not a mark that we know is text.
pub fn parse(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        plain.push_str(&entities(&rest[..at]));
        rest = &rest[at..];
        let Some((mark, after)) = read_mark(rest) else {
            plain.push('<');
            rest = &rest[1..];
            continue;
        };
        rest = after;
        match mark {
            Mark::Break(pause) => flush(&mut parts, &mut plain, Part::Break(pause)),
            Mark::SayAs(kind, value) => flush(&mut parts, &mut plain, Part::SayAs(kind, value)),
            Mark::Paragraph => plain.push('\n'),
            Mark::Nothing => {}
        }
    }
    plain.push_str(&entities(rest));
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    parts
}

fn flush(parts: &mut Vec<Part>, plain: &mut String, part: Part) {
    if !plain.is_empty() {
        parts.push(Part::Text(std::mem::take(plain)));
    }
    parts.push(part);
}

enum Mark {
    Break(Duration),
    SayAs(SayAs, String),
    Paragraph,
    Nothing,
}

/// Reads the mark that `text` begins with; also returns what follows it.
fn read_mark(text: &str) -> Option<(Mark, &str)> {
    let end = text.bytes().take(MAX_MARK).position(|byte| byte == b'>')?;
    let (inside, after) = (text.get(1..end)?, text.get(end + 1..)?);
    let inside = inside.trim_end_matches('/').trim();
    let (name, attributes) = inside.split_at(inside.find(char::is_whitespace).unwrap_or(inside.len()));
    match name {
        "break" => Some((Mark::Break(pause(attributes)?), after)),
        "say-as" => {
            let close = after.find("</say-as>")?;
            let value = entities(&after[..close]).trim().to_owned();
            let after = &after[close + "</say-as>".len()..];
            Some((Mark::SayAs(kind(&attribute(attributes, "interpret-as")?)?, value), after))
        }
        "p" | "/p" | "s" | "/s" => Some((Mark::Paragraph, after)),
        "speak" | "/speak" | "/break" => Some((Mark::Nothing, after)),
        _ => None,
    }
}

fn kind(name: &str) -> Option<SayAs> {
    match name {
        "digits" | "characters" | "spell-out" | "telephone" => Some(SayAs::Digits),
        "date" => Some(SayAs::Date),
        "time" => Some(SayAs::Time),
        "cardinal" | "number" => Some(SayAs::Cardinal),
        _ => None,
    }
}

fn attribute(attributes: &str, name: &str) -> Option<String> {
    let mut rest = attributes;
    loop {
        let (key, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, after) = after[1..].split_once(quote)?;
        if key.trim() == name {
            return Some(entities(value));
        }
        rest = after;
    }
}

/// The length of a break: by its time, or else by its strength.
fn pause(attributes: &str) -> Option<Duration> {
    if let Some(time) = attribute(attributes, "time") {
        let (number, scale) = match time.strip_suffix("ms") {
            Some(number) => (number, 0.001),
            None => (time.strip_suffix('s')?, 1.0),
        };
        let seconds = number.trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0)?;
        return Some(Duration::from_secs_f64((seconds * scale).min(MAX_BREAK.as_secs_f64())));
    }
    let strength = attribute(attributes, "strength");
    let ms = match strength.as_deref() {
        Some("none") => 0,
        Some("x-weak") => 100,
        Some("weak") => 200,
        Some("strong") => 700,
        Some("x-strong") => 1_000,
        _ => 400,
    };
    Some(Duration::from_millis(ms))
}

/// Resolves the five entities of XML and numeric ones; another `&` stays.
fn entities(text: &str) -> String {
    let mut resolved = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        resolved.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity = rest.bytes().take(10).position(|byte| byte == b';').and_then(|end| {
            let character = resolve(rest.get(1..end)?)?;
            Some((character, end + 1))
        });
        let (character, length) = entity.unwrap_or(('&', 1));
        resolved.push(character);
        rest = &rest[length..];
    }
    resolved.push_str(rest);
    resolved
}

fn resolve(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Part {
        Part::Text(text.into())
    }

    fn pause(ms: u64) -> Part {
        Part::Break(Duration::from_millis(ms))
    }

    #[test]
    fn marks_are_read() {
        let digits = |value: &str| Part::SayAs(SayAs::Digits, value.into());
        for (source, parts) in [
            ("plain", vec![text("plain")]),
            ("a<break time=\"500ms\"/>b", vec![text("a"), pause(500), text("b")]),
            ("<break time='1.5s' />", vec![pause(1_500)]),
            ("<break strength=\"strong\"/><break/>", vec![pause(700), pause(400)]),
            ("<break time=\"3600s\"></break>", vec![pause(10_000)]),
            ("<say-as interpret-as=\"digits\">4711</say-as>!", vec![digits("4711"), text("!")]),
            ("<say-as format='x' interpret-as = 'digits' > 1 </say-as>", vec![digits("1")]),
            ("Tom &amp; Jerry &lt;3 &#228;&#x20AC;", vec![text("Tom & Jerry <3 ä€")]),
            ("<speak>Hi</speak>", vec![text("Hi")]),
            ("&lt;break/&gt;", vec![text("<break/>")]),
        ] {
            assert_eq!(parse(source), parts, "{source}");
        }
    }

    #[test]
    fn bad_marks_are_text() {
        for source in [
            "a < b",
            "<",
            "<break",
            "<break time=\"soon\"/>",
            "<break time=\"-1s\"/>",
            "<break time=\"infs\"/>",
            "<say-as interpret-as=\"digits\">12",
            "<say-as interpret-as=\"poem\">x</say-as>",
            "<say-as>12</say-as>",
            "<script>x</script>",
            "AT&T",
            "&unknown; &#xD800; &",
        ] {
            assert_eq!(parse(source), [text(source)], "{source}");
        }
    }
}
