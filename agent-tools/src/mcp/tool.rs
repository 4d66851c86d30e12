//! One tool of an MCP server.

use std::sync::Arc;
use std::time::Duration;

use call_model::{ToolFailure, ToolRequest, ToolSpec};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rmcp::model::{CallToolRequestParams, CallToolResult, ContentBlock, MetaObject, RequestMetaObject};
use rmcp::service::ServiceError;
use serde_json::{Value, json};

use super::{Line, McpSettings, SEPARATOR};
use crate::Tool;

/// The longest name that models' servers take.
const MAX_NAME: usize = 64;
/// The longest description that is taken, in bytes.
const MAX_ABOUT: usize = 2 * 1024;
/// The longest reason of a failure that is told, in bytes.
const MAX_REASON: usize = 500;

pub(super) struct McpTool {
    spec: ToolSpec,
    /// Its name at the server.
    name: String,
    line: Arc<Line>,
    time_limit: Duration,
    has_effect: bool,
    repeats_safely: bool,
}

impl McpTool {
    /// `None`: a model could not call it by its name.
    pub fn new(settings: &McpSettings, line: &Arc<Line>, tool: rmcp::model::Tool) -> Option<Self> {
        let ours = format!("{}{SEPARATOR}{}", settings.name, tool.name);
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if ours.len() > MAX_NAME || !ours.chars().all(fits) {
            tracing::warn!(server = %settings.name, "a tool of an MCP server has a name that models cannot call");
            return None;
        }
        let mut about = tool.description.map(String::from).unwrap_or_default();
        about.truncate(about.floor_char_boundary(MAX_ABOUT));
        let hints = tool.annotations.unwrap_or_default();
        Some(Self {
            spec: ToolSpec { name: ours, description: about, parameters: Value::Object((*tool.input_schema).clone()) },
            name: tool.name.into_owned(),
            line: line.clone(),
            time_limit: settings.time_limit,
            // What says nothing of itself may do anything.
            has_effect: hints.read_only_hint != Some(true),
            repeats_safely: hints.idempotent_hint == Some(true),
        })
    }

    async fn call(&self, request: ToolRequest) -> Result<Value, ToolFailure> {
        let peer = self.line.peer().ok_or_else(|| failed("the system that has this tool is not there now"))?;
        let mut arguments = request.arguments.as_object().cloned().unwrap_or_default();
        // What the caller typed goes where the tool has a place of that name.
        arguments.extend(request.keys.into_iter().map(|(name, keys)| (name, Value::from(keys))));
        let mut params = CallToolRequestParams::new(self.name.clone()).with_arguments(arguments);
        if let Some(traceparent) = crate::trace::current() {
            let mut meta = MetaObject::new();
            meta.set_traceparent(traceparent);
            params.meta = Some(RequestMetaObject(meta));
        }
        match peer.call_tool(params).await {
            Ok(result) => understood(result),
            Err(ServiceError::McpError(error)) => {
                Err(failed(&format!("the system refused it: {}", clip(&error.message))))
            }
            Err(ServiceError::TransportSend(_)) => Err(failed("the system that has this tool cannot be reached")),
            // It broke off, and may have done it.
            Err(_) if self.has_effect => Err(ToolFailure::TimedOut),
            Err(_) => Err(failed("the system that has this tool broke off")),
        }
    }
}

impl Tool for McpTool {
    fn spec(&self, _: &str) -> ToolSpec {
        self.spec.clone()
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        self.call(request).boxed()
    }

    fn has_effect(&self) -> bool {
        self.has_effect
    }

    fn repeats_safely(&self) -> bool {
        self.repeats_safely
    }

    fn time_limit(&self) -> Option<Duration> {
        Some(self.time_limit)
    }
}

/// A result as a model reads it: what is structured as it is, else the texts; pictures and sound are left out.
fn understood(result: CallToolResult) -> Result<Value, ToolFailure> {
    let texts: Vec<&str> =
        result.content.iter().filter_map(ContentBlock::as_text).map(|text| text.text.as_str()).collect();
    let text = texts.join("\n");
    if result.is_error == Some(true) {
        return Err(failed(&clip(&text)));
    }
    if let Some(structured) = result.structured_content.filter(|value| !value.is_null()) {
        return Ok(structured);
    }
    if text.is_empty() {
        return Ok(json!({ "done": true }));
    }
    // Many write JSON as text.
    let read = serde_json::from_str::<Value>(&text).ok().filter(|value| value.is_object() || value.is_array());
    Ok(read.unwrap_or_else(|| json!({ "text": text })))
}

fn clip(text: &str) -> String {
    text[..text.floor_char_boundary(MAX_REASON)].to_owned()
}

fn failed(message: &str) -> ToolFailure {
    ToolFailure::Failed { message: message.to_owned() }
}
