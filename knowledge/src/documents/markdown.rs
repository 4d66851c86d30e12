//! CommonMark.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::outline::Outline;

pub(super) fn outline(text: &str) -> Outline {
    let mut outline = Outline::default();
    let (mut line, mut level) = (String::new(), None);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { level: of, .. }) => {
                outline.paragraph(&std::mem::take(&mut line));
                level = Some(number(of));
            }
            Event::End(TagEnd::Heading(_)) => {
                outline.heading(level.take().unwrap_or(1), &std::mem::take(&mut line));
            }
            Event::Text(text) | Event::Code(text) => line.push_str(&text),
            Event::SoftBreak | Event::HardBreak => line.push(' '),
            Event::End(TagEnd::TableCell) => line.push_str(", "),
            Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::CodeBlock) => {
                outline.paragraph(&std::mem::take(&mut line));
            }
            Event::End(TagEnd::TableRow | TagEnd::TableHead) => {
                outline.paragraph(std::mem::take(&mut line).trim_end_matches(", "));
            }
            _ => {}
        }
    }
    outline.paragraph(&line);
    outline
}

const fn number(level: HeadingLevel) -> u8 {
    level as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn headings_lists_and_tables_are_read() {
        let text = "# Visit\n\n## Parking\n\nBehind *the* [house](x.html).\n\n- two hours free\n- then 2 €\n\n## Prices\n\n\
                    | what | price |\n|---|---|\n| Check-up | 30 € |\n";
        let found = outline(text).cut(200);
        assert_eq!(
            found,
            [
                (vec!["Visit".into(), "Parking".into()], "Behind the house. two hours free then 2 €".into()),
                (vec!["Visit".into(), "Prices".into()], "what, price Check-up, 30 €".into()),
            ]
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[#*>|`\\[\\]()\\n a-z-]{0,200}") {
            let _ = outline(&text).cut(50);
        }
    }
}
