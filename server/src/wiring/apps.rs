//! The flows of the books, checked and ready to run: what the pipeline makes its applications from.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use call_model::CallFacts;
use calls::app::{AppError, AppFactory, AppRef, MadeApp, RecordingRule};
use ivr::{Business, Fault, Flow, FlowApp, FlowProgram, ParseContext, RecordingMode};
use store::FlowRecord;

use super::member_call::MemberCall;
use super::say::Say;

/// The flows that can run now. Replaced whole when the books change; running calls keep what they began with.
pub struct FlowShelf {
    business: Arc<Business>,
    shelf: RwLock<Shelf>,
}

#[derive(Default)]
struct Shelf {
    programs: HashMap<String, Result<FlowProgram, String>>,
    /// Every flow that reads, to be called by others.
    flows: Vec<Arc<Flow>>,
    versions: Arc<HashMap<String, u32>>,
}

impl FlowShelf {
    /// A shelf without flows.
    pub fn new(business: Arc<Business>) -> Self {
        Self { business, shelf: RwLock::default() }
    }

    /// The business that the flows speak for.
    pub fn business(&self) -> &Arc<Business> {
        &self.business
    }

    /// Why a flow of the books cannot run; `None`: it can.
    pub fn fault(&self, name: &str) -> Option<String> {
        match self.shelf.read().unwrap_or_else(PoisonError::into_inner).programs.get(name) {
            None => Some(format!("there is no flow `{name}`")),
            Some(program) => program.as_ref().err().map(|fault| format!("the flow `{name}` cannot run: {fault}")),
        }
    }

    /// The names of the flows that there are.
    pub fn names(&self) -> BTreeSet<String> {
        self.shelf.read().unwrap_or_else(PoisonError::into_inner).programs.keys().cloned().collect()
    }

    /// Checks a flow as it would run here: beside the flows that there are, and with these members.
    pub fn check(&self, name: &str, yaml: &str, members: BTreeSet<String>) -> Result<Vec<Fault>, Vec<Fault>> {
        self.program(name, yaml, members).map(|(_, flow)| flow.warnings().to_vec())
    }

    /// Reads a flow as it would run here, and puts it together with the flows around it.
    pub fn program(
        &self,
        name: &str,
        yaml: &str,
        members: BTreeSet<String>,
    ) -> Result<(FlowProgram, Arc<Flow>), Vec<Fault>> {
        let shelf = self.shelf.read().unwrap_or_else(PoisonError::into_inner);
        let mut flows: BTreeSet<String> = shelf.programs.keys().cloned().collect();
        flows.insert(name.to_owned());
        let mut members = members;
        members.extend(self.business.groups.keys().cloned());
        let context = ParseContext {
            name: name.to_owned(),
            flows: Some(flows),
            members: Some(members),
            ..ParseContext::default()
        };
        let flow = Arc::new(Flow::parse(yaml, &context)?);
        let others = shelf.flows.iter().filter(|other| other.name() != name).cloned();
        let program = FlowProgram::new(flow.clone(), others, self.business.clone())?;
        Ok((program, flow))
    }

    /// Takes the active flows of the books. One that does not run is kept as such, and said in the log.
    pub fn replace(&self, records: &[FlowRecord]) {
        let names: BTreeSet<String> = records.iter().map(|record| record.name.clone()).collect();
        let flows: HashMap<&str, Result<Arc<Flow>, Vec<Fault>>> = records
            .iter()
            .map(|record| {
                let context =
                    ParseContext { name: record.name.clone(), flows: Some(names.clone()), ..ParseContext::default() };
                (record.name.as_str(), Flow::parse(&record.yaml, &context).map(Arc::new))
            })
            .collect();
        let sound: Vec<Arc<Flow>> = flows.values().filter_map(|flow| flow.as_ref().ok().cloned()).collect();
        let programs = flows
            .iter()
            .map(|(name, flow)| {
                let program = flow.as_ref().map_err(|faults| list(faults)).and_then(|flow| {
                    FlowProgram::new(flow.clone(), sound.iter().cloned(), self.business.clone())
                        .map_err(|faults| list(&faults))
                });
                if let Err(faults) = &program {
                    tracing::error!(flow = %name, %faults, "a flow of the books cannot run");
                }
                ((*name).to_owned(), program)
            })
            .collect();
        let versions = records.iter().map(|record| (record.name.clone(), record.version)).collect();
        let shelf = Shelf { programs, flows: sound, versions: Arc::new(versions) };
        *self.shelf.write().unwrap_or_else(PoisonError::into_inner) = shelf;
    }
}

fn list(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl AppFactory for FlowShelf {
    fn make(&self, app: &AppRef, facts: &CallFacts, recording: Option<RecordingRule>) -> Result<MadeApp, AppError> {
        let name = match app {
            AppRef::Say(text) => return Ok(MadeApp::plain(Box::new(Say::new(text.clone(), facts.language.clone())))),
            AppRef::Members(plan) => {
                return Ok(MadeApp::plain(Box::new(MemberCall::new(plan.clone(), facts.language.clone()))));
            }
            AppRef::Flow(name) => name,
            AppRef::Agent(name) => return Err(AppError::NoSuchAgent(name.clone())),
        };
        let shelf = self.shelf.read().unwrap_or_else(PoisonError::into_inner);
        let program = shelf.programs.get(name).ok_or_else(|| AppError::NoSuchFlow(name.clone()))?;
        let program =
            program.as_ref().map_err(|fault| AppError::Broken { name: name.clone(), fault: fault.clone() })?;
        let program = match recording {
            None => program.clone(),
            Some(RecordingRule::Off) => program.clone().with_recording(RecordingMode::Off),
            Some(RecordingRule::Announced) => program.clone().with_recording(RecordingMode::Announced),
            Some(RecordingRule::Consent) => program.clone().with_recording(RecordingMode::Consent),
        };
        let rule = match program.recording_mode(&facts.language) {
            RecordingMode::Off => RecordingRule::Off,
            RecordingMode::Announced => RecordingRule::Announced,
            RecordingMode::Consent => RecordingRule::Consent,
        };
        Ok(MadeApp {
            app: Box::new(FlowApp::new(Arc::new(program), facts.clone())),
            recording: rule,
            flow_versions: shelf.versions.clone(),
        })
    }

    fn version(&self, app: &AppRef) -> Option<u32> {
        let AppRef::Flow(name) = app else { return None };
        self.shelf.read().unwrap_or_else(PoisonError::into_inner).versions.get(name).copied()
    }
}
