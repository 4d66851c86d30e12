//! One thing that an agent can get done.

use std::time::Duration;

use call_model::{ToolFailure, ToolRequest, ToolSpec, Verified};
use futures_util::future::BoxFuture;
use serde_json::Value;

/// A tool of the house. Shared by all calls.
pub trait Tool: Send + Sync {
    /// What a brain is told of it, in the agent's language (BCP 47) where that makes a difference. The name is always
    /// the same.
    fn spec(&self, language: &str) -> ToolSpec;

    /// Does it. The arguments fit the schema of [`spec`](Self::spec). What it gives back is read by a model: small,
    /// with names that speak for themselves.
    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>>;

    /// Whether it changes anything. What does is done once for each `once` of a request, whatever is retried; what only
    /// looks something up is simply run.
    fn has_effect(&self) -> bool;

    /// How sure it must be that the caller is the contact before it runs at all. Anything less is refused, with the way
    /// to more. A tool that tells of some things only looks at [`ToolRequest::verified`] itself.
    fn needs(&self) -> Verified {
        Verified::No
    }

    /// Running it twice with the same `once` does it once, by its own books. It is then run again where a run was cut
    /// off by the end of the program; for any other tool it is not known then whether it happened.
    fn repeats_safely(&self) -> bool {
        false
    }

    /// Names of tools whose earlier results in the same call no longer hold once this one has succeeded: asked the same
    /// again, they run again. Cancelling an appointment undoes booking it.
    fn undoes(&self) -> &[&str] {
        &[]
    }

    /// How long it may take; `None`: as the toolbox says.
    fn time_limit(&self) -> Option<Duration> {
        None
    }
}
