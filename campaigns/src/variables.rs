//! What an app is told of a contact: templates over the contact's fields.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::{Environment, UndefinedBehavior, Value, context};

use crate::audience::Row;
use crate::inspect::{self, Misnamed};

/// Values by name, each a template such as `{{ name }}` or `{{ fields.doctor | upper }}`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Variables(BTreeMap<String, String>);

/// The longest value of a variable, in bytes; a longer one is a fault.
pub const MAX_VALUE: usize = 8 * 1024;

/// How much work one template may be, in the engine's steps.
const FUEL: u64 = 20_000;

/// A template cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the variable `{name}`: {message}")]
pub struct VariableError {
    /// The variable.
    pub name: String,
    /// Where in the template, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl Variables {
    /// These templates.
    pub fn new(templates: BTreeMap<String, String>) -> Self {
        Self(templates)
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Checks that a template compiles.
    pub fn check(name: &str, template: &str) -> Result<(), VariableError> {
        environment().template_from_str(template).map(|_| ()).map_err(|error| trouble(name, &error))
    }

    /// What a template names that is not there. `is_spoken`: it has the filters of spoken texts.
    pub(crate) fn misnamed(template: &str, is_spoken: bool) -> Vec<Misnamed> {
        inspect::misnamed(&if is_spoken { spoken() } else { environment() }, template)
    }

    /// The fields that the templates of these and of `over` cannot do without.
    pub fn needed_fields(&self, over: &Self) -> BTreeSet<String> {
        let own = self.0.iter().filter(|(name, _)| !over.0.contains_key(*name));
        own.chain(&over.0).flat_map(|(_, template)| needed_fields(template)).collect()
    }

    /// The values for a contact; of `self` first, and `over` where it has the name too (a variant's).
    pub fn fill(&self, over: &Self, row: &Row) -> Result<BTreeMap<String, String>, VariableError> {
        let environment = environment();
        let mut templates = self.0.clone();
        templates.extend(over.0.iter().map(|(name, template)| (name.clone(), template.clone())));
        templates
            .into_iter()
            .map(|(name, template)| Ok((fill_one(&environment, &name, &template, row)?, name)))
            .map(|filled| filled.map(|(value, name)| (name, value)))
            .collect()
    }
}

/// The fields that a template cannot do without: those that it names and has no `default` for.
pub(crate) fn needed_fields(template: &str) -> BTreeSet<String> {
    inspect::needed_fields(template).into_iter().map(|(_, name)| name).collect()
}

/// One template for a contact: what a machine is told. It has the filters of flows' spoken texts, such as `date`, in the
/// contact's language.
pub fn fill_text(template: &str, row: &Row) -> Result<String, VariableError> {
    fill_one(&spoken(), "message", template, row)
}

fn fill_one(environment: &Environment<'_>, name: &str, template: &str, row: &Row) -> Result<String, VariableError> {
    let values = context! {
        name => row.name.clone().unwrap_or_default(),
        number => row.number.to_string(),
        language => row.language.clone().unwrap_or_default(),
        time_zone => row.time_zone.clone().unwrap_or_default(),
        appointment => row.local_appointment().unwrap_or_default(),
        fields => row.fields.clone(),
        // What the filters of spoken texts go by.
        call => context! { language => row.language.clone().unwrap_or_default() },
        business => context! { time_zone => row.time_zone.as_deref().or(row.clock.as_deref()).unwrap_or("UTC") },
    };
    let text = environment.render_str(template, values).map_err(|error| trouble(name, &error))?;
    if text.len() > MAX_VALUE {
        let message = format!("its value has {} bytes; at most {MAX_VALUE} fit", text.len());
        return Err(VariableError { name: name.to_owned(), line: 1, message });
    }
    Ok(text)
}

/// What templates run in: strict, with little work, and with `default` of an empty cell.
pub(crate) fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    for name in ["default", "d"] {
        environment.add_filter(name, default);
    }
    environment
}

/// What is taken in place of a value that is not there, or blank as an empty cell is.
fn default(value: &Value, other: Option<Value>, lax: Option<bool>) -> Value {
    let blank = value.as_str().is_some_and(|text| text.trim().is_empty());
    if !value.is_undefined() && !blank && (value.is_true() || !lax.unwrap_or(false)) {
        return value.clone();
    }
    // Nothing is meant: filters of spoken texts take what is safe as it is.
    other.filter(|other| other.as_str() != Some("")).unwrap_or_else(|| Value::from_safe_string(String::new()))
}

fn spoken() -> Environment<'static> {
    let mut environment = environment();
    ivr::speak_like_flows(&mut environment);
    environment
}

fn trouble(name: &str, error: &minijinja::Error) -> VariableError {
    // The engine's own sentence may repeat a value, so only its kind and place are told.
    let what = match error.kind() {
        minijinja::ErrorKind::UndefinedError => {
            "it names what the contact does not have, or a filter gets an empty cell: fill in the cell, map a column to \
             it under `audience.columns.fields`, or write `{{ fields.x | default('') }}`"
                .to_owned()
        }
        minijinja::ErrorKind::SyntaxError => error.detail().unwrap_or("the template does not compile").to_owned(),
        kind => kind.to_string(),
    };
    VariableError { name: name.to_owned(), line: error.line().unwrap_or(1), message: what }
}
