//! The tests of `sip-core`, one executable: each of them would carry the whole room.
#![allow(clippy::unwrap_used, reason = "tests")]

mod endpoint_mutations;
mod headers;
mod lenient;
#[path = "../../fuzz/checks/mutate.rs"]
mod mutate;
mod mutations;
mod properties;
mod rfc4475;
mod rfc5118;
mod second_opinion;
#[path = "../../fuzz/checks/sip_message.rs"]
mod sip_message;
mod stream;
mod uri;
