//! Fuzzes the reader of session descriptions and the answers to them.
#![no_main]

#[path = "../checks/sdp.rs"]
mod sdp;

libfuzzer_sys::fuzz_target!(|data: &[u8]| sdp::check(data));
