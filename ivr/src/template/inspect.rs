//! What can be known of a template before it runs: whether it compiles, which filters and variables it names.

use std::collections::BTreeSet;

use super::engine::{ENGINE, has_marks};
use super::filters::OWN;

/// minijinja's own filters that flows may use.
const FILTERS: [&str; 41] = [
    "lower",
    "upper",
    "title",
    "capitalize",
    "replace",
    "length",
    "count",
    "dictsort",
    "items",
    "reverse",
    "trim",
    "join",
    "split",
    "lines",
    "default",
    "d",
    "round",
    "abs",
    "int",
    "float",
    "attr",
    "first",
    "last",
    "min",
    "max",
    "sort",
    "list",
    "string",
    "bool",
    "batch",
    "slice",
    "sum",
    "select",
    "reject",
    "selectattr",
    "rejectattr",
    "map",
    "groupby",
    "unique",
    "chain",
    "zip",
];

/// What a template names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Inspection {
    /// Variables with the path below them, such as `vars.code` or `contact.name`.
    pub variables: BTreeSet<String>,
}

/// Why a template is no good.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It does not compile.
    Syntax {
        /// Line within the template, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A filter that does not exist.
    UnknownFilter {
        /// Line within the template, from 1.
        line: usize,
        /// The name.
        name: String,
    },
}

/// Names of all filters.
pub(crate) fn filters() -> impl Iterator<Item = &'static str> {
    FILTERS.iter().chain(&OWN).copied()
}

/// Looks into a text with templates.
pub(crate) fn inspect_template(source: &str) -> Result<Inspection, Trouble> {
    if !has_marks(source) {
        return Ok(Inspection::default());
    }
    let template = ENGINE.template_from_named_str("speech", source).map_err(|error| syntax(&error))?;
    for code in code_parts(source) {
        unknown_filter(source, code)?;
    }
    Ok(Inspection { variables: without_globals(template.undeclared_variables(true)) })
}

/// Looks into an expression.
pub(crate) fn inspect_expression(source: &str) -> Result<Inspection, Trouble> {
    let expression = ENGINE.compile_expression(source).map_err(|error| syntax(&error))?;
    unknown_filter(source, source)?;
    Ok(Inspection { variables: without_globals(expression.undeclared_variables(true)) })
}

fn syntax(error: &minijinja::Error) -> Trouble {
    let message = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    Trouble::Syntax { line: error.line().unwrap_or(1), message }
}

fn without_globals(variables: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let globals: BTreeSet<&str> = ENGINE.globals().map(|(name, _)| name).collect();
    variables.into_iter().filter(|path| !globals.contains(path.split('.').next().unwrap_or_default())).collect()
}

/// The insides of `{{ }}` and `{% %}`.
fn code_parts(source: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = source;
    while let Some(start) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        let close = if rest[start..].starts_with("{{") { "}}" } else { "%}" };
        let inside = &rest[start + 2..];
        let end = inside.find(close).unwrap_or(inside.len());
        parts.push(&inside[..end]);
        rest = inside.get(end + 2..).unwrap_or_default();
    }
    parts
}

/// The engine looks filters up when it runs; a flow should fail before.
fn unknown_filter(source: &str, code: &str) -> Result<(), Trouble> {
    let mut quote = None;
    for (at, c) in code.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, '|') => {
                let name: String =
                    code[at + 1..].trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if !name.is_empty() && !filters().any(|known| known == name) {
                    let offset = (code.as_ptr() as usize).saturating_sub(source.as_ptr() as usize) + at;
                    let line = source.get(..offset).unwrap_or_default().matches('\n').count() + 1;
                    return Err(Trouble::UnknownFilter { line, name });
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_named_with_their_path() {
        let found = inspect_template("{{ vars.code|digits }} {% if contact.name %}x{% endif %}{% set y = 1 %}{{ y }}");
        let found = found.unwrap().variables;
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["contact.name", "vars.code"]);
    }

    #[test]
    fn a_template_that_does_not_compile_is_found_with_its_line() {
        assert!(matches!(inspect_template("ok\n{{ vars. }}"), Err(Trouble::Syntax { line: 2, .. })));
        assert!(inspect_expression("vars.a >").is_err());
        assert_eq!(
            inspect_template("a\n{{ '|nofilter'|digit }}"),
            Err(Trouble::UnknownFilter { line: 2, name: "digit".into() })
        );
    }

    #[test]
    fn every_filter_named_here_exists() {
        for name in filters() {
            let source = format!("{{{{ 'x'|{name} }}}}");
            let error = ENGINE.render_str(&source, ()).err();
            let unknown = error.is_some_and(|error| error.kind() == minijinja::ErrorKind::UnknownFilter);
            assert!(!unknown, "{name}");
        }
    }
}
