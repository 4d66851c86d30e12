//! What a business knows, and finding in it what answers a spoken question: documents into passages, the index, its
//! measure.
