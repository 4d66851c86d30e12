//! Members: people of the business who have a phone.

use call_model::MemberId;
use serde::Serialize;

use super::masked_debug;

/// A password as digest needs it (RFC 7616): H(name:realm:password). A change of the realm asks for new passwords.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHashes {
    /// The realm that they are for.
    pub realm: String,
    /// MD5, as lower-case hex.
    pub ha1_md5: String,
    /// SHA-256, as lower-case hex.
    pub ha1_sha256: String,
}
masked_debug!(PasswordHashes { realm });

/// What a member is to be.
#[derive(Clone, Default)]
pub struct NewMember {
    /// The user part of its SIP address, unique: `anna`.
    pub name: String,
    /// The name that people read.
    pub display: String,
    /// The password: `None` keeps what there is.
    pub password: Option<PasswordHashes>,
    /// Our numbers that it may call from; the first is the default.
    pub may_call_from: Vec<String>,
    /// What it is good at: callers who need that are put through to it.
    pub skills: Vec<String>,
    /// Languages that it speaks (BCP 47), the one that it likes best first.
    pub languages: Vec<String>,
    /// It takes no callers now.
    pub away: bool,
}
masked_debug!(NewMember { name });

/// A person of the business.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct MemberRecord {
    /// Its id.
    pub id: MemberId,
    /// The user part of its SIP address.
    pub name: String,
    /// The name that people read.
    pub display: String,
    /// A password is kept, so that it can register.
    pub has_password: bool,
    /// Our numbers that it may call from; the first is the default.
    pub may_call_from: Vec<String>,
    /// What it is good at: callers who need that are put through to it.
    pub skills: Vec<String>,
    /// Languages that it speaks (BCP 47), the one that it likes best first.
    pub languages: Vec<String>,
    /// It takes no callers now.
    pub away: bool,
    /// When it was made, ms since the Unix epoch.
    pub created_ms: i64,
    /// When it was last changed.
    pub updated_ms: i64,
}
masked_debug!(MemberRecord { id, name, has_password });

/// What the registrar checks a member by.
#[derive(Clone, PartialEq, Eq)]
pub struct MemberCredentials {
    /// The user part of its SIP address.
    pub name: String,
    /// Its password.
    pub password: PasswordHashes,
}
masked_debug!(MemberCredentials { name });

/// How many callers somebody was put through to since a time.
#[derive(Clone, PartialEq, Eq)]
pub struct PutThroughCount {
    /// The member's name, or the number or address that was rung.
    pub peer: String,
    /// Calls that were answered there.
    pub calls: u32,
    /// When the last one was answered, ms since the Unix epoch.
    pub last_ms: i64,
}
masked_debug!(PutThroughCount { calls });
