//! What people type into a search box, as a query of the full-text index.

/// The longest query that is read, in characters; the rest is left out.
const MAX_CHARS: usize = 512;

/// The most words and phrases of a query.
const MAX_TERMS: usize = 32;

/// Any text as a query of SQLite's FTS5 (sqlite.org/fts5.html, section 3): all words must be in the line, `"..."` is a
/// phrase, and a `*` at the end of either stands for any ending. `None`: there is nothing to search for.
pub(crate) fn fts_query(text: &str) -> Option<String> {
    let text: String = text.chars().take(MAX_CHARS).collect();
    let mut query = String::new();
    let mut rest = text.as_str();
    for _ in 0..MAX_TERMS {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c.is_control());
        if rest.is_empty() {
            break;
        }
        let (term, after) = next_term(rest);
        rest = after;
        push_term(&mut query, term, after.starts_with('*') || term.ends_with('*'));
    }
    (!query.is_empty()).then_some(query)
}

/// The next phrase or word, and what follows it.
fn next_term(text: &str) -> (&str, &str) {
    if let Some(inner) = text.strip_prefix('"') {
        // A quote that is never closed goes to the end.
        return inner.split_once('"').unwrap_or((inner, ""));
    }
    let end = text.find(|c: char| c == '"' || c.is_whitespace() || c.is_control()).unwrap_or(text.len());
    text.split_at(end)
}

fn push_term(query: &mut String, term: &str, prefix: bool) {
    if !term.chars().any(char::is_alphanumeric) {
        return;
    }
    if !query.is_empty() {
        query.push_str(" AND ");
    }
    query.push('"');
    // A quote cannot be inside, and a NUL would end the query: what is neither letter nor digit only parts words.
    query.extend(term.chars().map(|c| if c.is_control() { ' ' } else { c }));
    query.push('"');
    if prefix {
        query.push('*');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_phrases_and_prefixes_are_read() {
        for (text, query) in [
            ("book appointment", Some(r#""book" AND "appointment""#)),
            (r#""stop calling" please"#, Some(r#""stop calling" AND "please""#)),
            ("appoint*", Some(r#""appoint*"*"#)),
            (r#""next week"* x"#, Some(r#""next week"* AND "x""#)),
            ("a OR b) NEAR(", Some(r#""a" AND "OR" AND "b)" AND "NEAR(""#)),
            (r#"never "closed quote"#, Some(r#""never" AND "closed quote""#)),
            ("text:x -y ^z", Some(r#""text:x" AND "-y" AND "^z""#)),
            ("a\0b", Some(r#""a" AND "b""#)),
            (" \"\" * ' -- ", None),
            ("", None),
        ] {
            assert_eq!(fts_query(text).as_deref(), query, "{text}");
        }
    }
}
