//! Fuzzes a session with whatever may arrive.
#![no_main]

#[path = "../checks/rtp.rs"]
mod rtp;

libfuzzer_sys::fuzz_target!(|data: &[u8]| rtp::check(data));
