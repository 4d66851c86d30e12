//! What a business knows, and finding in it what answers a spoken question: documents into passages, the index, its
//! measure.
//!
//! ```
//! use knowledge::{Language, Library, Passage, Settings};
//! # fn main() -> Result<(), knowledge::BuildError> {
//! let passages = vec![Passage::new("parking", "Parking", "There is a car park behind the house.")];
//! let library = Library::build(Language::En, passages, Settings::default())?;
//! let hits = library.search("where do I leave my car");
//! # let _ = hits;
//! # Ok(()) }
//! ```

mod compound;
pub mod documents;
pub mod embed;
pub mod eval;
mod excerpt;
mod ideas;
mod index;
mod language;
mod lexicon;
mod library;
mod likeness;
mod passage;
mod query;
mod score;
mod words;

pub use language::Language;
pub use library::{BuildError, Hit, Library, MOST_PASSAGES, Settings};
pub use passage::{Passage, PassageHash};
