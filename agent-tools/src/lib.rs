//! What an agent can get done besides talking: calendar, tickets, contacts, messages, mail, tools by HTTP and MCP.
//!
//! - [`Tool`]: one thing that can be done. [`Toolbox`]: all of them by name; it checks arguments, keeps time and sees
//!   to it that effects happen once.
//! - [`OnceBook`]: what was done, kept over a restart.

mod once_book;
mod schema;
mod tool;
mod toolbox;
mod typed;

pub use once_book::{Begun, MemoryBook, OnceBook, OnceFailure};
pub use tool::Tool;
pub use toolbox::{Toolbox, ToolboxSettings};
