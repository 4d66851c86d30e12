//! PDF, as far as there is text in it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::ReadError;
use super::outline::Outline;

/// The reader may panic on what it does not know: that is a document that cannot be read.
pub(super) fn outline(bytes: &[u8]) -> Result<Outline, ReadError> {
    let read = catch_unwind(AssertUnwindSafe(|| pdf_extract::extract_text_from_mem(bytes)));
    let text = match read {
        Ok(Ok(text)) => text,
        Ok(Err(error)) => return Err(ReadError::Broken(error.to_string())),
        Err(_) => return Err(ReadError::Broken("it is written in a way that is not known here".to_owned())),
    };
    Ok(super::text::outline(&text))
}
