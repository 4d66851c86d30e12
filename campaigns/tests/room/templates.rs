//! The calls that come ready to be used: each of them fits together.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use campaigns::audience::{self, Defaults, Row};
use campaigns::{App, OnMachine, Spec, fill_text};
use ivr::{Flow, ParseContext};

const LANGUAGES: [&str; 5] = ["en", "de", "es", "fr", "it"];

fn folders() -> Vec<PathBuf> {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates");
    let folders = fs::read_dir(templates).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let folders: Vec<PathBuf> = folders.collect();
    assert!(folders.len() >= 8);
    folders
}

fn read(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap()
}

#[test]
fn every_template_is_a_campaign_with_contacts_whose_variables_its_flow_knows() {
    for folder in folders() {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let spec = Spec::parse(&read(&folder, "campaign.yaml")).unwrap_or_else(|faults| panic!("{name}: {faults:#?}"));
        assert_eq!(spec.name, name);
        let table = read(&folder, "contacts.csv");
        let house = Defaults { country: Some("DE".into()), language: Some("en".into()), ..Defaults::default() };
        let audience = audience::read(table.as_bytes(), &spec.audience, &house).unwrap();
        let faults: Vec<String> = audience.faults.iter().map(ToString::to_string).collect();
        assert!(faults.is_empty() && audience.duplicates.is_empty() && !audience.rows.is_empty(), "{name}: {faults:?}");
        for row in &audience.rows {
            let said = spoken_to_machines(&spec, row);
            let raw = said.iter().find(|said| unmarked(said).contains("2026-"));
            assert!(raw.is_none(), "{name}: a date is read out as it is written: {raw:?}");
            spec.variables.fill(&spec.variables, row).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        let App::Flow(flow) = &spec.app else { continue };
        assert_eq!(flow, name);
        let known = vars(&read(&folder, "flow.yaml"));
        let unknown: Vec<&str> = spec.variables.names().filter(|variable| !known.contains(*variable)).collect();
        assert!(unknown.is_empty(), "{name}: the flow does not declare {unknown:?}");
    }
}

#[test]
fn every_template_speaks_the_five_languages_and_can_be_ended_for_good() {
    for folder in folders().into_iter().filter(|folder| folder.join("flow.yaml").exists()) {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let yaml = read(&folder, "flow.yaml");
        let context = ParseContext { name: name.to_owned(), ..ParseContext::default() };
        let flow = Flow::parse(&yaml, &context).unwrap_or_else(|faults| {
            panic!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        });
        let warnings: Vec<String> = flow.warnings().iter().map(ToString::to_string).collect();
        assert!(warnings.is_empty(), "{warnings:?}");
        assert_eq!(flow.languages(), LANGUAGES);
        // Who asked for a code, or is in danger, is not asked whether they want to be called.
        let asked = !["one-time-code", "emergency-alert"].contains(&name);
        assert_eq!(flow.nodes().iter().any(|(_, verb)| *verb == "opt_out"), asked, "{name}");
    }
}

#[test]
fn whoever_wants_no_more_calls_hears_a_goodbye() {
    for folder in folders().into_iter().filter(|folder| folder.join("flow.yaml").exists()) {
        let yaml = read(&folder, "flow.yaml");
        let Some((_, after)) = yaml.split_once("    opt_out:\n") else { continue };
        let mut lines = after.lines();
        let next = lines.next().unwrap().trim().strip_prefix("next: ").unwrap();
        let (_, node) = yaml.split_once(&format!("\n  {next}:\n    hangup:\n      say:\n")).unwrap();
        let said: Vec<_> = node.lines().take(5).filter_map(|line| line.trim().split_once(": ")).collect();
        let languages: Vec<_> = said.iter().map(|(language, _)| *language).collect();
        assert_eq!(languages, LANGUAGES, "{}", folder.display());
    }
    let machine = Spec::parse(&read(&folders().pop().unwrap().with_file_name("appointment-reminder"), "campaign.yaml"));
    let table = "phone,mobile,name,language,appointment\n+49 30 90182001,,A<B,de,2026-12-01T09:30\n";
    let machine = machine.unwrap();
    let audience = audience::read(table.as_bytes(), &machine.audience, &Defaults::default()).unwrap();
    let said = spoken_to_machines(&machine, &audience.rows[0]);
    let day = "am Dienstag, <say-as interpret-as=\"date\">2026-12-01</say-as>, um <say-as";
    assert!(said.iter().any(|said| said.contains(day)), "{said:?}");
    let safe = fill_text("{{ name }} {{ '2026-12-01'|weekday }}", &audience.rows[0]).unwrap();
    assert_eq!(safe, "A&lt;B Dienstag", "values bring no marks in");
}

/// What machines are told, in every language.
fn spoken_to_machines(spec: &Spec, row: &Row) -> Vec<String> {
    let OnMachine::Message(texts) = &spec.machines.on_machine else { return Vec::new() };
    texts.values().map(|text| fill_text(text, row).unwrap()).collect()
}

/// The text without what is marked to be read well.
fn unmarked(text: &str) -> String {
    text.split("<say-as ").map(|part| part.split_once("</say-as>").map_or(part, |(_, after)| after)).collect()
}

/// The names under `vars:`.
fn vars(yaml: &str) -> BTreeSet<String> {
    let lines = yaml.lines().skip_while(|line| *line != "vars:").skip(1);
    let lines = lines.take_while(|line| line.starts_with("  "));
    lines.filter_map(|line| line.trim().split_once(':').map(|(name, _)| name.to_owned())).collect()
}
