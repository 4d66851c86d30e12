//! `callwright openapi`: what the REST surface is, for programs that are made from it.

use std::io::Write as _;

use super::Failure;

/// Prints the OpenAPI document, as `/openapi.json` gives it.
pub(super) fn run() -> Result<(), Failure> {
    let document = crate::api::document().to_pretty_json()?;
    let mut out = std::io::stdout().lock();
    out.write_all(document.as_bytes())?;
    out.write_all(b"\n")?;
    Ok(())
}
