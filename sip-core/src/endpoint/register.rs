//! REGISTER as a server (RFC 3261 section 10.3).

use std::time::{Duration, Instant};

use super::Endpoint;
use super::core::TimerKey;
use super::event::Event;
use super::server::ServerId;
use crate::digest::Verdict;
use crate::flow::Flow;
use crate::message::{HeaderName, Headers, NameAddr, Request, StatusCode};
use crate::registrar::{Change, Notice, Update, UpdateError};

type Refusal = (StatusCode, Vec<(HeaderName, String)>);

/// The option tag of RFC 3327.
pub(super) const PATH: &str = "path";

impl Endpoint {
    pub(super) fn receive_register(&mut self, now: Instant, flow: Flow, id: ServerId, request: &Request) {
        let verdict = self.verdict(now, flow, request);
        let Verdict::Valid(user) = verdict else {
            let stale = matches!(verdict, Verdict::Stale | Verdict::Replayed);
            let extra = self.challenge_headers(now, flow.remote.ip(), stale);
            return self.refuse(now, id, request, StatusCode::UNAUTHORIZED, extra);
        };
        match self.bind(now, flow, &user, request) {
            Ok(()) => {
                let mut extra = self.contact_list(now, &user);
                if request.headers.supports(PATH) && self.takes_path(flow) {
                    let path = request.headers.get_all(&HeaderName::Path);
                    extra.extend(path.map(|line| (HeaderName::Path, line.to_owned())));
                    extra.push((HeaderName::Supported, PATH.into()));
                }
                self.refuse(now, id, request, StatusCode::OK, extra);
            }
            Err((status, extra)) => self.refuse(now, id, request, status, extra),
        }
    }

    fn bind(&mut self, now: Instant, flow: Flow, user: &str, request: &Request) -> Result<(), Refusal> {
        let plain = |status| (status, Vec::new());
        let headers = &request.headers;
        let to = headers.to().map_err(|_| plain(StatusCode::BAD_REQUEST))?.uri;
        let domains = &self.core.config.domains;
        let host = to.host.to_string();
        if !to.is_sip() || !domains.is_empty() && !domains.iter().any(|domain| domain.eq_ignore_ascii_case(&host)) {
            return Err(plain(StatusCode::NOT_FOUND));
        }
        if to.username().as_deref() != Some(user) {
            return Err(plain(StatusCode::FORBIDDEN));
        }
        let changes = self.changes(user, request)?;
        let path = self.path(flow, headers)?;
        let cseq = headers.cseq().map_err(|_| plain(StatusCode::BAD_REQUEST))?;
        let proof = self.auth.login_proof(user, &headers.authorization());
        let call_id = headers.call_id().unwrap_or_default();
        let update = Update { call_id, seq: cseq.seq, flow, path, changes, proof };
        let core = &mut self.core;
        let config = core.config.registrar.clone();
        let notices =
            self.registrar.update(now, user, update, &config, || core.new_id()).map_err(|error| match error {
                UpdateError::OutOfOrder => plain(StatusCode::SERVER_INTERNAL_ERROR),
                UpdateError::TooMany => plain(StatusCode::FORBIDDEN),
            })?;
        self.tell(notices);
        Ok(())
    }

    /// Whether who sent this may say which way calls go: a phone that could would send them from here to anybody, such as
    /// to a carrier that trusts our address.
    fn takes_path(&self, flow: Flow) -> bool {
        let source = flow.remote.ip().to_canonical();
        self.core.config.registrar.edge_proxies.iter().any(|proxies| proxies.contains(&source))
    }

    /// The proxies that the REGISTER came by and that want to be on the way back (RFC 3327 section 5.3).
    fn path(&self, flow: Flow, headers: &Headers) -> Result<Vec<NameAddr>, Refusal> {
        let config = &self.core.config.registrar;
        if !self.takes_path(flow) {
            let required = headers.require().iter().any(|tag| tag.eq_ignore_ascii_case(PATH));
            if required && headers.contains(&HeaderName::Path) {
                return Err((StatusCode::BAD_EXTENSION, vec![(HeaderName::Unsupported, PATH.into())]));
            }
            return Ok(Vec::new());
        }
        let path = headers.paths().map_err(|_| (StatusCode::BAD_REQUEST, Vec::new()))?;
        if path.len() > config.max_path || path.iter().any(|it| !it.uri.is_sip()) {
            return Err((StatusCode::BAD_REQUEST, Vec::new()));
        }
        if config.path_must_be_known && !path.is_empty() && !headers.supports(PATH) {
            return Err((StatusCode::BAD_EXTENSION, vec![(HeaderName::Unsupported, PATH.into())]));
        }
        Ok(path)
    }

    /// What the REGISTER asks for; nothing, when it only asks what there is.
    fn changes(&self, user: &str, request: &Request) -> Result<Vec<Change>, Refusal> {
        let headers = &request.headers;
        let plain = |status| (status, Vec::new());
        if headers.contact_is_star() {
            if headers.expires() != Some(0) {
                return Err(plain(StatusCode::BAD_REQUEST));
            }
            return Ok(self.registrar.all_gone(user));
        }
        let contacts = headers.contacts().map_err(|_| plain(StatusCode::BAD_REQUEST))?;
        let config = &self.core.config.registrar;
        let mut changes = Vec::with_capacity(contacts.len());
        for contact in contacts {
            if !contact.uri.is_sip() {
                return Err(plain(StatusCode::BAD_REQUEST));
            }
            let asked = contact.expires().or(headers.expires());
            let asked = asked.map_or(config.default_expires, |seconds| Duration::from_secs(seconds.into()));
            if !asked.is_zero() && asked < config.min_expires {
                let least = config.min_expires.as_secs().to_string();
                return Err((StatusCode::INTERVAL_TOO_BRIEF, vec![(HeaderName::MinExpires, least)]));
            }
            let instance = instance_of(&contact);
            let q = contact.q().unwrap_or(1_000);
            changes.push(Change { contact: contact.uri, q, expires: asked.min(config.max_expires), instance });
        }
        Ok(changes)
    }

    fn contact_list(&self, now: Instant, user: &str) -> Vec<(HeaderName, String)> {
        let line = |binding: crate::registrar::Binding| {
            let mut contact = NameAddr::new(binding.contact);
            let left = binding.expires.saturating_duration_since(now).as_secs();
            contact.params.set("expires", &left.to_string());
            if binding.q < 1_000 {
                contact.params.set("q", &format!("0.{:03}", binding.q));
            }
            (HeaderName::Contact, contact.to_string())
        };
        self.registrar.bindings(user).into_iter().map(line).collect()
    }

    /// Tells the owner what changed in the books, and sets the timers.
    pub(super) fn tell(&mut self, notices: Vec<Notice>) {
        for notice in notices {
            match notice {
                Notice::Bound { id, user, contact, expires, until } => {
                    self.core.timers.set(TimerKey::Binding(id), until);
                    self.core.event(Event::Registered { user, contact, expires });
                }
                Notice::Gone { id, user, contact } => {
                    self.core.timers.stop(TimerKey::Binding(id));
                    self.core.event(Event::Unregistered { user, contact });
                }
            }
        }
    }
}

/// What tells a device, whatever its address (RFC 5626 section 4.2).
fn instance_of(contact: &NameAddr) -> Option<String> {
    let instance = contact.params.get_unquoted("+sip.instance")?;
    let line = contact.params.get("reg-id").unwrap_or_default();
    Some(format!("{instance}|{line}"))
}
