//! The room from outside, in one executable.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod audience;
mod planner;
mod predictive;
mod properties;
mod readers;
mod simulator;
mod spec;
mod templates;
mod world;
