//! The program: configuration, wiring, REST, events, command line; the only owner of wire formats.

pub mod access;
pub mod api;
pub mod cli;
pub mod config;
mod console;
pub mod doctor;
mod mcp;
mod people;
mod price;
pub mod rehearsals;
pub mod settings;
pub mod templates;
mod trunk;
pub mod webhooks;
pub mod wiring;
