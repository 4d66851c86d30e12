//! The books on real SQLite files.
#![allow(missing_docs, clippy::unwrap_used)]

mod abuse;
mod after;
mod backup;
mod bindings;
mod calendar;
mod calls;
mod campaigns;
mod clock;
mod costs;
mod crash;
mod flows;
mod groups;
mod held;
mod knowledge;
mod older;
mod outbox;
mod people;
mod persons;
mod redacted;
mod standing;
mod support;
mod transcripts;
mod upgrade;
mod work;
