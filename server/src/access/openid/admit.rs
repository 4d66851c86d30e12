//! From what the provider says of somebody to a session of theirs: whom of the users it means, and as what they come.

use std::net::IpAddr;

use call_model::UserId;
use store::{ActorKind, AuditEntry, AuditResult, NewUser, Role, StoreError, UserChange, UserRecord};

use super::claims::Called;
use super::ticket::{Journey, Said, Threshold};
use super::{Departure, OpenId, OpenIdFault, Person, Return};
use crate::access::sign_in::wait_of;
use crate::access::throttle::Account;
use crate::access::{Access, AccessFault, FreshSession, Place, users};

/// What the audit log says of how a session began.
const HOW: &str = "openid";

/// Somebody is let in.
pub(crate) enum Admitted {
    /// A session has begun.
    Session(Box<FreshSession>),
    /// Their one-time code is needed as well: what their browser keeps until they give it.
    CodeNeeded(String),
}

const ANOTHER: OpenIdFault = OpenIdFault::Unknown("the user of this name has another account at the provider");

/// Whom the provider speaks of.
enum Meant {
    /// A user whom there is, and what it says of them.
    Known(Box<UserRecord>, Said),
    /// Somebody new.
    New(Box<NewUser>),
}

impl Access {
    /// Leads somebody to the provider. As long as it does not say where its page is, asking it counts by address.
    pub(crate) async fn depart_by_openid(
        &self,
        openid: &OpenId,
        to: &str,
        earlier: Option<&str>,
        address: Option<IpAddr>,
    ) -> Result<Departure, OpenIdFault> {
        let (back, now_ms) = (self.openid_back(), self.now_ms());
        if openid.is_known(now_ms) {
            return openid.depart(&back, to, earlier, now_ms).await;
        }
        self.throttle(|throttle, now| throttle.begin_departure(address, now)).map_err(wait_of)?;
        let departure = openid.depart(&back, to, earlier, now_ms).await;
        if matches!(departure, Ok(_) | Err(OpenIdFault::Busy)) {
            self.throttle(|throttle, _| throttle.take_back_departure(address));
        }
        departure
    }

    /// Signs somebody in who comes back from the provider.
    pub(crate) async fn sign_in_by_openid(
        &self,
        openid: &OpenId,
        journey: &Journey,
        given: &Return,
        place: Place,
    ) -> Result<Admitted, OpenIdFault> {
        let address = place.address;
        let outcome = match self.prove_by_openid(openid, journey, given, address).await {
            Ok(Meant::Known(user, said)) if openid.settings().second_factor && user.totp.is_some() => {
                // No attempt yet, and nothing is written: the code follows.
                let until_ms = openid.until(self.now_ms());
                let threshold = Threshold::new(user.id.to_string(), said, journey.earlier.clone(), until_ms);
                let cookie = threshold.and_then(|threshold| openid.inner.sealer.seal(&threshold));
                return Ok(Admitted::CodeNeeded(cookie.ok_or(AccessFault::System)?));
            }
            Ok(Meant::Known(user, said)) => self.settle(*user, &said, address).await,
            Ok(Meant::New(new)) => self.add_by_openid(*new, address).await,
            Err(fault) => Err(fault),
        };
        let user = match outcome {
            Ok(user) => user,
            Err(fault) => {
                let result = match &fault {
                    OpenIdFault::Cancelled => return Err(fault),
                    OpenIdFault::Provider(_) | OpenIdFault::Busy | OpenIdFault::Failed(_) => AuditResult::Failed,
                    _ => AuditResult::Refused,
                };
                self.note_openid(None, address, "session.begin", HOW, result).await;
                return Err(fault);
            }
        };
        let fresh = self.welcome(user, journey.earlier.as_deref(), place).await?;
        Ok(Admitted::Session(Box::new(fresh)))
    }

    /// Signs somebody in who was at the provider, and gives the one-time code that is needed as well.
    pub(crate) async fn sign_in_by_code(
        &self,
        openid: &OpenId,
        cookie: Option<&str>,
        code: &str,
        place: Place,
    ) -> Result<FreshSession, AccessFault> {
        let sealer = &openid.inner.sealer;
        let threshold: Threshold =
            cookie.and_then(|cookie| sealer.open(cookie, self.now_ms())).ok_or(AccessFault::Lapsed)?;
        let id: UserId = threshold.user.parse().map_err(|_| AccessFault::Lapsed)?;
        let user = self.store().user(id).await?.filter(|user| !user.disabled).ok_or(AccessFault::Lapsed)?;
        let Some(secret) = user.totp.clone() else { return Err(AccessFault::Lapsed) };
        let outcome = match self.begin(Account::User(id), place.address) {
            Ok(()) => self.use_code(id, &secret, code).await,
            Err(fault) => Err(fault),
        };
        match outcome {
            Ok(true) if sealer.spend(&threshold, self.now_ms()) => {
                match self.settle(user, &threshold.said, place.address).await {
                    Ok(user) => self.welcome(user, threshold.earlier.as_deref(), place).await,
                    Err(fault) => {
                        tracing::warn!(%fault, "nobody is let in by OpenID Connect");
                        self.note_openid(Some(id), place.address, "session.begin", HOW, AuditResult::Refused).await;
                        Err(fault.into_access())
                    }
                }
            }
            Ok(true) => Err(AccessFault::Lapsed),
            Ok(false) | Err(AccessFault::Wait(_)) => {
                self.note_openid(Some(id), place.address, "session.begin", HOW, AuditResult::Refused).await;
                Err(outcome.err().unwrap_or(AccessFault::Wrong))
            }
            Err(fault) => Err(fault),
        }
    }

    /// Begins the session, in the place of the one that the browser had before.
    async fn welcome(
        &self,
        user: UserRecord,
        earlier: Option<&str>,
        place: Place,
    ) -> Result<FreshSession, AccessFault> {
        let (id, address) = (user.id, place.address);
        self.throttle(|throttle, now| throttle.forgive(Account::User(id), address, now));
        if let Some(token) = earlier {
            self.end_token(token).await?;
        }
        let fresh = self.start(user, place).await?;
        self.note_openid(Some(id), address, "session.begin", HOW, AuditResult::Ok).await;
        Ok(fresh)
    }

    /// Asks the provider who it is, and finds whom it means. What comes to nothing counts as a guess from its address,
    /// unless it was the provider's fault or the person's wish.
    async fn prove_by_openid(
        &self,
        openid: &OpenId,
        journey: &Journey,
        given: &Return,
        address: Option<IpAddr>,
    ) -> Result<Meant, OpenIdFault> {
        self.begin_address(address)?;
        let person = openid.person(journey, given, &self.openid_back(), self.now_ms()).await;
        let innocent = match &person {
            Ok(_) | Err(OpenIdFault::Cancelled | OpenIdFault::Busy) => true,
            Err(OpenIdFault::Provider(fault)) => fault.is_outage(),
            Err(_) => false,
        };
        if innocent {
            self.throttle(|throttle, _| throttle.take_back_address(address));
        }
        self.meant(openid, person?, address).await
    }

    /// Where the provider sends people back to.
    pub(crate) fn openid_back(&self) -> String {
        format!("{}/v1/session/openid/return", self.rules().address)
    }

    /// Which of the users is meant: the one that was it before; or the one of that name, once; or, where the provider
    /// gives roles, somebody new. Nothing is written of them yet.
    async fn meant(&self, openid: &OpenId, person: Person, address: Option<IpAddr>) -> Result<Meant, OpenIdFault> {
        let known = self.store().user_by_openid(&person.key).await?;
        if person.role.is_none() && !openid.settings().roles.is_empty() {
            if let Some(user) = known {
                self.end_all(user.id, address).await?;
            }
            return Err(OpenIdFault::NoRole("none of the values in `openid.roles_claim` is one of `openid.roles`"));
        }
        if let Some(user) = known {
            return known_user(user, Said { key: person.key, first: false, role: person.role });
        }
        let name = match person.called {
            Called::Name(name) => name,
            Called::Unverified => return Err(OpenIdFault::Unverified),
            Called::Unnamed => return Err(OpenIdFault::Unknown("the claim `openid.user_claim` says no name")),
        };
        match self.store().user_by_name(&name).await? {
            Some(user) if user.openid.is_some() => Err(ANOTHER),
            Some(user) => known_user(user, Said { key: person.key, first: true, role: person.role }),
            None => {
                let role = person.role.ok_or(OpenIdFault::Unknown("no user has this name: invite them by it"))?;
                let display = person.display.and_then(|display| users::checked_display(&display).ok());
                let display = display.unwrap_or_else(|| name.clone());
                let openid = Some(person.key);
                let new = NewUser { name, display, role, member: None, password: None, openid, language: None };
                Ok(Meant::New(Box::new(new)))
            }
        }
    }

    /// Writes what the provider says of a user who is in: their role, and which account there is theirs.
    async fn settle(
        &self,
        mut user: UserRecord,
        said: &Said,
        address: Option<IpAddr>,
    ) -> Result<UserRecord, OpenIdFault> {
        // An admin may have had it forgotten, or another one linked, while the code was asked for.
        let expected = Some(said.key.as_str()).filter(|_| !said.first);
        if user.openid.as_deref() != expected {
            return Err(if said.first { ANOTHER } else { OpenIdFault::Lapsed });
        }
        if let Some(role) = said.role.filter(|role| *role != user.role) {
            user = self.promote(user, role, address).await?;
        }
        if said.first {
            if !self.store().link_openid(user.id, &said.key, self.now_ms()).await? {
                return Err(ANOTHER);
            }
            self.note_openid(Some(user.id), address, "openid.link", &user.id.to_string(), AuditResult::Ok).await;
            user.openid = Some(said.key.clone());
        }
        Ok(user)
    }

    /// Ends the sessions of somebody for whom the provider has no role any more.
    async fn end_all(&self, user: UserId, address: Option<IpAddr>) -> Result<(), OpenIdFault> {
        for session in self.store().sessions(Some(user)).await? {
            self.end(session.id, Some(user)).await?;
            let object = session.id.to_string();
            self.note_openid(Some(user), address, "session.end", &object, AuditResult::Ok).await;
        }
        Ok(())
    }

    async fn add_by_openid(&self, new: NewUser, address: Option<IpAddr>) -> Result<UserRecord, OpenIdFault> {
        let user = self.add_user(new).await.map_err(|fault| match fault {
            AccessFault::Invalid(_) => {
                OpenIdFault::Unknown("the claim `openid.user_claim` says a name that no user can have")
            }
            other => other.into(),
        })?;
        self.note_openid(Some(user.id), address, "user.add", &user.id.to_string(), AuditResult::Ok).await;
        Ok(user)
    }

    async fn promote(&self, user: UserRecord, role: Role, address: Option<IpAddr>) -> Result<UserRecord, OpenIdFault> {
        let change = UserChange { role: Some(role), ..UserChange::default() };
        let changed = match self.change_user(user.id, change).await {
            Err(AccessFault::Store(StoreError::Conflict(_))) => {
                let why = "the provider gives another role to the last admin: make somebody else an admin first";
                return Err(OpenIdFault::NoRole(why));
            }
            changed => changed?,
        };
        self.note_openid(Some(user.id), address, "user.change", &user.id.to_string(), AuditResult::Ok).await;
        Ok(changed)
    }

    async fn note_openid(
        &self,
        user: Option<UserId>,
        address: Option<IpAddr>,
        action: &str,
        object: &str,
        result: AuditResult,
    ) {
        let kind = if user.is_some() { ActorKind::User } else { ActorKind::None };
        let (actor, address) = (user.map(|user| user.to_string()), address.map(|address| address.to_string()));
        let (action, object) = (action.to_owned(), Some(object.to_owned()));
        self.note(AuditEntry { kind, actor, address, action, object, result }).await;
    }
}

fn known_user(user: UserRecord, said: Said) -> Result<Meant, OpenIdFault> {
    if user.disabled {
        return Err(OpenIdFault::Unknown("the user is disabled"));
    }
    Ok(Meant::Known(Box::new(user), said))
}
