//! AI dialogs: turn-taking, the agent that talks, and the brains that it asks.
//!
//! - `config`: an agent as YAML becomes a checked [`Agent`], or a list of [`Fault`]s with line, column and suggestion.
//! - `turn`: who has the floor: a pure state machine of voice, words and time.
//! - `brain`: what it asks: language models in order, and a brain that needs none.
//! - `agent`: an [`AgentApp`] talks with one caller: events in, commands out, time told.
//!
//! The language of agent files is described in `docs/agents.md`.

pub mod agent;
pub mod brain;
pub mod config;
pub mod turn;

pub use agent::{AgentApp, AgentProgram, Business};
pub use config::{Agent, AgentLimits, Fault, RecordingMode, Severity};
pub use turn::{EndOfTurn, TurnContext};
