//! Fuzzes the detector of keys with any audio.
#![no_main]

#[path = "../checks/dtmf.rs"]
mod dtmf;

libfuzzer_sys::fuzz_target!(|data: &[u8]| dtmf::check(data));
