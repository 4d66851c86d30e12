//! Headings with the text below them, cut into passages.

use super::Found;

/// The longest heading, characters: it stands above each of its passages.
const HEADING: usize = 200;
/// The most sections that are kept: more than the passages of any document may be.
const SECTIONS: usize = 60_000;

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
        self.path.push((level, clipped(&text)));
        // A heading above another one is in that one's path.
        if self.sections.last().is_some_and(|section| section.paragraphs.is_empty()) {
            self.sections.pop();
        }
        let headings = self.path.iter().map(|(_, text)| text.clone()).collect();
        if self.sections.len() < SECTIONS {
            self.sections.push(Section { headings, paragraphs: Vec::new() });
        }
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

/// As much of a heading as is kept.
pub(super) fn clipped(text: &str) -> String {
    text.chars().take(HEADING).collect::<String>().trim_end().to_owned()
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
    // Never counted to its end: a text may be one sentence of megabytes.
    while let Some((limit, _)) = text.char_indices().nth(chars.max(1)) {
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

    #[test]
    fn what_stands_above_all_sections_does_not_grow_with_them() {
        let mut outline = Outline::default();
        outline.heading(1, &"All ".repeat(100_000));
        for _ in 0..1_000 {
            outline.heading(2, "Empty");
            outline.heading(2, "Part");
            outline.paragraph("Text.");
        }
        let found = outline.cut(100);
        assert_eq!(found.len(), 1_000);
        assert!(found.iter().flat_map(|(headings, _)| headings).all(|heading| heading.chars().count() <= HEADING));
        assert_eq!(found[0].0[1], "Part");
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
