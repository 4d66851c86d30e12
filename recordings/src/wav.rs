//! The WAV header: 44 bytes that can be mended in place.
