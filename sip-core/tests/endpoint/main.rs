//! The endpoint in a simulated network: two of them, or one against a scripted peer, in virtual time.
#![expect(clippy::unwrap_used, reason = "tests")]

mod calls;
mod limits;
mod races;
mod refusals;
mod registration;
mod routing;
mod sim;
mod storm;
mod timers;
