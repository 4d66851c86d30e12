//! The tools of the house: the business's own, those by HTTP that are written as YAML, and those of MCP servers.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use agent_tools::http::{Exchange, SecretPlace, parse};
use agent_tools::mcp::{McpServer, McpSettings, McpTransport, SEPARATOR};
use agent_tools::{StoreBook, Toolbox, ToolboxSettings, business_tools};
use call_model::{HttpFailure, HttpReply, HttpRequest, ToolFailure, ToolRequest};
use calls::{HttpClient, ToolFuture, Tools};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use store::Store;

use super::desk::FrontDesk;
use super::http_client::FlowHttp;
use super::traces::Doing;
use crate::config::{Config, McpConfig, SecretError, SecretPlaces};

/// Why the tools cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ToolsFailure {
    /// A tool's file is wrong.
    #[error("{path} is no tool:\n{faults}")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong, a line each.
        faults: String,
    },
    /// A tool's file or their folder cannot be read.
    #[error("{path} cannot be read")]
    Read {
        /// The path.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A tool by HTTP has the name of another one.
    #[error("{path}: there is a tool of that name already")]
    Twice {
        /// Its file.
        path: PathBuf,
    },
    /// An MCP server is not written as it must be.
    #[error("`mcp` `{name}`: {what}")]
    Mcp {
        /// Its name.
        name: String,
        /// What is wrong.
        what: &'static str,
    },
    /// A secret is missing.
    #[error("a secret of `mcp` is missing")]
    Secret(#[from] SecretError),
}

/// The toolbox as calls use it.
pub(super) struct HouseTools(pub Toolbox);

impl Tools for HouseTools {
    fn run(&self, request: ToolRequest) -> ToolFuture {
        let app = telemetry::trace::CallStory::app(request.call);
        let doing = Doing::begin(request.call, "tool", &request.once, Some(app));
        let Some(doing) = doing.map(|doing| doing.with("callwright.tool", &request.name)) else {
            return self.0.run(request);
        };
        let run = self.0.run(request);
        Box::pin(async move {
            let outcome = agent_tools::trace::scope(Some(doing.header()), run).await;
            doing.done(outcome.as_ref().err().map(word));
            outcome
        })
    }
}

const fn word(failure: &ToolFailure) -> &'static str {
    match failure {
        ToolFailure::Invalid { .. } => "invalid",
        ToolFailure::Refused { .. } => "refused",
        ToolFailure::TimedOut => "timed_out",
        ToolFailure::Failed { .. } => "failed",
    }
}

/// Tools by HTTP go where flows may go.
struct Door(Arc<FlowHttp>);

impl Exchange for Door {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpReply, HttpFailure>> {
        self.0.send(request)
    }
}

/// Opens the toolbox, with the business's tools and those by HTTP of the folder `tools`.
pub(super) fn open(
    store: &Store,
    desk: &FrontDesk,
    config: &Config,
    http: &Arc<FlowHttp>,
) -> Result<Toolbox, ToolsFailure> {
    let book = StoreBook::new(store.clone(), Arc::new(Timestamp::now));
    let toolbox = Toolbox::new(Arc::new(book), ToolboxSettings::default());
    for tool in business_tools(&desk.house, desk.desk.as_ref(), desk.by_mail) {
        toolbox.add(tool);
    }
    if let Some(folder) = &config.business.folder {
        let exchange: Arc<dyn Exchange> = Arc::new(Door(http.clone()));
        by_http(&toolbox, &folder.join("tools"), &exchange, &secret)?;
    }
    Ok(toolbox)
}

/// Where a secret is, and what it is.
pub(super) type Secrets<'a> = &'a dyn Fn(&SecretPlace) -> Result<String, String>;

/// Puts the tools by HTTP of a folder into the box.
pub(super) fn by_http(
    toolbox: &Toolbox,
    folder: &Path,
    exchange: &Arc<dyn Exchange>,
    secrets: Secrets<'_>,
) -> Result<(), ToolsFailure> {
    let unread = |path: &Path| {
        let path = path.to_owned();
        move |source| ToolsFailure::Read { path, source }
    };
    if !folder.exists() {
        return Ok(());
    }
    let entries = std::fs::read_dir(folder).map_err(unread(folder))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    for path in paths {
        let yaml = std::fs::read_to_string(&path).map_err(unread(&path))?;
        let name = path.file_stem().and_then(std::ffi::OsStr::to_str).unwrap_or_default().to_owned();
        if toolbox.tool(&name).is_some() || name.contains(SEPARATOR) {
            return Err(ToolsFailure::Twice { path });
        }
        let tool = parse(&name, &yaml, secrets, exchange.clone()).map_err(|faults| {
            let faults = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
            ToolsFailure::File { path, faults }
        })?;
        toolbox.add(Arc::new(tool));
    }
    Ok(())
}

fn secret(place: &SecretPlace) -> Result<String, String> {
    let (env, file) = match place {
        SecretPlace::Env(name) => (Some(name.as_str()), None),
        SecretPlace::File(path) => (None, Some(Path::new(path))),
    };
    let found = SecretPlaces { here: None, env, file }.resolve().map_err(|error| error.to_string())?;
    found.map(|secret| secret.expose_secret().to_owned()).ok_or_else(|| "no place is named".to_owned())
}

/// Begins to keep the MCP servers; their tools come into the box when they answer.
pub(super) fn keep_servers(config: &Config, toolbox: &Toolbox) -> Result<Vec<McpServer>, ToolsFailure> {
    let settings: Vec<McpSettings> = config.mcp.iter().map(settings_of).collect::<Result<_, _>>()?;
    Ok(settings.into_iter().map(|settings| McpServer::start(settings, toolbox.clone())).collect())
}

fn settings_of(config: &McpConfig) -> Result<McpSettings, ToolsFailure> {
    let wrong = |what| ToolsFailure::Mcp { name: config.name.clone(), what };
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if config.name.is_empty() || config.name.len() > 32 || !config.name.chars().all(fits) {
        return Err(wrong("its `name` has up to 32 letters, digits and `-`"));
    }
    let secret = config.resolve_secret()?.map(|secret| secret.expose_secret().to_owned());
    let transport = match (config.command.split_first(), &config.url) {
        (Some((program, arguments)), None) => {
            let mut environment: Vec<(String, String)> = config.environment.clone().into_iter().collect();
            if let (Some(name), Some(secret)) = (&config.secret_variable, secret) {
                environment.push((name.clone(), secret));
            }
            McpTransport::Command { program: program.clone(), arguments: arguments.to_vec(), environment }
        }
        (None, Some(url)) => {
            let header =
                secret.map(|secret| (config.secret_header.clone(), format!("{}{secret}", config.secret_prefix)));
            McpTransport::Http { url: url.clone(), headers: header.into_iter().collect() }
        }
        _ => return Err(wrong("it has either a `command` or a `url`")),
    };
    let time_limit = Duration::from_secs(config.time_limit_s.clamp(1, 120));
    Ok(McpSettings { time_limit, ..McpSettings::new(&config.name, transport) })
}
