//! The calls that come ready to be used: each of them fits together.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use campaigns::audience::{self, Defaults};
use campaigns::{App, Spec};
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
        let house = Defaults { country: Some("DE".into()), language: Some("en".into()), time_zone: None };
        let audience = audience::read(table.as_bytes(), &spec.audience, &house).unwrap();
        let faults: Vec<String> = audience.faults.iter().map(ToString::to_string).collect();
        assert!(faults.is_empty() && audience.duplicates.is_empty() && !audience.rows.is_empty(), "{name}: {faults:?}");
        for row in &audience.rows {
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

/// The names under `vars:`.
fn vars(yaml: &str) -> BTreeSet<String> {
    let lines = yaml.lines().skip_while(|line| *line != "vars:").skip(1);
    let lines = lines.take_while(|line| line.starts_with("  "));
    lines.filter_map(|line| line.trim().split_once(':').map(|(name, _)| name.to_owned())).collect()
}
