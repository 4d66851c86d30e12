//! STIR/SHAKEN without I/O: whether the number that a call comes from is proved by its carrier's signature.
//!
//! - [`Identity`]: the Identity header (RFC 8224), and the PASSporT in it (RFC 8225) with `shaken` (RFC 8588).
//! - [`check_claims`]: whether it speaks of this call, now.
//! - [`Chain`], [`Roots`]: whether its certificate may speak for the number (RFC 8226).
//! - [`Statement`]: what we sign for calls of our own.
//!
//! Certificates are fetched and the time is told by whoever asks.

mod certificate;
mod claims;
mod date;
mod fault;
mod identity;
mod number_list;
mod passport;
mod statement;

pub use certificate::{Chain, ChainError, Roots};
pub use claims::{Call, Party, check_claims};
pub use date::sip_date;
pub use fault::Fault;
pub use identity::Identity;
pub use number_list::NumberList;
pub use passport::Passport;
pub use statement::Statement;
