//! What a model writes, made fit to be spoken.

/// Text without marks of writing: no Markdown, no emoji, one space between words.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let line = line.trim_start().trim_start_matches(['#', '>', '|']).trim_start();
        let line = ["- ", "* ", "• ", "+ "].iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line);
        out.push_str(&without_links(line));
        out.push('\n');
    }
    let kept: String = out.chars().filter(|c| !matches!(c, '*' | '`' | '~' | '|') && !is_picture(*c)).collect();
    let words: Vec<&str> = kept.split_whitespace().map(|word| word.trim_matches('_')).collect();
    let text = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if text.chars().any(char::is_alphanumeric) { text } else { String::new() }
}

/// Text for [`PromptItem::Say`](call_model::PromptItem::Say): nothing in it is a mark.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// `[words](address)` becomes `words`.
fn without_links(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(open) = rest.find('[') {
        let link = rest[open..].find("](").and_then(|close| {
            let end = rest[open + close..].find(')')?;
            Some((open + close, open + close + end))
        });
        let Some((close, end)) = link else { break };
        out.push_str(&rest[..open]);
        out.push_str(&rest[open + 1..close]);
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    out
}

/// Emoji, dingbats, arrows, and what joins them.
fn is_picture(c: char) -> bool {
    matches!(u32::from(c),
        0x1F000..=0x1FAFF | 0x2600..=0x27BF | 0x2190..=0x21FF | 0x2B00..=0x2BFF | 0xFE00..=0xFE0F | 0x200D | 0x20E3
        | 0xE0000..=0xE007F)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_writing_is_spoken() {
        assert_eq!(clean("**Sure!** 😊 We're open."), "Sure! We're open.");
        assert_eq!(clean("## Hours\n- Monday: 8–12\n- `Tuesday`"), "Hours Monday: 8–12 Tuesday");
        assert_eq!(clean("See [our page](https://example.org/a) please"), "See our page please");
        assert_eq!(clean("_really_ snake_case"), "really snake_case");
        assert_eq!(clean("✅ "), "");
        assert_eq!(clean("---"), "");
        assert_eq!(escape("a < b & c"), "a &lt; b &amp; c");
    }
}
