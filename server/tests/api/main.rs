//! The REST surface and the webhooks over real sockets on loopback.
#![allow(missing_docs, clippy::unwrap_used)]

mod books;
mod calendar;
mod calls;
mod costs;
mod document;
mod gate;
mod insights;
mod knowledge;
mod live;
mod mcp;
mod receiver;
mod sound;
mod support;
mod transcripts;
mod webhooks;
