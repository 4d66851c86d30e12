//! The registrar's books (RFC 3261 section 10.3): where our accounts can be reached.

use std::time::{Duration, Instant};

use crate::endpoint::RegistrarConfig;
use crate::flow::Flow;
use crate::message::{NameAddr, Uri};
use crate::tables::{Table, table};

/// One contact of an account.
#[derive(Debug, Clone)]
pub struct Binding {
    /// The address that the client gave.
    pub contact: Uri,
    /// The path that its last REGISTER came by: calls go there.
    pub flow: Flow,
    /// When it lapses.
    pub expires: Instant,
    /// The proxies between us and it, the nearest first (RFC 3327): give them to
    /// [`OutgoingCall::routes`](crate::OutgoingCall::routes), which then replace the flow.
    pub path: Vec<NameAddr>,
    /// Its preference, 0 to 1,000 (the `q` parameter times 1,000).
    pub q: u16,
}

/// A contact as it may be kept beyond the end of the program: one that is reached by datagrams, for a connection ends
/// with the program that holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptBinding {
    /// The account.
    pub user: String,
    /// The address that the client gave.
    pub contact: Uri,
    /// The path that its last REGISTER came by.
    pub flow: Flow,
    /// The proxies between us and it, the nearest first.
    pub path: Vec<NameAddr>,
    /// Its preference, 0 to 1,000.
    pub q: u16,
    /// How long it still holds.
    pub left: Duration,
    /// The Call-ID of its registration, and the number of the last REGISTER: an older one changes nothing.
    pub call_id: String,
    /// See `call_id`.
    pub seq: u32,
    /// The device, where it named itself (RFC 5626).
    pub instance: Option<String>,
    /// A digest of the account's password as it was then: with another one the contact does not hold.
    pub proof: String,
}

impl std::fmt::Debug for KeptBinding {
    /// Leaves out whose it is and where they are.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptBinding").field("q", &self.q).field("left", &self.left).finish_non_exhaustive()
    }
}

/// A binding with what its updates are checked against.
struct Entry {
    id: u64,
    binding: Binding,
    call_id: String,
    seq: u32,
    /// The device (`+sip.instance` with `reg-id`, RFC 5626): its next address replaces this one.
    instance: Option<String>,
    /// A digest of the password that it was registered by.
    proof: String,
}

/// What a REGISTER asks for one contact.
pub(crate) struct Change {
    pub contact: Uri,
    pub q: u16,
    /// Zero takes it back.
    pub expires: Duration,
    pub instance: Option<String>,
}

/// A REGISTER as far as the books are concerned.
pub(crate) struct Update<'a> {
    pub call_id: &'a str,
    pub seq: u32,
    pub flow: Flow,
    pub path: Vec<NameAddr>,
    pub changes: Vec<Change>,
    /// A digest of the account's password.
    pub proof: String,
}

/// What came of a change.
pub(crate) enum Notice {
    /// A contact was added or refreshed; its timer is to be set.
    Bound { id: u64, user: String, contact: Uri, expires: Duration, until: Instant },
    /// A contact went; its timer is to be stopped.
    Gone { id: u64, user: String, contact: Uri },
}

/// Why nothing of a REGISTER was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UpdateError {
    /// An older one came after a newer one.
    OutOfOrder,
    /// More contacts than an account may have.
    TooMany,
}

/// The books.
pub(crate) struct Registrar {
    by_user: Table<String, Vec<Entry>>,
    users: Table<u64, String>,
}

impl Registrar {
    pub(crate) fn new(seed: u64) -> Self {
        Self { by_user: table(seed), users: table(seed) }
    }

    pub(crate) fn len(&self) -> usize {
        self.users.len()
    }

    /// The contacts of a user that have not lapsed, the preferred and then the latest first.
    pub(crate) fn bindings(&self, user: &str) -> Vec<Binding> {
        let mut bindings: Vec<_> = self.by_user.get(user).into_iter().flatten().map(|it| it.binding.clone()).collect();
        bindings.sort_by_key(|it| std::cmp::Reverse((it.q, it.expires)));
        bindings
    }

    /// Does all of a REGISTER, or nothing (RFC 3261 section 10.3, steps 6 and 7).
    pub(crate) fn update(
        &mut self,
        now: Instant,
        user: &str,
        update: Update<'_>,
        config: &RegistrarConfig,
        mut new_id: impl FnMut() -> u64,
    ) -> Result<Vec<Notice>, UpdateError> {
        let entries = self.by_user.entry(user.to_owned()).or_default();
        let found = check(entries, &update, config);
        if let Err(error) = found {
            self.prune(user);
            return Err(error);
        }
        let mut notices = Vec::new();
        for change in update.changes {
            let Change { contact, q, expires, instance } = change;
            let at = entries.iter().position(|entry| entry.is_same(&contact, instance.as_deref()));
            let old = at.map(|at| entries.swap_remove(at));
            if expires.is_zero() {
                notices.extend(old.map(|old| old.gone(user, &mut self.users)));
                continue;
            }
            let id = old.map_or_else(&mut new_id, |old| old.id);
            self.users.insert(id, user.to_owned());
            let (path, until) = (update.path.clone(), now + expires);
            let binding = Binding { contact: contact.clone(), flow: update.flow, expires: until, path, q };
            let (call_id, proof) = (update.call_id.to_owned(), update.proof.clone());
            entries.push(Entry { id, binding, call_id, seq: update.seq, instance, proof });
            notices.push(Notice::Bound { id, user: user.to_owned(), contact, expires, until: now + expires });
        }
        self.prune(user);
        Ok(notices)
    }

    /// All contacts that can be kept beyond the end of the program, by user.
    pub(crate) fn kept(&self, now: Instant) -> Vec<KeptBinding> {
        let entries = self.by_user.iter().flat_map(|(user, entries)| entries.iter().map(move |entry| (user, entry)));
        let lasting = entries.filter(|(_, entry)| entry.binding.flow.connection.is_none());
        let kept = lasting.map(|(user, Entry { binding, call_id, seq, instance, proof, .. })| KeptBinding {
            user: user.clone(),
            contact: binding.contact.clone(),
            flow: binding.flow,
            path: binding.path.clone(),
            q: binding.q,
            left: binding.expires.saturating_duration_since(now),
            call_id: call_id.clone(),
            seq: *seq,
            instance: instance.clone(),
            proof: proof.clone(),
        });
        kept.filter(|kept| !kept.left.is_zero()).collect()
    }

    /// Takes in what was kept, as far as the account has room. What has been registered since is newer and stays.
    pub(crate) fn restore(
        &mut self,
        now: Instant,
        kept: Vec<KeptBinding>,
        config: &RegistrarConfig,
        mut new_id: impl FnMut() -> u64,
    ) -> Vec<Notice> {
        let mut notices = Vec::new();
        for kept in kept {
            let KeptBinding { user, contact, flow, path, q, left, call_id, seq, instance, proof } = kept;
            let expires = left.min(config.max_expires);
            let entries = self.by_user.entry(user.clone()).or_default();
            let known = entries.iter().any(|entry| entry.is_same(&contact, instance.as_deref()));
            if known || expires.is_zero() || flow.connection.is_some() || entries.len() >= config.max_bindings {
                self.prune(&user);
                continue;
            }
            let (id, until) = (new_id(), now + expires);
            self.users.insert(id, user.clone());
            let binding = Binding { contact: contact.clone(), flow, expires: until, path, q };
            entries.push(Entry { id, binding, call_id, seq, instance, proof });
            notices.push(Notice::Bound { id, user, contact, expires, until });
        }
        notices
    }

    /// All contacts of a user, as changes that take them back (`Contact: *`).
    pub(crate) fn all_gone(&self, user: &str) -> Vec<Change> {
        let gone = |entry: &Entry| Change {
            contact: entry.binding.contact.clone(),
            q: 0,
            expires: Duration::ZERO,
            instance: entry.instance.clone(),
        };
        self.by_user.get(user).into_iter().flatten().map(gone).collect()
    }

    /// Removes the contacts that fit.
    pub(crate) fn remove_where(&mut self, matches: impl Fn(&Binding) -> bool) -> Vec<Notice> {
        let matches = &matches;
        self.remove_entries(|_| move |entry: &Entry| matches(&entry.binding))
    }

    /// Removes the contacts whose account is gone, or has another password now: `holds` tells of a user and a proof
    /// whether that is still one.
    pub(crate) fn remove_unproved(&mut self, holds: impl Fn(&str, &str) -> bool) -> Vec<Notice> {
        let holds = &holds;
        self.remove_entries(|user| {
            let user = user.to_owned();
            move |entry: &Entry| !holds(&user, &entry.proof)
        })
    }

    fn remove_entries<M: Fn(&Entry) -> bool>(&mut self, matches: impl Fn(&str) -> M) -> Vec<Notice> {
        let mut notices = Vec::new();
        for (user, entries) in &mut self.by_user {
            let matches = matches(user);
            let gone = entries.extract_if(.., |entry| matches(entry));
            notices.extend(gone.map(|entry| entry.gone(user, &mut self.users)));
        }
        self.by_user.retain(|_, entries| !entries.is_empty());
        // Out of the order of the table.
        notices.sort_by_key(Notice::id);
        notices
    }

    /// A contact's timer came.
    pub(crate) fn lapse(&mut self, id: u64) -> Option<Notice> {
        let user = self.users.get(&id)?.clone();
        let entries = self.by_user.get_mut(&user)?;
        let at = entries.iter().position(|entry| entry.id == id)?;
        let notice = entries.swap_remove(at).gone(&user, &mut self.users);
        self.prune(&user);
        Some(notice)
    }

    fn prune(&mut self, user: &str) {
        if self.by_user.get(user).is_some_and(Vec::is_empty) {
            self.by_user.remove(user);
        }
    }
}

fn check(entries: &[Entry], update: &Update<'_>, config: &RegistrarConfig) -> Result<(), UpdateError> {
    let mut count = entries.len();
    for change in &update.changes {
        let old = entries.iter().find(|entry| entry.is_same(&change.contact, change.instance.as_deref()));
        if old.is_some_and(|old| old.call_id == update.call_id && old.seq >= update.seq) {
            return Err(UpdateError::OutOfOrder);
        }
        match (old.is_some(), change.expires.is_zero()) {
            (false, false) => count += 1,
            (true, true) => count = count.saturating_sub(1),
            _ => {}
        }
    }
    if count > config.max_bindings { Err(UpdateError::TooMany) } else { Ok(()) }
}

impl Entry {
    fn is_same(&self, contact: &Uri, instance: Option<&str>) -> bool {
        instance.is_some_and(|it| self.instance.as_deref() == Some(it)) || self.binding.contact.equivalent(contact)
    }

    fn gone(self, user: &str, users: &mut Table<u64, String>) -> Notice {
        users.remove(&self.id);
        Notice::Gone { id: self.id, user: user.to_owned(), contact: self.binding.contact }
    }
}

impl Notice {
    fn id(&self) -> u64 {
        match self {
            Self::Bound { id, .. } | Self::Gone { id, .. } => *id,
        }
    }
}
