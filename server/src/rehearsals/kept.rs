//! The rehearsals that are kept: files of the business or of the demo, and what was written in the console.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rehearsal::Rehearsal;
use voice_agent::Fault;

/// The longest text of a rehearsal, bytes.
pub const MAX_TEXT: usize = 256 * 1024;

/// The files that rehearsals come from.
#[derive(Debug, Clone)]
pub enum Files {
    /// The folder `rehearsals` of the business.
    Folder(PathBuf),
    /// Those that are part of the program: name and text.
    Given(&'static [(&'static str, &'static str)]),
}

/// A rehearsal that is kept.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its name.
    pub name: String,
    /// Its text.
    pub yaml: String,
    /// It was written in the console; else it is a file.
    pub in_books: bool,
    /// What it says, or everything that is wrong with it.
    pub read: Result<Rehearsal, Vec<Fault>>,
}

impl Kept {
    /// A text with its name.
    pub fn new(name: String, yaml: String, in_books: bool) -> Self {
        let read = Rehearsal::parse(&yaml, &name);
        Self { name, yaml, in_books, read }
    }
}

impl Files {
    /// The rehearsals of an agent, by name. A file that cannot be read is left out, and said in the log. Reads files: not
    /// to be called where others wait.
    pub(super) fn of(&self, agent: &str) -> BTreeMap<String, Kept> {
        let texts: Vec<(String, String)> = match self {
            Self::Given(files) => files.iter().map(|(name, yaml)| ((*name).into(), (*yaml).into())).collect(),
            Self::Folder(folder) if folder.is_dir() => read(folder).unwrap_or_else(|error| {
                tracing::warn!(error, "the rehearsals of the business cannot be read");
                Vec::new()
            }),
            Self::Folder(_) => Vec::new(),
        };
        let kept = texts.into_iter().map(|(name, yaml)| Kept::new(name, yaml, false));
        // A file that is wrong names its agent all the same.
        let head = format!("agent: {agent}");
        let of = |kept: &Kept| match &kept.read {
            Ok(rehearsal) => rehearsal.agent == agent,
            Err(_) => kept.yaml.lines().any(|line| line.trim_end() == head),
        };
        kept.filter(of).map(|kept| (kept.name.clone(), kept)).collect()
    }
}

/// The rehearsals of a folder and of the folders in it, or of one file: name and text, in the order of their paths.
pub(crate) fn read(path: &Path) -> Result<Vec<(String, String)>, String> {
    let mut files = Vec::new();
    gather(path, &mut files)?;
    files.sort();
    let named = |path: &PathBuf| {
        let name = path.file_stem().and_then(OsStr::to_str).unwrap_or("rehearsal").to_owned();
        text(path).map(|text| (name, text))
    };
    files.iter().map(named).collect()
}

fn gather(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let inner = entry.map_err(failed)?.path();
        if inner.is_dir() || inner.extension().is_some_and(|extension| extension == "yaml") {
            gather(&inner, files)?;
        }
    }
    Ok(())
}

/// The text of a file that is not too long.
pub(crate) fn text(path: &Path) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    if std::fs::metadata(path).map_err(failed)?.len() > MAX_TEXT as u64 {
        return Err(format!("{}: at most {} KiB are read", path.display(), MAX_TEXT / 1024));
    }
    std::fs::read_to_string(path).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "agent: desk\ncaller: [Hello]\nchecks: [{outcome: hung_up}]\n";

    #[test]
    fn the_files_of_an_agent_are_found_in_folders_within() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("desk");
        std::fs::create_dir(&inner).unwrap();
        std::fs::write(inner.join("hello.yaml"), TEXT).unwrap();
        std::fs::write(inner.join("other.yaml"), TEXT.replace("desk", "sales")).unwrap();
        std::fs::write(inner.join("wrong.yaml"), TEXT.replace("caller", "caler")).unwrap();
        std::fs::write(inner.join("notes.txt"), TEXT).unwrap();
        let files = Files::Folder(folder.path().to_owned());
        let found = files.of("desk");
        assert_eq!(found.keys().map(String::as_str).collect::<Vec<_>>(), ["hello", "wrong"]);
        assert!(found["hello"].read.is_ok() && found["wrong"].read.is_err());
        assert!(Files::Folder(folder.path().join("none")).of("desk").is_empty());
    }
}
