//! How the parts become one program: the books opened and filled, the parts started in their order, and stopped in the
//! reverse one.

mod after_call;
mod agents;
mod apps;
mod books;
mod brains;
mod business;
mod costs;
mod demo;
mod desk;
mod directory;
mod hearing;
mod http_client;
mod librarian;
mod live;
mod papers;
mod rehearsal;
mod retention;
mod say;
mod start;
mod tools;
mod voices;
mod web;

pub use after_call::{AfterCall, AfterCallFailure, AfterCallWorker};
pub use agents::{AgentShelf, Shelves};
pub use apps::FlowShelf;
pub use books::{api_key, store_config};
pub use brains::BrainFailure;
pub use desk::{DeskFailure, FrontDesk};
pub use hearing::HearingFailure;
pub use http_client::FlowHttp;
pub use live::Live;
pub use rehearsal::{AudioSettings, AudioStage, TextStage, agent_file};
pub use start::{Running, StartFailure, start};
pub use tools::ToolsFailure;
pub use voices::VoiceFailure;
