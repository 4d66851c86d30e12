//! The endpoint in a simulated network: two of them, or one against a scripted peer, in virtual time.
#![expect(clippy::unwrap_used, reason = "tests")]

mod calls;
mod limits;
mod path;
mod races;
mod referral;
mod refusals;
mod registration;
mod reliable;
mod replaces;
mod rfc3665;
mod routing;
mod session_timers;
mod sim;
mod storm;
mod timers;
mod updates;
