//! HTML: what a reader of the page sees, without its menus.

use std::collections::HashMap;

use scraper::node::Node;
use scraper::{ElementRef, Html, Selector};

use super::ReadError;
use super::outline::Outline;

/// Elements that hold nothing to be read.
const SKIPPED: [&str; 16] = [
    "script", "style", "noscript", "template", "svg", "nav", "header", "footer", "aside", "form", "button", "select",
    "iframe", "head", "dialog", "menu",
];
/// Elements that end a paragraph.
const BLOCKS: [&str; 24] = [
    "p",
    "div",
    "section",
    "article",
    "main",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "tr",
    "blockquote",
    "pre",
    "figure",
    "figcaption",
    "address",
    "details",
    "summary",
    "hr",
    "body",
    "caption",
    "fieldset",
];
/// How deep elements may be nested; what lies deeper is left out.
const DEPTH: usize = 200;

/// Elements that are opened once more in each that follows, until they are closed (HTML, section 13.2.4.3).
const FORMATTING: [&str; 12] = ["b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"];
/// Elements that hold nothing, or that the next one of their kind ends.
const SHORT: [&str; 27] = [
    "a", "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "nobr",
    "option", "p", "rp", "rt", "source", "tbody", "td", "th", "thead", "tr", "track", "wbr",
];
/// The most elements that formatting may add: about 300 MB.
const COPIES: u64 = 2_000_000;
/// The most elements that may be looked through for those that are open: less than a second.
const STEPS: u64 = 200_000_000;

/// Whether a page can be read without getting out of hand: its elements may need memory and time by the square of their
/// number. Counts no less than what the parser does.
fn is_tame(text: &str) -> bool {
    let mut open: HashMap<String, u64> = HashMap::new();
    let (mut depth, mut formatting, mut steps, mut copies) = (0_u64, 0_u64, 0_u64, 0_u64);
    for tag in text.split('<').skip(1) {
        let (ends, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let name = tag.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or_default();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let name = name.to_ascii_lowercase();
        let formats = u64::from(FORMATTING.contains(&name.as_str()));
        if ends {
            if let Some(count) = open.get_mut(&name).filter(|count| **count > 0) {
                *count -= 1;
                depth -= 1;
                formatting -= formats;
            }
            continue;
        }
        steps += depth;
        copies += formatting;
        if !SHORT.contains(&name.as_str()) {
            *open.entry(name).or_default() += 1;
            depth += 1;
            formatting += formats;
        }
    }
    steps <= STEPS && copies <= COPIES
}

pub(super) fn outline(text: &str) -> Result<Outline, ReadError> {
    if !is_tame(text) {
        return Err(ReadError::Broken("too many of its elements are never closed".to_owned()));
    }
    let page = Html::parse_document(text);
    let mut reader = Reader::default();
    if let Some(title) = find(&page, "title") {
        reader.outline.heading(1, &title.text().collect::<String>());
    }
    let body = find(&page, "main").or_else(|| find(&page, "article")).or_else(|| find(&page, "body"));
    reader.read(body.unwrap_or_else(|| page.root_element()), 0);
    reader.end_paragraph();
    Ok(reader.outline)
}

/// The addresses that a page points to, as written; the base of relative ones first where the page gives one.
pub fn links(text: &str) -> (Option<String>, Vec<String>) {
    if !is_tame(text) {
        return (None, Vec::new());
    }
    let page = Html::parse_document(text);
    let attribute = |selector: &str, name: &str| -> Vec<String> {
        let Ok(selector) = Selector::parse(selector) else { return Vec::new() };
        page.select(&selector).filter_map(|element| element.attr(name)).map(str::to_owned).collect()
    };
    (attribute("base[href]", "href").into_iter().next(), attribute("a[href]:not([rel~=nofollow])", "href"))
}

fn find<'p>(page: &'p Html, selector: &str) -> Option<ElementRef<'p>> {
    page.select(&Selector::parse(selector).ok()?).next()
}

#[derive(Default)]
struct Reader {
    outline: Outline,
    line: String,
}

impl Reader {
    fn read(&mut self, element: ElementRef<'_>, depth: usize) {
        for child in element.children() {
            match child.value() {
                Node::Text(text) => self.line.push_str(text),
                Node::Element(_) if depth < DEPTH => {
                    if let Some(element) = ElementRef::wrap(child) {
                        self.element(element, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }

    fn element(&mut self, element: ElementRef<'_>, depth: usize) {
        let name = element.value().name();
        let hidden = element.attr("hidden").is_some() || element.attr("aria-hidden") == Some("true");
        if hidden || SKIPPED.contains(&name) {
            return;
        }
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.end_paragraph();
                // Below the page's title.
                let level = name.as_bytes()[1] - b'0' + 1;
                self.outline.heading(level, &element.text().collect::<String>());
            }
            // A question in a list or a box that opens.
            "dt" | "summary" => {
                self.end_paragraph();
                self.outline.heading(8, &element.text().collect::<String>());
            }
            "br" => self.line.push(' '),
            "td" | "th" => {
                self.read(element, depth);
                self.line.push_str(", ");
            }
            _ if BLOCKS.contains(&name) => {
                self.end_paragraph();
                self.read(element, depth);
                self.end_paragraph();
            }
            _ => self.read(element, depth),
        }
    }

    fn end_paragraph(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.outline.paragraph(line.trim().trim_end_matches(','));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_is_read_without_its_menus() {
        let page = "<!doctype html><title>Dentist</title><nav><a href='/a'>Home</a></nav><main><h2>Parking</h2>\
                    <p>Behind the&nbsp;<b>house</b>.<script>x()</script></p><dl><dt>Do you take cards?</dt><dd>Yes, all.</dd></dl>\
                    <table><tr><td>Check-up</td><td>30 &euro;</td></tr></table></main><footer>Imprint</footer>";
        let found = outline(page).expect("an outline").cut(200);
        assert_eq!(
            found,
            [
                (vec!["Dentist".into(), "Parking".into()], "Behind the house.".into()),
                (
                    vec!["Dentist".into(), "Parking".into(), "Do you take cards?".into()],
                    "Yes, all. Check-up, 30 €".into()
                ),
            ]
        );
    }

    #[test]
    fn links_are_found_but_for_those_that_are_not_to_be_followed() {
        let page = "<base href='/x/'><a href='a.html'>A</a><a rel='nofollow' href='b'>B</a><a>C</a>";
        assert_eq!(links(page), (Some("/x/".to_owned()), vec!["a.html".to_owned()]));
    }

    #[test]
    fn a_page_that_grows_when_it_is_read_is_refused() {
        let font = |at: u32| format!("<font size={at}>");
        let bomb = (0..10_000).map(font).chain((0..1_000).map(|_| "<p>x".to_owned())).collect::<String>();
        assert!(matches!(outline(&bomb), Err(ReadError::Broken(_))));
        assert_eq!(links(&bomb), (None, Vec::new()));
        assert!(matches!(outline(&"<div></x>".repeat(100_000)), Err(ReadError::Broken(_))));
        let plain = "<ul>".to_owned() + &"<li><a href='x'><b>x</b></a><br>".repeat(20_000);
        assert!(outline(&plain).is_ok());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[<>/a-dh1-3tp \"'=&;!-]{0,200}") {
            let _ = outline(&text).expect("an outline").cut(50);
            let _ = links(&text);
        }
    }
}
