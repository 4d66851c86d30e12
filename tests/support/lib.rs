//! What whole-program tests are made of: the real binary, phones of several makes, and ears.
//!
//! - [`server`]: the program under test, with a folder and ports of its own; [`api`]: its REST surface.
//! - [`caller`]: synthetic callers; [`baresip`] and [`sipp`]: foreign phones; [`wire`]: SIP by hand, to the byte;
//!   [`handset`]: a phone with two calls; [`linphone`]: a softphone with TLS and Opus; [`border`]: a carrier's Kamailio and rtpengine.
//! - [`lab`]: hosts in network namespaces, with a NAT between them.
//! - [`signal`] (the crate `ears`): levels, tones and likeness of what was heard; [`voice`]: what should have been heard.
//! - [`receiver`]: a webhook's other end; [`recorder`]: a recorder of record; [`endpoint`]: a system of the business that tools reach by HTTP.
//! - [`certificate`]: certificates of their own; [`ports`], [`wait`]: ports that nobody else uses, and waiting for what happens.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on should say so and stop")]

pub mod api;
pub mod baresip;
pub mod border;
pub mod caller;
pub mod certificate;
pub mod clock;
pub mod endpoint;
pub mod handset;
pub mod lab;
pub mod linphone;
pub mod ports;
pub mod receiver;
pub mod recorder;
pub mod server;
pub mod sipp;
pub mod voice;
pub mod wait;
pub mod wire;

pub use api::Api;
pub use baresip::Baresip;
pub use clock::Clock;
/// What is heard: levels, tones and likeness.
pub use ears as signal;
pub use endpoint::{Endpoint, Reply};
pub use server::{Server, Settings};
