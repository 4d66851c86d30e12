//! Fuzzes the reader of flows and the calls that they lead.
#![no_main]

#[path = "../checks/flow.rs"]
mod flow;

libfuzzer_sys::fuzz_target!(|data: &[u8]| flow::check(data));
