//! Makes text fit to be spoken.
