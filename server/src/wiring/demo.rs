//! The demo business, Northwind Dental: its files are part of the program, so that a first start needs nothing.

use call_model::AppName;
use store::{NewMember, NewNumber, Store, StoreError};

use super::books::{put_agent, put_flow, put_member, put_number, random_text};
use crate::config::Config;

/// The business file.
pub(super) const BUSINESS: &str = include_str!("../../../demo/business.yaml");

/// Its flows, by name.
const FLOWS: [(&str, &str); 7] = [
    ("reception", include_str!("../../../demo/flows/reception.yaml")),
    ("reminder", include_str!("../../../demo/flows/reminder.yaml")),
    ("one-time-code", include_str!("../../../demo/flows/one-time-code.yaml")),
    ("announcement", include_str!("../../../demo/flows/announcement.yaml")),
    ("survey", include_str!("../../../demo/flows/survey.yaml")),
    ("opt-in", include_str!("../../../demo/flows/opt-in.yaml")),
    ("echo", include_str!("../../../demo/flows/echo.yaml")),
];

/// Its agents, by name.
const AGENTS: [(&str, &str); 5] = [
    ("assistant", include_str!("../../../demo/agents/assistant.yaml")),
    ("reception", include_str!("../../../demo/agents/reception.yaml")),
    ("support", include_str!("../../../demo/agents/support.yaml")),
    ("lead", include_str!("../../../demo/agents/lead.yaml")),
    ("survey", include_str!("../../../demo/agents/survey.yaml")),
];

/// The text of one of its agents.
pub(super) fn agent(name: &str) -> Option<&'static str> {
    AGENTS.iter().find(|(known, _)| *known == name).map(|(_, yaml)| *yaml)
}

/// The folder that the demo's agents answer from, as they name it.
pub(super) const KNOWLEDGE_FOLDER: &str = "knowledge";

/// What its agents answer from: folder, file and text.
const KNOWLEDGE: [(&str, &str, &str); 8] = [
    (KNOWLEDGE_FOLDER, "de.yaml", include_str!("../../../demo/knowledge/de.yaml")),
    (KNOWLEDGE_FOLDER, "en.yaml", include_str!("../../../demo/knowledge/en.yaml")),
    ("knowledge-support", "de.yaml", include_str!("../../../demo/knowledge-support/de.yaml")),
    ("knowledge-support", "en.yaml", include_str!("../../../demo/knowledge-support/en.yaml")),
    ("knowledge-lead", "de.yaml", include_str!("../../../demo/knowledge-lead/de.yaml")),
    ("knowledge-lead", "en.yaml", include_str!("../../../demo/knowledge-lead/en.yaml")),
    ("knowledge-survey", "de.yaml", include_str!("../../../demo/knowledge-survey/de.yaml")),
    ("knowledge-survey", "en.yaml", include_str!("../../../demo/knowledge-survey/en.yaml")),
];

/// What its agents are tried by: name and text.
pub(super) const REHEARSALS: [(&str, &str); 30] = [
    ("lead-change-of-mind-en", include_str!("../../../demo/rehearsals/lead/lead-change-of-mind-en.yaml")),
    ("lead-cold-en", include_str!("../../../demo/rehearsals/lead/lead-cold-en.yaml")),
    ("lead-hot-en", include_str!("../../../demo/rehearsals/lead/lead-hot-en.yaml")),
    ("lead-out-of-scope-en", include_str!("../../../demo/rehearsals/lead/lead-out-of-scope-en.yaml")),
    ("lead-person-en", include_str!("../../../demo/rehearsals/lead/lead-person-en.yaml")),
    ("lead-refusal-en", include_str!("../../../demo/rehearsals/lead/lead-refusal-en.yaml")),
    ("lead-warm-de", include_str!("../../../demo/rehearsals/lead/lead-warm-de.yaml")),
    ("reception-booking-de", include_str!("../../../demo/rehearsals/reception/reception-booking-de.yaml")),
    ("reception-booking-en", include_str!("../../../demo/rehearsals/reception/reception-booking-en.yaml")),
    (
        "reception-booking-telephone-en",
        include_str!("../../../demo/rehearsals/reception/reception-booking-telephone-en.yaml"),
    ),
    ("reception-cancel-en", include_str!("../../../demo/rehearsals/reception/reception-cancel-en.yaml")),
    (
        "reception-change-of-mind-en",
        include_str!("../../../demo/rehearsals/reception/reception-change-of-mind-en.yaml"),
    ),
    ("reception-out-of-scope-en", include_str!("../../../demo/rehearsals/reception/reception-out-of-scope-en.yaml")),
    ("reception-person-en", include_str!("../../../demo/rehearsals/reception/reception-person-en.yaml")),
    ("reception-telephone-en", include_str!("../../../demo/rehearsals/reception/reception-telephone-en.yaml")),
    ("reception-wrong-day-en", include_str!("../../../demo/rehearsals/reception/reception-wrong-day-en.yaml")),
    ("support-hesitation-en", include_str!("../../../demo/rehearsals/support/support-hesitation-en.yaml")),
    ("support-invoice-en", include_str!("../../../demo/rehearsals/support/support-invoice-en.yaml")),
    ("support-known-ticket-en", include_str!("../../../demo/rehearsals/support/support-known-ticket-en.yaml")),
    ("support-out-of-scope-en", include_str!("../../../demo/rehearsals/support/support-out-of-scope-en.yaml")),
    ("support-person-de", include_str!("../../../demo/rehearsals/support/support-person-de.yaml")),
    ("support-portal-de", include_str!("../../../demo/rehearsals/support/support-portal-de.yaml")),
    ("support-unknown-ticket-en", include_str!("../../../demo/rehearsals/support/support-unknown-ticket-en.yaml")),
    ("survey-complete-de", include_str!("../../../demo/rehearsals/survey/survey-complete-de.yaml")),
    ("survey-complete-en", include_str!("../../../demo/rehearsals/survey/survey-complete-en.yaml")),
    ("survey-hesitation-en", include_str!("../../../demo/rehearsals/survey/survey-hesitation-en.yaml")),
    ("survey-out-of-scope-en", include_str!("../../../demo/rehearsals/survey/survey-out-of-scope-en.yaml")),
    ("survey-person-en", include_str!("../../../demo/rehearsals/survey/survey-person-en.yaml")),
    ("survey-refusal-en", include_str!("../../../demo/rehearsals/survey/survey-refusal-en.yaml")),
    ("survey-wrong-number-en", include_str!("../../../demo/rehearsals/survey/survey-wrong-number-en.yaml")),
];

/// The files of one of its folders.
pub(super) fn knowledge(folder: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    KNOWLEDGE.iter().filter(move |(of, ..)| *of == folder).map(|(_, file, text)| (*file, *text))
}

/// What can be called, with the flow and the language.
const NUMBERS: [(&str, &str, Option<&str>); 4] = [
    ("reception", "reception", Some("en")),
    ("rezeption", "reception", Some("de")),
    ("survey", "survey", Some("en")),
    ("echo", "echo", Some("en")),
];

/// What can be called, with the agent and the language.
const AGENT_NUMBERS: [(&str, &str, Option<&str>); 5] = [
    ("assistant", "assistant", Some("en")),
    ("bookings", "reception", Some("en")),
    ("support", "support", Some("en")),
    ("plans", "lead", Some("en")),
    ("feedback", "survey", Some("en")),
];

const MEMBERS: [(&str, &str); 2] = [("anna", "Anna Berg"), ("ben", "Ben Carter")];

/// Puts the demo business into the books where it is missing; what a person has changed stays. Gives the password of
/// the demo members' phones: a random one, made at the first start.
pub(super) async fn seed(store: &Store, config: &Config, now_ms: i64) -> Result<String, super::books::SeedError> {
    for (name, yaml) in FLOWS {
        if store.flow(name).await?.is_none() {
            put_flow(store, name, yaml, now_ms).await?;
        }
    }
    for (name, yaml) in AGENTS {
        if store.agent(name).await?.is_none() {
            put_agent(store, name, yaml, now_ms).await?;
        }
    }
    let numbers = store.numbers().await?;
    let by_flow = NUMBERS.map(|(number, flow, language)| (number, AppName::Flow(flow.into()), language));
    let by_agent = AGENT_NUMBERS.map(|(number, agent, language)| (number, AppName::Agent(agent.into()), language));
    for (number, app, language) in by_flow.into_iter().chain(by_agent) {
        if numbers.iter().any(|record| record.number == number) {
            continue;
        }
        let new = NewNumber {
            number: number.into(),
            app,
            language: language.map(Into::into),
            recording: None,
            trunk: None,
            fax: None,
        };
        put_number(store, new, now_ms).await?;
    }
    let path = config.data.join("demo-phone-password");
    let failed = |source| super::books::SeedError::Read { path: path.clone(), source };
    let password = if let Ok(text) = std::fs::read_to_string(&path) {
        text.trim().to_owned()
    } else {
        let password = random_text(12);
        super::books::write_secret(&path, &password).map_err(failed)?;
        password
    };
    seed_members(store, config, &password, now_ms).await?;
    Ok(password)
}

async fn seed_members(store: &Store, config: &Config, password: &str, now_ms: i64) -> Result<(), StoreError> {
    let known = store.members().await?;
    for (name, display) in MEMBERS {
        if known.iter().any(|record| record.name == name && record.has_password) {
            continue;
        }
        let new = NewMember {
            name: name.into(),
            display: display.into(),
            password: Some(crate::api::password_hashes(name, &config.sip.realm, password)),
            ..NewMember::default()
        };
        put_member(store, new, now_ms).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demos_rehearsals_are_all_there_and_sound() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/rehearsals");
        let files = crate::rehearsals::read_files(&folder).unwrap();
        let given: Vec<_> = REHEARSALS.iter().map(|(name, yaml)| ((*name).to_owned(), (*yaml).to_owned())).collect();
        assert_eq!(given, files);
        for (name, yaml) in REHEARSALS {
            let rehearsal = rehearsal::Rehearsal::parse(yaml, name).unwrap();
            assert!(agent(&rehearsal.agent).is_some(), "{name}");
        }
    }

    #[test]
    fn the_demos_agents_are_sound() {
        for (name, yaml) in AGENTS {
            let agent = voice_agent::Agent::parse(yaml, name).unwrap();
            assert_eq!(agent.warnings(), &[][..]);
            assert!(agent.knowledge().iter().all(|folder| knowledge(folder).count() == 2), "{name}");
        }
    }
}
