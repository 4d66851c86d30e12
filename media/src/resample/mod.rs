//! Changing the sample rate: between 8 and 16 kHz on the live path and for sound in pieces, and between any rates for
//! files.

mod half_band;
mod offline;
mod pieces;

pub use half_band::{Downsampler, Upsampler};
pub use offline::{ResampleError, resample};
pub(crate) use pieces::PieceResampler;
