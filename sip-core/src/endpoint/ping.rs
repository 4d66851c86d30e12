//! OPTIONS as a sign of life (RFC 3261 section 11).

use std::time::Instant;

use super::Endpoint;
use super::call::PingHandle;
use super::client::{Failure, OwnContact};
use super::core::Owner;
use super::event::{Event, PingError};
use crate::body::Body;
use crate::dialog::Hop;
use crate::message::{CSeq, HeaderName, Host, Method, NameAddr, Request, Response, StatusCode, Uri};

impl Endpoint {
    pub(super) fn start_ping(&mut self, now: Instant, target: Uri) -> PingHandle {
        let handle = PingHandle(self.core.new_id());
        if self.core.is_full(1) {
            self.core.event(Event::Pong { handle, result: Err(PingError::Unreachable) });
            return handle;
        }
        self.pings.insert(handle, now);
        let own = self.core.config.listeners.first().map(|listener| {
            let fallback = || crate::message::HostPort { host: listener.local.ip().into(), port: None };
            listener.advertised.clone().unwrap_or_else(fallback).host
        });
        let own = own.unwrap_or_else(|| Host::Name("anonymous.invalid".into()));
        let from = NameAddr::new(Uri::sip(Some("ping"), own, None)).with_tag(&self.core.chance.tag());
        let mut request = Request::new(Method::Options, target.clone());
        request.uri.headers = None;
        let headers = &mut request.headers;
        headers.push(HeaderName::MaxForwards, self.core.config.limits.max_forwards.to_string());
        headers.push(HeaderName::From, from.to_string());
        headers.push(HeaderName::To, NameAddr::new(request.uri.clone()).to_string());
        headers.push(HeaderName::CallId, self.core.chance.long_token());
        headers.push(HeaderName::CSeq, CSeq::new(1, Method::Options).to_string());
        headers.push(HeaderName::Accept, Body::SDP);
        let contact = OwnContact::Dialog { user: Some("ping".into()), feature: None };
        self.core.request(now, Owner::Ping(handle), request, &Hop::to(target), contact);
        handle
    }

    pub(super) fn on_ping_done(&mut self, now: Instant, handle: PingHandle, outcome: Result<&Response, Failure>) {
        let Some(sent) = self.pings.remove(&handle) else { return };
        let result = match outcome {
            Err(Failure::NoResponse) => Err(PingError::NoResponse),
            Err(Failure::Unreachable | Failure::Unresolved) => Err(PingError::Unreachable),
            Ok(response) => match response.status {
                StatusCode::REQUEST_TIMEOUT
                | StatusCode::TEMPORARILY_UNAVAILABLE
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::SERVER_TIMEOUT => Err(PingError::Refused(response.status.code())),
                _ => Ok(now.saturating_duration_since(sent)),
            },
        };
        self.core.event(Event::Pong { handle, result });
    }
}
