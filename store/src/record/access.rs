//! Users, their sessions and links, and the log of what was done.

use call_model::{AuditId, MemberId, SessionId, UserId};

use super::{masked_debug, word_enum};

word_enum! {
    /// What somebody is to the business.
    Role {
        /// May everything.
        Admin = "admin",
        /// Runs the business, but neither users, keys and trunks nor the audit log.
        Manager = "manager",
        /// Has a phone, and sees the calls that they took part in.
        Member = "member",
        /// Reads and hears calls, and writes notes about them.
        Reviewer = "reviewer",
    }
}

word_enum! {
    /// Who did something.
    ActorKind {
        /// Somebody who has signed in.
        User = "user",
        /// A program with an API key.
        Key = "key",
        /// Somebody who is not known.
        None = "none",
    }
}

word_enum! {
    /// What came of it.
    AuditResult {
        /// It was done.
        Ok = "ok",
        /// It was not permitted.
        Refused = "refused",
        /// It was permitted, and could not be done.
        Failed = "failed",
    }
}

/// Somebody who may sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct UserRecord {
    /// Id.
    pub id: UserId,
    /// What is typed to sign in, in lower case.
    pub name: String,
    /// Name that is shown.
    pub display: String,
    /// What they are.
    pub role: Role,
    /// The member whose phone is theirs.
    pub member: Option<MemberId>,
    /// Argon2id in the PHC string format; `None` until a link was used.
    pub password: Option<String>,
    /// Secret of one-time codes, once confirmed.
    pub totp: Option<Vec<u8>>,
    /// A secret that waits to be confirmed.
    pub totp_new: Option<Vec<u8>>,
    /// Issuer and subject at the provider of OpenID Connect.
    pub openid: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// They may not sign in.
    pub disabled: bool,
    /// When they were added, ms since the Unix epoch.
    pub created_ms: i64,
    /// When they were last changed.
    pub updated_ms: i64,
}
masked_debug!(UserRecord { id, role, disabled });

/// Somebody to be added.
#[derive(Clone)]
pub struct NewUser {
    /// What is typed to sign in, in lower case.
    pub name: String,
    /// Name that is shown.
    pub display: String,
    /// What they are.
    pub role: Role,
    /// The member whose phone is theirs.
    pub member: Option<MemberId>,
    /// Argon2id in the PHC string format.
    pub password: Option<String>,
    /// Issuer and subject at the provider of OpenID Connect.
    pub openid: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
}
masked_debug!(NewUser { role });

/// What is changed of a user; what is `None` stays.
#[derive(Clone, Default)]
pub struct UserChange {
    /// Name that is shown.
    pub display: Option<String>,
    /// What they are.
    pub role: Option<Role>,
    /// The member whose phone is theirs.
    pub member: Option<Option<MemberId>>,
    /// BCP 47.
    pub language: Option<Option<String>>,
    /// They may not sign in: their sessions and links end.
    pub disabled: Option<bool>,
    /// Which account at the provider of OpenID Connect is theirs is forgotten.
    pub forget_openid: bool,
}
masked_debug!(UserChange { role, disabled });

/// A session.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// Id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// When it began, ms since the Unix epoch.
    pub created_ms: i64,
    /// When it was last used, to the minute.
    pub seen_ms: i64,
    /// When it ends however much it is used.
    pub until_ms: i64,
    /// Where it began.
    pub address: Option<String>,
    /// Family of the browser and of the system.
    pub agent: Option<String>,
}
masked_debug!(SessionRecord { id, user, created_ms, seen_ms, until_ms });

/// A session that begins.
#[derive(Clone)]
pub struct NewSession {
    /// Whose it is.
    pub user: UserId,
    /// SHA-256 of its token.
    pub hash: [u8; 32],
    /// When it ends however much it is used, ms since the Unix epoch.
    pub until_ms: i64,
    /// Where it began.
    pub address: Option<String>,
    /// Family of the browser and of the system.
    pub agent: Option<String>,
    /// How many one user may have: those that were not used for longest end.
    pub most: u32,
}
masked_debug!(NewSession { user, until_ms });

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Id.
    pub id: AuditId,
    /// When, ms since the Unix epoch.
    pub at_ms: i64,
    /// What.
    pub entry: AuditEntry,
}

/// Something to be written down: ids, and nothing else of anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Who.
    pub kind: ActorKind,
    /// Id of the user, name of the key.
    pub actor: Option<String>,
    /// Whence.
    pub address: Option<String>,
    /// Its code, which stays the same.
    pub action: String,
    /// To what: an id.
    pub object: Option<String>,
    /// What came of it.
    pub result: AuditResult,
}

/// Which entries.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Of this user or key.
    pub actor: Option<String>,
    /// Of this action.
    pub action: Option<String>,
    /// About this object.
    pub object: Option<String>,
    /// At this time or after, ms since the Unix epoch.
    pub from_ms: Option<i64>,
    /// Before this time.
    pub to_ms: Option<i64>,
}
