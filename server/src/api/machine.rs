//! `machine_detection` of a call that is placed: who answers, and what becomes of the call then.

use call_model::AppName;
use calls::screening::OnUnsure;
use serde::Deserialize;
use utoipa::ToSchema;

use super::numbers::check_app;
use super::problem::Problem;
use super::state::{MachinePolicy, OnMachine, Speech};
use crate::api::state::ApiState;

const MAX_TEXT: usize = 4_000;
const MAX_WHY: usize = 200;

/// How it is found out who answers, and what becomes of the call then. A person has the call's flow, agent or text at
/// once. An empty object stands for: hang up on a machine, take what is unsure for a person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MachineDetection {
    /// What is done when a machine answers.
    #[serde(default)]
    on_machine: MachineAction,
    /// For `message`: the text that is left after the tone.
    #[schema(example = "This is Northwind Dental. Please call us back.")]
    message: Option<String>,
    /// For `message`, in place of a text: name of the flow that talks after the tone.
    message_flow: Option<String>,
    /// For `message`, in place of a text: name of the agent that talks after the tone.
    message_agent: Option<String>,
    /// What is done when it cannot be told who answered, or nobody says a word: `person` (taken for one, the default),
    /// `machine` or `hang_up`.
    #[serde(default)]
    #[schema(value_type = String, example = "person")]
    unsure: OnUnsure,
    /// It is told at the latest so long after the answer, ms: 1,000 to 15,000; the setting when it is not said.
    #[schema(minimum = 1000, maximum = 15000)]
    max_ms: Option<u32>,
    /// A machine that has been silent for so long is spoken to without a tone, ms: 500 to 15,000; the setting when it is
    /// not said.
    #[schema(minimum = 500, maximum = 15000)]
    greeting_silence_ms: Option<u32>,
    /// What the call is about, for assistants that ask who calls and why: what follows "It is about".
    #[schema(example = "your appointment on Friday")]
    why: Option<String>,
}

/// What is done when a machine answers.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum MachineAction {
    /// The call is ended.
    #[default]
    HangUp,
    /// `message`, `message_flow` or `message_agent` talks after the tone.
    Message,
    /// What talks to a person talks to the machine as well, at once.
    App,
}

/// What is wanted, when it can be done.
pub(super) async fn check(state: &ApiState, wanted: &MachineDetection) -> Result<MachinePolicy, Problem> {
    let within = |name: &str, value: Option<u32>, least: u32| match value {
        Some(value) if !(least..=15_000).contains(&value) => {
            Err(Problem::invalid(format!("`machine_detection.{name}` is {least} to 15000 ms")))
        }
        _ => Ok(()),
    };
    within("max_ms", wanted.max_ms, 1_000)?;
    within("greeting_silence_ms", wanted.greeting_silence_ms, 500)?;
    if wanted.why.as_ref().is_some_and(|why| why.trim().is_empty() || why.chars().count() > MAX_WHY) {
        return Err(Problem::invalid(format!("`machine_detection.why` is 1 to {MAX_WHY} characters")));
    }
    Ok(MachinePolicy {
        on_machine: on_machine(state, wanted).await?,
        unsure: wanted.unsure,
        max_ms: wanted.max_ms,
        greeting_silence_ms: wanted.greeting_silence_ms,
        why: wanted.why.clone(),
    })
}

async fn on_machine(state: &ApiState, wanted: &MachineDetection) -> Result<OnMachine, Problem> {
    let said = (&wanted.message, &wanted.message_flow, &wanted.message_agent);
    match (wanted.on_machine, said) {
        (MachineAction::HangUp, (None, None, None)) => Ok(OnMachine::HangUp),
        (MachineAction::App, (None, None, None)) => Ok(OnMachine::App),
        (MachineAction::Message, (Some(text), None, None)) => {
            if text.trim().is_empty() || text.chars().count() > MAX_TEXT {
                return Err(Problem::invalid(format!("`machine_detection.message` is 1 to {MAX_TEXT} characters")));
            }
            Ok(OnMachine::Message(Speech::Text(text.clone())))
        }
        (MachineAction::Message, (None, Some(flow), None)) => {
            check_app(state.store(), &AppName::Flow(flow.clone())).await?;
            Ok(OnMachine::Message(Speech::Flow(flow.clone())))
        }
        (MachineAction::Message, (None, None, Some(agent))) => {
            check_app(state.store(), &AppName::Agent(agent.clone())).await?;
            Ok(OnMachine::Message(Speech::Agent(agent.clone())))
        }
        (MachineAction::Message, _) => Err(Problem::invalid(
            "`machine_detection` with `on_machine: message` needs one of `message` (a text), `message_flow` and \
             `message_agent`: it says what is left after the tone",
        )),
        _ => Err(Problem::invalid(
            "`machine_detection` names a message, but `on_machine` is not `message`: say so, or leave the message out",
        )),
    }
}
