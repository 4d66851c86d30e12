//! Whether somebody may be called now, without I/O: one pure function that every outbound call passes.
//!
//! [`decide`] is told the [`Purpose`] of the call, what the books say of the number ([`Facts`], at a [`Place`]), what
//! the business and the campaign have set ([`Rules`]) and the time. It answers now, later (and when) or never, with the
//! [`Reason`].

mod decide;
mod facts;
mod holidays;
mod law;
mod place;
mod purpose;
mod rules;
mod stop;
mod verdict;

pub use decide::decide;
pub use facts::{Attempt, Consent, Facts};
pub use holidays::{holiday, is_region, regions};
pub use place::{Country, Place, PlaceError, country_of_number, zone_of_number};
pub use purpose::Purpose;
pub use rules::{Caps, Hours, MIN_RING_S, Rules, Week, WindowError};
pub use stop::asks_to_stop;
pub use verdict::{Reason, Verdict};
