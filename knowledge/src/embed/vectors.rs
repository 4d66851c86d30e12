//! The vectors of passages: kept by what the passage says, exported and imported as bytes.

use std::collections::HashMap;

use super::{EmbedError, Embedder};
use crate::{Passage, PassageHash};

/// The most passages that are sent at once.
const BATCH: usize = 64;

/// Vectors of one model, of length 1, by the hash of what they stand for.
#[derive(Debug, Clone, Default)]
pub struct Vectors {
    model: String,
    dimensions: usize,
    by_hash: HashMap<PassageHash, Vec<f32>>,
}

/// Bytes are no vector of this set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VectorError {
    /// Not a whole number of `f32`, or none.
    #[error("{bytes} bytes are no vector")]
    Length {
        /// How many bytes.
        bytes: usize,
    },
    /// As long as no other here.
    #[error("a vector of {found} numbers among those of {expected}")]
    Dimensions {
        /// Of the set.
        expected: usize,
        /// Of the new one.
        found: usize,
    },
    /// All numbers are 0, or one is none.
    #[error("a vector that points nowhere")]
    Direction,
}

impl Vectors {
    /// None yet, of this model.
    pub fn new(model: impl Into<String>) -> Self {
        Self { model: model.into(), ..Self::default() }
    }

    /// The model that they are of.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_hash.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_hash.is_empty()
    }

    /// Whether a passage has one.
    pub fn contains(&self, hash: &PassageHash) -> bool {
        self.by_hash.contains_key(hash)
    }

    /// The vector of a passage.
    pub fn get(&self, hash: &PassageHash) -> Option<&[f32]> {
        self.by_hash.get(hash).map(Vec::as_slice)
    }

    /// Adds the vector of a passage, brought to length 1.
    pub fn insert(&mut self, hash: PassageHash, vector: Vec<f32>) -> Result<(), VectorError> {
        if self.by_hash.is_empty() {
            self.dimensions = vector.len();
        }
        if vector.len() != self.dimensions {
            return Err(VectorError::Dimensions { expected: self.dimensions, found: vector.len() });
        }
        self.by_hash.insert(hash, unit(vector)?);
        Ok(())
    }

    /// Adds a vector from bytes, as [`export`](Self::export) gives them: `f32`, the lowest byte first.
    pub fn import(&mut self, hash: PassageHash, bytes: &[u8]) -> Result<(), VectorError> {
        let (numbers, rest) = bytes.as_chunks::<4>();
        if !rest.is_empty() || numbers.is_empty() {
            return Err(VectorError::Length { bytes: bytes.len() });
        }
        self.insert(hash, numbers.iter().map(|number| f32::from_le_bytes(*number)).collect())
    }

    /// The vector of a passage as bytes: `f32`, the lowest byte first.
    pub fn export(&self, hash: &PassageHash) -> Option<Vec<u8>> {
        self.get(hash).map(|vector| vector.iter().flat_map(|number| number.to_le_bytes()).collect())
    }

    /// How close each of the passages is to a vector: 0 for one that is as close as they are on average, 1 for one that
    /// is as close as the closest of so many would be by chance. So no threshold hangs on the model. `None` for a
    /// passage without a vector; all are where the vector is none of this model.
    pub(crate) fn closeness(&self, passages: &[PassageHash], near: &[f32]) -> Vec<Option<f32>> {
        let Ok(near) = unit(near.to_vec()) else { return vec![None; passages.len()] };
        let dot = |vector: &[f32]| vector.iter().zip(&near).map(|(a, b)| a * b).sum::<f32>();
        let fits = near.len() == self.dimensions;
        let likeness: Vec<Option<f32>> = passages.iter().map(|hash| self.get(hash).filter(|_| fits).map(dot)).collect();
        let count = likeness.iter().flatten().count().max(1) as f32;
        let mean = likeness.iter().flatten().sum::<f32>() / count;
        let spread = likeness.iter().flatten().map(|it| (it - mean) * (it - mean)).sum::<f32>() / count;
        // The greatest of n numbers of a normal distribution is about this many deviations above their mean.
        let by_chance = (2.0 * count.ln()).sqrt().max(1.0);
        let scale = spread.sqrt().max(1e-6) * by_chance;
        likeness.into_iter().map(|it| it.map(|it| ((it - mean) / scale).clamp(-1.0, 1.5))).collect()
    }

    /// Asks for the vectors of those passages that have none, in batches. What came before an error stays. Returns how
    /// many were added.
    pub async fn complete(&mut self, embedder: &dyn Embedder, passages: &[Passage]) -> Result<usize, EmbedError> {
        let mut missing: Vec<(PassageHash, String)> = Vec::new();
        for passage in passages {
            let hash = passage.hash();
            if !self.contains(&hash) && missing.iter().all(|(known, _)| *known != hash) {
                missing.push((hash, passage.text()));
            }
        }
        let mut added = 0;
        for batch in missing.chunks(BATCH) {
            let texts: Vec<String> = batch.iter().map(|(_, text)| text.clone()).collect();
            for ((hash, _), vector) in batch.iter().zip(embedder.embed(&texts).await?) {
                self.insert(*hash, vector).map_err(|_| EmbedError::Malformed { what: "vectors that do not fit" })?;
                added += 1;
            }
        }
        Ok(added)
    }
}

/// Brings a vector to length 1.
pub(crate) fn unit(mut vector: Vec<f32>) -> Result<Vec<f32>, VectorError> {
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    if !length.is_normal() {
        return Err(VectorError::Direction);
    }
    for number in &mut vector {
        *number /= length;
    }
    Ok(vector)
}
