//! The music for who is put on hold.

use std::path::PathBuf;
use std::sync::Arc;

use media::Prompt;
use media::file::{FileError, FileLimits, decode};

use crate::config::Config;

/// Why there is no music.
#[derive(Debug, thiserror::Error)]
pub enum MusicFailure {
    /// The file cannot be read.
    #[error("`media.hold_music`: {path} cannot be read; give a sound file in that folder, `built-in` or `none`")]
    Read {
        /// Where it was looked for.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is no sound file.
    #[error("`media.hold_music`: {path} cannot be played")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: FileError,
    },
}

/// Makes what `media.hold_music` names; not for a media thread.
pub(super) fn make(config: &Config) -> Result<Option<Arc<Prompt>>, MusicFailure> {
    let prompt = match config.media.hold_music.as_str() {
        "none" => return Ok(None),
        "built-in" => media::hold_music::built_in(),
        file => {
            let path = config.data.join("media").join(file);
            let bytes = std::fs::read(&path).map_err(|source| MusicFailure::Read { path: path.clone(), source })?;
            let extension = path.extension().and_then(|extension| extension.to_str());
            decode(bytes, extension, &FileLimits::default())
                .map_err(|source| MusicFailure::File { path: path.clone(), source })?
        }
    };
    Ok(Some(Arc::new(prompt)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(music: &str) -> Config {
        let mut config = Config::default();
        config.media.hold_music = music.into();
        config
    }

    #[test]
    fn music_is_made_left_out_or_missed() {
        assert!(make(&with("none")).is_ok_and(|music| music.is_none()));
        assert!(make(&with("built-in")).is_ok_and(|music| music.is_some_and(|music| music.duration_ms() > 10_000)));
        let error = make(&with("no-such-tune.wav")).expect_err("no such file");
        assert!(error.to_string().contains("no-such-tune.wav") && error.to_string().contains("built-in"), "{error}");
    }
}
