//! The house of a rehearsed call: the real apps, brains and tools, on books of its own that are thrown away.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use agent_tools::calendar::{Clock, Desk, Plan};
use agent_tools::http::Exchange;
use agent_tools::{House as Rooms, MemoryBook, Toolbox, ToolboxSettings, business_tools};
use call_model::{
    AppName, CallApp, CallFacts, CallId, Direction, HttpFailure, HttpReply, HttpRequest, ThinkEvent, ThinkRequest,
    ToolFailure, ToolRequest, ToolSpec, Verified,
};
use calls::app::{AppFactory, AppRef};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use ivr::Business;
use jiff::Timestamp;
use rehearsal::suite::Stage;
use rehearsal::world::{self, House};
use rehearsal::{Player, Record, Rehearsal};
use serde_json::Value;
use store::{ContactChange, FlowRecord, NewCall, Store, StoreConfig, fresh_id};
use tokio::sync::{mpsc, oneshot};
use voice_agent::brain::Brain;
use voice_agent::{Agent, AgentApp, AgentProgram};

use super::super::agents::Shelves;
use super::super::apps::FlowShelf;
use super::super::brains::Brains;
use super::super::business::AgentBusiness;
use super::super::demo;
use super::super::tools::by_http;
use super::purse::Purse;
use crate::config::Config;

/// Pieces of an answer that may wait to be handed on.
const PIECES: usize = 32;

/// Holds rehearsals in text and virtual time.
#[derive(Clone)]
pub struct TextStage {
    config: Arc<Config>,
    business: Arc<Business>,
    /// In place of the agent that a rehearsal names: its text.
    agent: Option<String>,
    /// Plays personas.
    model: Option<Arc<dyn Brain>>,
    /// Of a running server: what goes before the files.
    books: Option<Books>,
    /// What may still be spent; without it nothing is counted.
    purse: Option<Purse>,
}

/// What a running server holds rehearsals with.
#[derive(Clone)]
struct Books {
    /// Its brains, with the documents that they know.
    shelves: Arc<Shelves>,
    /// The active agents: name and text.
    agents: Arc<HashMap<String, String>>,
    /// The active flows.
    flows: Arc<Vec<FlowRecord>>,
}

impl TextStage {
    /// The agents, flows and knowledge are those of `business.folder`, else of the demo. `agent`: the YAML that stands in
    /// for the agent of each rehearsal. `model`: plays personas.
    pub fn new(config: Arc<Config>, agent: Option<String>, model: Option<Arc<dyn Brain>>) -> Result<Self, String> {
        let business = match &config.business.folder {
            Some(folder) => read(&folder.join("business.yaml"))?,
            None => demo::BUSINESS.to_owned(),
        };
        let business = Business::parse(&business)
            .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
        Ok(Self { config, business: Arc::new(business), agent, model, books: None, purse: None })
    }

    /// With the agents, flows, documents and brains that a running server has now. `agent`: as for [`new`](Self::new).
    pub(in crate::wiring) async fn running(
        config: Arc<Config>,
        shelves: Arc<Shelves>,
        store: &Store,
        agent: Option<String>,
    ) -> Result<Self, store::StoreError> {
        let agents = store.agents().await?.into_iter().map(|agent| (agent.name, agent.yaml)).collect();
        let flows = Arc::new(store.flows().await?);
        let business = shelves.flows.business().clone();
        Ok(Self {
            config,
            business,
            agent,
            model: None,
            books: Some(Books { shelves, agents: Arc::new(agents), flows }),
            purse: None,
        })
    }

    /// Asking no model any more once a day has cost enough.
    #[must_use]
    pub(super) fn with_purse(mut self, purse: Purse) -> Self {
        self.purse = Some(purse);
        self
    }

    /// What an agent may cost in a day as it is in the books, millionths of the currency; a draft changes nothing of it.
    pub(super) fn day_limit(&self, name: &str) -> Option<u64> {
        let kept = self.books.as_ref()?.agents.get(name)?;
        parse(kept, name).ok()?.limits().day_cost
    }

    /// With somebody who plays personas.
    #[must_use]
    pub(in crate::wiring) fn with_player(mut self, model: Option<Arc<dyn Brain>>) -> Self {
        self.model = model;
        self
    }

    /// The brains as they are configured, without an agent's knowledge; `None` where there is only the built-in one.
    pub fn models(config: &Config) -> Result<Option<Arc<dyn Brain>>, String> {
        if config.brain.iter().all(|brain| brain.kind == crate::config::BrainKind::Builtin) {
            return Ok(None);
        }
        let brains = Brains::new(config, &Arc::default(), false).map_err(|error| error.to_string())?;
        brains.chain(None).map(Some).map_err(|error| error.to_string())
    }

    /// The text of an agent.
    fn agent(&self, rehearsal: &Rehearsal, name: &str) -> Result<String, String> {
        match &self.agent {
            Some(yaml) if name == rehearsal.agent => Ok(yaml.clone()),
            _ => match &self.books {
                Some(books) => books.agents.get(name).cloned().ok_or_else(|| format!("there is no agent `{name}`")),
                None => agent_file(&self.config, name),
            },
        }
    }

    /// The brains and the flows of a call that goes by this clock.
    fn rooms(&self, clock: &Arc<AtomicI64>) -> Result<(Brains, FlowShelf), String> {
        let flows = FlowShelf::new(self.business.clone());
        if let Some(books) = &self.books {
            flows.replace(&books.flows);
            return Ok((books.shelves.agents.brains().rehearsing(told(clock)), flows));
        }
        let brains = Brains::new(&self.config, &self.business, self.config.business.folder.is_none());
        Ok((brains.map_err(|error| error.to_string())?.with_clock(told(clock)), flows))
    }

    async fn held(&self, rehearsal: &Rehearsal) -> Result<Record, String> {
        let folder = tempfile::tempdir().map_err(|error| format!("no folder for the books: {error}"))?;
        let began = self.began(rehearsal);
        let clock = Arc::new(AtomicI64::new(began));
        let mut config = StoreConfig::new(folder.path().join("books.db"));
        config.default_country.clone_from(&self.config.business.country);
        config.readers = 2;
        let store = Store::open(config).await.map_err(|error| format!("no books: {error}"))?;
        let yaml = self.agent(rehearsal, &rehearsal.agent)?;
        let agent = parse(&yaml, &rehearsal.agent)?;
        let language = rehearsal.language.clone().unwrap_or_else(|| agent.languages()[0].clone());
        let (brains, flows) = self.rooms(&clock)?;
        let house = TextHouse {
            stage: self,
            rehearsal,
            brains,
            flows,
            toolbox: self.toolbox(&store, &clock)?,
            clock,
            agents: Mutex::default(),
            thinking: Arc::default(),
        };
        let call: CallId = fresh_id(began);
        let mut facts = world::facts(rehearsal, call, &language);
        prepare(&store, &house, rehearsal, &mut facts, began).await?;
        let player = Player::new(rehearsal, &language, self.model.clone());
        let mut record = world::run(rehearsal, &house, facts, player, began).await;
        after(&store, rehearsal, call, &mut record).await;
        record.thinking.clone_from(&house.thinking.lock().unwrap_or_else(PoisonError::into_inner));
        drop(house);
        store.close().await;
        Ok(record)
    }

    fn began(&self, rehearsal: &Rehearsal) -> i64 {
        let zone = &self.business.time_zone;
        let set = rehearsal.now.and_then(|now| now.to_zoned(zone.clone()).ok());
        set.map_or_else(Timestamp::now, |now| now.timestamp()).as_millisecond()
    }

    fn toolbox(&self, store: &Store, clock: &Arc<AtomicI64>) -> Result<Toolbox, String> {
        let told = told(clock);
        let clock: Clock = Arc::new(move || Timestamp::from_millisecond(told()).unwrap_or(Timestamp::UNIX_EPOCH));
        let rooms = Rooms::new(store.clone(), self.business.clone(), clock.clone());
        let plan = Plan::new(self.business.clone());
        let desk = plan.map(|plan| Desk::new(store.clone(), plan, clock, Vec::new()));
        let toolbox = Toolbox::new(Arc::new(MemoryBook::default()), ToolboxSettings::default());
        for tool in business_tools(&rooms, desk.as_ref(), false) {
            toolbox.add(tool);
        }
        if let Some(folder) = &self.config.business.folder {
            let exchange: Arc<dyn Exchange> = Arc::new(Nobody);
            by_http(&toolbox, &folder.join("tools"), &exchange, &|_| Ok(String::new()))
                .map_err(|error| error.to_string())?;
        }
        Ok(toolbox)
    }
}

impl Stage for TextStage {
    fn hold<'a>(&'a self, rehearsal: &'a Rehearsal) -> BoxFuture<'a, Result<Record, String>> {
        let (stage, rehearsal) = (self.clone(), rehearsal.clone());
        // Opening books and building indexes is work; what waits in it waits on this thread.
        let runtime = tokio::runtime::Handle::current();
        let (mut result, held) = oneshot::channel();
        tokio::task::spawn_blocking(move || {
            let call = runtime.block_on(async {
                tokio::select! {
                    call = stage.held(&rehearsal) => Some(call),
                    // Nobody waits for it any more.
                    () = result.closed() => None,
                }
            });
            if let Some(call) = call {
                // Whoever asked may have gone meanwhile.
                drop(result.send(call));
            }
        });
        held.map(|held| held.unwrap_or_else(|_| Err("the rehearsal broke".to_owned()))).boxed()
    }
}

fn told(clock: &Arc<AtomicI64>) -> Arc<dyn Fn() -> i64 + Send + Sync> {
    let clock = clock.clone();
    Arc::new(move || clock.load(Ordering::Relaxed))
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn parse(yaml: &str, name: &str) -> Result<Agent, String> {
    Agent::parse(yaml, name).map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

/// The text of an agent of the business.
pub fn agent_file(config: &Config, name: &str) -> Result<String, String> {
    match &config.business.folder {
        Some(folder) => read(&folder.join("agents").join(format!("{name}.yaml"))),
        None => demo::agent(name).map(str::to_owned).ok_or_else(|| format!("there is no agent `{name}`")),
    }
}

/// What the books hold when the call comes in.
async fn prepare(
    store: &Store,
    house: &TextHouse<'_>,
    rehearsal: &Rehearsal,
    facts: &mut CallFacts,
    now_ms: i64,
) -> Result<(), String> {
    let failed = |error: store::StoreError| format!("the books: {error}");
    // What was done before was done in another call.
    let before: CallId = fresh_id(now_ms - 60_000);
    for call in [before, facts.call] {
        let from = store.address(facts.caller.as_deref().unwrap_or("anonymous"));
        let new = NewCall {
            id: call,
            direction: Direction::Inbound,
            from,
            to: store.address(&facts.number),
            number: facts.number.clone(),
            trunk: None,
            member: None,
            flow: None,
            flow_version: None,
            agent: Some(rehearsal.agent.clone()),
            agent_version: None,
            language: facts.language.clone(),
            variables: facts.variables.clone(),
            webhook: None,
            origin: call_model::CallOrigin::default(),
            started_ms: now_ms,
        };
        let begun = store.begin_call(new).await.map_err(failed)?;
        if let Some(contact) = begun.contact.filter(|_| call == before) {
            let mut fields = rehearsal.contact.clone();
            let name = fields.shift_remove("name").and_then(|name| name.as_str().map(str::to_owned));
            let change = ContactChange { name: name.map(Some), fields, ..ContactChange::default() };
            store.change_contact(contact.id, change, now_ms).await.map_err(failed)?;
        } else if let Some(contact) =
            store.contact_by_address(&store.address(facts.caller.as_deref().unwrap_or(""))).await.map_err(failed)?
        {
            facts.contact = contact.facts();
        }
    }
    for (at, tool) in rehearsal.before.iter().enumerate() {
        let request = ToolRequest {
            call: before,
            agent: rehearsal.agent.clone(),
            language: facts.language.clone(),
            name: tool.tool.clone(),
            arguments: tool.arguments.clone(),
            once: format!("before-{at}"),
            caller: facts.caller.clone(),
            number: facts.number.clone(),
            contact: facts.contact.clone(),
            verified: Verified::Number,
            keys: std::collections::BTreeMap::new(),
        };
        let done = house.toolbox.run(request).await;
        done.map_err(|error| format!("`{}` before the call: {error}", tool.tool))?;
    }
    Ok(())
}

/// What the books hold when it is over.
async fn after(store: &Store, rehearsal: &Rehearsal, call: CallId, record: &mut Record) {
    if let Ok(Some(kept)) = store.call(call).await {
        for (key, value) in kept.remembered {
            record.kept.entry(key).or_insert(value);
        }
    }
    let Some(number) = &rehearsal.number else { return };
    if let Ok(Some(contact)) = store.contact_by_address(&store.address(number)).await {
        for (key, value) in contact.facts() {
            record.contact.entry(key).or_insert(value);
        }
    }
}

/// Hands an answer on, and writes down how long its beginning took.
fn timed(mut answer: mpsc::Receiver<ThinkEvent>, times: Arc<Mutex<Vec<u64>>>) -> mpsc::Receiver<ThinkEvent> {
    let (hand, handed) = mpsc::channel(PIECES);
    let asked = Instant::now();
    tokio::spawn(async move {
        let mut begun = false;
        while let Some(event) = answer.recv().await {
            if !begun && matches!(event, ThinkEvent::Text { .. } | ThinkEvent::ToolCall(_)) {
                begun = true;
                let took = u64::try_from(asked.elapsed().as_millis()).unwrap_or(u64::MAX);
                times.lock().unwrap_or_else(PoisonError::into_inner).push(took);
            }
            if hand.send(event).await.is_err() {
                return;
            }
        }
    });
    handed
}

/// A rehearsal asks no system outside: such tools are played.
struct Nobody;

impl Exchange for Nobody {
    fn send(&self, _: HttpRequest) -> BoxFuture<'_, Result<HttpReply, HttpFailure>> {
        let why = "a rehearsal asks nobody: play the tool with `tools:`".to_owned();
        std::future::ready(Err(HttpFailure::Refused(why))).boxed()
    }
}

/// An agent with its brains.
type Ready = (Arc<Agent>, Arc<dyn Brain>);

/// What one rehearsed call needs.
struct TextHouse<'a> {
    stage: &'a TextStage,
    rehearsal: &'a Rehearsal,
    brains: Brains,
    flows: FlowShelf,
    toolbox: Toolbox,
    clock: Arc<AtomicI64>,
    /// Agents that have talked, with their brains.
    agents: Mutex<HashMap<String, Ready>>,
    /// How long each answer took to begin, where that is measured, ms.
    thinking: Arc<Mutex<Vec<u64>>>,
}

impl TextHouse<'_> {
    fn agent(&self, name: &str) -> Result<Ready, String> {
        let mut agents = self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = agents.get(name) {
            return Ok(known.clone());
        }
        let agent = parse(&self.stage.agent(self.rehearsal, name)?, name)?;
        let mut brain = self.brains.chain(Some(&agent)).map_err(|error| error.to_string())?;
        if let Some(purse) = &self.stage.purse {
            brain = purse.over(brain, name, self.stage.day_limit(name));
        }
        let made = (Arc::new(agent), brain);
        agents.insert(name.to_owned(), made.clone());
        Ok(made)
    }

    /// What the agent's brains are told of its tools. One that is only played takes whatever it is given.
    fn tools(&self, agent: &Agent, language: &str) -> Result<Vec<ToolSpec>, String> {
        let mut tools = Vec::new();
        for name in agent.house_tools() {
            let played = || {
                let parameters = serde_json::json!({ "type": "object" });
                let spec = ToolSpec { name: name.to_owned(), description: name.replace('_', " "), parameters };
                self.rehearsal.stubs.contains_key(name).then_some(spec)
            };
            let spec = self.toolbox.spec(name, language).or_else(played);
            tools.push(spec.ok_or_else(|| format!("there is no tool `{name}`: play it with `tools:`"))?);
        }
        if agent.takes_messages() {
            tools.extend(self.toolbox.spec("take_message", language));
        }
        Ok(tools)
    }
}

impl House for TextHouse<'_> {
    fn app(&self, name: &AppName, facts: &CallFacts) -> Result<Box<dyn CallApp>, String> {
        match name {
            AppName::Agent(name) => {
                let (agent, _) = self.agent(name)?;
                let business = Arc::new(AgentBusiness(self.stage.business.clone()));
                let tools = self.tools(&agent, &facts.language)?;
                let program = AgentProgram::new(agent).with_business(business).with_tools(tools);
                Ok(Box::new(AgentApp::new(Arc::new(program), facts.clone())))
            }
            AppName::Flow(name) => {
                let made = self.flows.make(&AppRef::Flow(name.clone()), facts, None);
                made.map(|made| made.app).map_err(|error| error.to_string())
            }
        }
    }

    fn think(&self, request: ThinkRequest) -> mpsc::Receiver<ThinkEvent> {
        match self.agent(&request.agent) {
            // A call by files is the same each time; how fast a brain is is not.
            Ok((_, brain)) if self.stage.books.is_some() => timed(brain.think(request), self.thinking.clone()),
            Ok((_, brain)) => brain.think(request),
            // Closed at once: that counts as a failure.
            Err(_) => mpsc::channel(1).1,
        }
    }

    fn use_tool(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        self.toolbox.run(request)
    }

    fn set_time(&self, unix_ms: i64) {
        self.clock.store(unix_ms, Ordering::Relaxed);
    }
}
