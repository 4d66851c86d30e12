//! `callwright campaign template`: calls that come ready to be used.

use std::fs;
use std::path::Path;

use super::Failure;
use super::campaign::say;
use crate::templates::{self, TEMPLATES, Template, TemplateApp};

/// Lists them all.
pub(super) fn list() {
    for template in &TEMPLATES {
        say(&format!("{:<22} {}", template.name, template.about()));
    }
    say("");
    say("To write one into a folder: callwright campaign template NAME FOLDER");
}

/// Writes one into a folder, to be changed.
pub(super) fn write(name: &str, folder: &Path) -> Result<(), Failure> {
    let template = templates::named(name).ok_or_else(|| {
        let names: Vec<&str> = TEMPLATES.iter().map(|template| template.name).collect();
        format!("there is no template `{name}`: {}", names.join(", "))
    })?;
    fs::create_dir_all(folder).map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
    for (file, text) in files(template) {
        let path = folder.join(file);
        let mut options = fs::OpenOptions::new();
        let written = options.write(true).create_new(true).open(&path);
        written
            .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
            .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
        say(&format!("Wrote {}", path.display()));
    }
    let (campaign, contacts) = (folder.join("campaign.yaml"), folder.join("contacts.csv"));
    say(&format!("Next: callwright campaign create {} --contacts {}", campaign.display(), contacts.display()));
    Ok(())
}

fn files(template: &Template) -> [(&'static str, &'static str); 3] {
    let app = match template.app {
        TemplateApp::Flow(yaml) => ("flow.yaml", yaml),
        TemplateApp::Agent(yaml) => ("agent.yaml", yaml),
    };
    [("campaign.yaml", template.campaign), app, ("contacts.csv", template.contacts)]
}
