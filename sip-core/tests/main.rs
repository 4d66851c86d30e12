//! The tests of `sip-core`, one executable: each of them would carry the whole room.
#![allow(clippy::unwrap_used, reason = "tests")]

mod endpoint_mutations;
mod headers;
mod lenient;
mod mutations;
mod properties;
mod rfc4475;
mod rfc5118;
mod second_opinion;
mod stream;
mod uri;
