//! Trying an agent before its callers do: scripted and persona-driven callers, checks, a table.
//!
//! - [`Rehearsal`]: a file of a person, or a list of faults with line and suggestion.
//! - [`Player`]: the caller of a rehearsal, from a script, by rules, or by a model.
//! - [`world`]: a call in text and virtual time, against a [`House`](world::House).
//! - [`judge()`]: whether what was [recorded](Record) is as it should be; pure.
//! - [`suite`]: many rehearsals at a time; [`report`]: the table, JSON and JUnit.

mod asking;
mod judge;
mod player;
mod record;
pub mod report;
mod spec;
pub mod suite;
pub mod world;

pub use asking::judge_by_model;
pub use judge::{Finding, Judgement, judge};
pub use player::{Move, Player};
pub use record::{Entry, Record, Use, Who};
pub use spec::{
    Act, Answer, Before, Caller, Check, CheckKind, FactOf, Outcome, Pattern, PatternFault, People, Persona, Rehearsal,
    Script, Step, Stub, Temperament, words,
};
