//! The program: configuration, wiring, REST, events, command line; the only owner of wire formats.

pub mod api;
pub mod cli;
pub mod config;
mod mcp;
mod people;
mod price;
mod trunk;
pub mod webhooks;
pub mod wiring;
