//! Why a campaign that runs calls nobody: what is around it, and not its rules.

use calls::{Attendance, RegistrationWord};
use campaigns::runner::Dialer as _;
use campaigns::{PaceKind, Spec};

use super::CampaignHouse;
use crate::api::Held;

impl CampaignHouse {
    /// What keeps every call of the campaign from being made now.
    pub(super) async fn held(&self, spec: &Spec) -> Option<Held> {
        match self.held_by_lines(spec) {
            Some(held) => Some(held),
            None => self.held_by_members(spec).await,
        }
    }

    /// Where members are needed: none of them is there, or free.
    async fn held_by_members(&self, spec: &Spec) -> Option<Held> {
        let queue = spec.pace.kind.queue()?;
        let there = self.switchboard.attendance_of(&self.members_of(queue)).await;
        let line = self.switchboard.queues().into_iter().find(|line| line.name == queue);
        let waiting = line.map_or(0, |line| line.waiting);
        // Members who choose whom to call do so when they like.
        let chooses = matches!(spec.pace.kind, PaceKind::Preview { .. });
        members_missing(queue, there, waiting).filter(|held| held.reason == NO_PHONE || !chooses)
    }

    fn held_by_lines(&self, spec: &Spec) -> Option<Held> {
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

/// Nobody of the queue can be reached.
const NO_PHONE: &str = "no_phone";

/// What keeps members from taking a call: `waiting` callers come first.
fn members_missing(queue: &str, there: Attendance, waiting: usize) -> Option<Held> {
    let Attendance { free, busy } = there;
    if free + busy == 0 {
        let detail = format!(
            "nobody of `{queue}` can take a call: no phone of theirs is registered, or they are away; somebody has to \
             switch on a phone (the console's, too) and be available"
        );
        return Some(Held::new(NO_PHONE, detail));
    }
    if free == 0 {
        let detail = format!("no member of `{queue}` is free: {busy} talk or are being rung; it goes on by itself");
        return Some(Held::new("no_member_free", detail));
    }
    (waiting >= free as usize).then(|| {
        let detail =
            format!("{waiting} callers wait in the queue `{queue}` for {free} free members, and they come first");
        Held::new("callers_first", detail)
    })
}

fn no_trunk(own: &[&str]) -> String {
    if own.is_empty() {
        return "there is no trunk to call by: add one under `[[trunks]]` or with POST /v1/trunks".to_owned();
    }
    let names: Vec<String> = own.iter().map(|name| format!("`{name}`")).collect();
    format!("it calls by {} alone, and there is no such trunk: add it, or change `pace.trunks`", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_missing_is_said_in_words() {
        let reason =
            |free, busy, waiting| members_missing("team", Attendance { free, busy }, waiting).map(|it| it.reason);
        assert_eq!(reason(0, 0, 3), Some("no_phone"));
        assert_eq!(reason(0, 2, 0), Some("no_member_free"));
        assert_eq!(reason(2, 0, 2), Some("callers_first"));
        assert_eq!(reason(2, 5, 1), None);
    }
}
