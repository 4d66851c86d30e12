//! RTP tests.
