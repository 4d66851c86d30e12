//! What the documents of the business say: from folders, from the books, and in which language.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use knowledge::documents::{Format, Limits, ReadError, read};
use knowledge::embed::{Embedder, Vectors};
use knowledge::{BuildError, Language, Library, Passage, PassageHash, Settings};
use store::{SourceKind, Store, StoreError};
use voice_agent::brain::{DocumentSettings, Documents};

/// Everything in the books that agents may know.
#[derive(Default)]
pub(super) struct Papers {
    sources: BTreeMap<String, Paper>,
    embedder: Option<Arc<dyn Embedder>>,
    vectors: Option<Arc<Vectors>>,
}

struct Paper {
    language: Option<Language>,
    answers: bool,
    passages: Vec<Passage>,
}

/// Documents cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PapersFailure {
    /// A file or folder cannot be read.
    #[error("{} cannot be read", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A document is of no use.
    #[error("{}: {source}", path.display())]
    Document {
        /// Which.
        path: PathBuf,
        /// Why.
        source: ReadError,
    },
    /// Too much for one index.
    #[error("the documents cannot be searched: {0}")]
    Build(#[from] BuildError),
}

/// The passages of one agent, by language.
pub(super) type ByLanguage = BTreeMap<Language, Vec<Passage>>;

impl Papers {
    /// Reads the books.
    pub(super) async fn load(store: &Store, embedder: Option<Arc<dyn Embedder>>) -> Result<Self, StoreError> {
        let mut sources = BTreeMap::new();
        for source in store.sources().await? {
            let records = store.passages(&source.name).await?;
            let passages = records.into_iter().map(|record| Passage {
                id: record.id,
                questions: record.questions,
                answer: record.answer,
            });
            let language = source.language.as_deref().and_then(Language::from_tag);
            let paper = Paper { language, answers: source.kind == SourceKind::Answers, passages: passages.collect() };
            sources.insert(source.name, paper);
        }
        let vectors = match &embedder {
            Some(embedder) => Some(Arc::new(vectors(store, embedder.model()).await?)),
            None => None,
        };
        Ok(Self { sources, embedder, vectors })
    }

    /// Whether there is a source of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.sources.contains_key(name)
    }

    /// All passages, of every source.
    pub(super) fn passages(&self) -> impl Iterator<Item = &Passage> {
        self.sources.values().flat_map(|paper| &paper.passages)
    }

    /// The passages of these sources, and all answers to questions that had none. `default`: the language of those that
    /// name none.
    pub(super) fn of(&self, names: &[String], default: Language) -> ByLanguage {
        let mut found = ByLanguage::new();
        for (_, paper) in self.sources.iter().filter(|(name, paper)| paper.answers || names.contains(name)) {
            found.entry(paper.language.unwrap_or(default)).or_default().extend(paper.passages.iter().cloned());
        }
        found
    }

    /// Libraries of these passages, which a model may consult.
    pub(super) fn documents(
        &self,
        passages: ByLanguage,
        synonyms: &[Vec<String>],
        settings: &DocumentSettings,
    ) -> Result<Documents, BuildError> {
        let search = Settings { synonyms: synonyms.to_vec(), ..Settings::default() };
        let mut libraries = Vec::with_capacity(passages.len());
        for (language, passages) in passages {
            let library = Library::build(language, passages, search.clone())?;
            libraries.push(match &self.vectors {
                Some(vectors) => library.with_vectors(vectors.clone()),
                None => library,
            });
        }
        Ok(Documents::new(libraries, self.embedder.clone(), settings.clone()))
    }
}

async fn vectors(store: &Store, model: &str) -> Result<Vectors, StoreError> {
    let mut vectors = Vectors::new(model);
    for (hash, bytes) in store.vectors(model).await? {
        let Ok(hash) = hash.try_into().map(PassageHash) else { continue };
        if let Err(error) = vectors.import(hash, &bytes) {
            tracing::warn!(%error, "a vector of the books is of no use");
        }
    }
    Ok(vectors)
}

/// How deep folders may lie in each other: links may lead round in a ring.
const DEPTH: usize = 8;

/// The documents of a folder and those below it, but for the YAML files, which the built-in brain reads. A file's
/// language stands in its name (`prices.de.pdf`) or in its folder's (`de/prices.pdf`).
pub(super) fn folder(path: &Path, default: Language, limits: &Limits) -> Result<ByLanguage, PapersFailure> {
    let mut found = ByLanguage::new();
    Folder { root: path, limits, found: &mut found }.add(path, default, DEPTH)?;
    Ok(found)
}

/// A folder that is being read.
struct Folder<'a> {
    root: &'a Path,
    limits: &'a Limits,
    found: &'a mut ByLanguage,
}

impl Folder<'_> {
    /// Adds a folder, and those in it so many deep.
    fn add(&mut self, path: &Path, default: Language, depth: usize) -> Result<(), PapersFailure> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| PapersFailure::File { path, source }
        };
        let listed = std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut paths: Vec<PathBuf> = listed.map_err(failed(path))?.into_iter().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            if name.starts_with('.') {
                continue;
            }
            if path.is_dir() && depth > 0 {
                let language = Language::from_tag(&name).filter(|_| name.len() == 2).unwrap_or(default);
                self.add(&path, language, depth - 1)?;
            } else if let Some(format) = Format::of_name(&name).filter(|_| !path.is_dir()) {
                let bytes = std::fs::read(&path).map_err(failed(&path))?;
                let shown = path.strip_prefix(self.root).unwrap_or(&path).display().to_string();
                let passages = read(&shown, format, &bytes, self.limits)
                    .map_err(|source| PapersFailure::Document { path: path.clone(), source })?;
                self.found.entry(language_of(&name).unwrap_or(default)).or_default().extend(passages);
            }
        }
        Ok(())
    }
}

/// `prices.de.pdf` is German.
fn language_of(name: &str) -> Option<Language> {
    let (stem, _) = name.rsplit_once('.')?;
    let (_, tag) = stem.rsplit_once('.')?;
    Language::from_tag(tag).filter(|_| tag.len() == 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folders_documents_are_read_by_language() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("de")).unwrap();
        std::fs::write(folder.path().join("visit.md"), "# Parking\n\nBehind the house.").unwrap();
        std::fs::write(folder.path().join("prices.fr.txt"), "Le contrôle coûte 30 euros.").unwrap();
        std::fs::write(folder.path().join("de/besuch.md"), "# Parken\n\nHinter dem Haus.").unwrap();
        std::fs::write(folder.path().join("faq.yaml"), "entries: []").unwrap();
        let found = super::folder(folder.path(), Language::En, &Limits::default()).unwrap();
        let ids = |language| found[&language].iter().map(|passage| passage.id.as_str()).collect::<Vec<_>>();
        assert_eq!(ids(Language::En), ["visit.md#1"]);
        assert_eq!(ids(Language::Fr), ["prices.fr.txt#1"]);
        assert_eq!(ids(Language::De), ["de/besuch.md#1"]);
        // A ring of links is left at some depth.
        for link in ["a", "b"] {
            std::os::unix::fs::symlink(folder.path(), folder.path().join("de").join(link)).unwrap();
        }
        assert!(super::folder(folder.path(), Language::En, &Limits::default()).unwrap().len() >= 3);
        std::fs::write(folder.path().join("x.docx"), "no").unwrap();
        assert!(matches!(
            super::folder(folder.path(), Language::En, &Limits::default()),
            Err(PapersFailure::Document { .. })
        ));
    }
}
