//! Every statement, one module a table. What another engine would replace.

mod abuse;
mod agent;
mod calendar;
mod call;
mod contact;
mod cost;
mod event;
pub(crate) mod flow;
mod follow_up;
mod insight;
mod job;
mod keys;
mod knowledge;
mod list;
mod number;
mod once;
mod people;
mod pin;
mod row;
mod sound;
mod ticket;
mod transcript;
mod trunk;
pub(crate) mod webhook;

pub use insight::TermCounts;
