//! Fuzzes the sound of a call with any session descriptions, packets and times.
#![no_main]

#[path = "../checks/media_session.rs"]
mod media_session;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    media_session::check(data);
});
