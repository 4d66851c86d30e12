//! What can be allowed, and what each role is allowed.

use std::fmt;

use serde::{Serialize, Serializer};
use store::Role;

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)+) => {
        /// Something that can be allowed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Scope { $($(#[$doc])* $name,)+ }

        impl Scope {
            /// All of them, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The word that it is written as.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// Reads the word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

scopes! {
    /// Calls, with what was said and what came of them.
    CallsRead = "calls:read",
    /// Placing and ending calls, and all that `calls:note` allows.
    CallsWrite = "calls:write",
    /// Tags, notes and corrections.
    CallsNote = "calls:note",
    /// Recordings.
    CallsListen = "calls:listen",
    /// Voicemails, with their sound.
    VoicemailsRead = "voicemails:read",
    /// Marking voicemails as heard, and removing them.
    VoicemailsWrite = "voicemails:write",
    /// Calls as they go on.
    LiveRead = "live:read",
    /// Listening, whispering, joining and taking over.
    LiveSupervise = "live:supervise",
    /// A phone of one's own in the browser.
    PhoneUse = "phone:use",
    /// Contacts, appointments, tickets and follow-ups.
    ContactsRead = "contacts:read",
    /// Changing them.
    ContactsWrite = "contacts:write",
    /// Campaigns.
    CampaignsRead = "campaigns:read",
    /// Making and running them.
    CampaignsWrite = "campaigns:write",
    /// Flows.
    FlowsRead = "flows:read",
    /// Changing them.
    FlowsWrite = "flows:write",
    /// Agents.
    AgentsRead = "agents:read",
    /// Changing them.
    AgentsWrite = "agents:write",
    /// What agents know.
    KnowledgeRead = "knowledge:read",
    /// Changing it.
    KnowledgeWrite = "knowledge:write",
    /// Numbers.
    NumbersRead = "numbers:read",
    /// Changing them.
    NumbersWrite = "numbers:write",
    /// Trunks.
    TrunksRead = "trunks:read",
    /// Changing them.
    TrunksWrite = "trunks:write",
    /// Reports and costs.
    ReportsRead = "reports:read",
    /// Settings, webhooks, events and bans.
    SettingsRead = "settings:read",
    /// Changing them, members, and erasing persons.
    SettingsWrite = "settings:write",
    /// Users and their sessions.
    UsersRead = "users:read",
    /// Changing them.
    UsersWrite = "users:write",
    /// API keys.
    KeysWrite = "keys:write",
    /// The audit log.
    AuditRead = "audit:read",
    /// Taking data along by the file.
    ExportRead = "export:read",
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u64);

impl Scopes {
    /// All of them.
    pub fn all() -> Self {
        Scope::ALL.iter().copied().collect()
    }

    /// What a role may do.
    pub fn of_role(role: Role) -> Self {
        use Scope as S;
        match role {
            Role::Admin => Self::all(),
            Role::Manager => {
                let kept = [S::UsersWrite, S::KeysWrite, S::AuditRead, S::TrunksWrite];
                Scope::ALL.iter().copied().filter(|scope| !kept.contains(scope)).collect()
            }
            Role::Member => [
                S::PhoneUse,
                S::CallsRead,
                S::CallsNote,
                S::LiveRead,
                S::VoicemailsRead,
                S::VoicemailsWrite,
                S::ContactsRead,
                S::ContactsWrite,
            ]
            .into_iter()
            .collect(),
            Role::Reviewer => [
                S::CallsRead,
                S::CallsNote,
                S::CallsListen,
                S::VoicemailsRead,
                S::LiveRead,
                S::ReportsRead,
                S::AgentsRead,
                S::ContactsRead,
            ]
            .into_iter()
            .collect(),
        }
    }

    /// Reads words with a space between them; those that are not known allow nothing.
    pub fn from_words(words: &str) -> Self {
        words.split(' ').filter_map(Scope::from_word).collect()
    }

    /// The words, with a space between them.
    pub fn to_words(self) -> String {
        self.iter().map(Scope::as_str).collect::<Vec<_>>().join(" ")
    }

    /// Whether one of them is this.
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u32) != 0
    }

    /// Whether all of these are among them.
    pub const fn hold(self, others: Self) -> bool {
        others.0 & !self.0 == 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.has(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<T: IntoIterator<Item = Scope>>(scopes: T) -> Self {
        let mut bits = scopes.into_iter().fold(0, |bits, scope| bits | 1 << scope as u32);
        // Whoever may place a call may write a note about it.
        if bits & (1 << Scope::CallsWrite as u32) != 0 {
            bits |= 1 << Scope::CallsNote as u32;
        }
        Self(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_allowed_what_is_theirs() {
        let (admin, manager) = (Scopes::of_role(Role::Admin), Scopes::of_role(Role::Manager));
        let (member, reviewer) = (Scopes::of_role(Role::Member), Scopes::of_role(Role::Reviewer));
        assert_eq!(admin.iter().count(), Scope::ALL.len());
        for scope in [Scope::UsersWrite, Scope::KeysWrite, Scope::AuditRead, Scope::TrunksWrite] {
            assert!(!manager.has(scope) && !member.has(scope) && !reviewer.has(scope), "{scope}");
        }
        assert!(manager.has(Scope::CampaignsWrite) && manager.has(Scope::LiveSupervise));
        for scope in [Scope::CallsWrite, Scope::LiveSupervise, Scope::ExportRead, Scope::SettingsRead] {
            assert!(!member.has(scope) && !reviewer.has(scope), "{scope}");
        }
        assert!(reviewer.has(Scope::CallsListen) && !member.has(Scope::CallsListen));
        assert!(admin.hold(manager) && manager.hold(member) && manager.hold(reviewer) && !reviewer.hold(member));
    }

    #[test]
    fn scopes_are_kept_as_words() {
        for scope in Scope::ALL {
            assert_eq!(Scope::from_word(scope.as_str()), Some(*scope));
        }
        let some = Scopes::from_words("calls:write nothing:read live:read");
        assert_eq!(some.to_words(), "calls:write calls:note live:read");
        assert_eq!(Scopes::from_words(&some.to_words()), some);
        assert_eq!(Scopes::from_words(""), Scopes::default());
    }
}
