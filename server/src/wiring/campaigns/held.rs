//! Why a campaign that runs calls nobody: what is around it, and not its rules.

use calls::RegistrationWord;
use campaigns::Spec;
use campaigns::runner::Dialer as _;

use super::CampaignHouse;
use crate::api::Held;

impl CampaignHouse {
    /// What keeps every call of the campaign from being made now.
    pub(super) fn held(&self, spec: &Spec) -> Option<Held> {
        if self.switchboard.is_draining() {
            return Some(Held::new("draining", "Callwright is being stopped: calls go on after its next start"));
        }
        let directory = self.switchboard.directory();
        let own: Vec<&str> = spec.pace.trunks.iter().map(|trunk| trunk.name.as_str()).collect();
        let may = |name: &str| own.is_empty() || own.contains(&name);
        let usable: Vec<&str> = directory.trunks().map(|trunk| trunk.name.as_str()).filter(|name| may(name)).collect();
        if usable.is_empty() {
            return Some(Held::new("no_trunk", no_trunk(&own)));
        }
        let states = self.switchboard.trunk_states();
        let problem = |name: &&str| {
            let state = states.iter().find(|state| state.name == **name)?;
            let down = state.registration == RegistrationWord::Failed || state.reachable == Some(false);
            down.then(|| match &state.problem {
                Some(problem) => format!("{name} ({problem})"),
                None => (*name).to_owned(),
            })
        };
        let down: Vec<String> = usable.iter().filter_map(problem).collect();
        if down.len() == usable.len() {
            let detail = format!(
                "no trunk that it may use answers: {}; `callwright doctor` says what to look at",
                down.join(", ")
            );
            return Some(Held::new("trunk_down", detail));
        }
        (self.room().lines == 0).then(|| {
            let detail = "every line is taken, or kept for inbound calls: see `limits.max_calls` and \
                          `campaigns.keep_free_percent`";
            Held::new("no_lines", detail)
        })
    }
}

fn no_trunk(own: &[&str]) -> String {
    if own.is_empty() {
        return "there is no trunk to call by: add one under `[[trunks]]` or with POST /v1/trunks".to_owned();
    }
    let names: Vec<String> = own.iter().map(|name| format!("`{name}`")).collect();
    format!("it calls by {} alone, and there is no such trunk: add it, or change `pace.trunks`", names.join(", "))
}
