//! Do-not-call lists: a number a line, millions of lines, read as they come.

use store::{LoadingList, Store, StoreError};

use super::sheet::e164;

/// How many numbers go into the books in one write.
const AT_ONCE: usize = 5_000;
/// The longest line, bytes: a table's first cell is the number.
const MAX_LINE: usize = 4_096;
/// How many lines that hold no number are told.
const MAX_TOLD: usize = 20;

/// A list that comes in.
pub(crate) struct ListReader {
    country: String,
    list: LoadingList,
    /// The beginning of a line.
    rest: Vec<u8>,
    batch: Vec<String>,
    line: u64,
    bad: u64,
    bad_lines: Vec<u64>,
    read: u64,
}

/// A list that has come in as a whole.
pub(crate) struct ReadList {
    /// It does not count yet.
    pub list: LoadingList,
    /// Numbers that were read.
    pub read: u64,
    /// Lines that hold no number.
    pub bad: u64,
    /// The first of them.
    pub bad_lines: Vec<u64>,
}

impl ListReader {
    pub(crate) fn new(list: LoadingList, country: String) -> Self {
        let (rest, batch) = (Vec::new(), Vec::with_capacity(AT_ONCE));
        Self { country, list, rest, batch, line: 0, bad: 0, bad_lines: Vec::new(), read: 0 }
    }

    /// Takes the next bytes of the file.
    pub(crate) async fn take(&mut self, store: &Store, mut bytes: &[u8]) -> Result<(), StoreError> {
        while let Some(end) = bytes.iter().position(|&b| b == b'\n') {
            let mut line = std::mem::take(&mut self.rest);
            line.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end + 1..];
            self.line(&line);
            line.clear();
            self.rest = line;
            if self.batch.len() >= AT_ONCE {
                self.flush(store).await?;
            }
        }
        // What is longer holds no number that we would find.
        let room = MAX_LINE.saturating_sub(self.rest.len()).min(bytes.len());
        self.rest.extend_from_slice(&bytes[..room]);
        Ok(())
    }

    /// The end of the file: gives the list, which does not count yet.
    pub(crate) async fn finish(mut self, store: &Store) -> Result<ReadList, StoreError> {
        let last = std::mem::take(&mut self.rest);
        self.line(&last);
        self.flush(store).await?;
        Ok(ReadList { list: self.list, read: self.read, bad: self.bad, bad_lines: self.bad_lines })
    }

    fn line(&mut self, line: &[u8]) {
        self.line += 1;
        let text = String::from_utf8_lossy(line);
        let cell = text.trim_start_matches('\u{feff}').split([',', ';', '\t']).next().unwrap_or_default();
        let cell = cell.trim().trim_matches('"');
        if cell.is_empty() || cell.starts_with('#') {
            return;
        }
        match number(cell, &self.country) {
            Some(number) => {
                self.read += 1;
                self.batch.push(number);
            }
            // A heading.
            None if self.line == 1 => {}
            None => {
                self.bad += 1;
                if self.bad_lines.len() < MAX_TOLD {
                    self.bad_lines.push(self.line);
                }
            }
        }
    }

    async fn flush(&mut self, store: &Store) -> Result<(), StoreError> {
        if !self.batch.is_empty() {
            store.fill_do_not_call_list(&self.list, &self.batch).await?;
            self.batch.clear();
        }
        Ok(())
    }
}

/// A number in E.164. What is written so already is taken as it is: lists have millions, and hold what was assigned once.
fn number(text: &str, country: &str) -> Option<String> {
    let plain = text
        .strip_prefix('+')
        .is_some_and(|digits| (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()));
    if plain { Some(text.to_owned()) } else { e164(text, country).ok() }
}

#[cfg(test)]
mod tests {
    use store::StoreConfig;

    use super::*;

    #[tokio::test]
    async fn a_list_is_read_whatever_pieces_it_comes_in() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig::new(folder.path().join("books.db"))).await.unwrap();
        let file =
            "\u{feff}number;since\r\n# a remark\r\n+4930901820;2020\r\n\"030 901821\"\r\nnobody\r\n\r\n+4930901822";
        for size in [1, 7, 1_000] {
            let list = store.begin_do_not_call_list("robinson", Vec::new(), 1).await.unwrap();
            let mut reader = ListReader::new(list, "DE".into());
            for piece in file.as_bytes().chunks(size) {
                reader.take(&store, piece).await.unwrap();
            }
            let read = reader.finish(&store).await.unwrap();
            assert_eq!((read.read, read.bad, read.bad_lines), (3, 1, vec![5]), "in pieces of {size}");
            assert_eq!(store.finish_do_not_call_list(read.list).await.unwrap().numbers, 3);
        }
        let on = store.standing("030 901821", "marketing", 2).await.unwrap().do_not_call;
        assert_eq!(on, ["robinson"]);
    }
}
