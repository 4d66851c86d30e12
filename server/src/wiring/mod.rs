//! How the parts become one program: the books opened and filled, the parts started in their order, and stopped in the
//! reverse one.

mod apps;
mod books;
mod demo;
mod directory;
mod http_client;
mod live;
mod say;
mod start;

pub use apps::FlowShelf;
pub use books::{api_key, store_config};
pub use http_client::FlowHttp;
pub use live::Live;
pub use start::{Running, StartFailure, start};
