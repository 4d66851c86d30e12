//! Fuzzes a call's audio with any script of commands.
#![no_main]

#[path = "../checks/call_media.rs"]
mod call_media;

libfuzzer_sys::fuzz_target!(|data: &[u8]| call_media::check(data));
