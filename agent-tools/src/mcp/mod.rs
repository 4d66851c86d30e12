//! Tools of MCP servers (Model Context Protocol, specification of 2025-11-25), run beside us or reached by HTTP.
//!
//! Each server has a keeper: it connects, puts the server's tools into the toolbox under the server's name, looks again
//! when the server says that they changed and every few minutes, and connects anew when the server is gone. Meanwhile
//! its tools fail, and say so.

mod connect;
mod tool;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rmcp::RoleClient;
use rmcp::service::Peer;
use tokio::sync::Notify;

use crate::{Tool, Toolbox};
use connect::Connection;
use tool::McpTool;

/// What stands between the name of a server and that of its tool.
pub const SEPARATOR: &str = "__";
/// The most tools of one server that are taken.
const MAX_TOOLS: usize = 128;
/// The longest pause between two tries to connect.
const MAX_PAUSE: Duration = Duration::from_mins(1);

/// Where a server is.
#[derive(Clone)]
pub enum McpTransport {
    /// A program that we run, spoken to by its standard input and output. It gets no more of our environment than
    /// `PATH` and `HOME`.
    Command {
        /// The program.
        program: String,
        /// Its arguments.
        arguments: Vec<String>,
        /// Further variables of its environment.
        environment: Vec<(String, String)>,
    },
    /// A server by streamable HTTP.
    Http {
        /// Its address.
        url: String,
        /// Headers of every request, such as `Authorization`.
        headers: Vec<(String, String)>,
    },
}

/// An MCP server and how it is kept.
#[derive(Clone)]
pub struct McpSettings {
    /// Our name for it: its tools are called `NAME__TOOL`.
    pub name: String,
    /// Where it is.
    pub transport: McpTransport,
    /// How long one of its tools may take. Default: 10 s.
    pub time_limit: Duration,
    /// How long connecting and listing its tools may take. Default: 20 s.
    pub connect_limit: Duration,
    /// How often its tools are listed anew. Default: 5 min.
    pub refresh: Duration,
    /// How long to wait before it is connected to again; twice as long after each failure, up to a minute. Default: 1 s.
    pub pause: Duration,
}

impl McpSettings {
    /// A server with the defaults.
    pub fn new(name: impl Into<String>, transport: McpTransport) -> Self {
        Self {
            name: name.into(),
            transport,
            time_limit: Duration::from_secs(10),
            connect_limit: Duration::from_secs(20),
            refresh: Duration::from_mins(5),
            pause: Duration::from_secs(1),
        }
    }
}

/// Keeps one server for as long as it lives; dropping it ends the connection and takes its tools out of the box.
pub struct McpServer {
    keeper: tokio::task::JoinHandle<()>,
    settings: Arc<McpSettings>,
    toolbox: Toolbox,
}

/// The way to a server, while there is one.
#[derive(Default)]
struct Line(RwLock<Option<Peer<RoleClient>>>);

impl Line {
    fn peer(&self) -> Option<Peer<RoleClient>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, peer: Option<Peer<RoleClient>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = peer;
    }
}

impl McpServer {
    /// Begins to keep a server; its tools come into the box as soon as it answers. To be called inside a tokio runtime.
    pub fn start(settings: McpSettings, toolbox: Toolbox) -> Self {
        let settings = Arc::new(settings);
        let keeper = tokio::spawn(keep(settings.clone(), toolbox.clone()));
        Self { keeper, settings, toolbox }
    }

    /// The name of the server.
    pub fn name(&self) -> &str {
        &self.settings.name
    }
}

impl Drop for McpServer {
    fn drop(&mut self) {
        self.keeper.abort();
        let prefix = prefix(&self.settings.name);
        self.toolbox.remove(|name| name.starts_with(&prefix));
    }
}

pub(crate) fn prefix(server: &str) -> String {
    format!("{server}{SEPARATOR}")
}

async fn keep(settings: Arc<McpSettings>, toolbox: Toolbox) {
    let line = Arc::new(Line::default());
    let mut pause = settings.pause;
    loop {
        match tokio::time::timeout(settings.connect_limit, connect::connect(&settings)).await {
            Ok(Ok(connection)) => {
                line.set(Some(connection.peer()));
                if attend(&settings, &connection, &line, &toolbox).await {
                    pause = settings.pause;
                }
                line.set(None);
                connection.close().await;
                tracing::warn!(server = %settings.name, "an MCP server is gone");
            }
            Ok(Err(error)) => {
                tracing::warn!(server = %settings.name, %error, "an MCP server cannot be reached");
            }
            Err(_) => tracing::warn!(server = %settings.name, "an MCP server does not answer"),
        }
        metrics::counter!("callwright_mcp_connections_lost_total", "server" => settings.name.clone()).increment(1);
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(MAX_PAUSE);
    }
}

/// Keeps the box up to date until the connection is gone. Whether the tools could be listed at all.
async fn attend(settings: &Arc<McpSettings>, connection: &Connection, line: &Arc<Line>, toolbox: &Toolbox) -> bool {
    let changed: &Notify = connection.changed();
    let mut listed = false;
    loop {
        match tokio::time::timeout(settings.connect_limit, connection.tools()).await {
            Ok(Ok(tools)) => {
                fill(settings, line, toolbox, tools);
                listed = true;
            }
            Ok(Err(error)) => {
                tracing::warn!(server = %settings.name, %error, "the tools of an MCP server cannot be listed");
                return listed;
            }
            Err(_) => return listed,
        }
        tokio::select! {
            () = connection.gone() => return listed,
            () = changed.notified() => {}
            () = tokio::time::sleep(settings.refresh) => {}
        }
    }
}

/// Puts what the server has now in the place of what it had.
fn fill(settings: &Arc<McpSettings>, line: &Arc<Line>, toolbox: &Toolbox, tools: Vec<rmcp::model::Tool>) {
    if tools.len() > MAX_TOOLS {
        tracing::warn!(server = %settings.name, tools = tools.len(), "an MCP server has more tools than are taken");
    }
    let fits = |tool: rmcp::model::Tool| Some(Arc::new(McpTool::new(settings, line, tool)?) as Arc<dyn Tool>);
    let tools = tools.into_iter().take(MAX_TOOLS).filter_map(fits).collect();
    let prefix = prefix(&settings.name);
    toolbox.replace(|name| name.starts_with(&prefix), tools);
}
