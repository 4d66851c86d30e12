//! Fuzzes the endpoint with any script of messages, commands and times.
#![no_main]

#[path = "../checks/endpoint.rs"]
mod endpoint;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    endpoint::check(data);
});
