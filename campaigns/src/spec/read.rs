//! From YAML to a campaign, gathering every fault on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ivr::document::{self, Faults, Place, Yaml};
use ivr::{Fault, ParseLimits};
use permission::{Caps, MIN_RING_S, Purpose, Week};

use super::fields::{Fields, Reader};
use super::{App, Spec, SpecLimits, Variant, parts};
use crate::audience::Mapping;
use crate::inspect::{FILTERS, Kind, Misnamed, SPOKEN_FILTERS, VALUES, needed_fields};
use crate::script::Script;
use crate::variables::Variables;

/// Calls ring no longer than this.
const MAX_RING: Duration = Duration::from_mins(2);

pub(super) fn spec(source: &str, limits: &SpecLimits) -> Result<Spec, Vec<Fault>> {
    let mut faults = Faults::new("campaign", source, limits.max_faults);
    let spec = document(source, limits, &mut faults)
        .and_then(|document| campaign(&document, &mut Reader { faults: &mut faults, limits, columns: None }));
    match spec {
        Some(spec) if !faults.has_errors() => Ok(spec),
        _ => Err(faults.into_sorted()),
    }
}

fn document(source: &str, limits: &SpecLimits, faults: &mut Faults) -> Option<Yaml> {
    if source.trim().is_empty() {
        faults.error_with(Place { line: 1, column: 1 }, "the file is empty", "begin with `name:`");
        return None;
    }
    let parse = ParseLimits {
        max_bytes: limits.max_bytes,
        max_values: limits.max_values,
        max_depth: 12,
        max_text: limits.max_text,
        ..ParseLimits::default()
    };
    document::read(source, &parse, faults)
}

fn campaign(document: &Yaml, reader: &mut Reader<'_>) -> Option<Spec> {
    let mut fields = Fields::open(document, "a campaign", reader)?;
    let name = fields.need("name", reader).and_then(|yaml| reader.name(yaml, "the name"));
    let purpose = fields.need("purpose", reader).and_then(|yaml| purpose(yaml, reader));
    let pace = parts::pace(fields.take("pace"), reader);
    // Members need nobody who answers for them.
    let app = app(&mut fields, reader).or_else(|| pace.kind.queue().map(|_| App::Members));
    if app.is_none() {
        let message = "a campaign needs what answers when a contact is reached";
        reader.faults.error_with(fields.place, message, "add `flow:` or `agent:` with its name");
    }
    let segment = fields.take("segment").and_then(|yaml| reader.text(yaml, "the segment"));
    let audience = fields.take("audience").map(|yaml| parts::audience(yaml, reader)).unwrap_or_default();
    reader.columns = known_fields(&audience, segment.is_some());
    let variables = fields.take("variables").map(|yaml| variables(yaml, reader)).unwrap_or_default();
    let caller_ids = fields.take("caller_id").map(|yaml| parts::caller_ids(yaml, reader)).unwrap_or_default();
    let window = fields.take("window").and_then(|yaml| window(yaml, reader));
    let caps = fields.take("caps").map(|yaml| caps(yaml, reader)).unwrap_or_default();
    let ring = fields.take("ring").and_then(|yaml| ring(yaml, reader));
    let retries = fields.take("retries").map(|yaml| parts::retries(yaml, reader)).unwrap_or_default();
    let machines = fields.take("machines").map(|yaml| parts::machines(yaml, reader)).unwrap_or_default();
    let script = fields.take("script").and_then(|yaml| script(yaml, reader));
    let variants = fields.take("variants").map(|yaml| variants(yaml, reader)).unwrap_or_default();
    let schedule = parts::schedule(fields.take("schedule"), reader);
    fields.close(reader);
    Some(Spec {
        name: name?,
        purpose: purpose?,
        app: app?,
        variables,
        segment,
        audience,
        caller_ids,
        window,
        caps,
        ring,
        pace,
        retries,
        machines,
        script,
        variants,
        schedule: schedule?,
    })
}

/// The fields of contacts where the file says them all: those of a table whose columns it names.
fn known_fields(audience: &Mapping, has_segment: bool) -> Option<BTreeSet<String>> {
    (!has_segment && !audience.fields.is_empty()).then(|| audience.fields.keys().cloned().collect())
}

fn purpose(yaml: &Yaml, reader: &mut Reader<'_>) -> Option<Purpose> {
    let words: Vec<_> = Purpose::ALL.into_iter().map(|purpose| (purpose.as_str(), purpose)).collect();
    reader.word(yaml, "the purpose", &words)
}

/// `flow: name` or `agent: name`.
fn app(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Option<App> {
    let (key, yaml) = fields.one_of(&["flow", "agent"], reader)?;
    match key {
        "flow" => reader.name(yaml, "the name of the flow").map(App::Flow),
        _ => reader.name(yaml, "the name of the agent").map(App::Agent),
    }
}

fn variables(yaml: &Yaml, reader: &mut Reader<'_>) -> Variables {
    let mut templates = BTreeMap::new();
    for entry in reader.entries(yaml, "the variables").unwrap_or_default() {
        let identifier = entry.key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && entry.key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !identifier {
            let message = format!("`{}` cannot be the name of a variable", document::clip(&entry.key));
            let suggestion = "use letters, digits and `_`, beginning with a letter";
            reader.faults.error_with(entry.key_place, message, suggestion);
        }
        let Some(template) = entry.value.scalar() else {
            let message = format!("a variable is text, and here is {}", entry.value.kind());
            reader.faults.error(entry.value.place, message);
            continue;
        };
        template_of(&entry.key, &template, &entry.value, Use::Variable, reader);
        templates.insert(entry.key.clone(), template);
    }
    Variables::new(templates)
}

fn script(yaml: &Yaml, reader: &mut Reader<'_>) -> Option<Script> {
    let text = reader.text(yaml, "the script")?;
    template_of("script", &text, yaml, Use::Script, reader);
    match Script::new(&text) {
        Ok(script) => Some(script),
        Err(too_long) => {
            reader.faults.error_with(yaml.place, too_long.to_string(), "shorten it");
            None
        }
    }
}

/// What is done with a template once it is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// An app is given it.
    Variable,
    /// It is said as it is, by our voice.
    Spoken,
    /// A member reads it.
    Script,
}

/// Checks a template; a fault names the line within a text of several.
pub(super) fn template_of(name: &str, template: &str, yaml: &Yaml, used: Use, reader: &mut Reader<'_>) {
    let spoken = used == Use::Spoken;
    let place = |line: usize| match line.saturating_sub(1) {
        0 => yaml.place,
        below => Place { line: yaml.place.line + below, column: 1 },
    };
    if let Err(error) = Variables::check(name, template) {
        let message = format!("the template does not compile: {}", document::clip(&error.message));
        let suggestion = "write it as `{{ name }}` or `{{ fields.doctor }}`, in quotes";
        return reader.faults.error_with(place(error.line), message, suggestion);
    }
    let known = reader.columns.clone();
    for (line, name) in needed_fields(template) {
        if known.as_ref().is_some_and(|known| !known.contains(&name)) {
            let shown = document::clip(&name);
            let message =
                format!("the template names `fields.{shown}`, and `audience.columns.fields` has no `{shown}`");
            let advice = format!("map a column to it there, or write `{{{{ fields.{shown} | default('') }}}}`");
            reader.faults.error_with(place(line), message, advice);
        }
    }
    for Misnamed { line, what, name } in Variables::misnamed(template, spoken) {
        let (place, shown) = (place(line), document::clip(&name));
        match what {
            Kind::Filter if !spoken && SPOKEN_FILTERS.contains(&name.as_str()) => {
                let said = format!("give the value as it is, and write `{{{{ vars.x|{shown} }}}}` where it is said");
                let (what, advice) = match used {
                    Use::Script => ("a script is read", "write the value as it is".to_owned()),
                    Use::Variable | Use::Spoken => ("a variable is a value", said),
                };
                let message = format!("the filter `{shown}` is for texts that are spoken, and {what}");
                reader.faults.error_with(place, message, advice);
            }
            Kind::Filter => {
                let more = SPOKEN_FILTERS.iter().filter(|_| spoken);
                reader.faults.unknown(place, "the filter", &name, FILTERS.iter().chain(more).copied());
            }
            Kind::Test => reader.faults.unknown(place, "the test", &name, ["defined", "none", "number", "string"]),
            Kind::Value => {
                let message = format!("the template names `{shown}`, which no contact has");
                let advice = format!("a column of the table is `fields.{shown}`; known here: {}", VALUES.join(", "));
                reader.faults.error_with(place, message, advice);
            }
        }
    }
}

fn window(yaml: &Yaml, reader: &mut Reader<'_>) -> Option<Week> {
    let text = reader.text(yaml, "the window")?;
    match Week::parse(&text) {
        Ok(week) => Some(week),
        Err(error) => {
            reader.faults.error(yaml.place, error.to_string());
            None
        }
    }
}

fn caps(yaml: &Yaml, reader: &mut Reader<'_>) -> Caps {
    let Some(mut fields) = Fields::open(yaml, "the caps", reader) else { return Caps::default() };
    let mut cap = |key| reader.whole(fields.take(key), 0, 1, 1_000);
    let caps =
        Caps { day: cap("per_day"), week: cap("per_week"), days30: cap("per_30_days"), campaign: cap("per_campaign") };
    fields.close(reader);
    caps
}

fn ring(yaml: &Yaml, reader: &mut Reader<'_>) -> Option<Duration> {
    let ring = reader.duration(yaml, MAX_RING)?;
    if ring.as_secs() < u64::from(MIN_RING_S) {
        let message = format!("a call rings for at least {MIN_RING_S}s, and here are {}s", ring.as_secs());
        reader.faults.error_with(yaml.place, message, format!("write `ring: {MIN_RING_S}s` or more"));
        return None;
    }
    Some(ring)
}

fn variants(yaml: &Yaml, reader: &mut Reader<'_>) -> Vec<Variant> {
    let mut list = Vec::new();
    for entry in reader.entries(yaml, "the variants").unwrap_or_default() {
        let Some(mut fields) = Fields::open(&entry.value, "a variant", reader) else { continue };
        let share = fields.need("share", reader);
        let share = reader.whole(share, 1, 1, 1_000);
        let app = app(&mut fields, reader);
        let variables = fields.take("variables").map(|yaml| variables(yaml, reader)).unwrap_or_default();
        fields.close(reader);
        list.push(Variant { name: entry.key.clone(), share, app, variables });
    }
    if list.len() == 1 {
        let message = "one variant has nothing to be compared with";
        reader.faults.error_with(yaml.place, message, "add another, or remove `variants:`");
    }
    list
}
