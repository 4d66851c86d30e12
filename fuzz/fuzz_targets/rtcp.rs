//! Fuzzes the reader of RTCP.
#![no_main]

#[path = "../checks/rtcp.rs"]
mod rtcp;

libfuzzer_sys::fuzz_target!(|data: &[u8]| rtcp::check(data));
