//! All tools by name: arguments checked, time kept, effects once.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use call_model::{ToolFailure, ToolRequest, ToolSpec};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::{OnceBook, Tool};

/// Limits of a toolbox.
#[derive(Debug, Clone)]
pub struct ToolboxSettings {
    /// How long a tool may take that says nothing of its own. Default: 10 s.
    pub time_limit: Duration,
    /// The largest result, in bytes of JSON; a larger one is a failure. Default: 16 KiB.
    pub max_result: usize,
    /// The most tools at a time that change something; one more fails at once. Default: 256.
    pub max_running: usize,
}

impl Default for ToolboxSettings {
    fn default() -> Self {
        Self { time_limit: Duration::from_secs(10), max_result: 16 * 1024, max_running: 256 }
    }
}

/// The tools of the house. Cheap to clone: all clones are the same box.
#[derive(Clone)]
pub struct Toolbox(Arc<Inner>);

struct Inner {
    settings: ToolboxSettings,
    book: Arc<dyn OnceBook>,
    tools: RwLock<BTreeMap<String, Arc<dyn Tool>>>,
}

impl Toolbox {
    /// An empty box.
    pub fn new(book: Arc<dyn OnceBook>, settings: ToolboxSettings) -> Self {
        Self(Arc::new(Inner { settings, book, tools: RwLock::default() }))
    }

    /// Puts a tool in, by its name; one of the same name is replaced.
    pub fn add(&self, tool: Arc<dyn Tool>) {
        let name = tool.spec("en").name;
        self.0.tools.write().unwrap_or_else(PoisonError::into_inner).insert(name, tool);
    }

    /// Takes every tool out whose name the test holds for.
    pub fn remove(&self, out: impl Fn(&str) -> bool) {
        self.0.tools.write().unwrap_or_else(PoisonError::into_inner).retain(|name, _| !out(name));
    }

    /// The tool of that name.
    pub fn tool(&self, name: &str) -> Option<Arc<dyn Tool>> {
        self.0.tools.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// The names of all tools, sorted.
    pub fn names(&self) -> Vec<String> {
        self.0.tools.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// What a brain is told of the tool of that name.
    pub fn spec(&self, name: &str, language: &str) -> Option<ToolSpec> {
        self.tool(name).map(|tool| tool.spec(language))
    }

    /// Uses a tool. To be called inside a tokio runtime. What changes something goes on to its end although this is
    /// dropped or its time is over; asked again with the same `once`, its result is given back.
    pub fn run(&self, request: ToolRequest) -> BoxFuture<'static, Result<Value, ToolFailure>> {
        let this = self.clone();
        async move {
            let failed = |message: &str| ToolFailure::Failed { message: message.to_owned() };
            let tool = this.tool(&request.name).ok_or_else(|| failed("there is no such tool"))?;
            let limit = tool.time_limit().unwrap_or(this.0.settings.time_limit);
            let run = AssertUnwindSafe(tool.run(request)).catch_unwind();
            match tokio::time::timeout(limit, run).await {
                Ok(Ok(result)) => result,
                Ok(Err(_)) => Err(failed("the tool broke")),
                Err(_) => Err(ToolFailure::TimedOut),
            }
        }
        .boxed()
    }
}
