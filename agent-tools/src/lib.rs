//! What an agent can get done besides talking: calendar, tickets, contacts, messages, mail, tools by HTTP and MCP.
//!
//! - [`Tool`]: one thing that can be done. [`Toolbox`]: all of them by name; it checks arguments, keeps time and sees
//!   to it that effects happen once.
//! - [`OnceBook`]: what was done, kept over a restart; [`StoreBook`]: in the books.
//! - [`calendar`]: appointments; `tickets`, `contacts`, `messages`, `callbacks`, `surveys`, `mail`: the other tools of the
//!   business.
//! - [`http`]: tools that are requests to a system of the business; [`mcp`]: tools of MCP servers.
//! - [`Courier`]: what leaves the house until it is taken: mail, appointments for calendars elsewhere.

pub mod calendar;
mod callbacks;
mod caller;
mod contacts;
mod errands;
mod house;
pub mod http;
mod leads;
mod mail;
pub mod mcp;
mod messages;
mod once;
mod once_book;
mod opt_out;
mod schema;
mod suite;
mod surveys;
mod tickets;
mod tool;
mod toolbox;
pub mod trace;
mod typed;
mod verify;

pub use callbacks::RequestCallback;
pub use contacts::{LookUpContact, UpdateContact, may_be_told};
pub use errands::{Carriers, Courier, ErrandSettings};
pub use house::House;
pub use leads::QualifyLead;
pub use mail::{Letter, MailError, MailSettings, MailTls, Mailer, SendConfirmation};
pub use messages::TakeMessage;
pub use once::StoreBook;
pub use once_book::{Begun, MemoryBook, OnceBook, OnceFailure};
pub use opt_out::OptOut;
pub use suite::business_tools;
pub use surveys::RecordSurveyAnswer;
pub use tickets::{CreateTicket, LookUpTicket};
pub use tool::Tool;
pub use toolbox::{Toolbox, ToolboxSettings};
pub use verify::{PinError, Verify, pin_digest};
