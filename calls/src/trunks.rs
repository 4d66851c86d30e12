//! Keeping watch over the trunks: registered where they want it, asked for a sign of life by OPTIONS.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use sip_core::{PingError, PingHandle, Registration, RegistrationHandle, RegistrationState};
use tokio::sync::watch;
use tokio::time::Instant;
use transport::sip::SipHandle;

use crate::dialing::{credentials, uri};
use crate::directory::Trunk;

/// How long a registration is asked for.
const EXPIRES: Duration = Duration::from_mins(10);

/// How a trunk is now.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TrunkState {
    /// Its name.
    pub name: String,
    /// `registered`, `failed`, `pending`, or `not_wanted` for a trunk by address.
    pub registration: RegistrationWord,
    /// The status of the last refusal of a registration.
    pub registration_status: Option<u16>,
    /// Whether it answered the last OPTIONS; `None` before the first.
    pub reachable: Option<bool>,
    /// How long that answer took, ms.
    pub round_trip_ms: Option<f64>,
    /// What is wrong, in words.
    pub problem: Option<String>,
}

/// The state of a registration, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationWord {
    /// The trunk is by address.
    NotWanted,
    /// It has not been answered yet.
    Pending,
    /// The carrier knows where we are.
    Registered,
    /// The last attempt failed; the next comes by itself.
    Failed,
}

struct Watched {
    trunk: Trunk,
    registration: Option<RegistrationHandle>,
    state: TrunkState,
}

/// The trunks under watch. Belongs to the switchboard's task.
pub(crate) struct Trunks {
    sip: SipHandle,
    every: Duration,
    next: Instant,
    watched: HashMap<String, Watched>,
    pings: HashMap<PingHandle, String>,
    states: watch::Sender<Vec<TrunkState>>,
}

impl Trunks {
    pub(crate) fn new(sip: SipHandle, every: Duration, states: watch::Sender<Vec<TrunkState>>) -> Self {
        let every = every.max(Duration::from_secs(1));
        Self { sip, every, next: Instant::now(), watched: HashMap::new(), pings: HashMap::new(), states }
    }

    /// Our registrations, by the trunk's name.
    pub(crate) fn registrations(&self) -> HashMap<String, RegistrationHandle> {
        self.watched.iter().filter_map(|(name, watched)| Some((name.clone(), watched.registration?))).collect()
    }

    /// When the next check is due.
    pub(crate) async fn due(&self) {
        if self.watched.is_empty() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep_until(self.next).await;
    }

    /// Learns the trunks anew: those that are gone or changed are unregistered, new ones registered.
    pub(crate) async fn set<'a>(&mut self, trunks: impl Iterator<Item = &'a Trunk>) {
        let mut old = std::mem::take(&mut self.watched);
        for trunk in trunks {
            let watched = match old.remove(&trunk.name) {
                Some(watched) if same(&watched.trunk, trunk) => Watched { trunk: trunk.clone(), ..watched },
                changed => {
                    if let Some(handle) = changed.and_then(|watched| watched.registration) {
                        let _ = self.sip.unregister(handle).await;
                    }
                    self.begin(trunk).await
                }
            };
            self.watched.insert(trunk.name.clone(), watched);
        }
        for gone in old.into_values() {
            if let Some(handle) = gone.registration {
                let _ = self.sip.unregister(handle).await;
            }
        }
        self.next = Instant::now();
        self.publish();
    }

    /// The program ends: the carriers are told that we are not here any more, while running calls go on.
    pub(crate) async fn leave(&mut self) {
        for watched in self.watched.values_mut() {
            if let Some(handle) = watched.registration.take() {
                let _ = self.sip.unregister(handle).await;
                watched.state.registration = RegistrationWord::Pending;
                watched.state.problem = Some("Callwright is being stopped".into());
            }
        }
        self.publish();
    }

    async fn begin(&self, trunk: &Trunk) -> Watched {
        let mut state = TrunkState {
            name: trunk.name.clone(),
            registration: if trunk.register { RegistrationWord::Pending } else { RegistrationWord::NotWanted },
            registration_status: None,
            reachable: None,
            round_trip_ms: None,
            problem: None,
        };
        let mut registration = None;
        if trunk.register {
            let addresses = (uri("", &trunk.host, trunk.protocol), uri(&trunk.user, &trunk.host, trunk.protocol));
            if let (Ok(registrar), Ok(aor)) = addresses {
                let wanted = Registration {
                    registrar,
                    aor,
                    contact_user: trunk.user.clone(),
                    credentials: credentials(trunk),
                    expires: EXPIRES,
                    route: trunk.interop.outbound_proxy.clone(),
                };
                registration = self.sip.register(wanted).await.ok();
            } else {
                state.registration = RegistrationWord::Failed;
                state.problem = Some("its host or user is not valid in a SIP address".into());
            }
        }
        Watched { trunk: trunk.clone(), registration, state }
    }

    /// Asks every trunk for a sign of life. One that has not answered the last time is not reachable, and is not asked
    /// again before that question has come to its end.
    pub(crate) async fn check(&mut self) {
        self.next = Instant::now() + self.every;
        let unanswered: HashSet<String> = self.pings.values().cloned().collect();
        for name in &unanswered {
            self.set_reachable(name, Err(PingError::NoResponse));
        }
        for (name, watched) in self.watched.iter().filter(|(name, _)| !unanswered.contains(*name)) {
            let interop = &watched.trunk.interop;
            let proxy = interop.outbound_proxy.clone().map(Ok);
            if interop.quirks.options_ping
                && let Ok(target) = proxy.unwrap_or_else(|| uri("", &watched.trunk.host, watched.trunk.protocol))
                && let Ok(handle) = self.sip.options(target).await
            {
                self.pings.insert(handle, name.clone());
            }
        }
        self.publish();
    }

    pub(crate) fn on_pong(&mut self, handle: PingHandle, result: Result<Duration, PingError>) {
        let Some(name) = self.pings.remove(&handle) else { return };
        self.set_reachable(&name, result);
        self.publish();
    }

    fn set_reachable(&mut self, name: &str, result: Result<Duration, PingError>) {
        let Some(watched) = self.watched.get_mut(name) else { return };
        let state = &mut watched.state;
        let reachable = result.is_ok();
        if state.reachable != Some(reachable) {
            tracing::info!(trunk = %name, reachable, "the trunk's reachability changed");
        }
        state.reachable = Some(reachable);
        state.round_trip_ms = result.as_ref().ok().map(|time| time.as_secs_f64() * 1_000.0);
        match result {
            Ok(_) if state.registration != RegistrationWord::Failed => state.problem = None,
            Ok(_) => {}
            Err(error) => state.problem = Some(format!("it does not answer OPTIONS: {error}")),
        }
    }

    pub(crate) fn on_registration(&mut self, handle: RegistrationHandle, state: RegistrationState) {
        let Some(watched) = self.watched.values_mut().find(|watched| watched.registration == Some(handle)) else {
            return;
        };
        let shown = &mut watched.state;
        match state {
            RegistrationState::Registered { .. } => {
                if shown.registration != RegistrationWord::Registered {
                    tracing::info!(trunk = %watched.trunk.name, "registered at the trunk");
                }
                shown.registration = RegistrationWord::Registered;
                shown.registration_status = None;
                shown.problem = None;
            }
            RegistrationState::Failed { status, retry_in } => {
                let code = status.map(sip_core::message::StatusCode::code);
                tracing::warn!(trunk = %watched.trunk.name, status = ?code, ?retry_in, "registration failed");
                shown.registration = RegistrationWord::Failed;
                shown.registration_status = code;
                shown.problem = Some(match code {
                    Some(401 | 403 | 407) => "the carrier refused user or password: check both".into(),
                    Some(404) => "the carrier does not know this user".into(),
                    Some(code) => format!("the carrier refused the registration with {code}"),
                    None => "the carrier did not answer the registration: check `host` and the network".into(),
                });
            }
            RegistrationState::Unregistered => shown.registration = RegistrationWord::Pending,
        }
        self.publish();
    }

    fn publish(&self) {
        let mut states: Vec<TrunkState> = self.watched.values().map(|watched| watched.state.clone()).collect();
        states.sort_by(|a, b| a.name.cmp(&b.name));
        self.states.send_replace(states);
    }
}

/// Whether a trunk's registration can stay as it is.
fn same(a: &Trunk, b: &Trunk) -> bool {
    (&a.host, a.protocol, &a.user, &a.auth_user, &a.password, a.register, &a.interop)
        == (&b.host, b.protocol, &b.user, &b.auth_user, &b.password, b.register, &b.interop)
}
