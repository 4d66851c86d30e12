//! The one gate that every outbound call passes: there is no second way out.

use crate::directory::Trunk;

/// What is asked of the gate.
#[derive(Debug, Clone, Copy)]
pub struct OutboundRequest<'a> {
    /// The number to be called, E.164; `None` for a SIP address of a member or of a test.
    pub number: Option<&'a str>,
    /// The trunk that would carry it; `None` for a SIP address.
    pub trunk: Option<&'a Trunk>,
    /// Calls that the trunk carries now.
    pub trunk_calls: usize,
    /// The contact said that they do not want to be called.
    pub opted_out: bool,
    /// A person of the business dialled it by hand: opt-outs are for automatic calls.
    pub by_person: bool,
}

/// Why an outbound call is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The contact does not want to be called.
    #[error("the contact has opted out of calls: nothing was dialled")]
    OptedOut,
    /// The destination is not among those allowed on the trunk.
    #[error("the trunk `{0}` may not call this destination: add its prefix to `allowed_prefixes`")]
    Destination(String),
    /// The trunk carries as many calls as it may.
    #[error("the trunk `{0}` carries as many calls as `max_calls` allows: try again later")]
    TrunkFull(String),
}

/// Decides whether an outbound call may be made.
pub fn permit(request: OutboundRequest<'_>) -> Result<(), Refusal> {
    if request.opted_out && !request.by_person {
        return Err(Refusal::OptedOut);
    }
    let Some(trunk) = request.trunk else { return Ok(()) };
    if let Some(number) = request.number {
        let allowed = &trunk.allowed_prefixes;
        if !allowed.is_empty() && !allowed.iter().any(|prefix| number.starts_with(prefix.as_str())) {
            return Err(Refusal::Destination(trunk.name.clone()));
        }
    }
    if trunk.max_calls > 0 && request.trunk_calls >= trunk.max_calls {
        return Err(Refusal::TrunkFull(trunk.name.clone()));
    }
    Ok(())
}
