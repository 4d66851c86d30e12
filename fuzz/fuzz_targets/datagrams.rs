//! Fuzzes what tells STUN, SRTP and SRTCP apart, and their readers.
#![no_main]

#[path = "../checks/datagrams.rs"]
mod datagrams;

libfuzzer_sys::fuzz_target!(|data: &[u8]| datagrams::check(data));
