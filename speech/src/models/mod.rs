//! Whisper's models: which there are, and how they get here. Nothing is fetched unless somebody asks for it.

mod catalogue;
mod fetch;

use std::path::{Path, PathBuf};

pub use catalogue::{CATALOGUE, ModelInfo, find};
pub use fetch::{DEFAULT_BASE_URL, FetchError, FetchSettings, Progress, fetch};

/// The file that a setting means: one of the [`CATALOGUE`] by its name, in this folder; else a path.
pub fn resolve(folder: &Path, name: &str) -> PathBuf {
    find(name).map_or_else(|| PathBuf::from(name), |model| folder.join(model.file_name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_file_in_the_folder_and_all_else_a_path() {
        assert_eq!(resolve(Path::new("/m"), "base.en"), Path::new("/m/ggml-base.en.bin"));
        assert_eq!(resolve(Path::new("/m"), "mine/own.bin"), Path::new("mine/own.bin"));
    }

    #[test]
    fn the_catalogue_has_no_doubles_and_whole_checksums() {
        for (index, model) in CATALOGUE.iter().enumerate() {
            assert!(CATALOGUE[..index].iter().all(|other| other.name != model.name && other.sha1 != model.sha1));
            assert!(
                model.sha1.len() == 40 && model.sha1.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "{}",
                model.name
            );
        }
    }
}
