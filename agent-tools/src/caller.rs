//! Who calls, and what of the books is his.

use call_model::{CallId, ContactId, ToolFailure, ToolRequest, Verified};
use serde_json::Value;
use store::{ContactRecord, Store, StoreError};

/// Whether the caller may have something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    /// It is his.
    Yes,
    /// It is his, if he is who he seems to be: he must type his PIN.
    NeedsPin,
    /// It is not his.
    No,
}

/// The contact who calls: the one of the call's number and no other.
pub(crate) async fn contact(store: &Store, request: &ToolRequest) -> Result<Option<ContactRecord>, ToolFailure> {
    let Some(caller) = &request.caller else { return Ok(None) };
    store.contact_by_address(&store.address(caller)).await.map_err(|error| failed(&error))
}

/// Whether something of the books is the caller's: it was made in this call, or it is his contact's and he is verified
/// enough.
pub(crate) fn right(
    request: &ToolRequest,
    me: Option<&ContactRecord>,
    contact: Option<ContactId>,
    call: Option<CallId>,
    needs_pin: bool,
) -> Right {
    if call == Some(request.call) {
        return Right::Yes;
    }
    if contact.is_none() || me.map(|me| me.id) != contact || request.verified == Verified::No {
        return Right::No;
    }
    if needs_pin && request.verified < Verified::Pin { Right::NeedsPin } else { Right::Yes }
}

/// What is said where the PIN is missing.
pub(crate) fn needs_pin() -> ToolFailure {
    ToolFailure::Refused {
        message: "this is told only to a caller who has typed the PIN: ask for it to be typed, then try again"
            .to_owned(),
    }
}

/// The books failed.
pub(crate) fn failed(error: &StoreError) -> ToolFailure {
    tracing::warn!(error = error as &dyn std::error::Error, "a tool could not use the books");
    ToolFailure::Failed { message: "the books cannot be read or written now".to_owned() }
}

/// An argument that is a text; `None` where it is missing or empty.
pub(crate) fn text(request: &ToolRequest, name: &str) -> Option<String> {
    let text = request.arguments.get(name).and_then(Value::as_str)?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The arguments are wrong in a way that the schema cannot say.
pub(crate) fn invalid(message: impl Into<String>) -> ToolFailure {
    ToolFailure::Invalid { message: message.into() }
}

/// What the caller may not have.
pub(crate) fn refused(message: impl Into<String>) -> ToolFailure {
    ToolFailure::Refused { message: message.into() }
}
