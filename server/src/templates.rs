//! Calls that come ready to be used: `templates/`, part of the program.

/// One of them.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// Its name, and its flow's.
    pub name: &'static str,
    /// The campaign as YAML.
    pub campaign: &'static str,
    /// What it says: a flow or an agent of the template's name.
    pub app: TemplateApp,
    /// An example of a table of contacts, CSV.
    pub contacts: &'static str,
}

/// What a template says.
#[derive(Debug, Clone, Copy)]
pub enum TemplateApp {
    /// A flow as YAML.
    Flow(&'static str),
    /// An agent as YAML.
    Agent(&'static str),
}

macro_rules! template {
    ($name:literal, $kind:ident, $file:literal) => {
        Template {
            name: $name,
            campaign: include_str!(concat!("../../templates/", $name, "/campaign.yaml")),
            app: TemplateApp::$kind(include_str!(concat!("../../templates/", $name, "/", $file))),
            contacts: include_str!(concat!("../../templates/", $name, "/contacts.csv")),
        }
    };
}

/// All of them.
pub const TEMPLATES: [Template; 8] = [
    template!("appointment-reminder", Flow, "flow.yaml"),
    template!("delivery-notice", Flow, "flow.yaml"),
    template!("payment-reminder", Flow, "flow.yaml"),
    template!("survey", Flow, "flow.yaml"),
    template!("one-time-code", Flow, "flow.yaml"),
    template!("emergency-alert", Flow, "flow.yaml"),
    template!("lead-qualification", Agent, "agent.yaml"),
    template!("call-back", Flow, "flow.yaml"),
];

/// The one of that name.
pub fn named(name: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.name == name)
}

impl Template {
    /// What it does, as the comment at the top of its campaign says.
    pub fn about(&self) -> String {
        let lines = self.campaign.lines().take_while(|line| line.starts_with('#'));
        let text = lines.map(|line| line.trim_start_matches('#').trim()).collect::<Vec<_>>().join(" ");
        text.split(" `docs/").next().unwrap_or_default().to_owned()
    }
}
