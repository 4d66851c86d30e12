//! Calling out: audience, planning, pace, retries, without I/O; and the runner that dials.
