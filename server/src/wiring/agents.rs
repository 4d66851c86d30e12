//! The agents of the books, checked and ready to talk, each with its brains.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use agent_tools::Toolbox;
use agent_tools::mcp::SEPARATOR;
use call_model::{CallFacts, ThinkRequest};
use calls::app::{AppError, AppFactory, AppRef, MadeApp, RecordingRule};
use calls::directory::Directory;
use calls::{Thinker, ThoughtStream};
use ivr::Business;
use store::{AgentRecord, Store, StoreError};
use voice_agent::brain::Brain;
use voice_agent::{Agent, AgentApp, AgentProgram, Fault, RecordingMode, Severity};

use super::apps::FlowShelf;
use super::brains::{Brains, ChainFailure};
use super::business::{AgentBusiness, MemberLanguages, StaffedBusiness};
use super::voices;
use crate::config::Config;

/// The agents that can talk now. Replaced whole when the books change; running calls keep what they began with.
pub struct AgentShelf {
    config: Arc<Config>,
    business: Arc<Business>,
    brains: Brains,
    /// Thinks for an agent that was removed while it talks.
    house: Arc<dyn Brain>,
    shelf: RwLock<Arc<HashMap<String, Kept>>>,
    /// What members like to be spoken to in.
    languages: Arc<MemberLanguages>,
    /// What they can get done.
    toolbox: Toolbox,
}

#[derive(Clone)]
struct Kept {
    version: u32,
    yaml: String,
    /// Of the documents that it knows.
    edition: u64,
    ready: Result<Ready, String>,
}

#[derive(Clone)]
struct Ready {
    program: AgentProgram,
    brain: Arc<dyn Brain>,
}

impl AgentShelf {
    /// A shelf without agents.
    pub(super) fn new(
        config: Arc<Config>,
        business: Arc<Business>,
        brains: Brains,
        toolbox: Toolbox,
    ) -> Result<Self, ChainFailure> {
        let house = brains.chain(None)?;
        Ok(Self { config, business, brains, house, shelf: RwLock::default(), languages: Arc::default(), toolbox })
    }

    /// Checks an agent as it would talk here: with these flows, members and brains.
    pub(super) fn check(
        &self,
        name: &str,
        yaml: &str,
        flows: &BTreeSet<String>,
        members: &BTreeSet<String>,
    ) -> Result<Vec<Fault>, Vec<Fault>> {
        let agent = Agent::parse(yaml, name)?;
        let mut faults = agent.warnings().to_vec();
        let mut fault = |named: &str, message: String, suggestion: &str| {
            let (line, column) = place_of(yaml, named);
            let (agent, suggestion) = (name.to_owned(), Some(suggestion.to_owned()));
            faults.push(Fault { severity: Severity::Error, agent, line, column, message, suggestion });
        };
        for flow in agent.flows().filter(|flow| !flows.contains(*flow)) {
            fault(flow, format!("there is no flow named `{flow}`"), "GET /v1/flows lists them");
        }
        for person in agent.people() {
            let known = members.contains(person) || self.business.groups.contains_key(person) || is_address(person);
            if !known {
                let message = format!("there is no member or group named `{person}`");
                fault(person, message, "GET /v1/members lists the members; groups are in business.yaml");
            }
        }
        for (named, message, suggestion) in self.unknown_tools(&agent) {
            fault(&named, message, &suggestion);
        }
        for voice in agent.voices().filter(|voice| !voices::is_known(&self.config, voice)) {
            let message = format!("there is no voice named `{voice}`");
            fault(
                voice,
                message,
                "the built-in ones are `pico:en-GB` and so on; [[speech.providers]] names the others",
            );
        }
        match self.brains.chain(Some(&agent)) {
            Ok(_) => {}
            Err(ChainFailure::NoSuchBrain(brain)) => {
                let message = format!("there is no brain named `{brain}`");
                fault(&brain, message, "`brain` in callwright.toml names them; `builtin` is always there");
            }
            Err(error) => {
                let named = agent.knowledge().iter().find(|name| error.to_string().contains(name.as_str()));
                fault(named.map_or("", String::as_str), error.to_string(), "see docs/agents.md and docs/knowledge.md");
            }
        }
        if faults.iter().any(Fault::is_error) { Err(faults) } else { Ok(faults) }
    }

    /// The tools and MCP servers that the agent names and that there are not: the name, what is wrong, what to do.
    fn unknown_tools(&self, agent: &Agent) -> Vec<(String, String, String)> {
        let servers: Vec<&str> = self.config.mcp.iter().map(|server| server.name.as_str()).collect();
        // What a server has is known only while it is there.
        let of_server = |name: &str| name.split_once(SEPARATOR).is_some_and(|(server, _)| servers.contains(&server));
        let known = self.toolbox.names();
        let is_known = |name: &str| known.iter().any(|known| known == name) || of_server(name);
        let tools = agent.house_tools().filter(|name| !is_known(name)).map(|name| {
            let near = known.iter().max_by(|a, b| strsim::jaro(a, name).total_cmp(&strsim::jaro(b, name)));
            let near = near.filter(|near| strsim::jaro(near, name) > 0.7).map(|near| format!("did you mean `{near}`?"));
            let suggestion = near.unwrap_or_else(|| format!("there are: {}", known.join(", ")));
            (name.to_owned(), format!("there is no tool named `{name}`"), suggestion)
        });
        let missing = agent.mcp_servers().filter(|name| !servers.contains(name)).map(|name| {
            let suggestion = "`mcp` in callwright.toml names them".to_owned();
            (name.to_owned(), format!("there is no MCP server named `{name}`"), suggestion)
        });
        tools.chain(missing).collect()
    }

    /// Takes what the directory says of the members.
    pub(super) fn learn_members(&self, directory: &Directory) {
        self.languages.learn(directory);
    }

    /// What thinks for them.
    pub(super) fn brains(&self) -> &Brains {
        &self.brains
    }

    /// Takes the active agents of the books. One that cannot talk is kept as such, and said in the log. Builds indexes:
    /// not to be called where others wait.
    pub(super) fn replace(&self, records: Vec<AgentRecord>) {
        let (before, edition) = (self.now(), self.brains.edition());
        let mut shelf = HashMap::with_capacity(records.len());
        for record in records {
            // What has not changed keeps its index and what its brains have learned of their health.
            let kept = before
                .get(&record.name)
                .filter(|kept| kept.yaml == record.yaml && kept.edition == edition && kept.ready.is_ok());
            let ready = match kept {
                Some(kept) => kept.ready.clone(),
                None => self.make_ready(&record).inspect_err(|fault| {
                    tracing::error!(agent = %record.name, %fault, "an agent of the books cannot talk");
                }),
            };
            shelf.insert(record.name, Kept { version: record.version, yaml: record.yaml, edition, ready });
        }
        *self.shelf.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(shelf);
    }

    fn make_ready(&self, record: &AgentRecord) -> Result<Ready, String> {
        let list = |faults: Vec<Fault>| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        let agent = Arc::new(Agent::parse(&record.yaml, &record.name).map_err(list)?);
        let brain = self.brains.chain(Some(&agent)).map_err(|error| error.to_string())?;
        let business = AgentBusiness(self.business.clone());
        let business = Arc::new(StaffedBusiness { business, languages: self.languages.clone() });
        Ok(Ready { program: AgentProgram::new(agent).with_business(business), brain })
    }

    fn make(&self, name: &str, facts: &CallFacts, recording: Option<RecordingRule>) -> Result<MadeApp, AppError> {
        let shelf = self.now();
        let kept = shelf.get(name).ok_or_else(|| AppError::NoSuchAgent(name.to_owned()))?;
        let broken = |fault: &String| AppError::Broken { name: name.to_owned(), fault: fault.clone() };
        let ready = kept.ready.as_ref().map_err(broken)?.clone();
        let program = match recording {
            None => ready.program,
            Some(RecordingRule::Off) => ready.program.with_recording(RecordingMode::Off),
            Some(RecordingRule::Announced) => ready.program.with_recording(RecordingMode::Announced),
            Some(RecordingRule::Consent) => ready.program.with_recording(RecordingMode::Consent),
        };
        let recording = match program.recording_mode(&facts.language) {
            RecordingMode::Off => RecordingRule::Off,
            RecordingMode::Announced => RecordingRule::Announced,
            RecordingMode::Consent => RecordingRule::Consent,
        };
        let agent = program.agent();
        let mut tools = self.toolbox.specs(agent.house_tools(), agent.mcp_servers(), &facts.language);
        if agent.takes_messages() {
            tools.extend(self.toolbox.spec("take_message", &facts.language));
        }
        let program = program.with_tools(tools);
        ready.brain.warm();
        let app = Box::new(AgentApp::new(Arc::new(program), facts.clone()));
        Ok(MadeApp { recording, ..MadeApp::plain(app) })
    }

    /// Why an agent of the books cannot talk; `None`: it can.
    pub(super) fn fault(&self, name: &str) -> Option<String> {
        match self.now().get(name) {
            None => Some(format!("there is no agent `{name}`")),
            Some(kept) => kept.ready.as_ref().err().map(|fault| format!("the agent `{name}` cannot talk: {fault}")),
        }
    }

    fn version(&self, name: &str) -> Option<u32> {
        self.now().get(name).map(|kept| kept.version)
    }

    fn brain(&self, agent: &str) -> Arc<dyn Brain> {
        let shelf = self.now();
        let ready = shelf.get(agent).and_then(|kept| kept.ready.as_ref().ok());
        ready.map_or_else(|| self.house.clone(), |ready| ready.brain.clone())
    }

    fn now(&self) -> Arc<HashMap<String, Kept>> {
        self.shelf.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Thinker for AgentShelf {
    fn think(&self, request: ThinkRequest) -> ThoughtStream {
        self.brain(&request.agent).think(request)
    }
}

/// Line and column, from 1, where a name stands first in a text.
fn place_of(yaml: &str, named: &str) -> (usize, usize) {
    let line = |(line, text): (usize, &str)| {
        let column = text.find(named).filter(|_| !named.is_empty())?;
        Some((line + 1, text[..column].chars().count() + 1))
    };
    yaml.lines().enumerate().find_map(line).unwrap_or((1, 1))
}

/// A number or a SIP address, which needs no entry in the books.
fn is_address(text: &str) -> bool {
    let number = text.starts_with('+') && text[1..].bytes().all(|b| b.is_ascii_digit() || b == b' ');
    number || text.starts_with("sip:") || text.starts_with("sips:") || text.starts_with("tel:")
}

/// Both shelves: what the pipeline makes its applications from.
pub struct Shelves {
    /// The flows.
    pub flows: Arc<FlowShelf>,
    /// The agents.
    pub agents: Arc<AgentShelf>,
    /// Held from the look into the books until what they say is on a shelf: an older look never replaces a newer one.
    filling: tokio::sync::Mutex<()>,
}

impl Shelves {
    pub(super) fn new(flows: Arc<FlowShelf>, agents: Arc<AgentShelf>) -> Self {
        Self { flows, agents, filling: tokio::sync::Mutex::default() }
    }

    /// Takes the active flows of the books.
    pub(super) async fn replace_flows(&self, store: &Store) -> Result<(), StoreError> {
        let _filling = self.filling.lock().await;
        self.flows.replace(&store.flows().await?);
        Ok(())
    }

    /// Takes the active agents of the books, beside the tasks that others wait for.
    pub(super) async fn replace_agents(&self, store: &Store) -> Result<(), StoreError> {
        let _filling = self.filling.lock().await;
        let (records, agents) = (store.agents().await?, self.agents.clone());
        if tokio::task::spawn_blocking(move || agents.replace(records)).await.is_err() {
            tracing::error!("the agents of the books could not be read: calls go on with what was");
        }
        Ok(())
    }
}

impl AppFactory for Shelves {
    fn make(&self, app: &AppRef, facts: &CallFacts, recording: Option<RecordingRule>) -> Result<MadeApp, AppError> {
        match app {
            AppRef::Agent(name) => self.agents.make(name, facts, recording),
            other => self.flows.make(other, facts, recording),
        }
    }

    fn version(&self, app: &AppRef) -> Option<u32> {
        match app {
            AppRef::Agent(name) => self.agents.version(name),
            other => self.flows.version(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_stands_where_the_name_stands() {
        let yaml = "languages: [en]\ntools:\n  transfer: [größe, anna]\n";
        assert_eq!(place_of(yaml, "anna"), (3, 21));
        assert_eq!(place_of(yaml, "ben"), (1, 1));
        assert_eq!(place_of(yaml, ""), (1, 1));
    }

    #[test]
    fn addresses_need_no_entry() {
        assert!(is_address("+49 30 901820") && is_address("sip:anna@example.org"));
        assert!(!is_address("anna") && !is_address("+anna"));
    }
}
