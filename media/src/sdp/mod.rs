//! Session descriptions ([RFC 8866](https://www.rfc-editor.org/rfc/rfc8866)) and the offer/answer model
//! ([RFC 3264](https://www.rfc-editor.org/rfc/rfc3264)).
//!
//! - [`SessionDescription`] is read leniently and written strictly.
//! - [`offer`], [`answer`] and [`complete`] turn [`LocalMedia`] and the peer's description into [`Negotiated`], the
//!   plain facts that a [`crate::rtp::Session`] needs.

mod answer;
mod crypto;
mod description;
mod fingerprint;
mod formats;
mod ice;
mod negotiate;
mod parse;
mod privacy;
mod write;

pub use answer::{answer, first_codec};
pub use description::{
    Attribute, Bandwidth, Connection, Direction, MediaDescription, Origin, SessionDescription, Timing,
};
pub use fingerprint::{DtlsPeer, DtlsRole, Fingerprint};
pub use ice::IceCredentials;
pub use negotiate::{Accepts, LocalMedia, NegotiateError, Negotiated, complete, offer};
pub use parse::SdpError;
pub use privacy::{KeyExchange, LocalPrivacy, Privacy, Secret, Shelter, SrtpPolicy};
