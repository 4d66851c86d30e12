//! A model's report, read strictly.

use jiff::civil::{Date, DateTime};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Wanted;
use crate::rules::{FIELDS, RuleSettings, is_certain, is_email};
use crate::{FollowUp, FollowUpKind, Insights, Lead, Outcome, Ticket};

const SUMMARY: usize = 1_500;
const TOPIC: usize = 60;
const FIELD: usize = 300;
const TEXT: usize = 2_000;
const FOLLOW_UPS: usize = 5;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    outcome: Outcome,
    summary: String,
    topics: Vec<String>,
    sentiment: f64,
    #[serde(default)]
    fields: Map<String, Value>,
    #[serde(default)]
    follow_ups: Vec<ReportedFollowUp>,
    #[serde(default)]
    lead: Option<ReportedLead>,
    #[serde(default)]
    ticket: Option<ReportedTicket>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportedFollowUp {
    kind: FollowUpKind,
    text: String,
    #[serde(default)]
    due: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportedLead {
    #[serde(default)]
    budget: Option<String>,
    #[serde(default)]
    authority: Option<String>,
    #[serde(default)]
    need: Option<String>,
    #[serde(default)]
    time: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportedTicket {
    subject: String,
    text: String,
    #[serde(default)]
    urgent: bool,
}

impl Report {
    /// Reads an answer; the fault says what to put right.
    pub fn read(text: &str, settings: &RuleSettings, wanted: &[Wanted]) -> Result<Self, &'static str> {
        let text = text.trim();
        let fenced = text.strip_prefix("```").and_then(|text| text.strip_suffix("```"));
        let text = fenced.map_or(text, |text| text.strip_prefix("json").unwrap_or(text)).trim();
        let value: Value = serde_json::from_str(text).map_err(|_| "it is not one JSON object and nothing else")?;
        let mut report: Self = serde_json::from_value(value)
            .map_err(|_| "it does not fit the schema: a field is missing, unknown, or of another type")?;
        report.check(settings, wanted)?;
        Ok(report)
    }

    fn check(&mut self, settings: &RuleSettings, wanted: &[Wanted]) -> Result<(), &'static str> {
        let fits = |text: &str, most: usize| !text.trim().is_empty() && text.chars().count() <= most;
        if !fits(&self.summary, SUMMARY) {
            return Err("`summary` must be two to four sentences");
        }
        if self.topics.len() > settings.most_topics || !self.topics.iter().all(|topic| fits(topic, TOPIC)) {
            return Err("`topics` are too many, empty or too long");
        }
        if !(-1.0..=1.0).contains(&self.sentiment) {
            return Err("`sentiment` must be between -1 and 1");
        }
        self.fields.retain(|_, value| !value.is_null() && value.as_str() != Some(""));
        for (name, value) in &self.fields {
            if !FIELDS.contains(&name.as_str()) && !wanted.iter().any(|wanted| wanted.name == *name) {
                return Err("`fields` holds a name that is not in the schema");
            }
            if !value.as_str().is_some_and(|text| fits(text, FIELD)) {
                return Err("`fields` must hold short texts");
            }
        }
        let field = |name: &str| self.fields.get(name).and_then(Value::as_str);
        if field("email").is_some_and(|email| !is_email(email)) {
            return Err("`fields.email` is no address");
        }
        if field("date").is_some_and(|date| date.parse::<Date>().is_err()) {
            return Err("`fields.date` must be YYYY-MM-DD");
        }
        let due = |due: &Option<String>| due.as_deref().is_none_or(|due| when(due).is_some());
        if self.follow_ups.len() > FOLLOW_UPS || !self.follow_ups.iter().all(|one| fits(&one.text, TEXT)) {
            return Err("`follow_ups` are too many, empty or too long");
        }
        if !self.follow_ups.iter().all(|one| due(&one.due)) {
            return Err("`due` of a follow-up must be YYYY-MM-DD or YYYY-MM-DDTHH:MM");
        }
        let ticket = |ticket: &ReportedTicket| fits(&ticket.subject, TOPIC * 3) && fits(&ticket.text, TEXT);
        if !self.ticket.as_ref().is_none_or(ticket) {
            return Err("`ticket` is empty or too long");
        }
        Ok(())
    }

    /// What the model says, on the ground of what is known: what was done in the call, and what tools were given,
    /// stands.
    pub fn on(self, base: Insights, settings: &RuleSettings, brain: String) -> Insights {
        // A thing that leaves its trace in the books has not happened when there is none.
        let outcome =
            if is_certain(base.outcome) || is_certain(self.outcome) && self.outcome != Outcome::CallbackRequested {
                base.outcome
            } else {
                self.outcome
            };
        let named = |topic: &&String| settings.topics.iter().any(|named| named.name == **topic);
        let mut topics: Vec<String> = base.topics.iter().filter(named).cloned().collect();
        for topic in self.topics {
            let known = topics.iter().any(|known| known.to_lowercase() == topic.to_lowercase());
            if !known && topics.len() < settings.most_topics {
                topics.push(topic.trim().to_owned());
            }
        }
        let mut fields = self.fields;
        fields.extend(base.fields);
        let mut sentiment = base.sentiment;
        // A caller who said nothing felt nothing that can be known.
        if !sentiment.curve.is_empty() {
            sentiment.overall = Some((self.sentiment * 100.0).round() / 100.0);
        }
        let lead = match (base.lead, self.lead, &settings.lead) {
            (Some(known), Some(said), Some(weights)) => Some(said.on(known, weights)),
            (known, ..) => known,
        };
        let follow_ups = self.follow_ups.into_iter().map(ReportedFollowUp::read).collect::<Vec<_>>();
        let ticket = settings.ticket.as_ref().and(self.ticket);
        let ticket = ticket.map(|ReportedTicket { subject, text, urgent }| Ticket { subject, text, urgent });
        Insights {
            outcome,
            summary: self.summary.trim().to_owned(),
            topics,
            sentiment,
            fields,
            lead,
            follow_ups: if follow_ups.is_empty() { base.follow_ups } else { follow_ups },
            ticket: base.ticket.or(ticket),
            made_by: brain,
            tokens: base.tokens,
        }
    }
}

impl ReportedFollowUp {
    fn read(self) -> FollowUp {
        let due = self.due.as_deref().and_then(when);
        let (date, time) = due.map_or((None, None), |(date, time)| (Some(date), time));
        FollowUp { kind: self.kind, text: self.text.trim().to_owned(), date, time }
    }
}

impl ReportedLead {
    fn on(self, known: Lead, weights: &crate::rules::LeadWeights) -> Lead {
        let said = [("budget", self.budget), ("authority", self.authority), ("need", self.need), ("time", self.time)];
        let mut found = known.found;
        for (part, value) in said {
            if let Some(value) = value.filter(|_| !found.contains_key(part)) {
                found.insert(part.to_owned(), value.into());
            }
        }
        weights.score(found)
    }
}

/// A day, or a day with a time.
fn when(text: &str) -> Option<(Date, Option<jiff::civil::Time>)> {
    if text.len() <= 10 {
        return text.parse::<Date>().ok().map(|date| (date, None));
    }
    text.parse::<DateTime>().ok().map(|at| (at.date(), Some(at.time())))
}
