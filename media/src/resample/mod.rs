//! Changing the sample rate: between 8 and 16 kHz on the live path, and between any rates for files.

mod half_band;
mod offline;

pub use half_band::{Downsampler, Upsampler};
pub use offline::{ResampleError, resample};
