//! Texts with templates and conditions: minijinja with fuel, without a loader, and with output that cannot inject.
//!
//! What a value becomes depends on where it is put: in speech, `<`, `>` and `&` are escaped; in an address, all but
//! unreserved characters are percent-encoded; elsewhere it is written as it is.

mod engine;
mod expression;
mod filters;
mod inspect;
pub(crate) mod markup;
mod money;
mod parse_time;
mod words;

pub use engine::speak_like_flows;
pub(crate) use engine::{Kind, Template, TemplateError, is_true, render, value_of};
pub use expression::Expression;
pub(crate) use inspect::{Trouble, filters, inspect_expression, inspect_template};
