//! What can be known of a template before anybody is called: whether what it names is there. The engine finds out only
//! when it fills one in, and then a person waits.

use std::collections::BTreeSet;

use minijinja::{Environment, ErrorKind, Value};

/// What a contact has, by name.
pub(crate) const VALUES: [&str; 6] = ["name", "number", "language", "time_zone", "appointment", "fields"];

/// What only the filters of spoken texts go by.
const BESIDE: [&str; 2] = ["call", "business"];

/// Filters that are proposed where one is misspelt.
pub(crate) const FILTERS: [&str; 14] = [
    "default",
    "upper",
    "lower",
    "title",
    "capitalize",
    "trim",
    "replace",
    "first",
    "last",
    "join",
    "split",
    "length",
    "int",
    "round",
];

/// Filters of spoken texts that are proposed.
pub(crate) const SPOKEN_FILTERS: [&str; 7] = ["date", "time", "weekday", "money", "digits", "number", "spell"];

/// A name that means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misnamed {
    /// Line within the template, from 1.
    pub line: usize,
    /// What it should be.
    pub what: Kind,
    /// The name.
    pub name: String,
}

/// What a name can be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Filter,
    Test,
    Value,
}

/// Everything that a template which compiles names and this environment or a contact does not have.
pub(crate) fn misnamed(environment: &Environment<'_>, template: &str) -> Vec<Misnamed> {
    let Ok(compiled) = environment.template_from_str(template) else { return Vec::new() };
    let globals: BTreeSet<&str> = environment.globals().map(|(name, _)| name).collect();
    let known = |name: &String| {
        let name = name.as_str();
        VALUES.contains(&name) || BESIDE.contains(&name) || globals.contains(name)
    };
    let missing: BTreeSet<String> = compiled.undeclared_variables(false).into_iter().filter(|it| !known(it)).collect();
    let mut found: Vec<Misnamed> = Vec::new();
    for name in names(template) {
        let lacks = match name.what {
            Kind::Filter => lacks_filter(environment, &name.name),
            Kind::Test => lacks_test(environment, &name.name),
            Kind::Value => missing.contains(&name.name),
        };
        if lacks && !found.iter().any(|other| other.what == name.what && other.name == name.name) {
            found.push(name);
        }
    }
    found
}

fn lacks_filter(environment: &Environment<'_>, name: &str) -> bool {
    let tried = environment.empty_state().apply_filter(name, &[Value::UNDEFINED]);
    tried.is_err_and(|error| error.kind() == ErrorKind::UnknownFilter)
}

fn lacks_test(environment: &Environment<'_>, name: &str) -> bool {
    let tried = environment.empty_state().perform_test(name, &[Value::UNDEFINED]);
    tried.is_err_and(|error| error.kind() == ErrorKind::UnknownTest)
}

/// The names within `{{ }}` and `{% %}`, each with what it is by what stands before it.
fn names(template: &str) -> Vec<Misnamed> {
    let mut names = Vec::new();
    let mut rest = template;
    // What stands raw is no code.
    while let Some((at, close)) = next_code(rest).filter(|_| !template.contains("endraw")) {
        let inside = &rest[at + 2..];
        let end = inside.find(close).unwrap_or(inside.len());
        let line = template[..template.len() - inside.len()].matches('\n').count() + 1;
        if close != "#}" {
            words(&inside[..end], line, &mut names);
        }
        rest = inside.get(end + 2..).unwrap_or_default();
    }
    names
}

/// The fields (`fields.x`) that a template cannot do without, each with its line: it has no `default` for them and asks
/// nowhere whether they are there.
pub(crate) fn needed_fields(template: &str) -> Vec<(usize, String)> {
    let (mut needed, mut guarded): (Vec<(usize, String)>, BTreeSet<String>) = (Vec::new(), BTreeSet::new());
    let mut rest = template;
    // What stands raw is no code.
    while let Some((at, close)) = next_code(rest).filter(|_| !template.contains("endraw")) {
        let inside = &rest[at + 2..];
        let end = inside.find(close).unwrap_or(inside.len());
        let line = template[..template.len() - inside.len()].matches('\n').count() + 1;
        let mut code = &inside[..end];
        while let Some(at) = code.find("fields").filter(|_| close != "#}") {
            let alone = !code[..at].ends_with(|c: char| c.is_alphanumeric() || "_.'\"".contains(c));
            code = &code[at + "fields".len()..];
            let Some((name, after)) = field_of(code).filter(|_| alone) else { continue };
            code = after;
            // `fields.items()` asks for none.
            if after.trim_start().starts_with('(') {
                continue;
            }
            let filter = after.trim_start().strip_prefix('|').map(str::trim_start);
            let default = filter.is_some_and(|filter| filter.starts_with("default") || filter.starts_with("d("));
            if default || close == "%}" || after.trim_start().starts_with("is ") {
                guarded.insert(name.to_owned());
            } else if !needed.iter().any(|(_, other)| other == name) {
                needed.push((line, name.to_owned()));
            }
        }
        rest = inside.get(end + 2..).unwrap_or_default();
    }
    needed.retain(|(_, name)| !guarded.contains(name));
    needed
}

/// The name in `.name`, `['name']` or `["name"]`, and what follows it.
fn field_of(code: &str) -> Option<(&str, &str)> {
    if let Some(name) = code.strip_prefix('.') {
        let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
        return (end > 0).then(|| name.split_at(end));
    }
    let quoted = code.strip_prefix('[')?.trim_start();
    let quote = quoted.chars().next().filter(|c| ['"', '\''].contains(c))?;
    let (name, after) = quoted[1..].split_once(quote)?;
    Some((name, after.trim_start().strip_prefix(']')?))
}

/// Where the next code or comment begins, and what closes it.
fn next_code(text: &str) -> Option<(usize, &'static str)> {
    let found = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")].map(|(open, close)| Some((text.find(open)?, close)));
    found.into_iter().flatten().min()
}

fn words(code: &str, mut line: usize, names: &mut Vec<Misnamed>) {
    let mut chars = code.char_indices().peekable();
    // The last sign, and the last word where nothing but space is between.
    let (mut sign, mut word) = (' ', "");
    while let Some((start, c)) = chars.next() {
        match c {
            '\n' => line += 1,
            '"' | '\'' => {
                for (_, inner) in chars.by_ref().take_while(|(_, inner)| *inner != c) {
                    line += usize::from(inner == '\n');
                }
                (sign, word) = (c, "");
            }
            _ if c.is_alphabetic() || c == '_' => {
                let mut end = start + c.len_utf8();
                while let Some((at, more)) = chars.next_if(|(_, more)| more.is_alphanumeric() || *more == '_') {
                    end = at + more.len_utf8();
                }
                let name = &code[start..end];
                let what = match (sign, word) {
                    ('.', _) => None,
                    ('|', _) | (_, "filter") => Some(Kind::Filter),
                    (_, "is") if name != "not" => Some(Kind::Test),
                    _ => Some(Kind::Value),
                };
                names.extend(what.map(|what| Misnamed { line, what, name: name.to_owned() }));
                // `is not x` is a test as `is x` is.
                word = if word == "is" && name == "not" { "is" } else { name };
                sign = 'a';
            }
            _ if c.is_whitespace() => {}
            _ => (sign, word) = (c, ""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(template: &str) -> Vec<(usize, Kind, String)> {
        let environment = Environment::new();
        misnamed(&environment, template).into_iter().map(|it| (it.line, it.what, it.name)).collect()
    }

    #[test]
    fn what_is_misspelt_is_found_in_its_line_also_where_it_is_not_walked() {
        let template =
            "Hello {{ nam | uper }}\n{% if name is not definned %}{{ fields.doctor\n | dafault('x|y') }}{% endif %}";
        let expected = [
            (1, Kind::Value, "nam".to_owned()),
            (1, Kind::Filter, "uper".to_owned()),
            (2, Kind::Test, "definned".to_owned()),
            (3, Kind::Filter, "dafault".to_owned()),
        ];
        assert_eq!(found(template), expected);
    }

    #[test]
    fn fields_that_a_template_cannot_do_without_are_known() {
        let needed = |template: &str| needed_fields(template).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
        let template = "{{ fields.day|date }} {{ fields['place'] }}, {{ fields.note | default('') }} {{ myfields.x }}";
        assert_eq!(needed(template), ["day", "place"]);
        assert_eq!(needed_fields("a\n{{ name }} {{ fields.day }}{{ fields.day }}"), [(2, "day".to_owned())]);
        for guarded in [
            "{% if fields.day %}{{ fields.day|date }}{% endif %}",
            "{# {{ fields.day }} #}",
            "{{ 'yes' if fields.day is defined else 'no' }}",
            "{{ 'fields.day' }} {{ fields.items()|length }}",
        ] {
            assert_eq!(needed(guarded), Vec::<String>::new(), "{guarded}");
        }
    }

    #[test]
    fn what_is_declared_quoted_or_commented_is_no_fault() {
        for template in [
            "{{ name|upper|default('|nofilter') }} {# {{ nobody|nothing }} #}",
            "{% set x = fields.a %}{{ x.b }} {% for a in range(3) %}{{ loop.index }}{{ a }}{% endfor %}",
            "{% if name is defined and not (appointment is none) %}{{ fields['doctor'] }}{% endif %}",
            "no code, but | signs",
            "{% raw %}{{ x|y }}{% endraw %}",
        ] {
            assert_eq!(found(template), [], "{template}");
        }
    }
}
