//! The room from outside, in one executable.

mod audience;
mod planner;
mod predictive;
mod properties;
mod readers;
mod simulator;
mod spec;
mod templates;
mod world;
