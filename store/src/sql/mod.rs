//! Every statement, one module a table. What another engine would replace.

mod abuse;
mod agent;
mod binding;
mod calendar;
mod call;
mod clock;
mod campaign;
mod campaign_attempt;
mod campaign_contact;
mod consent;
mod contact;
mod cost;
mod do_not_call;
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
mod standing;
mod suppression;
mod ticket;
mod transcript;
mod trunk;
pub(crate) mod webhook;

pub use do_not_call::LoadingList;
pub use insight::TermCounts;
