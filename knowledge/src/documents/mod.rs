//! From documents to passages: Markdown, text, HTML, PDF, DOCX, CSV of questions and answers, and web sites.
//!
//! Each reader makes an [`outline::Outline`]: headings with the text below them. It is cut where a listener would draw
//! breath: one passage is as much as one answer.

mod csv;
mod docx;
mod html;
mod markdown;
mod outline;
pub mod pdf;
pub mod site;
mod text;

use crate::Passage;

pub use html::links;

/// What a document may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest document, bytes; also of what is packed within. Default 20 MiB.
    pub bytes: usize,
    /// The most passages of one document. Default 5,000.
    pub passages: usize,
    /// About the longest passage, characters. Default 450: half a minute of speech.
    pub chars: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 20 << 20, passages: 5_000, chars: 450 }
    }
}

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// CommonMark.
    Markdown,
    /// Plain text, with empty lines between paragraphs.
    Text,
    /// HTML.
    Html,
    /// PDF with text in it: what was only scanned has none.
    Pdf,
    /// Office Open XML (ECMA-376), as Word and LibreOffice write it.
    Docx,
    /// A table with a column of questions and one of answers.
    Csv,
}

impl Format {
    /// By the end of a file's name.
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, end) = name.rsplit_once('.')?;
        Some(match end.to_ascii_lowercase().as_str() {
            "md" | "markdown" => Self::Markdown,
            "txt" | "text" => Self::Text,
            "html" | "htm" | "xhtml" => Self::Html,
            "pdf" => Self::Pdf,
            "docx" => Self::Docx,
            "csv" | "tsv" => Self::Csv,
            _ => return None,
        })
    }

    /// By a media type, such as `text/html; charset=utf-8`.
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        Some(match essence.to_ascii_lowercase().as_str() {
            "text/markdown" => Self::Markdown,
            "text/plain" => Self::Text,
            "text/html" | "application/xhtml+xml" => Self::Html,
            "application/pdf" => Self::Pdf,
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => Self::Docx,
            "text/csv" | "text/tab-separated-values" => Self::Csv,
            _ => return None,
        })
    }
}

/// A document cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Nothing here reads it.
    #[error("`{0}` is of a kind that cannot be read: use .md, .txt, .html, .pdf, .docx or .csv")]
    Kind(String),
    /// It is longer than [`Limits::bytes`].
    #[error("it is longer than {limit} bytes: cut it into several documents")]
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// It gave more than [`Limits::passages`].
    #[error("it has more than {limit} passages: cut it into several documents")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// It is not what it says it is.
    #[error("it cannot be read: {0}")]
    Broken(String),
    /// A table of questions without one of the two columns.
    #[error(
        "it needs a column `question` and a column `answer` (or Frage, Antwort; pregunta, respuesta; domanda, risposta; réponse)"
    )]
    Columns,
    /// There is no text in it.
    #[error("there is no text in it; what was only scanned has to go through a text recognition first")]
    Empty,
}

/// Reads a document into passages. Their ids are `NAME#1`, `NAME#2` and so on. May take a second: not to be called where
/// others wait.
pub fn read(name: &str, format: Format, bytes: &[u8], limits: &Limits) -> Result<Vec<Passage>, ReadError> {
    if bytes.len() > limits.bytes {
        return Err(ReadError::TooLong { limit: limits.bytes });
    }
    let found = match format {
        Format::Csv => csv::passages(&text::decode(bytes), limits.chars)?,
        Format::Markdown => markdown::outline(&text::decode(bytes)).cut(limits.chars),
        Format::Text => text::outline(&text::decode(bytes)).cut(limits.chars),
        Format::Html => html::outline(&text::decode(bytes))?.cut(limits.chars),
        Format::Pdf => pdf::outline(bytes, limits.bytes)?.cut(limits.chars),
        Format::Docx => docx::outline(bytes, limits.bytes)?.cut(limits.chars),
    };
    if found.is_empty() {
        return Err(ReadError::Empty);
    }
    if found.len() > limits.passages {
        return Err(ReadError::TooMany { limit: limits.passages });
    }
    let numbered = found.into_iter().zip(1..).map(|((questions, answer), at): (_, usize)| Passage {
        id: format!("{name}#{at}"),
        questions,
        answer,
    });
    Ok(numbered.collect())
}

/// What a passage is asked by, and what it says.
type Found = (Vec<String>, String);
