//! Whether somebody may be called now, without I/O: one pure function that every outbound call passes.
