//! Contacts by the many: tables read and written, segments, and a person gone or taken along.
//!
//! | module | what is in it |
//! |---|---|
//! | `sheet` | a table of contacts, as CSV or JSON, read row by row |
//! | `export` | contacts as CSV or JSON, a page at a time |
//! | `segment` | what is true of a contact |
//! | `duplicates` | contacts that are one person |
//! | `archive` | all that is kept of one person, as a ZIP |
//! | `erasing` | the work of erasures, also after a crash |
//! | `numbers` | do-not-call lists, line by line |

pub(crate) mod archive;
pub(crate) mod duplicates;
pub(crate) mod erasing;
pub(crate) mod export;
pub(crate) mod numbers;
pub(crate) mod segment;
pub(crate) mod sheet;
