//! Who is at their phone: put together from the phones that are registered, those in use, and what members say of
//! themselves. Whoever watches is told of each change.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use call_model::{CallId, MemberId};
use serde::Serialize;
use tokio::sync::{Notify, broadcast};

use crate::directory::Directory;

/// Changes that are kept for slow watchers; one that misses some asks for all.
const BACKLOG: usize = 256;

/// Whether a member can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PresenceState {
    /// No phone is registered.
    Offline,
    /// A phone is there and free.
    Available,
    /// A phone rings.
    Ringing,
    /// It talks.
    Busy,
    /// It takes no callers.
    Away,
}

/// One member.
#[derive(Clone, PartialEq, Eq)]
pub struct MemberPresence {
    /// Its id.
    pub id: MemberId,
    /// Its name.
    pub member: String,
    /// Whether it can be reached.
    pub state: PresenceState,
    /// The call that it talks in, or that rings.
    pub call: Option<CallId>,
}

impl std::fmt::Debug for MemberPresence {
    /// Leaves the name out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemberPresence").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

/// What is known of the members' phones. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Presence {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Something may have changed.
    stirred: Notify,
    changes: broadcast::Sender<MemberPresence>,
}

#[derive(Debug, Default)]
struct State {
    /// The contacts of each member.
    registered: HashMap<String, BTreeSet<String>>,
    /// The calls of each, with the phones that ring and talk there.
    calls: HashMap<String, BTreeMap<CallId, Phones>>,
    /// What was told last.
    told: BTreeMap<String, MemberPresence>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Phones {
    ringing: usize,
    talking: usize,
}

impl Default for Presence {
    fn default() -> Self {
        let (changes, _) = broadcast::channel(BACKLOG);
        Self { shared: Arc::new(Shared { state: Mutex::default(), stirred: Notify::new(), changes }) }
    }
}

impl Presence {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A contact of a member was added, refreshed or removed.
    pub(crate) fn registered(&self, member: &str, contact: String, there: bool) {
        let mut state = self.lock();
        let contacts = state.registered.entry(member.to_owned()).or_default();
        let changed = if there { contacts.insert(contact) } else { contacts.remove(&contact) };
        if contacts.is_empty() {
            state.registered.remove(member);
        }
        drop(state);
        if changed {
            self.stir();
        }
    }

    /// One more phone of a member rings in a call.
    pub(crate) fn rings(&self, member: &str, call: CallId) {
        self.change(member, call, |phones| phones.ringing += 1);
    }

    /// One that rang was answered.
    pub(crate) fn talks(&self, member: &str, call: CallId) {
        self.change(member, call, |phones| {
            phones.ringing = phones.ringing.saturating_sub(1);
            phones.talking += 1;
        });
    }

    /// One rings, or talks, no more.
    pub(crate) fn is_free(&self, member: &str, call: CallId, talked: bool) {
        self.change(member, call, |phones| {
            let of_kind = if talked { &mut phones.talking } else { &mut phones.ringing };
            *of_kind = of_kind.saturating_sub(1);
        });
    }

    fn change(&self, member: &str, call: CallId, change: impl FnOnce(&mut Phones)) {
        let mut state = self.lock();
        let calls = state.calls.entry(member.to_owned()).or_default();
        let phones = calls.entry(call).or_default();
        change(phones);
        if phones.ringing + phones.talking == 0 {
            calls.remove(&call);
        }
        if calls.is_empty() {
            state.calls.remove(member);
        }
        drop(state);
        self.stir();
    }

    /// Whether a phone of a member rings or talks in a call.
    pub(crate) fn takes_part(&self, member: &str, call: CallId) -> bool {
        self.lock().calls.get(member).is_some_and(|calls| calls.contains_key(&call))
    }

    /// Something may have changed.
    pub(crate) fn stir(&self) {
        self.shared.stirred.notify_one();
    }

    /// Waits until something may have changed. Cancel safe.
    pub(crate) async fn stirred(&self) {
        self.shared.stirred.notified().await;
    }

    /// What changes from now on.
    pub(crate) fn watch(&self) -> broadcast::Receiver<MemberPresence> {
        self.shared.changes.subscribe()
    }

    /// All members, by name.
    pub(crate) fn all(&self, directory: &Directory) -> Vec<MemberPresence> {
        let state = self.lock();
        let mut all: Vec<_> = directory.members().map(|member| state.of(member)).collect();
        all.sort_by(|a, b| a.member.cmp(&b.member));
        all
    }

    /// Tells whoever watches what has changed since it was told last.
    pub(crate) fn tell(&self, directory: &Directory) {
        let all = self.all(directory);
        let mut state = self.lock();
        state.told.retain(|name, _| directory.member(name).is_some());
        for presence in all {
            let told = state.told.insert(presence.member.clone(), presence.clone());
            if told.as_ref() != Some(&presence) {
                // Nobody may watch.
                let _ = self.shared.changes.send(presence);
            }
        }
    }
}

impl State {
    fn of(&self, member: &crate::directory::Member) -> MemberPresence {
        let calls = self.calls.get(&member.name);
        let first = |talks: bool| {
            let fits = |phones: &Phones| (phones.talking > 0) == talks;
            calls.and_then(|calls| calls.iter().find(|(_, phones)| fits(phones))).map(|(call, _)| *call)
        };
        let (state, call) = match (first(true), first(false)) {
            (Some(call), _) => (PresenceState::Busy, Some(call)),
            (None, Some(call)) => (PresenceState::Ringing, Some(call)),
            (None, None) if !self.registered.contains_key(&member.name) => (PresenceState::Offline, None),
            (None, None) if member.away => (PresenceState::Away, None),
            (None, None) => (PresenceState::Available, None),
        };
        MemberPresence { id: member.id, member: member.name.clone(), state, call }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Member;

    fn directory(away: bool) -> Directory {
        let member = |name: &str, number, away| Member {
            id: MemberId::from_parts(1, number),
            name: name.into(),
            display: name.into(),
            ha1_md5: String::new(),
            ha1_sha256: String::new(),
            may_call_from: vec![],
            skills: vec![],
            languages: vec![],
            away,
        };
        let members = [member("ben", 2, false), member("anna", 1, away)];
        Directory::new("callwright".into(), "en".into(), "US".into(), [], members, [])
    }

    #[tokio::test]
    async fn a_member_is_where_their_phones_are() {
        let (presence, call) = (Presence::default(), CallId::from_parts(1, 1));
        let mut changes = presence.watch();
        let mut seen = |presence: &Presence, away: bool| {
            presence.tell(&directory(away));
            let mut states = Vec::new();
            while let Ok(change) = changes.try_recv() {
                states.push((change.member, change.state, change.call));
            }
            states
        };
        let anna = |state, call| vec![("anna".to_owned(), state, call)];
        let both = ["anna", "ben"].map(|name| (name.to_owned(), PresenceState::Offline, None));
        assert_eq!(seen(&presence, false), both, "by name, at first");
        presence.registered("anna", "sip:a".into(), true);
        presence.stirred().await;
        assert_eq!(seen(&presence, false), anna(PresenceState::Available, None));
        presence.registered("anna", "sip:b".into(), true);
        assert_eq!(seen(&presence, false), [], "another phone changes nothing");
        assert_eq!(seen(&presence, true), anna(PresenceState::Away, None));
        presence.rings("anna", call);
        assert_eq!(seen(&presence, true), anna(PresenceState::Ringing, Some(call)));
        assert!(presence.takes_part("anna", call) && !presence.takes_part("ben", call));
        presence.rings("anna", call);
        presence.talks("anna", call);
        assert_eq!(seen(&presence, true), anna(PresenceState::Busy, Some(call)));
        presence.is_free("anna", call, false);
        assert_eq!(seen(&presence, true), [], "the other phone of the same call rings no more");
        assert!(presence.takes_part("anna", call));
        presence.is_free("anna", call, true);
        assert!(!presence.takes_part("anna", call));
        presence.registered("anna", "sip:a".into(), false);
        assert_eq!(seen(&presence, false), anna(PresenceState::Available, None));
        presence.registered("anna", "sip:b".into(), false);
        assert_eq!(seen(&presence, false), anna(PresenceState::Offline, None));
    }
}
