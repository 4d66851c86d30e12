//! Plain BM25, as tantivy does it by default: to see how far beyond it a library goes.

use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, STORED, Schema, TEXT, TantivyDocument, Value};
use tantivy::tokenizer::TokenStream;
use tantivy::{Index, IndexReader, TantivyError, Term, doc};

use crate::Passage;

/// Memory while the index is built, bytes.
const BUILDING: usize = 15_000_000;
/// How many hits are compared.
const HITS: usize = 10;

/// BM25 cannot be asked.
#[derive(Debug, thiserror::Error)]
#[error("the index of the baseline failed")]
pub struct BaselineError(#[from] TantivyError);

pub(super) struct Baseline {
    index: Index,
    reader: IndexReader,
    text: Field,
    place: Field,
}

impl Baseline {
    pub fn build(passages: &[Passage]) -> Result<Self, BaselineError> {
        let mut schema = Schema::builder();
        let place = schema.add_u64_field("place", STORED);
        let text = schema.add_text_field("text", TEXT);
        let index = Index::create_in_ram(schema.build());
        let mut writer = index.writer_with_num_threads(1, BUILDING)?;
        for (at, passage) in passages.iter().enumerate() {
            writer.add_document(doc!(place => at as u64, text => passage.text()))?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        Ok(Self { reader: index.reader()?, index, text, place })
    }

    /// The places of passages and their scores, the best first.
    pub fn search(&self, question: &str) -> Result<Vec<(usize, f32)>, BaselineError> {
        let mut tokenizer = self.index.tokenizer_for_field(self.text)?;
        let mut stream = tokenizer.token_stream(question);
        let mut parts: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        while stream.advance() {
            let term = Term::from_field_text(self.text, &stream.token().text);
            parts.push((Occur::Should, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))));
        }
        let searcher = self.reader.searcher();
        let found = searcher.search(&BooleanQuery::new(parts), &TopDocs::with_limit(HITS).order_by_score())?;
        let mut hits = Vec::with_capacity(found.len());
        for (score, address) in found {
            let document: TantivyDocument = searcher.doc(address)?;
            let place = document.get_first(self.place).and_then(|value| value.as_u64());
            hits.extend(place.map(|place| (place as usize, score)));
        }
        Ok(hits)
    }
}
