//! What a member follows who talks with a contact: paragraphs to be said, and points to be ticked off.

use std::collections::BTreeMap;

use minijinja::{UndefinedBehavior, context};

use crate::audience::Row;
use crate::inspect::{Kind, Misnamed, VALUES};
use crate::variables::{Variables, environment};

/// The longest script, in bytes.
pub const MAX_SCRIPT: usize = 8 * 1024;

/// The longest script with what is known of somebody filled in, in bytes; a longer one is shown as it is written.
pub const MAX_FILLED: usize = 32 * 1024;

/// A script: text with templates such as `{{ name }}` or `{{ fields.contract }}`, of at most [`MAX_SCRIPT`] bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script(String);

/// There is too much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the script has {0} bytes; at most {MAX_SCRIPT} fit")]
pub struct TooLong(pub usize);

/// What is known of the contact. Its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// The name; empty where nobody knows it, as everything here.
    pub name: String,
    /// The number, E.164.
    pub number: String,
    /// BCP 47 language.
    pub language: String,
    /// IANA time zone.
    pub time_zone: String,
    /// The contact's own time on their clock: `2026-12-01T09:30`.
    pub appointment: String,
    /// All other fields.
    pub fields: BTreeMap<String, String>,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").finish_non_exhaustive()
    }
}

impl From<&Row> for Known {
    fn from(row: &Row) -> Self {
        Self {
            name: row.name.clone().unwrap_or_default(),
            number: row.number.to_string(),
            language: row.language.clone().unwrap_or_default(),
            time_zone: row.time_zone.clone().unwrap_or_default(),
            appointment: row.local_appointment().unwrap_or_default(),
            fields: row.fields.clone(),
        }
    }
}

/// A part of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// To be said or read, with its line breaks.
    Paragraph(String),
    /// To be done, and ticked off.
    Point(String),
}

impl Script {
    /// This text.
    ///
    /// # Errors
    /// Where it is too long.
    pub fn new(text: &str) -> Result<Self, TooLong> {
        if text.len() > MAX_SCRIPT { Err(TooLong(text.len())) } else { Ok(Self(text.to_owned())) }
    }

    /// This text, where its templates can be filled in for contacts whose fields are not known beforehand.
    ///
    /// # Errors
    /// Everything that is wrong, each with its line and as one sentence without a full stop.
    pub fn check(text: &str) -> Result<Self, Vec<String>> {
        let script = Self::new(text).map_err(|too_long| vec![too_long.to_string()])?;
        if let Err(error) = Variables::check("script", text) {
            return Err(vec![format!("line {}: the template does not compile: {}", error.line, error.message)]);
        }
        let faults: Vec<String> = Variables::misnamed(text, false).iter().map(sentence).collect();
        if faults.is_empty() { Ok(script) } else { Err(faults) }
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The script for somebody. What is not known of them is left out; where the templates cannot be filled in at all, it
    /// is shown as it is written: who talks needs it now.
    pub fn steps(&self, known: &Known) -> Vec<Step> {
        steps(&self.filled(known).unwrap_or_else(|| self.0.clone()))
    }

    fn filled(&self, known: &Known) -> Option<String> {
        let mut environment = environment();
        environment.set_undefined_behavior(UndefinedBehavior::Chainable);
        let fields: BTreeMap<&str, String> =
            known.fields.iter().map(|(name, value)| (name.as_str(), one_line(value))).collect();
        let values = context! {
            name => one_line(&known.name),
            number => known.number.clone(),
            language => known.language.clone(),
            time_zone => known.time_zone.clone(),
            appointment => known.appointment.clone(),
            fields => fields,
        };
        environment.render_str(&self.0, values).ok().filter(|text| text.len() <= MAX_FILLED)
    }
}

fn sentence(Misnamed { line, what, name }: &Misnamed) -> String {
    match what {
        Kind::Filter => format!("line {line}: there is no filter `{name}`"),
        Kind::Test => format!("line {line}: there is no test `{name}`"),
        Kind::Value => format!(
            "line {line}: there is no `{name}`: a field of the contact is `fields.{name}`; known here: {}",
            VALUES.join(", ")
        ),
    }
}

/// What is known of somebody adds no paragraphs and no points of its own.
fn one_line(value: &str) -> String {
    value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// An empty line ends a paragraph. A line that begins with `- ` is a point, and indented lines below it go on with it.
fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let (trimmed, indented) = (line.trim(), line.starts_with([' ', '\t']));
        if trimmed.is_empty() {
            open = false;
        } else if let Some(point) = trimmed.strip_prefix("- ") {
            steps.push(Step::Point(point.trim_start().to_owned()));
            open = true;
        } else {
            match steps.last_mut().filter(|_| open) {
                Some(Step::Point(point)) if indented => point.extend([" ", trimmed]),
                Some(Step::Paragraph(paragraph)) => paragraph.extend(["\n", trimmed]),
                _ => steps.push(Step::Paragraph(trimmed.to_owned())),
            }
            open = true;
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraph(text: &str) -> Step {
        Step::Paragraph(text.to_owned())
    }

    fn point(text: &str) -> Step {
        Step::Point(text.to_owned())
    }

    fn lisa() -> Known {
        let fields = [("contract", "K-17"), ("note", "likes tea\n- Give a discount")];
        Known {
            name: "Lisa Miller".into(),
            fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            ..Known::default()
        }
    }

    fn shown(text: &str) -> Vec<Step> {
        Script::new(text).unwrap().steps(&lisa())
    }

    #[test]
    fn paragraphs_and_points_are_told_apart() {
        let text = "Good morning, {{ name }}!\nThis is Northwind.\n\n- Ask for the contract\n  ({{ fields.contract }})\n\
                    - Read back:\nThank you.\n\n- \n  - Goodbye\n-5 % is no point";
        let expected = [
            paragraph("Good morning, Lisa Miller!\nThis is Northwind."),
            point("Ask for the contract (K-17)"),
            point("Read back:"),
            paragraph("Thank you."),
            paragraph("-"),
            point("Goodbye"),
            paragraph("-5 % is no point"),
        ];
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        assert_eq!(shown("Hello {{ fields.title }}{{ fields.a.b | upper }}."), [paragraph("Hello .")]);
        assert_eq!(shown("{% if fields.vip %}- Thank them\n{% endif %}Bye"), [paragraph("Bye")]);
        assert_eq!(shown("Hello {{ fields.title | default('there') }}."), [paragraph("Hello there.")]);
    }

    #[test]
    fn what_is_known_adds_no_points() {
        assert_eq!(shown("They said: {{ fields.note }}"), [paragraph("They said: likes tea - Give a discount")]);
    }

    #[test]
    fn a_script_that_cannot_be_filled_in_is_shown_as_it_is_written() {
        let wrong = "- Owes {{ fields.contract | round }}";
        assert_eq!(shown(wrong), [point("Owes {{ fields.contract | round }}")]);
        let endless = "{% for a in range(9999) %}{{ name }}{% endfor %}";
        assert_eq!(shown(endless), [paragraph(endless)]);
    }

    #[test]
    fn everything_wrong_is_told_with_its_line() {
        let faults = |text: &str| Script::check(text).unwrap_err();
        let told = faults("Hello {{ nam }}\n\n{{ name | uper }}{% if name is definned %}x{% endif %}");
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].starts_with("line 1: there is no `nam`") && told[0].contains("fields.nam"), "{told:?}");
        assert_eq!(told[1..], ["line 3: there is no filter `uper`", "line 3: there is no test `definned`"]);
        assert!(faults("One\n{{ name")[0].starts_with("line 2: the template does not compile"));
        assert!(faults(&"x".repeat(MAX_SCRIPT + 1))[0].contains("8193 bytes; at most 8192"));
        assert!(Script::check(&"x".repeat(MAX_SCRIPT)).is_ok());
    }
}
