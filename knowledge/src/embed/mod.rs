//! Meaning as vectors, from a server of embeddings, where a business has one.

mod client;
mod vectors;

use futures_util::future::BoxFuture;

pub use client::{OpenAiEmbedder, OpenAiEmbedderSettings};
pub use vectors::{VectorError, Vectors};

/// Turns texts into vectors.
pub trait Embedder: Send + Sync {
    /// The model: vectors of different ones cannot be compared.
    fn model(&self) -> &str;

    /// A vector for each text, in their order, all of one length. Passages and questions are embedded alike.
    fn embed<'a>(&'a self, texts: &'a [String]) -> BoxFuture<'a, Result<Vec<Vec<f32>>, EmbedError>>;
}

/// Texts were not embedded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmbedError {
    /// The address is none.
    #[error("the address of the embeddings is wrong")]
    Address,
    /// The key cannot stand in a header, or the client cannot be made.
    #[error("the embeddings' key cannot be sent")]
    Key,
    /// No connection.
    #[error("the server of embeddings cannot be reached")]
    Unreachable,
    /// No answer in time.
    #[error("the server of embeddings did not answer in time")]
    TimedOut,
    /// It refused, after all tries.
    #[error("the server of embeddings refused with {status}")]
    Refused {
        /// HTTP's status.
        status: u16,
    },
    /// What it answered is no list of vectors of one length, one for each text.
    #[error("the server of embeddings answered something else: {what}")]
    Malformed {
        /// What is wrong.
        what: &'static str,
    },
}
