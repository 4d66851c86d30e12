//! All tools by name: arguments checked, time kept, effects once.

use std::collections::{BTreeMap, HashMap};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use call_model::{ToolFailure, ToolRequest, ToolSpec, Verified};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::{Begun, OnceBook, Tool, schema, typed};

/// Limits of a toolbox.
#[derive(Debug, Clone)]
pub struct ToolboxSettings {
    /// How long a tool may take that says nothing of its own. Default: 10 s.
    pub time_limit: Duration,
    /// How long one that changes something may go on behind the scenes after its time is over. Default: 2 min.
    pub longest: Duration,
    /// The largest result, in bytes of JSON; a larger one is cut. Default: 16 KiB.
    pub max_result: usize,
    /// The most tools at a time that change something; one more fails at once. Default: 256.
    pub max_running: usize,
}

impl Default for ToolboxSettings {
    fn default() -> Self {
        let (time_limit, longest) = (Duration::from_secs(10), Duration::from_mins(2));
        Self { time_limit, longest, max_result: 16 * 1024, max_running: 256 }
    }
}

type Outcome = Result<Value, ToolFailure>;

/// The tools of the house. Cheap to clone: all clones are the same box.
#[derive(Clone)]
pub struct Toolbox(Arc<Inner>);

struct Inner {
    settings: ToolboxSettings,
    book: Arc<dyn OnceBook>,
    tools: watch::Sender<BTreeMap<String, Arc<dyn Tool>>>,
    /// What changes something and is under way, by its `once`.
    running: Mutex<HashMap<String, watch::Receiver<Option<Outcome>>>>,
}

impl Toolbox {
    /// An empty box.
    pub fn new(book: Arc<dyn OnceBook>, settings: ToolboxSettings) -> Self {
        Self(Arc::new(Inner { settings, book, tools: watch::Sender::default(), running: Mutex::default() }))
    }

    /// Puts a tool in, by its name; one of the same name is replaced.
    pub fn add(&self, tool: Arc<dyn Tool>) {
        let name = tool.spec("en").name;
        self.0.tools.send_modify(|tools| _ = tools.insert(name, tool));
    }

    /// Takes every tool out whose name the test holds for.
    pub fn remove(&self, out: impl Fn(&str) -> bool) {
        self.0.tools.send_modify(|tools| tools.retain(|name, _| !out(name)));
    }

    /// Takes tools out and puts others in, in one step: nobody sees the box in between.
    pub fn replace(&self, out: impl Fn(&str) -> bool, tools: Vec<Arc<dyn Tool>>) {
        let named: Vec<_> = tools.into_iter().map(|tool| (tool.spec("en").name, tool)).collect();
        self.0.tools.send_modify(|known| {
            known.retain(|name, _| !out(name));
            known.extend(named);
        });
    }

    /// Waits until a tool of that name is in the box, or is not: those of MCP servers come and go.
    pub async fn until(&self, name: &str, there: bool) {
        let mut tools = self.0.tools.subscribe();
        // It fails only where the box is gone.
        let _ = tools.wait_for(|tools| tools.contains_key(name) == there).await;
    }

    /// The tool of that name.
    pub fn tool(&self, name: &str) -> Option<Arc<dyn Tool>> {
        self.0.tools.borrow().get(name).cloned()
    }

    /// The names of all tools, sorted.
    pub fn names(&self) -> Vec<String> {
        self.0.tools.borrow().keys().cloned().collect()
    }

    /// What a brain is told of the tool of that name.
    pub fn spec(&self, name: &str, language: &str) -> Option<ToolSpec> {
        self.tool(name).map(|tool| tool.spec(language))
    }

    /// What a brain is told of tools by their names, and of all tools of MCP servers by theirs; what is not there now is
    /// left out.
    pub fn specs<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
        servers: impl IntoIterator<Item = &'a str>,
        language: &str,
    ) -> Vec<ToolSpec> {
        let prefixes: Vec<String> = servers.into_iter().map(crate::mcp::prefix).collect();
        let of_servers = self.names().into_iter().filter(|name| prefixes.iter().any(|prefix| name.starts_with(prefix)));
        let mut wanted: Vec<String> = names.into_iter().map(str::to_owned).collect();
        wanted.extend(of_servers.filter(|name| !wanted.contains(name)).collect::<Vec<_>>());
        wanted.iter().filter_map(|name| self.spec(name, language)).collect()
    }

    /// Uses a tool. To be called inside a tokio runtime.
    ///
    /// Arguments that do not fit are refused before anything runs. What changes something goes on to its end although
    /// this is dropped or its time is over; asked again with the same `once`, it is not done again, and its result is
    /// given back. What the caller typed is in no result.
    pub fn run(&self, request: ToolRequest) -> BoxFuture<'static, Outcome> {
        let this = self.clone();
        async move {
            let name = request.name.clone();
            let begun = tokio::time::Instant::now();
            let outcome = this.checked(request).await;
            let word = outcome.as_ref().err().map_or("done", word);
            metrics::counter!("callwright_tool_uses_total", "tool" => name.clone(), "outcome" => word).increment(1);
            let took = begun.elapsed().as_secs_f64();
            metrics::histogram!("callwright_tool_seconds", "tool" => name.clone()).record(took);
            tracing::debug!(tool = %name, outcome = word, "a tool was used");
            outcome
        }
        .boxed()
    }

    async fn checked(self, mut request: ToolRequest) -> Outcome {
        let tool = self.tool(&request.name).ok_or_else(|| failed("there is no such tool"))?;
        entitled(tool.needs(), request.verified)?;
        let spec = tool.spec(&request.language);
        check(&spec, &mut request)?;
        let limit = tool.time_limit().unwrap_or(self.0.settings.time_limit);
        if tool.has_effect() {
            let mut coming = self.once(tool, request)?;
            let done = tokio::time::timeout(limit, coming.wait_for(Option::is_some)).await;
            return match done {
                Ok(Ok(outcome)) => outcome.clone().unwrap_or_else(|| Err(failed("it broke"))),
                // Its task is gone: the program ends.
                Ok(Err(_)) | Err(_) => Err(ToolFailure::TimedOut),
            };
        }
        let outcome = tokio::time::timeout(limit, self.plainly(&*tool, request)).await;
        outcome.unwrap_or(Err(ToolFailure::TimedOut))
    }

    /// The outcome of what is done under this key: it is begun now, or is under way.
    fn once(&self, tool: Arc<dyn Tool>, request: ToolRequest) -> Result<watch::Receiver<Option<Outcome>>, ToolFailure> {
        let mut running = self.0.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(coming) = running.get(&request.once) {
            return Ok(coming.clone());
        }
        if running.len() >= self.0.settings.max_running {
            metrics::counter!("callwright_tools_refused_total").increment(1);
            return Err(failed("too much is being done at the moment"));
        }
        let (done, coming) = watch::channel(None);
        running.insert(request.once.clone(), coming.clone());
        let this = self.clone();
        let traceparent = crate::trace::current();
        tokio::spawn(async move {
            let key = request.once.clone();
            let outcome = crate::trace::scope(traceparent, this.by_the_book(&*tool, request)).await;
            this.0.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
            // Nobody may wait for it any more.
            let _ = done.send(Some(outcome));
        });
        Ok(coming)
    }

    async fn by_the_book(&self, tool: &dyn Tool, request: ToolRequest) -> Outcome {
        let book = &self.0.book;
        let (call, key) = (request.call, request.once.clone());
        match book.begin(&key).await {
            Ok(Begun::New) => {}
            Ok(Begun::Open) if tool.repeats_safely() => {}
            Ok(Begun::Done(result)) => return Ok(result),
            Ok(Begun::Open) => return Err(ToolFailure::TimedOut),
            Err(error) => {
                tracing::error!(%error, "a tool is not run, since the books cannot be written");
                return Err(failed("it could not be written down, so nothing was done"));
            }
        }
        let run = self.plainly(tool, request);
        let outcome = tokio::time::timeout(self.0.settings.longest, run).await.unwrap_or(Err(ToolFailure::TimedOut));
        let kept = match &outcome {
            Ok(result) => {
                let mut kept = Ok(());
                for undone in tool.undoes() {
                    kept = kept.and(book.forget(&format!("{call}/{undone}/")).await);
                }
                kept.and(book.keep(&key, result).await)
            }
            // Whether it happened is not known: it stays begun.
            Err(ToolFailure::TimedOut) => Ok(()),
            Err(_) => book.forget(&key).await,
        };
        if let Err(error) = kept {
            tracing::error!(%error, "what a tool did is missing in the books");
        }
        outcome
    }

    async fn plainly(&self, tool: &dyn Tool, request: ToolRequest) -> Outcome {
        let (name, keys, has_effect) = (request.name.clone(), request.keys.clone(), tool.has_effect());
        let run = AssertUnwindSafe(async { tool.run(request).await }).catch_unwind().await;
        let outcome = run.unwrap_or_else(|_| {
            tracing::error!(tool = %name, "a tool panicked");
            // Whether it happened is not known.
            Err(if has_effect { ToolFailure::TimedOut } else { failed("it broke") })
        });
        bounded(typed::mask(&keys, outcome), self.0.settings.max_result)
    }
}

/// Whether a caller who is verified this far may use a tool that needs so much.
fn entitled(needs: Verified, verified: Verified) -> Result<(), ToolFailure> {
    if verified >= needs {
        return Ok(());
    }
    let message = match needs {
        Verified::Pin => "only for a caller who has typed his PIN: ask for it to be typed, then try again",
        Verified::Number | Verified::No => "only for a caller whose number is known: offer to take a message instead",
    };
    Err(ToolFailure::Refused { message: message.to_owned() })
}

/// Checks the arguments. What the caller typed stands for arguments of that name, and does not become one.
fn check(spec: &ToolSpec, request: &mut ToolRequest) -> Result<(), ToolFailure> {
    let invalid = |message| ToolFailure::Invalid { message };
    if request.keys.is_empty() {
        return schema::check(&spec.parameters, &mut request.arguments).map_err(invalid);
    }
    let mut all = request.arguments.clone();
    let known = |name: &String| spec.parameters.get("properties").is_some_and(|known| known.get(name).is_some());
    if let Some(fields) = all.as_object_mut() {
        let typed = request.keys.iter().filter(|(name, _)| known(name));
        fields.extend(typed.map(|(name, keys)| (name.clone(), Value::from(keys.clone()))));
    }
    schema::check(&spec.parameters, &mut all).map_err(invalid)
}

fn failed(message: &str) -> ToolFailure {
    ToolFailure::Failed { message: message.to_owned() }
}

fn word(failure: &ToolFailure) -> &'static str {
    match failure {
        ToolFailure::Invalid { .. } => "invalid",
        ToolFailure::Refused { .. } => "refused",
        ToolFailure::TimedOut => "timed_out",
        ToolFailure::Failed { .. } => "failed",
    }
}

/// A result that a model can read at once; what is too long keeps its beginning.
fn bounded(outcome: Outcome, max: usize) -> Outcome {
    let result = outcome?;
    let text = result.to_string();
    if text.len() <= max {
        return Ok(result);
    }
    Ok(json!({ "cut": true, "beginning": &text[..text.floor_char_boundary(max)] }))
}
