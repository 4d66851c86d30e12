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
mod gauges;
mod hearing;
mod http_client;
mod librarian;
mod live;
mod papers;
mod rehearsal;
mod retention;
mod say;
mod sip_watch;
mod start;
mod tools;
mod traces;
mod voices;
mod web;

pub use after_call::{AfterCall, AfterCallFailure, AfterCallWorker};
pub use agents::{AgentShelf, Shelves};
pub use apps::FlowShelf;
pub use books::{api_key, store_config};
pub use brains::BrainFailure;
pub use desk::{DeskFailure, FrontDesk};
pub use gauges::{descriptors, install as install_metrics, space};
pub use hearing::HearingFailure;
pub use http_client::FlowHttp;
pub use live::Live;
pub use rehearsal::{AudioSettings, AudioStage, TextStage, agent_file};
pub use sip_watch::{SipWatch, WatchFailure};
pub use start::{Running, StartFailure, start};
pub use tools::ToolsFailure;
pub use traces::{TraceFailure, adopt as adopt_trace, header as trace_header};
pub use voices::VoiceFailure;
