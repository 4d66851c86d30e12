//! Keys as pairs of tones in the audio: made after ITU-T Q.23, recognised after ITU-T Q.24.

mod detector;
mod generator;

pub use detector::Detector;
pub use generator::{DigitTones, render};

/// The low group, Hz: rows of the keypad.
const ROWS: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
/// The high group, Hz: columns of the keypad.
const COLUMNS: [f32; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];
const KEYPAD: [[char; 4]; 4] = [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];

/// Row and column of a key.
fn place_of(key: char) -> Option<(usize, usize)> {
    let key = key.to_ascii_uppercase();
    KEYPAD.iter().enumerate().find_map(|(row, keys)| Some((row, keys.iter().position(|&k| k == key)?)))
}

/// Whether a character is a key: `0`-`9`, `*`, `#`, `A`-`D` (or `a`-`d`).
pub fn is_key(key: char) -> bool {
    place_of(key).is_some()
}

#[cfg(test)]
mod tests;
