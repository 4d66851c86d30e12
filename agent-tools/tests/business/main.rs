//! The tools of the business, on real books.
#![allow(missing_docs, clippy::unwrap_used)]

mod bookings;
mod elsewhere;
mod support;
mod work;
