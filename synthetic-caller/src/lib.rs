//! synthetic-caller
