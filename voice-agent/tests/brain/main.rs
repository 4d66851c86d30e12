//! Brains from outside: adapters against local servers of the documented formats, the chain in virtual time, and
//! dialogues with the brain that needs no model.

#![allow(clippy::unwrap_used, reason = "a test that fails shall panic")]

mod adapters;
mod builtin;
mod chain;
mod informed;
mod metered;
mod support;
