//! REGISTER as a client: keeping our registrations up (RFC 3261 section 10.2).

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::Endpoint;
use super::client::{Failure, OwnContact};
use super::content;
use super::core::{Owner, TimerKey};
use super::event::Event;
use super::leg::push_login;
use super::register::PATH;
use crate::dialog::Hop;
use crate::digest::ClientAuth;
use crate::flow::{Flow, Target};
use crate::message::{CSeq, HeaderName, Method, NameAddr, Request, Response, StatusCode};
use crate::registration::{Registration, RegistrationHandle, RegistrationState};

/// The registrations, in the order in which they were made.
pub(super) type Registrations = BTreeMap<RegistrationHandle, OwnRegistration>;

/// One registration of ours.
pub(super) struct OwnRegistration {
    settings: Registration,
    auth: ClientAuth,
    call_id: String,
    from: NameAddr,
    seq: u32,
    /// What we ask for; a registrar may have raised it (423).
    wanted: u32,
    /// What the last REGISTER asked for: zero takes the registration back.
    asked: u32,
    logins: u8,
    failures: u32,
    /// A REGISTER runs.
    running: bool,
    /// The registrar holds a binding of ours.
    bound: bool,
    /// The owner wants it gone.
    leaving: bool,
    told: Option<RegistrationState>,
    /// The way that the registrar has named for our calls (RFC 3608).
    service_route: Vec<NameAddr>,
    /// Where the last response came from: when that connection closes, nobody reaches us.
    flow: Option<Flow>,
    /// The address that the registrar saw us at, as its last response said (RFC 3581).
    seen: Option<SocketAddr>,
}

/// The longest that a registrar may make us ask for: a day.
const MAX_WANTED: u32 = 86_400;

/// Proxies that a registrar may name for our calls; those behind are left out.
const MAX_SERVICE_ROUTE: usize = 8;

impl OwnRegistration {
    /// The way that the registrar has named for our calls.
    pub(super) fn service_route(&self) -> &[NameAddr] {
        &self.service_route
    }
}

impl Endpoint {
    pub(super) fn start_registration(&mut self, now: Instant, settings: Registration) -> RegistrationHandle {
        let handle = RegistrationHandle(self.core.new_id());
        let registration = OwnRegistration {
            auth: ClientAuth::new(settings.credentials.clone()),
            call_id: self.core.chance.long_token(),
            from: NameAddr::new(settings.aor.clone()).with_tag(&self.core.chance.tag()),
            seq: 0,
            wanted: u32::try_from(settings.expires.as_secs()).unwrap_or(MAX_WANTED).max(1),
            asked: 0,
            logins: 0,
            failures: 0,
            running: false,
            bound: false,
            leaving: false,
            told: None,
            service_route: Vec::new(),
            flow: None,
            seen: None,
            settings,
        };
        self.registrations.insert(handle, registration);
        self.send_register(now, handle);
        handle
    }

    pub(super) fn stop_registration(&mut self, now: Instant, handle: RegistrationHandle) {
        let Some(registration) = self.registrations.get_mut(&handle) else { return };
        registration.leaving = true;
        self.core.timers.stop(TimerKey::Registration(handle));
        if registration.running {
            // Its outcome is waited for.
        } else if registration.bound {
            self.send_register(now, handle);
        } else {
            self.end_registration(handle);
        }
    }

    fn end_registration(&mut self, handle: RegistrationHandle) {
        self.core.timers.stop(TimerKey::Registration(handle));
        if self.registrations.remove(&handle).is_some() {
            self.core.event(Event::RegistrationChanged { handle, state: RegistrationState::Unregistered });
        }
    }

    /// Sends a REGISTER: the first, a refresh, with credentials, or the last.
    pub(super) fn send_register(&mut self, now: Instant, handle: RegistrationHandle) {
        let limit = self.core.config.limits.max_forwards;
        let Some(registration) = self.registrations.get_mut(&handle) else { return };
        registration.seq += 1;
        registration.running = true;
        let settings = &registration.settings;
        let mut uri = settings.registrar.clone();
        uri.user = None;
        uri.password = None;
        let mut request = Request::new(Method::Register, uri);
        let headers = &mut request.headers;
        headers.push(HeaderName::MaxForwards, limit.to_string());
        headers.push(HeaderName::From, registration.from.to_string());
        headers.push(HeaderName::To, NameAddr::new(settings.aor.clone()).to_string());
        headers.push(HeaderName::CallId, registration.call_id.as_str());
        headers.push(HeaderName::CSeq, CSeq::new(registration.seq, Method::Register).to_string());
        let expires = if registration.leaving { 0 } else { registration.wanted };
        registration.asked = expires;
        headers.push(HeaderName::Expires, expires.to_string());
        headers.push(HeaderName::Supported, PATH);
        let login =
            registration.auth.authorize(Method::Register.as_str(), &request.uri.to_string(), &mut self.core.chance);
        push_login(&mut request, login);
        let hop = hop_by(settings.route.as_ref(), &settings.registrar, &mut request);
        let contact = OwnContact::Register(settings.contact_user.clone(), expires);
        self.core.request(now, Owner::Register(handle), request, &hop, contact);
    }

    pub(super) fn on_register_done(
        &mut self,
        now: Instant,
        handle: RegistrationHandle,
        response: &Response,
        flow: Flow,
    ) {
        let attempts = self.core.config.limits.max_auth_attempts;
        let Some(registration) = self.registrations.get_mut(&handle) else { return };
        registration.running = false;
        registration.flow = Some(flow);
        registration.seen = seen(response);
        let status = response.status;
        if let Some((challenges, proxy)) = content::challenges(response)
            && registration.logins < attempts
            && registration.auth.challenged(&challenges, proxy)
        {
            registration.logins += 1;
            return self.send_register(now, handle);
        }
        registration.logins = 0;
        if status.is_success() {
            return self.registered(now, handle, response, flow);
        }
        let least =
            response.headers.min_expires().filter(|least| (registration.wanted + 1..=MAX_WANTED).contains(least));
        if let (StatusCode::INTERVAL_TOO_BRIEF, Some(least)) = (status, least) {
            registration.wanted = least;
            return self.send_register(now, handle);
        }
        let after = response.headers.retry_after().map(|seconds| Duration::from_secs(seconds.into()));
        self.register_failed(now, handle, Some(status), after);
    }

    fn registered(&mut self, now: Instant, handle: RegistrationHandle, response: &Response, flow: Flow) {
        let percent = self.core.config.registration.refresh_percent;
        let Some(registration) = self.registrations.get_mut(&handle) else { return };
        registration.failures = 0;
        registration.bound = registration.asked > 0;
        // RFC 3608 section 5: what the last response says holds, also when that is nothing.
        let mut route = response.headers.addresses(&HeaderName::ServiceRoute).unwrap_or_default();
        route.truncate(MAX_SERVICE_ROUTE);
        route.retain(|it| it.uri.is_sip());
        registration.service_route = route;
        match (registration.leaving, registration.bound) {
            (true, false) => return self.end_registration(handle),
            // It was under way when the owner took the registration back.
            (true, true) => return self.send_register(now, handle),
            _ => {}
        }
        let own = self.core.contact(&flow.into(), Some(&registration.settings.contact_user), false);
        let seconds = granted(&own, response).unwrap_or(registration.wanted).max(1);
        let expires = Duration::from_secs(seconds.into());
        self.core.set_timer(TimerKey::Registration(handle), now, expires * percent / 100);
        self.tell_registration(handle, RegistrationState::Registered { expires });
    }

    pub(super) fn on_register_failed(&mut self, now: Instant, handle: RegistrationHandle, _failure: Failure) {
        if let Some(registration) = self.registrations.get_mut(&handle) {
            registration.running = false;
            self.register_failed(now, handle, None, None);
        }
    }

    /// The next attempt comes after a wait that doubles, a part of it by chance (RFC 5626 section 4.5).
    fn register_failed(
        &mut self,
        now: Instant,
        handle: RegistrationHandle,
        status: Option<StatusCode>,
        after: Option<Duration>,
    ) {
        let config = self.core.config.registration.clone();
        let Some(registration) = self.registrations.get_mut(&handle) else { return };
        if registration.leaving {
            return self.end_registration(handle);
        }
        let most = config.retry_base.saturating_mul(1 << registration.failures.min(16)).min(config.retry_max);
        registration.failures += 1;
        registration.auth.forget();
        let wait = self.core.chance.between(most / 2, most);
        let wait = after.map_or(wait, |after| wait.max(after.min(config.retry_max)));
        self.core.set_timer(TimerKey::Registration(handle), now, wait);
        self.tell_registration(handle, RegistrationState::Failed { status, retry_in: wait });
    }

    fn tell_registration(&mut self, handle: RegistrationHandle, state: RegistrationState) {
        let Some(registration) = self.registrations.get_mut(&handle) else { return };
        if registration.told != Some(state) {
            registration.told = Some(state);
            self.core.event(Event::RegistrationChanged { handle, state });
        }
    }

    /// A sign of life came back from where we are registered. When it says that a NAT shows us at another address than
    /// before, calls no longer reach the address that the registrar keeps: it gets the new one at once, as
    /// RFC 5626 section 4.4.2 asks of a flow whose mapped address changed.
    pub(super) fn seen_at(&mut self, now: Instant, flow: Flow, response: &Response) {
        let Some(address) = seen(response) else { return };
        for (handle, registration) in &mut self.registrations {
            let moved = registration.flow == Some(flow) && registration.seen.is_some_and(|seen| seen != address);
            if moved && registration.bound && !registration.running && !registration.leaving {
                registration.seen = Some(address);
                self.core.set_timer(TimerKey::Registration(*handle), now, Duration::ZERO);
            }
        }
    }

    /// A connection has gone: what was registered over it is registered anew.
    pub(super) fn registrations_lost(&mut self, now: Instant, lost: impl Fn(&Target) -> bool) {
        for (handle, registration) in &mut self.registrations {
            let hit = registration.flow.is_some_and(|flow| lost(&flow.into()));
            if hit && !registration.running && !registration.leaving {
                registration.flow = None;
                let wait = self.core.chance.between(Duration::ZERO, Duration::from_secs(2));
                self.core.set_timer(TimerKey::Registration(*handle), now, wait);
            }
        }
    }
}

/// Where the sender of a response saw us: `received` and `rport` of our Via.
fn seen(response: &Response) -> Option<SocketAddr> {
    let via = response.headers.top_via().ok()?;
    Some(SocketAddr::new(via.received()?, via.rport()?))
}

/// Where our registrations are held: the paths that must be kept open for calls to reach us.
pub(super) fn flows(registrations: &Registrations) -> impl Iterator<Item = Flow> + '_ {
    registrations.values().filter(|it| it.bound).filter_map(|it| it.flow)
}

/// The seconds that a registrar grants our contact, by its Contact or by Expires. Other devices may have registered the
/// same user; a registrar behind a NAT may know us by another address.
fn granted(own: &NameAddr, response: &Response) -> Option<u32> {
    let contacts = response.headers.contacts().unwrap_or_default();
    let same_user = |it: &&NameAddr| it.uri.username() == own.uri.username();
    let same_host = |it: &&NameAddr| it.uri.host.equivalent(&own.uri.host) && it.uri.port == own.uri.port;
    let ours = contacts.iter().find(|it| same_user(it) && same_host(it));
    let ours = ours.or_else(|| contacts.iter().find(same_user));
    ours.and_then(NameAddr::expires).or_else(|| response.headers.expires())
}

/// The hop of a request outside of dialogs: by the outbound proxy if there is one.
pub(super) fn hop_by(route: Option<&crate::message::Uri>, target: &crate::message::Uri, request: &mut Request) -> Hop {
    let Some(route) = route else { return Hop::to(target.clone()) };
    if route.is_loose_router() {
        request.headers.push(HeaderName::Route, NameAddr::new(route.clone()).to_string());
    }
    Hop::to(route.clone())
}
