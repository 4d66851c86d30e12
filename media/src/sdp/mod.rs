//! Session descriptions ([RFC 8866](https://www.rfc-editor.org/rfc/rfc8866)) and the offer/answer model
//! ([RFC 3264](https://www.rfc-editor.org/rfc/rfc3264)).
//!
//! - [`SessionDescription`] is read leniently and written strictly.
//! - [`offer`], [`answer`] and [`complete`] turn [`LocalMedia`] and the peer's description into [`Negotiated`], the
//!   plain facts that a [`crate::rtp::Session`] needs.

mod answer;
mod description;
mod formats;
mod negotiate;
mod parse;
mod write;

pub use answer::answer;
pub use description::{
    Attribute, Bandwidth, Connection, Direction, MediaDescription, Origin, SessionDescription, Timing,
};
pub use negotiate::{Accepts, LocalMedia, NegotiateError, Negotiated, complete, offer};
pub use parse::SdpError;
