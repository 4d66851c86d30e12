//! INVITE with Replaces (RFC 3891 section 3): which leg of ours it wants to take the place of.

use super::Endpoint;
use super::call::LegHandle;
use super::leg::Phase;
use crate::message::{HeaderName, Replaces, Request, StatusCode};

impl Endpoint {
    /// The leg that a request is to replace; `None` when it is to replace none. Whether it may is up to the owner.
    ///
    /// # Errors
    /// The status to refuse it with.
    pub(super) fn leg_to_replace(&self, request: &Request) -> Result<Option<LegHandle>, StatusCode> {
        let headers = &request.headers;
        let mut values = headers.get_all(&HeaderName::Replaces);
        let Some(value) = values.next() else { return Ok(None) };
        if values.next().is_some() || headers.contains(&HeaderName::Join) {
            return Err(StatusCode::BAD_REQUEST);
        }
        let replaces = Replaces::parse(value).ok_or(StatusCode::BAD_REQUEST)?;
        let unknown = StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST;
        let handle = self.legs.replaced(&replaces).ok_or(unknown)?;
        let leg = self.legs.get(handle).ok_or(unknown)?;
        match leg.phase {
            Phase::Over => Err(StatusCode::DECLINE),
            Phase::Established if replaces.early_only => Err(StatusCode::BUSY_HERE),
            // Only who rings may be replaced, not who waits for us to answer.
            Phase::Early if leg.outgoing.is_none() => Err(unknown),
            Phase::Early | Phase::Established => Ok(Some(handle)),
        }
    }
}
