//! What operators see of calls: metrics and what is made of them, signalling, logs without anybody's data, the doctor,
//! and the calls in a terminal.

mod captures;
mod log;
mod metrics;
mod signalling;
mod stopping;
mod terminal;
