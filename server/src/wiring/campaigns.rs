//! Campaigns on the switchboard: dials for the runner, and tries them out before anybody is called.

mod asking;
mod held;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use call_model::{
    CallCommand, CallEvent, CallFacts, CallId, CallOrigin, Direction, MemberId, Moment, PlaybackEnd, PromptItem,
};
use calls::app::{AppFactory as _, AppRef, ForMembers};
use calls::gate::Refusal;
use calls::live::{LiveFeed, LiveItem, LiveKind, LiveState};
use calls::outreach::{Outreach, Whereabouts};
use calls::screening::{MachinePlan, OnMachine, OnUnsure};
use calls::{PlaceError, Placement, Switchboard};
use campaigns::audience::{Defaults, Row};
use campaigns::runner::{
    AskError, DialFailure, DialOrder, Dialer, Members, Ready, RunnerSettings, Running, Stir, Waiting, forecast,
    message_of, row_of, variables_of,
};
use campaigns::{App, CandidateId, Capacity, MemberRoom, Spec, TrunkRoom};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use permission::{Purpose, Rules};
use serde_json::{Map, Value};
use store::{CampaignContactRecord, CampaignRecord, Store, StoreError, fresh_id};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::agents::Shelves;
use crate::api::{CampaignDesk, DryForecast, Held, PlaceCallError, Spoken};
use crate::config::Config;

/// How long a call is taken to be, for the dry run.
const USUAL_CALL: Duration = Duration::from_mins(1);

/// How long a contact waits when there is no money for the call.
const AFTER_SPEND_LIMIT: Duration = Duration::from_mins(15);

/// What is said before the first question, at most.
const MOST_SENTENCES: usize = 20;

/// What runs campaigns here.
pub(super) struct CampaignHouse {
    switchboard: Switchboard,
    shelves: Arc<Shelves>,
    store: Store,
    config: Arc<Config>,
    outreach: Outreach,
}

/// The running campaigns.
pub(super) struct Campaigns {
    house: Arc<CampaignHouse>,
    stir: Stir,
    members: Members,
    /// Dry runs that may be made at a time: each reads a whole campaign into memory.
    dry_runs: Arc<Semaphore>,
}

/// Closes what an earlier run left open, and starts.
pub(super) async fn start(
    (switchboard, shelves, store, config, outreach): (Switchboard, Arc<Shelves>, Store, Arc<Config>, Outreach),
) -> Result<(Arc<Campaigns>, Running), StoreError> {
    let closed = store.close_attempts(i64::MAX, crate::api::now_ms()).await?;
    if closed > 0 {
        tracing::warn!(closed, "attempts of campaigns were open when the program ended: their rules say what follows");
    }
    let house = Arc::new(CampaignHouse { switchboard, shelves, store: store.clone(), config, outreach });
    let preview = Duration::from_secs(house.config.campaigns.preview_s.into());
    let running = Running::start(store, house.clone(), RunnerSettings { preview, ..RunnerSettings::default() });
    let (stir, members) = (running.stirrer(), running.members());
    tokio::spawn(watch_members(house.switchboard.hub().watch(None), members.clone()));
    Ok((Arc::new(Campaigns { house, stir, members, dry_runs: Arc::new(Semaphore::new(1)) }), running))
}

/// Tells the runner which calls have somebody to talk with, for as long as there are calls.
async fn watch_members(mut feed: LiveFeed, members: Members) {
    while let Some(item) = feed.next().await {
        if let LiveItem::Event(event) = item
            && matches!(event.kind, LiveKind::State(LiveState::Bridged))
        {
            members.connected(event.call);
        }
    }
}

impl Dialer for CampaignHouse {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn room(&self) -> Capacity {
        let most = self.config.limits.max_calls;
        // Inbound calls come first: campaigns leave a part of the lines to them.
        let kept = most * usize::from(self.config.campaigns.keep_free_percent.min(100)) / 100;
        let lines = most.saturating_sub(kept).saturating_sub(self.switchboard.live());
        let directory = self.switchboard.directory();
        let free = |name: &str, most: usize| match most {
            0 => lines,
            most => most.saturating_sub(self.switchboard.trunk_calls(name)).min(lines),
        };
        let trunks = directory.trunks().map(|trunk| TrunkRoom {
            name: trunk.name.clone(),
            free: u32::try_from(free(&trunk.name, trunk.max_calls)).unwrap_or(u32::MAX),
            per_second: self.config.campaigns.trunk_calls_per_second,
        });
        let lines = if self.switchboard.is_draining() { 0 } else { u32::try_from(lines).unwrap_or(u32::MAX) };
        Capacity { lines, trunks: trunks.collect(), members: Vec::new() }
    }

    fn members<'a>(&'a self, queue: &'a str) -> Waiting<'a, MemberRoom> {
        Box::pin(async move {
            let there = self.switchboard.attendance_of(&self.members_of(queue)).await;
            // Who waits already has called us: they come first.
            let waits = self.switchboard.queues().into_iter().find(|line| line.name == queue);
            let waits = waits.map_or(0, |line| u32::try_from(line.waiting).unwrap_or(u32::MAX));
            MemberRoom { queue: queue.to_owned(), free: there.free.saturating_sub(waits), busy: there.busy }
        })
    }

    fn ask<'a>(
        &'a self,
        campaign: &'a CampaignRecord,
        spec: &'a Spec,
        asked_ms: i64,
    ) -> Waiting<'a, Result<(), AskError>> {
        Box::pin(self.ask_segment(campaign, spec, asked_ms))
    }

    fn rules(&self, purpose: Purpose) -> Rules {
        self.outreach.rules(purpose).clone()
    }

    fn rate(&self, trunk: &str, number: &str) -> Option<u64> {
        self.switchboard.directory().trunk(trunk)?.toll.per_minute(number)
    }

    fn dial(&self, order: DialOrder) -> Waiting<'_, Result<(), DialFailure>> {
        Box::pin(async move {
            let (call, placement) = (order.call, self.placement(order));
            self.switchboard.place(call, placement).await.map_err(|error| failure_of(&error, self.now()))
        })
    }
}

impl CampaignHouse {
    fn placement(&self, order: DialOrder) -> Placement {
        let app = self.app_of(&order);
        let machine = order.machines.detect.then(|| MachinePlan {
            on_machine: order.message.map_or(OnMachine::HangUp, |text| OnMachine::Message(AppRef::Say(text))),
            unsure: if order.machines.unsure_is_person { OnUnsure::Person } else { OnUnsure::Machine },
            who: self.business_name(order.language.as_deref()),
            ..MachinePlan::default()
        });
        Placement {
            to: order.number,
            app,
            from: order.caller_id,
            trunk: Some(order.trunk),
            language: order.language,
            withheld: false,
            variables: order.variables,
            ring_timeout: Some(order.ring),
            webhook: None,
            machine,
            purpose: order.purpose,
            // The planner has asked by the campaign's own; the house's hold at the moment of dialling as well.
            rules: order.rules,
            whereabouts: Whereabouts { zone: order.zone, country: order.country, region: order.region },
        }
    }

    /// The members of a queue: those of the group of this name, or the one of this name.
    fn members_of(&self, queue: &str) -> Vec<String> {
        if let Some(group) = self.shelves.flows.business().groups.get(queue) {
            return group.clone();
        }
        self.switchboard.directory().member(queue).map(|member| member.name.clone()).into_iter().collect()
    }

    fn app_of(&self, order: &DialOrder) -> AppRef {
        let queue = order.queue.as_deref().filter(|_| order.app == App::Members);
        let Some(queue) = queue else { return app_of(&order.app) };
        let targets = order.member.clone().map_or_else(|| self.members_of(queue), |member| vec![member]);
        AppRef::Members(ForMembers {
            targets,
            ring_ms: u64::from(self.config.campaigns.member_ring_s) * 1_000,
            wait_ms: self.config.campaigns.member_wait_ms.into(),
            who: self.business_name(order.language.as_deref()),
            opt_out_key: self.outreach.opt_out_key,
        })
    }

    fn business_name(&self, language: Option<&str>) -> String {
        let fallback = &self.config.business.language;
        self.shelves.flows.business().name.get(language.unwrap_or(fallback), fallback).to_owned()
    }

    fn language<'a>(&'a self, about: &'a Row) -> &'a str {
        about.language.as_deref().unwrap_or(&self.config.business.language)
    }

    /// What the app says until it waits for an answer: it is run without a call.
    fn says(&self, app: &App, facts: &CallFacts) -> Result<Vec<String>, String> {
        if *app == App::Members {
            return Ok(Vec::new());
        }
        let mut app = self.shelves.make(&app_of(app), facts, None).map_err(|error| error.to_string())?.app;
        let mut says = Vec::new();
        let mut now = Moment { since_start: Duration::ZERO, unix_ms: crate::api::now_ms() };
        let mut events = vec![CallEvent::Started, CallEvent::Answered];
        while !events.is_empty() && says.len() < MOST_SENTENCES {
            for event in std::mem::take(&mut events) {
                now.since_start += Duration::from_secs(1);
                app.handle(now, &event);
            }
            while let Some(command) = app.poll_command() {
                let CallCommand::Play { playback, items, .. } = command else { continue };
                says.extend(items.into_iter().filter_map(|item| match item {
                    PromptItem::Say { text, .. } => Some(text),
                    _ => None,
                }));
                events.push(CallEvent::PlaybackEnded { playback, end: PlaybackEnd::Finished, played_ms: 1_000 });
            }
        }
        says.truncate(MOST_SENTENCES);
        Ok(says)
    }
}

fn app_of(app: &App) -> AppRef {
    match app {
        App::Flow(name) => AppRef::Flow(name.clone()),
        App::Agent(name) => AppRef::Agent(name.clone()),
        // Who it is for is known only of a dial.
        App::Members => AppRef::Say(String::new()),
    }
}

/// Why nothing was dialled, as the books keep it.
fn failure_of(error: &PlaceError, now: Timestamp) -> DialFailure {
    let code = |code: &str| code.to_owned();
    match error {
        PlaceError::Refused(refusal @ Refusal::NotPermitted { .. }) => {
            DialFailure::Refused { reason: code(refusal.code()), later: refusal.retry_at() }
        }
        PlaceError::Refused(refusal @ Refusal::TrunkFull(_)) => DialFailure::NoRoom { reason: code(refusal.code()) },
        // Each look at it is an attempt in the books: not every few seconds, until there is money again.
        PlaceError::Refused(refusal @ Refusal::SpendLimit(_)) => {
            DialFailure::Refused { reason: code(refusal.code()), later: now.checked_add(AFTER_SPEND_LIMIT).ok() }
        }
        PlaceError::Refused(refusal) => DialFailure::Refused { reason: code(refusal.code()), later: None },
        PlaceError::Full => DialFailure::NoRoom { reason: code("full") },
        PlaceError::Draining => DialFailure::NoRoom { reason: code("draining") },
        PlaceError::Books(_) => DialFailure::NoRoom { reason: code("books") },
        PlaceError::NoTrunk | PlaceError::NoSuchTrunk(_) => DialFailure::NoRoom { reason: code("no_trunk") },
        PlaceError::BadDestination => DialFailure::Failed { reason: code("bad_destination") },
        PlaceError::App(_) => DialFailure::Failed { reason: code("app") },
        _ => DialFailure::Failed { reason: code("failed") },
    }
}

impl CampaignDesk for Campaigns {
    fn stir(&self) {
        self.stir.stir();
    }

    fn problems(&self, spec: &Spec) -> Vec<String> {
        let mut problems = Vec::new();
        let variants = spec.variants.iter().filter_map(|variant| variant.app.as_ref());
        let names: BTreeSet<String> = std::iter::once(&spec.app)
            .chain(variants)
            .filter(|app| self.house.shelves.version(&app_of(app)).is_none())
            .filter_map(|app| match app {
                App::Flow(name) => Some(format!("there is no flow `{name}`: put it with PUT /v1/flows/{name}")),
                App::Agent(name) => Some(format!("there is no agent `{name}`: put it with PUT /v1/agents/{name}")),
                App::Members => None,
            })
            .collect();
        problems.extend(names);
        if let Some(queue) = spec.pace.kind.queue().filter(|queue| self.house.members_of(queue).is_empty()) {
            problems
                .push(format!("there is nobody in `pace.queue: {queue}`: name a group of business.yaml, or a member"));
        }
        if let Err(looser) = spec.rules(self.house.outreach.rules(spec.purpose)) {
            problems.push(looser.to_string());
        }
        problems
    }

    fn member_of(&self, spec: &Spec, member: &str) -> Option<(MemberId, String)> {
        let directory = self.house.switchboard.directory();
        let member = directory.member(member)?;
        let queue = self.house.members_of(spec.pace.kind.queue()?);
        queue.iter().any(|name| name.eq_ignore_ascii_case(&member.name)).then(|| (member.id, member.name.clone()))
    }

    fn members(&self) -> &Members {
        &self.members
    }

    fn held<'a>(&'a self, spec: &'a Spec) -> BoxFuture<'a, Option<Held>> {
        Box::pin(self.house.held(spec))
    }

    fn preview(&self, spec: &Spec, contact: &CampaignContactRecord) -> Result<Spoken, String> {
        let about = row_of(contact).ok_or("the contact was erased: nothing is known of them any more")?;
        spec.fills(&about)?;
        let variant = spec.variant_of(CandidateId(contact.row.unsigned_abs()));
        let variables = variables_of(spec, variant, &about).map_err(|error| error.to_string())?;
        let language = self.house.language(&about).to_owned();
        let facts = facts(&about, &language, variables.clone());
        let name = |index: u8| spec.variants.get(usize::from(index)).map(|variant| variant.name.clone());
        Ok(Spoken {
            says: self.house.says(spec.app_of(variant), &facts)?,
            variables: variables
                .into_iter()
                .map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned()))
                .collect(),
            message: message_of(spec, &about),
            language,
            variant: variant.and_then(name),
        })
    }

    fn test<'a>(
        &'a self,
        spec: &'a Spec,
        contact: &'a CampaignContactRecord,
        to: &'a str,
    ) -> BoxFuture<'a, Result<CallId, PlaceCallError>> {
        Box::pin(async move {
            if *spec.app_of(None) == App::Members {
                let nothing = "members take the calls of this campaign: there is nothing to be heard without one";
                return Err(PlaceCallError::Invalid(nothing.into()));
            }
            let about = row_of(contact).ok_or_else(|| PlaceCallError::Invalid("the contact was erased".into()))?;
            let variant = spec.variant_of(CandidateId(contact.row.unsigned_abs()));
            let variables =
                variables_of(spec, variant, &about).map_err(|error| PlaceCallError::Invalid(error.to_string()))?;
            let id = fresh_id(crate::api::now_ms());
            let placement = Placement {
                to: to.to_owned(),
                app: app_of(spec.app_of(variant)),
                from: None,
                trunk: spec.pace.trunks.first().map(|trunk| trunk.name.clone()),
                language: about.language.clone(),
                withheld: false,
                variables,
                ring_timeout: spec.ring,
                webhook: None,
                machine: None,
                // Whoever tries a campaign has asked for the call.
                purpose: Purpose::Callback,
                rules: None,
                whereabouts: Whereabouts::default(),
            };
            self.house.switchboard.place(id, placement).await.map_err(|error| super::live::explain(&error))?;
            Ok(id)
        })
    }

    fn dry_run_place(&self) -> Option<OwnedSemaphorePermit> {
        self.dry_runs.clone().try_acquire_owned().ok()
    }

    fn forecast<'a>(
        &'a self,
        campaign: &'a CampaignRecord,
        spec: &'a Spec,
        most: usize,
        given: Option<Vec<CampaignContactRecord>>,
        place: OwnedSemaphorePermit,
    ) -> BoxFuture<'a, Result<DryForecast, StoreError>> {
        Box::pin(async move {
            let house = self.house.outreach.rules(spec.purpose);
            let rules = spec.rules(house).unwrap_or_else(|_| house.clone());
            let spec = Arc::new(spec.clone());
            let dialer: Arc<dyn Dialer> = self.house.clone();
            let ready = forecast(&self.house.store, dialer, campaign, (spec, rules), given).await?;
            let Ready { planner, key, unfilled } = ready;
            let now = Timestamp::now();
            let done = tokio::task::spawn_blocking(move || planner.forecast(key, now, USUAL_CALL, most)).await;
            drop(place);
            Ok(DryForecast { forecast: done.ok().flatten().unwrap_or_default(), unfilled })
        })
    }

    fn defaults(&self) -> Defaults {
        self.house.defaults()
    }
}

/// What an app is told that is tried without a call.
fn facts(about: &Row, language: &str, variables: Map<String, Value>) -> CallFacts {
    let mut contact = Map::new();
    contact.extend(about.name.clone().map(|name| ("name".to_owned(), Value::String(name))));
    CallFacts {
        call: fresh_id(crate::api::now_ms()),
        direction: Direction::Outbound,
        caller: Some(about.number.to_string()),
        number: String::new(),
        trunk: None,
        language: language.to_owned(),
        contact,
        variables,
        origin: CallOrigin::default(),
        answered_by: None,
    }
}
