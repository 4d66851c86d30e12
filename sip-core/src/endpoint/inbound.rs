//! What arrives: from the socket to the part that it concerns.

use std::time::Instant;

use super::Endpoint;
use super::call::LegHandle;
use super::content;
use super::event::Event;
use super::server::{Arrival, ServerId};
use super::sign::Sign;
use crate::body::Body;
use crate::flow::{Flow, Protocol};
use crate::message::{
    HeaderName, Message, Method, ParseError, ParseErrorKind, Request, Response, StatusCode, parse_datagram,
};

impl Endpoint {
    pub(super) fn datagram_arrived(&mut self, now: Instant, flow: Flow, data: &[u8]) {
        let parsed = parse_datagram(data, &self.core.config.parsing);
        self.message_arrived(now, flow, parsed);
    }

    pub(super) fn message_arrived(&mut self, now: Instant, flow: Flow, parsed: Result<Message, ParseError>) {
        match parsed {
            Ok(message) => {
                self.core.counters.received += 1;
                match message {
                    Message::Request(request) => self.receive_request(now, flow, request),
                    Message::Response(response) => self.core.receive_response(now, flow, response),
                }
            }
            // A keep-alive.
            Err(error) if error.kind == ParseErrorKind::Empty => {}
            Err(error) => {
                self.core.counters.received += 1;
                self.core.counters.malformed += 1;
                if flow.protocol != Protocol::Udp {
                    self.core.note_sign(flow.remote.ip(), Sign::Malformed);
                }
                if let Some((status, request)) = error.answer() {
                    let mut request = request.clone();
                    note_source(&mut request, flow);
                    self.core.respond_stateless(flow, &request, status, |response| {
                        if status == StatusCode::NOT_IMPLEMENTED {
                            response.headers.push(HeaderName::Allow, content::ALLOW);
                        }
                    });
                }
            }
        }
    }

    fn receive_request(&mut self, now: Instant, flow: Flow, mut request: Request) {
        note_source(&mut request, flow);
        if self.is_for_no_dialog(&request) {
            // It could be made up by anybody: nothing is kept of it (RFC 3261 sections 12.2.2 and 8.2.7).
            let status = StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST;
            return self.core.respond_stateless(flow, &request, status, |_| {});
        }
        match self.core.arrive(now, flow, &request) {
            Arrival::New(id) => self.new_request(now, flow, id, request),
            Arrival::Merged(id) => self.refuse(now, id, &request, StatusCode::LOOP_DETECTED, Vec::new()),
            Arrival::Repeated => {}
            Arrival::Ack => self.receive_ack(now, &request),
            Arrival::Refused => self.refuse_overload(flow, &request),
        }
    }

    /// Whether a request names a dialog that does not exist, and is not one that came before.
    fn is_for_no_dialog(&self, request: &Request) -> bool {
        let in_dialog = request.headers.to().is_ok_and(|to| to.tag().is_some());
        in_dialog
            && !matches!(request.method, Method::Ack | Method::Cancel)
            && self.legs.find(request).is_none()
            && self.legs.find_early(request).is_none()
            && content::refusal(request).is_none()
            && !self.core.knows(request)
    }

    fn new_request(&mut self, now: Instant, flow: Flow, id: ServerId, request: Request) {
        if request.method == Method::Cancel {
            return self.receive_cancel(now, id, &request);
        }
        let in_dialog = request.headers.to().is_ok_and(|to| to.tag().is_some());
        let leg = if in_dialog { self.legs.find(&request) } else { None };
        if let Some((status, extra)) = content::refusal(&request) {
            return self.refuse(now, id, &request, status, extra);
        }
        if let Some((leg, tag)) = self.legs.find_early(&request).filter(|_| in_dialog && leg.is_none()) {
            return self.request_in_early_dialog(now, flow, id, (leg, &tag), &request);
        }
        match (&request.method, leg) {
            (_, Some(leg)) => self.request_in_dialog(now, flow, id, leg, &request),
            (Method::Register, None) => self.receive_register(now, flow, id, &request),
            (_, None) if in_dialog => {
                self.refuse(now, id, &request, StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST, Vec::new());
            }
            (Method::Invite, None) => self.incoming_call(now, flow, id, request),
            (Method::Options, None) if self.core.draining => self.refuse_call_overload(now, id, &request),
            (Method::Options, None) => self.answer_options(now, id, &request),
            // Nobody makes us call somebody without a call of his own.
            (Method::Refer, None) => self.refuse(now, id, &request, StatusCode::FORBIDDEN, Vec::new()),
            (Method::Subscribe, None) => self.refuse_event(now, id, &request),
            _ => self.refuse(now, id, &request, StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST, Vec::new()),
        }
    }

    /// A request for a leg that is known.
    fn request_in_dialog(&mut self, now: Instant, flow: Flow, id: ServerId, handle: LegHandle, request: &Request) {
        let Some(leg) = self.legs.get_mut(handle) else { return };
        let seq = request.headers.cseq().map_or(0, |cseq| cseq.seq);
        if !leg.dialog.take_remote_seq(seq) {
            return self.refuse(now, id, request, StatusCode::SERVER_INTERNAL_ERROR, Vec::new());
        }
        leg.dialog.heard_by(flow);
        let over = leg.is_over();
        match request.method {
            // Two that cross are both right.
            Method::Bye => self.receive_bye(now, id, handle, request),
            Method::Subscribe if over => self.receive_subscribe(now, id, handle, request),
            _ if over => self.refuse(now, id, request, StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST, Vec::new()),
            Method::Invite => self.receive_reinvite(now, id, handle, request),
            Method::Info => self.receive_info(now, id, handle, request),
            Method::Prack => self.receive_prack(now, id, handle, request),
            Method::Update => self.receive_update(now, id, handle, None, request),
            Method::Refer => self.receive_refer(now, id, handle, request),
            Method::Notify => self.receive_notify(now, id, handle, request),
            Method::Subscribe => self.receive_subscribe(now, id, handle, request),
            _ => self.answer_options(now, id, request),
        }
    }

    /// Answers a request that is not an INVITE to a leg, or refuses one that is.
    pub(super) fn refuse(
        &mut self,
        now: Instant,
        id: ServerId,
        request: &Request,
        status: StatusCode,
        extra: Vec<(HeaderName, String)>,
    ) {
        let tag = self.core.chance.tag();
        let mut response = self.core.response(request, status, &tag);
        push_all(&mut response, extra);
        self.core.respond(now, id, &response);
    }

    /// 503, and when to come back.
    fn refuse_overload(&mut self, flow: Flow, request: &Request) {
        self.core.counters.overloaded += 1;
        let after = self.core.config.limits.retry_after.as_secs().to_string();
        self.core.respond_stateless(flow, request, StatusCode::SERVICE_UNAVAILABLE, |response| {
            response.headers.push(HeaderName::RetryAfter, after);
        });
    }

    /// The same for a request that already has its transaction.
    pub(super) fn refuse_call_overload(&mut self, now: Instant, id: ServerId, request: &Request) {
        self.core.counters.overloaded += 1;
        let after = self.core.config.limits.retry_after.as_secs().to_string();
        let extra = vec![(HeaderName::RetryAfter, after)];
        self.refuse(now, id, request, StatusCode::SERVICE_UNAVAILABLE, extra);
    }

    /// What we can do (RFC 3261 section 11.2); 503 when a call would get that too.
    pub(super) fn answer_options(&mut self, now: Instant, id: ServerId, request: &Request) {
        if self.legs.active() >= self.core.config.limits.max_legs {
            return self.refuse_call_overload(now, id, request);
        }
        let extra = vec![
            (HeaderName::Allow, content::ALLOW.into()),
            (HeaderName::Accept, Body::SDP.into()),
            (HeaderName::AcceptEncoding, "identity".into()),
            (HeaderName::AcceptLanguage, "en".into()),
            (HeaderName::Supported, content::supported(&self.core.config)),
            (HeaderName::AllowEvents, super::referral::PACKAGE.into()),
        ];
        self.refuse(now, id, request, StatusCode::OK, extra);
    }

    pub(super) fn receive_info(&mut self, now: Instant, id: ServerId, handle: LegHandle, request: &Request) {
        self.refuse(now, id, request, StatusCode::OK, Vec::new());
        // Without a body it is a sign of life.
        if let Some(body) = content::body_of(&request.headers, &request.body) {
            self.core.event(Event::Info { leg: handle, content_type: body.content_type, body: body.data });
        }
    }
}

/// Writes into the top Via where a request came from (RFC 3261 section 18.2.1, RFC 3581 section 4).
fn note_source(request: &mut Request, flow: Flow) {
    if let Ok(via) = request.headers.top_via() {
        let mut noted = via.clone();
        noted.set_received(flow.remote.ip(), flow.remote.port());
        if noted != via {
            request.headers.set_top_via(&noted);
        }
    }
}

pub(super) fn push_all(response: &mut Response, extra: Vec<(HeaderName, String)>) {
    for (name, value) in extra {
        response.headers.push(name, value);
    }
}
