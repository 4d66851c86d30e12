//! The marks of spoken text: the subset of SSML that `call_model::PromptItem::Say` may hold, and nothing else.

use super::engine::markup_escape;

/// The longest pause in a text, ms.
const MAX_BREAK_MS: u64 = 10_000;

/// Text with only the permitted marks: anything else that looks like one is written with entities, white space is
/// single, marks are closed and not nested.
pub(crate) fn normalise(text: &str) -> String {
    let mut output = String::with_capacity(text.len());
    let mut open = false;
    for piece in Pieces(text) {
        match piece {
            Piece::Text(text) => push_text(&mut output, &text),
            Piece::Break(ms) if !open => output.extend(["<break time=\"", &ms.to_string(), "ms\"/>"]),
            Piece::Break(_) => {}
            Piece::Open(kind) => {
                if open {
                    output.push_str("</say-as>");
                }
                open = true;
                output.extend(["<say-as interpret-as=\"", kind, "\">"]);
            }
            Piece::Close => {
                if std::mem::take(&mut open) {
                    output.push_str("</say-as>");
                }
            }
            Piece::Unknown(text) => output.push_str(&markup_escape(text)),
        }
    }
    if open {
        output.push_str("</say-as>");
    }
    output.trim().to_owned()
}

/// The text for a reader: marks as a person would write what is heard.
pub(crate) fn readable(text: &str) -> String {
    let mut output = String::new();
    let mut digits = false;
    for piece in Pieces(text) {
        match piece {
            Piece::Text(text) if digits => {
                let spaced: Vec<String> = text.chars().map(String::from).collect();
                output.push_str(&spaced.join(" "));
            }
            Piece::Text(text) => output.push_str(&text),
            Piece::Break(_) => output.push_str(" … "),
            Piece::Open(kind) => digits = kind == "digits",
            Piece::Close => digits = false,
            Piece::Unknown(text) => output.push_str(text),
        }
    }
    output.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first thing in an author's text that looks like a mark and is none.
pub(crate) fn unknown_mark(text: &str) -> Option<&str> {
    Pieces(text).find_map(|piece| match piece {
        Piece::Unknown(mark) if mark.len() > 1 => Some(mark),
        _ => None,
    })
}

enum Piece<'a> {
    /// Text with its entities read.
    Text(String),
    Break(u64),
    Open(&'static str),
    Close,
    /// What begins with `<` and is no mark of ours; a lone `<` when nothing closes it.
    Unknown(&'a str),
}

struct Pieces<'a>(&'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if self.0.is_empty() {
            return None;
        }
        if !self.0.starts_with('<') {
            let end = self.0.find('<').unwrap_or(self.0.len());
            let (text, rest) = self.0.split_at(end);
            self.0 = rest;
            return Some(Piece::Text(read_entities(text)));
        }
        let looks_like_mark = self.0[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        let end = self.0.find('>').filter(|end| looks_like_mark && !self.0[1..*end].contains('<'));
        let (mark, rest) = self.0.split_at(end.map_or(1, |end| end + 1));
        self.0 = rest;
        Some(read_mark(mark).unwrap_or(Piece::Unknown(mark)))
    }
}

fn read_mark<'a>(mark: &str) -> Option<Piece<'a>> {
    let inner = mark.strip_prefix('<')?.strip_suffix('>')?.trim();
    if inner == "/say-as" {
        return Some(Piece::Close);
    }
    if let Some(rest) = inner.strip_prefix("say-as ") {
        let kind = attribute(rest, "interpret-as")?;
        let kind = ["digits", "date", "time", "cardinal"].into_iter().find(|known| *known == kind)?;
        return Some(Piece::Open(kind));
    }
    let time = attribute(inner.strip_prefix("break ")?.strip_suffix('/')?, "time")?;
    let ms = if let Some(ms) = time.strip_suffix("ms") {
        ms.parse::<u64>().ok()?
    } else {
        let seconds = time.strip_suffix('s')?.parse::<f64>().ok()?;
        (0.0..=60.0).contains(&seconds).then_some((seconds * 1_000.0) as u64)?
    };
    Some(Piece::Break(ms.min(MAX_BREAK_MS)))
}

/// The value of the one attribute that a mark has.
fn attribute<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let value = text.trim().strip_prefix(name)?.trim_start().strip_prefix('=')?.trim();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value.strip_prefix(quote)?.strip_suffix(quote)
}

fn read_entities(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    const ENTITIES: [(&str, &str); 5] =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    ENTITIES.iter().fold(text.to_owned(), |text, (entity, c)| text.replace(entity, c))
}

fn push_text(output: &mut String, text: &str) {
    let mut spaced = output.is_empty() || output.ends_with(' ');
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            if !spaced {
                output.push(' ');
            }
            spaced = true;
        } else {
            spaced = false;
            match c {
                '<' => output.push_str("&lt;"),
                '>' => output.push_str("&gt;"),
                '&' => output.push_str("&amp;"),
                _ => output.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_permitted_marks_remain() {
        assert_eq!(normalise("a <break time='0.5s'/> b\n c"), "a <break time=\"500ms\"/> b c");
        assert_eq!(normalise("Fish & Chips < 5 &amp; <b>x</b>"), "Fish &amp; Chips &lt; 5 &amp; &lt;b&gt;x&lt;/b&gt;");
        assert_eq!(
            normalise("<say-as interpret-as=\"digits\">12<break time=\"1s\"/>"),
            "<say-as interpret-as=\"digits\">12</say-as>"
        );
        assert_eq!(normalise("<break time=\"1s\" onload=\"x\"/>").matches("<break").count(), 0);
    }

    #[test]
    fn a_reader_sees_what_is_heard() {
        assert_eq!(
            readable("Code <say-as interpret-as=\"digits\">042</say-as>.<break time=\"1s\"/>Bye"),
            "Code 0 4 2. … Bye"
        );
    }

    #[test]
    fn an_authors_unknown_mark_is_found() {
        assert_eq!(unknown_mark("hello <emphasis>you</emphasis>"), Some("<emphasis>"));
        assert_eq!(unknown_mark("3 < 5 and <break time=\"1s\"/>"), None);
    }
}
