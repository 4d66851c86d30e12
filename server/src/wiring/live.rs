//! The pipeline, as the REST surface sees it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use call_model::{AppName, CallId, MemberId, RecordingSwitch};
use calls::app::AppRef;
use calls::live::LiveFeed;
use calls::screening::{MachinePlan, OnMachine};
use calls::{ControlError, PlaceError, Placement, RegistrationWord, Switchboard};
use futures_util::future::BoxFuture;
use store::Store;

use super::agents::Shelves;
use super::capture::Captures;
use super::librarian::Librarian;
use super::phones::Phones;
use super::sip_watch::SipWatch;
use super::{directory, expiry, gauges};
use crate::api::{
    self, BooksChange, CaptureError, Captured, Check, LentPhone, LiveCalls, PhoneError, PlaceCall, PlaceCallError,
    Registration, Speech,
};
use crate::config::Config;
use crate::doctor::{self, Finding};

/// Running calls, and what they work on.
pub struct Live {
    switchboard: Switchboard,
    shelves: Arc<Shelves>,
    store: Store,
    config: Arc<Config>,
    librarian: Arc<Librarian>,
    watch: Option<Arc<SipWatch>>,
    captures: Captures,
    places: directory::Places,
    phones: Option<Phones>,
    /// Held from the look into the books until the switchboard has what they say.
    reading: tokio::sync::Mutex<()>,
}

impl Live {
    /// Puts it together.
    pub(super) fn new(
        (switchboard, places): (Switchboard, directory::Places),
        shelves: Arc<Shelves>,
        store: Store,
        config: Arc<Config>,
        librarian: Arc<Librarian>,
    ) -> Self {
        let captures = Captures::new(&config.telemetry);
        let reading = tokio::sync::Mutex::default();
        Self { switchboard, shelves, store, config, librarian, watch: None, captures, places, phones: None, reading }
    }

    /// With somebody who sees the SIP messages that pass.
    #[must_use]
    pub(super) fn with_watch(mut self, watch: Arc<SipWatch>) -> Self {
        self.watch = Some(watch);
        self
    }

    /// With phones in browsers.
    #[must_use]
    pub(super) fn with_phones(mut self, phones: Phones) -> Self {
        self.phones = Some(phones);
        self
    }

    async fn reread(&self, change: BooksChange) -> Result<(), store::StoreError> {
        match change {
            BooksChange::Flows => self.shelves.replace_flows(&self.store).await?,
            BooksChange::Agents => self.shelves.replace_agents(&self.store).await?,
            BooksChange::Knowledge => self.librarian.changed().await?,
            BooksChange::Numbers | BooksChange::Trunks | BooksChange::Members => {
                if matches!(change, BooksChange::Trunks) {
                    self.places.learn(&self.store, self.switchboard.sip(), false).await?;
                }
                let _reading = self.reading.lock().await;
                let directory = self.read_directory().await?;
                self.shelves.agents.learn_members(&directory);
                self.switchboard.set_directory(directory).await;
            }
        }
        Ok(())
    }

    async fn read_directory(&self) -> Result<Arc<calls::directory::Directory>, store::StoreError> {
        directory::read(&self.store, &self.config, &self.places).await
    }

    /// Looks the trunks' hosts up again: a carrier may have moved.
    pub(super) async fn refresh_trunks(&self) -> Result<(), store::StoreError> {
        if self.switchboard.directory().trunks().next().is_none() {
            return Ok(());
        }
        self.places.learn(&self.store, self.switchboard.sip(), true).await?;
        let _reading = self.reading.lock().await;
        let directory = self.read_directory().await?;
        if directory::moved(&directory, &self.switchboard.directory()) {
            self.switchboard.set_directory(directory).await;
        }
        Ok(())
    }

    /// Who calls, as it is said in that language.
    fn business_name(&self, language: Option<&str>) -> String {
        let fallback = &self.config.business.language;
        self.shelves.flows.business().name.get(language.unwrap_or(fallback), fallback).to_owned()
    }

    fn members(&self) -> BTreeSet<String> {
        self.switchboard.directory().members().map(|member| member.name.clone()).collect()
    }
}

impl LiveCalls for Live {
    fn place_call(&self, call: PlaceCall) -> BoxFuture<'_, Result<(), PlaceCallError>> {
        Box::pin(async move {
            let machine = call.machine.map(|policy| MachinePlan {
                on_machine: match policy.on_machine {
                    api::OnMachine::HangUp => OnMachine::HangUp,
                    api::OnMachine::Message(speech) => OnMachine::Message(app_of(speech)),
                    api::OnMachine::App => OnMachine::App,
                },
                unsure: policy.unsure,
                max_ms: policy.max_ms,
                greeting_silence_ms: policy.greeting_silence_ms,
                who: self.business_name(call.language.as_deref()),
                why: policy.why,
            });
            let placement = Placement {
                to: call.to,
                app: app_of(call.speech),
                machine,
                from: call.from,
                withheld: call.withheld,
                trunk: call.trunk,
                language: call.language,
                variables: call.variables,
                ring_timeout: call.ring_timeout,
                webhook: call.webhook,
                purpose: call.purpose,
                rules: None,
                whereabouts: calls::outreach::Whereabouts::default(),
            };
            self.switchboard.place(call.id, placement).await.map_err(|error| explain(&error))
        })
    }

    fn hang_up(&self, call: CallId) -> BoxFuture<'_, Result<(), api::ControlError>> {
        Box::pin(async move { self.switchboard.hang_up(call).await.map_err(control_error) })
    }

    fn switch_recording(&self, call: CallId, switch: RecordingSwitch) -> BoxFuture<'_, Result<(), api::ControlError>> {
        Box::pin(async move { self.switchboard.switch_recording(call, switch).await.map_err(control_error) })
    }

    fn trunk_states(&self) -> BoxFuture<'_, Vec<api::TrunkState>> {
        Box::pin(async move {
            let directory = self.switchboard.directory();
            let states = self.switchboard.trunk_states();
            states
                .into_iter()
                .filter_map(|state| {
                    Some(api::TrunkState {
                        id: directory.trunk(&state.name)?.id,
                        registration: match state.registration {
                            RegistrationWord::NotWanted => Registration::None,
                            RegistrationWord::Pending => Registration::Trying,
                            RegistrationWord::Registered => Registration::Registered,
                            RegistrationWord::Failed => Registration::Failed,
                        },
                        reachable: state.reachable,
                        rtt_ms: state.round_trip_ms.map(|ms| ms.round() as u64),
                        last_error: state.problem,
                        calls: self.switchboard.trunk_calls(&state.name) as u64,
                    })
                })
                .collect()
        })
    }

    fn books_changed(&self, change: BooksChange) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if let Err(error) = self.reread(change).await {
                tracing::error!(%error, ?change, "a change of the books could not be read: calls go on with what was");
            }
        })
    }

    fn check_flow(&self, name: &str, yaml: &str) -> Result<Vec<ivr::Fault>, Vec<ivr::Fault>> {
        self.shelves.flows.check(name, yaml, self.members())
    }

    fn flow_program(&self, name: &str, yaml: &str) -> Result<ivr::FlowProgram, Vec<ivr::Fault>> {
        self.shelves.flows.program(name, yaml, self.members()).map(|(program, _)| program)
    }

    fn check_agent(&self, name: &str, yaml: &str) -> Result<Vec<voice_agent::Fault>, Vec<voice_agent::Fault>> {
        self.shelves.agents.check(name, yaml, &self.shelves.flows.names(), &self.members())
    }

    fn app_fault(&self, app: &AppName) -> Option<String> {
        match app {
            AppName::Flow(name) => self.shelves.flows.fault(name),
            AppName::Agent(name) => self.shelves.agents.fault(name),
        }
    }

    fn examine(&self) -> BoxFuture<'_, Vec<Finding>> {
        Box::pin(doctor::house(&self.config))
    }

    fn watch(&self, call: Option<CallId>) -> LiveFeed {
        self.switchboard.hub().watch(call)
    }

    fn bans(&self) -> Vec<transport::sip::Ban> {
        self.switchboard.sip().bans()
    }

    fn lift_bans(&self, network: Option<transport::sip::Network>) -> usize {
        self.switchboard.sip().lift_bans(network)
    }

    fn queues(&self) -> Vec<calls::QueueState> {
        self.switchboard.queues()
    }

    fn queue_of(&self, call: CallId) -> BoxFuture<'_, Option<String>> {
        Box::pin(self.switchboard.queue_of(call))
    }

    fn takes_part(&self, member: MemberId, call: CallId) -> bool {
        self.switchboard.takes_part(member, call)
    }

    fn live_count(&self) -> usize {
        self.switchboard.live()
    }

    fn sip_calls(&self, call: CallId) -> BoxFuture<'_, Vec<String>> {
        Box::pin(self.switchboard.sip_calls(call))
    }

    fn signalling(&self, sip_calls: &[String]) -> Option<telemetry::signalling::Kept> {
        let watch = self.watch.as_ref().filter(|_| self.config.telemetry.signalling_mib > 0)?;
        Some(watch.messages(sip_calls.iter().map(String::as_str)))
    }

    fn capture(&self, call: CallId, rtp: bool, time: Option<Duration>) -> BoxFuture<'_, Result<(), CaptureError>> {
        Box::pin(self.captures.begin(&self.switchboard, call, rtp, time))
    }

    fn captured(&self, call: CallId) -> Option<Captured> {
        self.captures.get(call)
    }

    fn forget_capture(&self, call: CallId) -> bool {
        self.captures.forget(call)
    }

    fn supervise(
        &self,
        call: CallId,
        order: calls::SuperviseOrder,
    ) -> BoxFuture<'_, Result<(), calls::SuperviseError>> {
        Box::pin(self.switchboard.supervise(call, order))
    }

    fn presence(&self) -> Vec<calls::MemberPresence> {
        self.switchboard.presence()
    }

    fn watch_presence(&self) -> Option<tokio::sync::broadcast::Receiver<calls::MemberPresence>> {
        Some(self.switchboard.watch_presence())
    }

    fn lend_phone(&self, member: &str, owner: String) -> BoxFuture<'_, Result<LentPhone, PhoneError>> {
        let member = member.to_owned();
        Box::pin(async move {
            match &self.phones {
                Some(phones) => phones.lend(&member, owner).await,
                None => Err(PhoneError::Stopped),
            }
        })
    }

    fn end_phones(&self, owner: &str) -> BoxFuture<'_, ()> {
        let owner = owner.to_owned();
        Box::pin(async move {
            if let Some(phones) = &self.phones {
                phones.end_all_of(&owner).await;
            }
        })
    }

    fn adopt_phone(&self, socket: transport::sip::AdoptedSocket) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            // The program ends: the socket is closed.
            let _ = self.switchboard.sip().adopt(socket).await;
        })
    }

    fn measure(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            gauges::measure(&self.switchboard, &self.config.data, self.config.limits.max_calls).await;
            if let Some(watch) = &self.watch {
                watch.measure();
            }
            expiry::measure(&self.config.sip.tls).await;
        })
    }

    fn readiness(&self) -> Vec<Check> {
        let draining = self.switchboard.is_draining();
        vec![Check {
            name: "calls".into(),
            ok: !draining,
            detail: draining.then(|| "Callwright is being stopped and takes no new calls".into()),
        }]
    }
}

/// What talks, as the pipeline names it.
fn app_of(speech: Speech) -> AppRef {
    match speech {
        Speech::Flow(name) => AppRef::Flow(name),
        Speech::Agent(name) => AppRef::Agent(name),
        Speech::Text(text) => AppRef::Say(text),
    }
}

fn control_error(error: ControlError) -> api::ControlError {
    match error {
        ControlError::NotRunning => api::ControlError::NotRunning,
        ControlError::NotRecordable | ControlError::NoSound => api::ControlError::NotNow(error.to_string()),
    }
}

/// What to tell who asked: the error with its causes.
pub(super) fn explain(error: &PlaceError) -> PlaceCallError {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        text = format!("{text}: {deeper}");
        cause = deeper.source();
    }
    match error {
        PlaceError::Full | PlaceError::Draining => PlaceCallError::Overloaded { reason: text, retry_after_s: 10 },
        PlaceError::BadDestination
        | PlaceError::NoTrunk
        | PlaceError::NoSuchTrunk(_)
        | PlaceError::NotRegistered(_)
        | PlaceError::Circle
        | PlaceError::App(_) => PlaceCallError::Invalid(text),
        PlaceError::Refused(refusal) => {
            PlaceCallError::Refused { detail: text, reason: refusal.code(), retry_at: refusal.retry_at() }
        }
        PlaceError::NotProved(_) => PlaceCallError::Forbidden(text),
        PlaceError::Books(_) | PlaceError::Media(_) | PlaceError::Ended => PlaceCallError::Failed(text),
    }
}
