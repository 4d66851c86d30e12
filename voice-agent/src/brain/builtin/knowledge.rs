//! Questions and answers, from YAML files.
//!
//! ```yaml
//! language: en            # of all entries that name none
//! entries:
//!   - id: parking
//!     questions: [Where can I park?, Is there a car park?]
//!     answer: There is parking behind the house.
//!     offer: message      # optional: message, callback, appointment or person; asked for after the answer
//! ```

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Lang;
use super::interview::{self, Interview};
use super::yaml::{self, YamlError};

/// The most entries in all files.
const MAX_ENTRIES: usize = 20_000;
/// The longest answer, characters: about half a minute.
const MAX_ANSWER: usize = 500;
/// The most questions of one entry.
const MAX_QUESTIONS: usize = 50;

/// What is offered after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// To take a message.
    Message,
    /// To have the caller called back.
    Callback,
    /// To ask for an appointment.
    Appointment,
    /// To put the caller through to a person.
    Person,
}

/// One answer and how it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name: unique in its language.
    pub id: String,
    /// How callers ask.
    pub questions: Vec<String>,
    /// What is answered; `{hours}` and the like stand for facts of the business.
    pub answer: String,
    /// BCP 47 language; `None`: that of the file.
    pub language: Option<String>,
    /// What is offered after the answer, as a question that the answer ends with or that is added.
    pub offer: Option<Offer>,
    /// The interview that begins after the answer.
    pub interview: Option<String>,
    /// It is a passage of a document: of a long one, what answers is said.
    #[serde(skip)]
    pub document: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    language: Option<String>,
    #[serde(default)]
    entries: Vec<Entry>,
    #[serde(default)]
    interviews: Vec<Interview>,
}

/// Knowledge cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum KnowledgeError {
    /// A file or folder cannot be read.
    #[error("{} cannot be read", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is no YAML.
    #[error("{file} cannot be read")]
    Yaml {
        /// Which.
        file: String,
        /// Where and why.
        source: YamlError,
    },
    /// A file does not hold what it should.
    #[error("{file}: {what}")]
    Shape {
        /// Which.
        file: String,
        /// Why.
        what: String,
    },
}

/// Questions and answers in several languages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Knowledge {
    entries: Vec<(Lang, Entry)>,
    interviews: Vec<(Lang, Interview)>,
}

impl Knowledge {
    /// Adds the entries of a file. `file` is its name, for errors.
    pub fn add(&mut self, file: &str, source: &str) -> Result<(), KnowledgeError> {
        let shape = |what: String| KnowledgeError::Shape { file: file.to_owned(), what };
        let value = yaml::read(source).map_err(|source| KnowledgeError::Yaml { file: file.to_owned(), source })?;
        let read: File = serde_json::from_value(value).map_err(|error| shape(error.to_string()))?;
        let mut known: BTreeSet<(Lang, String)> =
            self.entries.iter().map(|(language, entry)| (*language, entry.id.clone())).collect();
        for entry in read.entries {
            let language = check(&entry, read.language.as_deref()).map_err(&shape)?;
            if !known.insert((language, entry.id.clone())) {
                return Err(shape(format!("entry `{}` is given twice", entry.id)));
            }
            self.entries.push((language, entry));
        }
        for interview in read.interviews {
            let language = interview::check(&interview, read.language.as_deref()).map_err(&shape)?;
            if self.interviews_in(language).any(|known| known.id == interview.id) {
                return Err(shape(format!("the interview `{}` is given twice", interview.id)));
            }
            self.interviews.push((language, interview));
        }
        if self.entries.len() > MAX_ENTRIES {
            return Err(shape(format!("more than {MAX_ENTRIES} entries")));
        }
        Ok(())
    }

    /// Adds all `.yaml` and `.yml` files of a folder, by name.
    pub fn load(&mut self, folder: &Path) -> Result<(), KnowledgeError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| KnowledgeError::Io { path, source }
        };
        let listed = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut paths: Vec<PathBuf> = listed.map_err(failed(folder))?.into_iter().map(|file| file.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml"));
        paths.sort();
        for path in paths {
            let source = std::fs::read_to_string(&path).map_err(failed(&path))?;
            self.add(&path.display().to_string(), &source)?;
        }
        Ok(())
    }

    /// Adds passages of documents in a language. One that nothing stands above is asked for by its own words; those that
    /// are known by their id, or would be too many, are left out. How many were taken.
    pub fn add_passages<'p>(&mut self, tag: &str, passages: impl IntoIterator<Item = &'p knowledge::Passage>) -> usize {
        let Some(language) = Lang::from_tag(tag) else { return 0 };
        let before = self.entries.len();
        for passage in passages {
            let known = self.entries.iter().any(|(of, entry)| *of == language && entry.id == passage.id);
            if known || self.entries.len() >= MAX_ENTRIES {
                continue;
            }
            let mut questions: Vec<String> = passage.questions.iter().take(MAX_QUESTIONS).cloned().collect();
            if questions.is_empty() {
                questions.push(passage.answer.split_whitespace().take(8).collect::<Vec<_>>().join(" "));
            }
            // Braces are no facts here.
            let answer = passage.answer.replace('{', "(").replace('}', ")");
            let id = passage.id.clone();
            let entry = Entry { id, questions, answer, language: None, offer: None, interview: None, document: true };
            self.entries.push((language, entry));
        }
        self.entries.len() - before
    }

    /// The entries as passages, for those who search in documents.
    pub fn passages(&self, tag: &str) -> Vec<knowledge::Passage> {
        let language = Lang::from_tag(tag);
        let ours = self.entries.iter().filter(|(of, _)| Some(*of) == language).map(|(_, entry)| entry);
        ours.map(|entry| knowledge::Passage {
            id: entry.id.clone(),
            questions: entry.questions.clone(),
            answer: entry.answer.clone(),
        })
        .collect()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn interviews_in(&self, language: Lang) -> impl Iterator<Item = &Interview> {
        self.interviews.iter().filter(move |(of, _)| *of == language).map(|(_, interview)| interview)
    }

    pub(super) fn of(&self, language: Lang) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |(of, _)| *of == language).map(|(_, entry)| entry)
    }
}

fn check(entry: &Entry, default: Option<&str>) -> Result<Lang, String> {
    let id = &entry.id;
    if id.is_empty() {
        return Err("an entry has an empty id".to_owned());
    }
    if !(1..=MAX_QUESTIONS).contains(&entry.questions.len()) {
        return Err(format!("entry `{id}` has {} questions; 1 to {MAX_QUESTIONS} fit", entry.questions.len()));
    }
    if !(1..=MAX_ANSWER).contains(&entry.answer.chars().count()) {
        let length = entry.answer.chars().count();
        return Err(format!("the answer of `{id}` has {length} characters; 1 to {MAX_ANSWER} can be listened to"));
    }
    let tag = entry.language.as_deref().or(default).ok_or_else(|| format!("entry `{id}` has no language"))?;
    Lang::from_tag(tag).ok_or_else(|| format!("entry `{id}`: `{tag}` is not one of en, de, es, fr, it"))
}
