//! Who asks.

use std::net::IpAddr;
use std::sync::Arc;

use call_model::{MemberId, SessionId, UserId};
use store::{ActorKind, AuditEntry, AuditResult, Role};

use super::scopes::{Scope, Scopes};

/// Who asks: an API key, or a user who has signed in.
#[derive(Clone)]
pub(crate) struct Principal {
    /// Name of the key, or what the user is called.
    name: Arc<str>,
    scopes: Scopes,
    user: Option<User>,
}

#[derive(Clone, Copy)]
struct User {
    id: UserId,
    session: SessionId,
    role: Role,
    member: Option<MemberId>,
}

impl Principal {
    /// A key with what it may do.
    pub(crate) fn key(name: &str, scopes: Scopes) -> Self {
        Self { name: name.into(), scopes, user: None }
    }

    /// A user in a session.
    pub(crate) fn user(user: &store::UserRecord, session: SessionId) -> Self {
        let who = User { id: user.id, session, role: user.role, member: user.member };
        Self { name: user.display.as_str().into(), scopes: Scopes::of_role(user.role), user: Some(who) }
    }

    /// What others read of who did something.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What tells who asks from everybody else, whatever names they have.
    pub(crate) fn owner(&self) -> Arc<str> {
        self.user.map_or_else(|| self.name.clone(), |user| user.id.to_string().into())
    }

    /// The user; `None` for a key.
    pub(crate) fn user_id(&self) -> Option<UserId> {
        self.user.map(|user| user.id)
    }

    /// The session; `None` for a key.
    pub(crate) fn session(&self) -> Option<SessionId> {
        self.user.map(|user| user.session)
    }

    /// The member whose phone is the user's.
    pub(crate) fn member(&self) -> Option<MemberId> {
        self.user.and_then(|user| user.member)
    }

    /// Where only the calls that a member took part in may be seen: that member. For a user with the role `member` of
    /// whom no member is known it is one that does not exist, so that nothing is seen.
    pub(crate) fn only_member(&self) -> Option<MemberId> {
        let user = self.user.filter(|user| user.role == Role::Member)?;
        Some(user.member.unwrap_or(MemberId::from_parts(0, 0)))
    }

    /// Whether this is allowed.
    pub(crate) fn may(&self, scope: Scope) -> bool {
        self.scopes.has(scope)
    }

    /// What is allowed.
    pub(crate) fn scopes(&self) -> Scopes {
        self.scopes
    }

    /// An entry of the audit log about what was done.
    pub(crate) fn audit(
        &self,
        address: Option<IpAddr>,
        action: &str,
        object: Option<String>,
        result: AuditResult,
    ) -> AuditEntry {
        let kind = if self.user.is_some() { ActorKind::User } else { ActorKind::Key };
        let (address, action) = (address.map(|address| address.to_string()), action.to_owned());
        AuditEntry { kind, actor: Some(self.owner().to_string()), address, action, object, result }
    }
}
