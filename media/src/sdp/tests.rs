//! SDP tests.
