//! Headings with the text below them, cut into passages.

use super::Found;

/// A document as headings and paragraphs.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// The headings that hold now, from the highest down.
    path: Vec<(u8, String)>,
    sections: Vec<Section>,
}

#[derive(Debug, Default)]
struct Section {
    headings: Vec<String>,
    paragraphs: Vec<String>,
}

impl Outline {
    /// A heading of this level, 1 for the highest.
    pub fn heading(&mut self, level: u8, text: &str) {
        let text = tidy(text);
        if text.is_empty() {
            return;
        }
        self.path.retain(|(above, _)| *above < level);
        self.path.push((level, text));
        let headings = self.path.iter().map(|(_, text)| text.clone()).collect();
        self.sections.push(Section { headings, paragraphs: Vec::new() });
    }

    /// Text below the last heading.
    pub fn paragraph(&mut self, text: &str) {
        let text = tidy(text);
        if text.is_empty() {
            return;
        }
        if self.sections.is_empty() {
            self.sections.push(Section::default());
        }
        if let Some(section) = self.sections.last_mut() {
            section.paragraphs.push(text);
        }
    }

    /// Passages of about so many characters at most: whole paragraphs together, long ones by sentences.
    pub fn cut(self, chars: usize) -> Vec<Found> {
        let mut found = Vec::new();
        for section in self.sections {
            let mut text = String::new();
            for part in section.paragraphs.iter().flat_map(|paragraph| parts(paragraph, chars)) {
                if !text.is_empty() && text.chars().count() + 1 + part.chars().count() > chars {
                    found.push((section.headings.clone(), std::mem::take(&mut text)));
                }
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(part);
            }
            if !text.is_empty() {
                found.push((section.headings, text));
            }
        }
        found
    }
}

/// One line, one space between words, no control characters.
pub(super) fn tidy(text: &str) -> String {
    let words =
        text.split(|c: char| c.is_whitespace() || c.is_control() || c == '\u{ad}').filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// A paragraph, or its sentences where it is too long; a sentence that is too long is cut between words.
fn parts(paragraph: &str, chars: usize) -> Vec<&str> {
    if paragraph.chars().count() <= chars {
        return vec![paragraph];
    }
    let mut parts = Vec::new();
    let mut begin = 0;
    for (at, end) in paragraph.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?' | ';')) {
        let next = at + end.len_utf8();
        if paragraph[next..].starts_with(' ') {
            words(paragraph[begin..next].trim(), chars, &mut parts);
            begin = next;
        }
    }
    words(paragraph[begin..].trim(), chars, &mut parts);
    parts
}

fn words<'t>(mut text: &'t str, chars: usize, parts: &mut Vec<&'t str>) {
    while text.chars().count() > chars {
        let limit = text.char_indices().nth(chars.max(1)).map_or(text.len(), |(at, _)| at);
        let at = text[..limit].rfind(' ').unwrap_or(limit);
        parts.push(text[..at].trim());
        text = text[at..].trim();
    }
    if !text.is_empty() {
        parts.push(text);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_stands_below_its_headings() {
        let mut outline = Outline::default();
        outline.paragraph("Welcome.");
        outline.heading(1, "Visiting");
        outline.heading(2, "Parking");
        outline.paragraph("Behind the\n house.");
        outline.paragraph("Free for two hours.");
        outline.heading(2, "Bus");
        outline.paragraph("Line 4.");
        outline.heading(1, "Prices");
        outline.paragraph("Ask us.");
        let found = outline.cut(100);
        let expected: [(&[&str], &str); 4] = [
            (&[], "Welcome."),
            (&["Visiting", "Parking"], "Behind the house. Free for two hours."),
            (&["Visiting", "Bus"], "Line 4."),
            (&["Prices"], "Ask us."),
        ];
        let found: Vec<_> = found.iter().map(|(h, t)| (h.iter().map(String::as_str).collect(), t.as_str())).collect();
        assert_eq!(found, expected.map(|(headings, text)| (headings.to_vec(), text)));
    }

    #[test]
    fn a_long_paragraph_is_cut_at_its_sentences() {
        let mut outline = Outline::default();
        outline.paragraph("We open at nine. We close at five! On Friday we close at noon, and nobody is there.");
        let found: Vec<String> = outline.cut(40).into_iter().map(|(_, text)| text).collect();
        assert_eq!(
            found,
            ["We open at nine. We close at five!", "On Friday we close at noon, and nobody", "is there."]
        );
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_too_long(text in "[a-z .!?äß]{0,300}", chars in 10_usize..80) {
            let mut outline = Outline::default();
            outline.paragraph(&text);
            let found = outline.cut(chars);
            let all = found.iter().map(|(_, text)| text.replace(' ', "")).collect::<String>();
            prop_assert_eq!(all, tidy(&text).replace(' ', ""));
            prop_assert!(found.iter().all(|(_, text)| text.chars().count() <= chars));
        }
    }
}
