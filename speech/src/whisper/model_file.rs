//! The head of a model file in whisper.cpp's format, looked at before whisper.cpp does: it ends the process where the
//! numbers make no sense.

/// The bytes that [`check`] looks at: a magic number and eleven numbers of 32 bits, little-endian
/// (`whisper_model_load` in whisper.cpp 1.8.3).
pub(super) const HEADER_BYTES: usize = 48;

/// `ggml` as a number.
const MAGIC: u32 = 0x6767_6d6c;

/// The names of the eleven numbers, with the least and the most that the known models have, and room above.
const NUMBERS: [(&str, u32, u32); 11] = [
    ("vocabulary", 2, 100_000),
    ("audio context", 8, 6_000),
    ("audio width", 8, 8_192),
    ("audio heads", 1, 256),
    ("audio layers", 1, 128),
    ("text context", 8, 4_096),
    ("text width", 8, 8_192),
    ("text heads", 1, 256),
    ("text layers", 1, 128),
    ("mel bands", 1, 512),
    // Thousands are the version of the quantisation.
    ("number format", 0, 9_999),
];

/// Why a file is no model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ModelFileError {
    /// It is cut, or empty.
    #[error("it is shorter than a model's head")]
    Short,
    /// It is something else.
    #[error("it is not a model in whisper.cpp's format (ggml)")]
    Magic,
    /// A number is out of range.
    #[error("its {name} of {value} makes no sense")]
    Number {
        /// Which.
        name: &'static str,
        /// What it is.
        value: u32,
    },
    /// A width that its heads cannot share.
    #[error("its width of {width} cannot be shared by {heads} heads")]
    Heads {
        /// The width.
        width: u32,
        /// The heads.
        heads: u32,
    },
}

/// Looks at the head of a file.
pub(super) fn check(file: &[u8]) -> Result<(), ModelFileError> {
    let (words, _) = file.get(..HEADER_BYTES).ok_or(ModelFileError::Short)?.as_chunks::<4>();
    let words: Vec<u32> = words.iter().map(|word| u32::from_le_bytes(*word)).collect();
    let [magic, numbers @ ..] = words.as_slice() else { return Err(ModelFileError::Short) };
    if *magic != MAGIC {
        return Err(ModelFileError::Magic);
    }
    for ((name, least, most), value) in NUMBERS.into_iter().zip(numbers.iter().copied()) {
        if !(least..=most).contains(&value) {
            return Err(ModelFileError::Number { name, value });
        }
    }
    for (width, heads) in [(numbers[2], numbers[3]), (numbers[6], numbers[7])] {
        if width % heads != 0 {
            return Err(ModelFileError::Heads { width, heads });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The head of `tiny.en`, with one number changed.
    fn head(place: usize, value: u32) -> Vec<u8> {
        let mut words = [MAGIC, 51_864, 1_500, 384, 6, 4, 448, 384, 6, 4, 80, 1];
        words[place] = value;
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[test]
    fn odd_heads_are_named() {
        assert_eq!(check(&head(0, MAGIC)), Ok(()));
        assert_eq!(check(&head(0, 0x4655_4747)), Err(ModelFileError::Magic));
        assert_eq!(check(&head(4, 0)), Err(ModelFileError::Number { name: "audio heads", value: 0 }));
        assert_eq!(check(&head(3, 385)), Err(ModelFileError::Heads { width: 385, heads: 6 }));
        assert_eq!(check(&head(0, MAGIC)[..47]), Err(ModelFileError::Short));
        assert_eq!(check(b"<!DOCTYPE html><html><head><title>404</title></head>"), Err(ModelFileError::Magic));
    }
}
