//! One connection to an MCP server.

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use rmcp::model::{ClientConfig, Implementation, Tool};
use rmcp::service::{NotificationContext, Peer, RunningService, ServiceError};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::transport::{StreamableHttpClientTransport, TokioChildProcess};
use rmcp::{ClientHandler, RoleClient, ServiceExt};
use tokio::process::Command;
use tokio::sync::Notify;

use super::{McpSettings, McpTransport};

/// The largest message of a server by HTTP, in bytes.
const MAX_MESSAGE: usize = 4 * 1024 * 1024;
/// How often a connection is looked after.
const LOOK: Duration = Duration::from_millis(500);
/// How long a server may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// Why a server cannot be reached.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    #[error("its program cannot be started")]
    Start(#[source] std::io::Error),
    #[error("the header `{0}` is not valid")]
    Header(String),
    #[error("the HTTP client cannot be made")]
    Client(#[source] reqwest::Error),
    #[error("it does not speak the protocol")]
    Greeting(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// We, as the server sees us.
struct Us {
    info: ClientConfig,
    changed: Arc<Notify>,
}

impl ClientHandler for Us {
    fn get_info(&self) -> ClientConfig {
        self.info.clone()
    }

    async fn on_tool_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.changed.notify_one();
    }
}

/// A server that has greeted us.
pub(super) struct Connection {
    service: RunningService<RoleClient, Us>,
    changed: Arc<Notify>,
}

pub(super) async fn connect(settings: &McpSettings) -> Result<Connection, ConnectError> {
    let changed = Arc::new(Notify::new());
    let version = env!("CARGO_PKG_VERSION");
    let info =
        ClientConfig::new(rmcp::model::ClientCapabilities::default(), Implementation::new("callwright", version));
    let us = Us { info, changed: changed.clone() };
    let service = match &settings.transport {
        McpTransport::Command { program, arguments, environment } => {
            let mut command = Command::new(program);
            command.args(arguments).env_clear().kill_on_drop(true);
            let kept = ["PATH", "HOME"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
            command.envs(kept).envs(environment.iter().map(|(name, value)| (name, value)));
            // What it writes there may be anything.
            let builder = TokioChildProcess::builder(command).stderr(Stdio::null());
            let (child, _) = builder.spawn().map_err(ConnectError::Start)?;
            us.serve(child).await.map_err(|error| ConnectError::Greeting(error.into()))?
        }
        McpTransport::Http { url, headers } => {
            let mut config = StreamableHttpClientTransportConfig::with_uri(url.as_str())
                .max_sse_event_size(MAX_MESSAGE)
                .custom_headers(read_headers(headers)?);
            config.allow_stateless = true;
            let transport = StreamableHttpClientTransport::with_client(client()?, config);
            us.serve(transport).await.map_err(|error| ConnectError::Greeting(error.into()))?
        }
    };
    Ok(Connection { service, changed })
}

fn read_headers(headers: &[(String, String)]) -> Result<HashMap<HeaderName, HeaderValue>, ConnectError> {
    let read = |(name, value): &(String, String)| {
        let wrong = || ConnectError::Header(name.clone());
        let mut value = HeaderValue::from_str(value).map_err(|_| wrong())?;
        value.set_sensitive(true);
        Ok((name.parse::<HeaderName>().map_err(|_| wrong())?, value))
    };
    headers.iter().map(read).collect()
}

/// Follows no redirects: the secret in a header goes to the address that was configured and to no other.
fn client() -> Result<reqwest::Client, ConnectError> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
    let roots = roots.iter().filter_map(|root| reqwest::Certificate::from_der(root.as_ref()).ok());
    reqwest::Client::builder()
        .user_agent(concat!("Callwright/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .tls_certs_merge(roots)
        .build()
        .map_err(ConnectError::Client)
}

impl Connection {
    pub fn peer(&self) -> Peer<RoleClient> {
        self.service.peer().clone()
    }

    /// Tells when the server's tools have changed.
    pub fn changed(&self) -> &Notify {
        &self.changed
    }

    pub async fn tools(&self) -> Result<Vec<Tool>, ServiceError> {
        self.service.list_all_tools().await
    }

    /// Ends when the server is gone.
    pub async fn gone(&self) {
        // The library tells of it only to who gives the connection away.
        while !self.service.is_closed() && !self.service.is_transport_closed() {
            tokio::time::sleep(LOOK).await;
        }
    }

    pub async fn close(mut self) {
        let _ = self.service.close_with_timeout(GOODBYE).await;
    }
}
