//! The REST surface and the webhooks over real sockets on loopback.
#![allow(missing_docs, clippy::unwrap_used)]

mod access;
mod books;
mod calendar;
mod calls;
mod campaigns;
mod console;
mod costs;
mod document;
mod gate;
mod identity_provider;
mod insights;
mod knowledge;
mod live;
mod mcp;
mod openid;
mod receiver;
mod rehearsals;
mod review;
mod scripts;
mod settings;
mod sound;
mod support;
mod transcripts;
mod webhooks;
