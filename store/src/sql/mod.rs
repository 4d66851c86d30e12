//! Every statement, one module a table. What another engine would replace.

mod agent;
mod call;
mod contact;
mod event;
pub(crate) mod flow;
mod keys;
mod number;
mod people;
mod row;
mod sound;
mod transcript;
mod trunk;
pub(crate) mod webhook;
